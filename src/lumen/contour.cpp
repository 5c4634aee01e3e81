#include "stenometry/contour.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/best_path.h"
#include "core/require.h"
#include "core/statistics.h"
#include "lumen/cylinder.h"
#include "lumen/planar_reformation.h"

namespace stenometry {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
/// Distance of the samples across the vessel: the first pass only has to lead the second.
constexpr double coarse_step_px = 0.5, fine_step_px = 0.25;
/// Blur of a typical chain at 0.2 mm per pixel, from which the estimate starts.
constexpr double typical_blur_px = 1.1;
/// A wall moves sideways by at most this many samples per row: 45 degrees, steep enough for a drilled step.
constexpr int max_shift = 2;
/// Cost of moving by one sample, in units of a row's strongest edge: straight walls unless the picture says
/// otherwise.
constexpr double shift_cost = 0.04;

enum class Side { left, right };
double sign(Side side) { return side == Side::left ? -1.0 : 1.0; }

/// out[c] = factor sum_k weights[k] padded[c + 2 radius - k], with as many values before and behind a row as
/// it needs.
void convolve(const std::vector<float>& padded, const std::vector<double>& weights, double factor, float* out,
              int columns) {
    std::fill_n(out, columns, 0.0F);
    for (std::size_t k = 0; k < weights.size(); ++k) {
        const auto weight = static_cast<float>(factor * weights[k]);
        const float* in = padded.data() + weights.size() - 1 - k;
        for (int c = 0; c < columns; ++c) out[c] += weight * in[c];
    }
}

/// First and second derivative across the vessel of every profile.
struct Derivatives {
    Derivatives(const PlanarReformation& image, double filter_px)
        : first(image.columns(), image.rows()), second(image.columns(), image.rows()) {
        const GaussianKernels kernels(filter_px / image.step_px);
        std::vector<float> padded(static_cast<std::size_t>(image.columns() + 2 * kernels.radius));
        for (int r = 0; r < image.rows(); ++r) {
            const float* row = image.profiles.row(r);
            std::fill(padded.begin(), padded.end(), row[0]);
            std::fill(padded.end() - kernels.radius, padded.end(), row[image.columns() - 1]);
            std::copy_n(row, image.columns(), padded.begin() + kernels.radius);
            convolve(padded, kernels.first, 1.0 / image.step_px, first.row(r), image.columns());
            convolve(padded, kernels.second, 1.0 / (image.step_px * image.step_px), second.row(r),
                     image.columns());
        }
    }
    Image<float> first, second;
};

/// How much each sample looks like the wall of one side; the rule is `EdgeRule`'s.
Image<float> edge_strength(const Derivatives& d, Side side, const EdgeRule& rule) {
    const double first = sign(side) * rule.first_weight * rule.length_px;
    const double second = (1.0 - rule.first_weight) * rule.length_px * rule.length_px;
    Image<float> strength(d.first.width(), d.first.height());
    for (int r = 0; r < strength.height(); ++r)
        for (int c = 0; c < strength.width(); ++c)
            strength(c, r) = static_cast<float>(first * static_cast<double>(d.first(c, r)) -
                                                second * static_cast<double>(d.second(c, r)));
    return strength;
}

/// The path from row to row that gathers most of each row's strongest edge between two columns.
std::vector<int> wall_path(const Image<float>& strength, int begin, int end) {
    std::vector<float> strongest;
    for (int r = 0; r < strength.height(); ++r)
        strongest.push_back(
            std::max(0.0F, *std::max_element(strength.row(r) + begin, strength.row(r) + end)));
    const auto gain = [&](int r, int c) {
        const float most = strongest[static_cast<std::size_t>(r)];
        return most > 0.0F ? std::max(0.0, static_cast<double>(strength(c, r) / most)) : 0.0;
    };
    PathRule rule{.begin = begin, .end = end, .shift_cost = shift_cost};
    for (int shift = -max_shift; shift <= max_shift; ++shift) rule.shifts.push_back(shift);
    return best_path(strength.height(), rule, gain);
}

/// The maximum of `strength` near column c, to a fraction of a sample, if it is above `faintest`; NaN where
/// it falls off to one side only.
double refined(const Image<float>& strength, int c, int r, double faintest) {
    for (int climbed = 0; climbed < max_shift; ++climbed) {
        if (c > 0 && strength(c - 1, r) > strength(c, r))
            --c;
        else if (c + 1 < strength.width() && strength(c + 1, r) > strength(c, r))
            ++c;
        else
            break;
    }
    if (c <= 0 || c + 1 >= strength.width()) return nan;
    const auto before = static_cast<double>(strength(c - 1, r)), at = static_cast<double>(strength(c, r)),
               after = static_cast<double>(strength(c + 1, r));
    const double bend = before - 2.0 * at + after;
    if (bend >= 0.0 || at <= faintest) return nan;
    const double shift = 0.5 * (before - after) / bend;
    return std::abs(shift) <= 1.0 ? c + shift : nan;
}

/// Offsets of both walls from the curve, in pixels, one per row.
struct Walls {
    std::vector<double> left, right;
};

/// One pass of wall finding around one curve.
class Pass {
  public:
    Pass(const Frame& frame, const Polyline& line, double half_width_px, double across_step_px,
         const ContourOptions& options)
        : line_(line),
          normals_(right_normals(line, half_width_px)),
          image_(smoothed_along(reformat(frame, line, normals_, half_width_px, across_step_px),
                                options.smoothing.in_px(frame.sized_calibration()) / row_step())),
          derivatives_(image_, options.filter_px),
          rule_{options.first_derivative_weight, std::hypot(typical_blur_px, options.filter_px)} {}

    Walls find() const { return {find(Side::left), find(Side::right)}; }

    const EdgeRule& rule() const { return rule_; }
    void set_rule(const EdgeRule& rule) { rule_ = rule; }
    std::size_t rows() const { return line_.size(); }
    const Polyline& line() const { return line_; }
    const PlanarReformation& image() const { return image_; }
    const Derivatives& derivatives() const { return derivatives_; }
    Point at(std::size_t row, double offset) const { return line_[row] + offset * normals_[row]; }

  private:
    double row_step() const { return rows() < 2 ? 1.0 : length(line_) / static_cast<double>(rows() - 1); }

    std::vector<double> find(Side side) const {
        const Image<float> strength = edge_strength(derivatives_, side, rule_);
        const int middle = image_.columns() / 2;
        const std::vector<int> path = side == Side::left ? wall_path(strength, 0, middle + 1)
                                                         : wall_path(strength, middle, image_.columns());
        std::vector<double> offsets;
        for (int r = 0; r < strength.height(); ++r) {
            // An edge that rounding alone could make is none.
            const double faintest = 1e-4 * std::abs(static_cast<double>(image_.profiles(middle, r)));
            offsets.push_back(
                image_.offset_px(refined(strength, path[static_cast<std::size_t>(r)], r, faintest)));
        }
        return offsets;
    }

    Polyline line_;
    std::vector<Point> normals_;
    PlanarReformation image_;
    Derivatives derivatives_;
    EdgeRule rule_;
};

/// Midway between the walls, smoothed so that the noise of the walls does not bend it, and sampled as `line`
/// was.
Polyline middle_line(const Pass& pass, const Walls& walls, double smoothing_px, double step_px) {
    std::vector<double> offset(pass.rows());
    for (std::size_t i = 0; i < offset.size(); ++i) offset[i] = 0.5 * (walls.left[i] + walls.right[i]);
    const std::vector<double> smooth = local_fit(offset, smoothing_px / step_px, 1);
    Polyline middle;
    for (std::size_t i = 0; i < offset.size(); ++i)
        middle.push_back(std::isfinite(smooth[i]) ? pass.at(i, smooth[i]) : pass.line()[i]);
    return resample(middle, step_px);
}

/// The steepness of a wall averaged over all steady rows, as a function of the distance outwards from the
/// wall's smooth course. (Aligned on each row's own edge it would come out too sharp: noise makes edges where
/// it is steep.)
std::vector<double> mean_edge(const Pass& pass, const Walls& smooth, const std::vector<bool>& steady,
                              int reach) {
    std::vector<double> sum(static_cast<std::size_t>(2 * reach + 1), 0.0);
    int used = 0;
    const Image<float>& first = pass.derivatives().first;
    for (std::size_t i = 0; i < pass.rows(); ++i) {
        if (!steady[i]) continue;
        for (const Side side : {Side::left, Side::right}) {
            const double wall = pass.image().column(side == Side::left ? smooth.left[i] : smooth.right[i]);
            if (wall < reach || wall > first.width() - 2.0 - reach) continue;
            for (int k = -reach; k <= reach; ++k) {
                const double column = wall + sign(side) * k;
                const int c = static_cast<int>(std::floor(column));
                const int r = static_cast<int>(i);
                sum[static_cast<std::size_t>(k + reach)] +=
                    sign(side) * std::lerp(static_cast<double>(first(c, r)),
                                           static_cast<double>(first(c + 1, r)), column - c);
            }
            ++used;
        }
    }
    for (double& value : sum) value = used > 0 ? value / used : nan;
    return sum;
}

/// Rows in which the vessel is about as wide as its wide parts and keeps its width over `span` rows.
std::vector<bool> steady_rows(const Walls& smooth, double wide_px, std::size_t span, double row_step) {
    const auto width = [&](std::size_t i) { return smooth.right[i] - smooth.left[i]; };
    std::vector<bool> steady(smooth.left.size(), false);
    for (std::size_t i = span; i + span < steady.size(); ++i) {
        constexpr double steepest =
            0.06;  // px per px: more than any taper, less than the shoulder of a lesion
        const double slope =
            (width(i + span) - width(i - span)) / (2.0 * static_cast<double>(span) * row_step);
        steady[i] = std::abs(slope) < steepest && width(i) > 0.85 * wide_px;
    }
    return steady;
}

/// Standard deviation of the blur without the filter's share; the typical one where the walls do not tell.
double estimate_blur(const Pass& pass, const Walls& walls, double filter_px, double row_step) {
    constexpr double alignment_px =
        5.0;  // shorter would follow the noise, longer would cut the bends of the walls
    const double rows = alignment_px / row_step;
    const Walls smooth{local_fit(walls.left, rows, 2), local_fit(walls.right, rows, 2)};
    std::vector<double> widths;
    for (std::size_t i = 0; i < walls.left.size(); ++i)
        if (const double width = smooth.right[i] - smooth.left[i]; std::isfinite(width))
            widths.push_back(width);
    if (widths.empty()) return typical_blur_px;

    const double wide = quantile(widths, 0.7);
    const std::vector<bool> steady = steady_rows(smooth, wide, static_cast<std::size_t>(rows), row_step);
    const int reach = static_cast<int>(std::lround(2.5 * typical_blur_px / pass.image().step_px));
    const std::vector<double> edge = mean_edge(pass, smooth, steady, reach);
    constexpr double usual_depth_at_axis =
        0.3;  // of ln intensity; the shape of the edge hardly depends on it
    double total = std::hypot(typical_blur_px, filter_px), diameter = wide;
    for (int iteration = 0; iteration < 2;
         ++iteration) {  // the walls are a little further apart than the lumen is wide
        total = blur_of_edge(edge, pass.image().step_px, diameter, usual_depth_at_axis / wide,
                             4.0 * typical_blur_px);
        if (!(total > filter_px)) return typical_blur_px;
        const EdgeRule rule{pass.rule()};
        diameter =
            wide - (BlurredCylinder{wide, total, usual_depth_at_axis / wide}.edge_distance(rule) - wide);
        if (!(diameter > 0.5 * wide)) return typical_blur_px;
    }
    return std::sqrt(total * total - filter_px * filter_px);
}

/// How much darker the lumen is than the darker of its two sides, per row.
std::vector<double> contrast_of(const PlanarReformation& image, const Walls& walls, double blur_px) {
    constexpr double side_px =
        4.0;  // enough to quieten the noise, close enough to be the lumen's surroundings
    std::vector<double> contrast(walls.left.size(), nan);
    for (std::size_t i = 0; i < contrast.size(); ++i) {
        const double left = walls.left[i], right = walls.right[i], quarter = 0.25 * (right - left);
        if (!(quarter > 0.0)) continue;
        const double sides = std::min(image.mean(i, left - blur_px - side_px, left - blur_px),
                                      image.mean(i, right + blur_px, right + blur_px + side_px));
        if (sides != 0.0)
            contrast[i] = (sides - image.mean(i, left + quarter, right - quarter)) / std::abs(sides);
    }
    return contrast;
}

/// Half the width of the reformation that holds nearly all of both walls and what stands beside them.
double half_width_of(const Walls& walls, double widest_px) {
    std::vector<double> offsets;
    for (const std::vector<double>* side : {&walls.left, &walls.right})
        for (const double offset : *side)
            if (std::isfinite(offset)) offsets.push_back(std::abs(offset));
    constexpr double margin_px =
        7.0;  // the blur, the surroundings that the contrast is read from, and a wall that strays
    return offsets.empty() ? widest_px : std::min(widest_px, quantile(std::move(offsets), 0.98) + margin_px);
}

}  // namespace

void ContourOptions::validate() const {
    require_positive("contour.max_diameter", max_diameter);
    require_fraction("contour.first_derivative_weight", first_derivative_weight);
    require_positive("contour.filter_px", filter_px);
    require_not_negative("contour.smoothing", smoothing);
    require(passes >= 1, "contour.passes", passes, "at least 1");
}

VesselContour detect_contour(const Frame& frame, const Centerline& centerline,
                             const ContourOptions& options) {
    frame.validate();
    options.validate();
    VesselContour contour{.filter_px = options.filter_px,
                          .along_px = options.smoothing.in_px(frame.sized_calibration()),
                          .first_derivative_weight = options.first_derivative_weight};
    constexpr std::size_t fewest_points = 8;  // below that no path along the vessel is worth its name
    if (centerline.points_px.size() < fewest_points) {
        contour.reason = Unmeasurable::vessel_too_short;
        return contour;
    }
    // No wall is farther off than the picture is wide.
    const double half_width =
        std::min(0.5 * options.max_diameter.in_px(frame.sized_calibration()) + 3.0 * typical_blur_px,
                 std::hypot(frame.width(), frame.height()));
    const double step = length(centerline.points_px) / static_cast<double>(centerline.points_px.size() - 1);

    Pass pass(frame, centerline.points_px, half_width, options.passes == 1 ? fine_step_px : coarse_step_px,
              options);
    Walls walls = pass.find();
    for (int k = 1; k < options.passes; ++k) {
        pass = Pass(frame, middle_line(pass, walls, 0.5 * half_width, step), half_width_of(walls, half_width),
                    fine_step_px, options);
        contour.blur_px = estimate_blur(pass, pass.find(), options.filter_px, step);
        pass.set_rule({options.first_derivative_weight, std::hypot(contour.blur_px, options.filter_px)});
        walls = pass.find();
    }
    if (options.passes == 1) contour.blur_px = estimate_blur(pass, walls, options.filter_px, step);

    contour.contrast = contrast_of(pass.image(), walls, contour.blur_px);
    contour.centerline.points_px = pass.line();
    for (std::size_t i = 0; i < pass.rows(); ++i) {
        const double width = walls.right[i] - walls.left[i];
        const bool found = width > 0.0;
        contour.left_px.push_back(found ? pass.at(i, walls.left[i]) : no_point);
        contour.right_px.push_back(found ? pass.at(i, walls.right[i]) : no_point);
        contour.width_px.push_back(found ? width : nan);
    }
    contour.width_sd_px = noise_of(
        contour.width_px, 3.0 * std::max(1.0, options.smoothing.in_px(frame.sized_calibration()) / step));
    if (std::none_of(contour.width_px.begin(), contour.width_px.end(),
                     [](double w) { return std::isfinite(w); }))
        contour.reason = Unmeasurable::edges_lost;
    return contour;
}

}  // namespace stenometry
