#include "stenometry/version.h"

#include <hwy/highway.h>

#define STENOMETRY_TEXT_OF(x) #x
#define STENOMETRY_TEXT(x) STENOMETRY_TEXT_OF(x)

namespace stenometry {

std::string_view version() {
    return STENOMETRY_TEXT(STENOMETRY_VERSION_MAJOR) "." STENOMETRY_TEXT(
        STENOMETRY_VERSION_MINOR) "." STENOMETRY_TEXT(STENOMETRY_VERSION_PATCH);
}

std::string_view cpu_target() {
    const int64_t supported = hwy::SupportedTargets();
    return hwy::TargetName(supported & -supported);  // the lowest bit is the best target
}

}  // namespace stenometry
