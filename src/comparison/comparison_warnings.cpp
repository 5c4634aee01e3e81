#include "comparison/comparison_warnings.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "comparison/vessel_course.h"
#include "core/statistics.h"
#include "lumen/measured_profile.h"

namespace stenometry {
namespace {

using Code = ComparisonWarningCode;

constexpr std::size_t after = 1;

/// From the patient to the detector: x to the left, y to the front, z to the head.
std::array<double, 3> direction(double primary_deg, double secondary_deg) {
    const double p = primary_deg * std::numbers::pi / 180.0, s = secondary_deg * std::numbers::pi / 180.0;
    return {std::sin(p) * std::cos(s), std::cos(p) * std::cos(s), std::sin(s)};
}

std::string rounded(double value) { return std::to_string(std::lround(value)); }

class Warnings {
  public:
    Warnings(std::span<const Visit> visits, std::span<const SmoothProfile> profiles,
             const Comparison& comparison, const ComparisonOptions& options)
        : visits_(visits), profiles_(profiles), comparison_(comparison), options_(options) {}

    std::vector<ComparisonWarning> all() {
        of_treated_segment();
        for (std::size_t v = 0; v < visits_.size(); ++v) {
            if (v != after) of_match(v);
            if (v != after) of_view(v);
            of_calibration(v);
            of_segment(v);
        }
        return std::move(warnings_);
    }

  private:
    void add(Code code, std::string message, std::optional<std::size_t> visit = {}) {
        warnings_.push_back({code, std::move(message), visit});
    }

    std::string name(std::size_t v) const {
        return v == 0 ? "before" : v == after ? "after the intervention" : "at follow-up";
    }

    void of_treated_segment() {
        if (!comparison_.treated)
            add(Code::treated_segment_unclear,
                "nothing was narrowed before that is seen after: say by points what was treated");
        else if (comparison_.ends_from == TreatedEnds::lesion)
            add(Code::treated_segment_unclear,
                "the lumen did not widen significantly: the lesion before stands for what was treated");
    }

    void of_match(std::size_t v) {
        const VesselMatch& match = comparison_.visits[v].match;
        if (!match.matched()) {
            add(Code::no_match,
                "nothing says that the vessel " + name(v) +
                    " is the one after the intervention: another vessel or view, or too little "
                    "of it; give points, or compare by eye",
                v);
            return;
        }
        constexpr double most_sd_mm = 1.0;
        double sd = 0.0;
        if (comparison_.treated)
            for (const double end : {comparison_.treated->from_mm, comparison_.treated->to_mm})
                sd = std::max(sd, match.sd_at(end).value_or(0.0));
        if (sd > most_sd_mm)
            add(Code::match_uncertain,
                "the treated segment " + name(v) + " is matched with a standard error of " +
                    rounded(10.0 * sd) + " tenths of a millimetre: give points",
                v);
        of_diameters(v);
    }

    /// How far the healthy diameters of two visits differ in the median: the logarithm of their ratio.
    double healthy_difference(std::size_t v) const {
        const SmoothProfile &here = profiles_[after], &there = profiles_[v];
        std::vector<double> differences;
        for (std::size_t i = 0; i < here.arc_mm.size(); ++i) {
            const double at = here.arc_mm[i];
            if (comparison_.treated && at >= comparison_.treated->from_mm && at <= comparison_.treated->to_mm)
                continue;
            const auto place = comparison_.visits[v].match.to_second(at);
            if (!place) continue;
            const double difference =
                std::log(interpolated(there.arc_mm, there.diameter_mm, *place) / here.diameter_mm[i]);
            if (std::isfinite(difference)) differences.push_back(difference);
        }
        return differences.empty() ? 0.0 : median(std::move(differences));
    }

    void of_diameters(std::size_t v) {
        constexpr double most = 0.2;
        const double difference = healthy_difference(v);
        if (std::abs(difference) > most)
            add(Code::diameters_disagree,
                "beside the treated segment the vessel " + name(v) + " is " +
                    rounded(100.0 * std::abs(std::expm1(difference))) + " % " +
                    (difference > 0.0 ? "wider" : "narrower") +
                    " than after the intervention: another vessel, another calibration, or spasm",
                v);
        if (!comparison_.treated) return;
        const double middle = 0.5 * (comparison_.treated->from_mm + comparison_.treated->to_mm);
        const auto place = comparison_.visits[v].match.to_second(middle);
        const double ratio =
            place ? profiles_[v].reference_at(*place) / profiles_[after].reference_at(middle) : 1.0;
        if (std::abs(std::log(ratio)) > most && std::abs(difference) <= most)
            add(Code::reference_disagrees,
                "the reference of the treated segment " + name(v) + " is " + rounded(100.0 * ratio) +
                    " % of that after the intervention: percentages rest on another vessel",
                v);
    }

    void of_view(std::size_t v) {
        const auto difference = comparison_.visits[v].view_difference_deg;
        if (!difference)
            add(Code::view_unknown,
                "the angles of the view " + name(v) + " or of that after the intervention are unknown", v);
        else if (*difference > options_.max_view_difference_deg)
            add(Code::view_differs,
                "the view " + name(v) + " differs by " + rounded(*difference) +
                    " degrees from that after the intervention: other foreshortening, "
                    "other side of an eccentric lumen",
                v);
    }

    void of_calibration(std::size_t v) {
        const Calibration& calibration = visits_[v].calibration;
        if (!calibration.known())
            add(Code::no_calibration, "the size of a pixel " + name(v) + " is unknown: no lengths in mm", v);
        else if (calibration.source == SpacingSource::detector_plane)
            add(Code::spacing_at_detector,
                "the size of a pixel " + name(v) + " is known at the detector only: lengths are too large",
                v);
        else if (!calibration.relative_sd)
            add(Code::calibration_error_unknown,
                "the error of the size of a pixel " + name(v) + " is unknown: intervals in mm are without it",
                v);
    }

    void of_segment(std::size_t v) {
        if (visits_[v].vessel.reference.diffuse)
            add(Code::diffuse_disease, "the reference " + name(v) + " may be the lumen of a diseased vessel",
                v);
        if (!comparison_.treated || !comparison_.visits[v].match.matched()) return;
        bool short_of = false, occluded = false, unseen = false;
        for (const RegionMeasurement& region : comparison_.visits[v].regions) {
            short_of = short_of || !is_finite(region.proximal_at_px) || !shown(v, region);
            occluded = occluded || region.total_occlusion;
            unseen = unseen || region.reason == Unmeasurable::lumen_not_seen ||
                     region.reason == Unmeasurable::edges_lost;
        }
        if (short_of)
            add(Code::segment_not_covered,
                "what was measured " + name(v) + " does not hold all of the treated segment with its edges",
                v);
        if (occluded)
            add(Code::total_occlusion, "the vessel is closed " + name(v) + ": there is no lumen", v);
        if (unseen) add(Code::lumen_not_seen, "the lumen " + name(v) + " is too faint to tell", v);
    }

    /// Whether both ends of a region have a place in the visit.
    bool shown(std::size_t v, const RegionMeasurement& region) const {
        const VesselMatch& match = comparison_.visits[v].match;
        return match.to_second(region.from_mm) && match.to_second(region.to_mm);
    }

    std::span<const Visit> visits_;
    std::span<const SmoothProfile> profiles_;
    const Comparison& comparison_;
    const ComparisonOptions& options_;
    std::vector<ComparisonWarning> warnings_;
};

}  // namespace

std::optional<double> view_difference_deg(const Acquisition& one, const Acquisition& other) {
    if (!one.primary_angle_deg || !one.secondary_angle_deg || !other.primary_angle_deg ||
        !other.secondary_angle_deg)
        return {};
    const auto a = direction(*one.primary_angle_deg, *one.secondary_angle_deg),
               b = direction(*other.primary_angle_deg, *other.secondary_angle_deg);
    const double cosine = a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
    return std::acos(std::clamp(cosine, -1.0, 1.0)) * 180.0 / std::numbers::pi;
}

std::vector<ComparisonWarning> comparison_warnings(std::span<const Visit> visits,
                                                   std::span<const SmoothProfile> profiles,
                                                   const Comparison& comparison,
                                                   const ComparisonOptions& options) {
    return Warnings(visits, profiles, comparison, options).all();
}

}  // namespace stenometry
