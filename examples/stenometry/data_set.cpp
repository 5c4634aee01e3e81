#include "data_set.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <fstream>
#include <nlohmann/json.hpp>

#include "coco.h"
#include "failure.h"
#include "stenometry/error.h"
#include "stenometry/io/mask.h"
#include "values.h"

namespace stenometry::program {
namespace {

namespace fs = std::filesystem;

const std::vector<std::string> image_endings{".png",  ".pgm",  ".ppm", ".pnm",  ".bmp",
                                             ".jpg",  ".jpeg", ".tif", ".tiff", ".dcm",
                                             ".nrrd", ".mha",  ".mhd", ".nii",  ".gz"};

/// Whether `a` comes before `b`, where runs of digits are numbers.
bool in_order(const std::string& a, const std::string& b) {
    const auto is_digit = [](char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; };
    std::size_t i = 0, k = 0;
    while (i < a.size() && k < b.size()) {
        if (!is_digit(a[i]) || !is_digit(b[k])) {
            if (a[i] != b[k]) return a[i] < b[k];
            ++i, ++k;
            continue;
        }
        const auto number = [&](const std::string& text, std::size_t& at) {
            while (at < text.size() && text[at] == '0') ++at;
            const std::size_t begin = at;
            while (at < text.size() && is_digit(text[at])) ++at;
            return text.substr(begin, at - begin);
        };
        const std::string first = number(a, i), second = number(b, k);
        if (first.size() != second.size()) return first.size() < second.size();
        if (first != second) return first < second;
    }
    return a.size() - i != b.size() - k ? a.size() - i < b.size() - k : a < b;
}

/// `image` of image.png and of image.nii.gz.
std::string base_name(const fs::path& path) {
    const fs::path stem = path.stem();
    return path.extension() == ".gz" ? stem.stem().string() : stem.string();
}

Image<std::uint8_t> read_truth_mask(const fs::path& path, const Frame& frame) {
    Image<std::uint8_t> mask = io::read_mask(path, frame.index);
    if (same_size(mask, frame.pixels)) return mask;
    throw IoError("the truth " + path.string() + " is " + size_text(mask.width(), mask.height()) +
                  ", but the image is " + size_text(frame.width(), frame.height()));
}

void set_drawn(Truth& truth, Drawn drawn, Image<std::uint8_t> mask) {
    (drawn == Drawn::vessels ? truth.vessels : truth.regions) = std::move(mask);
}

Point point_of(const nlohmann::json& json) { return {json.at(0).get<double>(), json.at(1).get<double>()}; }

TrueLesion lesion_of(const nlohmann::json& json) {
    return {.at_px = point_of(json.at("at_px")),
            .percent_diameter_stenosis = json.at("percent_ds").get<double>(),
            .mld_mm = json.at("mld_mm").get<double>(),
            .reference_mm = json.at("reference_mm").get<double>(),
            .length_mm = json.at("length_mm").get<double>()};
}

PhantomTruth phantom_truth_of(const fs::path& path) {
    try {
        std::ifstream file(path, std::ios::binary);
        const nlohmann::json json = nlohmann::json::parse(file);
        PhantomTruth truth{.mm_per_px = json.at("pixel_mm").get<double>(), .frame = json.value("frame", 0)};
        if (json.contains("from_px"))
            truth.ends = std::pair(point_of(json.at("from_px")), point_of(json.at("to_px")));
        for (const nlohmann::json& vessel : json.at("vessels")) {
            truth.of_vessels.emplace_back();
            for (const nlohmann::json& lesion : vessel.at("lesions"))
                truth.of_vessels.back().push_back(lesion_of(lesion));
        }
        if (truth.mm_per_px > 0.0) return truth;
        throw IoError("cannot read " + path.string() + ": pixel_mm must be above 0");
    } catch (const nlohmann::json::exception&) {
        throw IoError("cannot read " + path.string() + ": it is not the truth of a phantom");
    }
}

void add_files(DataSet& set, const FilesByName& files) {
    for (const auto& [name, path] : files.all()) set.files.push_back(path);
}

/// images/ beside a folder with masks of the same names.
DataSet open_paired(const fs::path& images, const fs::path& masks, Drawn drawn) {
    DataSet set{.layout = "images/ beside " + masks.filename().string() + '/'};
    const FilesByName truths(masks), pictures(images);
    add_files(set, truths);
    add_files(set, pictures);
    for (const auto& [name, path] : pictures.all())
        set.samples.push_back({name, path, {}, [truths, drawn, of = name](const Frame& frame) {
                                   Truth truth;
                                   set_drawn(truth, drawn, read_truth_mask(truths.at(of), frame));
                                   return truth;
                               }});
    return set;
}

DataSet open_coco(const fs::path& images, const fs::path& annotations) {
    DataSet set{.layout = "images/ beside COCO annotations"};
    const auto truths = std::make_shared<const CocoAnnotations>(read_coco(annotations));
    set.files.push_back(annotations);
    const FilesByName pictures(images);
    add_files(set, pictures);
    for (const auto& [name, path] : pictures.all())
        set.samples.push_back({name, path, {}, [truths, file = path.filename().string()](const Frame& frame) {
                                   const CocoImage& image = truths->at(file, frame);
                                   Truth truth;
                                   if (truths->has_vessels) truth.vessels = fill(image.vessels, frame);
                                   if (truths->has_lesions) truth.regions = fill(image.lesions, frame);
                                   return truth;
                               }});
    return set;
}

/// Where the truth of one image stands beside it.
struct Beside {
    fs::path drawn, mask;  ///< empty: there is none
};

Truth read_beside(const Beside& files, Drawn drawn, const Frame& frame) {
    Truth truth;
    if (!files.drawn.empty()) set_drawn(truth, drawn, read_truth_mask(files.drawn, frame));
    if (!files.mask.empty()) truth.vessels = read_truth_mask(files.mask, frame);
    return truth;
}

DataSet open_flat(const fs::path& folder, Drawn drawn) {
    DataSet set{.layout = "images beside their truth"};
    const FilesByName images(folder), texts(folder, {".json"});
    add_files(set, images);
    for (const auto& [name, path] : images.all()) {
        if (name.ends_with("_gt") || name.ends_with("_mask")) continue;
        const auto found = [](const FilesByName& files, const std::string& of) {
            return files.has(of) ? files.at(of) : fs::path();
        };
        const Beside beside{found(images, name + "_gt"), found(images, name + "_mask")};
        const fs::path phantom = found(texts, name);
        set.files.push_back(phantom);
        const bool none = beside.drawn.empty() && beside.mask.empty() && phantom.empty();
        set.samples.push_back({name, path, phantom, [beside, drawn, none](const Frame& frame) {
                                   if (none) throw IoError("there is no truth beside it");
                                   return read_beside(beside, drawn, frame);
                               }});
    }
    return set;
}

/// The one JSON file of `folder`.
fs::path annotations_in(const fs::path& folder) {
    const auto files = FilesByName(folder, {".json"}).all();
    if (files.size() == 1) return files.front().second;
    throw Failure(ExitCode::unreadable, "cannot read " + folder.string() + ": it holds " +
                                            std::to_string(files.size()) + " JSON files instead of one");
}

DataSet open_layout(const fs::path& folder, Drawn drawn) {
    const fs::path images = folder / "images";
    if (!fs::is_directory(images)) return open_flat(folder, drawn);
    if (const fs::path coco = folder / "annotations"; fs::is_directory(coco))
        return open_coco(images, annotations_in(coco));
    for (const char* masks : {"masks", "mask_derived"})
        if (fs::is_directory(folder / masks)) return open_paired(images, folder / masks, drawn);
    throw Failure(ExitCode::unreadable, "cannot read " + folder.string() +
                                            ": beside images/ there is neither annotations/ nor masks/ nor "
                                            "mask_derived/");
}

}  // namespace

std::optional<PhantomTruth> Sample::read_phantom_truth() const {
    if (phantom.empty()) return {};
    return phantom_truth_of(phantom);
}

FilesByName::FilesByName(const fs::path& folder, const std::vector<std::string>& endings) : folder_(folder) {
    if (!fs::is_directory(folder))
        throw Failure(ExitCode::unreadable, "cannot read " + folder.string() + ": there is no such folder");
    const std::vector<std::string>& wanted = endings.empty() ? image_endings : endings;
    for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
        if (entry.is_regular_file() &&
            std::find(wanted.begin(), wanted.end(), ending_of(entry.path())) != wanted.end())
            files_.emplace_back(base_name(entry.path()), entry.path());
    }
    std::sort(files_.begin(), files_.end(), [](const auto& a, const auto& b) {
        return a.first != b.first ? in_order(a.first, b.first) : a.second < b.second;
    });
    const auto same = [](const auto& a, const auto& b) { return a.first == b.first; };
    files_.erase(std::unique(files_.begin(), files_.end(), same), files_.end());
}

bool FilesByName::has(const std::string& name) const {
    return std::any_of(files_.begin(), files_.end(), [&](const auto& file) { return file.first == name; });
}

fs::path FilesByName::at(const std::string& name) const {
    for (const auto& [other, path] : files_)
        if (other == name) return path;
    throw IoError("there is no file " + name + ".* in " + folder_.string());
}

DataSet open_data_set(const fs::path& folder, Drawn drawn) {
    if (!fs::is_directory(folder))
        throw Failure(ExitCode::unreadable, "cannot read " + folder.string() + ": there is no such folder");
    DataSet set = open_layout(folder, drawn);
    if (set.samples.empty())
        throw Failure(ExitCode::unreadable, "cannot read " + folder.string() + ": it holds no images");
    return set;
}

}  // namespace stenometry::program
