#include "evidence/local_contrast.h"

#include <algorithm>
#include <cmath>

#include "core/parallel.h"

namespace stenometry {
namespace {

constexpr int margin = LocalContrast::radii_px.back();

/// The mean of some valid pixels all over the frame. It need not be exact: what is summed is only to be
/// small.
double rough_mean(const Image<float>& pixels, const Image<std::uint8_t>& valid) {
    constexpr int step = 7;
    double sum = 0, count = 0;
    for (int y = 0; y < pixels.height(); y += step)
        for (int x = 0; x < pixels.width(); x += step)
            if (valid(x, y) != 0) sum += double{pixels(x, y)}, ++count;
    return sum / std::max(count, 1.0);
}

}  // namespace

std::size_t LocalContrast::pitch() const { return static_cast<std::size_t>(margin + width_ + 1 + margin); }

void LocalContrast::centre(const Image<float>& pixels, const Image<std::uint8_t>& valid) {
    if (!same_size(centred_, pixels)) {
        centred_ = Image<float>::unfilled(width_, height_);
        counted_ = Image<float>::unfilled(width_, height_);
    }
    const auto middle = static_cast<float>(rough_mean(pixels, valid));
    parallel_for(0, height_, [&](int y) {
        const float* from = pixels.row(y);
        const std::uint8_t* seen = valid.row(y);
        float *centred = centred_.row(y), *counted = counted_.row(y);
        for (int x = 0; x < width_; ++x) counted[x] = seen[x] != 0 ? 1.0F : 0.0F;
        for (int x = 0; x < width_; ++x) centred[x] = seen[x] != 0 ? from[x] - middle : 0.0F;
    });
}

void LocalContrast::make_room() {
    const std::size_t size = pitch() * static_cast<std::size_t>(height_ + 1);
    for (Table* table : {&values_, &squares_, &counts_}) {
        if (table->size() != size) *table = Table(size);
        std::fill_n(table->data(), pitch(), 0.0);
    }
}

void LocalContrast::sum_along_rows() {
    parallel_for(0, height_, [&](int y) {
        double *values = corners(values_, y + 1), *squares = corners(squares_, y + 1),
               *counts = corners(counts_, y + 1);
        double value = 0, square = 0, count = 0;
        for (double* row : {values, squares, counts}) std::fill_n(row, margin + 1, 0.0);
        const float *pixel = centred_.row(y), *counted = counted_.row(y);
        for (int x = 0; x < width_; ++x) {
            values[margin + x + 1] = value += double{pixel[x]};
            squares[margin + x + 1] = square += double{pixel[x]} * double{pixel[x]};
            counts[margin + x + 1] = count += double{counted[x]};
        }
        std::fill_n(values + margin + width_ + 1, margin, value);
        std::fill_n(squares + margin + width_ + 1, margin, square);
        std::fill_n(counts + margin + width_ + 1, margin, count);
    });
}

void LocalContrast::sum_down_columns(Table& table) {
    constexpr int columns = 128;
    const int all = static_cast<int>(pitch());
    parallel_for(0, (all + columns - 1) / columns, [&](int strip) {
        const int begin = strip * columns, end = std::min(all, begin + columns);
        for (int y = 1; y <= height_; ++y) {
            const double* above = corners(table, y - 1);
            double* here = corners(table, y);
            for (int x = begin; x < end; ++x) here[x] += above[x];
        }
    });
}

/// Of all valid pixels: the last corner has the sums of the whole frame.
float LocalContrast::deviation() const {
    const double count = std::max(last_of(counts_), 1.0), mean = last_of(values_) / count;
    return static_cast<float>(std::sqrt(std::max(last_of(squares_) / count - mean * mean, 0.0)));
}

void LocalContrast::prepare(const Image<float>& pixels, const Image<std::uint8_t>& valid) {
    width_ = pixels.width();
    height_ = pixels.height();
    centre(pixels, valid);
    make_room();
    sum_along_rows();
    for (Table* table : {&values_, &squares_, &counts_}) sum_down_columns(*table);
    constexpr float part = 0.1F, least = 1e-6F;
    floor_ = part * (deviation() + least);
}

/// The corners of the windows around the pixels of row y, from the left edge of the first.
kernels::TableRows LocalContrast::rows_of(const Table& table, int y, int radius) const {
    const auto row = [&](int corner) {
        return table.data() + static_cast<std::size_t>(corner) * pitch() + (margin - radius);
    };
    return {row(std::max(0, y - radius)), row(std::min(height_, y + radius + 1))};
}

void LocalContrast::write_row(std::size_t channel, int y, float* out) const {
    constexpr float limit = 4;
    const int radius = radii_px[channel];
    const kernels::WindowTables tables{.values = rows_of(values_, y, radius),
                                       .squares = rows_of(squares_, y, radius),
                                       .counts = rows_of(counts_, y, radius),
                                       .width = static_cast<std::size_t>(2 * radius + 1)};
    kernels::local_contrast_row(centred_.row(y), counted_.row(y), tables, floor_, limit,
                                static_cast<std::size_t>(width_), out);
}

}  // namespace stenometry
