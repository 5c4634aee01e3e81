# Neural networks as a library of its own, stenometry::network: what runs them takes time to load, also where none is
# used.
add_library(stenometry_network)
add_library(stenometry::network ALIAS stenometry_network)
target_sources(stenometry_network
    PUBLIC FILE_SET HEADERS BASE_DIRS include FILES include/stenometry/network.h
    PRIVATE
        src/network/network.cpp
        src/network/onnx.cpp
        src/network/settings.cpp)
set_target_properties(stenometry_network PROPERTIES
    CXX_EXTENSIONS OFF
    POSITION_INDEPENDENT_CODE ON
    CXX_VISIBILITY_PRESET hidden
    VISIBILITY_INLINES_HIDDEN ON
    VERIFY_INTERFACE_HEADER_SETS ON
    VERSION ${PROJECT_VERSION}
    SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR}
    INSTALL_RPATH "$ORIGIN")
target_include_directories(stenometry_network PRIVATE src)
target_link_libraries(stenometry_network
    PUBLIC stenometry
    PRIVATE
        $<BUILD_INTERFACE:stenometry_warnings>
        $<BUILD_INTERFACE:nlohmann_json::nlohmann_json>
        opencv_core opencv_dnn opencv_imgproc)
