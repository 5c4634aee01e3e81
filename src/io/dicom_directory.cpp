#include "io/dicom_directory.h"

#include <algorithm>
#include <cctype>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

#include "io/dicom_tags.h"

namespace stenometry::io {

namespace {

namespace fs = std::filesystem;

/// Patient, study, series and image, and as many private levels.
constexpr int max_levels = 8;

/// The records by the places in the file where they begin, which is how they name each other.
using Records = std::map<std::uint64_t, const DataSet*>;

std::uint64_t place_in(const DataSet& data, Attribute attribute) {
    return static_cast<std::uint64_t>(number(data.find(attribute)).value_or(0.0));
}

std::string in_small_letters(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return text;
}

/// The file of that name in the folder, in whatever letters the disk has it: media are written in capitals,
/// and copies of them often are not.
fs::path find_in(const fs::path& folder, const std::string& name) {
    std::error_code error;
    if (fs::exists(folder / name, error)) return folder / name;
    for (const fs::directory_entry& entry : fs::directory_iterator(folder, error))
        if (in_small_letters(entry.path().filename().string()) == in_small_letters(name)) return entry.path();
    return folder / name;
}

/// Where the file lies; empty if its name leads out of the folder.
std::optional<fs::path> file_of(const DataSet& record, const fs::path& folder) {
    const std::string id = text(record.find(tags::referenced_file));
    fs::path file = folder;
    for (std::string_view left = id; !left.empty();) {
        const std::string name(left.substr(0, left.find('\\')));
        left.remove_prefix(std::min(left.size(), name.size() + 1));
        if (name.empty() || name == "." || name == ".." || name.find('/') != std::string::npos) return {};
        file = find_in(file, name);
    }
    return id.empty() ? std::nullopt : std::optional(file);
}

/// Follows the records from one to the next and to those below: DICOM PS3.3 F.4.
class Walk {
  public:
    Walk(const DataSet& directory, const fs::path& path) : folder_(path.parent_path()) {
        if (const Element* sequence = directory.find(tags::directory_records))
            for (const DataSet& record : sequence->items) records_.emplace(record.offset, &record);
    }

    /// Each record is taken once, whatever circles a damaged file may have.
    void from(std::uint64_t place, const std::string& series_modality, int level = 0) {
        if (level == max_levels) return;
        for (auto found = records_.find(place); found != records_.end(); found = records_.find(place)) {
            const DataSet& record = *found->second;
            records_.erase(found);
            const std::string own = text(record.find(tags::modality));
            const std::string& modality = own.empty() ? series_modality : own;
            take(record, modality);
            from(place_in(record, tags::lower_record), modality, level + 1);
            place = place_in(record, tags::next_record);
        }
    }

    std::vector<ListedImage> images;

  private:
    void take(const DataSet& record, const std::string& modality) {
        if (text(record.find(tags::record_type)) != "IMAGE") return;
        if (const auto file = file_of(record, folder_)) images.push_back({*file, modality});
    }

    fs::path folder_;
    Records records_;
};

}  // namespace

bool is_directory(const DataSet& data) { return data.find(tags::directory_records) != nullptr; }

std::vector<ListedImage> listed_images(const DataSet& directory, const fs::path& path) {
    Walk walk(directory, path);
    walk.from(place_in(directory, tags::first_record), "");
    return std::move(walk.images);
}

std::string directory_advice(const std::vector<ListedImage>& images) {
    const std::string what = "it is no image but the directory of a medium, which lists ";
    if (images.empty()) return what + "none";
    const auto angiogram = [](const ListedImage& image) { return image.modality == "XA"; };
    const auto first = std::find_if(images.begin(), images.end(), angiogram);
    return what + std::to_string(images.size()) + " images, " +
           std::to_string(std::count_if(images.begin(), images.end(), angiogram)) +
           " of them angiograms (XA); name one, such as " +
           (first == images.end() ? images.front() : *first).file.string();
}

}  // namespace stenometry::io
