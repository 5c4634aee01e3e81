#pragma once

#include "stenometry/analysis.h"

namespace stenometry {

/// A frame with square pixels, because every stage measures distances in pixels whatever their direction.
/// A frame whose pixels are not square is resampled to square ones of the same area, so that a length in
/// pixels times `Calibration::mm_per_px` of the original frame is the length in mm.
class SquarePixels {
  public:
    explicit SquarePixels(const Frame& frame);

    const Frame& frame() const { return square_; }
    Point to_square(Point original) const;

    /// Vessels that were found in the original frame.
    VesselMask to_square(const VesselMask& original) const;

    /// The analysis of the square frame with its points and images in the pixels of the original one.
    Analysis restore(Analysis analysis) const;
    VesselMask restore(VesselMask vessels) const;
    VesselContour restore(VesselContour contour) const;

  private:
    Point to_original(Point square) const;
    void restore(std::vector<Point>& points) const;
    bool same() const { return scale_x_ == 1.0 && scale_y_ == 1.0; }

    Frame original_;
    Frame square_;
    double scale_x_ = 1.0;  ///< square pixels per original one
    double scale_y_ = 1.0;
};

}  // namespace stenometry
