#include "tree/skeleton_graph.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <limits>
#include <map>
#include <numbers>
#include <set>
#include <utility>

#include "centerline/ridge_line.h"

namespace stenometry {

namespace {

struct Pixel {
    int x = 0;
    int y = 0;
    friend bool operator==(const Pixel&, const Pixel&) = default;
};

Point centre_of(Pixel p) { return {static_cast<double>(p.x), static_cast<double>(p.y)}; }
std::size_t at(int index) { return static_cast<std::size_t>(index); }

/// Nearest first, so that a line goes on to the pixel beside before the one across the corner.
constexpr std::array<Pixel, 8> around{{{1, 0}, {0, 1}, {-1, 0}, {0, -1}, {1, 1}, {-1, 1}, {-1, -1}, {1, -1}}};

class SkeletonTracer {
  public:
    explicit SkeletonTracer(const Image<std::uint8_t>& skeleton)
        : skeleton_(skeleton),
          node_(skeleton.width(), skeleton.height(), none),
          done_(skeleton.width(), skeleton.height()) {
        for (int y = 0; y < skeleton.height(); ++y)
            for (int x = 0; x < skeleton.width(); ++x)
                if (skeleton(x, y) != 0) pixels_.push_back({x, y});
    }

    VesselTree trace() {
        for (const Pixel p : pixels_)
            if (node(p) == none && neighbours(p) > 2) add_bifurcation(p);
        for (const Pixel p : pixels_)
            if (node(p) == none && neighbours(p) == 1) add_node({p});
        for (const Pixel p : pixels_)
            if (node(p) != none) trace_from(p);
        for (const Pixel p : pixels_) {
            if (node(p) != none || done_(p.x, p.y) != 0 || neighbours(p) == 0) continue;
            add_node({p});  // of a ring
            trace_from(p);
        }
        return std::move(tree_);
    }

  private:
    static constexpr int none = -1;

    bool set(Pixel p) const { return skeleton_.contains(p.x, p.y) && skeleton_(p.x, p.y) != 0; }
    int& node(Pixel p) { return node_(p.x, p.y); }
    static Pixel beside(Pixel p, Pixel step) { return {p.x + step.x, p.y + step.y}; }
    int neighbours(Pixel p) const {
        return static_cast<int>(
            std::count_if(around.begin(), around.end(), [&](Pixel step) { return set(beside(p, step)); }));
    }

    void add_node(const std::vector<Pixel>& cluster) {
        Point sum;
        for (const Pixel p : cluster) {
            node(p) = static_cast<int>(tree_.nodes.size());
            sum = sum + centre_of(p);
        }
        tree_.nodes.push_back({.at_px = (1.0 / static_cast<double>(cluster.size())) * sum});
    }

    void add_bifurcation(Pixel first) {
        std::vector<Pixel> cluster{first};
        node(first) = static_cast<int>(tree_.nodes.size());
        for (std::size_t i = 0; i < cluster.size(); ++i) {
            for (const Pixel step : around) {
                const Pixel p = beside(cluster[i], step);
                if (!set(p) || node(p) != none || neighbours(p) <= 2) continue;
                node(p) = node(first);
                cluster.push_back(p);
            }
        }
        add_node(cluster);
    }

    void trace_from(Pixel start) {
        for (const Pixel step : around) {
            const Pixel p = beside(start, step);
            if (!set(p)) continue;
            if (node(p) == none && done_(p.x, p.y) == 0) {
                follow(start, p);
            } else if (node(p) != none && node(p) > node(start)) {
                add_branch(node(start), node(p), {});
            }
        }
    }

    void follow(Pixel start, Pixel p) {
        Polyline way;
        Pixel before = start;
        while (node(p) == none) {
            done_(p.x, p.y) = 1;
            way.push_back(centre_of(p));
            Pixel next = p;
            for (const Pixel step : around) {
                const Pixel q = beside(p, step);
                if (set(q) && q != before && done_(q.x, q.y) == 0) {
                    next = q;
                    break;
                }
            }
            if (next == p) return;  // a bump on a cluster of node pixels
            before = p;
            p = next;
        }
        // The way around less than a handful of pixels is no loop.
        if (node(p) == node(start) && way.size() < 4) return;
        add_branch(node(start), node(p), way);
    }

    void add_branch(int from, int to, const Polyline& way) {
        Polyline points{tree_.nodes[at(from)].at_px};
        points.insert(points.end(), way.begin(), way.end());
        points.push_back(tree_.nodes[at(to)].at_px);
        const int index = static_cast<int>(tree_.branches.size());
        tree_.nodes[at(from)].branches.push_back(index);
        tree_.nodes[at(to)].branches.push_back(index);
        tree_.branches.push_back({.from = from, .to = to, .points_px = std::move(points)});
    }

    const Image<std::uint8_t>& skeleton_;
    std::vector<Pixel> pixels_;
    Image<int> node_;
    Image<std::uint8_t> done_;
    VesselTree tree_;
};

/// The direction in which a line runs out of its last point, over about `span` of its length.
Point outward(const Polyline& line, double span) {
    const double whole = length(line);
    const Polyline tail = slice(line, std::max(0.0, whole - span), whole);
    if (tail.size() < 2) return {};
    const Point along = tail.back() - tail.front();
    return norm(along) > 0.0 ? (1.0 / norm(along)) * along : Point{};
}

/// How straight a bridge must be, as the cosine of the angle at either end. 45 degrees over a short gap: more
/// is a bend that the image does not show. Over a longer one vessels that do not belong together face each
/// other by chance, and 20 degrees are left.
double least_cosine(double part_of_longest) {
    const double allowed_deg = 45.0 - 25.0 * std::clamp(2.0 * part_of_longest - 1.0, 0.0, 1.0);
    return std::cos(allowed_deg * std::numbers::pi / 180.0);
}

/// How far it is along `way` out of the lumen around `p` and into the next; infinite if that is farther than
/// `limit`.
double distance_to_next_lumen(const Image<float>& depth, Point p, Point way, double limit) {
    bool outside = false;
    for (double far = 0.0; far <= limit; far += 0.5) {
        const bool lumen = is_lumen(depth, p + far * way);
        if (lumen && outside) return far;
        outside = outside || !lumen;
    }
    return std::numeric_limits<double>::infinity();
}

/// Which of many places are close to each other, by the cells of a grid as wide as that.
class Neighbourhoods {
  public:
    template <class Places>
    Neighbourhoods(const Places& places, double reach) : cell_(std::max(reach, 1.0)) {
        for (const auto& place : places) {
            cells_.push_back({row_or_column(place.at.x), row_or_column(place.at.y)});
            in_cell_[cells_.back()].push_back(cells_.size() - 1);
        }
    }

    /// The places that come after the i-th and may be no farther than the reach from it, in their order.
    std::vector<std::size_t> after(std::size_t i) const {
        std::vector<std::size_t> found;
        const auto [x, y] = cells_[i];
        for (int dy = -1; dy <= 1; ++dy)
            for (int dx = -1; dx <= 1; ++dx) {
                const auto cell = in_cell_.find({x + dx, y + dy});
                if (cell == in_cell_.end()) continue;
                std::copy_if(cell->second.begin(), cell->second.end(), std::back_inserter(found),
                             [i](std::size_t j) { return j > i; });
            }
        std::sort(found.begin(), found.end());
        return found;
    }

  private:
    using Cell = std::pair<int, int>;
    int row_or_column(double place) const { return static_cast<int>(std::floor(place / cell_)); }

    double cell_;
    std::vector<Cell> cells_;  ///< of each place
    std::map<Cell, std::vector<std::size_t>> in_cell_;
};

Polyline reversed(Polyline line) {
    std::reverse(line.begin(), line.end());
    return line;
}

}  // namespace

VesselTree trace_skeleton(const Image<std::uint8_t>& skeleton) { return SkeletonTracer(skeleton).trace(); }

double mask_radius(const Image<float>& depth, Point p) {
    const double rough = sample_bilinear(depth, p);
    if (rough <= 0.0) return 0.0;
    // Between pixels the distance has a crest that interpolation cuts off by up to half a pixel.
    const double reach = rough + 1.0;
    const int left = std::max(0, static_cast<int>(p.x - reach)), right = static_cast<int>(p.x + reach) + 1;
    const int top = std::max(0, static_cast<int>(p.y - reach)), bottom = static_cast<int>(p.y + reach) + 1;
    double nearest = reach * reach;
    for (int y = top; y <= std::min(bottom, depth.height() - 1); ++y) {
        const double down = (y - p.y) * (y - p.y);
        if (down >= nearest) continue;
        const float* row = depth.row(y);
        // No background is nearer to a pixel than it is deep.
        for (int x = left; x <= std::min(right, depth.width() - 1);
             x += std::max(1, static_cast<int>(std::ceil(row[x]))))
            if (row[x] == 0.0F) nearest = std::min(nearest, (x - p.x) * (x - p.x) + down);
    }
    return std::max(0.0, std::sqrt(nearest) - 0.3);
}

bool is_lumen(const Image<float>& depth, Point p) {
    const int x = static_cast<int>(std::lround(p.x)), y = static_cast<int>(std::lround(p.y));
    return depth.contains(x, y) && depth(x, y) > 0.0F;
}

TreeEditor::TreeEditor(VesselTree tree, const Image<float>& depth) : tree_(std::move(tree)), depth_(depth) {
    for (int n = 0; n < std::ssize(tree_.nodes); ++n) dissolve_if_passed_through(n);
}

double TreeEditor::radius_at(Point p) const { return mask_radius(depth_, p); }

/// How far a dead end reaches out of the lumen that it leaves; the whole length of a single piece. The
/// skeleton stops a radius before the end of the mask.
double TreeEditor::reach_beyond_wall(int branch) const {
    const VesselTree::Branch& b = tree_.branches[at(branch)];
    double reach = length(b.points_px);
    for (const int node : {b.from, b.to}) {
        const double radius = radius_at(tree_.nodes[at(node)].at_px);
        reach += is_end(node) ? radius : -radius;
    }
    return reach;
}

void TreeEditor::prune(double min_reach) {
    std::set<std::pair<double, int>> short_ends;  // reach and branch, the shortest first
    std::vector<double> reach(tree_.branches.size(), min_reach);
    const auto look_at = [&](int branch) {
        double& own = reach[at(branch)];
        short_ends.erase({own, branch});
        own = is_dead_end(branch) ? reach_beyond_wall(branch) : min_reach;
        if (own < min_reach) short_ends.insert({own, branch});
    };
    for (int b = 0; b < std::ssize(tree_.branches); ++b) look_at(b);
    while (!short_ends.empty()) {
        const int shortest = short_ends.begin()->second;
        std::vector<int> changed{shortest};
        for (const int node : {tree_.branches[at(shortest)].from, tree_.branches[at(shortest)].to}) {
            const std::vector<int>& met = tree_.nodes[at(node)].branches;
            changed.insert(changed.end(), met.begin(), met.end());
        }
        remove(shortest);
        for (const int branch : changed) look_at(branch);
    }
}

bool TreeEditor::is_dead_end(int branch) const {
    if (removed(branch)) return false;
    return is_end(tree_.branches[at(branch)].from) || is_end(tree_.branches[at(branch)].to);
}

void TreeEditor::merge_overlapping_nodes() {
    // Two tubes that cross at 45 degrees run in one lumen for 1.05 times the sum of the radii at its two
    // ends.
    constexpr double overlap = 1.15;
    for (int b = 0; b < std::ssize(tree_.branches); ++b) {
        if (removed(b)) continue;
        const VesselTree::Branch& branch = tree_.branches[at(b)];
        if (is_end(branch.from) || is_end(branch.to) || branch.from == branch.to) continue;
        const double lumens =
            radius_at(tree_.nodes[at(branch.from)].at_px) + radius_at(tree_.nodes[at(branch.to)].at_px);
        if (length(branch.points_px) < overlap * lumens) merge_nodes(b);
    }
}

TreeEditor::Tip TreeEditor::tip_at(int node) const {
    const int b = tree_.nodes[at(node)].branches.front();
    const VesselTree::Branch& branch = tree_.branches[at(b)];
    const Polyline towards = branch.to == node ? branch.points_px : reversed(branch.points_px);
    const Point tip = tree_.nodes[at(node)].at_px;
    const double radius = radius_at(tip);
    return {node, b, tip, outward(towards, std::max(15.0, 3.0 * radius)), radius, length(towards)};
}

void TreeEditor::add_bridge(int from, int to) {
    const int index = static_cast<int>(tree_.branches.size());
    tree_.branches.push_back(
        {.from = from, .to = to, .points_px = {tree_.nodes[at(from)].at_px, tree_.nodes[at(to)].at_px}});
    tree_.nodes[at(from)].branches.push_back(index);
    tree_.nodes[at(to)].branches.push_back(index);
}

std::vector<TreeEditor::Bridge> TreeEditor::possible_bridges(double max_gap) const {
    std::vector<Tip> tips;
    double widest = 0.0;
    for (int n = 0; n < std::ssize(tree_.nodes); ++n) {
        if (!is_end(n)) continue;
        tips.push_back(tip_at(n));
        widest = std::max(widest, tips.back().radius);
    }
    const Neighbourhoods near(tips, max_gap + 2.0 * widest);
    std::vector<Bridge> bridges;
    for (std::size_t i = 0; i < tips.size(); ++i) {
        for (const std::size_t j : near.after(i)) {
            const Tip &a = tips[i], &b = tips[j];
            const Point across = b.at - a.at;
            const double far = norm(across), gap = far - a.radius - b.radius;
            // A bridge longer than what it joins would make a vessel of scattered noise.
            if (a.branch == b.branch || far == 0.0 || gap > std::min({max_gap, a.length, b.length})) continue;
            const double straight = std::min(dot(a.out, across), -dot(b.out, across)) / far;
            if (straight >= least_cosine(gap / max_gap)) bridges.push_back({far / straight, a.node, b.node});
        }
    }
    return bridges;
}

void TreeEditor::join_gaps(double max_gap) {
    std::vector<Bridge> bridges = possible_bridges(max_gap);
    std::stable_sort(bridges.begin(), bridges.end(),
                     [](const Bridge& a, const Bridge& b) { return a.cost < b.cost; });
    for (const Bridge& bridge : bridges)
        if (is_end(bridge.a) && is_end(bridge.b)) add_bridge(bridge.a, bridge.b);
    for (int n = 0; n < std::ssize(tree_.nodes); ++n) dissolve_if_passed_through(n);
}

void TreeEditor::attach_ends(double max_gap) {
    const int count = static_cast<int>(tree_.nodes.size());
    for (int n = 0; n < count; ++n) {
        if (!is_end(n)) continue;
        const Tip tip = tip_at(n);
        if (const std::optional<Landing> landing = land(tip, std::min(max_gap, tip.length)))
            add_bridge(n, node_on(*landing));
    }
    for (int n = 0; n < std::ssize(tree_.nodes); ++n) dissolve_if_passed_through(n);
}

/// Where a straight way out of a dead end comes to another vessel first; ways aside count as longer.
std::optional<TreeEditor::Landing> TreeEditor::land(const Tip& tip, double max_gap) const {
    std::optional<Landing> best;
    double nearest = std::numeric_limits<double>::infinity();
    for (const double aside_deg : {0.0, -12.0, 12.0, -24.0, 24.0}) {
        const double a = aside_deg * std::numbers::pi / 180.0;
        const Point way{std::cos(a) * tip.out.x - std::sin(a) * tip.out.y,
                        std::sin(a) * tip.out.x + std::cos(a) * tip.out.y};
        const double far = distance_to_next_lumen(depth_, tip.at, way, tip.radius + max_gap);
        if (far / std::cos(a) >= nearest) continue;
        const std::optional<Landing> landing = vessel_around(tip.at + far * way, tip.branch);
        if (!landing) continue;
        best = landing;
        nearest = far / std::cos(a);
    }
    return best;
}

/// The branch in whose lumen a point lies, other than `own`.
std::optional<TreeEditor::Landing> TreeEditor::vessel_around(Point p, int own) const {
    std::optional<Landing> best;
    for (int b = 0; b < std::ssize(tree_.branches); ++b) {
        if (removed(b)) continue;
        const CurvePoint near = nearest_on(tree_.branches[at(b)].points_px, p);
        if (!best || near.distance < best->on.distance) best = Landing{b, near};
    }
    if (!best || best->branch == own || best->on.distance > radius_at(best->on.at) + 2.0) return std::nullopt;
    return best;
}

/// The node at a place of a branch: the end of the branch if that is near, else a new one that parts it in
/// two.
int TreeEditor::node_on(const Landing& landing) {
    const VesselTree::Branch whole = tree_.branches[at(landing.branch)];
    const double size = length(whole.points_px);
    if (landing.on.arc < 3.0) return whole.from;
    if (landing.on.arc > size - 3.0) return whole.to;
    const int middle = static_cast<int>(tree_.nodes.size());
    const int second = static_cast<int>(tree_.branches.size());
    detach(landing.branch);
    tree_.nodes.push_back({.at_px = landing.on.at, .branches = {landing.branch, second}});
    tree_.branches[at(landing.branch)] = {
        .from = whole.from, .to = middle, .points_px = slice(whole.points_px, 0.0, landing.on.arc)};
    tree_.branches.push_back(
        {.from = middle, .to = whole.to, .points_px = slice(whole.points_px, landing.on.arc, size)});
    tree_.nodes[at(whole.from)].branches.push_back(landing.branch);
    tree_.nodes[at(whole.to)].branches.push_back(second);
    return middle;
}

VesselTree TreeEditor::finish() const {
    VesselTree result;
    std::vector<int> new_node(tree_.nodes.size(), -1);
    for (std::size_t n = 0; n < tree_.nodes.size(); ++n) {
        if (tree_.nodes[n].branches.empty()) continue;
        new_node[n] = static_cast<int>(result.nodes.size());
        result.nodes.push_back({.at_px = tree_.nodes[n].at_px});
    }
    for (int b = 0; b < std::ssize(tree_.branches); ++b) {
        if (removed(b)) continue;
        VesselTree::Branch branch = tree_.branches[at(b)];
        branch.from = new_node[at(branch.from)];
        branch.to = new_node[at(branch.to)];
        const int index = static_cast<int>(result.branches.size());
        result.nodes[at(branch.from)].branches.push_back(index);
        result.nodes[at(branch.to)].branches.push_back(index);
        result.branches.push_back(std::move(branch));
    }
    return result;
}

/// Takes the branch away and leaves its nodes as they are.
void TreeEditor::detach(int branch) {
    VesselTree::Branch& b = tree_.branches[at(branch)];
    for (const int node : {b.from, b.to}) std::erase(tree_.nodes[at(node)].branches, branch);
    b.from = b.to = -1;
}

void TreeEditor::remove(int branch) {
    const int from = tree_.branches[at(branch)].from, to = tree_.branches[at(branch)].to;
    detach(branch);
    dissolve_if_passed_through(from);
    dissolve_if_passed_through(to);
}

/// Makes one branch of two that meet at a node where nothing else does.
void TreeEditor::dissolve_if_passed_through(int node) {
    const std::vector<int> met = tree_.nodes[at(node)].branches;
    if (met.size() != 2 || met[0] == met[1]) return;
    const VesselTree::Branch &a = tree_.branches[at(met[0])], &b = tree_.branches[at(met[1])];
    Polyline points = a.to == node ? a.points_px : reversed(a.points_px);
    const Polyline rest = b.from == node ? b.points_px : reversed(b.points_px);
    const int from = a.to == node ? a.from : a.to;
    const int to = b.from == node ? b.to : b.from;
    points.insert(points.end(), rest.begin() + 1, rest.end());
    detach(met[0]);
    detach(met[1]);
    tree_.branches[at(met[0])] = {.from = from, .to = to, .points_px = std::move(points)};
    tree_.nodes[at(from)].branches.push_back(met[0]);
    tree_.nodes[at(to)].branches.push_back(met[0]);
}

/// Shrinks a branch to its middle, which becomes the one node of all that met at its two ends.
void TreeEditor::merge_nodes(int branch) {
    const int kept = tree_.branches[at(branch)].from, gone = tree_.branches[at(branch)].to;
    const double half = 0.5 * length(tree_.branches[at(branch)].points_px);
    const Polyline first_half = slice(tree_.branches[at(branch)].points_px, 0.0, half);
    detach(branch);
    if (!first_half.empty()) tree_.nodes[at(kept)].at_px = first_half.back();
    const Point middle = tree_.nodes[at(kept)].at_px;
    for (VesselTree::Branch& b : tree_.branches) {
        if (b.from == gone) b.from = kept;
        if (b.to == gone) b.to = kept;
        if (b.from == kept) b.points_px.front() = middle;
        if (b.to == kept) b.points_px.back() = middle;
    }
    std::vector<int>& met = tree_.nodes[at(kept)].branches;
    met.insert(met.end(), tree_.nodes[at(gone)].branches.begin(), tree_.nodes[at(gone)].branches.end());
    tree_.nodes[at(gone)].branches.clear();
}

}  // namespace stenometry
