#include "stenometry/phantom.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <memory>
#include <optional>

#include "failure.h"
#include "output.h"
#include "stenometry/angioplasty_phantom.h"
#include "stenometry/cath_lab_phantom.h"
#include "stenometry/io/dicom.h"
#include "stenometry/io/image.h"
#include "terminal.h"
#include "threads.h"
#include "values.h"
#include "verb.h"

namespace stenometry::program {
namespace {

namespace fs = std::filesystem;
using phantom::Display;
using phantom::FieldStop;
using phantom::NamedScene;
using phantom::Phantom;
using phantom::Scene;

/// Only what the user gives replaces what the kind of scene brings along.
template <class T>
using Given = std::optional<T>;

struct PhantomCommand {
    fs::path image, truth, mask, labels, samples;
    std::string kind = "coronary", artery = "left";
    Given<double> diameter_mm, bore_mm, percent_diameter, length_mm, angle_deg, depth_ratio;
    Given<int> lesions, size_px;
    Given<double> mm_per_px;
    std::uint64_t seed = 1;
    Given<double> attenuation, quanta, scatter, detector_blur, focal_spot, motion, motion_deg, background,
        unsharp;
    Given<std::string> display, field_stop, filling, mehran;
    Given<double> turn_deg;
    int frames = 1;
    double frames_per_s = 7.5;
    std::optional<int> threads;
};

template <class T>
void replace(T& value, const Given<T>& given) {
    if (given) value = *given;
}

/// What every kind of scene asks of its picture.
template <class Options>
void replace_picture(Options& options, const PhantomCommand& command) {
    replace(options.size_px, command.size_px);
    replace(options.mm_per_px, command.mm_per_px);
}

/// What scenes of two vessels have in common: the main one with its lesion, and the angle to the other.
template <class Options>
void replace_vessels(Options& options, const PhantomCommand& command) {
    replace(options.main_diameter_mm, command.diameter_mm);
    replace(options.angle_deg, command.angle_deg);
    replace(options.percent_diameter, command.percent_diameter);
    replace(options.length_mm, command.length_mm);
    replace_picture(options, command);
}

Scene tube_scene(const PhantomCommand& command) {
    Scene scene{.width_px = 256, .height_px = 256};
    const double size = command.size_px.value_or(256) * command.mm_per_px.value_or(scene.mm_per_px);
    const double diameter = command.diameter_mm.value_or(3.0), vessel_mm = 0.8 * size;
    phantom::Tube tube = phantom::straight_tube(diameter, vessel_mm, command.angle_deg.value_or(30.0));
    if (const double percent = command.percent_diameter.value_or(50.0); percent != 0.0)
        tube.lesions = {{.at_mm = 0.5 * vessel_mm,
                         .length_mm = command.length_mm.value_or(10.0),
                         .percent_diameter = percent}};
    scene.tubes = {tube};
    scene.background = 0.3;
    return scene;
}

Scene drilled_scene(const PhantomCommand& command) {
    phantom::DrilledOptions options;
    replace(options.lumen_mm, command.diameter_mm);
    replace(options.bore_length_mm, command.length_mm);
    replace(options.angle_deg, command.angle_deg);
    replace_picture(options, command);
    const double narrowing = command.percent_diameter.value_or(100.0 / 1.5) / 100.0;
    return phantom::drilled_phantom(command.bore_mm.value_or(options.lumen_mm * (1.0 - narrowing)), options);
}

Scene bifurcation_scene(const PhantomCommand& command) {
    phantom::BifurcationOptions options;
    if (command.diameter_mm) options.side_diameter_mm *= *command.diameter_mm / options.main_diameter_mm;
    replace_vessels(options, command);
    return phantom::bifurcation_scene(options);
}

Scene crossing_scene(const PhantomCommand& command) {
    phantom::CrossingOptions options;
    replace_vessels(options, command);
    return phantom::crossing_scene(options);
}

Scene coronary_scene(const PhantomCommand& command) {
    phantom::CoronaryOptions options;
    options.artery =
        command.artery == "right" ? phantom::CoronaryArtery::right : phantom::CoronaryArtery::left;
    replace(options.lesions, command.lesions);
    replace(options.min_percent_diameter, command.percent_diameter);
    replace(options.max_percent_diameter, command.percent_diameter);
    replace_picture(options, command);
    return phantom::coronary_scene(command.seed, options);
}

Scene scene_of_kind(const PhantomCommand& command) {
    if (command.kind == "tube") return tube_scene(command);
    if (command.kind == "drilled") return drilled_scene(command);
    if (command.kind == "bifurcation") return bifurcation_scene(command);
    if (command.kind == "crossing") return crossing_scene(command);
    return coronary_scene(command);
}

Display display_called(const std::string& word) {
    if (word == "log") return Display::logarithmic;
    return word == "sigmoid" ? Display::sigmoid : Display::linear;
}

FieldStop field_stop_called(const std::string& word) {
    if (word == "blades") return FieldStop::blades;
    return word == "circle" ? FieldStop::circle : FieldStop::none;
}

void replace_exposure(Scene& scene, const PhantomCommand& command) {
    replace(scene.attenuation_per_mm, command.attenuation);
    replace(scene.quanta_per_px, command.quanta);
    replace(scene.scatter_fraction, command.scatter);
    replace(scene.detector_blur_mm, command.detector_blur);
    replace(scene.focal_spot_mm, command.focal_spot);
    replace(scene.motion_mm, command.motion);
    replace(scene.motion_deg, command.motion_deg);
    replace(scene.background, command.background);
    if (command.field_stop) scene.field_stop = field_stop_called(*command.field_stop);
}

Scene scene_asked_for(const PhantomCommand& command) {
    Scene scene = scene_of_kind(command);
    scene.seed = command.seed;
    if (command.size_px) scene.width_px = scene.height_px = *command.size_px;
    replace(scene.mm_per_px, command.mm_per_px);
    if (command.depth_ratio)
        for (phantom::Tube& tube : scene.tubes) tube.depth_ratio = *command.depth_ratio;
    replace_exposure(scene, command);
    replace(scene.unsharp, command.unsharp);
    if (command.display) scene.display = display_called(*command.display);
    scene.validate();
    return scene;
}

bool is_cath_lab(const PhantomCommand& command) { return command.kind == "cath-lab"; }
bool is_angioplasty(const PhantomCommand& command) { return command.kind == "angioplasty"; }

phantom::Filling filling_called(const std::string& word) {
    if (word == "full") return phantom::Filling::full;
    return word == "partial" ? phantom::Filling::partial : phantom::Filling::empty;
}

phantom::CathLabPhantom cath_lab_frame(const PhantomCommand& command) {
    phantom::CathLabOptions options{.size_px = 512};
    replace(options.size_px, command.size_px);
    replace(options.min_mm_per_px, command.mm_per_px);
    replace(options.max_mm_per_px, command.mm_per_px);
    replace(options.max_lesions, command.lesions);
    options.left = command.artery == "left" ? 1.0 : 0.0;
    if (command.filling) options.filling = filling_called(*command.filling);
    phantom::CathLabScene scene = phantom::cath_lab_scene(command.seed, options);
    replace_exposure(scene.taken, command);
    replace(scene.archive.unsharp, command.unsharp);
    return phantom::render(scene);
}

template <class T>
Image<T> whole_numbers(const Image<float>& pixels) {
    Image<T> numbers(pixels.width(), pixels.height());
    for (int y = 0; y < pixels.height(); ++y)
        std::transform(pixels.row(y), pixels.row(y) + pixels.width(), numbers.row(y),
                       [](float value) { return static_cast<T>(std::lround(value)); });
    return numbers;
}

bool is_eight_bit(const Scene& scene) { return scene.display == Display::sigmoid; }

void add_png(OutputFiles& files, const fs::path& path, const Phantom& phantom) {
    if (is_eight_bit(phantom.scene))
        files.add(path, [image = whole_numbers<std::uint8_t>(phantom.frame.pixels)](const fs::path& to) {
            io::write_png(to, image);
        });
    else
        files.add(path, [image = whole_numbers<std::uint16_t>(phantom.frame.pixels)](const fs::path& to) {
            io::write_png(to, image);
        });
}

/// The geometry of a common C-arm, chosen so that the pixel at the vessel has the scene's size.
io::DicomTags tags_of(const Phantom& phantom, const std::string& name, double frames_per_s) {
    constexpr double source_to_detector_mm = 1050.0, source_to_patient_mm = 750.0;
    return {.series_description = name,
            .imager_pixel_spacing_mm = phantom.scene.mm_per_px * source_to_detector_mm / source_to_patient_mm,
            .source_to_detector_mm = source_to_detector_mm,
            .source_to_patient_mm = source_to_patient_mm,
            .frame_time_ms = 1000.0 / frames_per_s,
            .tube_voltage_kv = 80.0,
            .bits_stored = is_eight_bit(phantom.scene) ? 8 : 12,
            .intensity = phantom.frame.intensity};
}

using Frames = std::vector<Image<std::uint16_t>>;

void add_dicom(OutputFiles& files, const fs::path& path, Frames frames, const io::DicomTags& tags) {
    files.add(path,
              [frames = std::move(frames), tags](const fs::path& to) { io::write_dicom(to, frames, tags); });
}

/// The frame whose truth is kept: in the middle of a cine, where the vessels are full.
int frame_of_truth(int frames) { return frames / 2; }

/// Renders all frames; `keep` gets the one whose truth is written.
Frames rendered_cine(const Scene& scene, const phantom::CineOptions& options, Phantom& keep) {
    Frames frames;
    Progress progress("rendering", options.frames);
    phantom::render_cine(scene, options, [&](const Phantom& phantom) {
        frames.push_back(whole_numbers<std::uint16_t>(phantom.frame.pixels));
        if (phantom.frame.index == frame_of_truth(options.frames)) keep = phantom;
        progress.show(phantom.frame.index + 1);
    });
    return frames;
}

/// Name of the scene in the truth and in DICOM: that of the file.
std::string name_of(const fs::path& path) { return path.stem().string(); }

bool is_dicom(const fs::path& path) { return ending_of(path) == ".dcm"; }

void require_possible(const PhantomCommand& command) {
    if (command.image.empty())
        throw Failure(ExitCode::wrong_command, "nothing to write: give OUT or --samples");
    if (!is_dicom(command.image) && ending_of(command.image) != ".png")
        throw Failure(ExitCode::wrong_command,
                      command.image.string() + ": the name must end in .png or .dcm");
    if (command.frames > 1 && !is_dicom(command.image))
        throw Failure(ExitCode::wrong_command, "--frames: a cine needs a name that ends in .dcm");
    require_png("--mask", command.mask);
    require_png("--labels", command.labels);
    if (command.frames > 1 && (is_cath_lab(command) || is_angioplasty(command)))
        throw Failure(ExitCode::wrong_command, "--frames: a scene of kind " + command.kind + " is no cine");
    if (is_angioplasty(command) && !(command.mask.empty() && command.labels.empty()))
        throw Failure(ExitCode::wrong_command, "--mask, --labels: not of an angioplasty");
    if (command.frames > 1 && !command.labels.empty())
        throw Failure(ExitCode::wrong_command, "--labels: only of a single frame");
}

/// What a command asks for: the frames, and the truth of one.
struct Rendered {
    Frames frames;
    Phantom phantom;
    Image<std::uint8_t> labels;  ///< of a single frame
};

/// Of scenes that hold nothing but vessels and a catheter.
Image<std::uint8_t> labels_of(const Phantom& phantom) {
    Image<std::uint8_t> labels(phantom.mask.width(), phantom.mask.height());
    for (int y = 0; y < labels.height(); ++y)
        for (int x = 0; x < labels.width(); ++x) {
            const bool catheter = !phantom.catheter.empty() && phantom.catheter(x, y) != 0;
            labels(x, y) = static_cast<std::uint8_t>(phantom.mask(x, y) != 0 ? phantom::PixelLabel::artery
                                                     : catheter              ? phantom::PixelLabel::catheter
                                                                : phantom::PixelLabel::background);
        }
    return labels;
}

Rendered rendered_still(const PhantomCommand& command) {
    Rendered result;
    if (is_cath_lab(command)) {
        phantom::CathLabPhantom frame = cath_lab_frame(command);
        result.phantom = std::move(frame.phantom);
        result.labels = frame.labels;
    } else {
        result.phantom = phantom::render(scene_asked_for(command));
        result.labels = labels_of(result.phantom);
    }
    result.frames = {whole_numbers<std::uint16_t>(result.phantom.frame.pixels)};
    return result;
}

Rendered rendered(const PhantomCommand& command) {
    if (command.frames == 1) return rendered_still(command);
    Rendered result;
    result.frames =
        rendered_cine(scene_asked_for(command),
                      {.frames = command.frames, .frames_per_s = command.frames_per_s}, result.phantom);
    return result;
}

void write_one(const PhantomCommand& command) {
    require_possible(command);
    const std::string name = name_of(command.image);
    auto [frames, phantom, labels] = rendered(command);
    OutputFiles files;
    if (is_dicom(command.image))
        add_dicom(files, command.image, std::move(frames), tags_of(phantom, name, command.frames_per_s));
    else
        add_png(files, command.image, phantom);
    if (!command.truth.empty()) files.add_text(command.truth, phantom::truth_json(phantom, name));
    if (!command.mask.empty())
        files.add(command.mask, [mask = phantom.mask](const fs::path& to) { io::write_png(to, mask); });
    if (!command.labels.empty())
        files.add(command.labels, [image = labels](const fs::path& to) { io::write_png(to, image); });
    files.write_all();
}

std::optional<phantom::Neointima> neointima_called(const Given<std::string>& word) {
    using enum phantom::Neointima;
    for (const phantom::Neointima one :
         {none, gap, margin, body, multifocal, diffuse, proliferative, occluded})
        if (word == phantom::mehran_class(one)) return one;
    return std::nullopt;
}

phantom::Angioplasty angioplasty_asked_for(const PhantomCommand& command) {
    phantom::AngioplastyOptions options{.neointima = neointima_called(command.mehran)};
    if (command.artery == "right") options.artery = phantom::CoronaryArtery::right;
    replace_picture(options, command);
    replace(options.min_percent_diameter, command.percent_diameter);
    replace(options.max_percent_diameter, command.percent_diameter);
    replace(options.turn_deg, command.turn_deg);
    phantom::Angioplasty artery = phantom::angioplasty(command.seed, options);
    for (phantom::VisitScene& visit : artery.visits) {
        replace_exposure(visit.scene.taken, command);
        replace(visit.scene.taken.unsharp, command.unsharp);
        if (command.display) visit.scene.taken.display = display_called(*command.display);
    }
    return artery;
}

/// OUT with the visit in its name.
fs::path file_of(const fs::path& out, phantom::Visit visit) {
    std::string name = name_of(out) + "-" + std::string(phantom::to_string(visit));
    return out.parent_path() / (name + out.extension().string());
}

void add_visit(OutputFiles& files, const fs::path& path, const Phantom& phantom) {
    if (!is_dicom(path)) return add_png(files, path, phantom);
    io::DicomTags tags = tags_of(phantom, name_of(path), 1.0);
    tags.primary_angle_deg = *phantom.frame.acquisition.primary_angle_deg;
    tags.secondary_angle_deg = *phantom.frame.acquisition.secondary_angle_deg;
    add_dicom(files, path, {whole_numbers<std::uint16_t>(phantom.frame.pixels)}, tags);
}

void write_angioplasty(const PhantomCommand& command) {
    require_possible(command);
    const phantom::Angioplasty artery = angioplasty_asked_for(command);
    std::array<phantom::CathLabPhantom, 4> frames;
    std::array<std::string, 4> names;
    OutputFiles files;
    for (std::size_t i = 0; i < frames.size(); ++i) {
        const fs::path path = file_of(command.image, artery.visits[i].visit);
        names[i] = name_of(path);
        frames[i] = phantom::render(artery.visits[i]);
        add_visit(files, path, frames[i].phantom);
    }
    if (!command.truth.empty())
        files.add_text(command.truth, phantom::truth_json(artery, frames, names, name_of(command.image)));
    files.write_all();
}

void write_samples(const fs::path& folder) {
    make_folder(folder);
    const std::vector<NamedScene> scenes = phantom::sample_scenes();
    OutputFiles files;
    {
        Progress progress("rendering", static_cast<int>(scenes.size()));
        for (std::size_t i = 0; i < scenes.size(); ++i) {
            const Phantom phantom = phantom::render(scenes[i].scene);
            add_png(files, folder / (scenes[i].name + ".png"), phantom);
            files.add_text(folder / (scenes[i].name + ".json"), phantom::truth_json(phantom, scenes[i].name));
            progress.show(static_cast<int>(i) + 1);
        }
    }
    const NamedScene cine = phantom::sample_cine_scene();
    const phantom::CineOptions options = phantom::sample_cine_options();
    Phantom phantom;
    Frames frames = rendered_cine(cine.scene, options, phantom);
    add_dicom(files, folder / (cine.name + ".dcm"), std::move(frames),
              tags_of(phantom, cine.name, options.frames_per_s));
    files.add_text(folder / (cine.name + ".json"), phantom::truth_json(phantom, cine.name));
    files.write_all();
}

void run(const PhantomCommand& command) {
    if (!command.samples.empty())
        write_samples(command.samples);
    else if (is_angioplasty(command))
        write_angioplasty(command);
    else
        write_one(command);
}

void add_scene_options(CLI::App& app, PhantomCommand& command) {
    const auto place = [](CLI::Option* option, const char* unit) {
        return option->type_name(unit)->group("What is in the beam");
    };
    place(app.add_option("--kind", command.kind,
                         "tube, drilled, bifurcation, crossing, coronary, cath-lab: all that a "
                         "laboratory's frames hold, or angioplasty: OUT-before, OUT-balloon, OUT-after and "
                         "OUT-follow-up of one artery [coronary]"),
          "WORD")
        ->check(
            one_of({"tube", "drilled", "bifurcation", "crossing", "coronary", "cath-lab", "angioplasty"}));
    place(app.add_option("--artery", command.artery,
                         "left or right, of a coronary, cath-lab or angioplasty scene [left]"),
          "WORD")
        ->check(one_of({"left", "right"}));
    place(app.add_option("--diameter", command.diameter_mm,
                         "of the vessel without lesion, not of coronary scenes [3; bifurcation 3.5]"),
          "MM")
        ->check(positive_number());
    place(
        app.add_option("--bore", command.bore_mm, "diameter of the narrow channel of a drilled phantom [1]"),
        "MM")
        ->check(positive_number());
    place(app.add_option(
              "--percent-diameter", command.percent_diameter,
              "diameter stenosis of the lesion; of coronary scenes: of every lesion [tube and bifurcation "
              "50, crossing 60, coronary 30 to 80 by chance]"),
          "PERCENT")
        ->check(number_within(0.0, 99.0));
    place(app.add_option(
              "--length", command.length_mm,
              "whole extent of the lesion, not of coronary scenes [tube and crossing 10, bifurcation 9, "
              "drilled 8.4]"),
          "MM")
        ->check(positive_number());
    place(app.add_option(
              "--lesions", command.lesions,
              "number of lesions of a coronary scene, 0 to 4 [1]; at most so many in a cath-lab scene [3]"),
          "N")
        ->check(whole_number_from(0));
    place(app.add_option(
              "--angle", command.angle_deg,
              "direction of a tube or drilled phantom, or angle between two vessels [30, 25; 50, 60]"),
          "DEG")
        ->check(number_within(-360.0, 360.0));
    place(app.add_option("--depth-ratio", command.depth_ratio,
                         "extent of the lumen along the beam over its diameter [1]"),
          "RATIO")
        ->check(positive_number());
    place(app.add_option("--background", command.background,
                         "strength of the chest, 0 for none [1; tube and drilled 0.3]"),
          "FACTOR")
        ->check(number_within(0.0, 3.0));
    place(app.add_option("--filling", command.filling,
                         "arteries of a cath-lab scene with contrast: full, partial or empty [by chance]"),
          "WORD")
        ->check(one_of({"full", "partial", "empty"}));
    place(app.add_option("--mehran", command.mehran,
                         "what narrows the stent of an angioplasty at follow-up: none, IA, IB, IC, ID, II, "
                         "III or IV [by chance]"),
          "CLASS")
        ->check(one_of({"none", "IA", "IB", "IC", "ID", "II", "III", "IV"}));
    place(app.add_option("--turn", command.turn_deg, "most by which the views of an angioplasty differ [10]"),
          "DEG")
        ->check(number_within(0.0, 90.0));
    place(app.add_option("--seed", command.seed, "of everything that is left to chance [1]"), "N")
        ->check(whole_number_from(0));
}

void add_exposure_options(CLI::App& app, PhantomCommand& command) {
    const Scene usual;
    const auto add = [&](const char* name, Given<double>& value, double low, double high, const char* unit,
                         const std::string& help, double standard) {
        app.add_option(name, value, help + " [" + to_text(standard) + ']')
            ->type_name(unit)
            ->check(number_within(low, high))
            ->group("How it is taken");
    };
    const auto word = [&](const char* name, Given<std::string>& value, const char* help,
                          std::vector<std::string> words) {
        app.add_option(name, value, help)
            ->type_name("WORD")
            ->check(one_of(std::move(words)))
            ->group("How it is taken");
    };
    app.add_option("--size", command.size_px,
                   "width and height of the image, 1 to 4096 [512; tube and drilled 256]")
        ->type_name("PX")
        ->check(number_within(1.0, 4096.0))
        ->group("How it is taken");
    app.add_option("--spacing", command.mm_per_px,
                   "size of a pixel at the vessel [0.2; bifurcation and crossing 0.15]")
        ->type_name("MM")
        ->check(number_within(0.001, 10.0))
        ->group("How it is taken");
    add("--attenuation", command.attenuation, 0.0, 10.0, "PER_MM", "of the contrast medium",
        usual.attenuation_per_mm);
    add("--quanta", command.quanta, 0.0, 1e9, "N",
        "detected at a pixel with nothing in the beam; 0 for no noise", usual.quanta_per_px);
    add("--scatter", command.scatter, 0.0, 0.95, "FRACTION", "of the quanta that is scattered",
        usual.scatter_fraction);
    add("--detector-blur", command.detector_blur, 0.0, 10.0, "MM", "standard deviation at the vessel",
        usual.detector_blur_mm);
    add("--focal-spot", command.focal_spot, 0.0, 10.0, "MM", "width of its shadow at the vessel",
        usual.focal_spot_mm);
    add("--motion", command.motion, 0.0, 10.0, "MM", "way of the vessels during the exposure",
        usual.motion_mm);
    add("--motion-direction", command.motion_deg, -360.0, 360.0, "DEG", "of that way, from x towards y",
        usual.motion_deg);
    add("--unsharp", command.unsharp, 0.0, 10.0, "FACTOR", "strength of edge enhancement", usual.unsharp);
    word("--display", command.display, "pixel values: linear or log (12 bit), sigmoid (8 bit) [linear]",
         {"linear", "log", "sigmoid"});
    word("--field-stop", command.field_stop, "collimator: none, blades or circle [none]",
         {"none", "blades", "circle"});
    app.add_option("--frames", command.frames,
                   "more than 1: a cine in which contrast fills the vessels and is washed out [1]")
        ->type_name("N")
        ->check(whole_number_from(1))
        ->group("How it is taken");
    app.add_option("--frame-rate", command.frames_per_s, "of a cine, frames per second [7.5]")
        ->type_name("HZ")
        ->check(positive_number())
        ->group("How it is taken");
}

}  // namespace

Verb add_phantom(CLI::App& program) {
    CLI::App* app = program.add_subcommand("phantom", "Render an angiogram whose diameters are known.");
    const auto command = std::make_shared<PhantomCommand>();
    app->add_option("OUT", command->image, "the angiogram: .png (8 or 16 bit) or .dcm (X-ray angiography)")
        ->type_name("");
    add_thread_option(*app, command->threads);
    const auto add = [&](const std::string& name, fs::path& path, const char* type, const std::string& help) {
        app->add_option(name, path, help)->type_name(type)->group("Output");
    };
    add("--truth", command->truth, "FILE",
        "centerlines, diameters and lesions as JSON; of a cine: of its middle frame; of an angioplasty: of "
        "all "
        "visits with their gains; - is standard output");
    add("--mask", command->mask, "FILE", "lumens 255, everything else 0; 8 bit PNG");
    add("--labels", command->labels, "FILE",
        "of a single frame: 0 background, 1 artery, 2 catheter, 3 other device; 8 bit PNG");
    add("--samples", command->samples, "DIR",
        "render the images of sample_images/ into this directory instead");
    add_scene_options(*app, *command);
    add_exposure_options(*app, *command);
    app->footer(
        "The same command gives the same bytes on every machine.\n"
        "Example: stenometry phantom angiogram.png --truth truth.json --artery right --percent-diameter 60");
    return {app, [command] { run_with_threads(command->threads, [&] { run(*command); }); }};
}

}  // namespace stenometry::program
