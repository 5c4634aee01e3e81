#pragma once

#include <filesystem>

#include "stenometry/frame.h"

namespace stenometry::program {

/// What the module does that is loaded where a network is asked for: the program itself must not wait for
/// the libraries that run networks. Ends with the probability of `frame` by the network of `model` and
/// `settings`; empty settings stand beside the model.
/// \throws IoError, InvalidInput
using RunNetwork = void (*)(const std::filesystem::path& model, const std::filesystem::path& settings,
                            const Frame& frame, Image<float>& probability);

inline constexpr const char* network_module_entry = "stenometry_run_network";

}  // namespace stenometry::program
