#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <optional>

namespace stenometry::program {

/// Adds --threads.
void add_thread_option(CLI::App& command, std::optional<int>& threads);

/// Calls `work` with so many threads; with all processors without a number.
void run_with_threads(std::optional<int> threads, const std::function<void()>& work);

}  // namespace stenometry::program
