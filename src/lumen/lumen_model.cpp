#include "lumen/lumen_model.h"

#include <algorithm>
#include <cmath>

namespace stenometry {
namespace {

using enum LumenParameter;
using Losses = std::vector<LumenTable::Loss>;

constexpr double knots_apart_blur = 1.8;  ///< what is finer the blur has taken

/// Two rows and how far a place lies from the first to the second.
struct RowPair {
    std::size_t first;
    float part;
};

RowPair row_pair(double row, std::size_t rows) {
    const auto first = std::min(static_cast<std::size_t>(row), rows - 2);
    return {first, static_cast<float>(row - static_cast<double>(first))};
}

float loss_at(const Losses& losses, const RowPair& pair, std::size_t column, std::size_t columns) {
    const float a = losses[pair.first * columns + column].value,
                b = losses[(pair.first + 1) * columns + column].value;
    return a + pair.part * (b - a);
}

/// The loss of a lumen `times` as deep along the beam. Exact to the second order in what a lumen takes away,
/// and where nothing is left of it.
LumenTable::Loss deepened(LumenTable::Loss loss, float times, float attenuation) {
    const float more = times - 1.0F, by_depth = attenuation * loss.by_attenuation,
                saturated = loss.value - by_depth;
    const float value = loss.value + more * (by_depth - more * saturated);
    const float ratio = loss.value > 0.0F ? value / loss.value : times;
    return {.value = value,
            .by_offset = ratio * loss.by_offset,
            .by_radius = ratio * loss.by_radius,
            .by_attenuation = times * (by_depth - 2.0F * more * saturated) / attenuation,
            .by_curvature = ratio * ratio * loss.by_curvature};
}

/// The loss in every row as if the lumen were a cylinder of that row's radius: blurred across the vessel.
void render_rows(const LumenTable& table, const ReformationGrid& grid, RenderedLumen& into) {
    LumenTable::Section section;
    for (std::size_t row = 0; row < grid.rows; ++row) {
        table.cut(into.geometry.radius_px[row] / into.blur_px, section);
        const auto times = static_cast<float>(std::exp(into.geometry.ln_depth[row])),
                   attenuation = static_cast<float>(into.attenuation_per_blur);
        for (std::size_t c = 0; c < grid.columns; ++c)
            into.losses[row * grid.columns + c] =
                deepened(section.at((grid.offset_px(static_cast<double>(c)) - into.geometry.axis_px[row]) /
                                    into.blur_px),
                         times, attenuation);
    }
}

/// Blurs along the vessel by the three rows that have a Gaussian's moments up to the fifth (Gauss and
/// Hermite), and adds the drift of the attenuation.
void blur_along(const ReformationGrid& grid, double drift_of_all, RenderedLumen& into) {
    const double away = std::sqrt(3.0) * into.blur_px / grid.row_px,
                 last = static_cast<double>(grid.rows - 1);
    for (std::size_t row = 0; row < grid.rows; ++row) {
        const auto at = static_cast<double>(row);
        const RowPair before = row_pair(std::max(0.0, at - away), grid.rows),
                      behind = row_pair(std::min(last, at + away), grid.rows);
        const auto drifted = static_cast<float>(into.attenuation_per_blur * drift_of_all * (at / last - 0.5));
        for (std::size_t c = 0; c < grid.columns; ++c) {
            const LumenTable::Loss& own = into.losses[row * grid.columns + c];
            const float loss = (4.0F * own.value + loss_at(into.losses, before, c, grid.columns) +
                                loss_at(into.losses, behind, c, grid.columns)) /
                                   6.0F +
                               drifted * own.by_attenuation;
            into.attenuation(static_cast<Eigen::Index>(c), static_cast<Eigen::Index>(row)) =
                attenuation_of_loss(loss);
        }
    }
}

}  // namespace

float attenuation_of_loss(float loss) {
    constexpr float least_left = 0.05F;  // less is no lumen's
    return loss == 0.0F ? 0.0F : -std::log(std::max(least_left, 1.0F - loss));
}

LumenModel::LumenModel(const ReformationGrid& grid, double blur_px)
    : grid_(grid), basis_(grid.rows, knots_apart_blur * blur_px / grid.row_px, blur_px / grid.row_px) {}

LumenGeometry LumenModel::geometry(const LumenParameters& parameters) const {
    LumenGeometry geometry;
    for (std::size_t row = 0; row < grid_.rows; ++row) {
        const SplineBasis::Weights weights = basis_.at(static_cast<double>(row));
        geometry.radius_px.push_back(parameters.spline_at(radius, weights));
        geometry.axis_px.push_back(parameters.spline_at(axis, weights));
        geometry.ln_depth.push_back(parameters.spline_at(ln_depth, weights));
    }
    return geometry;
}

void LumenModel::render(const LumenParameters& parameters, RenderedLumen& into) const {
    into.blur_px = parameters.blur_px();
    into.attenuation_per_blur = parameters.attenuation_per_px() * into.blur_px;
    into.geometry = geometry(parameters);
    into.losses.resize(grid_.rows * grid_.columns);
    into.attenuation.resize(static_cast<Eigen::Index>(grid_.columns), static_cast<Eigen::Index>(grid_.rows));
    const std::vector<double>& radii = into.geometry.radius_px;
    const double largest = *std::max_element(radii.begin(), radii.end()) / into.blur_px;
    render_rows(LumenTable(into.attenuation_per_blur, parameters.global(curvature), largest), grid_, into);
    blur_along(grid_, parameters.global(drift), into);
}

void LumenModel::differentiate(const RenderedLumen& rendered, std::size_t row, RowDerivatives& into) const {
    const LumenTable::Loss* losses = rendered.losses.data() + row * grid_.columns;
    const auto seen = [&](std::size_t c) { return losses[c].value != 0.0F; };
    std::size_t first = 0, end = grid_.columns;
    while (first < end && !seen(first)) ++first;
    while (end > first && !seen(end - 1)) --end;
    into.first = static_cast<Eigen::Index>(first);
    into.of.resize(static_cast<Eigen::Index>(end - first), Eigen::NoChange);

    const double blur = rendered.blur_px;
    const auto per_px = static_cast<float>(1.0 / blur);
    const auto along =
                   static_cast<float>(static_cast<double>(row) / static_cast<double>(grid_.rows - 1) - 0.5),
               rho = static_cast<float>(rendered.geometry.radius_px[row] / blur),
               attenuation = static_cast<float>(rendered.attenuation_per_blur);
    const auto column = [](LumenParameter p) { return static_cast<Eigen::Index>(index(p)); };
    for (std::size_t c = first; c < end; ++c) {
        const LumenTable::Loss& loss = losses[c];
        const float over_passed =
            std::exp(rendered.attenuation(static_cast<Eigen::Index>(c), static_cast<Eigen::Index>(row)));
        const auto u = static_cast<float>(
            (grid_.offset_px(static_cast<double>(c)) - rendered.geometry.axis_px[row]) / blur);
        const float by_contrast = attenuation * loss.by_attenuation;
        auto d = into.of.row(static_cast<Eigen::Index>(c - first));
        d(column(radius)) = loss.by_radius * per_px;
        d(column(axis)) = -loss.by_offset * per_px;
        d(column(ln_depth)) = by_contrast;
        d(column(ln_attenuation)) = by_contrast;
        d(column(drift)) = by_contrast * along;
        d(column(ln_blur)) = by_contrast - u * loss.by_offset - rho * loss.by_radius;
        d(column(curvature)) = loss.by_curvature;
        d *= over_passed;
    }
}

}  // namespace stenometry
