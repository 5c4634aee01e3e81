# The examples run on the sample images, and say what they are there to say.
function(test_example name expected)
    add_test(NAME example.${name} COMMAND ${name} ${ARGN})
    set_tests_properties(example.${name} PROPERTIES PASS_REGULAR_EXPRESSION "${expected}")
    add_dependencies(stenometry_tests ${name})
endfunction()

set(sample_images ${PROJECT_SOURCE_DIR}/sample_images)
test_example(01_measure_stenosis "%DS.*mm" ${sample_images}/right_coronary.png 0.2)
test_example(02_step_by_step "lesions: 1" ${sample_images}/drilled_1mm.png 0.2 57.7 95 197.3 160 ${PROJECT_BINARY_DIR}/02_step_by_step.png)
test_example(03_your_own_segmentation "vessel of.*%DS" ${sample_images}/right_coronary.png 0.2)
