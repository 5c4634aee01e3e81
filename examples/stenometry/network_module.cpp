#include "network_module.h"

#include "stenometry/network.h"

extern "C" void stenometry_run_network(const std::filesystem::path& model,
                                       const std::filesystem::path& settings, const stenometry::Frame& frame,
                                       stenometry::Image<float>& probability) {
    stenometry::VesselNetwork network(model, settings);
    probability = network(frame);
}

// It is what the program takes it for.
static_assert(std::is_same_v<decltype(&stenometry_run_network), stenometry::program::RunNetwork>);
