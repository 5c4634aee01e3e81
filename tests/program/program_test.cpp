// Runs the program itself, as a script would. Without it in the build there is nothing to run.
#ifdef STENOMETRY_PROGRAM

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>
#include <opencv2/imgcodecs.hpp>
#include <regex>
#include <string>
#include <vector>

#include "stenometry/io/dicom.h"
#include "stenometry/io/image.h"
#include "stenometry/io/mask.h"
#include "stenometry/phantom.h"
#include "stenometry/pipeline.h"
#include "support/onnx_files.h"
#include "support/phantom_pixels.h"
#include "support/running_program.h"

namespace stenometry {
namespace {

namespace fs = std::filesystem;
using test::contents;
using test::Ending;
using test::Program;
using test::write_text;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

/// A vessel of 3 mm from left to right through the middle of 160 x 160 pixels of 0.25 mm, with a lesion of 60
/// %.
phantom::Scene angiogram_scene() {
    phantom::Scene scene{.width_px = 160, .height_px = 160, .mm_per_px = 0.25};
    phantom::Tube tube = phantom::straight_tube(3.0, 60.0);
    tube.lesions.push_back({.at_mm = 30.0, .length_mm = 8.0, .percent_diameter = 60.0});
    scene.tubes.push_back(tube);
    return scene;
}

Image<std::uint16_t> render_angiogram(const phantom::Scene& scene = angiogram_scene()) {
    return test::sixteen_bit_pixels(phantom::render(scene));
}

/// The angiogram, rendered once for all tests of one process.
const Image<std::uint16_t>& angiogram() {
    static const Image<std::uint16_t> pixels = render_angiogram();
    return pixels;
}

/// With the angiogram as vessel.png.
class ProgramOnAngiogram : public Program {
  protected:
    void SetUp() override {
        Program::SetUp();
        io::write_png(path("vessel.png"), angiogram());
    }

    std::vector<std::string> measuring(const std::vector<std::string>& more) const {
        std::vector<std::string> arguments{"measure", "vessel.png", "--from", "20,79.5", "--to", "140,79.5"};
        arguments.insert(arguments.end(), more.begin(), more.end());
        return arguments;
    }
};

// Exit code 0.

TEST_F(Program, HelpOfEveryVerbHasAnExample) {
    EXPECT_THAT(run({"--help"}).out, HasSubstr("measure"));
    for (const char* verb : {"measure", "analyze", "batch", "table", "merge", "report", "calibrate",
                             "segment", "evaluate", "phantom"}) {
        const Ending ending = run({verb, "--help"});
        EXPECT_EQ(ending.code, 0) << verb;
        EXPECT_THAT(ending.out, HasSubstr(std::string("Example: stenometry ") + verb)) << verb;
    }
}

TEST_F(Program, TellsItsVersion) {
    const Ending ending = run({"--version"});
    EXPECT_EQ(ending.code, 0);
    EXPECT_THAT(ending.out, StartsWith("stenometry "));
}

TEST_F(ProgramOnAngiogram, MeasuresALesionBetweenTwoPoints) {
    const Ending ending = run(measuring({"--spacing", "0.25", "--json", "-"}));
    ASSERT_EQ(ending.code, 0) << ending.err;
    const auto report = nlohmann::json::parse(ending.out);
    EXPECT_EQ(report["schema"], "stenometry.analysis/2");
    EXPECT_EQ(report["input"]["path"], "vessel.png");
    EXPECT_EQ(report["calibration"]["source"], "user");
    ASSERT_EQ(report["vessels"].size(), 1U);
    ASSERT_EQ(report["vessels"][0]["stenoses"].size(), 1U);
    // The program passes on what the library measures, whose accuracy is tested elsewhere: within 10 points
    // here.
    EXPECT_NEAR(report["vessels"][0]["stenoses"][0]["percent_diameter_stenosis"].get<double>(), 60.0, 10.0);
}

TEST_F(ProgramOnAngiogram, AnalyzesAFrameWithoutBeingTold) {
    const Ending ending = run({"analyze", "vessel.png", "--spacing", "0.25", "--json", "-"});
    ASSERT_EQ(ending.code, 0) << ending.err;
    EXPECT_GE(nlohmann::json::parse(ending.out)["vessels"].size(), 1U);
}

TEST_F(ProgramOnAngiogram, ReadsForAPersonWithoutJsonOnStandardOutput) {
    const Ending ending = run(measuring({"--spacing", "0.25", "--json", "a.json"}));
    EXPECT_EQ(ending.code, 0);
    EXPECT_THAT(ending.out, HasSubstr("%DS (95 %:"));
    EXPECT_THAT(ending.out, HasSubstr("mm"));
    EXPECT_THAT(ending.out, Not(HasSubstr("\033")));  // no colours in a file
}

TEST_F(ProgramOnAngiogram, WithoutCalibrationThereArePixelsAndAWarning) {
    const Ending ending = run(measuring({"--json", "-"}));
    ASSERT_EQ(ending.code, 0) << ending.err;
    const auto report = nlohmann::json::parse(ending.out);
    EXPECT_TRUE(report["vessels"][0]["diameter_mm"].is_null());
    EXPECT_TRUE(report["vessels"][0]["diameter_px"].is_array());
    EXPECT_FALSE(report["warnings"].empty());
    EXPECT_THAT(ending.err, HasSubstr("warning: "));
}

TEST_F(ProgramOnAngiogram, WritesEverythingThatIsAskedFor) {
    const Ending ending =
        run(measuring({"--spacing", "0.25", "--json", "a.json", "--csv", "a.csv", "--overlay", "a.png",
                       "--overlay-scale", "3", "--plot", "plot.svg"}));
    ASSERT_EQ(ending.code, 0) << ending.err;
    EXPECT_TRUE(nlohmann::json::accept(contents(path("a.json"))));
    EXPECT_THAT(contents(path("a.csv")), StartsWith("path,"));
    EXPECT_EQ(cv::imread(path("a.png")).size(), cv::Size(480, 480));
    EXPECT_THAT(contents(path("plot.svg")), StartsWith("<?xml"));
}

TEST_F(ProgramOnAngiogram, PlotIsAPictureWhereItsNameSaysSo) {
    ASSERT_EQ(run(measuring({"--plot", "plot.png"})).code, 0);
    EXPECT_FALSE(cv::imread(path("plot.png")).empty());
}

TEST_F(ProgramOnAngiogram, SegmentsIntoPicturesOfTheFramesSize) {
    const Ending ending =
        run({"segment", "vessel.png", "--spacing", "0.25", "--mask", "m.png", "--probability", "p.png"});
    ASSERT_EQ(ending.code, 0) << ending.err;
    const cv::Mat mask = cv::imread(path("m.png"), cv::IMREAD_UNCHANGED);
    const cv::Mat probability = cv::imread(path("p.png"), cv::IMREAD_UNCHANGED);
    EXPECT_EQ(mask.size(), cv::Size(160, 160));
    EXPECT_EQ(probability.size(), cv::Size(160, 160));
    EXPECT_EQ(mask.type(), CV_8UC1);
    EXPECT_EQ(probability.type(), CV_16UC1);
    EXPECT_EQ(cv::countNonZero(mask == 255) + cv::countNonZero(mask == 0), 160 * 160);
    EXPECT_EQ(mask.at<std::uint8_t>(79, 40), 255);  // on the vessel
}

TEST_F(ProgramOnAngiogram, SegmentsByTheEvidenceThatIsAskedFor) {
    const auto probability_by = [&](const std::vector<std::string>& options) {
        std::vector<std::string> arguments{"segment", "drilled.png",   "--spacing",
                                           "0.2",     "--probability", "p.png"};
        arguments.insert(arguments.end(), options.begin(), options.end());
        EXPECT_EQ(run(arguments).code, 0);
        return cv::imread(path("p.png"), cv::IMREAD_UNCHANGED);
    };
    io::write_png(path("drilled.png"), render_angiogram(phantom::drilled_phantom(1.4)));
    const cv::Mat classical = probability_by({"--evidence", "classical"}),
                  fused = probability_by({"--evidence", "fused"});
    ASSERT_EQ(classical.size(), cv::Size(256, 256));
    EXPECT_EQ(cv::norm(probability_by({}), fused, cv::NORM_INF), 0.0);
    EXPECT_GT(cv::norm(fused, classical, cv::NORM_INF), 0.0);
    EXPECT_GT(cv::norm(probability_by({"--evidence", "learned"}), fused, cv::NORM_INF), 0.0);
    expect_failure(2, {"segment", "vessel.png", "--mask", "m.png", "--evidence", "magic"}, "--evidence");
    expect_failure(2,
                   {"segment", "vessel.png", "--mask", "m.png", "--evidence", "fused", "--model", "n.onnx"},
                   "--model");
}

TEST_F(ProgramOnAngiogram, SaysByWhichEvidenceVesselsWereFound) {
    const auto evidence_of = [&](const std::vector<std::string>& options) {
        std::vector<std::string> arguments{"analyze", "--spacing", "0.2", "--json", "-"};
        arguments.insert(arguments.end(), options.begin(), options.end());
        return nlohmann::json::parse(run(arguments).out)["input"].value("evidence", "none");
    };
    io::write_png(path("drilled.png"), render_angiogram(phantom::drilled_phantom(1.4)));
    EXPECT_EQ(evidence_of({"drilled.png"}), "fused");
    EXPECT_EQ(evidence_of({"drilled.png", "--evidence", "classical"}), "classical");
    EXPECT_EQ(evidence_of({"vessel.png"}), "classical") << "too small for the network";
    ASSERT_EQ(run({"segment", "drilled.png", "--spacing", "0.2", "--mask", "own.png"}).code, 0);
    EXPECT_EQ(evidence_of({"drilled.png", "--mask", "own.png"}), "none");  // somebody else's
}

#ifdef STENOMETRY_HAS_ITK

TEST_F(ProgramOnAngiogram, SegmentsIntoVolumesWithThePixelsOfThePicture) {
    ASSERT_EQ(run({"segment", "vessel.png", "--mask", "m.png", "--probability", "p.png"}).code, 0);
    const Image<std::uint8_t> mask = io::read_mask(path("m.png"));
    const Image<float> probability = io::read_probability(path("p.png"));
    for (const std::string ending : {".nrrd", ".nii", ".nii.gz", ".mha", ".NRRD"}) {
        const Ending written =
            run({"segment", "vessel.png", "--mask", "m" + ending, "--probability", "p" + ending});
        ASSERT_EQ(written.code, 0) << written.err;
        EXPECT_THAT(written.err, IsEmpty());
        const Image<std::uint8_t> same_mask = io::read_mask(path("m" + ending));
        const Image<float> same = io::read_probability(path("p" + ending));
        ASSERT_TRUE(same_size(mask, same_mask) && same_size(probability, same)) << ending;
        for (int y = 0; y < mask.height(); ++y)
            for (int x = 0; x < mask.width(); ++x) {
                ASSERT_EQ(same_mask(x, y), mask(x, y)) << ending;
                // The PNG has steps of 1/65535.
                ASSERT_NEAR(same(x, y), probability(x, y), 1e-5) << ending;
            }
    }
}

TEST_F(ProgramOnAngiogram, WritesTheVesselAsATube) {
    const Ending ending = run(measuring({"--spacing", "0.25", "--tubes", "t.tre"}));
    ASSERT_EQ(ending.code, 0) << ending.err;
    const std::string tree = contents(path("t.tre"));
    EXPECT_THAT(tree, HasSubstr("ObjectType = Tube"));
    EXPECT_THAT(tree, HasSubstr("Name = vessel 0"));
    EXPECT_THAT(tree, HasSubstr("NDims = 3"));
}

TEST_F(ProgramOnAngiogram, TubesThatCannotBeWrittenLeaveNothingBehind) {
    const auto before = files();
    expect_failure(5, measuring({"--json", "a.json", "--tubes", "absent/t.tre"}), "absent");
    expect_failure(2, measuring({"--tubes", "t.tre", "--json", "t.tre"}), "t.tre");
    EXPECT_EQ(files(), before);
}

#endif

TEST_F(ProgramOnAngiogram, SameBytesWithAnyNumberOfThreadsAndAgain) {
    const auto outputs = [&](const std::string& threads) {
        const Ending ending = run({"analyze", "vessel.png", "--spacing", "0.25", "--threads", threads,
                                   "--json", "a.json", "--csv", "a.csv", "--overlay", "a.png"});
        EXPECT_EQ(ending.code, 0) << ending.err;
        return ending.out + contents(path("a.json")) + contents(path("a.csv")) + contents(path("a.png"));
    };
    const std::string first = outputs("1");
    EXPECT_EQ(outputs("2"), first);
    EXPECT_EQ(outputs("2"), first);
}

TEST_F(ProgramOnAngiogram, ReferenceDiameterOfYourOwnIsTaken) {
    const Ending ending = run(measuring(
        {"--spacing", "0.25", "--reference-diameter", "4mm", "--min-stenosis", "40", "--json", "-"}));
    ASSERT_EQ(ending.code, 0) << ending.err;
    const auto vessel = nlohmann::json::parse(ending.out)["vessels"][0];
    EXPECT_EQ(vessel["reference_method"], "given");
    EXPECT_EQ(vessel["stenoses"][0]["reference_mm"], 4.0);
}

/// 255 on the vessel of the angiogram, 3 mm wide.
Image<std::uint8_t> angiogram_mask() {
    Image<std::uint8_t> mask(160, 160);
    for (int y = 74; y <= 85; ++y) std::fill_n(mask.row(y), 160, std::uint8_t{255});
    return mask;
}

TEST_F(ProgramOnAngiogram, MeasuresInTheVesselsOfAnotherSegmentation) {
    io::write_png(path("mask.png"), angiogram_mask());
    ASSERT_EQ(run({"segment", "vessel.png", "--spacing", "0.25", "--probability", "p.png"}).code, 0);
    const std::vector<std::vector<std::string>> given{
        {"--mask", "mask.png"}, {"--probability", "p.png"}, {"--mask", "mask.png", "--probability", "p.png"}};
    for (const std::vector<std::string>& vessels : given) {
        std::vector<std::string> arguments{"analyze", "vessel.png", "--spacing", "0.25", "--json", "-"};
        arguments.insert(arguments.end(), vessels.begin(), vessels.end());
        const Ending found = run(arguments);
        ASSERT_EQ(found.code, 0) << found.err;
        const auto report = nlohmann::json::parse(found.out);
        EXPECT_EQ(report["input"][vessels[0].substr(2)], vessels[1]);
        EXPECT_EQ(report["vessels"].size(), 1U);
        // Points, as where the program finds the vessels itself.
        EXPECT_NEAR(report["vessels"][0]["stenoses"][0]["percent_diameter_stenosis"].get<double>(), 60.0,
                    10.0);

        std::vector<std::string> guided = measuring({"--spacing", "0.25", "--json", "-"});
        guided.insert(guided.end(), vessels.begin(), vessels.end());
        EXPECT_EQ(run(guided).code, 0);
    }
}

#ifdef STENOMETRY_HAS_NETWORK
/// Vessel is what is darker than the middle of the grey around it, averaged over five by five pixels.
onnx::Network dark_is_vessel() {
    return {.side = 5, .kernel = std::vector<float>(25, -1.0F), .bias = 11.0F, .sigmoid = true};
}

TEST_F(ProgramOnAngiogram, MeasuresInTheVesselsOfANetwork) {
    write_text(path("net.onnx"), dark_is_vessel().file());
    write_text(path("net.json"), R"({"input_size": "any"})");
    const Ending found =
        run({"analyze", "vessel.png", "--spacing", "0.25", "--model", "net.onnx", "--json", "-"});
    ASSERT_EQ(found.code, 0) << found.err;
    const auto report = nlohmann::json::parse(found.out);
    EXPECT_EQ(report["input"]["model"], "net.onnx");
    EXPECT_FALSE(report["input"].contains("evidence"));
    EXPECT_NEAR(report["vessels"][0]["stenoses"][0]["percent_diameter_stenosis"].get<double>(), 60.0, 10.0);
    EXPECT_EQ(run(measuring({"--spacing", "0.25", "--model", "net.onnx"})).code, 0);

    write_text(path("bright.json"), R"({"vessels": "bright"})");
    const Ending segmented = run({"segment", "vessel.png", "--model", "net.onnx", "--mask", "m.png"});
    ASSERT_EQ(segmented.code, 0) << segmented.err;
    EXPECT_EQ(cv::imread(path("m.png"), cv::IMREAD_UNCHANGED).at<std::uint8_t>(79, 30), 255);
    EXPECT_EQ(cv::imread(path("m.png"), cv::IMREAD_UNCHANGED).at<std::uint8_t>(20, 30), 0);
    ASSERT_EQ(run({"segment", "vessel.png", "--model", "net.onnx", "--model-settings", "bright.json",
                   "--mask", "m.png"})
                  .code,
              0);
    EXPECT_EQ(cv::imread(path("m.png"), cv::IMREAD_UNCHANGED).at<std::uint8_t>(20, 30), 255);
}

TEST_F(ProgramOnAngiogram, NetworkThatCannotBeRunIsNamed) {
    write_text(path("letter.onnx"), "Dear colleague,\n");
    write_text(path("letter.json"), "{}");
    write_text(path("bare.onnx"), dark_is_vessel().file());
    write_text(path("half.onnx"), onnx::Network{.stride = 2}.file());
    write_text(path("half.json"), "{}");
    write_text(path("wrong.json"), R"({"size": 512})");
    expect_failure(3, {"analyze", "vessel.png", "--model", "letter.onnx"},
                   "letter.onnx: it is no ONNX model");
    expect_failure(3, {"analyze", "vessel.png", "--model", "bare.onnx"}, "bare.json");
    expect_failure(3, {"analyze", "vessel.png", "--model", "half.onnx"}, "half.onnx: the output is");
    expect_failure(3,
                   {"segment", "vessel.png", "--model", "bare.onnx", "--model-settings", "wrong.json",
                    "--mask", "m.png"},
                   "wrong.json: the key \"size\" is unknown");
    fs::create_directory(path("folder"));
    expect_failure(3, {"analyze", "vessel.png", "--model", "bare.onnx", "--model-settings", "folder"},
                   "folder: it is a directory");
    expect_failure(2, {"analyze", "vessel.png", "--model", "bare.onnx", "--mask", "m.png"}, "--mask");
    expect_failure(2, {"analyze", "vessel.png", "--model-settings", "wrong.json"}, "--model");
}
#endif

TEST_F(ProgramOnAngiogram, VesselsThatDoNotFitAreNamed) {
    io::write_png(path("small.png"), Image<std::uint8_t>(80, 60, 255));
    io::write_png(path("none.png"), Image<std::uint8_t>(160, 160));
    io::write_png(path("mask.png"), angiogram_mask());
    for (const char* option : {"--mask", "--probability"}) {
        const std::string both = "is 80 x 60 pixels, but the frame is 160 x 160 pixels";
        expect_failure(2, {"analyze", "vessel.png", option, "small.png"}, option);
        expect_failure(2, measuring({option, "small.png"}), both);
        expect_failure(3, measuring({option, "absent.png"}), "absent.png");
        expect_failure(4, {"analyze", "vessel.png", option, "none.png"}, "of none.png is");
        expect_failure(4, measuring({option, "none.png"}), "of none.png is");
    }
    expect_failure(2, {"analyze", "vessel.png", "--mask", "mask.png", "--min-length", "9px"}, "--min-length");
    expect_failure(2, measuring({"--mask", "mask.png", "--overlay", "mask.png"}), "mask.png is an input");
    EXPECT_THAT(run({"analyze", "--help"}).out, HasSubstr("(input)"));
}

TEST_F(ProgramOnAngiogram, VesselsThatCannotBeFollowedAreTheFaultOfTheirFile) {
    Image<std::uint8_t> speck(160, 160);
    speck(80, 80) = 255;
    io::write_png(path("speck.png"), speck);
    for (const char* option : {"--mask", "--probability"})
        expect_failure(4, {"analyze", "vessel.png", option, "speck.png"},
                       "vessel.png: no vessel of speck.png can be followed");
}

/// A cine of three frames, the middle one with contrast.
class ProgramOnCine : public Program {
  protected:
    void SetUp() override {
        Program::SetUp();
        phantom::Scene washed_out = angiogram_scene();
        washed_out.attenuation_per_mm *= 0.1;
        const std::vector<Image<std::uint16_t>> frames{render_angiogram(washed_out), render_angiogram(),
                                                       render_angiogram(washed_out)};
        const io::DicomTags tags{.imager_pixel_spacing_mm = 0.35,
                                 .source_to_detector_mm = 1050.0,
                                 .source_to_patient_mm = 750.0,
                                 .frame_time_ms = 66.7,
                                 .tube_voltage_kv = 80.0};
        io::write_dicom(path("cine.dcm"), frames, tags);
    }
};

TEST_F(ProgramOnCine, ChoosesTheFilledFrameAndSaysSo) {
    const Ending ending = run({"analyze", "cine.dcm", "--json", "-"});
    ASSERT_EQ(ending.code, 0) << ending.err;
    const auto report = nlohmann::json::parse(ending.out);
    EXPECT_EQ(report["input"]["frame"], 1);
    EXPECT_EQ(report["input"]["frames"], 3);
    EXPECT_EQ(report["calibration"]["source"], "dicom_isocenter");
    EXPECT_THAT(ending.err, HasSubstr("frame 1 of 3"));
}

TEST_F(ProgramOnCine, FrameAskedForIsTaken) {
    const Ending ending =
        run({"measure", "cine.dcm", "--frame", "1", "--from", "20,79.5", "--to", "140,79.5", "--json", "-"});
    ASSERT_EQ(ending.code, 0) << ending.err;
    EXPECT_EQ(nlohmann::json::parse(ending.out)["input"]["frame"], 1);
    EXPECT_THAT(ending.err, Not(HasSubstr("chosen")));
    expect_failure(2, {"analyze", "cine.dcm", "--frame", "3"},
                   "--frame 3: cine.dcm has 3 frames, numbers 0 to 2");
}

TEST_F(ProgramOnCine, SpacingOfTheCommandLineOverridesTheFiles) {
    const Ending ending = run({"analyze", "cine.dcm", "--frame", "1", "--spacing", "0.3", "--json", "-"});
    ASSERT_EQ(ending.code, 0) << ending.err;
    const auto calibration = nlohmann::json::parse(ending.out)["calibration"];
    EXPECT_EQ(calibration["source"], "user");
    EXPECT_EQ(calibration["mm_per_px_x"], 0.3);
}

/// A vessel with a lesion and, above it, a filled catheter of 6 French, 200 x 200 pixels of 0.25 mm.
class ProgramOnCatheter : public Program {
  protected:
    void SetUp() override {
        Program::SetUp();
        phantom::Scene scene = angiogram_scene();
        scene.width_px = scene.height_px = 200;
        scene.quanta_per_px = 5000.0;
        scene.catheter = phantom::Catheter{.centerline_mm = {{-22.0, -14.0}, {22.0, -10.0}}};
        io::write_png(path("vessel.png"), render_angiogram(scene));
    }

    std::vector<std::string> with(std::vector<std::string> command,
                                  const std::vector<std::string>& more) const {
        command.insert(command.begin() + 1, "vessel.png");
        command.insert(command.end(), more.begin(), more.end());
        return command;
    }
    const std::vector<std::string> measuring{"measure",  "--from", "40,99.5", "--to",
                                             "160,99.5", "--json", "-"};
    const std::vector<std::string> points{"--catheter", "40,46.5", "--catheter", "160,56.5"};
};

TEST_F(ProgramOnCatheter, CalibratesByACatheterBetweenTwoPoints) {
    std::vector<std::string> size = points;
    size.insert(size.end(), {"--catheter-mm", "2"});
    const Ending ending = run(with({"calibrate", "--json", "-", "--overlay", "walls.png"}, size));
    ASSERT_EQ(ending.code, 0) << ending.err;
    const auto report = nlohmann::json::parse(ending.out);
    EXPECT_EQ(report["schema"], "stenometry.calibration/1");
    EXPECT_EQ(report["calibration"]["source"], "catheter");
    const double error = report["calibration"]["relative_sd"];
    EXPECT_NEAR(report["calibration"]["mm_per_px_x"].get<double>() / 0.25, 1.0, 2.0 * error);
    EXPECT_GT(report["calibration"]["catheter"]["length_mm"].get<double>(), 10.0);
    EXPECT_EQ(report["catheter_walls"]["left_wall_px"].size(), report["catheter_walls"]["used"].size());
    EXPECT_FALSE(cv::imread(path("walls.png")).empty());

    const Ending words = run(with({"calibrate"}, size));
    EXPECT_THAT(words.out, HasSubstr("mm per pixel (catheter, standard error"));

    const Ending measured = run(with(measuring, size));
    ASSERT_EQ(measured.code, 0) << measured.err;
    EXPECT_EQ(nlohmann::json::parse(measured.out)["calibration"], report["calibration"]);
}

TEST_F(ProgramOnCatheter, SizeOfThePixelChangesMillimetresAndTheirErrorButNotPercentDiameterStenosis) {
    const auto lesion = [&](const std::vector<std::string>& spacing) {
        const Ending ending = run(with(measuring, spacing));
        EXPECT_EQ(ending.code, 0) << ending.err;
        return nlohmann::json::parse(ending.out)["vessels"][0]["stenoses"][0];
    };
    const auto exact = lesion({"--spacing", "0.25"});
    // The marks are 30 mm apart: the same pixel, with an error.
    const auto ruler =
        lesion({"--ruler", "20,30", "--ruler", "140,30", "--ruler-mm", "30", "--ruler-error", "5"});
    EXPECT_EQ(ruler["percent_diameter_stenosis"], exact["percent_diameter_stenosis"]);
    EXPECT_EQ(ruler["percent_diameter_stenosis_ci95"], exact["percent_diameter_stenosis_ci95"]);
    EXPECT_EQ(ruler["mld_mm"], exact["mld_mm"]);
    const auto width = [](const nlohmann::json& interval) {
        return interval[1].get<double>() - interval[0].get<double>();
    };
    EXPECT_GT(width(ruler["mld_ci95_mm"]), 1.05 * width(exact["mld_ci95_mm"]));
}

TEST_F(ProgramOnCatheter, CalibratesByARuler) {
    const Ending ending = run(
        with({"calibrate", "--json", "-"}, {"--ruler", "20,30", "--ruler", "140,30", "--ruler-mm", "30"}));
    ASSERT_EQ(ending.code, 0) << ending.err;
    const auto calibration = nlohmann::json::parse(ending.out)["calibration"];
    EXPECT_EQ(calibration["source"], "user");
    EXPECT_DOUBLE_EQ(calibration["mm_per_px_x"].get<double>(), 0.25);
    EXPECT_NEAR(calibration["relative_sd"].get<double>(), std::sqrt(2.0) / 120.0, 1e-6);
}

TEST_F(Program, CalibratesByTheCatheterThatItFinds) {
    const fs::path image = fs::path(STENOMETRY_SAMPLE_IMAGES) / "right_coronary.png";
    const Ending ending = run({"analyze", image.string(), "--catheter-french", "6", "--json", "-"});
    ASSERT_EQ(ending.code, 0) << ending.err;
    const auto calibration = nlohmann::json::parse(ending.out)["calibration"];
    EXPECT_EQ(calibration["source"], "catheter");
    const double error = calibration["relative_sd"];
    EXPECT_NEAR(calibration["mm_per_px_x"].get<double>() / 0.2, 1.0, 2.0 * error);
}

// Exit code 2: the command line is wrong.

TEST_F(ProgramOnCatheter, SizesOfAPixelThatContradictEachOtherAreNamed) {
    const std::vector<std::string> analyze{"analyze"}, calibrate{"calibrate"};
    const std::vector<std::string> ruler{"--ruler", "20,30", "--ruler", "140,30", "--ruler-mm", "30"};
    const auto both = [](std::vector<std::string> a, const std::vector<std::string>& b) {
        a.insert(a.end(), b.begin(), b.end());
        return a;
    };
    expect_failure(2, with(analyze, both(points, {"--spacing", "0.2", "--catheter-mm", "2"})), "--spacing");
    expect_failure(2, with(analyze, both(ruler, {"--spacing", "0.2"})), "--ruler");
    expect_failure(2, with(analyze, both(ruler, {"--catheter-french", "6"})), "--catheter-french");
    expect_failure(2, with(analyze, {"--catheter-french", "6", "--catheter-mm", "2"}), "--catheter-french");
    expect_failure(2, with(analyze, points), "--catheter: its size is missing");
    expect_failure(2, with(analyze, {"--catheter-empty"}), "--catheter-empty: its size is missing");
    expect_failure(2, with(analyze, {"--catheter-empty", "--catheter-mm", "2"}), "--catheter-empty");
    expect_failure(2, with(analyze, {"--catheter", "40,46", "--catheter-mm", "2"}), "--catheter: give two");
    expect_failure(2, with(analyze, {"--catheter", "40,46", "--catheter", "900,5", "--catheter-mm", "2"}),
                   "--catheter 900,5 lies outside");
    expect_failure(2, with(analyze, {"--catheter-mm", "2", "--catheter-inner-mm", "2.1"}),
                   "--catheter-inner-mm");
    for (const char* size : {"0", "-6", "six", "nan"})
        expect_failure(2, with(analyze, {"--catheter-french", size}), "--catheter-french");
    expect_failure(2, with(analyze, {"--ruler-mm", "30"}), "--ruler");
    expect_failure(2, with(analyze, {"--ruler-error", "2"}), "--ruler-error");
    expect_failure(2, with(analyze, {"--ruler", "20,30", "--ruler", "140,30"}), "--ruler-mm");
    expect_failure(2, with(analyze, {"--ruler", "20,30", "--ruler-mm", "30"}), "--ruler");
    expect_failure(2, with(analyze, {"--ruler", "20,30", "--ruler", "20,30", "--ruler-mm", "30"}), "--ruler");
    expect_failure(2, with(calibrate, {}), "--catheter-mm");
    expect_failure(2, with(calibrate, {"--spacing", "0.2"}), "--catheter-mm");
}

TEST_F(ProgramOnAngiogram, WrongCommandLinesAreNamed) {
    expect_failure(2, {}, "measure, analyze");
    expect_failure(2, {"frobnicate"}, "frobnicate");
    expect_failure(2, {"analyze"}, "IMAGE");
    expect_failure(2, {"analyze", "vessel.png", "--frobnicate"}, "--frobnicate");
    expect_failure(2, {"measure", "vessel.png"}, "--from");
    expect_failure(2, {"measure", "vessel.png", "--from", "20,80"}, "--to");
    expect_failure(2, {"segment", "vessel.png"}, "--mask");
    expect_failure(2, {"analyze", "vessel.png", "--json", "--keep-catheter"},
                   "--json: needs a file, but is followed by the option --keep-catheter");
}

TEST_F(ProgramOnAngiogram, EmptyValueIsNotTakenForAnAbsentOption) {
    for (const char* option : {"--mask", "--probability", "--model", "--json", "--overlay"})
        expect_failure(2, {"analyze", "vessel.png", option, ""},
                       std::string(option) + ": its value is empty");
    expect_failure(2, {"analyze", ""}, "IMAGE: its value is empty");
    expect_failure(2, {"evaluate", ".", "--masks", ""}, "--masks: its value is empty");
}

TEST_F(ProgramOnAngiogram, ValuesOutOfRangeAreNamed) {
    for (const char* spacing : {"-0.2", "0", "nan", "inf", "wide", "", "0.2mm", "1e999"})
        expect_failure(2, {"analyze", "vessel.png", "--spacing", spacing}, "--spacing");
    for (const char* frame : {"-1", "1.5", "first", "99999999999"})
        expect_failure(2, {"analyze", "vessel.png", "--frame", frame}, "--frame");
    expect_failure(2, {"analyze", "vessel.png", "--frame", "1"}, "--frame 1");
    for (const char* threads : {"0", "-2", "many"})
        expect_failure(2, {"analyze", "vessel.png", "--threads", threads}, "--threads");
    expect_failure(2, {"analyze", "vessel.png", "--min-stenosis", "120"}, "--min-stenosis");
    expect_failure(2, {"analyze", "vessel.png", "--min-diameter", "-1mm"}, "--min-diameter");
    expect_failure(2, {"analyze", "vessel.png", "--max-lumen", "1e6px"}, "--max-lumen");
    expect_failure(2, {"analyze", "vessel.png", "--vesselness", "magic"}, "--vesselness");
    expect_failure(2, {"phantom", "p.png", "--spacing", "1000"}, "--spacing");
    expect_failure(2, {"phantom", "p.png", "--seed", "-1"}, "--seed");
    expect_failure(2, {"analyze", "vessel.png", "--reference", "magic"}, "--reference");
    expect_failure(2, {"analyze", "vessel.png", "--reference", "given"}, "--reference-diameter");
    expect_failure(2, {"analyze", "vessel.png", "--reference", "mean_local", "--reference-diameter", "3px"},
                   "--reference-diameter goes with --reference given only");
    expect_failure(2, {"analyze", "vessel.png", "--overlay", "a.png", "--overlay-scale", "9"},
                   "--overlay-scale");
}

TEST_F(ProgramOnAngiogram, LengthsNameTheirUnit) {
    for (const char* option : {"--min-diameter", "--max-lumen", "--reference-diameter", "--min-lesion"})
        for (const char* length : {"3", "0.5", "3 mm", "3cm", "mm", "nanmm", "3,4mm"})
            expect_failure(2, {"analyze", "vessel.png", option, length}, option);
    expect_failure(2, {"analyze", "vessel.png", "--reference-diameter", "3"}, "3mm, or 3px");
    expect_failure(2, measuring({"--exclude", "3,9"}), "--exclude: must name the unit");
    expect_failure(2, measuring({"--side-branch", "3mm,9"}), "--side-branch");
}

TEST_F(ProgramOnAngiogram, MillimetresNeedTheSizeOfAPixel) {
    const std::vector<std::vector<std::string>> lengths{{"--reference-diameter", "3mm"},
                                                        {"--exclude", "1mm,9px"}};
    for (const std::vector<std::string>& length : lengths) {
        expect_failure(2, measuring(length),
                       length[0] + ' ' + length[1] + ": the size of a pixel of vessel.png");
        std::vector<std::string> known = length;
        known.insert(known.end(), {"--spacing", "0.25"});
        EXPECT_EQ(run(measuring(known)).code, 0);
    }
}

TEST_F(ProgramOnAngiogram, PixelsOnTheCommandLineArePixelsOfTheImageWithAndWithoutCalibration) {
    const auto stenosis = [&](const std::vector<std::string>& arguments) {
        std::vector<std::string> with = arguments;
        with.insert(with.end(), {"--min-stenosis", "40", "--json", "-"});
        const Ending ending = run(measuring(with));
        EXPECT_EQ(ending.code, 0) << ending.err;
        return nlohmann::json::parse(ending.out)["vessels"][0]["stenoses"][0];
    };
    EXPECT_EQ(stenosis({"--reference-diameter", "16px"})["reference_px"], 16.0);
    const auto of_px = stenosis({"--reference-diameter", "16px", "--spacing", "0.25"});
    EXPECT_EQ(of_px["reference_px"], 16.0);
    EXPECT_EQ(of_px, stenosis({"--reference-diameter", "4mm", "--spacing", "0.25"}));
    // A stretch of as many pixels or millimetres is the same one.
    EXPECT_EQ(stenosis({"--exclude", "0px,20px", "--spacing", "0.25"}),
              stenosis({"--exclude", "0mm,5mm", "--spacing", "0.25"}));
}

TEST_F(ProgramOnAngiogram, ErrorOfTheSpacingWidensIntervalsInMillimetres) {
    const auto stenosis = [&](std::vector<std::string> spacing) {
        spacing.insert(spacing.end(), {"--json", "-"});
        const Ending ending = run(measuring(spacing));
        EXPECT_EQ(ending.code, 0) << ending.err;
        return nlohmann::json::parse(ending.out);
    };
    const auto exact = stenosis({"--spacing", "0.25"});
    const auto wide = stenosis({"--spacing", "0.25", "--spacing-error", "0.025"});
    EXPECT_TRUE(exact["calibration"]["relative_sd"].is_null());
    EXPECT_EQ(wide["calibration"]["relative_sd"], 0.1);
    const auto &narrow = exact["vessels"][0]["stenoses"][0], &wider = wide["vessels"][0]["stenoses"][0];
    // A tenth of it is most of what is not known of a lumen of 1.2 mm.
    EXPECT_GE(wider["mld_ci95_mm"][1].get<double>() - wider["mld_mm"].get<double>(),
              1.95 * 0.1 * wider["mld_mm"].get<double>());
    EXPECT_EQ(wider["mld_mm"], narrow["mld_mm"]);
    EXPECT_EQ(wider["mld_ci95_px"], narrow["mld_ci95_px"]);
    expect_failure(2, measuring({"--spacing-error", "0.01"}), "--spacing-error");
    expect_failure(2, measuring({"--spacing", "0.25", "--spacing-error", "0.25"}), "--spacing-error 0.25");
}

TEST_F(ProgramOnAngiogram, PointThatLiesOnNoVesselIsNamed) {
    expect_failure(4, {"measure", "vessel.png", "--from", "20,79.5", "--via", "80,10", "--to", "140,79.5"},
                   "(80, 10) lies on no vessel");
}

TEST_F(ProgramOnAngiogram, NearestVesselOfAPointThatLiesOnNoneIsNamed) {
    expect_failure(4, {"measure", "vessel.png", "--from", "20,79.5", "--to", "140,20"},
                   "the nearest is at (1");
    expect_failure(2, {"measure", "vessel.png", "--from", "20,79.5", "--to", "900,20"},
                   "the nearest vessel is at 1");
}

TEST_F(ProgramOnAngiogram, ExportWritesTheFrameWhosePixelsMeasureTakes) {
    const Ending ending = run({"export", "vessel.png", "seen.png"});
    EXPECT_EQ(ending.code, 0) << ending.err;
    const Image<float> seen = io::read_image(path("seen.png")).pixels;
    const float factor = seen(0, 0) / angiogram()(0, 0);
    EXPECT_EQ(factor, std::floor(factor)) << "proportions are kept";
    for (int y = 0; y < 160; y += 7)
        for (int x = 0; x < 160; x += 7) EXPECT_EQ(seen(x, y), factor * angiogram()(x, y));
    EXPECT_THAT(ending.out, AllOf(HasSubstr("160 x 160"), HasSubstr("16 bits"), HasSubstr("times")));
    EXPECT_EQ(run({"measure", "seen.png", "--from", "20,79.5", "--to", "140,79.5"}).code, 0);
    expect_failure(2, {"export", "vessel.png", "vessel.png"}, "vessel.png");
    expect_failure(2, {"export", "vessel.png", "seen.jpg"}, ".png");
}

TEST_F(ProgramOnAngiogram, ExportWritesEightBitsWhereTheyAreEnough) {
    Image<std::uint8_t> small(6, 4);
    small(2, 1) = 200;
    io::write_png(path("small.png"), small);
    EXPECT_THAT(run({"export", "small.png", "seen.png"}).out, HasSubstr("8 bits, grey values not scaled"));
    EXPECT_EQ(io::read_image(path("seen.png")).pixels(2, 1), 200.0F);
    EXPECT_THAT(run({"export", "--invert", "small.png", "seen.png"}).out, HasSubstr("turned around"));
    EXPECT_EQ(io::read_image(path("seen.png")).pixels(2, 1), 55.0F);
    EXPECT_EQ(io::read_image(path("seen.png")).pixels(0, 0), 255.0F);
}

TEST_F(Program, BrightVesselsAreTurnedAroundWhereTheyAreBeyondDoubtOrAskedFor) {
    const std::string original = STENOMETRY_SAMPLE_IMAGES "/left_coronary.png";
    ASSERT_EQ(run({"export", "--invert", original, "bright.png"}).code, 0);
    const Ending found = run({"analyze", "bright.png", "--json", "-"});
    EXPECT_EQ(found.code, 0) << found.err;
    EXPECT_THAT(found.err, HasSubstr("--no-invert"));
    const auto turned = nlohmann::json::parse(found.out);
    EXPECT_EQ(test::faults_of_json(found.out), "");
    EXPECT_EQ(turned["input"]["polarity"], "inverted_as_found");
    EXPECT_EQ(turned["warnings"][1]["code"], "inverted");
    EXPECT_EQ(turned["vessels"],
              nlohmann::json::parse(run({"analyze", original, "--json", "-"}).out)["vessels"]);
    EXPECT_EQ(run({"analyze", "bright.png", "--no-invert"}).code, 4) << "there is no dark vessel";
}

TEST_F(ProgramOnAngiogram, WarningsSayWhatToDo) {
    EXPECT_THAT(run(measuring({})).err, HasSubstr("--spacing or --catheter-french"));
}

TEST_F(ProgramOnAngiogram, PointsThatAreNoneAreNamed) {
    for (const char* point : {"20", "20,", ",20", "a,b", "20,80,90", "nan,80", "20;80"})
        expect_failure(2, {"measure", "vessel.png", "--from", point, "--to", "140,80"}, "--from");
    expect_failure(2, {"measure", "vessel.png", "--from", "600,10", "--to", "140,80"},
                   "--from 600,10 lies outside the image of 160 x 160 pixels");
    expect_failure(2, {"measure", "vessel.png", "--from", "20,80", "--to", "-5,80"},
                   "--to -5,80 lies outside");
    expect_failure(2, measuring({"--via", "80,500"}), "--via 80,500 lies outside");
}

TEST_F(ProgramOnAngiogram, OutputsThatExcludeEachOtherAreNamed) {
    expect_failure(2, measuring({"--json", "-", "--csv", "-"}), "--csv");
    expect_failure(2, measuring({"--plot", "plot.gif"}), "--plot");
    expect_failure(2, measuring({"--overlay", "-"}), "--overlay");
    expect_failure(2, measuring({"--json", "a.out", "--csv", "a.out"}), "a.out");
}

TEST_F(ProgramOnAngiogram, PictureIsWrittenUnderNoOtherNameThanItsOwn) {
    const auto before = files();
    for (const char* name : {"a.jpg", "a.tiff", "a.nii.gz", "a.dcm"}) {
        const std::string complaint = std::string(" ") + name + ": the name must end in .png";
        expect_failure(2, measuring({"--overlay", name}), "--overlay" + complaint);
        expect_failure(2, {"phantom", "p.png", "--mask", name}, "--mask" + complaint);
        expect_failure(2,
                       {"calibrate", "vessel.png", "--ruler", "9,9", "--ruler", "90,9", "--ruler-mm", "9",
                        "--overlay", name},
                       "--overlay" + complaint);
    }
    for (const char* option : {"--mask", "--probability", "--catheter"})
        for (const char* name : {"a.jpg", "a.mhd", "a.nhdr", "a.gz", "a.tre"})
            expect_failure(2, {"segment", "vessel.png", option, name},
                           std::string(option) + " " + name +
                               ": the name must end in .png, .nrrd, .nii, .nii.gz or .mha");
    expect_failure(2, {"segment", "vessel.png", "--mask", "-"}, "--mask -");
    for (const char* name : {"t.vtk", "t.tre.txt", "t", "-"})
        expect_failure(2, measuring({"--tubes", name}),
                       std::string("--tubes ") + name + ": the name must end in .tre");
    EXPECT_EQ(files(), before);
    for (const char* name : {"a.PNG", "a"}) {
        ASSERT_EQ(run(measuring({"--overlay", name})).code, 0);
        EXPECT_FALSE(cv::imread(path(name)).empty());
    }
}

TEST_F(ProgramOnAngiogram, InputIsNotWrittenOver) {
    const std::string before = contents(path("vessel.png"));
    expect_failure(2, measuring({"--overlay", "vessel.png"}), "vessel.png");
    expect_failure(2, measuring({"--overlay", path("vessel.png")}), "vessel.png");
    expect_failure(2, {"segment", "vessel.png", "--mask", "vessel.png"}, "vessel.png");
    EXPECT_EQ(contents(path("vessel.png")), before);
}

// Exit code 3: the input cannot be read.

TEST_F(ProgramOnAngiogram, UnreadableFilesAreNamed) {
    fs::create_directory(path("folder"));
    write_text(path("empty.png"), "");
    write_text(path("letter.dcm"), "Dear colleague,\nthank you for sending us this patient.\n");
    write_text(path("letter.png"), "Dear colleague,\n");
    const std::string png = contents(path("vessel.png"));
    write_text(path("half.png"), png.substr(0, png.size() / 2));
    write_text(path("head.png"), png.substr(0, 20));
    for (const char* name :
         {"absent.png", "folder", "empty.png", "letter.dcm", "letter.png", "half.png", "head.png"})
        expect_failure(3, {"analyze", name}, name);
}

TEST_F(ProgramOnCine, TruncatedDicomIsNamed) {
    const std::string dicom = contents(path("cine.dcm"));
    for (const double part : {0.005, 0.02, 0.5, 0.99}) {
        write_text(path("part.dcm"),
                   dicom.substr(0, static_cast<std::size_t>(part * static_cast<double>(dicom.size()))));
        expect_failure(3, {"analyze", "part.dcm", "--frame", "2"}, "part.dcm");
    }
}

// Exit code 4: nothing can be measured.

TEST_F(Program, FramesWithoutVesselsHaveAReason) {
    io::write_png(path("constant.png"), Image<std::uint8_t>(128, 128, 120));
    io::write_png(path("black.png"), Image<std::uint16_t>(128, 128));
    io::write_png(path("pixel.png"), Image<std::uint8_t>(1, 1, 7));
    io::write_png(path("line.png"), Image<std::uint8_t>(200, 1, 7));
    for (const char* name : {"constant.png", "black.png", "pixel.png", "line.png"}) {
        expect_failure(4, {"analyze", name}, name);
        expect_failure(4, {"measure", name, "--from", "0,0", "--to", "0,0"}, name);
        expect_failure(4, {"segment", name, "--mask", "mask.png"}, name);
    }
    EXPECT_FALSE(fs::exists(path("mask.png")));
}

TEST_F(ProgramOnCatheter, CatheterThatCannotBeMeasuredHasAReason) {
    // 5 mm between the points.
    expect_failure(
        4, with({"calibrate"}, {"--catheter", "90,50.7", "--catheter", "110,52.3", "--catheter-mm", "2"}),
        "too little of the catheter");
    expect_failure(4,
                   with({"measure", "--from", "40,99.5", "--to", "160,99.5", "--json", "a.json"},
                        {"--catheter", "90,50.7", "--catheter", "110,52.3", "--catheter-mm", "2"}),
                   "too little of the catheter");
    EXPECT_FALSE(fs::exists(path("a.json")));
}

TEST_F(ProgramOnAngiogram, WithoutACatheterNoneIsFound) {
    expect_failure(4, {"analyze", "vessel.png", "--catheter-french", "6"}, "no catheter was recognised");
}

TEST_F(Program, NothingButNotANumberIsNothingToMeasure) {
    cv::imwrite(path("nan.tiff"),
                cv::Mat(64, 64, CV_32F, cv::Scalar(std::numeric_limits<float>::quiet_NaN())));
    expect_failure(4, {"analyze", "nan.tiff"}, "nan.tiff");
}

TEST_F(Program, PointOnNoVesselIsNotMeasured) {
    phantom::Scene quiet = angiogram_scene();
    quiet.quanta_per_px = 0.0;
    quiet.background = 0.0;
    io::write_png(path("quiet.png"), render_angiogram(quiet));
    expect_failure(4, {"measure", "quiet.png", "--from", "80,15", "--to", "140,79.5", "--json", "a.json"},
                   "on no vessel");
    EXPECT_FALSE(fs::exists(path("a.json")));
}

TEST_F(ProgramOnAngiogram, PixelsThatAreNotANumberAreLeftOut) {
    cv::Mat pixels;
    cv::imread(path("vessel.png"), cv::IMREAD_UNCHANGED).convertTo(pixels, CV_32F);
    pixels(cv::Rect(0, 120, 160, 40)) = std::numeric_limits<float>::quiet_NaN();
    cv::imwrite(path("part.tiff"), pixels);
    const Ending ending =
        run({"measure", "part.tiff", "--spacing", "0.25", "--from", "20,79.5", "--to", "140,79.5"});
    EXPECT_EQ(ending.code, 0) << ending.err;
}

// Exit code 5: the output cannot be written, and nothing else is.

TEST_F(ProgramOnAngiogram, OutputThatCannotBeWrittenLeavesNothingBehind) {
    fs::create_directory(path("folder"));
    const auto before = files();
    const std::vector<std::string> wrong{"folder", "absent/a", "vessel.png/a", "/dev/full"};
    for (const std::string option : {"--json", "--csv", "--overlay"})
        for (const std::string& place : wrong) {
            const std::string other = option == "--json" ? "--csv" : "--json";
            expect_failure(5, measuring({option, place, other, "other.out"}), place);
            EXPECT_EQ(files(), before) << option << ' ' << place;
        }
    expect_failure(5, measuring({"--plot", "absent/a.svg", "--overlay", "a.png"}), "absent");
    expect_failure(5, {"segment", "vessel.png", "--mask", "m.png", "--probability", "/dev/full"},
                   "/dev/full");
    EXPECT_EQ(files(), before);
}

TEST_F(ProgramOnAngiogram, FullStandardOutputIsAFailure) {
    expect_failure(5, measuring({"--json", "-", "--overlay", "a.png"}), "standard output", ">/dev/full");
    expect_failure(5, measuring({}), "standard output", ">/dev/full");
    EXPECT_FALSE(fs::exists(path("a.png")));
}

TEST_F(ProgramOnAngiogram, OutputGoesToPipesAndDevices) {
    const Ending ending = run(measuring({"--json", "/dev/null", "--csv", "-"}));
    EXPECT_EQ(ending.code, 0) << ending.err;
    EXPECT_TRUE(fs::is_character_file("/dev/null"));
    EXPECT_EQ(run(measuring({"--json", "-", "--csv", "/dev/null"})).code, 0);
}

// The verb that renders.

TEST_F(Program, RendersTheSampleImagesAgainByteForByte) {
    const Ending ending = run({"phantom", "--samples", "again"});
    ASSERT_EQ(ending.code, 0) << ending.err;
    int compared = 0;
    for (const auto& file : fs::directory_iterator(path("again"))) {
        const fs::path shipped = fs::path(STENOMETRY_SAMPLE_IMAGES) / file.path().filename();
        EXPECT_TRUE(contents(file.path()) == contents(shipped)) << shipped;
        ++compared;
    }
    EXPECT_EQ(compared, 14);  // six images and one cine, each with its truth
}

TEST_F(Program, PagesThatAreNoCineAreNamedWithTheWayOut) {
    const std::vector<cv::Mat> pages{cv::Mat(40, 40, CV_8U, 90.0), cv::Mat(60, 60, CV_8U, 90.0)};
    ASSERT_TRUE(cv::imwritemulti(path("pages.tif"), pages));
    expect_failure(2, {"analyze", path("pages.tif")},
                   "pages.tif: frame 1 has another size than the first; choose one by --frame");
}

#ifdef STENOMETRY_STEP_BY_STEP
TEST_F(Program, ExampleOfTheStagesFindsWhatMeasureFinds) {
    const fs::path image = fs::path(STENOMETRY_SAMPLE_IMAGES) / "drilled_1mm.png";
    const std::string command = "'" STENOMETRY_STEP_BY_STEP "' '" + image.string() +
                                "' 0.2 57.7 95 197.3 160 '" + path("walls.png") + "' > '" +
                                path("found.txt") + "'";
    ASSERT_EQ(std::system(command.c_str()), 0);
    const Frame frame = io::read_image(image, Calibration::from_user(0.2));
    const Analysis analysis = measure(frame, {57.7, 95.0}, {197.3, 160.0});
    ASSERT_EQ(analysis.vessels.at(0).stenoses.size(), 1U);
    const std::string found = contents(path("found.txt"));
    std::smatch numbers;
    ASSERT_TRUE(std::regex_search(found, numbers, std::regex("([0-9.]+) %DS.*MLD ([0-9.]+) mm")));
    // Its line is that between the points, `measure` takes that of the whole vessel: a tenth of a pixel
    // apart.
    const Stenosis& lesion = analysis.vessels[0].stenoses[0];
    EXPECT_NEAR(std::stod(numbers[1]), lesion.percent_diameter_stenosis.value(), 2.0);  // points
    EXPECT_NEAR(std::stod(numbers[2]), lesion.mld_estimate_mm().value().value,
                0.05);  // mm, a quarter of a pixel
}
#endif

TEST_F(Program, MeasuresWhatItRenderedInMillimetresOfTheDicomFile) {
    const Ending rendering =
        run({"phantom", "t.dcm", "--kind", "tube", "--diameter", "3.2", "--percent-diameter", "55",
             "--length", "12", "--truth", "t.json", "--mask", "mask.png"});
    ASSERT_EQ(rendering.code, 0) << rendering.err;
    EXPECT_EQ(cv::imread(path("mask.png"), cv::IMREAD_UNCHANGED).at<std::uint8_t>(128, 128), 255);
    const auto truth = nlohmann::json::parse(contents(path("t.json")));
    const auto point = [&](const char* field) {
        return std::to_string(truth[field][0].get<double>()) + "," +
               std::to_string(truth[field][1].get<double>());
    };
    const Ending ending =
        run({"measure", "t.dcm", "--from", point("from_px"), "--to", point("to_px"), "--json", "-"});
    ASSERT_EQ(ending.code, 0) << ending.err;
    const auto report = nlohmann::json::parse(ending.out);
    EXPECT_EQ(report["calibration"]["source"], "dicom_isocenter");
    ASSERT_EQ(report["vessels"][0]["stenoses"].size(), 1U);
    const auto& stenosis = report["vessels"][0]["stenoses"][0];
    const auto& lesion = truth["vessels"][0]["lesions"][0];
    // mm; three standard errors of one noisy frame.
    EXPECT_NEAR(stenosis["mld_mm"].get<double>(), lesion["mld_mm"].get<double>(), 0.25);
    EXPECT_NEAR(stenosis["reference_mm"].get<double>(), 3.2, 0.25);
}

TEST_F(Program, RendersALaboratoryWhoseEmptyFrameHasNoArtery) {
    for (const std::string filling : {"full", "empty"}) {
        const Ending rendering =
            run({"phantom", filling + ".png", "--kind", "cath-lab", "--size", "128", "--spacing", "0.6",
                 "--filling", filling, "--labels", filling + "_labels.png"});
        ASSERT_EQ(rendering.code, 0) << rendering.err;
        const cv::Mat labels = cv::imread(path(filling + "_labels.png"), cv::IMREAD_UNCHANGED);
        EXPECT_EQ(cv::countNonZero(labels == 1) > 0, filling == "full");
    }
}

TEST_F(Program, RefusesToRenderWhatCannotBe) {
    expect_failure(2, {"phantom", "a.dcm", "--kind", "cath-lab", "--frames", "5"}, "cath-lab");
    expect_failure(2, {"phantom", "a.dcm", "--frames", "3", "--labels", "b.png"}, "--labels");
    expect_failure(2, {"phantom"}, "OUT");
    expect_failure(2, {"phantom", "a.jpg"}, ".png or .dcm");
    expect_failure(2, {"phantom", "a.png", "--frames", "5"}, "--frames");
    expect_failure(2, {"phantom", "a.png", "--percent-diameter", "120"}, "--percent-diameter");
    expect_failure(2, {"phantom", "a.png", "--kind", "drilled", "--bore", "4"}, "bore_mm");
    expect_failure(2, {"phantom", "a.png", "--size", "20000"}, "--size");
    expect_failure(5, {"phantom", "absent/a.png", "--kind", "tube", "--size", "64"}, "absent");
    EXPECT_THAT(files(), IsEmpty());
}

}  // namespace
}  // namespace stenometry

#endif
