#include "lumen/overlapping_structures.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/statistics.h"

namespace stenometry {
namespace {

/// The level on either side of the vessel, row by row: what is brighter than a little over half of a while
/// along it, because other vessels are dark.
std::vector<std::array<double, 2>> levels_beside(const LumenReformation& reformation,
                                                 const Image<float>& background) {
    constexpr double while_px = 12.0, brighter_than = 0.6;
    const int third = reformation.columns() / 3, reach = static_cast<int>(while_px / reformation.row_px);
    std::vector<std::array<double, 2>> levels(static_cast<std::size_t>(reformation.rows()));
    constexpr int stride = 2;  // neighbours say the same
    for (int r = 0; r < reformation.rows(); r += stride)
        for (const int begin : {0, reformation.columns() - third}) {
            std::vector<double> values;
            for (int y = std::max(0, r - reach); y <= std::min(reformation.rows() - 1, r + reach);
                 y += stride)
                for (int c = begin; c < begin + third; c += stride)
                    if (reformation.known(c, y) != 0) values.push_back(static_cast<double>(background(c, y)));
            const double level = values.empty() ? 0.0 : quantile(std::move(values), brighter_than);
            for (int k = r; k < std::min(reformation.rows(), r + stride); ++k)
                levels[static_cast<std::size_t>(k)][begin == 0 ? 0 : 1] = level;
        }
    return levels;
}

/// Running sums of one line: sums[k] is the sum of the first k values.
template <class Value>
void accumulate(std::vector<double>& sums, int count, Value value) {
    sums.assign(static_cast<std::size_t>(count) + 1, 0.0);
    for (int k = 0; k < count; ++k)
        sums[static_cast<std::size_t>(k) + 1] = sums[static_cast<std::size_t>(k)] + value(k);
}

/// Mean over a square of 2 reach + 1 samples.
Image<float> box_mean(const Image<float>& image, int reach) {
    Image<float> rows(image.width(), image.height()), out(image.width(), image.height());
    std::vector<double> sums;
    const auto mean = [&](int k, int count) {
        const int begin = std::max(0, k - reach), end = std::min(count, k + reach + 1);
        return static_cast<float>(
            (sums[static_cast<std::size_t>(end)] - sums[static_cast<std::size_t>(begin)]) / (end - begin));
    };
    for (int y = 0; y < image.height(); ++y) {
        accumulate(sums, image.width(), [&](int x) { return static_cast<double>(image(x, y)); });
        for (int x = 0; x < image.width(); ++x) rows(x, y) = mean(x, image.width());
    }
    for (int x = 0; x < image.width(); ++x) {
        accumulate(sums, image.height(), [&](int y) { return static_cast<double>(rows(x, y)); });
        for (int y = 0; y < image.height(); ++y) out(x, y) = mean(y, image.height());
    }
    return out;
}

/// Variance of a mean over five samples each way, of the texture that the levels beside do not follow.
double variance_of_mean(const Texture& texture) {
    constexpr double followed_px = 2.5;
    double variance = texture.white / 25.0;
    for (std::size_t k = 0; k < texture.variance.size(); ++k) {
        const double w2 = Texture::widths_px[k] * Texture::widths_px[k];
        variance += texture.variance[k] * w2 / (w2 + 4.0) * followed_px * followed_px /
                    (followed_px * followed_px + w2);
    }
    return variance;
}

/// What shows in one sample shows in its neighbours beside the lumen, too, but less.
Image<float> with_surroundings(const Image<float>& found, const LumenReformation& reformation,
                               const LumenGeometry& lumen) {
    constexpr float part = 0.7F;
    Image<float> wider = found.clone();
    for (int y = 0; y < reformation.rows(); ++y)
        for (int x = 0; x < reformation.columns(); ++x) {
            if (distance_from_wall(reformation, lumen, x, y) <= 0.0) continue;
            for (int j = std::max(0, y - 1); j <= std::min(reformation.rows() - 1, y + 1); ++j)
                for (int i = std::max(0, x - 1); i <= std::min(reformation.columns() - 1, x + 1); ++i)
                    wider(x, y) = std::max(wider(x, y), part * found(i, j));
        }
    return wider;
}

}  // namespace

double distance_from_wall(const LumenReformation& reformation, const LumenGeometry& lumen, int column,
                          int row) {
    const auto r = static_cast<std::size_t>(row);
    return std::abs(reformation.image.offset_px(column) - lumen.axis_px[r]) - lumen.radius_px[r];
}

Image<float> find_overlapping_structures(const LumenReformation& reformation, const Image<float>& background,
                                         const LumenGeometry& lumen, const Texture& texture,
                                         const OverlapCriteria& criteria) {
    const auto levels = levels_beside(reformation, background);
    Image<float> rest(reformation.columns(), reformation.rows());
    const double third = reformation.columns() / 3.0;
    for (int y = 0; y < reformation.rows(); ++y)
        for (int x = 0; x < reformation.columns(); ++x) {
            const auto& level = levels[static_cast<std::size_t>(y)];
            const double place = (x - 0.5 * third) / (reformation.columns() - third);
            rest(x, y) = reformation.known(x, y) == 0
                             ? 0.0F
                             : background(x, y) - static_cast<float>(std::lerp(level[0], level[1], place));
        }
    constexpr double significant = 5.0;  // standard errors
    constexpr double fainter_part = 0.12, wall_part = 0.3,
                     lumen_part = 0.6;  // of the vessel's depth; fainter ones hardly move its walls
    const double limit =
        std::max(fainter_part * criteria.depth, significant * std::sqrt(variance_of_mean(texture)));
    const double limit_at_wall = std::max(wall_part * criteria.depth, limit),
                 limit_in_lumen = std::max(lumen_part * criteria.depth, limit);
    const Image<float> means = box_mean(rest, 2);
    const auto is_overlapped = [&](double mean, double from_wall) {
        if (from_wall >= criteria.beside_px) return std::abs(mean) > limit;
        if (!criteria.in_lumen_too) return false;
        return -mean > (from_wall >= 0.25 * criteria.beside_px ? limit_at_wall : limit_in_lumen);
    };
    Image<float> found(reformation.columns(), reformation.rows(), 0.0F);
    for (int y = 0; y < reformation.rows(); ++y)
        for (int x = 0; x < reformation.columns(); ++x)
            if (is_overlapped(static_cast<double>(means(x, y)), distance_from_wall(reformation, lumen, x, y)))
                found(x, y) = std::abs(means(x, y));
    return with_surroundings(found, reformation, lumen);
}

}  // namespace stenometry
