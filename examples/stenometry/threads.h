#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <optional>

namespace stenometry::program {

/// Adds --threads.
void add_thread_option(CLI::App& command, std::optional<int>& threads);

/// Holds the library to so many threads as long as it lives; to none in particular without a number.
class ThreadLimit {
  public:
    explicit ThreadLimit(std::optional<int> threads);
    ~ThreadLimit();

  private:
    struct Control;
    std::unique_ptr<Control> control_;
};

}  // namespace stenometry::program
