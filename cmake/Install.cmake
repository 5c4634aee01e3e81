# Filled in by the package: find_package(stenometry) and the target stenometry::stenometry.
