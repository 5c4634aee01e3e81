// render_scenes OUT_DIR COUNT SIZE FIRST_SEED [--devices FRACTION] [--sketches]
//
// Writes images.npy, labels.npy and valid.npy, each COUNT x SIZE x SIZE bytes, of scenes of consecutive
// seeds. Of them, FRACTION (1 unless told) may hold wires, leads, clips and electrodes.
// Sketches (sketch.h) are drawn faster, and those without devices have no catheter either.

#include <tbb/parallel_for.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sketch.h"
#include "stenometry/error.h"
#include "training_labels.h"

namespace {

using namespace stenometry;

struct Task {
    std::filesystem::path folder;
    int count = 0, size = 0;
    std::uint64_t first_seed = 0;
    double devices = 1.0;
    bool sketches = false;
};

/// Bytes of all frames, one after the other.
struct Frames {
    explicit Frames(const Task& task)
        : size(static_cast<std::size_t>(task.size) * static_cast<std::size_t>(task.size)),
          images(size * static_cast<std::size_t>(task.count)),
          labels(images.size()),
          valid(images.size(), 255) {}

    std::size_t size;
    std::vector<std::uint8_t> images, labels, valid;
};

phantom::CathLabOptions options_of(const Task& task, std::uint64_t seed) {
    phantom::CathLabOptions options{.size_px = task.size};
    // Evenly spread over the seeds, whatever their number.
    const double place = static_cast<double>(seed % 1009 * 619 % 1009) / 1009.0;
    if (place >= task.devices)
        options.guide_wire = options.leads = options.sternal_wires = options.clips = options.electrodes = 0.0;
    return options;
}

void render_one(const Task& task, int index, Frames& frames) {
    const std::uint64_t seed = task.first_seed + static_cast<std::uint64_t>(index);
    const phantom::CathLabPhantom frame = render(phantom::cath_lab_scene(seed, options_of(task, seed)));
    const Image<std::uint8_t> labels = training::labels_of(frame);
    std::size_t at = frames.size * static_cast<std::size_t>(index);
    for (int y = 0; y < task.size; ++y)
        for (int x = 0; x < task.size; ++x, ++at) {
            frames.images[at] = static_cast<std::uint8_t>(frame.phantom.frame.pixels(x, y));
            if (!frame.phantom.frame.valid.empty()) frames.valid[at] = frame.phantom.frame.valid(x, y);
            frames.labels[at] = frames.valid[at] != 0 ? labels(x, y) : std::uint8_t{0};
        }
}

void sketch_one(const Task& task, int index, Frames& frames) {
    const auto seed = task.first_seed + static_cast<std::uint64_t>(index);
    const training::Sketch sketch = training::draw_sketch(task.size, seed, task.devices);
    const auto at = static_cast<std::ptrdiff_t>(frames.size * static_cast<std::size_t>(index));
    for (int y = 0; y < task.size; ++y) {
        const std::ptrdiff_t row = at + static_cast<std::ptrdiff_t>(y) * task.size;
        std::copy_n(sketch.image.row(y), task.size, frames.images.begin() + row);
        std::copy_n(sketch.labels.row(y), task.size, frames.labels.begin() + row);
        std::copy_n(sketch.valid.row(y), task.size, frames.valid.begin() + row);
    }
}

/// NumPy's format, version 1.0.
void write_npy(const std::filesystem::path& path, const Task& task, const std::vector<std::uint8_t>& bytes) {
    const std::string size = std::to_string(task.size);
    std::string header = "{'descr': '|u1', 'fortran_order': False, 'shape': (" + std::to_string(task.count) +
                         ", " + size + ", " + size + "), }";
    header.resize((10 + header.size() + 1 + 63) / 64 * 64 - 11, ' ');
    header += '\n';
    std::ofstream file(path, std::ios::binary);
    file << "\x93NUMPY\x01" << '\0' << static_cast<char>(header.size() % 256)
         << static_cast<char>(header.size() / 256) << header;
    file.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    if (!file) throw IoError("cannot write " + path.string());
}

/// What follows the four words that every call has.
void read_options(std::span<const std::string> words, Task& task) {
    for (std::size_t i = 4; i < words.size(); ++i) {
        if (words[i] == "--sketches")
            task.sketches = true;
        else if (words[i] == "--devices" && i + 1 < words.size())
            task.devices = std::stod(words[++i]);
        else
            throw InvalidInput("unknown option " + words[i]);
    }
}

Task task_of(std::span<const std::string> words) {
    if (words.size() < 4)
        throw InvalidInput(
            "usage: render_scenes OUT_DIR COUNT SIZE FIRST_SEED [--devices FRACTION] [--sketches]");
    Task task;
    task.folder = words[0];
    task.count = std::stoi(words[1]);
    task.size = std::stoi(words[2]);
    task.first_seed = std::stoull(words[3]);
    read_options(words, task);
    if (task.count < 1) throw InvalidInput("COUNT is " + words[1] + " and must be positive");
    options_of(task, 0).validate();
    return task;
}

void run(const Task& task) {
    Frames frames(task);
    tbb::parallel_for(0, task.count, [&](int index) {
        task.sketches ? sketch_one(task, index, frames) : render_one(task, index, frames);
    });
    std::filesystem::create_directories(task.folder);
    write_npy(task.folder / "images.npy", task, frames.images);
    write_npy(task.folder / "labels.npy", task, frames.labels);
    write_npy(task.folder / "valid.npy", task, frames.valid);
}

}  // namespace

int main(int count, char** words) {
    try {
        run(task_of(std::vector<std::string>(words + 1, words + count)));
        return 0;
    } catch (const std::exception& error) {
        std::cerr << "render_scenes: " << error.what() << '\n';
        return 1;
    }
}
