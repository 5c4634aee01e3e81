#pragma once

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <random>
#include <span>
#include <vector>

namespace stenometry::testing {

/// One operation as the file of a network has it, with its weights as they are.
struct PlainOperation {
    enum Kind : std::uint8_t { input, convolution, enlargement, concatenation, sum } kind = input;
    std::vector<std::uint32_t> inputs;
    std::uint32_t channels = 0, kernel = 1, stride = 1;
    bool rectified = false;
    std::vector<float> weights, bias;
};

/// The bits of a number that binary16 holds exactly.
inline std::uint16_t half_bits(float value) {
    if (value == 0.0F) return 0;
    int exponent = 0;
    const float mantissa = std::frexp(std::abs(value), &exponent);  // 0.5..1
    const auto stored = static_cast<std::uint16_t>(std::ldexp(mantissa, 11)) - 1024;
    return static_cast<std::uint16_t>((value < 0 ? 0x8000 : 0) | ((exponent + 14) << 10) | stored);
}

/// Writes a network operation by operation, with random weights. Each operation returns its number.
class NetworkWriter {
  public:
    explicit NetworkWriter(std::uint32_t channels, unsigned seed = 1) : random_(seed) {
        operations_.push_back({.channels = channels});
    }

    std::uint32_t convolve(std::uint32_t from, std::uint32_t channels, std::uint32_t kernel = 3,
                           std::uint32_t stride = 1, bool rectified = true) {
        PlainOperation made{.kind = PlainOperation::convolution,
                            .inputs = {from},
                            .channels = channels,
                            .kernel = kernel,
                            .stride = stride,
                            .rectified = rectified};
        const std::size_t taps = std::size_t{operations_[from].channels} * kernel * kernel;
        const double sd = std::sqrt(2.0 / static_cast<double>(taps));  // keeps the spread of what comes in
        for (std::size_t i = 0; i < taps * channels; ++i) made.weights.push_back(weight(sd));
        for (std::size_t k = 0; k < channels; ++k) made.bias.push_back(weight(0.1));
        return add(std::move(made));
    }
    std::uint32_t enlarge(std::uint32_t from) {
        return add({.kind = PlainOperation::enlargement, .inputs = {from}, .channels = channels(from)});
    }
    std::uint32_t concatenate(std::vector<std::uint32_t> from) {
        PlainOperation made{.kind = PlainOperation::concatenation, .inputs = std::move(from)};
        for (const std::uint32_t i : made.inputs) made.channels += channels(i);
        return add(std::move(made));
    }
    std::uint32_t sum(std::uint32_t a, std::uint32_t b) {
        return add({.kind = PlainOperation::sum, .inputs = {a, b}, .channels = channels(a)});
    }

    const std::vector<PlainOperation>& operations() const { return operations_; }

    std::vector<std::byte> bytes() const {
        std::vector<std::byte> file;
        for (const char c : {'S', 'T', 'N', 'N', 'E', 'T', '0', '1'}) file.push_back(std::byte(c));
        put(file, static_cast<std::uint32_t>(operations_.size()));
        for (const PlainOperation& operation : operations_) put(file, operation);
        return file;
    }

  private:
    std::uint32_t channels(std::uint32_t i) const { return operations_[i].channels; }
    std::uint32_t add(PlainOperation operation) {
        operations_.push_back(std::move(operation));
        return static_cast<std::uint32_t>(operations_.size() - 1);
    }
    /// A number that binary16 holds exactly.
    float weight(double sd) {
        return static_cast<float>(std::round(1024.0 * std::normal_distribution<>(0.0, sd)(random_)) / 1024.0);
    }

    template <class Number>
    static void put(std::vector<std::byte>& file, Number value) {
        for (std::size_t i = 0; i < sizeof value; ++i) file.push_back(std::byte((value >> (8 * i)) & 255));
    }
    static void put(std::vector<std::byte>& file, const PlainOperation& operation) {
        put(file, static_cast<std::uint8_t>(operation.kind));
        if (operation.kind == PlainOperation::input) put(file, operation.channels);
        if (operation.kind == PlainOperation::concatenation)
            put(file, static_cast<std::uint32_t>(operation.inputs.size()));
        for (const std::uint32_t input : operation.inputs) put(file, input);
        if (operation.kind != PlainOperation::convolution) return;
        for (const std::uint32_t value : {operation.channels, operation.kernel, operation.stride})
            put(file, value);
        put(file, static_cast<std::uint8_t>(operation.rectified));
        for (const float weight : operation.weights) put(file, half_bits(weight));
        for (const float bias : operation.bias) put(file, std::bit_cast<std::uint32_t>(bias));
    }

    std::mt19937 random_;
    std::vector<PlainOperation> operations_;
};

/// A small network with everything that the vessel network may have, of four channels at half the size.
inline NetworkWriter small_unet(unsigned seed = 1) {
    NetworkWriter net(3, seed);
    const auto stem = net.convolve(0, 8, 3, 2);
    const auto fine = net.convolve(stem, 8);
    const auto middle = net.convolve(net.convolve(fine, 13, 3, 2), 13);
    const auto deep = net.convolve(net.convolve(middle, 9, 1, 2), 9);
    const auto up = net.convolve(net.concatenate({net.enlarge(deep), middle}), 8);
    const auto joined = net.concatenate({net.concatenate({net.enlarge(up), fine}), stem});
    const auto last = net.sum(net.convolve(joined, 8), fine);
    net.convolve(last, 4, 1, 1, false);
    return net;
}

/// A U-Net as large as one for a frame may be: five levels of two convolutions behind a stem of stride 2.
inline NetworkWriter large_unet(unsigned seed = 1) {
    NetworkWriter net(3, seed);
    const std::vector<std::uint32_t> widths{16, 24, 48, 64, 64};
    std::vector<std::uint32_t> levels;
    std::uint32_t last = net.convolve(0, widths[0], 3, 2);
    for (std::size_t i = 0; i < widths.size(); ++i) {
        last = net.convolve(last, widths[i], 3, i == 0 ? 1 : 2);
        last = net.convolve(last, widths[i]);
        levels.push_back(last);
    }
    for (std::size_t i = widths.size() - 1; i-- > 0;) {
        last = net.convolve(net.concatenate({net.enlarge(last), levels[i]}), widths[i]);
        last = net.convolve(last, widths[i]);
    }
    net.convolve(last, 4, 1, 1, false);
    return net;
}

}  // namespace stenometry::testing
