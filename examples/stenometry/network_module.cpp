#include "network_module.h"

#include <optional>

#include "stenometry/network.h"

namespace {

/// The network that this thread ran last: to load one takes longer than to run it, and `evaluate` runs it on
/// every image. Each thread has its own, because one must not be run by two at once.
struct Loaded {
    std::filesystem::path model, settings;
    stenometry::VesselNetwork network;
};
thread_local std::optional<Loaded> loaded;

}  // namespace

extern "C" void stenometry_run_network(const std::filesystem::path& model,
                                       const std::filesystem::path& settings, const stenometry::Frame& frame,
                                       stenometry::Image<float>& probability) {
    if (!loaded || loaded->model != model || loaded->settings != settings) {
        loaded.reset();
        loaded.emplace(model, settings, stenometry::VesselNetwork(model, settings));
    }
    probability = loaded->network(frame);
}

// It is what the program takes it for.
static_assert(std::is_same_v<decltype(&stenometry_run_network), stenometry::program::RunNetwork>);
