#include "analysis/vessel_measurement.h"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <optional>
#include <utility>

#include "analysis/overlap.h"
#include "analysis/tree_bifurcations.h"
#include "analysis/vessel_section.h"
#include "core/parallel.h"

namespace stenometry {
namespace {

/// From the walls to the diameters along a vessel.
Vessel with_diameters(const Frame& frame, VesselContour contour, const AnalysisOptions& options) {
    Vessel vessel;
    vessel.contour = std::move(contour);
    if (vessel.contour.reason == Unmeasurable::none)
        vessel.diameter = measure_diameter(frame, vessel.contour, options.diameter);
    vessel.contour = fit_walls(std::move(vessel.contour), vessel.diameter);
    return vessel;
}

/// From the diameters to the lesions.
void find_lesions(Vessel& vessel, const Calibration& calibration, const AnalysisOptions& options) {
    if (vessel.contour.reason != Unmeasurable::none) return;
    vessel.statistics = vessel_statistics(vessel.diameter, calibration);
    ReferenceOptions reference = options.reference;
    if (options.bifurcation.step_down)
        for (const SideBranch& branch : side_branches(vessel, calibration))
            reference.side_branches.push_back(branch);
    vessel.reference = estimate_reference(vessel.diameter, calibration, reference);
    if (vessel.reference.reason != Unmeasurable::none) return;
    vessel.stenoses =
        find_stenoses(vessel.contour, vessel.diameter, vessel.reference, calibration, options.stenosis);
    vessel.ectasias =
        find_ectasias(vessel.contour, vessel.diameter, vessel.reference, calibration, options.ectasia);
}

/// A vessel is darker than both of its sides at three of four points at least. Noise, a crossing and a wire
/// beside it take the rest.
constexpr double least_two_sided = 0.75;

/// The stretches of a contour in which `least_two_sided` of the points have two sides, as long as they can
/// be: the maximal scoring subsequences where a point counts so that this part has the sum 0. Source: Ruzzo
/// and Tompa, Proc. ISMB 7 (1999) 234.
std::vector<std::pair<std::size_t, std::size_t>> two_sided_stretches(const std::vector<double>& contrast) {
    struct Candidate {
        std::size_t first, end;
        double before, after;  // running sums
    };
    std::vector<Candidate> stretches;
    double sum = 0.0;
    for (std::size_t i = 0; i < contrast.size(); ++i) {
        const double before = sum;
        sum += contrast[i] > 0.0 ? 1.0 - least_two_sided : -least_two_sided;
        if (sum <= before) continue;
        Candidate next{i, i + 1, before, sum};
        while (true) {
            auto reached = std::find_if(stretches.rbegin(), stretches.rend(),
                                        [&](const Candidate& c) { return c.before < next.before; });
            if (reached == stretches.rend() || reached->after >= next.after) break;
            next.first = reached->first, next.before = reached->before;
            stretches.erase(reached.base() - 1, stretches.end());
        }
        stretches.push_back(next);
    }
    std::vector<std::pair<std::size_t, std::size_t>> found;
    for (const Candidate& c : stretches) found.emplace_back(c.first, c.end);
    return found;
}

bool mostly_two_sided(const std::vector<double>& contrast) {
    const auto dark = std::count_if(contrast.begin(), contrast.end(), [](double c) { return c > 0.0; });
    return static_cast<double>(dark) >= least_two_sided * static_cast<double>(contrast.size());
}

/// The walls of what is a vessel along a line: all of it, or the stretches between the borders that were
/// joined to it.
std::vector<VesselContour> two_sided_contours(const Frame& frame, const Centerline& line,
                                              const AnalysisOptions& options) {
    VesselContour whole = detect_contour(frame, line, options.contour);
    if (mostly_two_sided(whole.contrast)) return {std::move(whole)};
    const double min_length = options.tree.min_vessel.in_px(frame.sized_calibration());
    std::vector<VesselContour> parts;
    for (const auto& [first, end] : two_sided_stretches(whole.contrast)) {
        const auto begin = whole.centerline.points_px.begin();
        const Centerline part{
            .points_px{begin + static_cast<std::ptrdiff_t>(first), begin + static_cast<std::ptrdiff_t>(end)}};
        if (length(part.points_px) < min_length) continue;
        VesselContour contour = detect_contour(frame, part, options.contour);
        if (mostly_two_sided(contour.contrast)) parts.push_back(std::move(contour));
    }
    return parts;
}

/// What was measured of a tree, before its vessels know of one another.
struct MeasuredTree {
    std::vector<Vessel> vessels;
    std::vector<std::size_t> traced;  ///< which of the traced vessels each is a part of
};

/// The part of a traced vessel that runs nearest to a place; none where nothing of it was measured.
std::optional<int> part_at(const MeasuredTree& tree, std::size_t traced, Point place) {
    std::optional<int> nearest;
    double least = std::numeric_limits<double>::infinity();
    for (const Vessel& vessel : tree.vessels) {
        if (tree.traced[static_cast<std::size_t>(vessel.id)] != traced) continue;
        const double away = nearest_on(vessel.contour.centerline.points_px, place).distance;
        if (away < least) least = away, nearest = vessel.id;
    }
    return nearest;
}

MeasuredTree measure_diameters(const Frame& frame, const std::vector<TracedVessel>& traced,
                               const AnalysisOptions& options) {
    std::vector<std::vector<Vessel>> parts(traced.size());
    parallel_for(std::size_t{0}, traced.size(), [&](std::size_t i) {
        for (VesselContour& contour : two_sided_contours(frame, traced[i].centerline, options))
            parts[i].push_back(with_diameters(frame, std::move(contour), options));
    });
    MeasuredTree tree;
    for (std::size_t i = 0; i < parts.size(); ++i)
        for (Vessel& vessel : parts[i]) {
            vessel.id = static_cast<int>(tree.vessels.size());
            tree.vessels.push_back(std::move(vessel));
            tree.traced.push_back(i);
        }
    return tree;
}

/// Gives every vessel the one that it leaves, and returns where it leaves it.
std::vector<Point> find_parents(MeasuredTree& measured, const VesselTree& tree,
                                const std::vector<TracedVessel>& traced) {
    std::vector<Point> origins(measured.vessels.size(), no_point);
    for (std::size_t v = 0; v < origins.size(); ++v) {
        const std::size_t of = measured.traced[v];
        const bool first_part = v == 0 || measured.traced[v - 1] != of;
        if (!first_part || !traced[of].parent) continue;
        origins[v] = tree.nodes[static_cast<std::size_t>(traced[of].node)].at_px;
        measured.vessels[v].parent = part_at(measured, *traced[of].parent, origins[v]);
    }
    return origins;
}

}  // namespace

Vessel measure_vessel(const Frame& frame, const Centerline& centerline, const AnalysisOptions& options) {
    Vessel vessel = with_diameters(frame, detect_contour(frame, centerline, options.contour), options);
    find_lesions(vessel, frame.sized_calibration(), options);
    return vessel;
}

std::optional<Vessel> measure_section(const Frame& frame, const std::vector<TracedVessel>& traced,
                                      std::span<const Point> points_px, double most_px,
                                      const AnalysisOptions& options) {
    const double reach = options.centerline.snap_radius.in_px(frame.sized_calibration());
    for (const TracedVessel& vessel : traced) {
        // Walls are costly: only where the points lie on the line at all.
        if (!section_between(vessel.centerline.points_px, points_px, reach)) continue;
        for (VesselContour& contour : two_sided_contours(frame, vessel.centerline, options)) {
            const auto section = section_between(contour.centerline.points_px, points_px, reach);
            if (!section || section->first == section->last) continue;
            const Vessel whole = with_diameters(frame, std::move(contour), options);
            Vessel part = cut_section(whole, *section);
            if (length(part.contour.centerline.points_px) > most_px) continue;
            find_lesions(part, frame.sized_calibration(), options);
            return part;
        }
    }
    return {};
}

std::vector<Vessel> measure_tree(const Frame& frame, const VesselTree& tree,
                                 const std::vector<TracedVessel>& traced, const AnalysisOptions& options) {
    MeasuredTree measured = measure_diameters(frame, traced, options);
    const std::vector<Point> origins = find_parents(measured, tree, traced);
    std::vector<Vessel> vessels = std::move(measured.vessels);
    find_bifurcations(vessels, origins, options.reference.branching_law);
    parallel_for(std::size_t{0}, vessels.size(),
                 [&](std::size_t v) { find_lesions(vessels[v], frame.sized_calibration(), options); });
    find_overlaps(vessels);
    find_bifurcation_lesions(vessels);
    return vessels;
}

}  // namespace stenometry
