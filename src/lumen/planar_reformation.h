#pragma once

#include <cstddef>
#include <vector>

#include "stenometry/frame.h"

namespace stenometry {

/// Unit vectors to the right of a curve when looking along it (y downwards), averaged over about `span_px` of
/// arc so that neighbouring normals do not cross inside a bend.
std::vector<Point> right_normals(const Polyline& line, double span_px);

/// Where the samples of a curved planar reformation lie.
struct ReformationGrid {
    std::size_t rows = 0, columns = 0;
    double row_px = 1.0, column_px = 1.0;  ///< distance of the rows, and of the columns

    /// Signed distance of a column from the line, negative to the left.
    double offset_px(double column) const {
        return (column - 0.5 * static_cast<double>(columns - 1)) * column_px;
    }
};

/// A frame resampled along a curve and laid straight: row i is the profile across point i, from left to
/// right.
struct PlanarReformation {
    Image<float> profiles;  ///< grey values of the frame; width: samples across, height: points along
    double step_px = 0.25;  ///< distance of the samples across

    int rows() const { return profiles.height(); }
    int columns() const { return profiles.width(); }
    /// Signed distance of a column from the curve in pixels, negative to the left.
    double offset_px(double column) const { return (column - 0.5 * (columns() - 1)) * step_px; }
    double column(double offset_px) const { return offset_px / step_px + 0.5 * (columns() - 1); }
    /// The column nearest to an offset; beyond the image its outermost one.
    int nearest_column(double offset_px) const;
    /// Mean grey value of one row between two offsets, ends included; at least one sample.
    double mean(std::size_t row, double from_px, double to_px) const;
};

/// Samples `frame` by cubic interpolation, which reproduces a parabola exactly. Samples beyond the image or
/// its valid region repeat the nearest valid sample of their row.
PlanarReformation reformat(const Frame& frame, const Polyline& line, const std::vector<Point>& normals,
                           double half_width_px, double step_px);

/// The same with every column averaged along the curve by a Gaussian of `sigma` rows.
PlanarReformation smoothed_along(const PlanarReformation& image, double sigma);

/// Weights of a Gaussian of standard deviation `sigma` samples and of its first two derivatives, from -radius
/// to radius.
struct GaussianKernels {
    explicit GaussianKernels(double sigma);
    int radius;
    std::vector<double> smooth, first, second;
};

}  // namespace stenometry
