#pragma once

#include <string>
#include <vector>

#include "laboratory.h"

namespace stenometry::accuracy {

struct Range {
    double low, high;
    bool holds(double value) const { return low <= value && value <= high; }  ///< false for NaN
};

/// A figure that decides whether the measurement is exact enough.
struct Criterion {
    std::string figure;
    std::string unit;
    int decimals;
    Range target;  ///< where it is to be
    /// Where it is in the quick run: a test fails outside, so that no change makes it worse.
    Range quick_band;
    double (*value)(const Results& results);  ///< NaN where the results hold nothing of it
};

const std::vector<Criterion>& criteria();

}  // namespace stenometry::accuracy
