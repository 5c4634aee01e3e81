#include "lumen/windowed_fit.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>

#include "core/parallel.h"

namespace stenometry {
namespace {

/// The points of a line from `first` to before `end`.
struct Window {
    std::size_t first, end;
};

/// Windows of one length that overlap by a third, from the first point to the last.
std::vector<Window> windows_along(std::size_t points, double step_px, double window_px) {
    const auto size = static_cast<std::size_t>(window_px / step_px) + 1;
    if (2 * points < 3 * size) return {{0, points}};
    constexpr double overlap = 1.0 / 3.0;
    const double farthest = (1.0 - overlap) * static_cast<double>(size),
                 rest = static_cast<double>(points - size);
    const auto count = static_cast<std::size_t>(std::ceil(rest / farthest)) + 1;
    std::vector<Window> windows;
    for (std::size_t k = 0; k < count; ++k) {
        const auto first = static_cast<std::size_t>(
            std::lround(rest * static_cast<double>(k) / static_cast<double>(count - 1)));
        windows.push_back({first, first + size});
    }
    return windows;
}

/// How much each of two neighbouring windows counts at the points of their overlap: in its middle one gives
/// way to the other, because fits are less certain at their ends.
class Handover {
  public:
    Handover(const Window& before, const Window& behind, double step_px)
        : middle_(0.5 * static_cast<double>(behind.first + before.end - 1)), reach_(reach_px / step_px) {}

    double behind(std::size_t point) const {
        return std::clamp(0.5 + 0.5 * (static_cast<double>(point) - middle_) / reach_, 0.0, 1.0);
    }

  private:
    static constexpr double reach_px = 4.0;  // long enough for no step, short enough to mix few readings
    double middle_, reach_;
};

void hand_over(std::vector<double>& whole, const std::vector<double>& next, const Window& window,
               const Handover& handover) {
    for (std::size_t i = 0; i < next.size(); ++i) {
        double& value = whole[window.first + i];
        const double part = handover.behind(window.first + i);
        // A value that is not known in one window is that of the other: 0 x NaN would be NaN.
        if (part > 0.0)
            value = part < 1.0 && std::isfinite(value) ? std::lerp(value, next[i], part) : next[i];
    }
}

void hand_over(Polyline& whole, const Polyline& next, const Window& window, const Handover& handover) {
    for (std::size_t i = 0; i < next.size(); ++i)
        if (const double part = handover.behind(window.first + i); part > 0.0)
            whole[window.first + i] = part < 1.0 ? lerp(whole[window.first + i], next[i], part) : next[i];
}

/// Puts the fit of a window behind those before it. Arrays of `whole` are as long as the line.
void append(LumenFit& whole, const LumenFit& next, const Window& window, const Handover& handover) {
    hand_over(whole.radius_px, next.radius_px, window, handover);
    hand_over(whole.axis_px, next.axis_px, window, handover);
    hand_over(whole.depth_ratio, next.depth_ratio, window, handover);
    hand_over(whole.depth_ratio_sd, next.depth_ratio_sd, window, handover);
    for (std::size_t k = 0; k < whole.samples_px.size(); ++k)
        hand_over(whole.samples_px[k], next.samples_px[k], window, handover);
}

/// The fit of the first window, with room for the others.
LumenFit enlarged(LumenFit fit, std::size_t points) {
    for (auto* values : {&fit.radius_px, &fit.depth_ratio, &fit.depth_ratio_sd}) values->resize(points);
    fit.axis_px.resize(points);
    for (std::vector<double>& sample : fit.samples_px) sample.resize(points);
    return fit;
}

}  // namespace

LumenFit fit_lumen_in_windows(const Frame& frame, const Polyline& line, const std::vector<double>& radius_px,
                              double blur_px, double window_px) {
    const double step_px = length(line) / static_cast<double>(line.size() - 1);
    const std::vector<Window> windows = windows_along(line.size(), step_px, window_px);
    std::vector<LumenFit> fits(windows.size());
    parallel_for(std::size_t{0}, windows.size(), [&](std::size_t k) {
        const auto cut = [&](const auto& values) {
            return std::decay_t<decltype(values)>(
                values.begin() + static_cast<std::ptrdiff_t>(windows[k].first),
                values.begin() + static_cast<std::ptrdiff_t>(windows[k].end));
        };
        fits[k] = fit_lumen(frame, cut(line), cut(radius_px), blur_px);
    });
    if (!std::all_of(fits.begin(), fits.end(), [](const LumenFit& fit) { return fit.found; })) return {};
    const auto mean = [&](double LumenFit::*value) {
        double sum = 0.0;
        for (const LumenFit& fit : fits) sum += fit.*value;
        return sum / static_cast<double>(fits.size());
    };
    const double blur = mean(&LumenFit::blur_px), misfit = mean(&LumenFit::misfit);
    LumenFit whole = enlarged(std::move(fits.front()), line.size());
    for (std::size_t k = 1; k < fits.size(); ++k)
        append(whole, fits[k], windows[k], Handover(windows[k - 1], windows[k], step_px));
    whole.blur_px = blur;
    whole.misfit = misfit;
    return whole;
}

}  // namespace stenometry
