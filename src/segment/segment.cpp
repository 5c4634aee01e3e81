#include "stenometry/segment.h"

#include <tbb/parallel_for.h>

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>
#include <string>
#include <vector>

#include "core/distance.h"
#include "core/mat.h"
#include "core/same_size.h"
#include "segment/catheter.h"
#include "segment/lumen_edge.h"
#include "segment/vessel_evidence.h"
#include "segment/vessel_ridges.h"
#include "stenometry/error.h"
#include "vesselness/working_grid.h"

namespace stenometry {

namespace {

constexpr std::uint8_t on = 255;

// Guide catheters of 5 to 8 French are 1.7 to 2.7 mm wide; blur and the mask's grid add to that.
constexpr PhysicalLength least_catheter{.mm = 1.2, .uncalibrated_px = 4.0};
constexpr PhysicalLength greatest_catheter{.mm = 3.2, .uncalibrated_px = 13.0};
constexpr PhysicalLength least_catheter_length{.mm = 8.0, .uncalibrated_px = 30.0};

/// 255 where a ridge point of the catheter is nearer than any of a vessel.
cv::Mat catheter_territory(const EnhancedFrame& frame, const std::vector<RidgePoint>& ridges,
                           const NearestSites& territory, const cv::Mat& mask) {
    cv::Mat catheter = cv::Mat::zeros(mask.size(), CV_8U);
    const CatheterSize size{.least_length_px = least_catheter_length.in_px(frame.calibration),
                            .least_diameter_px = least_catheter.in_px(frame.calibration),
                            .greatest_diameter_px = greatest_catheter.in_px(frame.calibration)};
    const std::vector<std::uint8_t> in_catheter =
        find_catheter(ridges, from_mat<std::uint8_t>(mask), frame.valid, size);
    if (std::find(in_catheter.begin(), in_catheter.end(), 1) == in_catheter.end()) return catheter;
    for (int y = 0; y < mask.rows; ++y)
        for (int x = 0; x < mask.cols; ++x)
            if (territory.site(x, y) >= 0 && in_catheter[std::size_t(territory.site(x, y))])
                catheter.at<std::uint8_t>(y, x) = on;
    return catheter;
}

// How often experts drew a vessel, against a pixel's own probability: off the mask, and on it as a straight
// line. On 40 angiograms of DCA1, see benchmarks/quality.
constexpr float drawn_off_mask = 0.28F;
constexpr float drawn_on_mask = 0.20F;
constexpr float drawn_on_mask_slope = 0.68F;

/// What stands on a vessel as a whole is more likely to be one than its own pixel says, and what does not
/// less. Whatever is on the mask stays above a half.
Image<float> weigh_by_context(const cv::Mat& probability, const Image<std::uint8_t>& mask) {
    constexpr float least_rise = 0.02F;  // over what is hardly above a half, so that the order is kept
    auto weighed = Image<float>::unfilled(mask.width(), mask.height());
    tbb::parallel_for(0, mask.height(), [&](int y) {
        const float* p = probability.ptr<float>(y);
        const std::uint8_t* drawn = mask.row(y);
        float* out = weighed.row(y);
        for (int x = 0; x < mask.width(); ++x) {
            const float on_mask =
                std::max(0.501F + least_rise * p[x], drawn_on_mask + drawn_on_mask_slope * p[x]);
            out[x] = drawn[x] ? on_mask : drawn_off_mask * p[x];
        }
    });
    return weighed;
}

void validate(const EnhancedFrame& frame, const Vesselness& vesselness) {
    const Image<float>& attenuation = frame.attenuation;
    if (attenuation.empty()) throw InvalidInput("the enhanced frame has no pixels");
    require_same_size(frame.valid, "the valid region", attenuation, "the enhanced frame");
    vesselness.validate();
    require_same_size(vesselness.response, "the vesselness", attenuation, "the enhanced frame");
    // A sum is a number only if all of its parts are.
    if (!std::isfinite(cv::sum(as_mat(attenuation))[0]) ||
        !std::isfinite(cv::sum(as_mat(vesselness.response))[0]))
        throw InvalidInput("the enhanced frame or the vesselness has a pixel that is no number");
}

void require(bool ok, const char* field, double value, const char* rule) {
    if (!ok)
        throw InvalidInput(std::string("segment.") + field + " must be " + rule + ", but is " +
                           std::to_string(value));
}

void require_length(const char* field, const PhysicalLength& length) {
    for (const double value : {length.mm, length.uncalibrated_px})
        require(value >= 0 && std::isfinite(value), field, value, ">= 0");
}

}  // namespace

void SegmentOptions::validate() const {
    require(low_probability >= 0 && low_probability <= 1, "low_probability", low_probability, "in 0..1");
    require(high_probability >= low_probability && high_probability <= 1, "high_probability",
            high_probability, "between low_probability and 1");
    require_length("min_length", min_length);
    require_length("max_gap", max_gap);
}

bool VesselMask::blank() const { return mask.empty() || cv::countNonZero(as_mat(mask)) == 0; }

VesselMask segment(const EnhancedFrame& frame, const Vesselness& vesselness, const SegmentOptions& options) {
    options.validate();
    validate(frame, vesselness);
    const int reduction = working_reduction(frame.calibration);
    const EnhancedFrame small_frame = reduced(frame, reduction);
    const Vesselness small_vesselness = reduced(vesselness, reduction);
    const cv::Mat probability = vessel_probability(small_frame, small_vesselness);
    const std::vector<RidgePoint> ridges = vessel_ridges(small_frame, small_vesselness, probability, options);

    const cv::Size size(frame.attenuation.width(), frame.attenuation.height());
    VesselMask vessels;
    vessels.calibration = frame.calibration;
    vessels.keep_catheter = options.keep_catheter;
    vessels.mask = Image<std::uint8_t>(size.width, size.height);
    vessels.catheter = Image<std::uint8_t>(size.width, size.height);
    if (!ridges.empty()) {
        const NearestSites territory = divide(ridges, probability.size());
        cv::Mat rise = rise_over_edge(small_frame, probability, ridges, territory);
        drop_islands(rise, ridges);
        const cv::Mat of_catheter = catheter_territory(small_frame, ridges, territory, rise > 0);
        cv::Mat mask = as_mat(vessels.mask), catheter = as_mat(vessels.catheter);
        cv::compare(enlarged(rise, reduction, size, cv::INTER_LINEAR), 0, mask, cv::CMP_GT);
        if (reduction > 1) mask.setTo(0, as_mat(frame.valid) == 0);
        cv::bitwise_and(enlarged(of_catheter, reduction, size, cv::INTER_NEAREST), mask, catheter);
        if (!options.keep_catheter) mask.setTo(0, catheter);
    }
    cv::Mat whole = enlarged(probability, reduction, size, cv::INTER_LINEAR);
    if (reduction > 1) whole.setTo(0.0, as_mat(frame.valid) == 0);
    vessels.probability = weigh_by_context(whole, vessels.mask);
    return vessels;
}

}  // namespace stenometry
