#pragma once

#include <string>

#include "stenometry/estimate.h"

namespace stenometry {

std::string fixed(double value, int decimals);

/// The value with its unit, and its interval where there is one.
std::string text_of(const Estimate& estimate, const std::string& unit, int decimals);

}  // namespace stenometry
