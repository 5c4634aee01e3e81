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
#include "segment/ridge_kinds.h"
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

// Of a ridge, over which it is asked what it runs in: a few diameters.
constexpr PhysicalLength kind_reach{.mm = 5.0, .uncalibrated_px = 20.0};

/// 1 for each ridge point in the guide catheter, told by where it comes from and how it runs.
std::vector<std::uint8_t> catheter_by_course(const EnhancedFrame& frame,
                                             const std::vector<RidgePoint>& ridges, const cv::Mat& mask) {
    const CatheterSize size{.least_length_px = least_catheter_length.in_px(frame.calibration),
                            .least_diameter_px = least_catheter.in_px(frame.calibration),
                            .greatest_diameter_px = greatest_catheter.in_px(frame.calibration)};
    return find_catheter(ridges, from_mat<std::uint8_t>(mask), frame.valid, size);
}

/// 255 where a ridge point that is marked is nearer than any that is not.
cv::Mat territory_of(const std::vector<std::uint8_t>& marked, const NearestSites& territory, cv::Size size) {
    cv::Mat image = cv::Mat::zeros(size, CV_8U);
    if (std::ranges::count(marked, 1) == 0) return image;
    for (int y = 0; y < size.height; ++y)
        for (int x = 0; x < size.width; ++x)
            if (territory.site(x, y) >= 0 && marked[std::size_t(territory.site(x, y))])
                image.at<std::uint8_t>(y, x) = on;
    return image;
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
    constexpr double rounding = 1e-5;
    for (const Image<float>* map : {&learned.artery, &learned.catheter, &learned.device}) {
        require_same_size(*map, "the learned evidence", frame.attenuation, "the enhanced frame");
        if (!cv::checkRange(as_mat(*map), true, nullptr, 0.0, 1.0 + rounding))
            throw InvalidInput("the learned evidence has a pixel that is no probability");
    }
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

/// On the working grid: how likely a pixel is in anything like a vessel, along which ridges are followed,
/// and how likely it is in an artery.
struct Probabilities {
    cv::Mat tube, artery;
};

/// By the evidence that the options ask for.
Probabilities probabilities_by(Evidence evidence, const EnhancedFrame& frame, const Vesselness& vesselness,
                               const LearnedMaps& learned) {
    if (evidence == Evidence::classical) {
        const cv::Mat probability = vessel_probability(frame, vesselness);
        return {probability, probability};
    }
    Probabilities found{learned.tube(), learned.artery};
    if (evidence == Evidence::fused) {
        const cv::Mat classical = vessel_probability(frame, vesselness);
        found = {fused(classical, found.tube), fused(classical, found.artery)};
    }
    for (cv::Mat* map : {&found.tube, &found.artery}) map->setTo(0, as_mat(frame.valid) == 0);
    return found;
}

LearnedMaps reduced(const LearnedProbabilities& learned, int reduction) {
    if (learned.empty()) return {};
    return {averaged(as_mat(learned.artery), reduction), averaged(as_mat(learned.catheter), reduction),
            averaged(as_mat(learned.device), reduction)};
}

/// Takes out of the lumen what is less likely in it than not, but for its middle: there a tight stenosis may
/// be too faint to be likely, and it is what holds the vessel together.
void leave_out_unlikely(cv::Mat& rise, const cv::Mat& probability, const NearestSites& territory) {
    constexpr float middle_px = 1.0F, even = 0.5F;
    for (int y = 0; y < rise.rows; ++y) {
        auto* above = rise.ptr<float>(y);
        const float *p = probability.ptr<float>(y), *away = territory.distance_px.row(y);
        for (int x = 0; x < rise.cols; ++x)
            if (away[x] > middle_px) above[x] = std::min(above[x], p[x] - even);
    }
}

/// What is not an artery, as one image for each of the two; classical evidence knows no devices.
struct Foreign {
    cv::Mat catheter, device;
};

Foreign foreign_in(const EnhancedFrame& frame, const std::vector<RidgePoint>& ridges,
                   const NearestSites& territory, const cv::Mat& mask, const LearnedMaps& learned) {
    if (learned.empty())
        return {territory_of(catheter_by_course(frame, ridges, mask), territory, mask.size()), {}};
    const std::vector<RidgeKind> kinds =
        kinds_of(ridges, learned, as_mat(frame.valid), kind_reach.in_px(frame.calibration));
    std::vector<std::uint8_t> catheter, device;
    for (const RidgeKind kind : kinds) {
        catheter.push_back(kind == RidgeKind::catheter);
        device.push_back(kind == RidgeKind::device);
    }
    catheter = extended_catheter(ridges, std::move(catheter), from_mat<std::uint8_t>(mask), frame.valid);
    return {territory_of(catheter, territory, mask.size()), territory_of(device, territory, mask.size())};
}

}  // namespace

Evidence evidence_for(const Frame& frame, Evidence asked) {
    constexpr int least_side_px = 192;
    const int reduction = working_reduction(frame.sized_calibration());
    return std::min(frame.width(), frame.height()) < least_side_px * reduction ? Evidence::classical : asked;
}

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

std::optional<Point> nearest_vessel(const VesselMask& vessels, Point place) {
    std::optional<Point> nearest;
    for (int y = 0; y < vessels.mask.height(); ++y)
        for (int x = 0; x < vessels.mask.width(); ++x) {
            if (vessels.mask(x, y) == 0) continue;
            const Point pixel{static_cast<double>(x), static_cast<double>(y)};
            if (!nearest || distance(pixel, place) < distance(*nearest, place)) nearest = pixel;
        }
    return nearest;
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
    const LearnedMaps small_learned =
        options.evidence == Evidence::classical ? LearnedMaps{} : reduced(learned, reduction);
    const Probabilities probability =
        probabilities_by(options.evidence, small_frame, small_vesselness, small_learned);
    std::vector<RidgePoint> ridges;
    if (small_learned.empty() ||
        largest_artery_part(small_learned.artery, as_mat(small_frame.valid)) > least_artery_part)
        ridges = vessel_ridges(small_frame, small_vesselness, probability.tube, options);

    const cv::Size size(frame.attenuation.width(), frame.attenuation.height());
    VesselMask vessels;
    vessels.calibration = frame.calibration;
    vessels.keep_catheter = options.keep_catheter;
    vessels.mask = Image<std::uint8_t>(size.width, size.height);
    vessels.catheter = Image<std::uint8_t>(size.width, size.height);
    if (!ridges.empty()) {
        const NearestSites territory = divide(ridges, probability.tube.size());
        cv::Mat rise = rise_over_edge(small_frame, probability.tube, ridges, territory);
        const Foreign foreign = foreign_in(small_frame, ridges, territory, rise > 0, small_learned);
        if (!small_learned.empty()) {
            cv::Mat likely = probability.artery.clone();
            probability.tube.copyTo(likely, foreign.catheter | foreign.device);
            leave_out_unlikely(rise, likely, territory);
        }
        drop_islands(rise, ridges);
        enlarge(rise, reduction, frame.valid, 0.0F,
                [&](int x, int y, float above) { vessels.mask(x, y) = above > 0.0F ? on : 0; });
        cv::Mat mask = as_mat(vessels.mask), catheter = as_mat(vessels.catheter);
        cv::bitwise_and(enlarged(foreign.catheter, reduction, size, cv::INTER_NEAREST), mask, catheter);
        if (!foreign.device.empty())
            mask.setTo(0, enlarged(foreign.device, reduction, size, cv::INTER_NEAREST));
        if (!options.keep_catheter) mask.setTo(0, catheter);
    }
    vessels.probability = Image<float>::unfilled(size.width, size.height);
    enlarge(probability.artery, reduction, frame.valid, 0.0F, [&](int x, int y, float p) {
        vessels.probability(x, y) = weighed_by_context(p, vessels.mask(x, y) != 0);
    });
    return vessels;
}

}  // namespace stenometry
