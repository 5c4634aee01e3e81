# What an installer and the linking user see: every public header compiles alone, and a project outside finds, links
# and calls the installed package.
set(stage ${PROJECT_BINARY_DIR}/stage)

add_test(NAME headers.each_public_header_compiles_alone
         COMMAND ${CMAKE_COMMAND} --build ${PROJECT_BINARY_DIR} --target all_verify_interface_header_sets)

# The stage is emptied first: a header that is no longer installed must not be found from the time before.
add_test(NAME package.clear COMMAND ${CMAKE_COMMAND} -E rm -rf ${stage})
add_test(NAME package.install COMMAND ${CMAKE_COMMAND} --install ${PROJECT_BINARY_DIR} --prefix ${stage})
set_tests_properties(package.clear PROPERTIES FIXTURES_SETUP empty_stage)
set_tests_properties(package.install PROPERTIES FIXTURES_REQUIRED empty_stage FIXTURES_SETUP stage)

function(add_consumer_test program)
    add_test(NAME package.consumer_runs_${program}
             COMMAND ${CMAKE_CTEST_COMMAND} --build-and-test
                     ${CMAKE_CURRENT_SOURCE_DIR}/consumer ${PROJECT_BINARY_DIR}/consumer/${program}
                     --build-generator ${CMAKE_GENERATOR} --build-target ${program}
                     --build-options -DCMAKE_PREFIX_PATH=${stage} -DCMAKE_BUILD_TYPE=${CMAKE_BUILD_TYPE}
                                     -DCMAKE_CXX_COMPILER=${CMAKE_CXX_COMPILER} -DCMAKE_CXX_FLAGS=${CMAKE_CXX_FLAGS}
                                     ${ARGN}
                     --test-command ${program})
    set_tests_properties(package.consumer_runs_${program} PROPERTIES FIXTURES_REQUIRED stage)
endfunction()
add_consumer_test(measure_tube)
add_consumer_test(share_matrix -DWITH_OPENCV=ON)
if(STENOMETRY_BUILD_ITK)
    add_consumer_test(share_image -DWITH_ITK=ON)
endif()
if(STENOMETRY_BUILD_NETWORK)
    add_consumer_test(run_network -DWITH_NETWORK=ON)
endif()

get_target_property(library_type stenometry TYPE)
if(library_type STREQUAL "SHARED_LIBRARY")
    set(kind shared)
    set(components "")
    foreach(component network itk)
        if(TARGET stenometry_${component})
            list(APPEND components $<TARGET_FILE:stenometry_${component}>)
        endif()
    endforeach()
    add_test(NAME package.exports_what_public_headers_declare
             COMMAND bash ${CMAKE_CURRENT_SOURCE_DIR}/exports_test.sh ${PROJECT_SOURCE_DIR}/include
                     $<TARGET_FILE:stenometry> ${components})
else()
    set(kind static)
endif()
separate_arguments(compiler_flags UNIX_COMMAND "${CMAKE_CXX_FLAGS}")
add_test(NAME package.is_found_by_pkg_config
         COMMAND bash ${CMAKE_CURRENT_SOURCE_DIR}/pkg_config_test.sh ${stage} ${CMAKE_INSTALL_LIBDIR} ${PROJECT_VERSION}
                 ${PROJECT_BINARY_DIR}/consumer/pkg_config ${kind} ${CMAKE_CURRENT_SOURCE_DIR}/consumer/measure_tube.cpp
                 ${CMAKE_CXX_COMPILER} ${compiler_flags})
set_tests_properties(package.is_found_by_pkg_config PROPERTIES FIXTURES_REQUIRED stage)
add_test(NAME package.schemas_are_installed
         COMMAND ${CMAKE_COMMAND} -E cat ${stage}/${CMAKE_INSTALL_DATADIR}/stenometry/analysis.schema.json
                 ${stage}/${CMAKE_INSTALL_DATADIR}/stenometry/calibration.schema.json
                 ${stage}/${CMAKE_INSTALL_DATADIR}/stenometry/comparison.schema.json)
set_tests_properties(package.schemas_are_installed PROPERTIES FIXTURES_REQUIRED stage)

if(TARGET stenometry_program)
    add_test(NAME package.installed_program_runs COMMAND ${stage}/${CMAKE_INSTALL_BINDIR}/stenometry --version)
    set_tests_properties(package.installed_program_runs PROPERTIES
        FIXTURES_REQUIRED stage PASS_REGULAR_EXPRESSION "${PROJECT_VERSION}")
    if(STENOMETRY_BUILD_VIDEO)
        # A GIF file of one pixel.
        add_test(NAME package.installed_program_finds_its_video_module
                 COMMAND sh -c [[
                     printf 'GIF89a\1\0\1\0\200\0\0\377\377\377\0\0\0,\0\0\0\0\1\0\1\0\0\2\2D\1\0;' >"$1/one.gif" &&
                     "$2" export "$1/one.gif" "$1/one.png"]]
                     sh ${stage} ${stage}/${CMAKE_INSTALL_BINDIR}/stenometry)
        set_tests_properties(package.installed_program_finds_its_video_module PROPERTIES FIXTURES_REQUIRED stage)
    endif()
    add_test(NAME package.program_loads_no_decoder_of_videos
             COMMAND sh -c "! ldd '$<TARGET_FILE:stenometry_program>' | grep -E 'videoio|avcodec'")
    if(STENOMETRY_BUILD_NETWORK)
        add_test(NAME package.installed_program_finds_its_network_module
                 COMMAND ${stage}/${CMAKE_INSTALL_BINDIR}/stenometry segment
                         ${PROJECT_SOURCE_DIR}/sample_images/drilled_1mm.png --model absent.onnx --mask absent.png)
        set_tests_properties(package.installed_program_finds_its_network_module PROPERTIES
            FIXTURES_REQUIRED stage PASS_REGULAR_EXPRESSION "cannot read absent.onnx")
    endif()
    if(STENOMETRY_BUILD_ITK)
        add_test(NAME package.installed_program_finds_its_itk_module
                 COMMAND ${stage}/${CMAKE_INSTALL_BINDIR}/stenometry segment
                         ${PROJECT_SOURCE_DIR}/sample_images/drilled_1mm.png --mask ${stage}/mask.nrrd)
        set_tests_properties(package.installed_program_finds_its_itk_module PROPERTIES FIXTURES_REQUIRED stage)
    endif()
endif()

# Asked for by STENOMETRY_FUZZ_SECONDS=60 ctest -L fuzz, where clang++ with libFuzzer is: what it builds and runs takes
# longer than all other tests together.
add_test(NAME fuzz.readers_survive COMMAND bash ${CMAKE_CURRENT_SOURCE_DIR}/fuzz/run.sh)
set_tests_properties(fuzz.readers_survive PROPERTIES
    ENVIRONMENT FUZZ_FOLDER=${PROJECT_BINARY_DIR}/fuzz LABELS fuzz RUN_SERIAL ON SKIP_RETURN_CODE 77 TIMEOUT 7200)

add_test(NAME repository.dependencies_point_one_way
         COMMAND bash ${CMAKE_CURRENT_SOURCE_DIR}/include_order_test.sh)
add_test(NAME repository.has_no_large_files_and_no_machine_paths
         COMMAND bash ${CMAKE_CURRENT_SOURCE_DIR}/repository_test.sh)
set_tests_properties(repository.has_no_large_files_and_no_machine_paths PROPERTIES SKIP_RETURN_CODE 77)
