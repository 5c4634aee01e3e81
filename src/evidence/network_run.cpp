#include "evidence/network_run.h"

#include <algorithm>
#include <array>

#include "kernels/convolution.h"
#include "kernels/weighted_sum.h"
#include "kernels/winograd.h"

namespace stenometry {
namespace {

constexpr std::size_t margin = kernels::read_beyond;

int rounded_up(int value, int multiple) { return (value + multiple - 1) / multiple * multiple; }

/// Values from a row to the one below it: at least one is free for the zeros between them.
std::size_t pitch_of(int width) { return static_cast<std::size_t>(rounded_up(width + 1, int{margin})); }

template <class T>
void grow(std::vector<T>& buffer, std::size_t size) {
    if (buffer.size() < size) buffer.resize(size);
}

/// A convolution reads each row as often as its kernel is high, but the first time from far away. Asking for
/// it ahead hides this.
void fetch_ahead(const float* row, int width) {
    constexpr int line = 16, second_level = 2;
    for (int x = 0; x < width; x += line) __builtin_prefetch(row + x, 0, second_level);
}

}  // namespace

RowsAround rows_around(int y, int height) {
    const int near = y / 2;
    return {near, std::clamp(y % 2 == 0 ? near - 1 : near + 1, 0, height - 1)};
}

/// The last operation that reads what each one gives, by itself or within a concatenation. What comes out of
/// the network is read after all.
std::vector<std::size_t> NetworkRun::last_uses() const {
    const std::size_t count = network_.operations.size();
    std::vector<std::size_t> last(count, 0);
    last.back() = count;
    for (std::size_t i = count; i-- > 0;) {
        const NetworkOperation& operation = network_.operations[i];
        const std::size_t use = operation.step == NetworkStep::concatenation ? std::max(i, last[i]) : i;
        for (const std::size_t input : operation.inputs) last[input] = std::max(last[input], use);
    }
    // The input's rest beyond the image stays zero from frame to frame.
    last.front() = count;
    return last;
}

/// Where the values of an operation go: where nobody reads any more, or behind all others.
std::size_t NetworkRun::store_for(std::size_t operation, std::size_t last_use) {
    const NetworkOperation& made = network_.operations[operation];
    for (std::size_t i = 0; i < stores_.size(); ++i) {
        Store& store = stores_[i];
        if (store.level != made.level || store.channels < made.channels || store.last_use >= operation)
            continue;
        store.last_use = last_use;
        return i;
    }
    const std::size_t begin = stores_.empty() ? 0 : stores_.back().end;
    const std::size_t rows =
        static_cast<std::size_t>(made.channels) * static_cast<std::size_t>(height_ >> made.level);
    const std::size_t end = begin + margin + rows * pitch_of(width_ >> made.level) + margin;
    stores_.push_back({made.level, made.channels, last_use, begin, end});
    return stores_.size() - 1;
}

/// The store of each operation but concatenations, which have none.
std::vector<std::size_t> NetworkRun::plan_stores() {
    const std::vector<std::size_t> last = last_uses();
    std::vector<std::size_t> planned(network_.operations.size(), 0);
    stores_.clear();
    for (std::size_t i = 0; i < planned.size(); ++i)
        if (network_.operations[i].step != NetworkStep::concatenation) planned[i] = store_for(i, last[i]);
    return planned;
}

/// Zeros before the first row, and behind each.
void NetworkRun::clear_margins(const Store& store) {
    const int width = width_ >> store.level;
    const std::size_t pitch = pitch_of(width), between = pitch - static_cast<std::size_t>(width);
    float* memory = memory_.data();
    std::fill_n(memory + store.begin, margin, 0.0F);
    for (std::size_t row = store.begin + margin; row < store.end - margin; row += pitch)
        std::fill_n(memory + row + width, between, 0.0F);
    std::fill_n(memory + store.end - margin, margin, 0.0F);
}

NetworkRun::Value NetworkRun::place(const NetworkOperation& operation, const Store& store) {
    Value value{.width = width_ >> operation.level, .height = height_ >> operation.level};
    const std::size_t pitch = pitch_of(value.width);
    const auto down = static_cast<std::ptrdiff_t>(static_cast<std::size_t>(store.channels) * pitch);
    for (std::size_t c = 0; c < static_cast<std::size_t>(operation.channels); ++c)
        value.planes.push_back({memory_.data() + store.begin + margin + c * pitch, down});
    return value;
}

NetworkRun::Value NetworkRun::join(const NetworkOperation& operation) const {
    Value value{.width = width_ >> operation.level, .height = height_ >> operation.level};
    for (const std::size_t input : operation.inputs)
        value.planes.insert(value.planes.end(), values_[input].planes.begin(), values_[input].planes.end());
    return value;
}

void NetworkRun::resize(int width, int height) {
    const int multiple = network_.multiple_of();
    width = rounded_up(width, multiple);
    height = rounded_up(height, multiple);
    if (width == width_ && height == height_) return;
    width_ = width;
    height_ = height;
    zeros_.assign(margin + pitch_of(width) + margin, 0.0F);
    values_.clear();
    const std::vector<std::size_t> planned = plan_stores();
    memory_ = {};  // before as much is asked for again
    memory_ = LargeArray<float>(stores_.back().end);
    for (const Store& store : stores_) clear_margins(store);
    std::fill_n(memory_.data(), stores_.front().end, 0.0F);  // the input's rest beyond the image
    for (std::size_t i = 0; i < planned.size(); ++i) {
        const NetworkOperation& operation = network_.operations[i];
        values_.push_back(operation.step == NetworkStep::concatenation
                              ? join(operation)
                              : place(operation, stores_[planned[i]]));
    }
}

const float* NetworkRun::row_or_zeros(const Value& in, const NetworkPlane& plane, int y) const {
    return y >= 0 && y < in.height ? plane.row(y) : zeros_.data() + margin;
}

/// The rows that a convolution of stride 1 sums up for row y.
void NetworkRun::gather_taps(const NetworkOperation& operation, const Value& in, int y,
                             Scratch& scratch) const {
    const int reach = operation.kernel / 2;
    auto tap = scratch.taps.begin();
    for (const NetworkPlane& plane : in.planes)
        for (int row = y - reach; row <= y + reach; ++row) {
            const float* values = row_or_zeros(in, plane, row);
            for (int shift = -reach; shift <= reach; ++shift) *tap++ = values + shift;
        }
}

/// The same for stride 2: columns left of, on and right of every second one are an odd, an even and an odd
/// column of the row.
void NetworkRun::gather_halves(const NetworkOperation& operation, const Value& in, int y,
                               Scratch& scratch) const {
    const int reach = operation.kernel / 2, half = in.width / 2;
    const std::size_t pitch = margin + pitch_of(half);
    float* even = scratch.halves.data() + margin;
    auto tap = scratch.taps.begin();
    for (const NetworkPlane& plane : in.planes)
        for (int row = 2 * y - reach; row <= 2 * y + reach; ++row) {
            float* odd = even + pitch;
            odd[-1] = 0.0F;  // beyond the border
            kernels::split_row(row_or_zeros(in, plane, row), static_cast<std::size_t>(half), even, odd);
            for (int shift = -reach; shift <= reach; ++shift)
                *tap++ = shift == 0 ? even : shift < 0 ? odd - 1 : odd;
            even += 2 * pitch;
        }
}

void NetworkRun::convolve_row(const NetworkOperation& operation, const Value& in, const Value& out, int y) {
    Scratch& scratch = scratch_.local();
    grow(scratch.taps, operation.filters.taps);
    if (operation.stride == 2) {
        const std::size_t rows = in.planes.size() * static_cast<std::size_t>(operation.kernel);
        grow(scratch.halves, margin + 2 * rows * (margin + pitch_of(in.width / 2)) + margin);
        gather_halves(operation, in, y, scratch);
    } else {
        gather_taps(operation, in, y, scratch);
    }
    const NetworkPlane& first = out.planes.front();
    const std::ptrdiff_t pitch = static_cast<std::ptrdiff_t>(pitch_of(out.width));
    kernels::convolve_row(scratch.taps.data(), operation.filters, static_cast<std::size_t>(out.width),
                          first.row(y), static_cast<std::size_t>(pitch));
}

/// Values from the numbers of one channel to those of the next.
std::size_t NetworkRun::Patches::pitch() const { return count() + margin; }

void NetworkRun::patches_to_numbers(const Value& in, const Patches& patches, Scratch& scratch) const {
    const std::size_t pitch = patches.pitch(), between = in.planes.size() * pitch;
    const int first = 2 * patches.first, below = 2 * patches.end_row + 1;
    grow(scratch.numbers, kernels::patch_numbers * between + margin);
    float* to = scratch.numbers.data();
    for (const NetworkPlane& plane : in.planes) {
        for (int row = below; row < std::min(below + 2, in.height); ++row)
            fetch_ahead(plane.row(row) + first, 2 * (patches.end - patches.first));
        for (int pair = patches.first_row; pair < patches.end_row; ++pair) {
            const auto row = [&](int i) { return row_or_zeros(in, plane, 2 * pair + i) + first; };
            const std::array<const float*, 4> rows{row(-1), row(0), row(1), row(2)};
            kernels::patch_numbers_row(
                rows.data(), patches.of_row(),
                to + static_cast<std::size_t>(pair - patches.first_row) * patches.of_row(), between);
        }
        to += pitch;
    }
}

/// All channels in to all channels out, for each of the 16 numbers by itself.
void NetworkRun::sum_numbers(const NetworkOperation& operation, const Patches& patches,
                             Scratch& scratch) const {
    const std::size_t pitch = patches.pitch(), in = operation.patch_filters.front().taps,
                      out = operation.filters.outputs;
    grow(scratch.sums, kernels::patch_numbers * out * pitch);
    grow(scratch.taps, in);
    for (std::size_t k = 0; k < kernels::patch_numbers; ++k) {
        for (std::size_t c = 0; c < in; ++c) scratch.taps[c] = scratch.numbers.data() + (k * in + c) * pitch;
        kernels::convolve_row(scratch.taps.data(), operation.patch_filters[k], patches.count(),
                              scratch.sums.data() + k * out * pitch, pitch);
    }
}

void NetworkRun::sums_to_pixels(const NetworkOperation& operation, const Value& out, const Patches& patches,
                                const Scratch& scratch) const {
    const kernels::FilterBank& filters = operation.filters;
    const std::size_t pitch = patches.pitch();
    for (std::size_t c = 0; c < filters.outputs; ++c) {
        const float* from = scratch.sums.data() + c * pitch;
        for (int pair = patches.first_row; pair < patches.end_row; ++pair, from += patches.of_row())
            kernels::patch_pixels_row(from, filters.outputs * pitch, filters.bias[c], filters.rectified,
                                      patches.of_row(), out.planes[c].row(2 * pair) + 2 * patches.first,
                                      out.planes[c].row(2 * pair + 1) + 2 * patches.first);
    }
}

void NetworkRun::convolve_by_patches(const NetworkOperation& operation, const Value& in, const Value& out) {
    // As many patches as the cache of second level holds with their numbers, and enough for whole vectors.
    constexpr int most = 128, enough = 32;
    const int of_row = out.width / 2, pairs = out.height / 2;
    const int strips = (of_row + most - 1) / most, width = (of_row + strips - 1) / strips;
    const int height = std::max(1, enough / width), groups = (pairs + height - 1) / height;
    parallel_for(0, groups * strips, [&](int i) {
        const int row = i / strips * height, first = i % strips * width;
        const Patches patches{row, std::min(row + height, pairs), first, std::min(first + width, of_row)};
        Scratch& scratch = scratch_.local();
        patches_to_numbers(in, patches, scratch);
        sum_numbers(operation, patches, scratch);
        sums_to_pixels(operation, out, patches, scratch);
    });
}

void NetworkRun::convolve(const NetworkOperation& operation, const Value& out) {
    const Value& in = values_[operation.inputs[0]];
    const bool even = out.width % 2 == 0 && out.height % 2 == 0;
    if (even && !operation.patch_filters.empty()) return convolve_by_patches(operation, in, out);
    parallel_for(0, out.height, [&](int y) {
        const int seen = y * operation.stride + operation.kernel / 2;
        for (int row = seen + 1; row <= std::min(seen + operation.stride, in.height - 1); ++row)
            for (const NetworkPlane& plane : in.planes) fetch_ahead(plane.row(row), in.width);
        convolve_row(operation, in, out, y);
    });
}

void NetworkRun::enlarge(const Value& in, const Value& out) const {
    parallel_for(0, out.height, [&](int y) {
        const auto [near, far] = rows_around(y, in.height);
        for (std::size_t c = 0; c < in.planes.size(); ++c)
            kernels::enlarge_row(in.planes[c].row(near), in.planes[c].row(far),
                                 static_cast<std::size_t>(in.width), out.planes[c].row(y));
    });
}

void NetworkRun::add(const Value& a, const Value& b, const Value& out) const {
    constexpr std::array weights{1.0F, 1.0F};
    parallel_for(0, out.height, [&](int y) {
        for (std::size_t c = 0; c < out.planes.size(); ++c) {
            const std::array<const float*, 2> rows{a.planes[c].row(y), b.planes[c].row(y)};
            kernels::weighted_sum_row(rows.data(), weights.data(), rows.size(),
                                      static_cast<std::size_t>(out.width), out.planes[c].row(y));
        }
    });
}

void NetworkRun::run() {
    for (std::size_t i = 0; i < network_.operations.size(); ++i) {
        const NetworkOperation& operation = network_.operations[i];
        if (operation.step == NetworkStep::convolution) convolve(operation, values_[i]);
        if (operation.step == NetworkStep::enlargement) enlarge(values_[operation.inputs[0]], values_[i]);
        if (operation.step == NetworkStep::sum)
            add(values_[operation.inputs[0]], values_[operation.inputs[1]], values_[i]);
    }
}

}  // namespace stenometry
