#include "stenometry/segment.h"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>
#include <string>
#include <vector>

#include "core/blocks.h"
#include "core/distance.h"
#include "core/enlarge.h"
#include "core/mat.h"
#include "core/parallel.h"
#include "core/require.h"
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
float weighed_by_context(float p, bool on_vessel) {
    constexpr float least_rise = 0.02F;  // over what is hardly above a half, so that the order is kept
    if (!on_vessel) return drawn_off_mask * p;
    return std::max(0.501F + least_rise * p, drawn_on_mask + drawn_on_mask_slope * p);
}

/// Calls `set(x, y, value)` for all pixels of the frame with the image interpolated there, where `valid` says
/// that they are; elsewhere with `elsewhere`.
template <class Set>
void enlarge(const cv::Mat& image, int reduction, const Image<std::uint8_t>& valid, float elsewhere,
             Set&& set) {
    Enlarger()(image, reduction, {valid.width(), valid.height()}, Enlarger::Interpolation::linear,
               [&](int y, const float* values) {
                   const std::uint8_t* seen = valid.row(y);
                   for (int x = 0; x < valid.width(); ++x)
                       set(x, y, reduction == 1 || seen[x] ? values[x] : elsewhere);
               });
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

void validate(const LearnedProbabilities& learned, const EnhancedFrame& frame, Evidence evidence) {
    if (learned.empty())
        throw InvalidInput("segment.evidence is " + std::string(to_string(evidence)) +
                           ", but no learned evidence is given");
    require_same_size(learned.artery, "the learned evidence", frame.attenuation, "the enhanced frame");
    constexpr double rounding = 1e-5;
    if (!cv::checkRange(as_mat(learned.artery), true, nullptr, 0.0, 1.0 + rounding))
        throw InvalidInput("the learned evidence has a pixel that is no probability");
}

/// A probability as one whose odds have a logarithm: neither kind of evidence is so sure that the other
/// cannot outweigh it.
float doubted(float probability) {
    constexpr float least = 1e-6F;
    return std::clamp(probability, least, 1 - least);
}

/// Both kinds of evidence in one: the logarithm of its odds is the mean of theirs.
float fused(float p, float q) {
    const float yes = std::sqrt(doubted(p) * doubted(q)), no = std::sqrt(doubted(1 - p) * doubted(1 - q));
    return yes / (yes + no);
}

cv::Mat fused(const cv::Mat& classical, const cv::Mat& learned) {
    cv::Mat both(classical.size(), CV_32F);
    parallel_for(0, both.rows, [&](int y) {
        const float *p = classical.ptr<float>(y), *q = learned.ptr<float>(y);
        auto* out = both.ptr<float>(y);
        for (int x = 0; x < both.cols; ++x) out[x] = fused(p[x], q[x]);
    });
    return both;
}

/// By the evidence that the options ask for, on the working grid.
cv::Mat probability_by(Evidence evidence, const EnhancedFrame& frame, const Vesselness& vesselness,
                       const Image<float>& artery, int reduction) {
    if (evidence == Evidence::classical) return vessel_probability(frame, vesselness);
    const cv::Mat learned = averaged(as_mat(artery), reduction);
    cv::Mat probability =
        evidence == Evidence::learned ? learned : fused(vessel_probability(frame, vesselness), learned);
    probability.setTo(0, as_mat(frame.valid) == 0);
    return probability;
}

}  // namespace

std::string_view to_string(Evidence evidence) {
    switch (evidence) {
        case Evidence::classical:
            return "classical";
        case Evidence::learned:
            return "learned";
        case Evidence::fused:
            return "fused";
    }
    return "classical";
}

void SegmentOptions::validate() const {
    require_fraction("segment.low_probability", low_probability);
    require_between("segment.high_probability", high_probability, low_probability, 1.0);
    require_not_negative("segment.min_length", min_length);
    require_not_negative("segment.max_gap", max_gap);
}

bool VesselMask::blank() const { return mask.empty() || cv::countNonZero(as_mat(mask)) == 0; }

VesselMask segment(const EnhancedFrame& frame, const Vesselness& vesselness, const SegmentOptions& options) {
    return segment(frame, vesselness, LearnedProbabilities{}, options);
}

VesselMask segment(const EnhancedFrame& frame, const Vesselness& vesselness,
                   const LearnedProbabilities& learned, const SegmentOptions& options) {
    options.validate();
    validate(frame, vesselness);
    if (options.evidence != Evidence::classical) validate(learned, frame, options.evidence);
    const int reduction = working_reduction(frame.calibration);
    const EnhancedFrame small_frame = reduced(frame, reduction);
    const Vesselness small_vesselness = reduced(vesselness, reduction);
    const cv::Mat probability =
        probability_by(options.evidence, small_frame, small_vesselness, learned.artery, reduction);
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
        enlarge(rise, reduction, frame.valid, 0.0F,
                [&](int x, int y, float above) { vessels.mask(x, y) = above > 0.0F ? on : 0; });
        cv::Mat mask = as_mat(vessels.mask), catheter = as_mat(vessels.catheter);
        cv::bitwise_and(enlarged(of_catheter, reduction, size, cv::INTER_NEAREST), mask, catheter);
        if (!options.keep_catheter) mask.setTo(0, catheter);
    }
    vessels.probability = Image<float>::unfilled(size.width, size.height);
    enlarge(probability, reduction, frame.valid, 0.0F, [&](int x, int y, float p) {
        vessels.probability(x, y) = weighed_by_context(p, vessels.mask(x, y) != 0);
    });
    return vessels;
}

}  // namespace stenometry
