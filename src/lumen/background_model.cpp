#include "lumen/background_model.h"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

#include "lumen/overlapping_structures.h"

namespace stenometry {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;

/// No image follows the model more closely than this part of the background.
constexpr double model_error = 3e-3;

/// The weight of a row some of whose samples vary by more than the others do, which is cheaper than another
/// inverse (Woodbury).
/// \param more covariance to add among the samples `columns`
MatrixXd weight_with(const MatrixXd& weight, const std::vector<Index>& columns, const MatrixXd& more) {
    const MatrixXd across = weight(Eigen::all, columns);
    const MatrixXd capacity = MatrixXd::Identity(more.rows(), more.cols()) + weight(columns, columns) * more;
    return weight - across * more * capacity.partialPivLu().solve(across.transpose());
}

/// Samples of two neighbouring rows that vary by more than texture and noise.
struct UnusualSamples {
    UnusualSamples(const Image<float>& overlapping, const Image<std::uint8_t>& known, int row, int last) {
        for (int x = 0; x < overlapping.width(); ++x) {
            const bool both_known = known(x, row) != 0 && known(x, last) != 0;
            const auto height = static_cast<double>(std::max(overlapping(x, row), overlapping(x, last)));
            if (both_known && !(height > 0.0)) continue;
            columns.push_back(x), heights.push_back(height), are_known.push_back(both_known);
        }
    }
    std::vector<Index> columns;
    std::vector<double> heights;
    std::vector<bool> are_known;
};

/// The texture of what stands beside the lumen.
/// \param background the reformation without the vessel
Texture texture_beside(const LumenReformation& reformation, const Image<float>& background,
                       const Image<std::uint8_t>& counted, const LumenGeometry& lumen, double blur_px) {
    Image<std::uint8_t> beside(reformation.columns(), reformation.rows());
    for (int y = 0; y < reformation.rows(); ++y)
        for (int x = 0; x < reformation.columns(); ++x)
            beside(x, y) = counted(x, y) != 0 && distance_from_wall(reformation, lumen, x, y) > 2.5 * blur_px;
    return estimate_texture(background, beside);
}

}  // namespace

MatrixXd row_covariance(const Texture& texture, std::size_t columns, double row_px) {
    const auto n = static_cast<Index>(columns);
    constexpr double free = 0.1;      // more than any background varies by across a vessel
    constexpr double bend_px = 12.0;  // over which a lumen narrows and widens
    MatrixXd sum(n, n);
    for (Index i = 0; i < n; ++i)
        for (Index j = 0; j < n; ++j) {
            const auto place = [&](Index k) {
                return 2.0 * static_cast<double>(k) / static_cast<double>(n - 1) - 1.0;
            };
            sum(i, j) = texture.summed_covariance(static_cast<double>(i - j), bend_px) +
                        free * (1.0 + place(i) * place(j));
        }
    sum.diagonal().array() += texture.white + model_error * model_error;
    return sum / row_px;
}

/// Samples that are not known vary by more than any image does. What overlapping structures show is of
/// unknown height and smooth: a wall that stands out sharply beside them still counts.
MatrixXd extra_covariance(const std::vector<Index>& columns, const std::vector<double>& heights,
                          const std::vector<bool>& known, double row_px) {
    constexpr double smooth_px = 3.0, anything = 100.0;
    const double summed = std::sqrt(2.0 * std::numbers::pi) * smooth_px / row_px;
    const std::size_t count = columns.size();
    MatrixXd extra(static_cast<Index>(count), static_cast<Index>(count));
    for (std::size_t i = 0; i < count; ++i)
        for (std::size_t j = 0; j < count; ++j) {
            const double apart = static_cast<double>(columns[i] - columns[j]) / smooth_px;
            extra(static_cast<Index>(i), static_cast<Index>(j)) =
                summed * heights[i] * heights[j] * std::exp(-0.5 * apart * apart) +
                (i == j && !known[i] ? anything : 0.0);
        }
    return extra;
}

BackgroundModel::BackgroundModel(const Texture& texture, Image<float> overlapping,
                                 const Image<std::uint8_t>& known, double row_px)
    : overlapping_(std::move(overlapping)), weight_of_(static_cast<std::size_t>(known.height()), 0) {
    const auto n = static_cast<Index>(known.width());
    const MatrixXd whole = row_covariance(texture, static_cast<std::size_t>(known.width()), row_px)
                               .llt()
                               .solve(MatrixXd(MatrixXd::Identity(n, n)));
    weights_.push_back(whole.cast<float>());
    for (int row = 0; row < known.height(); row += 2) {
        const int last = std::min(row + 1, known.height() - 1);
        const UnusualSamples unusual(overlapping_, known, row, last);
        if (unusual.columns.empty()) continue;
        const MatrixXd extra = extra_covariance(unusual.columns, unusual.heights, unusual.are_known, row_px);
        weight_of_[static_cast<std::size_t>(row)] = weight_of_[static_cast<std::size_t>(last)] =
            weights_.size();
        weights_.push_back(weight_with(whole, unusual.columns, extra).cast<float>());
    }
}

BackgroundModel learn_background(const LumenReformation& reformation, const RenderedLumen& lumen,
                                 const Image<float>& before, double depth, bool lumen_is_known) {
    Image<float> background(reformation.columns(), reformation.rows());
    Image<std::uint8_t> counted = reformation.known.clone();
    for (int y = 0; y < reformation.rows(); ++y)
        for (int x = 0; x < reformation.columns(); ++x) {
            background(x, y) = reformation.image.profiles(x, y) + lumen.attenuation(x, y);
            if (before(x, y) != 0.0F) counted(x, y) = 0;
        }
    const Texture texture = texture_beside(reformation, background, counted, lumen.geometry, lumen.blur_px);
    return {texture,
            find_overlapping_structures(reformation, background, lumen.geometry, texture,
                                        {depth, 2.0 * lumen.blur_px, lumen_is_known}),
            reformation.known, reformation.row_px};
}

}  // namespace stenometry
