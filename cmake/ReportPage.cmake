# The page of `stenometry report` becomes part of the program: the assembler takes template, style and scripts in as
# they are, the scripts one after the other in this order.
set(report_page ${PROJECT_SOURCE_DIR}/examples/stenometry/report)
set(report_scripts
    dom.js state.js camera.js drawing.js pointers.js viewer.js plot.js plot_view.js findings.js details.js cine.js
    cine_lesions.js appendix.js index_page.js input_page.js page.js)
set(report_script_lines "")
foreach(script ${report_scripts})
    string(APPEND report_script_lines "        .incbin \"${report_page}/${script}\"\n")
endforeach()
configure_file(${report_page}/page.S.in ${CMAKE_CURRENT_BINARY_DIR}/report_page.S @ONLY)
target_sources(stenometry_program PRIVATE ${CMAKE_CURRENT_BINARY_DIR}/report_page.S)
list(TRANSFORM report_scripts PREPEND ${report_page}/)
set_source_files_properties(${CMAKE_CURRENT_BINARY_DIR}/report_page.S PROPERTIES
    OBJECT_DEPENDS "${report_page}/page.html;${report_page}/page.css;${report_scripts}")
