# The weights of the vessel network become part of the library: the assembler takes the file in as it is.
enable_language(ASM)
set(vessel_network ${PROJECT_SOURCE_DIR}/data/vessel_network.stn)
set(vessel_network_version 2)  # counts the networks that were released
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${vessel_network})  # its digest is taken here
file(SHA256 ${vessel_network} vessel_network_digest)
target_sources(stenometry_objects PRIVATE src/evidence/vessel_network.S)
set_source_files_properties(src/evidence/vessel_network.S PROPERTIES
    OBJECT_DEPENDS ${vessel_network}
    COMPILE_DEFINITIONS "STENOMETRY_VESSEL_NETWORK=\"${vessel_network}\"")
set_source_files_properties(src/evidence/vessel_network.cpp PROPERTIES
    COMPILE_DEFINITIONS
    "STENOMETRY_VESSEL_NETWORK_VERSION=\"${vessel_network_version}\";STENOMETRY_VESSEL_NETWORK_SHA256=\"${vessel_network_digest}\"")
