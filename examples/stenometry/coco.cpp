#include "coco.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

#include "failure.h"
#include "stenometry/error.h"
#include "values.h"

namespace stenometry::program {
namespace {

namespace fs = std::filesystem;

Polyline polygon_of(const nlohmann::json& numbers) {
    constexpr std::size_t fewest = 6;  // three corners
    if (!numbers.is_array() || numbers.size() < fewest || numbers.size() % 2 != 0)
        throw IoError("a polygon is none");
    Polyline polygon;
    for (std::size_t i = 0; i + 1 < numbers.size(); i += 2)
        polygon.push_back({numbers.at(i).get<double>(), numbers.at(i + 1).get<double>()});
    return polygon;
}

/// What the numbers of the file stand for.
struct Names {
    std::map<std::int64_t, std::string> files;
    std::map<std::int64_t, bool> is_lesion;
};

Names read_names(const nlohmann::json& root, CocoAnnotations& annotations) {
    Names names;
    for (const nlohmann::json& image : root.at("images")) {
        const std::string file = fs::path(image.at("file_name").get<std::string>()).filename().string();
        names.files[image.at("id").get<std::int64_t>()] = file;
        annotations.images[file] = {.width = image.at("width").get<int>(),
                                    .height = image.at("height").get<int>()};
    }
    for (const nlohmann::json& category : root.at("categories"))
        names.is_lesion[category.at("id").get<std::int64_t>()] = category.at("name") == "stenosis";
    return names;
}

CocoAnnotations annotations_of(const nlohmann::json& root) {
    CocoAnnotations annotations;
    const Names names = read_names(root, annotations);
    for (const nlohmann::json& region : root.at("annotations")) {
        const bool lesion = names.is_lesion.at(region.at("category_id").get<std::int64_t>());
        CocoImage& image = annotations.images.at(names.files.at(region.at("image_id").get<std::int64_t>()));
        (lesion ? annotations.has_lesions : annotations.has_vessels) = true;
        if (!region.at("segmentation").is_array()) throw IoError("a region is run lengths");
        for (const nlohmann::json& polygon : region.at("segmentation"))
            (lesion ? image.lesions : image.vessels).push_back(polygon_of(polygon));
    }
    return annotations;
}

/// Where the polygon's outline crosses the row, from left to right.
std::vector<double> crossings(const Polyline& polygon, double y) {
    std::vector<double> places;
    for (std::size_t i = 0; i < polygon.size(); ++i) {
        const Point a = polygon[i], b = polygon[(i + 1) % polygon.size()];
        if ((a.y <= y) != (b.y <= y)) places.push_back(a.x + (y - a.y) / (b.y - a.y) * (b.x - a.x));
    }
    std::sort(places.begin(), places.end());
    return places;
}

}  // namespace

const CocoImage& CocoAnnotations::at(const std::string& file, const Frame& frame) const {
    const auto image = images.find(file);
    if (image == images.end()) throw IoError("it is not listed in " + path.string());
    const auto [width, height] = std::pair(image->second.width, image->second.height);
    if (width != frame.width() || height != frame.height())
        throw IoError("the truth in " + path.string() + " is of " + size_text(width, height) +
                      ", but the image is " + size_text(frame.width(), frame.height()));
    return image->second;
}

CocoAnnotations read_coco(const fs::path& path) {
    const auto failure = [&path](const std::string& cause) {
        return Failure(ExitCode::unreadable, "cannot read " + path.string() + ": " + cause);
    };
    std::ifstream file(path, std::ios::binary);
    if (!file) throw failure("it may not be read");
    const nlohmann::json root = nlohmann::json::parse(file, nullptr, false);
    if (root.is_discarded()) throw failure("it is not JSON");
    try {
        CocoAnnotations annotations = annotations_of(root);
        annotations.path = path;
        return annotations;
    } catch (const std::exception&) {  // of a key that is missing, or of a number that stands for nothing
        throw failure("it is not COCO with polygons for segmentations");
    }
}

Image<std::uint8_t> fill(const std::vector<Polyline>& polygons, const Frame& frame) {
    Image<std::uint8_t> filled(frame.width(), frame.height());
    for (const Polyline& polygon : polygons)
        for (int y = 0; y < filled.height(); ++y) {
            const std::vector<double> places = crossings(polygon, y + 0.5);
            for (std::size_t i = 0; i + 1 < places.size(); i += 2)
                for (int x = 0; x < filled.width(); ++x)
                    if (x + 0.5 >= places[i] && x + 0.5 < places[i + 1]) filled(x, y) = 255;
        }
    return filled;
}

}  // namespace stenometry::program
