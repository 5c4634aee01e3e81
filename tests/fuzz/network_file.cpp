#include "evidence/network_run.h"
#include "fuzz.h"

using namespace stenometry;

/// Reads a network, and runs what was read on a small picture.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    constexpr int side = 5, costly = 64;  // sides that a network of many levels is given room for
    return fuzz::read_or_refuse([&] {
        const ConvolutionalNetwork network = read_network(std::as_bytes(std::span(data, size)), "fuzz.stn");
        if (network.multiple_of() > costly) return;
        NetworkRun run(network);
        run.resize(side, side);
        run.run();
    });
}
