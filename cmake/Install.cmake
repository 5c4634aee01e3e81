# The installed package: find_package(stenometry [COMPONENTS opencv itk network]) and the target stenometry::stenometry,
# or pkg-config's stenometry.
include(CMakePackageConfigHelpers)
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/stenometry)

# stenometry_opencv is stenometry::opencv to its users, and a file of its own, read when it is asked for.
function(install_library target name)
    set_target_properties(${target} PROPERTIES EXPORT_NAME ${name})
    install(TARGETS ${target} EXPORT stenometry-${name} FILE_SET HEADERS)
    install(EXPORT stenometry-${name} NAMESPACE stenometry:: DESTINATION ${package_dir} FILE ${name}-targets.cmake)
endfunction()
install_library(stenometry stenometry)
install_library(stenometry_opencv opencv)
if(STENOMETRY_BUILD_ITK)
    install_library(stenometry_itk itk)
endif()
if(STENOMETRY_BUILD_NETWORK)
    install_library(stenometry_network network)
endif()

configure_package_config_file(cmake/stenometryConfig.cmake.in cmake/stenometryConfig.cmake
    INSTALL_DESTINATION ${package_dir} NO_SET_AND_CHECK_MACRO)
# Before 1.0 any minor version may break what the one before promised.
write_basic_package_version_file(cmake/stenometryConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/cmake/stenometryConfig.cmake ${PROJECT_BINARY_DIR}/cmake/stenometryConfigVersion.cmake
        DESTINATION ${package_dir})

# For who does not use CMake. The prefix is where the file lies; what a static library was built on is of no concern to
# who links a shared one.
file(RELATIVE_PATH pc_to_prefix ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig ${CMAKE_INSTALL_PREFIX})
string(REGEX REPLACE "/$" "" pc_to_prefix "${pc_to_prefix}")
set(pc_static_libraries "")
get_target_property(library_type stenometry TYPE)
if(library_type STREQUAL "STATIC_LIBRARY")
    set(pc_static_libraries "-lcharls -lhwy -ljpeg -lopencv_imgproc -lopencv_core -lopenjp2 -lpng -ltbb -ltiff -lz")
endif()
configure_file(cmake/stenometry.pc.in cmake/stenometry.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/cmake/stenometry.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

# Nothing links it: the library opens it for the first video.
if(STENOMETRY_BUILD_VIDEO)
    install(TARGETS stenometry_video_module LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}/stenometry)
endif()

if(TARGET stenometry_program)
    file(RELATIVE_PATH bin_to_lib ${CMAKE_INSTALL_FULL_BINDIR} ${CMAKE_INSTALL_FULL_LIBDIR})
    set_target_properties(stenometry_program PROPERTIES INSTALL_RPATH "$ORIGIN/${bin_to_lib}")
    install(TARGETS stenometry_program)
    foreach(module stenometry_network_module stenometry_itk_module stenometry_sr_module)
        if(TARGET ${module})
            set_target_properties(${module} PROPERTIES INSTALL_RPATH "$ORIGIN/..")
            install(TARGETS ${module} LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}/stenometry)
        endif()
    endforeach()
endif()
# What the program writes, for those who check it.
install(FILES schema/analysis.schema.json schema/calibration.schema.json schema/comparison.schema.json
              schema/README.md schema/ledger.md
        DESTINATION ${CMAKE_INSTALL_DATADIR}/stenometry)
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
