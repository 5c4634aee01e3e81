# cmake --build --preset release --target docs writes the reference of the public headers to build/release/docs/html.
find_package(Doxygen 1.9 QUIET)
if(NOT DOXYGEN_FOUND)
    return()
endif()
set(DOXYGEN_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/docs)
set(DOXYGEN_STRIP_FROM_PATH ${PROJECT_SOURCE_DIR}/include)
set(DOXYGEN_EXCLUDE_SYMBOLS "*::Impl")
set(DOXYGEN_MACRO_EXPANSION YES)
set(DOXYGEN_EXPAND_ONLY_PREDEF YES)
set(DOXYGEN_PREDEFINED STENOMETRY_EXPORT_BEGIN= STENOMETRY_EXPORT_END=)
set(DOXYGEN_JAVADOC_AUTOBRIEF YES)
set(DOXYGEN_EXTRACT_ALL YES)            # a member or parameter whose name says everything
set(DOXYGEN_WARN_IF_INCOMPLETE_DOC NO)  # needs no comment
set(DOXYGEN_HAVE_DOT NO)
set(DOXYGEN_GENERATE_LATEX NO)
set(DOXYGEN_QUIET YES)
set(DOXYGEN_WARN_AS_ERROR FAIL_ON_WARNINGS)
doxygen_add_docs(docs include/stenometry WORKING_DIRECTORY ${PROJECT_SOURCE_DIR}
                 COMMENT "Writing the reference to ${DOXYGEN_OUTPUT_DIRECTORY}/html")
