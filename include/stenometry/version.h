#pragma once

#include <string_view>

#include "stenometry/export.h"

#define STENOMETRY_VERSION_MAJOR 0
#define STENOMETRY_VERSION_MINOR 1
#define STENOMETRY_VERSION_PATCH 0

STENOMETRY_EXPORT_BEGIN

namespace stenometry {

/// Version of the library that is linked, for example "0.1.0".
std::string_view version();

/// The instruction set that the kernels run on here, for example "AVX3" or "NEON".
std::string_view cpu_target();

}  // namespace stenometry

STENOMETRY_EXPORT_END
