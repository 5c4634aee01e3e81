#include "vesselness/oriented_bank.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <opencv2/imgproc.hpp>
#include <utility>

#include "core/blocks.h"
#include "core/mat.h"
#include "core/parallel.h"
#include "core/sparse_sample.h"
#include "core/statistics.h"
#include "kernels/ridge.h"
#include "kernels/weighted_sum.h"

namespace stenometry::vesselness {
namespace {

/// A Gaussian narrower than this is not sampled finely enough for the responses to be interpolated between
/// pixels.
constexpr double smallest_reduced_sigma = 1.5;

/// Of a picture without noise, in attenuation: so that nothing is divided by 0.
constexpr double least_clutter = 1e-9;

/// Rows that one thread takes at a time: enough to share what their lines reach beyond them, few enough for
/// its cache.
constexpr int band_rows = 64;

/// Calls `run(begin, end)` for all rows, some at a time, on several threads.
template <class Run>
void for_each_band(int height, Run&& run) {
    parallel_for(0, (height + band_rows - 1) / band_rows,
                 [&](int band) { run(band * band_rows, std::min(height, (band + 1) * band_rows)); });
}

/// What is left of a Gaussian after averaging over squares of 2^level pixels, in pixels of that level.
double sigma_at_level(double sigma_px, int level) {
    const double block = std::exp2(level);
    return std::sqrt(std::max(0.0, sigma_px * sigma_px - (block * block - 1.0) / 12.0)) / block;
}

int level_for(double sigma_px) {
    int level = 0;
    while (sigma_at_level(sigma_px, level + 1) >= smallest_reduced_sigma) ++level;
    return level;
}

/// Catmull-Rom weights of the pixels -1, 0, 1, 2 for a place `t` behind pixel 0. Linear interpolation would
/// blur slanted lines, but not level ones.
std::array<double, 4> cubic_weights(double t) {
    return {0.5 * t * (-1.0 + t * (2.0 - t)), 1.0 + 0.5 * t * t * (-5.0 + 3.0 * t),
            0.5 * t * (1.0 + t * (4.0 - 3.0 * t)), 0.5 * t * t * (t - 1.0)};
}

/// Where the n-th sample of one in `step` lies along a side: what `cv::resize` takes for the nearest.
class SampleAt {
  public:
    SampleAt(int step, int side)
        : ratio_(1.0 / (static_cast<double>((side + step - 1) / step) / side)), last_(side - 1) {}
    int operator()(int n) const { return std::min(static_cast<int>(n * ratio_), last_); }

  private:
    double ratio_;
    int last_;
};

/// Weights and first tap of the pixels that an enlarged one lies between: a quarter of a pixel before its
/// own, or behind.
struct EnlargeTaps {
    int first;
    std::array<float, 4> weights;

    explicit EnlargeTaps(bool behind) : first(behind ? -1 : -2) {
        const std::array<double, 4> cubic = cubic_weights(behind ? 0.25 : 0.75);
        std::transform(cubic.begin(), cubic.end(), weights.begin(),
                       [](double w) { return static_cast<float>(w); });
    }
};

/// Twice the size by repetition, cut to the size of `out`.
void repeat_plane(const Image<float>& in, Image<float>& out) {
    parallel_for(0, out.height(), [&](int y) {
        const float* from = in.row(y / 2);
        float* to = out.row(y);
        for (int x = 0; x < out.width(); ++x) to[x] = from[x / 2];
    });
}

}  // namespace

OrientedBank::OrientedBank(const std::vector<double>& sigmas_px, int orientations, double elongation) {
    for (const double sigma : sigmas_px) {
        const int level = level_for(sigma);
        if (levels_.size() <= static_cast<std::size_t>(level))
            levels_.resize(static_cast<std::size_t>(level) + 1);
        levels_[static_cast<std::size_t>(level)].scales.push_back(
            make_scale(sigma, sigma_at_level(sigma, level), orientations, elongation));
    }
}

/// A Gaussian of `sigma_px` along a line, sampled where the line crosses every `step`-th column or row,
/// whichever it crosses more of, at the nearest pixel: what interpolation blurs across the line is twice what
/// the steps of the pixels do.
std::vector<OrientedBank::LineTap> OrientedBank::line_taps(double angle_rad, double sigma_px, int step) {
    constexpr double reach_sigmas = 2.5;
    const double c = std::cos(angle_rad), s = std::sin(angle_rad);
    const bool level = std::abs(c) >= std::abs(s);
    const double run = level ? std::abs(c) : std::abs(s), slope = level ? s / c : c / s;
    const int reach = static_cast<int>(std::lround(reach_sigmas * sigma_px * run / step)) * step;
    std::vector<LineTap> taps;
    double sum = 0.0;
    for (int along = -reach; along <= reach; along += step) {
        const double t = along / run / std::max(sigma_px, 1e-6);
        const double weight = std::exp(-0.5 * t * t);
        const int side = static_cast<int>(std::lround(along * slope));
        taps.push_back({level ? along : side, level ? side : along, static_cast<float>(weight)});
        sum += weight;
    }
    for (LineTap& tap : taps) tap.weight /= static_cast<float>(sum);
    return taps;
}

OrientedBank::Scale OrientedBank::make_scale(double sigma_px, double sigma_at_level, int orientations,
                                             double elongation) const {
    Scale scale{sigma_px, kernels::make_gaussian_taps(sigma_at_level), {}};
    const double line_sigma = sigma_at_level * std::sqrt(elongation * elongation - 1.0);
    // The round Gaussian comes first, so that samples one sigma apart lose nothing.
    const int step = std::max(1, static_cast<int>(sigma_at_level));
    for (int i = 0; i < orientations; ++i) {
        const double angle = std::numbers::pi * i / orientations, c = std::cos(angle), s = std::sin(angle);
        Line line;
        line.cos2 = static_cast<float>(std::cos(2.0 * angle));
        line.sin2 = static_cast<float>(std::sin(2.0 * angle));
        line.xx = static_cast<float>(-s * s);
        line.xy = static_cast<float>(2.0 * s * c);
        line.yy = static_cast<float>(-c * c);
        line.taps = line_taps(angle, line_sigma, step);
        line.reach_x = line.reach_y = 0;
        for (const LineTap& tap : line.taps) {
            line.reach_x = std::max(line.reach_x, std::abs(tap.dx));
            line.reach_y = std::max(line.reach_y, std::abs(tap.dy));
        }
        scale.lines.push_back(std::move(line));
    }
    return scale;
}

void OrientedBank::operator()(const Image<float>& image, const cv::Mat& border_distance, double noise_sd,
                              Vesselness& out) {
    levels_[0].response = out.response;
    levels_[0].sigma = out.scale_px;
    reduce(image, border_distance);
    scales_.clear();
    for (Level& level : levels_)
        for (Scale& scale : level.scales) scales_.emplace_back(&level, &scale);
    parallel_for(std::size_t{0}, scales_.size(),
                 [&](std::size_t i) { run_scale(*scales_[i].first, *scales_[i].second, noise_sd); });
    for (std::size_t i = levels_.size(); i-- > 0;) {
        if (i + 1 < levels_.size()) enlarge(levels_[i + 1], levels_[i]);
        for (Scale& scale : levels_[i].scales) combine(levels_[i], scale);
    }
    parallel_for(0, image.height(), [&](int y) {
        float* response = out.response.row(y);
        std::transform(response, response + image.width(), response, [](float v) { return std::sqrt(v); });
        kernels::direction_row(levels_[0].cos2.row(y), levels_[0].sin2.row(y),
                               static_cast<std::size_t>(image.width()), out.direction_rad.row(y));
    });
}

/// Prepares the pixels of every level, and its best response as none.
void OrientedBank::reduce(const Image<float>& image, const cv::Mat& border_distance) {
    levels_[0].pixels = image;
    levels_[0].reduction = 1;
    levels_[0].border_distance = border_distance;
    for (std::size_t i = 1; i < levels_.size(); ++i) {
        levels_[i].reduction = 2 * levels_[i - 1].reduction;
        Image<float>& pixels = levels_[i].pixels;
        const cv::Mat finer = as_mat(levels_[i - 1].pixels);
        const cv::Size size = reduced(finer.size(), 2);
        if (pixels.width() != size.width || pixels.height() != size.height)
            pixels = Image<float>::unfilled(size.width, size.height);
        cv::Mat means = as_mat(pixels);
        average(finer, 2, means);
        cv::Mat& distance = levels_[i].border_distance;
        if (border_distance.empty()) {
            distance.release();
            continue;
        }
        average(levels_[i - 1].border_distance, 2, distance);
        for (int y = 0; y < distance.rows; ++y)
            for (int x = 0; x < distance.cols; ++x) distance.at<float>(y, x) *= 0.5F;
    }
    for (Level& level : levels_)
        for (Image<float>* plane :
             {&level.response, &level.sigma, &level.cos2, &level.sin2, &level.strongest})
            if (!same_size(*plane, level.pixels))
                *plane = Image<float>::unfilled(level.pixels.width(), level.pixels.height());
    Level& coarsest = levels_.back();
    for (Image<float>* plane :
         {&coarsest.response, &coarsest.sigma, &coarsest.cos2, &coarsest.sin2, &coarsest.strongest})
        plane->fill(0.0f);
}

/// All directions of one scale, and the clutter that they answer.
void OrientedBank::run_scale(const Level& level, Scale& scale, double noise_sd) {
    const int height = level.pixels.height();
    for (Image<float>& plane : scale.answer)
        if (!same_size(plane, level.pixels)) plane = Image<float>::unfilled(level.pixels.width(), height);
    for_each_band(height, [&](int begin, int end) { run_band(level, scale, begin, end); });
    const auto border_px = static_cast<float>(border_sigmas * scale.sigma_px / level.reduction);
    find_clutter(scale.answer[0], level, border_px,
                 std::max(least_clutter, noise_response_sd(noise_sd, scale.sigma_px)), scale.clutter);
}

/// The same without clutter, for the rows from `begin` to before `end`.
void OrientedBank::run_band(const Level& level, Scale& scale, int begin, int end) {
    const int height = level.pixels.height();
    int reach = 0;
    for (const Line& line : scale.lines) reach = std::max(reach, line.reach_y);
    HessianBand& hessian = buffers_.local().hessian;
    hessian.compute(level, scale.taps, std::max(0, begin - reach), std::min(height, end + reach),
                    buffers_.local().rows);
    for (Image<float>& plane : scale.answer)
        for (int y = begin; y < end; ++y) std::fill_n(plane.row(y), plane.width(), 0.0f);
    for (const Line& line : scale.lines) add_line(line, hessian, begin, end, scale.answer);
}

/// Second derivatives of the rows from `first` to before `last`.
void OrientedBank::HessianBand::compute(const Level& level, const kernels::GaussianTaps& taps, int first,
                                        int last, RowBuffers& rows) {
    begin = first, end = last, width = level.pixels.width(), height = level.pixels.height();
    const auto n = static_cast<std::size_t>(width);
    for (std::vector<float>* plane : {&xx, &xy, &yy})
        plane->resize(std::max(plane->size(), n * static_cast<std::size_t>(end - begin)));
    HessianRows hessian(level.pixels, level.border_distance, rows);
    for (int y = begin; y < end; ++y) {
        hessian.compute(y, taps);
        std::copy_n(hessian.xx(), n, xx.data() + at(y));
        std::copy_n(hessian.xy(), n, xy.data() + at(y));
        std::copy_n(hessian.yy(), n, yy.data() + at(y));
    }
}

/// How strongly what is no vessel answers around each place of `response`: vessels are few, and the root and
/// the cap keep them from counting much. Without any clutter it is a small part of the strongest response.
/// \param least what it is at least, > 0
void OrientedBank::find_clutter(const Image<float>& response, const Level& level, float border_px,
                                double least, Clutter& clutter) {
    constexpr double reach_of_side = 30.0 / 512.0;  // standard deviation; a few of the widest vessels
    constexpr int block_px = 8;                     // of the finest level
    constexpr double cap_quantile = 0.9;            // nine tenths of a frame are no vessel
    constexpr double least_of_strongest = 0.02;
    // Every second pixel of the finest level knows as much.
    const int step = level.reduction == 1 ? 2 : 1;
    const cv::Size size = reduced(cv::Size(response.width(), response.height()), step);
    const SampleAt column(step, response.width()), row(step, response.height());
    cv::Mat &root = clutter.root, &seen = clutter.seen;
    root.create(size, CV_32F);
    seen.create(size, CV_8U);
    float strongest = 0.0F;
    for (int y = 0; y < size.height; ++y) {
        const float* answer = response.row(row(y));
        const float* border =
            level.border_distance.empty() ? nullptr : level.border_distance.ptr<float>(row(y));
        for (int x = 0; x < size.width; ++x) {
            root.at<float>(y, x) = answer[column(x)];
            seen.at<std::uint8_t>(y, x) = !border || border[column(x)] >= border_px ? 255 : 0;
            strongest = std::max(strongest, answer[column(x)]);
        }
    }
    sparse_sample(root, seen, clutter.sample);
    const auto cap = static_cast<float>(std::sqrt(ranked(clutter.sample, cap_quantile, 0.0)));
    for (int y = 0; y < size.height; ++y) {
        auto* out = root.ptr<float>(y);
        for (int x = 0; x < size.width; ++x) out[x] = std::min(std::sqrt(out[x]), cap);
    }
    Blocks& blocks = clutter.blocks;
    clutter.sum_blocks(root, seen, std::max(1, block_px / level.reduction / step), blocks);
    clutter.block_px = blocks.size_px * step;
    const double sigma = reach_of_side * std::max(size.width, size.height) / blocks.size_px;
    clutter.blur(blocks.sum, blocks.sum, sigma, Beyond::edge);
    clutter.blur(blocks.count, blocks.count, sigma, Beyond::edge);
    clutter.of_blocks.create(blocks.sum.size(), CV_32F);
    const auto added = static_cast<float>(least_of_strongest * static_cast<double>(strongest));
    for (int y = 0; y < blocks.sum.rows; ++y)
        for (int x = 0; x < blocks.sum.cols; ++x) {
            const float mean = blocks.sum.at<float>(y, x) / std::max(blocks.count.at<float>(y, x), 1e-3F);
            clutter.of_blocks.at<float>(y, x) = std::max(mean * mean, static_cast<float>(least)) + added;
        }
}

/// Adds one scale to what the others say. The scale that stands out most of its own clutter names the width.
void OrientedBank::combine(Level& level, Scale& scale) {
    const auto width = static_cast<std::size_t>(level.pixels.width());
    scale.clutter.enlarger(
        scale.clutter.of_blocks, scale.clutter.block_px, {level.pixels.width(), level.pixels.height()},
        Enlarger::Interpolation::linear, [&](int y, const float* clutter) {
            kernels::add_scale_row(scale.answer[0].row(y), scale.answer[1].row(y), scale.answer[2].row(y),
                                   clutter, static_cast<float>(scale.sigma_px), width,
                                   {level.response.row(y), level.strongest.row(y), level.sigma.row(y),
                                    level.cos2.row(y), level.sin2.row(y)});
        });
}

/// Lets one direction compete for the strongest response of a band, and adds it to the mean direction.
void OrientedBank::add_line(const Line& line, const HessianBand& hessian, int begin, int end,
                            std::array<Image<float>, 3>& answer) {
    ThreadBuffers& local = buffers_.local();
    const int top = std::max(0, begin - line.reach_y), bottom = std::min(hessian.height, end + line.reach_y);
    const auto n = static_cast<std::size_t>(hessian.width);
    const std::size_t stride = n + 2 * static_cast<std::size_t>(line.reach_x);
    local.across.resize(std::max(local.across.size(), stride * static_cast<std::size_t>(bottom - top)));
    local.response.resize(n);
    const auto across = [&](int y) {
        return local.across.data() + static_cast<std::size_t>(std::clamp(y, top, bottom - 1) - top) * stride +
               line.reach_x;
    };
    const std::array<float, 3> steer{line.xx, line.xy, line.yy};
    for (int y = top; y < bottom; ++y) {
        const std::size_t at = hessian.at(y);
        const std::array<const float*, 3> rows{hessian.xx.data() + at, hessian.xy.data() + at,
                                               hessian.yy.data() + at};
        kernels::weighted_sum_row(rows.data(), steer.data(), rows.size(), n, across(y));
        std::fill_n(across(y) - line.reach_x, line.reach_x, across(y)[0]);
        std::fill_n(across(y) + n, line.reach_x, across(y)[n - 1]);
    }
    local.weights.clear();
    for (const LineTap& tap : line.taps) local.weights.push_back(tap.weight);
    for (int y = begin; y < end; ++y) {
        local.rows.rows.clear();
        for (const LineTap& tap : line.taps) local.rows.rows.push_back(across(y + tap.dy) + tap.dx);
        kernels::weighted_sum_row(local.rows.rows.data(), local.weights.data(), local.weights.size(), n,
                                  local.response.data());
        kernels::add_direction_row(local.response.data(), line.cos2, line.sin2, n, answer[0].row(y),
                                   answer[1].row(y), answer[2].row(y));
    }
}

/// Twice the size by Catmull-Rom interpolation, cut to the size of `out`; `finish` has the last word on each
/// value. OpenCV's cubic is not exact on slopes.
template <class Finish>
void OrientedBank::enlarge_plane(const Image<float>& in, Image<float>& out, Finish&& finish) {
    constexpr int margin = 2;
    const EnlargeTaps taps[] = {EnlargeTaps(false), EnlargeTaps(true)};
    const auto width = static_cast<std::size_t>(in.width());
    for_each_band(out.height(), [&](int begin, int end) {
        auto& [row, even, odd] = buffers_.local().enlarged;
        row.resize(std::max(row.size(), width + 2 * margin));
        even.resize(std::max(even.size(), width));
        odd.resize(std::max(odd.size(), width));
        for (int y = begin; y < end; ++y) {
            std::array<const float*, 4> rows;
            for (int i = 0; i < 4; ++i)
                rows[static_cast<std::size_t>(i)] =
                    in.row(std::clamp(y / 2 + taps[y % 2].first + i, 0, in.height() - 1));
            kernels::weighted_sum_row(rows.data(), taps[y % 2].weights.data(), 4, width, row.data() + margin);
            std::fill_n(row.begin(), margin, row[margin]);
            std::fill_n(row.begin() + margin + static_cast<std::ptrdiff_t>(width), margin,
                        row[width + margin - 1]);
            for (int side = 0; side < 2; ++side) {
                const float* first = row.data() + margin + taps[side].first;
                const std::array<const float*, 4> shifted{first, first + 1, first + 2, first + 3};
                kernels::weighted_sum_row(shifted.data(), taps[side].weights.data(), 4, width,
                                          (side == 0 ? even : odd).data());
            }
            float* to = out.row(y);
            for (int x = 0; x < out.width() / 2; ++x) {
                to[2 * x] = finish(even[static_cast<std::size_t>(x)]);
                to[2 * x + 1] = finish(odd[static_cast<std::size_t>(x)]);
            }
            if (out.width() % 2 == 1) to[out.width() - 1] = finish(even[width - 1]);
        }
    });
}

/// What the coarser level found is where the finer one starts from. Roots of the squares are what is as
/// smooth as the filters, and can be interpolated.
void OrientedBank::enlarge(Level& coarse, Level& fine) {
    parallel_for(0, coarse.response.height(), [&](int y) {
        float* root = coarse.response.row(y);
        std::transform(root, root + coarse.response.width(), root, [](float v) { return std::sqrt(v); });
    });
    const auto as_it_is = [](float v) { return v; };
    parallel_invoke(
        [&] { enlarge_plane(coarse.response, fine.response, [](float v) { return v * v; }); },
        [&] { enlarge_plane(coarse.strongest, fine.strongest, [](float v) { return std::max(v, 0.0F); }); },
        [&] { enlarge_plane(coarse.cos2, fine.cos2, as_it_is); },
        [&] { enlarge_plane(coarse.sin2, fine.sin2, as_it_is); });
    repeat_plane(coarse.sigma, fine.sigma);
}

}  // namespace stenometry::vesselness
