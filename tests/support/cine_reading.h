#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "stenometry/error.h"
#include "stenometry/io/cine.h"
#include "support/peak_memory.h"

namespace stenometry::test {

/// The message of the IoError that opening and reading all frames of `path` ends with; empty if there is
/// none.
inline std::string fault_of(const std::filesystem::path& path) {
    try {
        const auto cine = io::open_cine(path);
        for (int i = 0; i < cine->frame_count(); ++i) cine->read(i);
    } catch (const IoError& e) {
        return e.what();
    }
    return {};
}

/// Of all its pixels, row by row.
inline std::vector<float> values_of(const Frame& frame) {
    return {frame.pixels.row(0), frame.pixels.row(0) + frame.pixels.size()};
}

/// Of a cine of 1000 black frames of 1024 x 1024 pixels of 16 bits.
/// \param stride from one frame that is read to the next
inline void expect_memory_of_a_few_frames(const std::filesystem::path& path, int stride) {
    const auto cine = io::open_cine(path);
    ASSERT_EQ(cine->frame_count(), 1000);
    const long before = peak_memory_kb();
    for (int index = 0; index < 1000; index += stride) EXPECT_EQ(cine->read(index).pixels(5, 5), 0.0f);
    // One frame as stored (2 MiB) and as floats (4 MiB), and what the allocator keeps; all frames would be 6
    // GB.
    EXPECT_LT(peak_memory_kb() - before, 64 * 1024);
}

}  // namespace stenometry::test
