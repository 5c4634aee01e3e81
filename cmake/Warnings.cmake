# Warnings for our own sources only: linked privately, never seen by who uses the library.
add_library(stenometry_warnings INTERFACE)
target_compile_options(stenometry_warnings INTERFACE
    -Wall -Wextra -Wpedantic
    # Where files are compiled together, a local name is no shadow over what stands at the top of another file.
    $<IF:$<AND:$<BOOL:$<TARGET_PROPERTY:UNITY_BUILD>>,$<CXX_COMPILER_ID:GNU>>,-Wshadow=local,-Wshadow>
    -Wnon-virtual-dtor -Woverloaded-virtual -Wcast-align -Wunused -Wdouble-promotion -Wformat=2 -Wimplicit-fallthrough
    -Wno-missing-field-initializers  # designated initialisers leave out what has a default, on purpose
    $<$<BOOL:${STENOMETRY_WARNINGS_AS_ERRORS}>:-Werror>)
