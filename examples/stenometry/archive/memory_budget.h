#pragma once

#include <algorithm>
#include <condition_variable>
#include <cstdint>
#include <mutex>

#include "stenometry/io/cine.h"

namespace stenometry::program {

/// Bytes that it takes to analyse one frame of the file, as measured: 17 to 24 a pixel from 2048 pixels a
/// side on, where pixels are averaged, 70 to 76 below. Not those of the program itself, 30 MB.
inline std::uint64_t memory_for(const io::CineDescription& file) {
    constexpr std::uint64_t of_averaged = 24, of_others = 80;
    constexpr int averaged_side_px = 2048;
    const auto pixels = static_cast<std::uint64_t>(file.width) * static_cast<std::uint64_t>(file.height);
    const bool averaged = std::max(file.width, file.height) >= averaged_side_px;
    return file.held_bytes + pixels * (averaged ? of_averaged : of_others);
}

/// Memory that is shared by those who work at once: who finds too little left waits.
class MemoryBudget {
  public:
    explicit MemoryBudget(std::uint64_t bytes) : left_(bytes) {}

    /// A part of it, for as long as it lives.
    class Share {
      public:
        /// \pre the whole budget has so many bytes
        Share(MemoryBudget& budget, std::uint64_t bytes) : budget_(budget), bytes_(bytes) {
            std::unique_lock lock(budget_.mutex_);
            budget_.freed_.wait(lock, [this] { return budget_.left_ >= bytes_; });
            budget_.left_ -= bytes_;
        }
        ~Share() {
            {
                const std::lock_guard lock(budget_.mutex_);
                budget_.left_ += bytes_;
            }
            budget_.freed_.notify_all();
        }
        Share(const Share&) = delete;
        Share& operator=(const Share&) = delete;

      private:
        MemoryBudget& budget_;
        std::uint64_t bytes_;
    };

  private:
    std::mutex mutex_;
    std::condition_variable freed_;
    std::uint64_t left_;
};

}  // namespace stenometry::program
