# What is shared with ITK as a library of its own, stenometry::itk: images without copies, trees of vessels as tubes, and
# the files that ITK writes. Nothing else of this project but tests needs ITK.
add_library(stenometry_itk src/interop/itk.cpp)
add_library(stenometry::itk ALIAS stenometry_itk)
# It hands over and writes, which ITK does: optimising it takes a third of the compile time and gains nothing.
target_compile_options(stenometry_itk PRIVATE -O1)
target_sources(stenometry_itk PUBLIC FILE_SET HEADERS BASE_DIRS include FILES include/stenometry/interop/itk.h)
set_target_properties(stenometry_itk PROPERTIES
    CXX_EXTENSIONS OFF
    POSITION_INDEPENDENT_CODE ON
    CXX_VISIBILITY_PRESET hidden
    VISIBILITY_INLINES_HIDDEN ON
    VERIFY_INTERFACE_HEADER_SETS ON
    VERSION ${PROJECT_VERSION}
    SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR}
    INSTALL_RPATH "$ORIGIN")
# ITK's include directories are places on this machine: who installs the package finds its own.
target_include_directories(stenometry_itk SYSTEM PUBLIC "$<BUILD_INTERFACE:${ITK_INCLUDE_DIRS}>")
target_link_libraries(stenometry_itk
    PUBLIC stenometry ITKCommon ITKSpatialObjects
    PRIVATE $<BUILD_INTERFACE:stenometry_warnings> ITKIOImageBase ITKIOMeta ITKIONIFTI ITKIONRRD ITKIOSpatialObjects)
