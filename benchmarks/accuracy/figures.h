#pragma once

#include <span>
#include <vector>

#include "measurement.h"

namespace stenometry::accuracy {

/// The error of one quantity over many measurements, measured minus true.
struct ErrorFigures {
    int n = 0;           ///< measurements
    double bias = nan;   ///< mean error: the field's "accuracy"
    double sd = nan;     ///< standard deviation of the errors: the field's "precision"
    double mae = nan;    ///< mean absolute error
    double slope = nan;  ///< of the regression of measured on true; NaN where there is but one true value
    double intercept = nan;
    double coverage_percent = nan;  ///< intervals that hold the truth, of those that were given
    int intervals = 0;              ///< how many were given
};

ErrorFigures figures_of(std::span<const Quantity> quantities);

/// Figures of a cell, or of several together.
struct Figures {
    int n = 0;              ///< phantoms measured
    int failures = 0;       ///< whose lesion was not reported, or without its numbers
    int other_lesions = 0;  ///< lesions reported where there is none
    int warned = 0;         ///< results with a warning
    int off = 0;            ///< reported results whose %DS is off by more than `far_off_percent`
    int off_warned = 0;     ///< of those, the ones with a warning
    double along_mm = nan;  ///< mean standard deviation of the averaging along the vessel
    ErrorFigures mld, reference, percent, length;
};

/// An error of %DS that may change what is done for the patient.
inline constexpr double far_off_percent = 8.0;

Figures figures_of(std::span<const Reading> readings);

/// Least standard deviations of the diameter at its narrowest place, in mm.
struct Bounds {
    double over_2_mm = nan;        ///< constant over 2 mm, contrast known
    double over_2_mm_free = nan;   ///< the same with contrast estimated
    double over_own_length = nan;  ///< over the length that the measurement averages over, contrast known
    double over_channel = nan;     ///< over the whole drilled channel, contrast known: the hard floor
    double over_channel_free = nan;
};

struct CellResult {
    Cell cell;
    std::vector<Reading> readings;
    Figures figures;
    Bounds bounds;
};

Bounds bounds_of(const Cell& cell, double along_mm);

/// The readings of several cells in one row.
std::vector<Reading> pooled(std::span<const CellResult> cells);

/// Root of the mean variance within the cells: random error, without bias that differs from cell to cell.
double sd_within_cells(std::span<const CellResult> cells);

}  // namespace stenometry::accuracy
