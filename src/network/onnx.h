#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace stenometry {

/// What goes into a model or comes out of it. An axis whose length the model leaves open has none.
struct OnnxTensor {
    std::string name;
    std::vector<std::optional<std::int64_t>> axes;
};

struct OnnxInterface {
    std::vector<OnnxTensor> inputs;  ///< without the weights, which old models list too
    std::vector<OnnxTensor> outputs;
};

/// Reads what OpenCV does not tell: inputs and outputs of the model with their axes. Empty if the bytes are
/// no model. Source: onnx.proto3 of github.com/onnx/onnx; protobuf.dev/programming-guides/encoding.
std::optional<OnnxInterface> read_onnx_interface(std::string_view bytes);

}  // namespace stenometry
