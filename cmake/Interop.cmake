# The header that shows types of OpenCV, a target of its own, so that only who uses it needs OpenCV: stenometry::opencv,
# a component of the installed package. What it declares is in the library itself, which uses OpenCV all the same.
add_library(stenometry_opencv INTERFACE)
add_library(stenometry::opencv ALIAS stenometry_opencv)
target_sources(stenometry_opencv PUBLIC FILE_SET HEADERS BASE_DIRS include FILES include/stenometry/interop/opencv.h)
target_link_libraries(stenometry_opencv INTERFACE stenometry opencv_core)
set_target_properties(stenometry_opencv PROPERTIES VERIFY_INTERFACE_HEADER_SETS ON)
