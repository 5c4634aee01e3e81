#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "stenometry/frame.h"

/// Annotations of images in the format of the data set COCO. Source: cocodataset.org/#format-data.
namespace stenometry::program {

/// A place x, y counts from the upper left corner of the first pixel, not from its centre.
struct CocoImage {
    int width = 0, height = 0;
    std::vector<Polyline> vessels, lesions;  ///< closed polygons
};

struct CocoAnnotations {
    std::filesystem::path path;
    std::map<std::string, CocoImage> images;  ///< by the name of the file
    bool has_vessels = false, has_lesions = false;

    /// \throws IoError if the image is not listed, or has another size than the frame.
    const CocoImage& at(const std::string& file, const Frame& frame) const;
};

/// \throws Failure unreadable, naming the file and the cause; run-length codes are not read.
CocoAnnotations read_coco(const std::filesystem::path& path);

/// 255 on the pixels of the frame whose centre lies in one of the polygons.
Image<std::uint8_t> fill(const std::vector<Polyline>& polygons, const Frame& frame);

}  // namespace stenometry::program
