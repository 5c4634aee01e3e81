#include "analysis/square_pixels.h"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>
#include <optional>
#include <string>
#include <utility>

#include "analysis/scale_lengths.h"
#include "core/mat.h"
#include "core/same_size.h"
#include "stenometry/error.h"

namespace stenometry {
namespace {

template <class T>
Image<T> resized(const Image<T>& image, int width, int height, int interpolation) {
    if (image.empty()) return image;
    Image<T> out(width, height);
    cv::Mat target = as_mat(out);
    cv::resize(as_mat(image), target, target.size(), 0, 0, interpolation);
    return out;
}

/// Edges of what is enlarged lie between its pixels.
Image<std::uint8_t> resized(const Image<std::uint8_t>& mask, int width, int height) {
    if (width <= mask.width()) return resized(mask, width, height, cv::INTER_NEAREST);
    Image<std::uint8_t> out = resized(mask, width, height, cv::INTER_LINEAR);
    cv::Mat pixels = as_mat(out);
    cv::threshold(pixels, pixels, 127.0, 255.0, cv::THRESH_BINARY);
    return out;
}

VesselMask resized(const VesselMask& vessels, int width, int height, const Calibration& calibration) {
    VesselMask result{.mask = resized(vessels.mask, width, height),
                      .probability = resized(vessels.probability, width, height, cv::INTER_LINEAR),
                      .catheter = resized(vessels.catheter, width, height),
                      .calibration = calibration,
                      .keep_catheter = vessels.keep_catheter};
    if (result.mask.empty() || result.probability.empty()) return result;
    // Where the edge of the mask and that of the probability fall between pixels, the mask is right.
    cv::Mat probability = as_mat(result.probability);
    const cv::Mat on_mask = as_mat(result.mask) != 0;
    cv::Mat(cv::max(probability, 0.5)).copyTo(probability, on_mask);
    cv::Mat(cv::min(probability, 0.5)).copyTo(probability, ~on_mask);
    return result;
}

}  // namespace

SquarePixels::SquarePixels(const Frame& frame, int reduction)
    : original_(frame), square_(frame), reduction_(reduction) {
    const Calibration& calibration = frame.calibration;
    const bool oblong = calibration.known() && !calibration.square();
    if (!oblong && reduction == 1) return;

    const double side = calibration.known() ? calibration.mm_per_px() : 1.0;
    const auto pixels = [&](int original, const std::optional<double>& mm) {
        return std::max(1, static_cast<int>(std::lround(original * (oblong ? *mm / side : 1.0) / reduction)));
    };
    const int width = pixels(frame.width(), calibration.mm_per_px_x);
    const int height = pixels(frame.height(), calibration.mm_per_px_y);
    scale_x_ = static_cast<double>(width) / frame.width();
    scale_y_ = static_cast<double>(height) / frame.height();
    square_.pixels = resized(frame.pixels, width, height, reduction > 1 ? cv::INTER_AREA : cv::INTER_CUBIC);
    square_.valid = resized(frame.valid, width, height, cv::INTER_NEAREST);
    if (!calibration.known()) return;
    square_.calibration.mm_per_px_x = reduction * side;
    square_.calibration.mm_per_px_y = reduction * side;
}

Point SquarePixels::to_square(Point p) const {
    return {(p.x + 0.5) * scale_x_ - 0.5, (p.y + 0.5) * scale_y_ - 0.5};
}

VesselMask SquarePixels::to_square(const VesselMask& original) const {
    if (same()) return original;
    return resized(original, square_.width(), square_.height(), square_.calibration);
}

Point SquarePixels::to_original(Point p) const {
    return {(p.x + 0.5) / scale_x_ - 0.5, (p.y + 0.5) / scale_y_ - 0.5};
}

void SquarePixels::restore(std::vector<Point>& points) const {
    for (Point& point : points) point = to_original(point);
}

VesselContour SquarePixels::restore(VesselContour contour) const {
    for (std::vector<Point>* points : {&contour.centerline.points_px, &contour.left_px, &contour.right_px})
        restore(*points);
    return contour;
}

ReferenceOptions SquarePixels::to_square(ReferenceOptions options) const {
    if (options.given_px) *options.given_px /= reduction_;
    return options;
}

Analysis SquarePixels::restore(Analysis analysis) const {
    if (same()) return analysis;
    analysis.calibration = original_.calibration;
    for (Vessel& vessel : analysis.vessels) {
        scale_lengths(vessel, reduction_);
        vessel.contour = restore(std::move(vessel.contour));
        restore(vessel.diameter.axis_px);
        for (Bifurcation& bifurcation : vessel.bifurcations)
            bifurcation.at_px = to_original(bifurcation.at_px);
        for (Stenosis& stenosis : vessel.stenoses) {
            stenosis.calibration = original_.sized_calibration();
            for (Point* point : {&stenosis.mld_at_px, &stenosis.proximal_at_px, &stenosis.distal_at_px})
                *point = to_original(*point);
            if (stenosis.gap)
                for (Point* point : {&stenosis.gap->stump_at_px, &stenosis.gap->filling_at_px})
                    *point = to_original(*point);
        }
        for (Ectasia& ectasia : vessel.ectasias) {
            ectasia.calibration = original_.sized_calibration();
            for (Point* point : {&ectasia.max_at_px, &ectasia.proximal_at_px, &ectasia.distal_at_px})
                *point = to_original(*point);
        }
    }
    if (analysis.catheter) {
        scale_lengths(*analysis.catheter, reduction_);
        restore(analysis.catheter->centerline_px);
    }
    if (analysis.nearest_vessel_px) analysis.nearest_vessel_px = to_original(*analysis.nearest_vessel_px);
    analysis.mask = restore(std::move(analysis.mask));
    return analysis;
}

VesselMask SquarePixels::restore(VesselMask vessels) const {
    if (same()) return vessels;
    return resized(vessels, original_.width(), original_.height(), original_.sized_calibration());
}

int measurement_reduction(const Frame& frame) {
    constexpr double fine_mm = 0.1, fine_px = 1024.0;
    const double side = std::max(frame.width(), frame.height());
    if (side < 2.0 * fine_px) return 1;
    const double by_size = side / fine_px;
    const double by_spacing = frame.calibration.known() ? fine_mm / frame.calibration.mm_per_px() : by_size;
    return std::max(1, static_cast<int>(std::min(by_size, by_spacing)));
}

}  // namespace stenometry
