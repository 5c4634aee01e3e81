#include "core/enlarge.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <span>

namespace stenometry {
namespace {

/// Keys' weights of the pixels -1, 0, 1, 2 for a place `t` behind pixel 0, with OpenCV's parameter and in its
/// order of operations.
std::array<float, 4> cubic_weights(float t) {
    constexpr float a = -0.75F;
    std::array<float, 4> w{};
    w[0] = ((a * (t + 1) - 5 * a) * (t + 1) + 8 * a) * (t + 1) - 4 * a;
    w[1] = ((a + 2) * t - (a + 3)) * t * t + 1;
    w[2] = ((a + 2) * (1 - t) - (a + 3)) * (1 - t) * (1 - t) + 1;
    w[3] = 1.F - w[0] - w[1] - w[2];
    return w;
}

}  // namespace

void Enlarger::prepare(const cv::Mat& image, int times, cv::Size size, Interpolation interpolation) {
    assert(image.type() == CV_32F && times >= 1);
    assert(size.width <= times * image.cols && size.height <= times * image.rows);
    taps_ = interpolation == Interpolation::linear ? 2 : 4;
    whole_width_ = times * image.cols;
    place(columns_, image.cols, times, size.width, interpolation);
    place(rows_, image.rows, times, size.height, interpolation);
    if (interpolation == Interpolation::cubic) return;
    // Along a row, what lies beyond the outermost pixels is these; down the columns, rows are repeated.
    for (Place& column : columns_) {
        if (column.first < 0) column = {0, {1.F, 0.F}};
        if (column.first >= image.cols - 1) column = {image.cols - 1, {1.F, 0.F}};
    }
}

std::vector<Enlarger::Place>& Enlarger::place(std::vector<Place>& places, int small, int times, int large,
                                              Interpolation interpolation) {
    places.resize(static_cast<std::size_t>(large));
    const double step = 1.0 / (static_cast<double>(small * times) / small);
    for (int i = 0; i < large; ++i) {
        Place& place = places[static_cast<std::size_t>(i)];
        auto t = static_cast<float>((i + 0.5) * step - 0.5);
        const int at = static_cast<int>(std::floor(t));
        t -= static_cast<float>(at);
        if (interpolation == Interpolation::linear)
            place = {at, {1.F - t, t}};
        else
            place = {at - 1, cubic_weights(t)};
    }
    return places;
}

const float* Enlarger::interpolate_row(const cv::Mat& image, int y, Buffers& buffers) const {
    const std::size_t width = columns_.size();
    buffers.rows.resize(std::max(buffers.rows.size(), width * most_taps));
    buffers.row.resize(std::max(buffers.row.size(), width));
    const Place& place = rows_[static_cast<std::size_t>(y)];
    std::array<const float*, most_taps> rows{};
    for (int k = 0; k < taps_; ++k)
        rows[static_cast<std::size_t>(k)] =
            wide_row(image, std::clamp(place.first + k, 0, image.rows - 1), buffers);
    mix(rows, place.weights, buffers.row.data());
    return buffers.row.data();
}

/// Row `y` of the small image with as many columns as the large one.
const float* Enlarger::wide_row(const cv::Mat& image, int y, Buffers& buffers) const {
    const auto slot = static_cast<std::size_t>(y % taps_);
    float* row = buffers.rows.data() + slot * columns_.size();
    if (buffers.made[slot] == y) return row;
    widen(image.ptr<float>(y), image.cols, row);
    buffers.made[slot] = y;
    return row;
}

void Enlarger::widen(const float* in, int width, float* out) const {
    for (const Place& place : columns_) {
        if (taps_ == 2) {
            const float next = place.weights[1] == 0.F ? 0.F : in[place.first + 1];
            *out++ = in[place.first] * place.weights[0] + next * place.weights[1];
            continue;
        }
        float sum = 0.F;
        for (int k = 0; k < most_taps; ++k)
            sum += in[std::clamp(place.first + k, 0, width - 1)] * place.weights[static_cast<std::size_t>(k)];
        *out++ = sum;
    }
}

void Enlarger::mix(const std::array<const float*, most_taps>& rows, const Weights& w, float* out) const {
    const auto width = static_cast<int>(columns_.size());
    const auto [a, b, c, d] = rows;
    if (taps_ == 2) {
        for (int x = 0; x < width; ++x) out[x] = a[x] * w[0] + b[x] * w[1];
        return;
    }
    // OpenCV adds up four columns at a time from the last row, what is left over from the first.
    const int by_four = std::min(width, whole_width_ / 4 * 4);
    for (int x = 0; x < by_four; ++x) out[x] = a[x] * w[0] + (b[x] * w[1] + (c[x] * w[2] + d[x] * w[3]));
    for (int x = by_four; x < width; ++x) out[x] = a[x] * w[0] + b[x] * w[1] + c[x] * w[2] + d[x] * w[3];
}

}  // namespace stenometry
