# discover_suites(TARGET): every suite of a test program is a test of ctest, whose cases run in one process: they share
# pictures, and libraries are loaded once. GoogleTest.cmake starts a process for every case.
if(NOT CMAKE_SCRIPT_MODE_FILE)
    function(discover_suites target)
        set(list ${CMAKE_CURRENT_BINARY_DIR}/${target}_suites.cmake)
        add_custom_command(TARGET ${target} POST_BUILD
            COMMAND ${CMAKE_COMMAND} -Dprogram=$<TARGET_FILE:${target}> -Dlist=${list}
                    -P ${CMAKE_CURRENT_FUNCTION_LIST_FILE}
            BYPRODUCTS ${list} VERBATIM)
        set(included ${CMAKE_CURRENT_BINARY_DIR}/${target}_included.cmake)
        file(WRITE ${included}
            "if(EXISTS \"${list}\")\n  include(\"${list}\")\nelse()\n  add_test(${target}_NOT_BUILT ${target}_NOT_BUILT)\nendif()\n")
        set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES ${included})
    endfunction()
    return()
endif()

# As a script, after the program was built: asks it for its suites.
execute_process(COMMAND ${program} --gtest_list_tests OUTPUT_VARIABLE output COMMAND_ERROR_IS_FATAL ANY)
string(REPLACE ";" "," output "${output}")
string(REPLACE "\n" ";" lines "${output}")
set(suites "")
foreach(line IN LISTS lines)
    if(line MATCHES "^([A-Za-z0-9_/]+)[.]")
        list(APPEND suites ${CMAKE_MATCH_1})
    endif()
endforeach()

# Skipped is a suite of which no case ran and none failed.
set(skipped [==[PASSED  \] 0 tests\.
(\[  SKIPPED \][^
]*
)+[
 ]*$]==])
set(tests "")
foreach(suite IN LISTS suites)
    string(APPEND tests
        "add_test([=[${suite}]=] [=[${program}]=] [=[--gtest_filter=${suite}.*]=])\n"
        "set_tests_properties([=[${suite}]=] PROPERTIES SKIP_REGULAR_EXPRESSION [==[${skipped}]==])\n")
endforeach()
file(WRITE ${list} "${tests}")
