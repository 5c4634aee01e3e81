#include <algorithm>
#include <cmath>
#include <deque>
#include <limits>
#include <numbers>
#include <numeric>
#include <optional>
#include <span>
#include <unordered_set>
#include <vector>

#include "core/statistics.h"
#include "segment/catheter.h"
#include "stenometry/vessel_tree.h"

namespace stenometry {

namespace {

std::size_t at(int index) { return static_cast<std::size_t>(index); }

/// A turn by this much at a bifurcation counts as much as a lumen 1.5 times narrower.
constexpr double typical_turn_deg = 45.0;
constexpr double typical_narrowing = 1.5;

/// A vessel does not turn back at a bifurcation.
constexpr double sharpest_turn_deg = 110.0;

/// Two ways that turn by less, and are of like width, are one vessel that crosses another.
constexpr double crossing_turn_deg = 35.0;
constexpr double crossing_width_ratio = 1.6;

/// One end of a branch, as seen from the node that it leaves.
struct HalfEdge {
    int branch = -1;
    bool from_first = true;  ///< whether it leaves with its first point
};

/// A way along branches, each run through from the node it leaves.
using Trail = std::vector<HalfEdge>;

struct Path {
    Polyline points;
    std::vector<double> radius;

    void drop_first(std::size_t count) {
        points.erase(points.begin(), points.begin() + static_cast<std::ptrdiff_t>(count));
        radius.erase(radius.begin(), radius.begin() + static_cast<std::ptrdiff_t>(count));
    }
    void reverse() {
        std::reverse(points.begin(), points.end());
        std::reverse(radius.begin(), radius.end());
    }
};

/// One vessel before its curve is refined.
struct Found {
    Path path;
    double size = 0.0;                  ///< area of the lumen in the image, which ranks vessels
    std::optional<std::size_t> parent;  ///< index of the vessel that it leaves, in the order of finding
    int node = -1;                      ///< index of the node at which it begins
};

double upper_quartile(std::vector<double> values) {
    if (values.empty()) return 0.0;
    const auto quartile = values.begin() + std::ssize(values) * 3 / 4;
    std::nth_element(values.begin(), quartile, values.end());
    return *quartile;
}

/// How many points at the beginning of a vessel that comes over the border of the picture are catheter: a
/// piece of even width that ends in a step to a wider lumen. An artery narrows downstream; a stenosis is wide
/// on both sides.
/// \param stretch_px length over which the lumen behind the step is looked at; a third of it must lie on
/// either side
std::size_t catheter_points(std::span<const double> radius, double stretch_px, double step_px) {
    constexpr double widening = 1.25, unevenness = 1.2;
    const auto stretch = static_cast<std::size_t>(stretch_px / step_px), least = stretch / 3;
    std::size_t best = 0;
    double best_step = widening;
    for (std::size_t k = least; least > 0 && k + least <= radius.size(); k += 4) {
        const auto before = radius.first(k), after = radius.subspan(k, std::min(stretch, radius.size() - k));
        const double catheter = std::max(upper_median(before), 0.1);
        if (upper_median(after) < widening * catheter) continue;
        if (upper_quartile({before.begin(), before.end()}) > unevenness * catheter) continue;
        const double step = upper_median(radius.subspan(k, least)) /
                            std::max(upper_median(radius.subspan(k - least, least)), 0.1);
        if (step <= best_step) continue;
        best = k;
        best_step = step;
    }
    return best;
}

double turn_deg(Point before, Point after) {
    return std::abs(std::atan2(cross(before, after), dot(before, after))) * 180.0 / std::numbers::pi;
}

/// Follows the vessels of one tree from their wide ends, using every branch once.
class VesselFollower {
  public:
    /// \param stretch_px what of a branch says how wide it is: longer than a lesion, so that the healthy part
    /// counts.
    VesselFollower(const VesselTree& tree, const Image<std::uint8_t>& valid, double stretch_px,
                   double step_px)
        : tree_(tree),
          valid_(valid),
          stretch_(stretch_px),
          step_(step_px),
          used_(tree.branches.size(), false) {}

    std::vector<Found> follow_all() {
        for (int n = 0; n < std::ssize(tree_.nodes); ++n) scores_.push_back(proximal_score(n));
        while (const std::optional<HalfEdge> root = most_proximal_end()) {
            follow_from_root(*root);
            // What was followed changes the ways on of this tree alone, and a picture may hold hundreds of
            // pieces.
            for (const int n : connected_with(start_node(*root))) scores_[at(n)] = proximal_score(n);
        }
        return std::move(found_);
    }

  private:
    struct Start {
        HalfEdge first;
        std::size_t parent;  ///< index in `found_` of the vessel that it leaves
    };

    const VesselTree::Branch& branch(HalfEdge d) const { return tree_.branches[at(d.branch)]; }
    int start_node(HalfEdge d) const { return d.from_first ? branch(d).from : branch(d).to; }
    int end_node(HalfEdge d) const { return d.from_first ? branch(d).to : branch(d).from; }
    static HalfEdge turned(HalfEdge d) { return {d.branch, !d.from_first}; }

    Path path_of(HalfEdge d) const {
        Path path{branch(d).points_px, branch(d).radius_px};
        if (d.from_first) return path;
        path.reverse();
        return path;
    }

    Path path_of(const Trail& trail) const {
        Path whole;
        for (const HalfEdge d : trail) {
            const Path part = path_of(d);
            const std::ptrdiff_t shared = whole.points.empty() ? 0 : 1;
            whole.points.insert(whole.points.end(), part.points.begin() + shared, part.points.end());
            whole.radius.insert(whole.radius.end(), part.radius.begin() + shared, part.radius.end());
        }
        return whole;
    }

    /// Unused branches that leave a node; a loop leaves twice.
    std::vector<HalfEdge> unused_half_edges(int node, const std::vector<bool>& used) const {
        std::vector<HalfEdge> result;
        std::vector<int> seen;
        for (const int b : tree_.nodes[at(node)].branches) {
            if (used[at(b)] || std::find(seen.begin(), seen.end(), b) != seen.end()) continue;
            seen.push_back(b);
            if (tree_.branches[at(b)].from == node) result.push_back({b, true});
            if (tree_.branches[at(b)].to == node) result.push_back({b, false});
        }
        return result;
    }

    /// Direction in which a branch leaves its node, taken beyond the lumen of the node, where the skeleton is
    /// bent towards the corner of the walls.
    Point direction(HalfEdge d) const {
        const Path path = path_of(d);
        const double lumen = path.radius.front();
        const double whole = branch(d).length_px;
        const double first = std::min(lumen, 0.3 * whole);
        const Polyline piece = slice(path.points, first, first + std::max(10.0, 2.0 * lumen));
        return piece.size() < 2 ? path.points.back() - path.points.front() : piece.back() - piece.front();
    }

    double width(const Path& path) const {
        std::vector<double> values;
        double arc = 0.0;
        for (std::size_t i = 0; i < path.points.size() && arc <= stretch_; ++i) {
            if (i > 0) arc += distance(path.points[i - 1], path.points[i]);
            // What lies in the lumen of the node is as wide as the other vessel.
            if (arc >= std::min(path.radius.front(), 0.3 * stretch_)) values.push_back(path.radius[i]);
        }
        return values.empty() ? path.radius.front() : upper_quartile(std::move(values));
    }
    double width(HalfEdge d) const { return width(path_of(d)); }

    /// The way on for a vessel that has come along `arriving`: the straighter and the wider. None if all turn
    /// back.
    std::optional<HalfEdge> continuation(HalfEdge arriving, const std::vector<bool>& used) const {
        const std::vector<HalfEdge> ways = unused_half_edges(end_node(arriving), used);
        const Point before = -1.0 * direction(turned(arriving));
        double widest = 0.0;
        for (const HalfEdge way : ways) widest = std::max(widest, width(way));
        std::optional<HalfEdge> best;
        double best_cost = std::numeric_limits<double>::infinity();
        for (const HalfEdge way : ways) {
            const double turn = turn_deg(before, direction(way));
            const double narrowing =
                std::log(widest / std::max(width(way), 0.1)) / std::log(typical_narrowing);
            const double cost = std::pow(turn / typical_turn_deg, 2) + narrowing * narrowing;
            if (turn > sharpest_turn_deg || cost >= best_cost) continue;
            best = way;
            best_cost = cost;
        }
        return best;
    }

    Trail trail_from(HalfEdge start, std::vector<bool>& used) const {
        Trail trail{start};
        used[at(start.branch)] = true;
        while (const std::optional<HalfEdge> next = continuation(trail.back(), used)) {
            trail.push_back(*next);
            used[at(next->branch)] = true;
        }
        return trail;
    }

    /// How likely contrast comes in at a node: at the catheter, else where the vessel that begins there is
    /// widest. Below 0 where the node is no end, or its branch is used.
    double proximal_score(int n) const {
        const VesselTree::Node& node = tree_.nodes[at(n)];
        const std::vector<HalfEdge> ways = unused_half_edges(n, used_);
        if (ways.empty() || node.branches.size() != 1) return -1.0;
        std::vector<bool> used = used_;
        const Path path = path_of(trail_from(ways.front(), used));
        return width(path) * proximal_bonus(node, path.radius.front());
    }

    /// The end of the tree from which contrast is likeliest to come. A ring has no end; it begins anywhere.
    std::optional<HalfEdge> most_proximal_end() {
        const auto best = std::max_element(scores_.begin(), scores_.end());
        if (best != scores_.end() && *best >= 0.0)
            return unused_half_edges(static_cast<int>(best - scores_.begin()), used_).front();
        while (first_unused_ < used_.size() && used_[first_unused_]) ++first_unused_;
        if (first_unused_ == used_.size()) return {};
        return HalfEdge{static_cast<int>(first_unused_), true};
    }

    /// The nodes that branches connect with one.
    std::vector<int> connected_with(int node) const {
        std::vector<int> found{node};
        std::unordered_set<int> seen{node};
        for (std::size_t k = 0; k < found.size(); ++k)
            for (const int b : tree_.nodes[at(found[k])].branches)
                for (const int next : {tree_.branches[at(b)].from, tree_.branches[at(b)].to})
                    if (seen.insert(next).second) found.push_back(next);
        return found;
    }

    /// A catheter that was taken for a vessel comes in over the border of the picture and is narrower than
    /// the artery that it fills, 2 mm against 3 to 4; a coronary artery's distal end that leaves the picture
    /// is narrower still.
    double proximal_bonus(const VesselTree::Node& node, double radius) const {
        if (node.at_catheter) return 3.0;
        return may_hold_catheter(node.at_px, radius) ? 1.8 : 1.0;
    }

    bool may_hold_catheter(Point begin, double radius) const {
        return at_border(begin, radius + 4.0) && is_catheter_entry(begin, valid_.width(), valid_.height());
    }

    bool at_border(Point p, double reach) const {
        for (int octant = 0; octant < 8; ++octant) {
            const double a = octant * std::numbers::pi / 4.0;
            const int x = static_cast<int>(std::lround(p.x + reach * std::cos(a)));
            const int y = static_cast<int>(std::lround(p.y + reach * std::sin(a)));
            if (!valid_.contains(x, y) || valid_(x, y) == 0) return true;
        }
        return false;
    }

    void follow_from_root(HalfEdge root) {
        std::deque<Start> starts = add_vessel(root, std::nullopt);
        while (!starts.empty()) {
            const Start start = starts.front();
            starts.pop_front();
            if (used_[at(start.first.branch)]) continue;
            for (const Start& next : add_vessel(start.first, start.parent)) starts.push_back(next);
        }
    }

    /// Follows one vessel, and tells where others leave it.
    std::deque<Start> add_vessel(HalfEdge first, std::optional<std::size_t> parent) {
        const Trail trail = trail_from(first, used_);
        Path path = path_of(trail);
        if (parent) {
            leave_lumen(path, found_[*parent].path);
        } else if (!tree_.keep_catheter && may_hold_catheter(path.points.front(), path.radius.front())) {
            path.drop_first(catheter_points(path.radius, stretch_, step_));
        }
        leave_border(path);
        double size = 0.0;
        for (std::size_t i = 1; i < path.points.size(); ++i)
            size += distance(path.points[i - 1], path.points[i]) * (path.radius[i - 1] + path.radius[i]);
        found_.push_back({std::move(path), size, parent, start_node(first)});

        std::deque<Start> starts;
        for (std::size_t i = 0; i < trail.size(); ++i)
            for (const HalfEdge way : side_branches(end_node(trail[i]), i + 1 < trail.size()))
                starts.push_back({way, found_.size() - 1});
        return starts;
    }

    /// What leaves a vessel at one of its nodes. Another vessel that only crosses it there does not: it is
    /// followed later, from its own wide end.
    std::vector<HalfEdge> side_branches(int node, bool vessel_goes_on) const {
        const std::vector<HalfEdge> ways = unused_half_edges(node, used_);
        if (vessel_goes_on && ways.size() == 2 && crosses(ways[0], ways[1])) return {};
        return ways;
    }

    bool crosses(HalfEdge a, HalfEdge b) const {
        const double wide = std::max(width(a), width(b)), narrow = std::min(width(a), width(b));
        return a.branch != b.branch && wide <= crossing_width_ratio * narrow &&
               turn_deg(-1.0 * direction(a), direction(b)) < crossing_turn_deg;
    }

    /// Begins a side branch where it leaves the lumen of its parent: what lies before is the parent's.
    static void leave_lumen(Path& path, const Path& parent) {
        std::size_t first = 0;
        while (first + 2 < path.points.size()) {
            const CurvePoint near = nearest_on(parent.points, path.points[first]);
            if (near.distance > parent.radius[near.segment]) break;
            ++first;
        }
        path.drop_first(first);
    }

    /// Walls are looked for on both sides: where one side lies outside the picture, nothing can be measured.
    void leave_border(Path& path) const {
        for (int end = 0; end < 2; ++end) {
            std::size_t outside = 0;
            while (outside + 2 < path.points.size() &&
                   at_border(path.points[outside], 1.5 * path.radius[outside] + 3.0))
                ++outside;
            path.drop_first(outside);
            path.reverse();
        }
    }

    const VesselTree& tree_;
    const Image<std::uint8_t>& valid_;
    double stretch_, step_;
    std::vector<bool> used_;
    std::vector<double> scores_;  ///< of every node, as of the branches that are used
    std::size_t first_unused_ = 0;
    std::vector<Found> found_;
};

}  // namespace

std::vector<TracedVessel> trace_vessels(const VesselTree& tree, const Vesselness& vesselness,
                                        const VesselTreeOptions& options,
                                        const CenterlineOptions& centerline) {
    options.validate();
    centerline.validate();
    vesselness.validate();
    const double min_length = options.min_vessel.in_px(vesselness.calibration);
    const double stretch = PhysicalLength{.mm = 15.0, .uncalibrated_px = 60.0}.in_px(vesselness.calibration);
    const std::vector<Found> found =
        VesselFollower(tree, vesselness.valid, stretch, centerline.step_px).follow_all();
    std::vector<std::size_t> by_size(found.size());
    std::iota(by_size.begin(), by_size.end(), std::size_t{0});
    std::stable_sort(by_size.begin(), by_size.end(),
                     [&](std::size_t a, std::size_t b) { return found[a].size > found[b].size; });

    std::vector<TracedVessel> traced;
    std::vector<std::optional<std::size_t>> place(found.size());  // of what was found among what is listed
    std::vector<std::size_t> listed;
    for (const std::size_t i : by_size) {
        Centerline line = refine_centerline(vesselness, found[i].path.points, centerline);
        if (length(line.points_px) < min_length) continue;
        place[i] = traced.size();
        listed.push_back(i);
        traced.push_back({.centerline = std::move(line), .node = found[i].node});
    }
    for (std::size_t k = 0; k < traced.size(); ++k)
        if (const auto parent = found[listed[k]].parent) traced[k].parent = place[*parent];
    return traced;
}

}  // namespace stenometry
