# The headers that show types of OpenCV and of ITK. They are targets of their own, so that only who uses them needs
# those libraries: stenometry::opencv and stenometry::itk, components of the installed package.
add_library(stenometry_opencv INTERFACE)
add_library(stenometry::opencv ALIAS stenometry_opencv)
target_sources(stenometry_opencv PUBLIC FILE_SET HEADERS BASE_DIRS include FILES include/stenometry/interop/opencv.h)
target_link_libraries(stenometry_opencv INTERFACE stenometry opencv_core)

add_library(stenometry_itk INTERFACE)
add_library(stenometry::itk ALIAS stenometry_itk)
target_sources(stenometry_itk PUBLIC FILE_SET HEADERS BASE_DIRS include FILES include/stenometry/interop/itk.h)
# ITK's include directories are places on this machine: who installs the package finds its own.
target_include_directories(stenometry_itk SYSTEM INTERFACE "$<BUILD_INTERFACE:${ITK_INCLUDE_DIRS}>")
target_link_libraries(stenometry_itk INTERFACE stenometry ITKCommon)

set_target_properties(stenometry_opencv stenometry_itk PROPERTIES VERIFY_INTERFACE_HEADER_SETS ON)
