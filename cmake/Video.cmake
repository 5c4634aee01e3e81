# What decodes videos is a module, which the library opens for the first one: OpenCV's videoio links FFmpeg and some two
# hundred libraries. Where it lies as seen from programs that are installed, for it and the program's own modules:
file(RELATIVE_PATH bin_to_modules ${CMAKE_INSTALL_FULL_BINDIR} ${CMAKE_INSTALL_FULL_LIBDIR}/stenometry)
set_property(SOURCE src/io/video.cpp APPEND PROPERTY COMPILE_DEFINITIONS STENOMETRY_MODULE_FOLDER="${bin_to_modules}")
target_link_libraries(stenometry PRIVATE ${CMAKE_DL_LIBS})
target_link_libraries(stenometry_private PRIVATE ${CMAKE_DL_LIBS})
if(NOT STENOMETRY_BUILD_VIDEO)
    return()
endif()

add_library(stenometry_video_module MODULE src/io/video_module.cpp)
# Beside the programs that are built, or beside the library.
set(module_folder ${CMAKE_RUNTIME_OUTPUT_DIRECTORY})
if(NOT module_folder)
    set(module_folder $<TARGET_FILE_DIR:stenometry>)
endif()
set_target_properties(stenometry_video_module PROPERTIES
    PREFIX "" OUTPUT_NAME stenometry_video LIBRARY_OUTPUT_DIRECTORY ${module_folder}
    CXX_EXTENSIONS OFF CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
target_compile_features(stenometry_video_module PRIVATE cxx_std_20)
target_include_directories(stenometry_video_module PRIVATE src)
target_link_libraries(stenometry_video_module PRIVATE stenometry_warnings opencv_core opencv_videoio)
