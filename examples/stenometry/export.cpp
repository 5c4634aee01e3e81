#include <algorithm>
#include <cmath>
#include <memory>

#include "failure.h"
#include "input.h"
#include "output.h"
#include "stenometry/io/image.h"
#include "values.h"
#include "verb.h"

namespace stenometry::program {
namespace {

namespace fs = std::filesystem;

struct ExportCommand {
    InputOptions input;
    fs::path picture;
};

/// What the grey values of a frame need.
struct GreyRange {
    float lowest, highest;
    bool whole = true;

    explicit GreyRange(const Image<float>& pixels) : lowest(pixels(0, 0)), highest(lowest) {
        for (int y = 0; y < pixels.height(); ++y)
            for (int x = 0; x < pixels.width(); ++x) take(pixels(x, y));
    }
    bool fits(float largest) const { return whole && lowest >= 0.0F && highest <= largest; }

  private:
    void take(float value) {
        lowest = std::min(lowest, value);
        highest = std::max(highest, value);
        whole = whole && value == std::floor(value);
    }
};

/// Grey values as they are stored: factor x (value - zero).
struct Scale {
    double zero = 0.0, factor = 1.0;

    std::string text() const {
        if (zero == 0.0 && factor == 1.0) return "grey values not scaled";
        return "grey values " + (zero == 0.0 ? "" : "less " + to_text(zero) + ", ") + "times " +
               to_text(factor);
    }
};

/// Of 16 bits as much as the values fill, so that viewers show a picture. Those from 0 on are multiplied, by
/// a whole number where one is enough, which leaves proportions as they are.
Scale sixteen_bit_scale(const GreyRange& range) {
    constexpr double largest = 65535.0;
    const auto lowest = static_cast<double>(range.lowest), highest = static_cast<double>(range.highest);
    const double zero = std::min(lowest, 0.0);
    if (!(highest > zero)) return {.zero = zero};
    const double factor = largest / (highest - zero);
    return {.zero = zero, .factor = factor < 1.0 ? factor : std::floor(factor)};
}

template <class Pixel>
Image<Pixel> stored(const Image<float>& pixels, const Scale& scale) {
    Image<Pixel> picture(pixels.width(), pixels.height());
    for (int y = 0; y < pixels.height(); ++y)
        std::transform(pixels.row(y), pixels.row(y) + pixels.width(), picture.row(y), [&](float value) {
            return static_cast<Pixel>(std::lround(scale.factor * (static_cast<double>(value) - scale.zero)));
        });
    return picture;
}

std::string summary(const ExportCommand& command, const Frame& frame, int bits, const Scale& scale) {
    const bool turned =
        frame.polarity == Polarity::inverted_as_asked || frame.polarity == Polarity::inverted_as_found;
    return command.picture.string() + ": frame " + std::to_string(frame.index) + " of " +
           std::to_string(frame.count) + ", " + size_text(frame.width(), frame.height()) + ", " +
           std::to_string(bits) + " bits, " + (turned ? "turned around, " : "") + scale.text() + '\n';
}

void run(const ExportCommand& command) {
    require_png("OUT", command.picture);
    const Frame frame = read_frame(command.input);
    const GreyRange range(frame.pixels);
    const bool small = range.fits(255.0F);
    const Scale scale = small ? Scale{} : sixteen_bit_scale(range);
    OutputFiles files({command.input.image});
    files.add(command.picture, [&](const fs::path& path) {
        if (small)
            io::write_png(path, stored<std::uint8_t>(frame.pixels, scale));
        else
            io::write_png(path, stored<std::uint16_t>(frame.pixels, scale));
    });
    files.add_text("-", summary(command, frame, small ? 8 : 16, scale));
    files.write_all();
}

}  // namespace

Verb add_export(CLI::App& program) {
    CLI::App* app = program.add_subcommand(
        "export", "Write one frame as the program sees it, in which points are to be found.");
    const auto command = std::make_shared<ExportCommand>();
    add_input_options(*app, command->input);
    app->add_option("OUT", command->picture,
                    "the picture, PNG: upright, vessels dark; 8 bits where its values fit, else 16, of which "
                    "they fill as much as a whole factor allows")
        ->required()
        ->type_name("FILE");
    app->footer(
        "Its pixels are those of --from, --to and --via of the verb measure.\n"
        "Example: stenometry export cine.dcm --frame 12 frame.png");
    return {app, [command] { run(*command); }};
}

}  // namespace stenometry::program
