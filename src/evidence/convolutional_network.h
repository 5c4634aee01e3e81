#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "kernels/convolution.h"

namespace stenometry {

/// One step of a network. Its numbers are those of the file.
enum class NetworkStep : std::uint8_t {
    input = 0,
    convolution = 1,    ///< beyond the border is 0; what is below 0 may become 0 afterwards
    enlargement = 2,    ///< to twice the size, linearly, the middles of pixels at halves
    concatenation = 3,  ///< the channels of several steps, one after the other
    sum = 4,            ///< of two steps of the same channels
};

/// A step with what it works on.
struct NetworkOperation {
    NetworkStep step = NetworkStep::input;
    std::vector<std::size_t> inputs;  ///< operations before this one
    int channels = 0;                 ///< of what comes out
    int level = 0;                    ///< which is the input's size over 2 to this
    int kernel = 1;                   ///< side of a convolution: 1 or 3
    int stride = 1;                   ///< of a convolution: 1 or 2
    /// Of a convolution. Its taps are channels, rows and columns, in this order.
    kernels::FilterBank filters;
    /// The same by minimal filtering, where that is less work (`kernels/winograd.h`); else none.
    std::vector<kernels::FilterBank> patch_filters;
};

/// A convolutional network without cycles. The first operation is its input, the last one its output.
struct ConvolutionalNetwork {
    std::vector<NetworkOperation> operations;

    const NetworkOperation& input() const { return operations.front(); }
    const NetworkOperation& output() const { return operations.back(); }
    /// What the sides of an image must be a multiple of, so that every level has whole pixels.
    int multiple_of() const;
};

/// Reads `stenometry.network/1`, in which numbers are little-endian: "STNNET01", how many operations follow
/// (uint32), and each as its `NetworkStep` (uint8) with
///
/// - input: channels (uint32)
/// - convolution: operation, channels that come out, side of the kernel, stride (uint32 each), 1 where what
/// is
///   below 0 becomes 0 and else 0 (uint8), weights (float16) by channel out, channel in, row, column, and the
///   bias (float32) of each channel out
/// - enlargement: operation (uint32)
/// - concatenation: how many, and the operations (uint32 each)
/// - sum: two operations (uint32 each)
///
/// \param name of the network, for messages
/// \throws IoError naming the network and the operation whose numbers are out of range, that refers to none
/// before it, or that is cut short; or if anything follows the last one.
ConvolutionalNetwork read_network(std::span<const std::byte> bytes, std::string_view name);

}  // namespace stenometry
