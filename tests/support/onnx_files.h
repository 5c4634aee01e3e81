#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// Networks of one or two layers as ONNX files, byte by byte, so that what they compute is known on paper.
/// Sources: onnx.proto3 of github.com/onnx/onnx; protobuf.dev/programming-guides/encoding.
namespace stenometry::onnx {

inline std::string varint(std::uint64_t value) {
    std::string bytes;
    for (; value >= 0x80; value >>= 7) bytes += static_cast<char>(0x80 | (value & 0x7F));
    return bytes + static_cast<char>(value);
}
inline std::string number(unsigned field, std::int64_t value) {
    return varint(field << 3) + varint(static_cast<std::uint64_t>(value));
}
inline std::string bytes(unsigned field, std::string_view content) {
    return varint(field << 3 | 2) + varint(content.size()) + std::string(content);
}

/// Weights. \param shape length of each axis
inline std::string initializer(const std::string& name, const std::vector<std::int64_t>& shape,
                               const std::vector<float>& values) {
    std::string tensor, raw(values.size() * sizeof(float), '\0');
    std::memcpy(raw.data(), values.data(), raw.size());
    for (const std::int64_t length : shape) tensor += number(1, length);
    return tensor + number(2, 1) + bytes(8, name) + bytes(9, raw);  // 1: float
}

/// An input or an output. \param shape length of each axis; 0: any
inline std::string value(const std::string& name, const std::vector<std::int64_t>& shape) {
    std::string dims;
    for (const std::int64_t length : shape)
        dims += bytes(1, length > 0 ? number(1, length) : bytes(2, "any"));
    return bytes(1, name) + bytes(2, bytes(1, number(1, 1) + bytes(2, dims)));
}

inline std::string integers(const std::string& name, const std::vector<std::int64_t>& values) {
    std::string attribute = bytes(1, name);
    for (const std::int64_t v : values) attribute += number(8, v);
    return attribute + number(20, 7);  // 7: a list of integers
}

inline std::string node(const std::string& type, const std::vector<std::string>& inputs,
                        const std::string& output, const std::vector<std::string>& attributes = {}) {
    std::string content;
    for (const std::string& input : inputs) content += bytes(1, input);
    content += bytes(2, output) + bytes(3, type + '_' + output) + bytes(4, type);
    for (const std::string& attribute : attributes) content += bytes(5, attribute);
    return content;
}

/// One convolution, and a sigmoid behind it where asked for.
struct Network {
    int width = 0, height = 0;  ///< of the input; 0: any
    int channels = 1;
    int side = 1;                     ///< of the square kernel, odd
    std::vector<float> kernel{1.0F};  ///< rows from above, for each channel
    float bias = 0.0F;
    int stride = 1;
    int output_channels = 1;  ///< all alike
    bool sigmoid = false;
    bool second_input = false, second_output = false;
    std::string type = "Conv";

    std::string file() const {
        std::vector<float> weights, biases;
        for (int k = 0; k < output_channels; ++k) {
            weights.insert(weights.end(), kernel.begin(), kernel.end());
            biases.push_back(bias);
        }
        const std::int64_t pad = side / 2;
        std::string graph =
            bytes(1, node(type, {"image", "weights", "bias"}, sigmoid ? "line" : "probability",
                          {integers("kernel_shape", {side, side}), integers("pads", {pad, pad, pad, pad}),
                           integers("strides", {stride, stride})}));
        if (sigmoid) graph += bytes(1, node("Sigmoid", {"line"}, "probability"));
        if (second_output) graph += bytes(1, node("Sigmoid", {"probability"}, "other"));
        graph += bytes(2, "network");
        graph += bytes(5, initializer("weights", {output_channels, channels, side, side}, weights));
        graph += bytes(5, initializer("bias", {output_channels}, biases));
        graph += bytes(11, value("image", {1, channels, height, width}));
        if (second_input) graph += bytes(11, value("age", {1, 1}));
        graph += bytes(12, value("probability", {1, output_channels, height / stride, width / stride}));
        if (second_output) graph += bytes(12, value("other", {1, output_channels, height, width}));
        return number(1, 7) + bytes(7, graph) + bytes(8, bytes(1, "") + number(2, 11));
    }
};

}  // namespace stenometry::onnx
