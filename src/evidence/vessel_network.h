#pragma once

#include "evidence/convolutional_network.h"

namespace stenometry {

/// What the channels of the vessel network's output are, in their order.
enum class NetworkClass : std::size_t { background, artery, catheter, device };

inline constexpr std::size_t network_classes = 4;

/// The network that is part of the library, read when it is first asked for.
const ConvolutionalNetwork& vessel_network();

}  // namespace stenometry
