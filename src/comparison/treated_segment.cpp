#include "comparison/treated_segment.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "comparison/vessel_course.h"

namespace stenometry {
namespace {

constexpr std::size_t before = 0, after = 1;

/// How much of the reference was gained at a place of the shared axis; NaN where one of the two visits does
/// not say.
class Widening {
  public:
    Widening(std::span<const SmoothProfile> profiles, const VesselMatch& to_before)
        : profiles_(profiles), to_before_(to_before) {}

    double operator()(double at_mm) const {
        const auto there = to_before_.to_second(at_mm);
        return there ? openness(profiles_[after], at_mm) - openness(profiles_[before], *there)
                     : std::numeric_limits<double>::quiet_NaN();
    }

    double sd(double at_mm) const {
        const auto there = to_before_.to_second(at_mm);
        return there ? std::hypot(error(profiles_[after], at_mm), error(profiles_[before], *there)) : 0.0;
    }

  private:
    static double openness(const SmoothProfile& profile, double arc) {
        return interpolated(profile.arc_mm, profile.diameter_mm, arc) / profile.reference_at(arc);
    }
    static double error(const SmoothProfile& profile, double arc) {
        return interpolated(profile.arc_mm, profile.sd_mm, arc) / profile.reference_at(arc);
    }

    std::span<const SmoothProfile> profiles_;
    const VesselMatch& to_before_;
};

/// From a place to where nothing was gained any more, in steps of that sign.
double border_of(const Widening& widening, double from, double step, double gained) {
    double at = from;
    while (widening(at + step) > gained) at += step;
    return at;
}

/// Where the narrowest place of a lesion before lies on the shared axis.
std::optional<double> place_of(const Stenosis& lesion, std::span<const SmoothProfile> profiles,
                               const VesselMatch& to_before) {
    return to_before.to_first(profiles[before].arc_mm[lesion.mld_index]);
}

/// A closed lumen has no number, and is the narrowest.
double severity(const Stenosis& lesion) { return lesion.percent_diameter_stenosis.value_or(100.0); }

/// The lesion that the user names, or the one that lies in the user's ends or widened most: of the narrowed
/// part that is left after.
std::optional<std::size_t> treated_lesion(const Visit& visit, std::span<const SmoothProfile> profiles,
                                          const VesselMatch& to_before, const ComparisonOptions& options,
                                          const std::optional<AxisStretch>& given) {
    if (options.lesion) return options.lesion;
    const Widening widening(profiles, to_before);
    std::optional<std::size_t> best;
    double most = 0.0;
    for (std::size_t i = 0; i < visit.vessel.stenoses.size(); ++i) {
        const Stenosis& lesion = visit.vessel.stenoses[i];
        const auto at = place_of(lesion, profiles, to_before);
        if (!at || (given && (*at < given->from_mm || *at > given->to_mm))) continue;
        const double gained = widening(*at);
        const double rank = std::isnan(gained) ? severity(lesion) / 100.0 : gained;
        if (rank > most) best = i, most = rank;
    }
    return best;
}

std::optional<AxisStretch> stretch_between(double from, double to) {
    if (!std::isfinite(from) || !std::isfinite(to) || from == to) return {};
    return AxisStretch{std::min(from, to), std::max(from, to)};
}

std::vector<AxisStretch> given_stents(std::span<const Visit> visits, std::span<const ComparedVisit> compared,
                                      const ComparisonOptions& options) {
    std::vector<AxisStretch> stents;
    for (const StentEnds& ends : options.stents) {
        const VesselMatch& match = compared[ends.visit].match;
        const auto from = match.to_first(arc_mm(visits[ends.visit], ends.proximal_px)),
                   to = match.to_first(arc_mm(visits[ends.visit], ends.distal_px));
        if (!from || !to) continue;
        if (const auto stent = stretch_between(*from, *to)) stents.push_back(*stent);
    }
    std::ranges::sort(stents, {}, &AxisStretch::from_mm);
    return stents;
}

/// Where the lesion widened; empty where it did not significantly.
std::optional<AxisStretch> widened(const Widening& widening, double at) {
    constexpr double least = 0.1, border = 0.05, step = 0.25, significant = 2.0;
    if (!(widening(at) > std::max(least, significant * widening.sd(at)))) return {};
    return stretch_between(border_of(widening, at, -step, border), border_of(widening, at, step, border));
}

std::optional<AxisStretch> borders_of(const Stenosis& lesion, const SmoothProfile& profile,
                                      const VesselMatch& to_before) {
    const auto from = to_before.to_first(profile.arc_mm[lesion.proximal_index]),
               to = to_before.to_first(profile.arc_mm[lesion.distal_index]);
    return from && to ? stretch_between(*from, *to) : std::nullopt;
}

}  // namespace

std::optional<AxisStretch> TreatedSegment::whole() const {
    if (stents.empty()) return {};
    return AxisStretch{stents.front().from_mm, std::ranges::max(stents, {}, &AxisStretch::to_mm).to_mm};
}

TreatedSegment find_treated_segment(std::span<const Visit> visits, std::span<const SmoothProfile> profiles,
                                    std::span<const ComparedVisit> compared,
                                    const ComparisonOptions& options) {
    const VesselMatch& to_before = compared[before].match;
    TreatedSegment segment{.stents = given_stents(visits, compared, options)};
    segment.lesion = treated_lesion(visits[before], profiles, to_before, options, segment.whole());
    if (!options.stents.empty() || !segment.lesion) return segment;
    const Stenosis& lesion = visits[before].vessel.stenoses[*segment.lesion];
    const auto at = place_of(lesion, profiles, to_before);
    if (!at) return segment;
    const auto by_change = widened(Widening(profiles, to_before), *at);
    segment.ends_from = by_change ? TreatedEnds::change : TreatedEnds::lesion;
    if (const auto stretch = by_change ? by_change : borders_of(lesion, profiles[before], to_before))
        segment.stents = {*stretch};
    return segment;
}

}  // namespace stenometry
