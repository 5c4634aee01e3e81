#include "evidence/vessel_network.h"

#include <cassert>
#include <cstddef>

#include "evidence/local_contrast.h"
#include "stenometry/learned_evidence.h"

extern "C" {
extern const std::byte stenometry_vessel_network_begin[];  // vessel_network.S
extern const std::byte stenometry_vessel_network_end[];
}

namespace stenometry {

const ConvolutionalNetwork& vessel_network() {
    static const ConvolutionalNetwork network =
        read_network({stenometry_vessel_network_begin, stenometry_vessel_network_end},
                     "the vessel network of the library");
    assert(network.input().channels == static_cast<int>(LocalContrast::radii_px.size()));
    assert(network.output().channels == static_cast<int>(network_classes) && network.output().level == 1);
    return network;
}

LearnedNetwork learned_network() {
    return {.name = "vessel_network",
            .version = STENOMETRY_VESSEL_NETWORK_VERSION,
            .digest = STENOMETRY_VESSEL_NETWORK_SHA256,
            .learned_from =
                "rendered frames, and 340 angiograms of ARCADE's training part with drawn arteries "
                "and traced catheters"};
}

}  // namespace stenometry
