#include "segment/ridge_graph.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <numeric>
#include <set>

namespace stenometry {
namespace {

/// Sets of indices that grow together.
class DisjointSets {
  public:
    explicit DisjointSets(std::size_t count) : parent_(count) {
        std::iota(parent_.begin(), parent_.end(), 0);
    }
    int root(int i) {
        while (parent_[std::size_t(i)] != i)
            i = parent_[std::size_t(i)] = parent_[std::size_t(parent_[std::size_t(i)])];
        return i;
    }
    void join(int i, int j) { parent_[std::size_t(std::max(root(i), root(j)))] = std::min(root(i), root(j)); }

  private:
    std::vector<int> parent_;
};

/// Faint ridges between vessels, as segments that are followed beyond both their ends.
class Narrows {
  public:
    Narrows(const std::vector<RidgePoint>& vessels, const std::vector<RidgePoint>& faint, cv::Size size)
        : vessels_(vessels),
          vessel_at_(index_of(vessels, size.width, size.height)),
          vessel_segment_(label_segments(vessels, size)) {
        const auto elsewhere = [&](const RidgePoint& r) { return vessel_at_(r.x, r.y) < 0; };
        std::copy_if(faint.begin(), faint.end(), std::back_inserter(faint_), elsewhere);
        faint_at_ = index_of(faint_, size.width, size.height);
        faint_segment_ = label_segments(faint_, size);
        ends_.resize(faint_.size());
        ways_.resize(faint_.size());
    }

    std::vector<RidgePoint> find(int reach_px) {
        for (std::size_t i = 0; i < faint_.size(); ++i)
            for (const float way : {-1.0F, 1.0F}) look_ahead(i, way, reach_px);
        const std::vector<std::size_t> vessel_points = points_of(vessel_segment_);
        const std::vector<std::size_t> faint_points = points_of(faint_segment_);
        std::vector<RidgePoint> narrows;
        for (std::size_t i = 0; i < faint_.size(); ++i) {
            const auto segment = static_cast<std::size_t>(faint_segment_[i]);
            if (!joins(segment, faint_points[segment], vessel_points)) continue;
            narrows.push_back(faint_[i]);
            if (segment == i) narrows.insert(narrows.end(), ways_[i].begin(), ways_[i].end());
        }
        return narrows;
    }

  private:
    /// How many points have each label.
    static std::vector<std::size_t> points_of(const std::vector<int>& labels) {
        std::vector<std::size_t> points(labels.size());
        for (const int label : labels) ++points[static_cast<std::size_t>(label)];
        return points;
    }

    /// Whether a faint segment lies between two vessels that are both as long: one that is longer than what
    /// it joins makes a vessel of scattered shadows.
    bool joins(std::size_t segment, std::size_t length, const std::vector<std::size_t>& vessel_points) const {
        const auto as_long = [&](int vessel) {
            return vessel_points[static_cast<std::size_t>(vessel)] >= length;
        };
        return std::count_if(ends_[segment].begin(), ends_[segment].end(), as_long) >= 2;
    }

    /// Goes on from a faint point to the first other ridge. If that is a vessel, its segment ends there.
    void look_ahead(std::size_t from, float way, int reach_px) {
        const RidgePoint& start = faint_[from];
        const auto segment = static_cast<std::size_t>(faint_segment_[from]);
        std::vector<RidgePoint> passed;
        for (int t = 1; t <= reach_px; ++t) {
            RidgePoint here = start;
            here.x += static_cast<int>(std::lround(way * float(t) * start.dx));
            here.y += static_cast<int>(std::lround(way * float(t) * start.dy));
            if (!vessel_at_.contains(here.x, here.y)) return;
            const std::int32_t own = faint_at_(here.x, here.y);
            if (own >= 0 && faint_segment_[static_cast<std::size_t>(own)] == faint_segment_[from]) return;
            const int vessel = vessel_near(here);
            if (vessel_at_(here.x, here.y) < 0) passed.push_back(here);
            if (vessel >= 0) {
                ends_[segment].insert(vessel_segment_[static_cast<std::size_t>(vessel)]);
                ways_[segment].insert(ways_[segment].end(), passed.begin(), passed.end());
                return;
            }
        }
    }

    /// The index of a vessel's point at `p` or beside it that runs the same way; -1 if there is none.
    int vessel_near(const RidgePoint& p) const {
        for (int dy = -1; dy <= 1; ++dy)
            for (int dx = -1; dx <= 1; ++dx) {
                if (!vessel_at_.contains(p.x + dx, p.y + dy)) continue;
                const std::int32_t vessel = vessel_at_(p.x + dx, p.y + dy);
                if (vessel >= 0 && same_way(p, vessels_[static_cast<std::size_t>(vessel)])) return vessel;
            }
        return -1;
    }

    const std::vector<RidgePoint>& vessels_;
    Image<std::int32_t> vessel_at_;
    std::vector<int> vessel_segment_;
    std::vector<RidgePoint> faint_;
    Image<std::int32_t> faint_at_;
    std::vector<int> faint_segment_;
    std::vector<std::set<int>> ends_;            ///< of each faint segment: the vessels' segments it meets
    std::vector<std::vector<RidgePoint>> ways_;  ///< of each faint segment: from its ends to these
};

}  // namespace

Image<std::int32_t> index_of(const std::vector<RidgePoint>& ridges, int width, int height) {
    Image<std::int32_t> index(width, height, -1);
    for (std::size_t i = 0; i < ridges.size(); ++i)
        index(ridges[i].x, ridges[i].y) = static_cast<std::int32_t>(i);
    return index;
}

bool same_way(const RidgePoint& a, const RidgePoint& b) {
    constexpr float widest_turn = 0.77F;  // cosine of 40 degrees
    return std::abs(a.dx * b.dx + a.dy * b.dy) >= widest_turn;
}

bool continues(const RidgePoint& a, const RidgePoint& b) {
    constexpr float widest_step =
        0.6F;  // cosine of the step against the direction; steps are rounded to pixels
    const float step_x = float(b.x - a.x);
    const float step_y = float(b.y - a.y);
    const float along = std::abs(step_x * (a.dx + b.dx) + step_y * (a.dy + b.dy)) / 2;
    const float along_reversed = std::abs(step_x * (a.dx - b.dx) + step_y * (a.dy - b.dy)) / 2;
    return same_way(a, b) && std::max(along, along_reversed) >= widest_step * std::hypot(step_x, step_y);
}

std::vector<int> label_segments(const std::vector<RidgePoint>& ridges, cv::Size size) {
    constexpr int reach = 3;
    const Image<std::int32_t> index = index_of(ridges, size.width, size.height);
    DisjointSets segments(ridges.size());
    for (std::size_t i = 0; i < ridges.size(); ++i)
        for (int dy = 0; dy <= reach; ++dy)
            for (int dx = dy == 0 ? 1 : -reach; dx <= reach; ++dx) {
                const cv::Point p(ridges[i].x + dx, ridges[i].y + dy);
                if (!cv::Rect({}, size).contains(p)) continue;
                const int other = index(p.x, p.y);
                if (other >= 0 && continues(ridges[i], ridges[std::size_t(other)]))
                    segments.join(int(i), other);
            }
    std::vector<int> label;
    for (std::size_t i = 0; i < ridges.size(); ++i) label.push_back(segments.root(int(i)));
    return label;
}

std::vector<RidgePoint> find_narrows(const std::vector<RidgePoint>& vessels,
                                     const std::vector<RidgePoint>& faint, cv::Size size, int reach_px) {
    return Narrows(vessels, faint, size).find(reach_px);
}

}  // namespace stenometry
