#pragma once

#include <cstdlib>
#include <filesystem>
#include <opencv2/core.hpp>

#include "stenometry/interop/opencv.h"
#include "stenometry/io/image.h"

/// Angiograms of patients, which are not part of the sources: STENOMETRY_DATA says where they are.
namespace stenometry::test {

/// Empty if it is not said.
inline std::filesystem::path data_folder() {
    const char* folder = std::getenv("STENOMETRY_DATA");
    return folder == nullptr ? std::filesystem::path() : std::filesystem::path(folder);
}

/// 255 where an expert drew a vessel.
inline cv::Mat drawn_vessels_of(const std::filesystem::path& picture) {
    const Frame drawn = io::read_image(picture);
    return interop::as_mat(drawn.pixels) > 127;
}

}  // namespace stenometry::test

/// Skips the test, and says why, where there are none.
#define SKIP_WITHOUT_ANGIOGRAMS() \
    if (test::data_folder().empty()) GTEST_SKIP() << "STENOMETRY_DATA does not say where the angiograms are"
