#include "evidence/convolutional_network.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <string>

#include "kernels/winograd.h"
#include "stenometry/error.h"

namespace stenometry {
namespace {

constexpr std::string_view magic = "STNNET01";
// More than any network for one frame needs, and little enough that a damaged file asks for no memory that
// there is not.
constexpr std::uint32_t most_operations = 256, most_channels = 1024;
constexpr int deepest_level = 8;

/// With fewer channels, pixels take longer to become numbers of patches, and back, than products are saved.
constexpr int least_patch_channels = 8;

/// Source: IEEE 754-2008, binary16, whose exponent is 112 less than that of binary32 for the same number.
float half_to_float(std::uint16_t half) {
    const std::uint32_t sign = (half & 0x8000U) << 16, exponent = (half >> 10) & 31U, mantissa = half & 1023U;
    constexpr float least = 1.0F / (1 << 24);
    if (exponent == 0) return std::copysign(least * static_cast<float>(mantissa), std::bit_cast<float>(sign));
    if (exponent == 31) return std::numeric_limits<float>::quiet_NaN();
    return std::bit_cast<float>(sign | (exponent + 112) << 23 | mantissa << 13);
}

/// A number of which the first byte is the least.
template <class Number>
Number little_endian(const std::byte* bytes) {
    Number value{};
    for (std::size_t i = 0; i < sizeof value; ++i)
        value =
            static_cast<Number>(value | static_cast<Number>(std::to_integer<Number>(bytes[i]) << (8 * i)));
    return value;
}

/// Takes one number after the other from a file.
class Reader {
  public:
    Reader(std::span<const std::byte> bytes, std::string_view name) : left_(bytes), name_(name) {}

    std::span<const std::byte> take(std::size_t count) {
        if (count > left_.size()) refuse("ends too early");
        const std::span<const std::byte> taken = left_.first(count);
        left_ = left_.subspan(count);
        return taken;
    }

    template <class Number>
    Number number() {
        return little_endian<Number>(take(sizeof(Number)).data());
    }

    std::uint32_t number_within(const char* what, std::uint32_t least, std::uint32_t most) {
        const auto value = number<std::uint32_t>();
        if (value < least || value > most) refuse(std::string(what) + " is " + std::to_string(value));
        return value;
    }

    void begin(std::size_t operation) { place_ = ", operation " + std::to_string(operation); }
    bool at_end() const { return left_.empty(); }

    [[noreturn]] void refuse(const std::string& complaint) const {
        throw IoError(std::string(name_) + " is no network of this library" + place_ + ": " + complaint);
    }

  private:
    std::span<const std::byte> left_;
    std::string_view name_;
    std::string place_;
};

std::vector<float> read_weights(Reader& reader, std::size_t count) {
    constexpr std::size_t size = sizeof(std::uint16_t);
    const std::span<const std::byte> halves = reader.take(size * count);
    std::vector<float> weights(count);
    for (std::size_t i = 0; i < count; ++i)
        weights[i] = half_to_float(little_endian<std::uint16_t>(halves.data() + size * i));
    for (const float weight : weights)
        if (std::isnan(weight)) reader.refuse("a weight is no number");
    return weights;
}

std::vector<float> read_bias(Reader& reader, std::size_t count) {
    std::vector<float> bias(count);
    for (float& value : bias) {
        value = std::bit_cast<float>(reader.number<std::uint32_t>());
        if (!std::isfinite(value)) reader.refuse("a bias is no number");
    }
    return bias;
}

/// The operations of a file, as far as they are read.
class NetworkReader {
  public:
    NetworkReader(std::span<const std::byte> bytes, std::string_view name) : reader_(bytes, name) {}

    ConvolutionalNetwork read() {
        const std::span<const std::byte> begin = reader_.take(magic.size());
        if (std::memcmp(begin.data(), magic.data(), magic.size()) != 0) reader_.refuse("it begins otherwise");
        const std::uint32_t count = reader_.number_within("the number of operations", 1, most_operations);
        for (std::uint32_t i = 0; i < count; ++i) {
            reader_.begin(i);
            operations_.push_back(operation());
        }
        if (!reader_.at_end()) reader_.refuse("something follows it");
        return {std::move(operations_)};
    }

  private:
    NetworkOperation operation() {
        const auto step = static_cast<NetworkStep>(reader_.number<std::uint8_t>());
        if ((step == NetworkStep::input) != operations_.empty()) reader_.refuse("the input is not the first");
        switch (step) {
            case NetworkStep::input:
                return {.step = step, .channels = channels()};
            case NetworkStep::convolution:
                return convolution();
            case NetworkStep::enlargement:
                return enlargement();
            case NetworkStep::concatenation:
                return concatenation();
            case NetworkStep::sum:
                return sum();
        }
        reader_.refuse("its kind is " + std::to_string(static_cast<int>(step)));
    }

    NetworkOperation convolution() {
        const std::size_t from = earlier();
        const int out = channels();
        const auto side = reader_.number_within("the side of the kernel", 1, 3);
        if (side == 2) reader_.refuse("the side of the kernel is 2");
        const auto stride = reader_.number_within("the stride", 1, 2);
        const auto rectified = reader_.number<std::uint8_t>();
        if (rectified > 1) reader_.refuse("the rectification is " + std::to_string(int{rectified}));
        const NetworkOperation& input = operations_[from];
        const int level = checked_level(input.level + (stride == 2 ? 1 : 0));
        const std::size_t weights =
            static_cast<std::size_t>(input.channels) * static_cast<std::size_t>(out) * side * side;
        const std::vector<float> weight = read_weights(reader_, weights);
        const std::vector<float> bias = read_bias(reader_, static_cast<std::size_t>(out));
        NetworkOperation made{.step = NetworkStep::convolution,
                              .inputs = {from},
                              .channels = out,
                              .level = level,
                              .kernel = static_cast<int>(side),
                              .stride = static_cast<int>(stride),
                              .filters = kernels::make_filter_bank(weight, bias, rectified != 0)};
        if (side == 3 && stride == 1 && std::min(input.channels, out) >= least_patch_channels)
            made.patch_filters = kernels::make_patch_filters(weight, static_cast<std::size_t>(out));
        return made;
    }

    NetworkOperation enlargement() {
        const std::size_t from = earlier();
        return {.step = NetworkStep::enlargement,
                .inputs = {from},
                .channels = operations_[from].channels,
                .level = checked_level(operations_[from].level - 1)};
    }

    NetworkOperation concatenation() {
        const auto count = reader_.number_within("the number of inputs", 1, most_operations);
        NetworkOperation made{.step = NetworkStep::concatenation};
        for (std::uint32_t i = 0; i < count; ++i) {
            made.inputs.push_back(earlier());
            made.channels += operations_[made.inputs.back()].channels;
            if (made.channels > static_cast<int>(most_channels)) reader_.refuse("it has too many channels");
        }
        made.level = common_level(made.inputs);
        return made;
    }

    NetworkOperation sum() {
        NetworkOperation made{.step = NetworkStep::sum};
        made.inputs = {earlier(), earlier()};
        made.channels = operations_[made.inputs[0]].channels;
        made.level = common_level(made.inputs);
        if (operations_[made.inputs[1]].channels != made.channels)
            reader_.refuse("it adds what has other channels");
        return made;
    }

    std::size_t earlier() {
        return reader_.number_within("an input", 0, static_cast<std::uint32_t>(operations_.size() - 1));
    }
    int channels() {
        return static_cast<int>(reader_.number_within("the number of channels", 1, most_channels));
    }
    int checked_level(int level) const {
        if (level < 0 || level > deepest_level)
            reader_.refuse("it halves the picture " + std::to_string(level) + " times");
        return level;
    }
    int common_level(const std::vector<std::size_t>& inputs) const {
        const int level = operations_[inputs.front()].level;
        for (const std::size_t input : inputs)
            if (operations_[input].level != level) reader_.refuse("its inputs differ in size");
        return level;
    }

    Reader reader_;
    std::vector<NetworkOperation> operations_;
};

}  // namespace

int ConvolutionalNetwork::multiple_of() const {
    int deepest = 0;
    for (const NetworkOperation& operation : operations) deepest = std::max(deepest, operation.level);
    return 1 << deepest;
}

ConvolutionalNetwork read_network(std::span<const std::byte> bytes, std::string_view name) {
    return NetworkReader(bytes, name).read();
}

}  // namespace stenometry
