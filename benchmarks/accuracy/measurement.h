#pragma once

#include <cmath>
#include <limits>
#include <string>

#include "protocol.h"
#include "stenometry/pipeline.h"

namespace stenometry::accuracy {

inline constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// One quantity of one lesion; NaN where it was not measured.
struct Quantity {
    double truth = nan;
    double value = nan;
    double low = nan, high = nan;  ///< the interval that is to hold the truth in 95 of 100 measurements

    double error() const { return value - truth; }
    bool measured() const { return std::isfinite(error()); }
    bool has_interval() const { return measured() && std::isfinite(low) && std::isfinite(high); }
    bool covered() const { return low <= truth && truth <= high; }
};

/// What was read off one phantom, in mm and percent. Of a plain tube the diameter at its middle is `mld`.
struct Reading {
    Quantity mld, reference, percent, length;
    double along_mm = nan;  ///< standard deviation of the averaging along the vessel
    int other_lesions = 0;  ///< reported where none is
    bool reported = false;  ///< the lesion was found and measured
    bool warned = false;    ///< the result came with a warning
};

/// Where a lesion is measured from and to.
struct Clicks {
    Point from, to;
};

/// The points on the true centerline, `half_segment_mm` to either side of the lesion.
Clicks clicks_on(const phantom::Phantom& image);

/// Measures the phantom's first vessel between two points and compares with the truth.
Reading read(const phantom::Phantom& image, const Clicks& clicks, const AnalysisOptions& options);

/// Renders and measures one replicate of a cell.
Reading read(const Cell& cell, int replicate, const AnalysisOptions& options);

}  // namespace stenometry::accuracy
