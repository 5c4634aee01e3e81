#include "stenometry/ectasia.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <ostream>
#include <string>
#include <utility>

#include "core/require.h"
#include "lesion/estimate_text.h"
#include "lesion/same_length.h"
#include "lesion/stretch.h"
#include "lesion/throat.h"
#include "lumen/measured_profile.h"
#include "stenometry/lesion_geometry.h"

namespace stenometry {
namespace {

/// How much of its reference the lumen is wider at every sample; NaN where there is no lumen to measure.
std::vector<double> excess_of(const DiameterProfile& profile, const ReferenceProfile& reference) {
    std::vector<double> excess(profile.diameter_px.size());
    for (std::size_t i = 0; i < excess.size(); ++i)
        excess[i] = profile.diameter_px[i] / reference.diameter_px[i] - 1.0;
    return excess;
}

/// The samples around the widest one that lie in the upper half of the widening.
Stretch crown_of(const std::vector<double>& excess, Stretch widening, std::size_t widest) {
    const double half = 0.5 * excess[widest];
    Stretch crown{widest, widest};
    while (crown.first > widening.first && excess[crown.first - 1] > half) --crown.first;
    while (crown.last < widening.last && excess[crown.last + 1] > half) ++crown.last;
    return crown;
}

/// The greatest diameter is the least one of the profile turned upside down: the same rule finds both, and
/// takes off again what averaging along the vessel has flattened.
double top_of_crown(const DiameterProfile& profile, const std::vector<double>& diameter_px, Stretch crown,
                    std::size_t widest) {
    DiameterProfile turned{
        .position_px = profile.position_px, .diameter_px = diameter_px, .along_px = profile.along_px};
    for (double& diameter : turned.diameter_px) diameter = -diameter;
    return -bottom_of_throat(turned, crown, widest);
}

/// Standard error of the maximum: the spread of what profiles that are as likely have there.
std::optional<double> top_sd(const DiameterProfile& profile, Stretch crown, std::size_t widest) {
    if (profile.samples_px.size() < 2) {
        const double sd = profile.sd_px[widest];
        return std::isfinite(sd) ? std::optional(sd) : std::nullopt;
    }
    std::vector<double> tops;
    for (const std::vector<double>& sample : profile.samples_px)
        tops.push_back(top_of_crown(profile, sample, crown, widest));
    // By so much of the diameter the study of tests/analysis/ectasia_phantoms_test.cpp finds maxima off
    // beyond what the samples spread: the fit's smooth radius cuts the crown.
    constexpr double model_sd = 0.01;
    return std::hypot(Moments(tops).sd, model_sd * profile.diameter_px[widest]);
}

/// The lumen beside a widening.
struct Neighbour {
    double healthy_px = 0.0;        ///< length of healthy lumen in the wider surroundings
    double sum = 0.0, count = 0.0;  ///< of the diameters right beside it
};

/// \param direction 1 or -1: where to from the border
Neighbour neighbour_of(const DiameterProfile& profile, const std::vector<double>& excess, std::size_t border,
                       int direction, double reference_px) {
    constexpr double surroundings = 4.0, beside = 2.0;  // reference diameters
    Neighbour found;
    for (auto i = static_cast<std::ptrdiff_t>(border) + direction;
         i >= 0 && i < static_cast<std::ptrdiff_t>(excess.size()); i += direction) {
        const auto at = static_cast<std::size_t>(i);
        const double away = std::abs(profile.position_px[at] - profile.position_px[border]);
        if (away > surroundings * reference_px) break;
        if (std::abs(excess[at]) < healthy_within) found.healthy_px += mean_step_px(profile);
        if (away <= beside * reference_px && std::isfinite(profile.diameter_px[at]))
            found.sum += profile.diameter_px[at], found.count += 1.0;
    }
    return found;
}

/// Whether the lumen beside it says how wide the vessel should be there: it is healthy over as much as tells
/// it from one that just crosses the reference, and clearly narrower.
bool has_neighbours(const Ectasia& ectasia, const DiameterProfile& profile,
                    const std::vector<double>& excess) {
    constexpr double least_diameters = 1.0, clearly = 1.33;
    for (const auto& [border, direction] :
         {std::pair{ectasia.proximal_index, -1}, std::pair{ectasia.distal_index, 1}}) {
        const Neighbour beside = neighbour_of(profile, excess, border, direction, ectasia.reference_px);
        if (beside.healthy_px < least_diameters * ectasia.reference_px ||
            !(clearly * beside.sum < ectasia.max_diameter_px * beside.count))
            return false;
    }
    return true;
}

/// The direction of a line over `reach_px` before and behind one of its points turns by this angle.
double turn_deg(const Polyline& line, std::size_t at, double reach_px) {
    const auto far = [&](int direction) {
        auto i = static_cast<std::ptrdiff_t>(at);
        const auto last = static_cast<std::ptrdiff_t>(line.size()) - 1;
        for (double gone = 0.0; gone < reach_px && i + direction >= 0 && i + direction <= last;
             i += direction)
            gone +=
                distance(line[static_cast<std::size_t>(i)], line[static_cast<std::size_t>(i + direction)]);
        return line[static_cast<std::size_t>(i)];
    };
    const Point in = line[at] - far(-1), out = far(1) - line[at];
    return std::abs(std::atan2(in.x * out.y - in.y * out.x, dot(in, out))) * 180.0 / std::numbers::pi;
}

/// Whether the vessel turns within its own width where it is wide: its middle and both walls. The walls of a
/// widening turn in a straight vessel too, and so does the middle where one wall bulges alone.
bool bends(const Ectasia& ectasia, const VesselContour& contour, Stretch crown) {
    constexpr double most_deg = 35.0;
    double least = 180.0;
    for (const Polyline* line : {&contour.centerline.points_px, &contour.left_px, &contour.right_px}) {
        double most = 0.0;
        for (std::size_t i = crown.first; i <= crown.last && i < line->size(); ++i)
            if (const double turn = turn_deg(*line, i, ectasia.max_diameter_px); turn > most) most = turn;
        if (line->size() > crown.last) least = std::min(least, most);
    }
    return least > most_deg;
}

/// A small bulge of one wall is what a side branch leaves that is itself not seen.
bool like_a_stump(const Ectasia& ectasia, const EctasiaOptions& options) {
    constexpr double small_ratio = 1.75, short_diameters = 2.0;
    return ectasia.symmetry && *ectasia.symmetry < options.saccular_symmetry_below &&
           ectasia.ratio() < small_ratio && ectasia.length_px < short_diameters * ectasia.reference_px;
}

EctasiaDoubt doubt_of(const Ectasia& ectasia, const VesselContour& contour, const DiameterProfile& profile,
                      const std::vector<double>& excess, const EctasiaOptions& options) {
    if (ectasia.proximal_index == 0 || ectasia.distal_index + 1 == excess.size())
        return EctasiaDoubt::vessel_end;
    if (!has_neighbours(ectasia, profile, excess)) return EctasiaDoubt::no_neighbour;
    if (bends(ectasia, contour,
              crown_of(excess, {ectasia.proximal_index, ectasia.distal_index}, ectasia.max_index)))
        return EctasiaDoubt::bend;
    return like_a_stump(ectasia, options) ? EctasiaDoubt::junction : EctasiaDoubt::none;
}

/// How far either wall lies outside the contour that the vessel would have.
void measure_bulges(Ectasia& ectasia, const VesselContour& contour, const DiameterProfile& profile,
                    const ReferenceProfile& reference) {
    const LesionGeometry geometry = measure_lesion_geometry(
        contour, profile, reference, {ectasia.proximal_index, ectasia.max_index, ectasia.distal_index});
    if (!geometry.plaque_left_px || !geometry.plaque_right_px) return;
    ectasia.bulge_left_px = -*geometry.plaque_left_px;
    ectasia.bulge_right_px = -*geometry.plaque_right_px;
    const auto [less, more] = std::minmax(*ectasia.bulge_left_px, *ectasia.bulge_right_px);
    // A wall that does not reach the reference contour bulges nowhere.
    if (more > 0.0) ectasia.symmetry = std::max(less, 0.0) / more;
}

EctasiaShape shape_of(const Ectasia& ectasia, const EctasiaOptions& options) {
    const bool wider_than_long = ectasia.length_px < options.saccular_below * ectasia.max_diameter_px;
    const bool one_sided = ectasia.symmetry && *ectasia.symmetry < options.saccular_symmetry_below;
    return wider_than_long || one_sided ? EctasiaShape::saccular : EctasiaShape::fusiform;
}

Ectasia placed(const VesselContour& contour, const DiameterProfile& profile,
               const ReferenceProfile& reference, Stretch widening, std::size_t widest) {
    const Polyline& line = contour.centerline.points_px;
    return {.max_index = widest,
            .proximal_index = widening.first,
            .distal_index = widening.last,
            .max_at_px = line[widest],
            .proximal_at_px = line[widening.first],
            .distal_at_px = line[widening.last],
            .reference_px = reference.diameter_px[widest],
            .reference_sd_px = reference.sd_px[widest],
            .max_position_px = profile.position_px[widest]};
}

void measure_maximum(Ectasia& ectasia, const DiameterProfile& profile, const std::vector<double>& excess) {
    const Stretch crown = crown_of(excess, {ectasia.proximal_index, ectasia.distal_index}, ectasia.max_index);
    ectasia.max_diameter_px = top_of_crown(profile, profile.diameter_px, crown, ectasia.max_index);
    ectasia.max_diameter_sd_px = top_sd(profile, crown, ectasia.max_index);
    if (ectasia.max_diameter_sd_px)
        ectasia.ratio_sd =
            std::hypot(*ectasia.max_diameter_sd_px, ectasia.ratio() * ectasia.reference_sd_px) /
            ectasia.reference_px;
}

/// Whether it may be an ectasia by its numbers: as wide within its interval, and no noise.
bool may_be_ectatic(const Ectasia& ectasia, const EctasiaOptions& options) {
    const double sd = ectasia.ratio_sd.value_or(0.0);
    const auto interval = ectasia.ratio_estimate().interval95();
    return (interval ? interval->high : ectasia.ratio()) >= options.min_ratio &&
           // Not by its uncertainty alone.
           ectasia.ratio() - 1.0 >= 0.87 * (options.min_ratio - 1.0) &&
           ectasia.ratio() - 1.0 >= options.min_standard_errors * sd &&
           ectasia.length_px >= options.min_length * ectasia.reference_px;
}

}  // namespace

std::string_view to_string(EctasiaShape shape) {
    return shape == EctasiaShape::saccular ? "saccular" : "fusiform";
}

std::string_view to_string(EctasiaDoubt doubt) {
    constexpr std::array<std::string_view, 6> names{"none", "vessel_end", "no_neighbour",
                                                    "bend", "junction",   "darkness"};
    return names[static_cast<std::size_t>(doubt)];
}

std::string_view explain(EctasiaDoubt doubt) {
    constexpr std::array<std::string_view, 6> words{
        "nothing else explains it",        "at the end of what is seen of the vessel",
        "without healthy lumen beside it", "in a bend as narrow as the vessel is wide",
        "at a bifurcation or a crossing",  "not as dark as a round lumen of its width"};
    return words[static_cast<std::size_t>(doubt)];
}

void EctasiaOptions::validate() const {
    require(min_ratio > 1.0, "ectasia.min_ratio", min_ratio, "above 1");
    require(border_percent > 0.0 && 0.01 * border_percent < min_ratio - 1.0, "ectasia.border_percent",
            border_percent, "above 0 and below what min_ratio is above 1");
    require_not_negative("ectasia.min_standard_errors", min_standard_errors);
    require_not_negative("ectasia.min_length", min_length);
    require_not_negative("ectasia.min_reference", min_reference);
    require_positive("ectasia.saccular_below", saccular_below);
    require_fraction("ectasia.saccular_symmetry_below", saccular_symmetry_below);
}

std::vector<Ectasia> find_ectasias(const VesselContour& contour, const DiameterProfile& profile,
                                   const ReferenceProfile& reference, const Calibration& calibration,
                                   const EctasiaOptions& options) {
    options.validate();
    require_one_length(contour, profile, reference);
    const std::vector<double> excess = excess_of(profile, reference);
    const double border = 0.01 * options.border_percent;
    std::vector<Ectasia> found;
    for (const Stretch& part : stretches(excess.size(), [&](std::size_t i) { return excess[i] > border; })) {
        const auto begin = excess.begin() + static_cast<std::ptrdiff_t>(part.first);
        const auto end = excess.begin() + static_cast<std::ptrdiff_t>(part.last) + 1;
        const auto widest = static_cast<std::size_t>(std::max_element(begin, end) - excess.begin());
        Ectasia ectasia = placed(contour, profile, reference, part, widest);
        if (ectasia.reference_px < options.min_reference.in_px(calibration)) continue;
        ectasia.length_px = length_of(excess, profile.position_px, part, border);
        measure_maximum(ectasia, profile, excess);
        if (!may_be_ectatic(ectasia, options)) continue;
        measure_bulges(ectasia, contour, profile, reference);
        ectasia.shape = shape_of(ectasia, options);
        ectasia.doubt = doubt_of(ectasia, contour, profile, excess, options);
        ectasia.id = static_cast<int>(found.size());
        ectasia.calibration = calibration;
        found.push_back(ectasia);
    }
    return found;
}

Estimate Ectasia::max_diameter_estimate_px() const {
    return Estimate::of_length(max_diameter_px, max_diameter_sd_px);
}

std::optional<Estimate> Ectasia::max_diameter_estimate_mm() const {
    return calibration.to_mm(max_diameter_estimate_px());
}

Estimate Ectasia::reference_estimate_px() const { return Estimate::of_length(reference_px, reference_sd_px); }

std::optional<Estimate> Ectasia::reference_estimate_mm() const {
    return calibration.to_mm(reference_estimate_px());
}

Estimate Ectasia::ratio_estimate() const { return Estimate::of_length(ratio(), ratio_sd); }

std::optional<double> Ectasia::length_mm() const { return calibration.to_mm(length_px); }

std::optional<double> Ectasia::probability_at_least(double least) const {
    return ratio_estimate().probability_at_least(least);
}

std::ostream& operator<<(std::ostream& out, const Ectasia& ectasia) {
    const bool mm = ectasia.calibration.known();
    const std::string unit = mm ? "mm" : "px";
    const int decimals = mm ? 2 : 1;
    const Estimate widest = ectasia.max_diameter_estimate_mm().value_or(ectasia.max_diameter_estimate_px());
    const Estimate reference = ectasia.reference_estimate_mm().value_or(ectasia.reference_estimate_px());
    return out << "at (" << fixed(ectasia.max_at_px.x, 1) << ", " << fixed(ectasia.max_at_px.y, 1)
               << ") px: " << text_of(ectasia.ratio_estimate(), "times the reference", 2) << ", maximum "
               << text_of(widest, unit, decimals) << ", reference " << fixed(reference.value, decimals) << ' '
               << unit << ", length " << fixed(ectasia.length_mm().value_or(ectasia.length_px), 1) << ' '
               << unit << ", " << to_string(ectasia.shape);
}

}  // namespace stenometry
