#include "network/onnx.h"

#include <algorithm>
#include <stdexcept>

namespace stenometry {
namespace {

struct NotOnnx : std::runtime_error {
    NotOnnx() : std::runtime_error("not ONNX") {}
};

/// One field of a protobuf message.
struct Field {
    std::uint64_t number = 0;
    std::uint64_t value = 0;  ///< of a number
    std::string_view bytes;   ///< of a text or a message
};

/// The fields of a message, one after the other.
class Message {
  public:
    explicit Message(std::string_view bytes) : left_(bytes) {}

    std::optional<Field> next() {
        if (left_.empty()) return {};
        const std::uint64_t key = varint();
        Field field{.number = key >> 3};
        if (field.number == 0) throw NotOnnx();
        switch (key & 7) {
            case 0:
                field.value = varint();
                break;
            case 1:
                take(8);
                break;
            case 2:
                field.bytes = take(varint());
                break;
            case 5:
                take(4);
                break;
            default:
                throw NotOnnx();
        }
        return field;
    }

  private:
    std::string_view take(std::uint64_t count) {
        if (count > left_.size()) throw NotOnnx();
        const std::string_view taken = left_.substr(0, count);
        left_.remove_prefix(count);
        return taken;
    }

    std::uint64_t varint() {
        std::uint64_t value = 0;
        for (unsigned shift = 0; shift < 64; shift += 7) {
            const auto byte = static_cast<unsigned char>(take(1)[0]);
            value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
            if ((byte & 0x80) == 0) return value;
        }
        throw NotOnnx();
    }

    std::string_view left_;
};

/// Calls `visit(field)` for the fields with this number.
template <class Visit>
void for_fields(std::string_view message, std::uint64_t number, Visit visit) {
    Message fields(message);
    while (const auto field = fields.next())
        if (field->number == number) visit(*field);
}

// Numbers of the fields in onnx.proto3.
constexpr std::uint64_t model_graph = 7;
constexpr std::uint64_t graph_initializer = 5, graph_input = 11, graph_output = 12;
constexpr std::uint64_t value_name = 1, value_type = 2, type_tensor = 1, tensor_shape = 2;
constexpr std::uint64_t shape_dim = 1, dim_value = 1, initializer_name = 8;

std::optional<std::int64_t> axis_of(std::string_view dim) {
    std::optional<std::int64_t> length;
    for_fields(dim, dim_value, [&](const Field& f) { length = static_cast<std::int64_t>(f.value); });
    return length && *length > 0 ? length : std::nullopt;
}

OnnxTensor tensor_of(std::string_view value) {
    OnnxTensor tensor;
    for_fields(value, value_name, [&](const Field& f) { tensor.name = f.bytes; });
    for_fields(value, value_type, [&](const Field& type) {
        for_fields(type.bytes, type_tensor, [&](const Field& of) {
            for_fields(of.bytes, tensor_shape, [&](const Field& shape) {
                for_fields(shape.bytes, shape_dim,
                           [&](const Field& dim) { tensor.axes.push_back(axis_of(dim.bytes)); });
            });
        });
    });
    return tensor;
}

OnnxInterface interface_of(std::string_view graph) {
    std::vector<std::string> weights;
    for_fields(graph, graph_initializer, [&](const Field& f) {
        for_fields(f.bytes, initializer_name, [&](const Field& name) { weights.emplace_back(name.bytes); });
    });
    OnnxInterface found;
    for_fields(graph, graph_input, [&](const Field& f) {
        OnnxTensor tensor = tensor_of(f.bytes);
        if (std::find(weights.begin(), weights.end(), tensor.name) == weights.end())
            found.inputs.push_back(std::move(tensor));
    });
    for_fields(graph, graph_output, [&](const Field& f) { found.outputs.push_back(tensor_of(f.bytes)); });
    return found;
}

}  // namespace

std::optional<OnnxInterface> read_onnx_interface(std::string_view bytes) {
    try {
        std::optional<OnnxInterface> found;
        for_fields(bytes, model_graph, [&](const Field& graph) { found = interface_of(graph.bytes); });
        return found;
    } catch (const NotOnnx&) {
        return {};
    }
}

}  // namespace stenometry
