#include "input.h"

#include "failure.h"
#include "stenometry/error.h"
#include "stenometry/frame_selection.h"
#include "stenometry/io/cine.h"
#include "stenometry/pipeline.h"
#include "stenometry/polarity.h"
#include "terminal.h"
#include "values.h"

namespace stenometry::program {
namespace {

std::unique_ptr<io::Cine> open(const std::filesystem::path& path) {
    const SilentStandardError silent;
    return io::open_cine(path);
}

Frame read(io::Cine& cine, int index, bool invert) {
    const SilentStandardError silent;
    Frame frame = cine.read(index);
    return invert ? inverted(frame) : frame;
}

int choose_frame(io::Cine& cine, bool invert) {
    const int count = cine.frame_count();
    Progress progress("choosing a frame", count);
    const auto scores = score_frames(count, [&](int index) {
        progress.show(index);
        return read(cine, index, invert);
    });
    return best_frame(scores);
}

int frame_asked_for(const InputOptions& options, io::Cine& cine, bool invert) {
    const int count = cine.frame_count();
    if (!options.frame) return count == 1 ? 0 : choose_frame(cine, invert);
    require_frame(*options.frame, count, options.image.string());
    return *options.frame;
}

Frame read_frame_asked_for(const InputOptions& options, io::Cine& cine, bool invert) {
    return read(cine, frame_asked_for(options, cine, invert), invert);
}

/// The frame with dark vessels, as is asked for, or as it is without doubt where the file does not say it.
Frame read_with_dark_vessels(const InputOptions& options, io::Cine& cine) {
    Frame frame = read_frame_asked_for(options, cine, options.invert.value_or(false));
    if (options.invert || frame.polarity != Polarity::assumed || !has_bright_vessels(frame)) return frame;
    // The best-filled frame of a cine is another one where filled vessels are bright.
    frame = read_frame_asked_for(options, cine, true);
    frame.polarity = Polarity::inverted_as_found;
    return frame;
}

Frame read_chosen_frame(const InputOptions& options, io::Cine& cine) {
    Frame frame = read_with_dark_vessels(options, cine);
    if (const auto calibration = options.spacing.calibration()) frame.calibration = *calibration;
    if (frame.count > 1 && !options.frame)
        say("frame " + std::to_string(frame.index) + " of " + std::to_string(frame.count) +
            " chosen as the best filled; --frame N takes another");
    return frame;
}

std::optional<FrameRange> filled_about(const Frame& best, io::Cine& cine) {
    const bool invert =
        best.polarity == Polarity::inverted_as_asked || best.polarity == Polarity::inverted_as_found;
    const auto filled =
        find_filled_frames(best.count, best.index, [&](int index) { return read(cine, index, invert); });
    if (filled)
        say("arteries are filled in frames " + std::to_string(filled->first) + " to " +
            std::to_string(filled->last));
    return filled;
}

/// Calls `work` with the cine; what is wrong with that becomes what the program ends with.
template <class Work>
auto with_cine(const InputOptions& options, const Work& work) {
    try {
        return work(*open(options.image));
    } catch (const IoError& error) {
        throw Failure(ExitCode::unreadable, error.what());
    } catch (const InvalidInput& error) {  // frames that cannot be compared: pages that are no cine
        throw Failure(ExitCode::wrong_command,
                      options.image.string() + ": " + error.what() + "; choose one by --frame");
    }
}

/// What to say of the vessel that is nearest to a place; empty if there is none.
std::string nearest_vessel_text(const Frame& frame, Point place) {
    const auto nearest = nearest_vessel(find_vessels(frame), place);
    return nearest ? "; the nearest vessel is at " + to_text(*nearest) : "";
}

}  // namespace

std::optional<Calibration> GivenSpacing::calibration() const {
    if (!mm) return {};
    if (error_mm && *error_mm >= *mm)
        throw Failure(ExitCode::wrong_command, "--spacing-error " + to_text(*error_mm) +
                                                   " must be below the spacing of " + to_text(*mm) + " mm");
    return Calibration::from_user(*mm, error_mm);
}

void add_given_spacing_options(CLI::App& command, GivenSpacing& spacing, const std::string& otherwise) {
    CLI::Option* size =
        command
            .add_option("--spacing", spacing.mm,
                        "size of a pixel at the vessel in mm, overriding the file's [" + otherwise + ']')
            ->type_name("MM")
            ->check(positive_number());
    command
        .add_option("--spacing-error", spacing.error_mm,
                    "standard error of --spacing in mm: part of every interval in mm [none]")
        ->type_name("MM")
        ->check(positive_number())
        ->needs(size);
}

void add_input_options(CLI::App& command, InputOptions& options) {
    command
        .add_option("IMAGE", options.image,
                    "DICOM XA file, or PNG, TIFF, JPEG, BMP, PGM, NRRD, MHA, NIfTI image, or AVI, MP4, GIF "
                    "video, or folder of numbered pictures")
        ->required()
        ->type_name("");
    add_given_spacing_options(command, options.spacing, "the file's; without one, results are in pixels");
    command.add_option("--frame", options.frame, "frame of a cine, from 0 [the best-filled one]")
        ->type_name("N")
        ->check(whole_number_from(0));
    add_invert_option(command, options.invert);
}

void add_invert_option(CLI::App& command, std::optional<bool>& invert) {
    command.add_flag_function(
        "--invert,!--no-invert", [&invert](std::int64_t times) { invert = times > 0; },
        "vessels are bright in the image: turn its grey values around, or do not [where the file does not "
        "tell, if vessels are bright beyond doubt]");
}

void require_frame(int index, int count, const std::string& name) {
    if (index < count) return;
    throw Failure(ExitCode::wrong_command,
                  "--frame " + std::to_string(index) + ": " + name +
                      (count == 1 ? " has one frame, number 0"
                                  : " has " + std::to_string(count) + " frames, numbers 0 to " +
                                        std::to_string(count - 1)));
}

Frame read_frame(const InputOptions& options) {
    return with_cine(options, [&](io::Cine& cine) { return read_chosen_frame(options, cine); });
}

FrameOfCine read_frame_of_cine(const InputOptions& options) {
    return with_cine(options, [&](io::Cine& cine) {
        FrameOfCine chosen{.frame = read_chosen_frame(options, cine), .filled = {}};
        if (chosen.frame.count > 1 && !options.frame) chosen.filled = filled_about(chosen.frame, cine);
        return chosen;
    });
}

Point point_inside(const Frame& frame, const std::string& text, const std::string& option) {
    const Point point = parse_point(text).value();
    if (frame.contains(point)) return point;
    throw Failure(ExitCode::wrong_command, option + ' ' + to_text(point) + " lies outside the image of " +
                                               size_text(frame.width(), frame.height()) +
                                               nearest_vessel_text(frame, point));
}

}  // namespace stenometry::program
