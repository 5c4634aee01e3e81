# Everything that is not ours, found in one place. cmake/packages.txt names the Debian packages.
# A project that takes this one in as a subdirectory links what a static library was built on.
set(CMAKE_FIND_PACKAGE_TARGETS_GLOBAL ON)

# Debian's GDCM, which ITK asks for, lists command line tools of a package that is not installed, and says so at length:
# not our concern.
macro(find_itk)
    set(STENOMETRY_LOG_LEVEL "${CMAKE_MESSAGE_LOG_LEVEL}")
    set(CMAKE_MESSAGE_LOG_LEVEL NOTICE)
    find_package(ITK 5.2 ${ARGV})
    set(CMAKE_MESSAGE_LOG_LEVEL "${STENOMETRY_LOG_LEVEL}")
endmacro()

find_package(OpenCV 4.5 REQUIRED COMPONENTS core imgproc)
find_package(Eigen3 3.4 REQUIRED)
find_package(TBB REQUIRED)
find_package(JPEG REQUIRED)
find_package(PNG 1.6 REQUIRED)
find_package(TIFF 4.5 REQUIRED)
find_package(ZLIB REQUIRED)
find_package(charls 2.1 REQUIRED)
find_package(nlohmann_json 3.10 REQUIRED)

# Debian's libhwy-dev has pkg-config files but no CMake package.
find_package(PkgConfig REQUIRED)
pkg_check_modules(HWY REQUIRED IMPORTED_TARGET GLOBAL libhwy>=1.0)
add_library(hwy::hwy ALIAS PkgConfig::HWY)

# Debian's libopenjp2-7-dev has a CMake package that wants command line tools of another package.
pkg_check_modules(OPENJPEG REQUIRED IMPORTED_TARGET GLOBAL libopenjp2>=2.4)
add_library(openjpeg::openjpeg ALIAS PkgConfig::OPENJPEG)

# For stenometry::itk alone.
if(STENOMETRY_BUILD_ITK)
    find_itk(QUIET COMPONENTS
        ITKCommon ITKSpatialObjects ITKIOImageBase ITKIOMeta ITKIONIFTI ITKIONRRD ITKIOSpatialObjects)
    if(NOT ITK_FOUND)
        message(STATUS "stenometry::itk is not built: ITK 5.2 with its spatial objects was not found")
        set(STENOMETRY_BUILD_ITK OFF)
    endif()
endif()

# For structured reports alone. DCMTK's own packages name every library that it has, and what those are built on.
if(STENOMETRY_BUILD_SR)
    find_path(DCMTK_INCLUDE_DIR dcmtk/dcmsr/cmr/tid1500.h)
    set(sr_libraries "")
    foreach(name cmr dcmsr dcmdata oflog ofstd)
        find_library(DCMTK_${name}_LIBRARY ${name})
        list(APPEND sr_libraries ${DCMTK_${name}_LIBRARY})
    endforeach()
    if(DCMTK_INCLUDE_DIR AND NOT "${sr_libraries}" MATCHES NOTFOUND)
        add_library(dcmtk::structured_reports INTERFACE IMPORTED GLOBAL)
        target_include_directories(dcmtk::structured_reports SYSTEM INTERFACE ${DCMTK_INCLUDE_DIR})
        target_link_libraries(dcmtk::structured_reports INTERFACE ${sr_libraries})
    else()
        message(STATUS "structured reports are not written: DCMTK with its libraries cmr and dcmsr was not found")
        set(STENOMETRY_BUILD_SR OFF)
    endif()
endif()

# For videos alone.
if(STENOMETRY_BUILD_VIDEO)
    find_package(OpenCV 4.5 QUIET COMPONENTS videoio)
    if(NOT TARGET opencv_videoio)
        message(STATUS "videos are not read: OpenCV's videoio was not found")
        set(STENOMETRY_BUILD_VIDEO OFF)
    endif()
endif()

if(STENOMETRY_BUILD_NETWORK)
    find_package(OpenCV 4.5 REQUIRED COMPONENTS dnn)
endif()
if(STENOMETRY_BUILD_PROGRAMS OR STENOMETRY_BUILD_BENCHMARKS OR STENOMETRY_BUILD_FUZZERS)
    find_package(CLI11 2.1 REQUIRED)
    # For ledgers, which the program alone has.
    find_package(SQLiteCpp 3.2 REQUIRED)
    pkg_check_modules(NETTLE REQUIRED IMPORTED_TARGET GLOBAL nettle>=3.8)
    add_library(nettle::nettle ALIAS PkgConfig::NETTLE)
endif()
if(STENOMETRY_BUILD_TESTS)
    find_package(GTest 1.12 REQUIRED)
    find_package(valijson REQUIRED)  # checks JSON against the schemas
endif()
if(STENOMETRY_BUILD_TESTS OR STENOMETRY_BUILD_FUZZERS)
    find_package(OpenCV 4.5 REQUIRED COMPONENTS imgcodecs)  # reads and writes files beside ours
endif()
if(STENOMETRY_BUILD_BENCHMARKS)
    find_package(benchmark 1.7 REQUIRED)
endif()
