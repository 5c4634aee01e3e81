#pragma once

#include <array>
#include <cmath>
#include <cstdio>
#include <string>

namespace stenometry::accuracy {

/// A number with so many decimals; a dash where there is none.
inline std::string number(double value, int decimals) {
    if (!std::isfinite(value)) return "-";
    std::array<char, 64> text;
    std::snprintf(text.data(), text.size(), "%.*f", decimals, value);
    return text.data();
}

}  // namespace stenometry::accuracy
