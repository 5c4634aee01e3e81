#include "segment/catheter.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <span>

#include "core/distance.h"
#include "core/statistics.h"
#include "segment/ridge_graph.h"

namespace stenometry {
namespace {

constexpr int step_px = 3;  // from one ridge point to the next: small gaps are stepped over
// Distance from the border of the field, beside the half width, within which a catheter is seen to come in.
constexpr double entry_px = 6.0;
constexpr double width_spread =
    0.15;                         // of a catheter's width, standard deviation over mean, as the mask shows it
constexpr double widening = 1.3;  // from the catheter into the artery
constexpr float probe_px = 12;    // along a ridge, to see whether it runs over the border
constexpr std::size_t window = 11;        // ridge points over which a width is taken
constexpr std::size_t branch_points = 3;  // of the way beside which another ridge may run by chance
using IndexImage = Image<std::int32_t>;

/// A way along ridge points, as their indices, and the width of the mask at each.
struct Way {
    std::vector<int> points;
    std::vector<double> width_px;
};

/// Which points a way has been at; forgets them all at once.
class Visited {
  public:
    explicit Visited(std::size_t points) : way_of_(points) {}
    void start() { ++way_; }
    void add(int point) { way_of_[static_cast<std::size_t>(point)] = way_; }
    bool contains(int point) const { return way_of_[static_cast<std::size_t>(point)] == way_; }

  private:
    std::vector<int> way_of_;
    int way_ = 0;
};

/// The best point to go on with from `from`, looking along (dx, dy); -1 if the ridge ends.
int next_point(const std::vector<RidgePoint>& ridges, const IndexImage& index, int from, double dx, double dy,
               const Visited& visited) {
    const RidgePoint& here = ridges[std::size_t(from)];
    int best = -1;
    double least = 1e9;
    for (int sy = -step_px; sy <= step_px; ++sy)
        for (int sx = -step_px; sx <= step_px; ++sx) {
            if (!index.contains(here.x + sx, here.y + sy)) continue;
            const int i = index(here.x + sx, here.y + sy);
            if (i < 0 || visited.contains(i)) continue;
            const double distance = std::hypot(sx, sy);
            const double forward = (sx * dx + sy * dy) / distance;
            if (forward < 0.5 || !continues(here, ridges[std::size_t(i)])) continue;
            const double cost = distance * (2.0 - forward);
            if (cost < least) {
                least = cost;
                best = i;
            }
        }
    return best;
}

Way follow(const std::vector<RidgePoint>& ridges, const IndexImage& index, Visited& visited, int start,
           double dx, double dy, std::size_t most_points) {
    Way way;
    visited.start();
    for (int i = start; i >= 0 && way.points.size() < most_points;) {
        way.points.push_back(i);
        visited.add(i);
        const RidgePoint& here = ridges[std::size_t(i)];
        const double sign = double{here.dx} * dx + double{here.dy} * dy >= 0 ? 1 : -1;
        dx = sign * double{here.dx};
        dy = sign * double{here.dy};
        i = next_point(ridges, index, i, dx, dy, visited);
    }
    return way;
}

double median_between(const std::vector<double>& values, std::size_t from, std::size_t to) {
    return upper_median(std::span(values).subspan(from, to - from));
}

/// Width of the mask around each point of the way. Ridges of a curved vessel are up to a pixel off its
/// middle, so the widest place near the point counts.
void measure_widths(Way& way, const std::vector<RidgePoint>& ridges, const Image<float>& distance) {
    for (const int i : way.points) {
        const RidgePoint& r = ridges[std::size_t(i)];
        float radius = 0;
        for (int y = std::max(0, r.y - 2); y <= std::min(distance.height() - 1, r.y + 2); ++y)
            for (int x = std::max(0, r.x - 2); x <= std::min(distance.width() - 1, r.x + 2); ++x)
                radius = std::max(radius, distance(x, y));
        way.width_px.push_back(2 * double{radius} - 1);
    }
}

/// Number of points up to where the way widens for good; empty if it never does.
std::optional<std::size_t> end_before_widening(const Way& way, std::size_t least_points) {
    for (std::size_t k = least_points; k + window <= way.points.size(); ++k) {
        const double before = median_between(way.width_px, 0, k);
        if (median_between(way.width_px, k, k + window) > widening * before &&
            way.width_px[k] > widening * before)
            return k;
    }
    return std::nullopt;
}

bool keeps_its_width(const Way& way, std::size_t count) {
    // The first points are cut by the border, the last widen with the vessel.
    const std::size_t from = std::min(window, count / 4);
    const std::size_t to = count - std::min(window / 2, count / 4);
    double sum = 0, squares = 0;
    for (std::size_t i = from; i < to; ++i) {
        sum += way.width_px[i];
        squares += way.width_px[i] * way.width_px[i];
    }
    const double n = double(to - from);
    const double mean = sum / n;
    return n > 1 && squares / n - mean * mean < std::pow(width_spread * mean, 2);
}

/// Whether other ridges leave the way before `count`.
bool has_branches(const Way& way, std::size_t count, const std::vector<RidgePoint>& ridges,
                  const IndexImage& index) {
    std::vector<std::uint8_t> own(ridges.size());
    for (const int i : way.points) own[std::size_t(i)] = 1;
    std::size_t beside = 0;
    for (std::size_t k = 0; k + window / 2 < count; ++k) {  // beyond it the vessel's own branches begin
        const RidgePoint& here = ridges[std::size_t(way.points[k])];
        const int reach = static_cast<int>(way.width_px[k] / 2 + 3);
        bool found = false;
        for (int sy = -reach; sy <= reach && !found; ++sy)
            for (int sx = -reach; sx <= reach && !found; ++sx) {
                const double along = sx * double{here.dx} + sy * double{here.dy};
                const double across = std::abs(sx * double{here.dy} - sy * double{here.dx});
                // A ridge one or two pixels beside is the same line, drawn twice.
                if (std::abs(along) > 2 || across < 3 || !index.contains(here.x + sx, here.y + sy)) continue;
                const int other = index(here.x + sx, here.y + sy);
                found = other >= 0 && !own[std::size_t(other)];
            }
        beside += found;
    }
    return beside > branch_points;
}

/// The `k`-th point of the way and the points within its width that run beside it: noise draws a line twice.
std::vector<int> drawn_twice(const Way& way, std::size_t k, const std::vector<RidgePoint>& ridges,
                             const IndexImage& index) {
    const int own = way.points[k];
    const RidgePoint& here = ridges[std::size_t(own)];
    const int reach = static_cast<int>(way.width_px[k] / 2);
    std::vector<int> points{own};
    for (int sy = -reach; sy <= reach; ++sy)
        for (int sx = -reach; sx <= reach; ++sx) {
            if (!index.contains(here.x + sx, here.y + sy)) continue;
            const int other = index(here.x + sx, here.y + sy);
            if (other >= 0 && same_way(here, ridges[std::size_t(other)])) points.push_back(other);
        }
    return points;
}

/// Whether the ridge runs over the border here rather than along it, and which way is in.
bool comes_in(const RidgePoint& ridge, const Image<float>& border_distance, double& dx, double& dy) {
    const auto at = [&](float x, float y) {
        const int column = std::clamp(static_cast<int>(std::lround(x)), 0, border_distance.width() - 1);
        const int row = std::clamp(static_cast<int>(std::lround(y)), 0, border_distance.height() - 1);
        return border_distance(column, row);
    };
    const float ahead = at(float(ridge.x) + probe_px * ridge.dx, float(ridge.y) + probe_px * ridge.dy);
    const float behind = at(float(ridge.x) - probe_px * ridge.dx, float(ridge.y) - probe_px * ridge.dy);
    const double sign = ahead >= behind ? 1 : -1;
    dx = sign * double{ridge.dx};
    dy = sign * double{ridge.dy};
    return std::abs(ahead - behind) > 0.4F * probe_px;
}

bool may_enter_at(const RidgePoint& ridge, const Image<float>& border_distance) {
    return double{border_distance(ridge.x, ridge.y)} <= entry_px + double{ridge.scale_px} &&
           is_catheter_entry({double(ridge.x), double(ridge.y)}, border_distance.width(),
                             border_distance.height());
}

/// Whether the ridge goes on outwards: then it only passes the border.
bool goes_on_outwards(const std::vector<RidgePoint>& ridges, const IndexImage& index, Visited& visited,
                      int start, double dx, double dy) {
    const std::size_t least = static_cast<std::size_t>(2 * entry_px) + window;
    return follow(ridges, index, visited, start, -dx, -dy, least + 1).points.size() > least;
}

}  // namespace

Image<float> distance_to_border(const Image<std::uint8_t>& valid, int reach_px) {
    Image<std::uint8_t> framed(valid.width() + 2, valid.height() + 2);
    for (int y = 0; y < valid.height(); ++y) std::copy_n(valid.row(y), valid.width(), framed.row(y + 1) + 1);
    const Image<float> distance = distance_to_background(framed, reach_px);
    Image<float> inside(valid.width(), valid.height());
    for (int y = 0; y < valid.height(); ++y)
        std::copy_n(distance.row(y + 1) + 1, valid.width(), inside.row(y));
    return inside;
}

bool is_catheter_entry(Point at_px, int width, int height) {
    constexpr double lowest = 0.35, lowest_left = 0.75, left = 0.3;  // parts of the picture
    return at_px.y / height < (at_px.x < left * width ? lowest_left : lowest);
}

std::vector<std::uint8_t> find_catheter(const std::vector<RidgePoint>& ridges,
                                        const Image<std::uint8_t>& mask, const Image<std::uint8_t>& valid,
                                        const CatheterSize& size) {
    std::vector<std::uint8_t> in_catheter(ridges.size());
    if (ridges.empty()) return in_catheter;
    const IndexImage index = index_of(ridges, mask.width(), mask.height());
    const auto coarser = [](const RidgePoint& a, const RidgePoint& b) { return a.scale_px < b.scale_px; };
    const float coarsest = std::max_element(ridges.begin(), ridges.end(), coarser)->scale_px;
    // From the farthest point of entry, and one more for the rounding of the probe.
    const Image<float> border =
        distance_to_border(valid, static_cast<int>(std::ceil(float(entry_px) + coarsest + probe_px)) + 1);
    Image<float> inside;  // most frames have no candidate to measure
    const auto least_points = static_cast<std::size_t>(std::max(2.0 * window, size.least_length_px));
    Visited visited(ridges.size());
    Way longest;
    std::size_t longest_count = 0;
    for (std::size_t i = 0; i < ridges.size(); ++i) {
        double dx = 0, dy = 0;
        if (!may_enter_at(ridges[i], border) || !comes_in(ridges[i], border, dx, dy) ||
            goes_on_outwards(ridges, index, visited, int(i), dx, dy))
            continue;
        Way way = follow(ridges, index, visited, int(i), dx, dy, ridges.size());
        if (way.points.size() < least_points + window) continue;
        if (inside.empty()) inside = distance_to_background(mask);
        measure_widths(way, ridges, inside);
        const std::optional<std::size_t> end = end_before_widening(way, least_points);
        if (!end || *end <= longest_count) continue;
        const double width = median_between(way.width_px, 0, *end);
        if (width < size.least_diameter_px || width > size.greatest_diameter_px ||
            !keeps_its_width(way, *end) || has_branches(way, *end, ridges, index))
            continue;
        longest_count = *end;
        longest = std::move(way);
    }
    for (std::size_t k = 0; k < longest_count; ++k)
        for (const int i : drawn_twice(longest, k, ridges, index)) in_catheter[std::size_t(i)] = 1;
    return in_catheter;
}

std::vector<std::uint8_t> extended_catheter(const std::vector<RidgePoint>& ridges,
                                            std::vector<std::uint8_t> known, const Image<std::uint8_t>& mask,
                                            const Image<std::uint8_t>& valid) {
    if (std::ranges::count(known, 1) == 0) return known;
    const Image<float> border = distance_to_border(valid, mask.width() + mask.height());
    std::size_t entry = ridges.size();
    for (std::size_t i = 0; i < ridges.size(); ++i)
        if (known[i] != 0 && (entry == ridges.size() ||
                              border(ridges[i].x, ridges[i].y) < border(ridges[entry].x, ridges[entry].y)))
            entry = i;
    double dx = 0, dy = 0;
    comes_in(ridges[entry], border, dx, dy);
    const IndexImage index = index_of(ridges, mask.width(), mask.height());
    Visited visited(ridges.size());
    Way way = follow(ridges, index, visited, static_cast<int>(entry), dx, dy, ridges.size());
    std::size_t known_points = 0;  // of the way, up to the last one
    for (std::size_t k = 0; k < way.points.size(); ++k)
        if (known[static_cast<std::size_t>(way.points[k])] != 0) known_points = k + 1;
    if (known_points < 2 * window) return known;
    // Farther on than it is known it may be the artery that goes on as wide.
    constexpr std::size_t farthest = 3;
    way.points.resize(std::min(way.points.size(), farthest * known_points + window));
    measure_widths(way, ridges, distance_to_background(mask));
    const std::optional<std::size_t> end = end_before_widening(way, known_points - window);
    for (std::size_t k = 0; end && k < *end; ++k)
        for (const int i : drawn_twice(way, k, ridges, index)) known[static_cast<std::size_t>(i)] = 1;
    return known;
}

}  // namespace stenometry
