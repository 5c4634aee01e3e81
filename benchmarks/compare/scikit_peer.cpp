#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>

#include "peers.h"

namespace stenometry::peers {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

void write_pixels(const fs::path& path, const cv::Mat& image) {
    std::ofstream file(path, std::ios::binary);
    file.write(image.ptr<char>(), static_cast<std::streamsize>(image.total() * image.elemSize()));
}

cv::Mat read_pixels(const fs::path& path, cv::Size size) {
    cv::Mat image(size, CV_32F);
    std::ifstream file(path, std::ios::binary);
    file.read(image.ptr<char>(), static_cast<std::streamsize>(image.total() * image.elemSize()));
    return image;
}

/// A folder that goes with the object.
class Folder {
  public:
    Folder() {
        std::string name = (fs::temp_directory_path() / "compare-XXXXXX").string();
        if (!mkdtemp(name.data())) throw std::runtime_error("cannot make a folder in " + name);
        path_ = name;
    }
    ~Folder() { fs::remove_all(path_); }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;

    fs::path operator/(const char* name) const { return path_ / name; }
    std::string string() const { return path_.string(); }

  private:
    fs::path path_;
};

}  // namespace

ScikitAnswer ask_scikit_image(const FrangiTask& task, const cv::Mat& mask, int repetitions,
                              const fs::path& script) {
    const Folder folder;
    write_pixels(folder / "image.f32", task.image);
    write_pixels(folder / "mask.u8", mask);
    std::ofstream(folder / "task.json")
        << json{{"width", task.image.cols}, {"height", task.image.rows}, {"sigmas", task.sigmas_px},
                {"beta", task.beta},        {"gamma", task.strength},    {"repetitions", repetitions}};
    const std::string command =
        "/usr/bin/env python3 '" + script.string() + "' '" + folder.string() + "' 2>/dev/null";
    if (std::system(command.c_str()) != 0) return {};
    const json answer = json::parse(std::ifstream(folder / "answer.json"));
    return {answer.at("frangi_ms"), answer.at("thinning_ms"),
            read_pixels(folder / "response.f32", task.image.size())};
}

}  // namespace stenometry::peers
