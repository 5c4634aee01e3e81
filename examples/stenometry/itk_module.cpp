#include "itk_module.h"

#include <type_traits>

#include "stenometry/interop/itk.h"

extern "C" stenometry::program::ItkWriters stenometry_itk_writers() {
    return {.write_mask = stenometry::interop::write_image,
            .write_probability = stenometry::interop::write_image,
            .write_tubes = stenometry::interop::write_tubes};
}

// It is what the program takes it for.
static_assert(std::is_same_v<decltype(&stenometry_itk_writers), stenometry::program::GetItkWriters>);
