#pragma once

#include <string>

#include "stenometry/comparison.h"

namespace stenometry::program {

/// A comparison for a person to read: a table of regions and visits, and what was gained and lost.
std::string summary(const Comparison& comparison);

}  // namespace stenometry::program
