#pragma once

#include <cstdint>
#include <filesystem>

#include "stenometry/analysis.h"

namespace stenometry::program {

/// What the module does that is loaded where an output is asked for that ITK writes; see interop/itk.h, whose
/// errors these throw.
struct ItkWriters {
    void (*write_mask)(const std::filesystem::path&, const Image<std::uint8_t>&, const Calibration&);
    void (*write_probability)(const std::filesystem::path&, const Image<float>&, const Calibration&);
    void (*write_tubes)(const std::filesystem::path&, const Analysis&);
};

using GetItkWriters = ItkWriters (*)();

inline constexpr const char* itk_module_entry = "stenometry_itk_writers";

}  // namespace stenometry::program
