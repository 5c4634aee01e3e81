#include "vesselness/scale_stream.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cmath>
#include <cstdint>

namespace stenometry::vesselness {
namespace {

constexpr int cache_line = 16;  // values

int aligned(int columns) { return (columns + cache_line - 1) / cache_line * cache_line; }

/// Row of the coarser level at or above row `y`.
int coarse_row(int y) { return y >> 1; }

}  // namespace

RowRing::RowRing(int width, int margin, int rows) {
    const int left = aligned(margin) + cache_line;
    stride_ = static_cast<std::size_t>(aligned(left + width + margin) + cache_line);
    mask_ = std::bit_ceil(static_cast<unsigned>(rows)) - 1;
    rows_.assign(stride_ * (mask_ + 1) + cache_line, 0.0f);
    const auto address = reinterpret_cast<std::uintptr_t>(rows_.data()) / sizeof(float);
    first_ = static_cast<std::size_t>(left) + (cache_line - address % cache_line) % cache_line;
}

void LevelImage::copy_row(int y, int reach, float* out) const {
    const int first = std::max(-reach, -margin_), last = std::min(width() + reach, width() + margin_);
    const float* in = image_.row(std::clamp(y, -margin_, height() - 1 + margin_) + margin_) + margin_;
    std::transform(in + first, in + last, out + first,
                   [offset = offset_](float value) { return value - offset; });
    std::fill(out - reach, out + first, out[first]);
    std::fill(out + last, out + width() + reach, out[last - 1]);
}

void Pyramid::build(const Image<float>& image, const std::vector<ScaleLevel>& plan) {
    if (levels_.empty() || levels_[0].width() != image.width() || levels_[0].height() != image.height() ||
        levels_.size() != plan.size()) {
        levels_.clear();
        levels_.reserve(plan.size());  // streams point at the levels
        levels_.emplace_back(image);
        for (std::size_t l = 1; l < plan.size(); ++l)
            levels_.emplace_back((levels_[l - 1].width() + 1) / 2, (levels_[l - 1].height() + 1) / 2);
        columns_.clear();
        rings_.clear();
        for (std::size_t l = 1; l < plan.size(); ++l) {
            const int reach = 2 * LevelImage::margin + plan[l].halve_radius() + 2;
            rings_.emplace_back(levels_[l - 1].width(), reach, 2 * plan[l].halve_radius() + 2);
            columns_.emplace_back(levels_[l - 1].width(), reach, 1);
        }
    }
    levels_[0] = LevelImage(image);
    for (std::size_t l = 1; l < plan.size(); ++l) halve(l, plan[l].halve);
}

void Pyramid::halve(std::size_t l, std::span<const float> taps) {
    constexpr int margin = LevelImage::margin;
    const LevelImage& fine = levels_[l - 1];
    LevelImage& coarse = levels_[l];
    RowRing &ring = rings_[l - 1], &column = columns_[l - 1];
    const int radius = static_cast<int>(taps.size()) - 1, reach = 2 * margin + radius + 2;
    int next = -2 * margin - radius;
    std::vector<const float*>& rows = rows_;
    for (int y = -margin; y < coarse.height() + margin; ++y) {
        for (; next <= 2 * y + radius; ++next) fine.copy_row(next, reach, ring.row(next));
        rows.clear();
        for (int k = -radius; k <= radius; ++k) rows.push_back(ring.row(2 * y + k) - reach);
        kernels::smooth_columns(rows.data(), taps, static_cast<std::size_t>(fine.width() + 2 * reach),
                                column.row(0) - reach);
        kernels::halve_row(column.row(0) - 2 * margin, taps,
                           static_cast<std::size_t>(coarse.width() + 2 * margin), coarse.margin_row(y));
    }
}

HessianStream::HessianStream(const std::vector<ScaleLevel>& plan, const Pyramid& pyramid, std::size_t level,
                             int reach)
    : plan_(&plan), image_(&pyramid[level]), level_(level), width_(image_->width()), reach_(reach) {
    const std::vector<ScaleStep>& steps = plan[level].steps;
    margin_.resize(steps.size() + 1);
    ahead_.resize(steps.size() + 1);
    std::vector<int> behind(steps.size() + 1);
    for (std::size_t k = steps.size() + 1; k-- > 0;) {
        // Step k - 1 is needed for its own derivatives and for the step after it.
        const int own = k == 0 ? 0 : steps[k - 1].derivative_radius();
        const int radius = k == steps.size() ? 0 : steps[k].smooth_radius();
        const bool last = k == steps.size();
        margin_[k] = std::max(reach + own, last ? 0 : margin_[k + 1] + radius);
        ahead_[k] = std::max(own, last ? 0 : ahead_[k + 1] + radius);
        behind[k] = std::max(own, radius);
    }
    for (std::size_t k = 0; k <= steps.size(); ++k)
        smooth_.emplace_back(width_, margin_[k], ahead_[k] + behind[k] + batch);
    next_.resize(steps.size() + 1);
    column_ = RowRing(width_, margin_[0], 1);
    down_ = RowRing(width_, margin_[0] + reach, 1);
    if (level + 1 == plan.size()) return;
    const int coarse_reach = reach / 2 + 4;
    coarser_ = std::make_unique<HessianStream>(plan, pyramid, level + 1, coarse_reach);
    for (std::size_t i = 0; i < 3 * coarser_->scale_count(); ++i) {
        coarse_.emplace_back(coarser_->width_, coarse_reach, 1);
        doubled_.emplace_back(width_, reach + 2, 6 + batch);
    }
    for (std::size_t i = 0; i < coarser_->scale_count(); ++i)
        coarse_rows_.push_back({coarse_[3 * i].row(0), coarse_[3 * i + 1].row(0), coarse_[3 * i + 2].row(0)});
}

const ScaleStep& HessianStream::step(std::size_t i) const {
    return i < level().steps.size() ? level().steps[i] : coarser_->step(i - level().steps.size());
}

void HessianStream::scale_taps(float unit, float mixed_unit) {
    const std::vector<ScaleStep>& steps = level().steps;
    first_.resize(steps.size());
    second_.resize(steps.size());
    for (std::size_t i = 0; i < steps.size(); ++i) {
        first_[i] = steps[i].first;
        second_[i] = steps[i].second;
        for (float& tap : first_[i]) tap *= std::sqrt(mixed_unit);  // once down and once along
        for (float& tap : second_[i]) tap *= unit;
    }
}

void HessianStream::start(int y, float unit, float mixed_unit) {
    scale_taps(unit, mixed_unit);
    const std::vector<ScaleStep>& steps = level().steps;
    int first = y, earliest = y;
    for (std::size_t k = steps.size() + 1; k-- > 0;) {
        if (k > 0) first = std::min(first, y - steps[k - 1].derivative_radius());
        next_[k] = first;
        earliest = std::min(earliest, first - ahead_[k]);
        if (k > 0) first -= steps[k - 1].smooth_radius();
    }
    // The rows above, a batch at a time, because the rings hold no more.
    for (int above = earliest - batch; above < y; above += batch)
        for (std::size_t i = 0; i < steps.size(); ++i)
            make_smooth(i + 1, std::min(above + batch, y) - 1 + steps[i].derivative_radius());
    if (!coarser_) return;
    next_doubled_ = coarse_row(y) - 2;
    coarser_->start(next_doubled_, unit, mixed_unit);
}

std::span<const float* const> HessianStream::rows_around(std::size_t k, int y, int radius, int column) {
    rows_.clear();
    for (int dy = -radius; dy <= radius; ++dy) rows_.push_back(smooth_[k].row(y + dy) + column);
    return rows_;
}

/// Makes the rows of the picture (0) or of a step (from 1) up to `last`.
void HessianStream::make_smooth(std::size_t k, int last) {
    if (k > 0) make_smooth(k - 1, last + level().steps[k - 1].smooth_radius());
    for (; next_[k] <= last; ++next_[k]) {
        const int y = next_[k];
        if (k == 0) {
            image_->copy_row(y, margin_[0], smooth_[0].row(y));
            continue;
        }
        const ScaleStep& step = level().steps[k - 1];
        const int wide = aligned(margin_[k] + step.smooth_radius()), narrow = aligned(margin_[k]);
        kernels::smooth_columns(rows_around(k - 1, y, step.smooth_radius(), -wide).data(), step.smooth,
                                static_cast<std::size_t>(wide + width_ + margin_[k] + step.smooth_radius()),
                                column_.row(0) - wide);
        kernels::smooth_row(column_.row(0) - narrow, step.smooth,
                            static_cast<std::size_t>(narrow + width_ + margin_[k]),
                            smooth_[k].row(y) - narrow);
    }
}

/// Derivative down the columns of one step, with what its derivative along the row needs beside it.
/// \pre the smooth rows around `y` are made
const float* HessianStream::make_down(std::size_t i, int y) {
    const ScaleStep& step = level().steps[i];
    const int beside = reach_ + step.derivative_radius(), wide = aligned(beside);
    kernels::difference_columns(rows_around(i + 1, y, step.derivative_radius(), -wide).data(), first_[i],
                                static_cast<std::size_t>(wide + width_ + beside), down_.row(0) - wide);
    return down_.row(0);
}

/// Makes the rows of the coarser scales up to the coarse row `last`, with a value between every two.
void HessianStream::make_doubled(int last) {
    for (; next_doubled_ <= last; ++next_doubled_) {
        coarser_->hessian(next_doubled_, coarse_rows_);
        const int begin = coarse_row(-reach_);
        const auto n = static_cast<std::size_t>(coarse_row(width_ + reach_ + 1) - begin);
        for (std::size_t i = 0; i < doubled_.size(); ++i)
            kernels::double_row(coarse_[i].row(0) + begin, n, doubled_[i].row(next_doubled_) + 2 * begin);
    }
}

/// The i-th doubled plane's rows around the gap below coarse row `c`.
std::array<const float*, 6> HessianStream::six_rows(std::size_t i, int c) const {
    std::array<const float*, 6> rows{};
    for (int k = 0; k < 6; ++k) rows[static_cast<std::size_t>(k)] = doubled_[i].row(c - 2 + k);
    return rows;
}

void HessianStream::hessian(int y, std::span<const kernels::SecondDerivatives> out) {
    assert(out.size() == scale_count());
    const auto n = static_cast<std::size_t>(width_ + 2 * reach_);
    const std::size_t own = level().steps.size();
    for (std::size_t i = 0; i < own; ++i) {
        const ScaleStep& step = level().steps[i];
        make_smooth(i + 1, y + step.derivative_radius());
        const float* down = make_down(i, y) - reach_;
        const auto rows = rows_around(i + 1, y, step.derivative_radius(), -reach_);
        kernels::second_derivatives_row(rows.data(), down, {first_[i], second_[i]}, n,
                                        {out[i].xx - reach_, out[i].xy - reach_, out[i].yy - reach_});
    }
    if (!coarser_) return;
    const bool between = y % 2 != 0;
    make_doubled(coarse_row(y) + (between ? 3 : 0));
    for (std::size_t i = 0; i < doubled_.size(); ++i) {
        const kernels::SecondDerivatives& to = out[own + i / 3];
        float* plane = (i % 3 == 0 ? to.xx : i % 3 == 1 ? to.xy : to.yy) - reach_;
        if (between) {
            std::array<const float*, 6> rows = six_rows(i, coarse_row(y));
            for (const float*& row : rows) row -= reach_;
            kernels::middle_row(rows.data(), n, plane);
        } else {
            std::copy_n(doubled_[i].row(coarse_row(y)) - reach_, n, plane);
        }
    }
}

void HessianStream::frangi_of_own(std::size_t i, int y, const Competition& competition, std::span<Row> rows) {
    const ScaleStep& step = level().steps[i];
    make_smooth(i + 1, y + static_cast<int>(rows.size()) - 1 + step.derivative_radius());
    const auto sigma = static_cast<float>(step.sigma_px);
    for (Row& row : rows) {
        const float* down = make_down(i, y);
        kernels::frangi_of_smooth_rows(rows_around(i + 1, y++, step.derivative_radius(), 0).data(), down,
                                       {first_[i], second_[i]}, static_cast<std::size_t>(width_), sigma,
                                       competition.frangi,
                                       {row.border_distance_px, competition.border_sigmas * sigma}, row.best);
        row.best.empty = false;
    }
}

void HessianStream::frangi_of_coarser(std::size_t scale, int y, const Competition& competition,
                                      std::span<Row> rows) {
    const auto sigma = static_cast<float>(coarser_->step(scale).sigma_px);
    const auto n = static_cast<std::size_t>(width_);
    const std::size_t plane = 3 * scale;
    for (Row& row : rows) {
        const kernels::BorderRow border{row.border_distance_px, competition.border_sigmas * sigma};
        const int c = coarse_row(y);
        if (y++ % 2 != 0) {
            kernels::frangi_of_middle_row(
                {six_rows(plane, c), six_rows(plane + 1, c), six_rows(plane + 2, c)}, n, sigma,
                competition.frangi, border, row.best);
        } else {
            kernels::frangi_row(doubled_[plane].row(c), doubled_[plane + 1].row(c),
                                doubled_[plane + 2].row(c), n, sigma, competition.frangi, border, row.best);
        }
        row.best.empty = false;
    }
}

void HessianStream::frangi(int y, const Competition& competition, std::span<Row> rows) {
    assert(rows.size() <= batch);
    for (Row& row : rows) row.best.empty = true;
    for (std::size_t i = 0; i < level().steps.size(); ++i) frangi_of_own(i, y, competition, rows);
    if (!coarser_) return;
    make_doubled(coarse_row(y + static_cast<int>(rows.size())) + 3);
    for (std::size_t i = 0; i < coarser_->scale_count(); ++i) frangi_of_coarser(i, y, competition, rows);
}

}  // namespace stenometry::vesselness
