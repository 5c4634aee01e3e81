#include "stenometry/centerline.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <optional>
#include <queue>
#include <string>

#include "centerline/ridge_line.h"
#include "core/require.h"
#include "core/same_size.h"
#include "core/statistics.h"
#include "stenometry/error.h"

namespace stenometry {

namespace {

/// Cost of background over the cost of the vessel's middle. Large enough that the straight way across a bend
/// is dearer, even across a loop whose ends lie twenty times closer to each other than along the vessel;
/// small enough that a tight stenosis, which answers little more than background, is not gone around through
/// a side branch.
constexpr float background_cost = 40.0F;

/// A given point whose surroundings answer less than this part of the frame's strongest ridge lies on no
/// vessel. In a right coronary cine of 512 x 512 pixels, conus branches answer 0.06 and more, plain
/// background 0.02 to 0.05; noisier backgrounds can answer more, so this keeps vessels and catches only what
/// is plainly none.
constexpr float faintest_vessel = 0.04F;

struct Pixel {
    int x = 0;
    int y = 0;
    friend bool operator==(const Pixel&, const Pixel&) = default;
};

Pixel nearest_pixel(Point p) {
    return {static_cast<int>(std::lround(p.x)), static_cast<int>(std::lround(p.y))};
}
Point centre_of(Pixel p) { return {static_cast<double>(p.x), static_cast<double>(p.y)}; }

/// The response up to which a place is taken for background: twice the median, because most of a frame is
/// background. Every fourth pixel of every fourth row is enough to know it.
double background_response(const Vesselness& vesselness) {
    constexpr int step = 4;
    std::vector<double> values;
    for (int y = 0; y < vesselness.response.height(); y += step)
        for (int x = 0; x < vesselness.response.width(); x += step)
            if (vesselness.valid(x, y) != 0) values.push_back(static_cast<double>(vesselness.response(x, y)));
    return values.empty() ? 0.0 : 2.0 * upper_median(values);
}

/// The part of a path that runs over background.
double background_part(const Vesselness& vesselness, const Polyline& path, double background) {
    const Polyline samples = resample(path, 1.0);
    const auto over = std::count_if(samples.begin(), samples.end(), [&](Point p) {
        return sample_bilinear(vesselness.response, p) <= background;
    });
    return static_cast<double>(over) / static_cast<double>(samples.size());
}

/// A given point's place on the vessel.
struct Anchor {
    Point at;
    double response = 0.0;
};

/// The ridge that a person who pointed at `p` meant: strong and near. The catheter beside it may be stronger,
/// noise under the point nearer; the product of response and nearness decides.
std::optional<Pixel> meant_ridge(const Vesselness& vesselness, Point p, double radius) {
    const Image<float>& response = vesselness.response;
    const int reach = static_cast<int>(std::ceil(radius));
    const Pixel centre = nearest_pixel(p);
    std::optional<Pixel> best;
    double best_score = 0.0;
    for (int y = std::max(0, centre.y - reach); y <= std::min(response.height() - 1, centre.y + reach); ++y) {
        for (int x = std::max(0, centre.x - reach); x <= std::min(response.width() - 1, centre.x + reach);
             ++x) {
            const double off = distance(p, {static_cast<double>(x), static_cast<double>(y)}) / (radius + 1.0);
            const double score = static_cast<double>(response(x, y)) * (1.0 - off * off);
            if (off >= 1.0 || score <= best_score) continue;
            best = Pixel{x, y};
            best_score = score;
        }
    }
    return best;
}

/// The foot of `p` on the ridge through `start`: steps along the ridge to where `p` lies square to it, and
/// back to the ridge's middle, in turn.
Point foot_on_ridge(const Vesselness& vesselness, Pixel start, Point p) {
    Point foot = centre_of(start);
    for (int i = 0; i < 4; ++i) {
        const Pixel at = nearest_pixel(foot);
        const double angle = static_cast<double>(vesselness.direction_rad(at.x, at.y));
        const Point along{std::cos(angle), std::sin(angle)};
        const Point square = foot + dot(p - foot, along) * along;
        foot = strongest_across(vesselness.response, square, {-along.y, along.x}, 2.0);
    }
    return foot;
}

std::optional<Anchor> snap(const Vesselness& vesselness, Point p, double radius, double background) {
    const std::optional<Pixel> ridge = meant_ridge(vesselness, p, radius);
    if (!ridge || vesselness.response(ridge->x, ridge->y) < faintest_vessel) return std::nullopt;
    const double ridge_response = static_cast<double>(vesselness.response(ridge->x, ridge->y));
    if (ridge_response <= background) return std::nullopt;
    const Point foot = foot_on_ridge(vesselness, *ridge, p);
    const double foot_response = sample_bilinear(vesselness.response, foot);
    // Where the direction misleads, as in a blob, the ridge's own pixel is the better anchor.
    if (foot_response < 0.5 * ridge_response || distance(foot, p) > radius + 1.0)
        return Anchor{centre_of(*ridge), ridge_response};
    return Anchor{foot, foot_response};
}

/// Least-cost paths over the pixels of one vesselness image, by A* with the 16 directions of a knight's and a
/// king's moves, whose lengths are right within 2.8 %. The cost per pixel of length is 1 where the response
/// reaches `reference` and `background_cost` where there is none.
class PathFinder {
  public:
    /// \param scale_px that answers in the middle of the vessel
    PathFinder(const Vesselness& vesselness, double reference, float scale_px)
        : vesselness_(vesselness),
          width_(vesselness.response.width()),
          reference_(static_cast<float>(reference)),
          scale_(scale_px),
          distance_(vesselness.response.size(), infinite),
          from_(vesselness.response.size(), unreached) {}

    /// The pixels from `start` to `goal`; empty if the valid region does not connect them.
    std::vector<Pixel> find(Pixel start, Pixel goal) {
        queue_ = {};
        distance_[index(start)] = 0.0F;
        queue_.push({ahead(start, goal), index(start)});
        while (!queue_.empty()) {
            const Candidate next = queue_.top();
            queue_.pop();
            const Pixel at = pixel(next.index);
            if (at == goal) return path_to(start, goal);
            // Entries left behind by a later, better one.
            if (next.bound > distance_[next.index] + ahead(at, goal) + 1e-3F) continue;
            expand(at, goal);
        }
        return {};
    }

  private:
    static constexpr float infinite = std::numeric_limits<float>::infinity();
    static constexpr std::uint8_t unreached = 255;

    struct Candidate {
        float bound;
        std::uint32_t index;
        /// The order of a queue whose top is the smallest; ties by index, so that equal paths are chosen
        /// alike.
        friend bool operator<(const Candidate& a, const Candidate& b) {
            return a.bound != b.bound ? a.bound > b.bound : a.index > b.index;
        }
    };
    struct Move {
        int dx, dy;
        float length;
    };
    static constexpr float diagonal = 1.41421356F;
    static constexpr float knight = 2.23606798F;
    static constexpr std::array<Move, 16> moves{{{1, 0, 1.0F},
                                                 {0, 1, 1.0F},
                                                 {-1, 0, 1.0F},
                                                 {0, -1, 1.0F},
                                                 {1, 1, diagonal},
                                                 {-1, 1, diagonal},
                                                 {-1, -1, diagonal},
                                                 {1, -1, diagonal},
                                                 {2, 1, knight},
                                                 {1, 2, knight},
                                                 {-1, 2, knight},
                                                 {-2, 1, knight},
                                                 {-2, -1, knight},
                                                 {-1, -2, knight},
                                                 {1, -2, knight},
                                                 {2, -1, knight}}};

    std::uint32_t index(Pixel p) const {
        return static_cast<std::uint32_t>(p.y) * static_cast<std::uint32_t>(width_) +
               static_cast<std::uint32_t>(p.x);
    }
    Pixel pixel(std::uint32_t i) const {
        const auto at = static_cast<int>(i);
        return {at % width_, at / width_};
    }
    float ahead(Pixel at, Pixel goal) const {
        return std::hypot(static_cast<float>(at.x - goal.x), static_cast<float>(at.y - goal.y));
    }
    float cost(int x, int y) const {
        constexpr float floor = 1.0F / (background_cost - 1.0F);
        const float part = std::min(1.0F, vesselness_.response(x, y) / reference_);
        return narrowness(x, y) * (1.0F + floor) / (part + floor);
    }
    /// Above 1 where the vessel is narrower than at its ends: a branch that leaves it and meets it again
    /// answers as fully, but is thinner all the way, while a lesion is thin for a short one.
    float narrowness(int x, int y) const {
        constexpr float most = 1.5F;
        const float scale = vesselness_.scale_px(x, y);
        return scale > 0.0F ? std::clamp(std::sqrt(scale_ / scale), 1.0F, most) : 1.0F;
    }
    bool passable(int x, int y) const {
        return vesselness_.response.contains(x, y) && vesselness_.valid(x, y) != 0;
    }

    /// Mean cost along one move; a knight's move passes between two pixels.
    float cost_of(Pixel at, const Move& move) const {
        const float ends = 0.5F * (cost(at.x, at.y) + cost(at.x + move.dx, at.y + move.dy));
        if (std::abs(move.dx) + std::abs(move.dy) < 3) return ends;
        const int half_x = move.dx / 2, half_y = move.dy / 2;
        const int far_x = move.dx - half_x, far_y = move.dy - half_y;
        return 0.5F * (ends + 0.5F * (cost(at.x + half_x, at.y + half_y) + cost(at.x + far_x, at.y + far_y)));
    }

    void expand(Pixel at, Pixel goal) {
        const std::uint32_t here = index(at);
        for (std::uint8_t m = 0; m < moves.size(); ++m) {
            const Pixel to{at.x + moves[m].dx, at.y + moves[m].dy};
            if (!passable(to.x, to.y)) continue;
            const std::uint32_t there = index(to);
            const float reached = distance_[here] + moves[m].length * cost_of(at, moves[m]);
            if (reached >= distance_[there]) continue;
            distance_[there] = reached;
            from_[there] = m;
            queue_.push({reached + ahead(to, goal), there});
        }
    }

    std::vector<Pixel> path_to(Pixel start, Pixel goal) const {
        std::vector<Pixel> path{goal};
        while (path.back() != start) {
            const Move& move = moves[from_[index(path.back())]];
            path.push_back({path.back().x - move.dx, path.back().y - move.dy});
        }
        std::reverse(path.begin(), path.end());
        return path;
    }

    const Vesselness& vesselness_;
    int width_;
    float reference_;
    float scale_;
    std::vector<float> distance_;
    std::vector<std::uint8_t> from_;
    std::priority_queue<Candidate> queue_;
};

/// The larger of the scales that answer at two pixels; 0 where none does.
float scale_of(const Vesselness& vesselness, Pixel a, Pixel b) {
    return std::max(vesselness.scale_px(a.x, a.y), vesselness.scale_px(b.x, b.y));
}

/// The path between two anchors, the same whichever comes first.
Polyline find_leg(const Vesselness& vesselness, const Anchor& from, const Anchor& to) {
    Pixel start = nearest_pixel(from.at), goal = nearest_pixel(to.at);
    const bool turned = std::pair(goal.y, goal.x) < std::pair(start.y, start.x);
    if (turned) std::swap(start, goal);
    // The stronger end is the scale: against the weaker one, side branches would answer as fully as the
    // vessel.
    std::vector<Pixel> pixels =
        PathFinder(vesselness, std::max(from.response, to.response), scale_of(vesselness, start, goal))
            .find(start, goal);
    if (turned) std::reverse(pixels.begin(), pixels.end());
    Polyline leg;
    leg.reserve(pixels.size());
    for (const Pixel p : pixels) leg.push_back(centre_of(p));
    return leg;
}

/// Moves one end of the curve to the foot of the point that was given: shortens it, or lengthens it along its
/// tangent.
void end_at_foot(Polyline& line, Point given, double reach) {
    const Point end = line.front();
    const Point outward = line.front() - line[1];
    const double beyond = dot(given - end, outward) / std::max(norm(outward), 1e-9);
    if (beyond > 0.0) {
        const double further = std::min(beyond, reach);
        line.insert(line.begin(), end + (further / norm(outward)) * outward);
        return;
    }
    const Polyline head = slice(line, 0.0, 2.0 * reach);
    const double arc = nearest_on(head.empty() ? line : head, given).arc;
    const Polyline rest = slice(line, arc, length(line));
    if (rest.size() >= 2) line = rest;
}

Centerline failed(Unmeasurable reason, std::optional<std::size_t> unreached = {}) {
    return {.reason = reason, .unreached = unreached};
}

}  // namespace

void CenterlineOptions::validate() const {
    require_positive("centerline.snap_radius", snap_radius);
    require_positive("centerline.step_px", step_px);
    require_positive("centerline.smoothing_px", smoothing_px);
}

Centerline refine_centerline(const Vesselness& vesselness, const Polyline& rough_px,
                             const CenterlineOptions& options) {
    options.validate();
    return {.points_px = refine_on_ridge({vesselness.response, vesselness.scale_px}, rough_px,
                                         {.step_px = options.step_px, .smoothing_px = options.smoothing_px})};
}

Centerline trace_centerline(const Vesselness& vesselness, Point from, Point to, std::span<const Point> via,
                            const CenterlineOptions& options) {
    options.validate();
    vesselness.validate();
    require_inside(vesselness.response, from, "from");
    require_inside(vesselness.response, to, "to");
    for (const Point p : via) require_inside(vesselness.response, p, "via");

    std::vector<Point> given{from};
    given.insert(given.end(), via.begin(), via.end());
    given.push_back(to);
    const double radius = options.snap_radius.in_px(vesselness.calibration);
    const double background = background_response(vesselness);
    std::vector<Anchor> anchors;
    for (const Point p : given) {
        const std::optional<Anchor> anchor = snap(vesselness, p, radius, background);
        if (!anchor) return failed(Unmeasurable::point_off_vessel, anchors.size());
        anchors.push_back(*anchor);
    }

    Polyline rough{anchors.front().at};
    for (std::size_t i = 0; i + 1 < anchors.size(); ++i) {
        const Polyline leg = find_leg(vesselness, anchors[i], anchors[i + 1]);
        if (leg.empty()) return failed(Unmeasurable::no_path, i + 1);
        if (leg.size() > 2) rough.insert(rough.end(), leg.begin() + 1, leg.end() - 1);
        rough.push_back(anchors[i + 1].at);
    }
    if (length(rough) < 2.0 * options.step_px) return failed(Unmeasurable::vessel_too_short);

    // A vessel may be interrupted by a stenosis or an occlusion; a way that is mostly interruption is no
    // vessel.
    if (background_part(vesselness, rough, background) > 0.5) return failed(Unmeasurable::no_path);

    Centerline line = refine_centerline(vesselness, rough, options);
    end_at_foot(line.points_px, from, radius);
    std::reverse(line.points_px.begin(), line.points_px.end());
    end_at_foot(line.points_px, to, radius);
    std::reverse(line.points_px.begin(), line.points_px.end());
    line.points_px = resample(line.points_px, options.step_px);
    return line;
}

}  // namespace stenometry
