#pragma once

#include "stenometry/analysis.h"

namespace stenometry {

/// A frame with square pixels, because every stage measures distances in pixels whatever their direction.
/// A frame whose pixels are not square is resampled to square ones of the same area, so that a length in
/// pixels times `Calibration::mm_per_px` of the original frame is the length in mm.
class SquarePixels {
  public:
    /// \param reduction how many pixels of a side become one, >= 1
    explicit SquarePixels(const Frame& frame, int reduction = 1);

    const Frame& frame() const { return square_; }
    Point to_square(Point original) const;

    /// Vessels that were found in the original frame.
    VesselMask to_square(const VesselMask& original) const;

    /// The analysis of the square frame with its points, lengths and images in the pixels of the original
    /// one.
    Analysis restore(Analysis analysis) const;
    VesselMask restore(VesselMask vessels) const;
    VesselContour restore(VesselContour contour) const;

    /// With its length in pixels, given in those of the original frame, in those of the square one.
    ReferenceOptions to_square(ReferenceOptions options) const;

  private:
    Point to_original(Point square) const;
    void restore(std::vector<Point>& points) const;
    bool same() const { return scale_x_ == 1.0 && scale_y_ == 1.0; }

    Frame original_;
    Frame square_;
    double scale_x_ = 1.0;  ///< square pixels per original one
    double scale_y_ = 1.0;
    int reduction_ = 1;
};

/// How many pixels of a side a measurement may take for one. Where a picture is 2048 pixels wide or more,
/// those that are finer than 0.1 mm, or than a 1024th of a picture without calibration, show blur that is
/// wider than they are: detectors and their optics resolve 0.15 to 0.2 mm. Fitting all of them takes time
/// that grows with the third power of the width, for the same answer.
int measurement_reduction(const Frame& frame);

}  // namespace stenometry
