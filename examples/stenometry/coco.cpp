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

/// The member of an object; where it is in the file is part of the complaint.
const nlohmann::json& member(const nlohmann::json& object, const char* key, const std::string& place) {
    const auto found = object.find(key);
    if (found == object.end()) throw IoError(place + " has no \"" + key + '"');
    return *found;
}

template <class T>
T value(const nlohmann::json& object, const char* key, const std::string& place) {
    try {
        return member(object, key, place).get<T>();
    } catch (const nlohmann::json::exception&) {
        throw IoError("\"" + std::string(key) + "\" of " + place + " is of the wrong kind");
    }
}

/// The things listed under `key`, each with its place for complaints: "annotations[3]".
template <class Take>
void for_each_of(const nlohmann::json& root, const char* key, Take take) {
    const nlohmann::json& list = member(root, key, "it");
    if (!list.is_array()) throw IoError("\"" + std::string(key) + "\" is no list");
    for (std::size_t i = 0; i < list.size(); ++i)
        take(list[i], std::string(key) + '[' + std::to_string(i) + ']');
}

Polyline polygon_of(const nlohmann::json& numbers, const std::string& place) {
    constexpr std::size_t fewest = 6;  // three corners
    if (!numbers.is_array() || numbers.size() < fewest)
        throw IoError("a polygon of " + place + " has fewer than three corners");
    if (numbers.size() % 2 != 0) throw IoError("a polygon of " + place + " has an odd count of numbers");
    Polyline polygon;
    for (std::size_t i = 0; i + 1 < numbers.size(); i += 2) {
        if (!numbers[i].is_number() || !numbers[i + 1].is_number())
            throw IoError("a polygon of " + place + " has a corner that is no number");
        polygon.push_back({numbers[i].get<double>(), numbers[i + 1].get<double>()});
    }
    return polygon;
}

/// What the numbers of the file stand for.
struct Names {
    std::map<std::int64_t, std::string> files;
    std::map<std::int64_t, bool> is_lesion;
};

Names read_names(const nlohmann::json& root, CocoAnnotations& annotations) {
    Names names;
    for_each_of(root, "images", [&](const nlohmann::json& image, const std::string& place) {
        const std::string file = fs::path(value<std::string>(image, "file_name", place)).filename().string();
        names.files[value<std::int64_t>(image, "id", place)] = file;
        annotations.images[file] = {.width = value<int>(image, "width", place),
                                    .height = value<int>(image, "height", place)};
    });
    for_each_of(root, "categories", [&](const nlohmann::json& category, const std::string& place) {
        names.is_lesion[value<std::int64_t>(category, "id", place)] =
            value<std::string>(category, "name", place) == "stenosis";
    });
    return names;
}

/// What the number under `key` stands for.
template <class T>
const T& named(const std::map<std::int64_t, T>& names, const nlohmann::json& region, const char* key,
               const std::string& place, const char* list) {
    const auto id = value<std::int64_t>(region, key, place);
    const auto found = names.find(id);
    if (found != names.end()) return found->second;
    throw IoError("\"" + std::string(key) + "\" of " + place + " is " + std::to_string(id) +
                  ", which is none of " + list);
}

CocoAnnotations annotations_of(const nlohmann::json& root) {
    CocoAnnotations annotations;
    const Names names = read_names(root, annotations);
    for_each_of(root, "annotations", [&](const nlohmann::json& region, const std::string& place) {
        const bool lesion = named(names.is_lesion, region, "category_id", place, "\"categories\"");
        CocoImage& image = annotations.images.at(named(names.files, region, "image_id", place, "\"images\""));
        (lesion ? annotations.has_lesions : annotations.has_vessels) = true;
        const nlohmann::json& polygons = member(region, "segmentation", place);
        if (!polygons.is_array())
            throw IoError("the segmentation of " + place + " is run lengths; only polygons are read");
        for (const nlohmann::json& polygon : polygons)
            (lesion ? image.lesions : image.vessels).push_back(polygon_of(polygon, place));
    });
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
    } catch (const IoError& error) {
        throw failure(std::string("it is not COCO with polygons: ") + error.what());
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
