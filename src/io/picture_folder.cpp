#include "io/picture_folder.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "io/file.h"

namespace stenometry::io {

namespace {

namespace fs = std::filesystem;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Takes what the text begins with off it: a run of digits, or of anything else.
std::string_view take_run(std::string_view& text) {
    const auto end = std::find_if(text.begin(), text.end(), [digits = is_digit(text.front())](char c) {
        return is_digit(c) != digits;
    });
    const std::string_view run = text.substr(0, static_cast<std::size_t>(end - text.begin()));
    text.remove_prefix(run.size());
    return run;
}

/// A number as text, of any length, such that shorter ones are smaller.
std::pair<std::size_t, std::string_view> value_of(std::string_view digits) {
    digits.remove_prefix(std::min(digits.find_first_not_of('0'), digits.size()));
    return {digits.size(), digits};
}

bool comes_before(std::string_view a, std::string_view b) {
    while (!a.empty() && !b.empty()) {
        const std::string_view x = take_run(a), y = take_run(b);
        if (is_digit(x.front()) && is_digit(y.front())) {
            if (value_of(x) != value_of(y)) return value_of(x) < value_of(y);
        } else if (x != y) {
            return x < y;
        }
    }
    return a.size() < b.size();
}

/// The name with # for every number.
std::string series_of(std::string_view name) {
    std::string series;
    while (!name.empty()) {
        const std::string_view run = take_run(name);
        series += is_digit(run.front()) ? "#" : std::string(run);
    }
    return series;
}

bool is_picture(const fs::path& path) {
    constexpr std::array<std::string_view, 9> endings{".png", ".tif", ".tiff", ".jpg", ".jpeg",
                                                      ".bmp", ".pgm", ".ppm",  ".pnm"};
    std::string ending = path.extension().string();
    std::transform(ending.begin(), ending.end(), ending.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return std::find(endings.begin(), endings.end(), ending) != endings.end();
}

bool is_numbered_picture(const fs::directory_entry& entry) {
    const std::string stem = entry.path().stem().string();
    std::error_code none;
    return !stem.starts_with('.') && std::any_of(stem.begin(), stem.end(), is_digit) &&
           is_picture(entry.path()) && entry.is_regular_file(none);
}

std::vector<std::string> numbered_pictures(const fs::path& folder) {
    std::vector<std::string> names;
    try {
        for (const fs::directory_entry& entry : fs::directory_iterator(folder))
            if (is_numbered_picture(entry)) names.push_back(entry.path().filename().string());
    } catch (const fs::filesystem_error& error) {
        throw read_error(folder, error.code().message());
    }
    // The whole name decides between 1.png and 01.png, so that the order does not depend on the disk.
    std::sort(names.begin(), names.end());
    std::stable_sort(names.begin(), names.end(), comes_before);
    return names;
}

void require_one_series(const fs::path& folder, const std::vector<std::string>& names) {
    if (names.empty())
        throw read_error(folder,
                         "the folder holds no numbered pictures (PNG, TIFF, JPEG, BMP, PNM) to make a cine "
                         "of; name one of its files");
    std::set<std::string> series;
    for (const std::string& name : names) series.insert(series_of(fs::path(name).stem().string()));
    if (series.size() > 1)
        throw read_error(folder, "the folder holds the pictures of " + std::to_string(series.size()) +
                                     " series, such as " + *series.begin() + " and " + *series.rbegin() +
                                     "; name one picture, or give each series a folder");
}

class PictureFolder : public Cine {
  public:
    explicit PictureFolder(const fs::path& folder) : folder_(folder), names_(numbered_pictures(folder)) {
        require_one_series(folder, names_);
    }

    int frame_count() const override { return static_cast<int>(names_.size()); }

    CineDescription describe() const override { return open_cine(folder_ / names_.front())->describe(); }

    Frame read(int index) override {
        if (index < 0 || index >= frame_count())
            throw InvalidInput("there is no frame " + std::to_string(index) +
                               ": the folder has pictures 0 to " + std::to_string(frame_count() - 1));
        const fs::path path = folder_ / names_[static_cast<std::size_t>(index)];
        const auto picture = open_cine(path);
        if (picture->frame_count() > 1)
            throw read_error(path, "it is one of several pictures of a cine, and has " +
                                       std::to_string(picture->frame_count()) + " pages itself");
        Frame frame = picture->read(0);
        frame.index = index;
        frame.count = frame_count();
        return frame;
    }

  private:
    fs::path folder_;
    std::vector<std::string> names_;
};

}  // namespace

std::unique_ptr<Cine> open_picture_folder(const fs::path& folder) {
    return std::make_unique<PictureFolder>(folder);
}

}  // namespace stenometry::io
