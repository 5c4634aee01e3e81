#include "stenometry/cine_lesions.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include "analysis/tree_registration.h"
#include "core/require.h"
#include "core/statistics.h"
#include "stenometry/error.h"

namespace stenometry {
namespace {

/// Where on a tree something lies.
struct Place {
    Point at, along;
};

/// One narrowing of a frame, as far as others are compared with it.
struct Narrowing {
    Place place;
    double half_length_px = 0.0;
    double confidence = 0.0;
    LesionSighting sighting;
};

/// What is kept of a frame.
struct FrameTree {
    int frame = 0;
    double tolerance_px = 0.0, max_motion_px = 0.0;
    std::vector<TreePoint> points;      ///< every few pixels, vessel by vessel
    std::vector<LesionSighting> lumen;  ///< the lumen at each of them
    std::vector<Narrowing> narrowings;
    AffineMap to_common = {};   ///< to where the frame with the largest tree shows it
    bool is_registered = true;  ///< whether that is known
};

Estimate narrowing_at(const Vessel& vessel, std::size_t i) {
    const double lumen = vessel.diameter.diameter_px[i], lumen_sd = vessel.diameter.sd_px[i],
                 reference = vessel.reference.diameter_px[i], reference_sd = vessel.reference.sd_px[i];
    const double part = lumen / reference;
    return Estimate::of_narrowing(100.0 * (1.0 - part),
                                  100.0 / reference * std::hypot(lumen_sd, part * reference_sd));
}

bool is_measured(const Vessel& vessel, std::size_t i) {
    return i < vessel.reference.diameter_px.size() && vessel.reference.diameter_px[i] > 0.0 &&
           vessel.diameter.diameter_px[i] > 0.0;
}

void add_points(const Vessel& vessel, std::size_t index, FrameTree& tree) {
    constexpr double step_px = 3.0;
    const Polyline& line = vessel.contour.centerline.points_px;
    const std::vector<Point> along = tangents(line);
    const std::vector<double> arc = cumulative_length(line);
    double next = 0.0;
    for (std::size_t i = 0; i < line.size(); ++i) {
        if (arc[i] < next || !is_finite(line[i])) continue;
        next = arc[i] + step_px;
        tree.points.push_back({.at = line[i], .along = along[i], .vessel = index, .index = i});
        LesionSighting lumen{.frame = tree.frame, .vessel = index, .at_px = line[i]};
        if (is_measured(vessel, i)) {
            lumen.percent_diameter_stenosis = narrowing_at(vessel, i);
            lumen.mld_px = Estimate::of_length(vessel.diameter.diameter_px[i], vessel.diameter.sd_px[i]);
        }
        tree.lumen.push_back(lumen);
    }
}

Narrowing narrowing_of(const Vessel& vessel, std::size_t vessel_index, std::size_t stenosis_index,
                       int frame) {
    const Stenosis& stenosis = vessel.stenoses[stenosis_index];
    const std::vector<Point> along = tangents(vessel.contour.centerline.points_px);
    return {.place = {stenosis.mld_at_px, along[stenosis.mld_index]},
            .half_length_px = 0.5 * stenosis.length_px,
            .confidence = stenosis.confidence.value_or(0.0),
            .sighting = {.frame = frame,
                         .vessel = vessel_index,
                         .stenosis = stenosis_index,
                         .is_lesion = stenosis.is_lesion,
                         .at_px = stenosis.mld_at_px,
                         .percent_diameter_stenosis = stenosis.percent_diameter_stenosis_estimate(),
                         .mld_px = stenosis.mld_estimate_px()}};
}

FrameTree tree_of(int frame, const Analysis& analysis, const CineLesionOptions& options) {
    FrameTree tree{.frame = frame,
                   .tolerance_px = options.tolerance.in_px(analysis.calibration),
                   .max_motion_px = options.max_motion.in_px(analysis.calibration)};
    for (std::size_t v = 0; v < analysis.vessels.size(); ++v) {
        const Vessel& vessel = analysis.vessels[v];
        add_points(vessel, v, tree);
        for (std::size_t s = 0; s < vessel.stenoses.size(); ++s)
            tree.narrowings.push_back(narrowing_of(vessel, v, s, frame));
    }
    return tree;
}

// --- One tree for all frames ---

/// From the largest tree to both ends of the cine: every frame starts from where the one before it came to.
void register_frames(std::vector<FrameTree>& frames) {
    constexpr double least_covered = 0.5;
    const auto common =
        std::ranges::max_element(frames, {}, [](const FrameTree& tree) { return tree.points.size(); });
    const auto run = [&](auto first, auto last) {
        AffineMap start;
        for (auto tree = first; tree != last; ++tree) {
            const TreeRegistration found =
                register_trees(tree->points, common->points, start,
                               {.max_motion_px = tree->max_motion_px, .tolerance_px = tree->tolerance_px});
            tree->is_registered = found.covered >= least_covered;
            if (tree->is_registered) tree->to_common = start = found.map;
        }
    };
    run(common + 1, frames.end());
    run(std::make_reverse_iterator(common), frames.rend());
}

Place mapped(const AffineMap& map, const Place& place) { return {map(place.at), map.direction(place.along)}; }

// --- Narrowings of all frames at one place ---

/// A narrowing, and where the common tree has it.
struct Member {
    const Narrowing* narrowing = nullptr;
    Place place;
};

/// The narrowings that are one lesion, one a frame, surest first.
using Group = std::vector<Member>;

bool has_frame(const Group& group, int frame) {
    return std::ranges::any_of(
        group, [&](const Member& member) { return member.narrowing->sighting.frame == frame; });
}

/// Infinite where they run in different directions.
double distance_between(const Place& a, const Place& b) {
    constexpr double cos_45_deg = 0.7071;
    const bool is_alike = std::abs(dot(a.along, b.along)) > cos_45_deg * norm(a.along) * norm(b.along);
    return is_alike ? distance(a.at, b.at) : std::numeric_limits<double>::infinity();
}

/// From the nearest of its members: what the map leaves of the motion scatters about the lesion.
double distance_to(const Group& group, const Place& place) {
    double least = std::numeric_limits<double>::infinity();
    for (const Member& member : group) least = std::min(least, distance_between(member.place, place));
    return least;
}

Group* nearest_group(std::vector<Group>& groups, const Place& place, int frame, double tolerance_px) {
    Group* nearest = nullptr;
    double least = tolerance_px;
    for (Group& group : groups) {
        const double off = has_frame(group, frame) ? least : distance_to(group, place);
        if (off < least) least = off, nearest = &group;
    }
    return nearest;
}

std::vector<Group> group_lesions(const std::vector<FrameTree>& frames) {
    std::vector<std::pair<const Narrowing*, const FrameTree*>> surest_first;
    for (const FrameTree& tree : frames)
        for (const Narrowing& narrowing : tree.narrowings)
            if (tree.is_registered && narrowing.sighting.is_lesion)
                surest_first.emplace_back(&narrowing, &tree);
    std::ranges::stable_sort(surest_first, std::ranges::greater{},
                             [](const auto& entry) { return entry.first->confidence; });
    std::vector<Group> groups;
    for (const auto& [narrowing, tree] : surest_first) {
        const Place place = mapped(tree->to_common, narrowing->place);
        Group* group = nearest_group(groups, place, tree->frame, tree->tolerance_px);
        if (group == nullptr) group = &groups.emplace_back();
        group->push_back({narrowing, place});
    }
    return groups;
}

/// The middle of what its frames say.
Place place_of(const Group& group) {
    std::vector<double> x, y;
    for (const Member& member : group) {
        x.push_back(member.place.at.x);
        y.push_back(member.place.at.y);
    }
    return {{median(x), median(y)}, group.front().place.along};
}

// --- What each frame says of the place ---

/// The narrowing that is the lesion in this frame, or one that counts as none and lies where it should be;
/// null if there is neither.
const Narrowing* narrowing_at(const FrameTree& tree, const Group& group, const Place& place) {
    for (const Member& member : group)
        if (member.narrowing->sighting.frame == tree.frame) return member.narrowing;
    const Narrowing* nearest = nullptr;
    double least = tree.tolerance_px;
    for (const Narrowing& narrowing : tree.narrowings) {
        const double off = narrowing.sighting.is_lesion ? least : distance_between(narrowing.place, place);
        if (off < least) least = off, nearest = &narrowing;
    }
    return nearest;
}

/// The narrowest lumen at the place, over `reach_px` to either side.
std::optional<LesionSighting> narrowest_lumen_at(const FrameTree& tree, const Place& place, double reach_px) {
    const TreePoint* nearest = nearest_alike(tree.points, place.at, place.along, tree.tolerance_px);
    if (nearest == nullptr) return {};
    LesionSighting narrowest{.frame = tree.frame, .vessel = nearest->vessel, .at_px = nearest->at};
    double most = -std::numeric_limits<double>::infinity();
    for (std::size_t i = 0; i < tree.points.size(); ++i) {
        const LesionSighting& lumen = tree.lumen[i];
        if (lumen.vessel != nearest->vessel || distance(lumen.at_px, nearest->at) > reach_px) continue;
        if (!lumen.percent_diameter_stenosis || lumen.percent_diameter_stenosis->value <= most) continue;
        most = lumen.percent_diameter_stenosis->value;
        narrowest = lumen;
    }
    return narrowest;
}

std::optional<LesionSighting> sighting_in(const FrameTree& tree, const Group& group, const Place& common) {
    const Place place = mapped(tree.to_common.inverse(), common);
    if (const Narrowing* narrowing = narrowing_at(tree, group, place)) return narrowing->sighting;
    return narrowest_lumen_at(tree, place, group.front().narrowing->half_length_px);
}

/// The median of what several frames measured, and its standard error as `CineLesion` says.
std::optional<Estimate> median_of(const std::vector<Estimate>& estimates) {
    if (estimates.empty()) return {};
    std::vector<double> values, errors, off;
    for (const Estimate& estimate : estimates) {
        values.push_back(estimate.value);
        if (estimate.sd) errors.push_back(*estimate.sd);
    }
    Estimate result = estimates.front();
    result.value = median(values);
    result.sd.reset();
    if (errors.empty()) return result;
    for (const double value : values) off.push_back(std::abs(value - result.value));
    constexpr double sd_of_median_deviation = 1.4826;  // of a normal distribution
    constexpr double least_shared_part = 0.5;
    const double spread = sd_of_median_deviation * median(off), single = median(errors);
    const double shared =
        std::max(least_shared_part * single, std::sqrt(std::max(0.0, single * single - spread * spread)));
    // The variance of a median of many is that of their mean times pi / 2.
    const double own = spread * std::sqrt(std::acos(0.0) / static_cast<double>(values.size()));
    result.sd = std::hypot(shared, own);
    return result;
}

template <class Member>
std::vector<Estimate> all_of(const std::vector<LesionSighting>& sightings, Member member) {
    std::vector<Estimate> values;
    for (const LesionSighting& sighting : sightings)
        if (const auto& value = sighting.*member) values.push_back(*value);
    return values;
}

CineLesion lesion_of(const Group& group, const std::vector<FrameTree>& frames,
                     const Calibration& calibration) {
    CineLesion lesion;
    const Place place = place_of(group);
    for (const FrameTree& tree : frames)
        if (tree.is_registered)
            if (const auto sighting = sighting_in(tree, group, place)) lesion.sightings.push_back(*sighting);
    lesion.lesion_frames = static_cast<int>(group.size());
    lesion.percent_diameter_stenosis =
        median_of(all_of(lesion.sightings, &LesionSighting::percent_diameter_stenosis));
    lesion.mld_px = median_of(all_of(lesion.sightings, &LesionSighting::mld_px));
    if (lesion.mld_px) lesion.mld_mm = calibration.to_mm(*lesion.mld_px);
    std::vector<double> confidences;
    for (const Member& member : group) confidences.push_back(member.narrowing->confidence);
    lesion.confidence = median(confidences);
    return lesion;
}

}  // namespace

void CineLesionOptions::validate() const {
    require_positive("cine.max_motion", max_motion);
    require_positive("cine.tolerance", tolerance);
}

struct CineLesions::Impl {
    CineLesionOptions options;
    Calibration calibration;
    std::vector<FrameTree> frames;
};

CineLesions::CineLesions(const CineLesionOptions& options) : impl_(std::make_unique<Impl>()) {
    options.validate();
    impl_->options = options;
}
CineLesions::~CineLesions() = default;
CineLesions::CineLesions(CineLesions&&) noexcept = default;
CineLesions& CineLesions::operator=(CineLesions&&) noexcept = default;

void CineLesions::add(int frame, const Analysis& analysis) {
    if (!impl_->frames.empty() && frame <= impl_->frames.back().frame)
        throw InvalidInput("frame " + std::to_string(frame) + " of a cine cannot come after frame " +
                           std::to_string(impl_->frames.back().frame));
    if (analysis.vessels.empty()) return;
    impl_->calibration = analysis.calibration;
    impl_->frames.push_back(tree_of(frame, analysis, impl_->options));
}

std::vector<CineLesion> CineLesions::find() const {
    std::vector<FrameTree> frames = impl_->frames;
    if (frames.empty()) return {};
    register_frames(frames);
    std::vector<CineLesion> lesions;
    for (const Group& group : group_lesions(frames))
        lesions.push_back(lesion_of(group, frames, impl_->calibration));
    std::ranges::stable_sort(lesions, std::ranges::greater{}, &CineLesion::lesion_frames);
    return lesions;
}

}  // namespace stenometry
