#include "core/distance.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <vector>

#include "core/parallel.h"

namespace stenometry {

namespace {

/// Rows to the nearest site of each column; `none` where the column has none.
class ColumnDistances {
  public:
    static constexpr std::uint16_t none = 0x7FFF;

    /// \param is_site whether a value of `image` is one
    template <class T, class IsSite>
    ColumnDistances(const Image<T>& image, IsSite is_site)
        : rows_(Image<std::uint16_t>::unfilled(image.width(), image.height())) {
        const auto next = [](std::uint16_t beside) { return std::min<std::uint16_t>(none, beside + 1); };
        const int width = image.width(), height = image.height();
        const std::vector<std::uint16_t> nothing(static_cast<std::size_t>(width), none);
        // Several columns at a time: rows are one after the other, but columns know nothing of each other.
        for (int y = 0; y < height; ++y) {
            const std::uint16_t* above = y == 0 ? nothing.data() : rows_.row(y - 1);
            std::transform(image.row(y), image.row(y) + width, above, rows_.row(y),
                           [&](T value, std::uint16_t rows) { return is_site(value) ? 0 : next(rows); });
        }
        for (int y = height - 2; y >= 0; --y) {
            std::uint16_t* here = rows_.row(y);
            std::transform(
                here, here + width, rows_.row(y + 1), here,
                [&](std::uint16_t rows, std::uint16_t below) { return std::min(rows, next(below)); });
        }
    }

    const std::uint16_t* row(int y) const { return rows_.row(y); }

  private:
    Image<std::uint16_t> rows_;
};

/// The lower envelope of parabolas, one above each column of a row that has a site: which is the lowest says
/// which site is nearest.
class LowerEnvelope {
  public:
    explicit LowerEnvelope(int width)
        : vertex_(static_cast<std::size_t>(width)), from_(static_cast<std::size_t>(width)) {}

    /// Starts again with the parabolas of the columns from `begin` to before `end` whose site is no further
    /// than `reach` rows off.
    void build(const std::uint16_t* rows, int begin, int end, int reach) {
        rows_ = rows;
        count_ = 0;
        for (int x = begin; x < end; ++x)
            if (rows[x] <= reach) add(x);
    }

    /// Calls `visit(x, column, square)` for the columns from `begin` to before `end`, but those further than
    /// `reach` from the nearest site's column: with this column and the square of the distance to the site.
    template <class Visit>
    void visit(int begin, int end, int reach, Visit&& visit) const {
        for (std::size_t k = 0; k < count_; ++k) {
            const int column = vertex_[k];
            const int first = k == 0 ? begin : std::max(begin, column_from(k));
            const int last = k + 1 == count_ ? end : std::min(end, column_from(k + 1));
            for (int x = std::max(first, column - reach); x < std::min(last, column + reach + 1); ++x)
                visit(x, column, square(x, column));
        }
    }

  private:
    /// Square of the distance of column `x` from the site of column `vertex`.
    float square(int x, int vertex) const {
        const auto across = static_cast<float>(x - vertex), down = static_cast<float>(rows_[vertex]);
        return across * across + down * down;
    }

    /// The first column in which parabola `k` is the lowest.
    int column_from(std::size_t k) const { return static_cast<int>(std::ceil(from_[k])); }

    void add(int x) {
        float from = 0.0F;
        for (; count_ > 0; --count_) {
            const int before = vertex_[count_ - 1];
            // Squares of columns would leave no digits for the quotient where the image is wide.
            const int down = (rows_[x] - rows_[before]) * (rows_[x] + rows_[before]);
            from = 0.5F * (static_cast<float>(x + before) +
                           static_cast<float>(down) / static_cast<float>(x - before));
            if (count_ == 1 || from > from_[count_ - 1]) break;
        }
        vertex_[count_] = x;
        from_[count_] = from;
        ++count_;
    }

    const std::uint16_t* rows_ = nullptr;
    std::size_t count_ = 0;
    std::vector<int> vertex_;  ///< columns whose parabolas are lowest somewhere
    std::vector<float> from_;  ///< column from which each of them is, that of the first is not used
};

/// Calls `row` with an envelope of its own and the number of each row.
template <class Row>
void for_each_row(int width, int height, Row&& row) {
    constexpr int rows_at_a_time = 32;
    parallel_for_ranges(0, height, rows_at_a_time, [&](int first, int last) {
        LowerEnvelope envelope(width);
        for (int y = first; y != last; ++y) row(envelope, y);
    });
}

}  // namespace

Image<float> distance_to_background(const Image<std::uint8_t>& mask, std::optional<int> reach_px) {
    const int width = mask.width(), height = mask.height();
    const ColumnDistances columns(mask, [](std::uint8_t value) { return value == 0; });
    const int reach = std::clamp(reach_px.value_or(width + height), 0, ColumnDistances::none - 1);
    const auto farthest = static_cast<float>(reach_px.value_or(width + height));
    Image<float> distance(width, height);
    for_each_row(width, height, [&](LowerEnvelope& envelope, int y) {
        const std::uint16_t* const row = columns.row(y);
        const std::uint16_t* const row_end = row + width;
        float* const out = distance.row(y);
        const auto in_mask = [](std::uint16_t rows) { return rows != 0; };
        for (const std::uint16_t *run = std::find_if(row, row_end, in_mask), *run_end; run != row_end;
             run = std::find_if(run_end, row_end, in_mask)) {
            run_end = std::find_if_not(run, row_end, in_mask);
            const int begin = static_cast<int>(run - row), end = static_cast<int>(run_end - row);
            std::fill(out + begin, out + end, farthest);
            // What is behind the background at both ends is farther than it.
            envelope.build(row, std::max(0, begin - 1), std::min(width, end + 1), reach);
            envelope.visit(begin, end, reach,
                           [&](int x, int, float square) { out[x] = std::min(farthest, std::sqrt(square)); });
        }
    });
    return distance;
}

NearestSites find_nearest(const Image<std::int32_t>& sites, float reach_px) {
    const int width = sites.width(), height = sites.height();
    const ColumnDistances columns(sites, [](std::int32_t site) { return site >= 0; });
    const int reach = static_cast<int>(std::clamp(reach_px, 0.0F, float{ColumnDistances::none - 1}));
    NearestSites nearest{Image<float>(width, height, std::numeric_limits<float>::infinity()),
                         Image<std::int32_t>(width, height, -1)};
    for_each_row(width, height, [&](LowerEnvelope& envelope, int y) {
        const std::uint16_t* const row = columns.row(y);
        envelope.build(row, 0, width, reach);
        envelope.visit(0, width, reach, [&](int x, int column, float square) {
            if (square > reach_px * reach_px) return;
            const int above = y - row[column], below = y + row[column];
            nearest.distance_px(x, y) = std::sqrt(square);
            nearest.site(x, y) =
                above >= 0 && sites(column, above) >= 0 ? sites(column, above) : sites(column, below);
        });
    });
    return nearest;
}

}  // namespace stenometry
