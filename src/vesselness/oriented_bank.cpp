#include "vesselness/oriented_bank.h"

#include <tbb/blocked_range.h>
#include <tbb/parallel_for.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <opencv2/imgproc.hpp>

#include "kernels/ridge.h"
#include "kernels/weighted_sum.h"
#include "statistics.h"
#include "stenometry/interop/opencv.h"

namespace stenometry::vesselness {
namespace {

using interop::as_mat;

/// A Gaussian narrower than this is not sampled finely enough for the responses to be interpolated between
/// pixels.
constexpr double smallest_reduced_sigma = 1.5;

/// Rows that one thread takes at a time: enough to share what their lines reach beyond them, few enough for
/// its cache.
constexpr int band_rows = 32;

/// What is left of a Gaussian after averaging over squares of 2^level pixels, in pixels of that level.
double sigma_at_level(double sigma_px, int level) {
    const double cell = std::exp2(level);
    return std::sqrt(std::max(0.0, sigma_px * sigma_px - (cell * cell - 1.0) / 12.0)) / cell;
}

int level_for(double sigma_px) {
    int level = 0;
    while (sigma_at_level(sigma_px, level + 1) >= smallest_reduced_sigma) ++level;
    return level;
}

/// Means over squares of two by two pixels; an odd last row or column is doubled.
cv::Mat halve(const cv::Mat& image) {
    cv::Mat even, half;
    cv::copyMakeBorder(image, even, 0, image.rows % 2, 0, image.cols % 2, cv::BORDER_REPLICATE);
    cv::resize(even, half, {even.cols / 2, even.rows / 2}, 0, 0, cv::INTER_AREA);
    return half;
}

/// Catmull-Rom weights of the pixels -1, 0, 1, 2 for a place `t` behind pixel 0. Linear interpolation would
/// blur slanted lines, but not level ones.
std::array<double, 4> cubic_weights(double t) {
    return {0.5 * t * (-1.0 + t * (2.0 - t)), 1.0 + 0.5 * t * t * (-5.0 + 3.0 * t),
            0.5 * t * (1.0 + t * (4.0 - 3.0 * t)), 0.5 * t * t * (t - 1.0)};
}

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

/// Twice the size by Catmull-Rom interpolation, cut to the size of `out`. OpenCV's cubic is not exact on
/// slopes.
void enlarge_plane(const Image<float>& in, Image<float>& out) {
    constexpr int margin = 2;
    const EnlargeTaps taps[] = {EnlargeTaps(false), EnlargeTaps(true)};
    const auto width = static_cast<std::size_t>(in.width());
    std::vector<float> row(width + 2 * margin),
        halves[] = {std::vector<float>(width), std::vector<float>(width)};
    for (int y = 0; y < out.height(); ++y) {
        std::array<const float*, 4> rows;
        for (int i = 0; i < 4; ++i)
            rows[static_cast<std::size_t>(i)] =
                in.row(std::clamp(y / 2 + taps[y % 2].first + i, 0, in.height() - 1));
        kernels::weighted_sum_row(rows.data(), taps[y % 2].weights.data(), 4, width, row.data() + margin);
        std::fill_n(row.begin(), margin, row[margin]);
        std::fill_n(row.end() - margin, margin, row[width + margin - 1]);
        for (int side = 0; side < 2; ++side) {
            const float* first = row.data() + margin + taps[side].first;
            const std::array<const float*, 4> shifted{first, first + 1, first + 2, first + 3};
            kernels::weighted_sum_row(shifted.data(), taps[side].weights.data(), 4, width,
                                      halves[side].data());
        }
        for (int x = 0; x < out.width(); ++x) out(x, y) = halves[x % 2][static_cast<std::size_t>(x / 2)];
    }
}

/// Twice the size by repetition, cut to the size of `out`.
void repeat_plane(const Image<float>& in, Image<float>& out) {
    for (int y = 0; y < out.height(); ++y)
        for (int x = 0; x < out.width(); ++x) out(x, y) = in(x / 2, y / 2);
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
/// whichever it crosses more of.
std::vector<OrientedBank::LineTap> OrientedBank::line_taps(double angle_rad, double sigma_px, int step) {
    const double c = std::cos(angle_rad), s = std::sin(angle_rad);
    const bool level = std::abs(c) >= std::abs(s);
    const double run = level ? std::abs(c) : std::abs(s), slope = level ? s / c : c / s;
    const int reach = static_cast<int>(2.5 * sigma_px * run) / step * step;
    std::vector<LineTap> taps;
    double sum = 0.0;
    for (int along = -reach; along <= reach; along += step) {
        const double t = along / run / std::max(sigma_px, 1e-6), across = along * slope;
        const int base = static_cast<int>(std::floor(across));
        const double weight = std::exp(-0.5 * t * t);
        const std::array<double, 4> cubic = cubic_weights(across - base);
        sum += weight;
        for (int i = 0; i < 4; ++i) {
            const double part = weight * cubic[static_cast<std::size_t>(i)];
            if (part == 0.0) continue;
            const int side = base + i - 1;
            taps.push_back({level ? along : side, level ? side : along, static_cast<float>(part)});
        }
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
    reduce(image, border_distance);
    levels_[0].response = out.response;
    levels_[0].sigma = out.scale_px;
    for (std::size_t i = levels_.size(); i-- > 0;) {
        if (i + 1 < levels_.size()) enlarge(levels_[i + 1], levels_[i]);
        run_level(levels_[i], noise_sd);
    }
    cv::Mat total = as_mat(out.response);
    cv::sqrt(total, total);
    for (int y = 0; y < image.height(); ++y)
        kernels::direction_row(levels_[0].cos2.row(y), levels_[0].sin2.row(y),
                               static_cast<std::size_t>(image.width()), out.direction_rad.row(y));
}

/// Prepares the pixels of every level, and its best response as none.
void OrientedBank::reduce(const Image<float>& image, const cv::Mat& border_distance) {
    levels_[0].pixels = image;
    levels_[0].reduction = 1;
    levels_[0].border_distance = border_distance;
    for (std::size_t i = 1; i < levels_.size(); ++i) {
        levels_[i].reduction = 2 * levels_[i - 1].reduction;
        levels_[i].pixels = interop::from_mat<float>(halve(as_mat(levels_[i - 1].pixels)));
        levels_[i].border_distance =
            border_distance.empty() ? cv::Mat() : cv::Mat(0.5 * halve(levels_[i - 1].border_distance));
    }
    for (Level& level : levels_)
        for (Image<float>* plane :
             {&level.response, &level.sigma, &level.cos2, &level.sin2, &level.strongest}) {
            if (&level == &levels_[0] && (plane == &level.response || plane == &level.sigma)) continue;
            if (!same_size(*plane, level.pixels))
                *plane = Image<float>(level.pixels.width(), level.pixels.height());
            plane->fill(0.0f);
        }
}

void OrientedBank::run_level(Level& level, double noise_sd) {
    const int height = level.pixels.height();
    for (Image<float>& plane : hessian_)
        if (!same_size(plane, level.pixels)) plane = Image<float>(level.pixels.width(), height);
    for (Image<float>& plane : answer_)
        if (!same_size(plane, level.pixels)) plane = Image<float>(level.pixels.width(), height);
    for (const Scale& scale : level.scales) {
        compute_hessian(level, scale);
        tbb::parallel_for(0, (height + band_rows - 1) / band_rows, [&](int band) {
            run_band(level, scale, band * band_rows, std::min(height, (band + 1) * band_rows));
        });
        combine(level, scale, noise_sd);
    }
}

void OrientedBank::compute_hessian(const Level& level, const Scale& scale) {
    tbb::parallel_for(tbb::blocked_range<int>(0, level.pixels.height(), band_rows),
                      [&](const tbb::blocked_range<int>& rows) {
                          HessianRows hessian(level.pixels, level.border_distance, buffers_.local().rows);
                          for (int y = rows.begin(); y != rows.end(); ++y) {
                              hessian.compute(y, scale.taps);
                              std::copy_n(hessian.xx(), hessian.width(), hessian_[0].row(y));
                              std::copy_n(hessian.xy(), hessian.width(), hessian_[1].row(y));
                              std::copy_n(hessian.yy(), hessian.width(), hessian_[2].row(y));
                          }
                      });
}

/// All directions of one scale, for the rows from `begin` to before `end`.
void OrientedBank::run_band(Level& level, const Scale& scale, int begin, int end) {
    ThreadBuffers& local = buffers_.local();
    const auto width = static_cast<std::size_t>(level.pixels.width());
    const std::size_t pixels = width * static_cast<std::size_t>(end - begin);
    for (std::vector<float>* sum : {&local.strongest, &local.cos2, &local.sin2}) sum->assign(pixels, 0.0f);
    for (const Line& line : scale.lines) add_line(level, line, begin, end, local);
    for (int y = begin; y < end; ++y) {
        const std::size_t at = static_cast<std::size_t>(y - begin) * width;
        std::copy_n(local.strongest.data() + at, width, answer_[0].row(y));
        std::copy_n(local.cos2.data() + at, width, answer_[1].row(y));
        std::copy_n(local.sin2.data() + at, width, answer_[2].row(y));
    }
}

/// How strongly what is no vessel answers around each place of `response`: vessels are few, and the root and
/// the cap keep them from counting much. Without any clutter it is a small part of the strongest response.
/// \param least what it is at least, > 0
cv::Mat OrientedBank::clutter_around(const Image<float>& response, const Level& level, float border_px,
                                     double least) {
    constexpr double reach_of_side = 30.0 / 512.0;  // standard deviation; a few of the widest vessels
    constexpr int cell_px = 8;                      // of the finest level
    constexpr double cap_quantile = 0.9;            // nine tenths of a frame are no vessel
    constexpr double least_of_strongest = 0.02;
    const auto seen = [&](int x, int y) {
        return level.border_distance.empty() || level.border_distance.at<float>(y, x) >= border_px;
    };
    const int step = std::max(1, static_cast<int>(std::sqrt(double(response.size()) / 16384)));
    std::vector<float> sample;
    float strongest = 0.0f;
    for (int y = 0; y < response.height(); ++y)
        for (int x = 0; x < response.width(); ++x) {
            strongest = std::max(strongest, response(x, y));
            if (y % step == 0 && x % step == 0 && seen(x, y)) sample.push_back(response(x, y));
        }
    const float cap = std::sqrt(static_cast<float>(ranked(sample, cap_quantile, 0.0)));
    const int cell = std::max(1, cell_px / level.reduction);
    const cv::Size cells((response.width() + cell - 1) / cell, (response.height() + cell - 1) / cell);
    cv::Mat sum = cv::Mat::zeros(cells, CV_32F), weight = cv::Mat::zeros(cells, CV_32F), clutter;
    for (int y = 0; y < response.height(); ++y)
        for (int x = 0; x < response.width(); ++x) {
            if (!seen(x, y)) continue;
            sum.at<float>(y / cell, x / cell) += std::min(cap, std::sqrt(response(x, y)));
            weight.at<float>(y / cell, x / cell) += 1.0f;
        }
    const double sigma = reach_of_side * std::max(response.width(), response.height()) / cell;
    cv::GaussianBlur(sum, sum, {}, sigma, sigma, cv::BORDER_REPLICATE);
    cv::GaussianBlur(weight, weight, {}, sigma, sigma, cv::BORDER_REPLICATE);
    const cv::Mat root = sum / cv::max(weight, 1e-3);
    const cv::Mat level_of_cells = cv::max(root.mul(root), least) + least_of_strongest * double{strongest};
    cv::resize(level_of_cells, clutter, {cells.width * cell, cells.height * cell}, 0, 0, cv::INTER_LINEAR);
    return clutter;
}

/// Adds one scale to what the others say. The scale that stands out most of its own clutter names the width.
void OrientedBank::combine(Level& level, const Scale& scale, double noise_sd) const {
    const Image<float>& response = answer_[0];
    const auto border_px = static_cast<float>(border_sigmas * scale.sigma_px / level.reduction);
    const cv::Mat clutter =
        clutter_around(response, level, border_px, noise_response_sd(noise_sd, scale.sigma_px));
    for (int y = 0; y < response.height(); ++y)
        for (int x = 0; x < response.width(); ++x) {
            const float r = response(x, y);
            if (!(r > 0.0f)) continue;
            const float excess = r / clutter.at<float>(y, x), square = excess * excess;
            level.response(x, y) += square;
            level.cos2(x, y) += square / r * answer_[1](x, y);
            level.sin2(x, y) += square / r * answer_[2](x, y);
            if (excess <= level.strongest(x, y)) continue;
            level.strongest(x, y) = excess;
            level.sigma(x, y) = static_cast<float>(scale.sigma_px);
        }
}

/// Lets one direction compete for the strongest response of a band, and adds it to the mean direction.
void OrientedBank::add_line(const Level& level, const Line& line, int begin, int end,
                            ThreadBuffers& local) const {
    const int width = level.pixels.width(), height = level.pixels.height();
    const auto n = static_cast<std::size_t>(width), stride = n + 2 * static_cast<std::size_t>(line.reach_x);
    const int top = std::max(0, begin - line.reach_y), bottom = std::min(height, end + line.reach_y);
    local.across.resize(std::max(local.across.size(), stride * static_cast<std::size_t>(bottom - top)));
    local.response.resize(n);
    const auto across = [&](int y) {
        return local.across.data() + static_cast<std::size_t>(std::clamp(y, top, bottom - 1) - top) * stride +
               line.reach_x;
    };
    const std::array<float, 3> steer{line.xx, line.xy, line.yy};
    for (int y = top; y < bottom; ++y) {
        const std::array<const float*, 3> rows{hessian_[0].row(y), hessian_[1].row(y), hessian_[2].row(y)};
        kernels::weighted_sum_row(rows.data(), steer.data(), rows.size(), n, across(y));
        std::fill_n(across(y) - line.reach_x, line.reach_x, across(y)[0]);
        std::fill_n(across(y) + width, line.reach_x, across(y)[width - 1]);
    }
    local.weights.clear();
    for (const LineTap& tap : line.taps) local.weights.push_back(tap.weight);
    for (int y = begin; y < end; ++y) {
        local.rows.rows.clear();
        for (const LineTap& tap : line.taps) local.rows.rows.push_back(across(y + tap.dy) + tap.dx);
        kernels::weighted_sum_row(local.rows.rows.data(), local.weights.data(), local.weights.size(), n,
                                  local.response.data());
        const std::size_t at = static_cast<std::size_t>(y - begin) * n;
        kernels::add_direction_row(local.response.data(), line.cos2, line.sin2, n,
                                   local.strongest.data() + at, local.cos2.data() + at,
                                   local.sin2.data() + at);
    }
}

/// What the coarser level found is where the finer one starts from.
void OrientedBank::enlarge(const Level& coarse, Level& fine) {
    enlarge_plane(coarse.response, fine.response);
    enlarge_plane(coarse.strongest, fine.strongest);
    enlarge_plane(coarse.cos2, fine.cos2);
    enlarge_plane(coarse.sin2, fine.sin2);
    repeat_plane(coarse.sigma, fine.sigma);
    cv::Mat response = as_mat(fine.response);
    cv::max(response, 0.0, response);
    cv::Mat strongest = as_mat(fine.strongest);
    cv::max(strongest, 0.0, strongest);
}

}  // namespace stenometry::vesselness
