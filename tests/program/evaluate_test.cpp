// The verb `evaluate` on small data sets whose scores are known on paper.
#ifdef STENOMETRY_PROGRAM

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>
#include <opencv2/imgcodecs.hpp>
#include <string>
#include <vector>

#include "stenometry/io/image.h"
#include "support/running_program.h"

namespace stenometry {
namespace {

using nlohmann::json;
using test::contents;
using test::Ending;
using test::write_text;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr int side = 64;

/// 255 in a box of 30 x 10 pixels.
Image<std::uint8_t> box(int left, int top) {
    Image<std::uint8_t> image(side, side);
    for (int y = top; y < top + 10; ++y) std::fill_n(image.row(y) + left, 30, std::uint8_t{255});
    return image;
}
Image<std::uint8_t> flat(std::uint8_t value, int width = side) { return {width, side, value}; }

class Evaluate : public test::Program {
  protected:
    void folder(const std::string& name) const { test::fs::create_directories(folder_ / name); }
    void write(const std::string& name, const Image<std::uint8_t>& image) const {
        io::write_png(path(name), image);
    }

    /// Images 1, 2 and 10 with the same truth, and masks that are off by 0, 6 and 15 of 30 pixels.
    void write_shifted() const {
        folder("set");
        folder("masks");
        for (const auto& [name, shift] : {std::pair("1", 0), std::pair("2", 6), std::pair("10", 15)}) {
            write("set/" + std::string(name) + ".png", flat(100));
            write("set/" + std::string(name) + "_gt.png", box(10, 20));
            write("masks/" + std::string(name) + ".png", box(10 + shift, 20));
        }
    }

    json scores(std::vector<std::string> arguments) const {
        arguments.insert(arguments.begin(), "evaluate");
        arguments.insert(arguments.end(), {"--json", "-"});
        const Ending ending = run(arguments);
        EXPECT_EQ(ending.code, 0) << ending.err;
        return json::parse(ending.out);
    }
};

constexpr double exact = 1e-12;

TEST_F(Evaluate, MaskThatIsTheTruthIsPerfectAndAShiftedOneAsGoodAsWhatIsShared) {
    write_shifted();
    const json report = scores({"set", "--masks", "masks"});
    EXPECT_EQ(report["schema"], "stenometry.evaluation/1");
    ASSERT_EQ(report["each"].size(), 3U);
    for (const auto& [index, name, dice] :
         {std::tuple(0, "1", 1.0), std::tuple(1, "2", 0.8), std::tuple(2, "10", 0.5)}) {
        EXPECT_EQ(report["each"][index]["image"], name);
        EXPECT_NEAR(report["each"][index]["dice"].get<double>(), dice, exact);
    }
    EXPECT_EQ(report["each"][0]["cl_dice"], 1.0);
    EXPECT_EQ(report["each"][0]["hausdorff95_px"], 0.0);
    EXPECT_EQ(report["each"][0]["centerline_recall"], 1.0);
    EXPECT_EQ(report["each"][1]["hausdorff95_px"], 6.0);
    EXPECT_TRUE(report["each"][0]["auc"].is_null());  // a mask is no probability
    const json dice = report["vessels"]["dice"];
    EXPECT_NEAR(dice["mean"].get<double>(), 2.3 / 3.0, exact);
    EXPECT_EQ(dice["images"], 3);
    EXPECT_EQ(dice["least"], 0.5);
    EXPECT_EQ(dice["greatest"], 1.0);
    EXPECT_EQ(report["failed"], 0);
    EXPECT_FALSE(report.contains("analyzed"));
}

TEST_F(Evaluate, ProbabilityHasItsAreaUnderTheCurve) {
    write_shifted();
    folder("p");
    // 300 of 4096 pixels are vessel. All of them get 200, and so do 379 of the 3796 others: they tie.
    Image<std::uint8_t> probability = box(10, 20);
    int ties = 0;
    for (int y = 0; y < side; ++y)
        for (int x = 0; x < side; ++x) probability(x, y) = probability(x, y) != 0 || ties++ < 379 ? 200 : 10;
    for (const char* name : {"1", "2", "10"}) write(std::string("p/") + name + ".png", probability);
    const json report = scores({"set", "--probabilities", "p"});
    EXPECT_NEAR(report["vessels"]["auc"]["mean"].get<double>(), 1.0 - 0.5 * 379.0 / 3796.0, exact);
    // Above 0.5 is vessel: 679 pixels, of which 300 are.
    EXPECT_NEAR(report["vessels"]["dice"]["mean"].get<double>(), 600.0 / 979.0, exact);
}

TEST_F(Evaluate, MasksInAFolderBesideTheImagesAreTheTruth) {
    for (const char* truths : {"masks", "mask_derived"}) {
        const std::string set = std::string("set_") + truths;
        folder(set + "/images");
        folder(set + "/" + truths);
        folder("given");
        write(set + "/images/a.png", flat(100));
        write(set + "/" + truths + "/a.png", box(10, 20));
        write("given/a.png", box(16, 20));
        EXPECT_NEAR(scores({set, "--masks", "given"})["vessels"]["dice"]["mean"].get<double>(), 0.8, exact);
    }
}

json coco(const std::string& category, const json& segmentation) {
    return {
        {"images", {{{"id", 7}, {"file_name", "a.png"}, {"width", side}, {"height", side}}}},
        {"categories", {{{"id", 3}, {"name", category}}}},
        {"annotations", {{{"id", 1}, {"image_id", 7}, {"category_id", 3}, {"segmentation", segmentation}}}}};
}

TEST_F(Evaluate, PolygonsOfCocoAreTheTruth) {
    folder("set/images");
    folder("set/annotations");
    folder("given");
    write("set/images/a.png", flat(100));
    write("given/a.png", box(10, 20));
    // From the outer corner of the first pixel to that of the last: the same 30 x 10 pixels, in two halves.
    const json halves = {{10, 20, 25, 20, 25, 30, 10, 30}, {25, 20, 40, 20, 40, 30, 25, 30}};
    write_text(path("set/annotations/val.json"), coco("LAD", halves).dump());
    EXPECT_EQ(scores({"set", "--masks", "given"})["vessels"]["dice"]["mean"], 1.0);
    // Half of it is half a box: 2 * 150 / (150 + 300).
    write_text(path("set/annotations/val.json"), coco("LAD", json::array({halves[0]})).dump());
    EXPECT_NEAR(scores({"set", "--masks", "given"})["vessels"]["dice"]["mean"].get<double>(), 2.0 / 3.0,
                exact);
}

/// An analysis with one lesion, as far as it is scored.
std::string analysis(double x, double y, double percent, double mld_mm, int schema = 2) {
    json lesion{{"percent_diameter_stenosis", percent},
                {"mld_mm", mld_mm},
                {"mld_ci95_mm", {mld_mm - 0.1, mld_mm + 0.1}},
                {"length_mm", 9.0}};
    lesion[schema == 1 ? "mld_px" : "mld_at_px"] = {x, y};
    lesion[schema == 1 ? "reference_diameter_mm" : "reference_mm"] = 3.0;
    if (schema == 2) lesion["mld_px"] = mld_mm / 0.2;
    return json{{"vessels", {{{"centerline_px", {{10, 25}, {39, 25}}}, {"stenoses", {lesion}}}}}}.dump();
}

TEST_F(Evaluate, LesionsAreLookedForInRegionsThatArePolygonsOrMasks) {
    folder("set/images");
    folder("set/annotations");
    folder("drawn/images");
    folder("drawn/masks");
    folder("a");
    write("set/images/a.png", flat(100));
    write("drawn/images/a.png", flat(100));
    write("drawn/masks/a.png", box(10, 20));
    write_text(path("set/annotations/val.json"), coco("stenosis", {{10, 20, 40, 20, 40, 30, 10, 30}}).dump());
    for (const std::vector<std::string>& set :
         {std::vector<std::string>{"set"}, std::vector<std::string>{"drawn", "--drawn", "lesions"}}) {
        const auto regions = [&](const std::string& text) {
            write_text(path("a/a.json"), text);
            std::vector<std::string> arguments = set;
            arguments.insert(arguments.end(), {"--analyses", "a"});
            return scores(arguments)["regions"];
        };
        const json inside = regions(analysis(20, 25, 60, 1.2));
        EXPECT_EQ(inside["regions"], 1);
        EXPECT_EQ(inside["sensitivity"], 1.0);
        EXPECT_EQ(inside["precision"], 1.0);
        EXPECT_EQ(regions(analysis(20, 50, 60, 1.2))["sensitivity"], 0.0);
        EXPECT_EQ(regions(analysis(20, 50, 60, 1.2))["precision"], 0.0);
        EXPECT_EQ(regions(analysis(20, 25, 40, 1.2))["lesions"], 0);  // less than 50 %
    }
}

std::string truth_of_phantom(double percent) {
    const json lesion{{"mld_mm", 1.2},
                      {"reference_mm", 3.0},
                      {"percent_ds", percent},
                      {"length_mm", 10.0},
                      {"at_px", {20, 25}}};
    return json{
        {"pixel_mm", 0.2}, {"from_px", {12, 25}}, {"to_px", {38, 25}}, {"vessels", {{{"lesions", {lesion}}}}}}
        .dump();
}

TEST_F(Evaluate, LesionsOfAPhantomHaveTheirErrors) {
    folder("set");
    folder("a");
    for (const auto& [name, mld] : {std::pair("a", 1.3), std::pair("b", 1.0)}) {
        write(std::string("set/") + name + ".png", flat(100));
        write(std::string("set/") + name + "_mask.png", box(10, 20));
        write_text(path(std::string("set/") + name + ".json"), truth_of_phantom(60.0));
        write_text(path(std::string("a/") + name + ".json"),
                   analysis(21, 25, 100.0 * (1.0 - mld / 3.0), mld));
    }
    const json report = scores({"set", "--analyses", "a"});
    const json analyzed = report["analyzed"];
    EXPECT_EQ(analyzed["sensitivity"], 1.0);
    EXPECT_EQ(analyzed["f1"], 1.0);
    EXPECT_EQ(analyzed["false_per_image"], 0.0);
    EXPECT_NEAR(analyzed["errors"]["mld_mm"]["bias"].get<double>(), (0.1 - 0.2) / 2.0, exact);
    EXPECT_NEAR(analyzed["errors"]["mld_mm"]["mean_absolute"].get<double>(), 0.15, exact);
    EXPECT_NEAR(analyzed["errors"]["mld_mm"]["worst"].get<double>(), 0.2, exact);
    EXPECT_NEAR(analyzed["errors"]["length_mm"]["bias"].get<double>(), -1.0, exact);
    // The line of the analysis is the middle of the mask but for the half height that thinning takes off its
    // ends.
    EXPECT_EQ(report["centerlines"]["followed_recall"]["mean"], 1.0);
    const json measured = scores({"set", "--analyses", "a", "--task", "measure"})["measured"];
    EXPECT_EQ(measured["found"], 2);
    EXPECT_EQ(measured["mld_ci95_coverage"],
              0.5);  // 1.2 to 1.4 holds 1.2, or does by rounding; 0.9 to 1.1 does not
}

TEST_F(Evaluate, AnalysesOfTheFirstSchemaScoreAsThoseOfTheSecond) {
    folder("set");
    folder("a");
    write("set/a.png", flat(100));
    write_text(path("set/a.json"), truth_of_phantom(60.0));
    const auto scored = [&](int schema) {
        write_text(path("a/a.json"), analysis(21, 25, 55.0, 1.3, schema));
        return scores({"set", "--analyses", "a"})["analyzed"];
    };
    const json analyzed = scored(2);
    EXPECT_EQ(analyzed["found"], 1);
    EXPECT_EQ(analyzed["errors"]["reference_mm"]["bias"], 0.0);
    EXPECT_EQ(scored(1), analyzed);
}

TEST_F(Evaluate, LengthsInMillimetresNeedTheSizeOfAPixelOfEachImage) {
    write_shifted();
    const json each = scores({"set", "--task", "segment", "--spacing", "0.2", "--min-length", "4mm"})["each"];
    EXPECT_TRUE(each[0]["failure"].is_null());
    expect_failure(4, {"evaluate", "set", "--task", "segment", "--min-length", "4mm"}, "--min-length 4mm");
}

TEST_F(Evaluate, FrameOfACineThatATruthIsOfIsTheOnlyOneRead) {
    folder("set");
    folder("masks");
    // The first page is no frame of the second one's cine: who reads both fails.
    const std::vector<cv::Mat> pages{cv::Mat(side / 2, side / 2, CV_8U, 100.0),
                                     cv::Mat(side, side, CV_8U, 100.0)};
    ASSERT_TRUE(cv::imwritemulti(path("set/cine.tif"), pages));
    write("set/cine_mask.png", box(10, 20));
    write("masks/cine.png", box(10, 20));
    const auto scored = [&](int frame) {
        json truth = json::parse(truth_of_phantom(60.0));
        truth["frame"] = frame;
        write_text(path("set/cine.json"), truth.dump());
        return run({"evaluate", "set", "--masks", "masks", "--json", "-"}).code;
    };
    EXPECT_EQ(scored(1), 0);
    EXPECT_EQ(scored(0), 4);  // no image of the set can be scored
}

TEST_F(Evaluate, LesionThatIsMissedAndOneThatIsNoneAreCounted) {
    folder("set");
    folder("a");
    write("set/a.png", flat(100));
    write_text(path("set/a.json"), truth_of_phantom(60.0));
    write_text(path("a/a.json"), analysis(60, 60, 50.0, 1.5));
    const json analyzed = scores({"set", "--analyses", "a"})["analyzed"];
    EXPECT_EQ(analyzed["sensitivity"], 0.0);
    EXPECT_EQ(analyzed["precision"], 0.0);
    EXPECT_EQ(analyzed["f1"], 0.0);
    EXPECT_EQ(analyzed["false_per_image"], 1.0);
    EXPECT_TRUE(analyzed["errors"]["mld_mm"]["bias"].is_null());
    // A true lesion of less than --min-percent is none to find; nothing is left to be sensitive to.
    EXPECT_TRUE(
        scores({"set", "--analyses", "a", "--min-percent", "70"})["analyzed"]["sensitivity"].is_null());
}

TEST_F(Evaluate, WhatCannotBeScoredIsNamedAndCounted) {
    write_shifted();
    write("set/3.png", flat(100));
    write("set/4.png", flat(100));
    write("set/4_gt.png", flat(255, side / 2));
    write("set/5.png", flat(100));
    write("set/5_gt.png", box(10, 20));
    write_text(path("set/6.png"), "Dear colleague,\n");
    write("set/6_gt.png", box(10, 20));
    write("set/7.png", flat(100));
    write("set/7_gt.png", box(10, 20));
    write("masks/7.png", flat(255, side / 2));
    for (const char* name : {"3", "4", "6"}) write(std::string("masks/") + name + ".png", box(10, 20));
    const json report = scores({"set", "--masks", "masks"});
    EXPECT_EQ(report["images"], 8);
    EXPECT_EQ(report["failed"], 5);
    EXPECT_EQ(report["vessels"]["dice"]["images"], 3);
    std::map<std::string, std::string> why;
    for (const json& image : report["each"])
        if (!image["failure"].is_null()) why[image["image"]] = image["failure"];
    EXPECT_THAT(why["3"], HasSubstr("no truth"));
    EXPECT_THAT(why["4"], AllOf(HasSubstr("4_gt.png is 32 x 64"), HasSubstr("64 x 64")));
    EXPECT_THAT(why["5"], HasSubstr("no file 5.* in masks"));
    EXPECT_THAT(why["6"], HasSubstr("6.png"));
    EXPECT_THAT(why["7"], AllOf(HasSubstr("32 x 64"), HasSubstr("64 x 64")));

    const Ending words = run({"evaluate", "set", "--masks", "masks"});
    EXPECT_THAT(words.out,
                AllOf(HasSubstr("3 of 8 images scored"), HasSubstr("5: failed: there is no file")));
    EXPECT_THAT(words.err, HasSubstr("5 of 8 images have no scores"));
}

TEST_F(Evaluate, AnalysisThatIsNoneIsNamed) {
    folder("set");
    folder("a");
    const std::string lines = R"({"vessels": [{"stenoses": [], "centerline_px": )";
    const std::vector<std::pair<std::string, std::string>> analyses{
        {"a_letter", "Dear colleague,\n"},
        {"b_list", "[1, 2]"},
        {"c_lesion", R"({"vessels": [{"centerline_px": [], "stenoses": [{"mld_px": "here"}]}]})"},
        {"d_line", lines + R"([["here", 3]]}]})"},
        {"e_far", lines + R"([[1e300, 3], null, [18, 25], [32, 25]]}]})"}};
    for (const auto& [name, text] : analyses) {
        write("set/" + name + ".png", flat(100));
        write("set/" + name + "_mask.png", box(10, 20));
        write_text(path("set/" + name + ".json"), truth_of_phantom(60.0));
        write_text(path("a/" + name + ".json"), text);
    }
    const json each = scores({"set", "--analyses", "a"})["each"];
    for (const std::size_t i : {0U, 1U})
        EXPECT_THAT(each[i]["failure"].get<std::string>(), HasSubstr("no analysis"));
    for (const std::size_t i : {2U, 3U})
        EXPECT_THAT(each[i]["failure"].get<std::string>(), HasSubstr("schema"));
    // What lies outside of the image is no line in it.
    EXPECT_TRUE(each[4]["failure"].is_null());
    EXPECT_EQ(each[4]["followed_precision"], 1.0);
}

TEST_F(Evaluate, MaskWithoutVesselSharesNothingAndTruthWithoutVesselHasNoScore) {
    folder("set");
    folder("masks");
    for (const char* name : {"empty_mask", "empty_truth", "both_empty"}) {
        write(std::string("set/") + name + ".png", flat(100));
        write(std::string("set/") + name + "_gt.png",
              name == std::string("empty_mask") ? box(10, 20) : flat(0));
        write(std::string("masks/") + name + ".png",
              name == std::string("empty_truth") ? box(10, 20) : flat(0));
    }
    const json each = scores({"set", "--masks", "masks"})["each"];
    for (const json& image : each) {
        EXPECT_TRUE(image["failure"].is_null());
        const bool both = image["image"] == "both_empty";
        EXPECT_EQ(image["dice"], both ? json(nullptr) : json(0.0)) << image;
        EXPECT_TRUE(image["hausdorff95_px"].is_null());
    }
}

/// Rendered angiograms, as the verb `phantom` writes them.
class EvaluateRendered : public Evaluate {
  protected:
    void SetUp() override {
        Evaluate::SetUp();
        folder("set");
        for (const char* percent : {"50", "70"}) {
            const std::string name = std::string("set/p") + percent;
            ASSERT_EQ(run({"phantom", name + ".png", "--truth", name + ".json", "--mask", name + "_mask.png",
                           "--kind", "tube", "--percent-diameter", percent})
                          .code,
                      0);
        }
    }
};

TEST_F(EvaluateRendered, EverythingThatTheTruthAllowsIsScored) {
    const json report = scores({"set"});
    EXPECT_EQ(report["failed"], 0);
    EXPECT_GT(report["vessels"]["dice"]["mean"].get<double>(),
              0.85);  // one straight vessel with little behind it
    EXPECT_GT(report["vessels"]["auc"]["mean"].get<double>(), 0.99);
    EXPECT_EQ(report["analyzed"]["sensitivity"], 1.0);
    EXPECT_EQ(report["analyzed"]["precision"], 1.0);
    EXPECT_EQ(report["measured"]["found"], 2);
    // mm, three standard errors of one noisy frame, as where the program measures what it rendered
    EXPECT_LT(report["measured"]["errors"]["mld_mm"]["worst"].get<double>(), 0.25);
}

TEST_F(EvaluateRendered, SameBytesWithAnyNumberOfThreads) {
    const auto outputs = [&](const std::string& threads) {
        const Ending ending =
            run({"evaluate", "set", "--each", "--threads", threads, "--json", "s.json", "--csv", "s.csv"});
        EXPECT_EQ(ending.code, 0) << ending.err;
        return ending.out + contents(path("s.json")) + contents(path("s.csv"));
    };
    EXPECT_EQ(outputs("1"), outputs("2"));
}

TEST_F(EvaluateRendered, OwnResultsThroughFilesHaveTheSameScores) {
    folder("m");
    folder("p");
    folder("a");
    for (const std::string name : {"p50", "p70"}) {
        ASSERT_EQ(run({"segment", "set/" + name + ".png", "--spacing", "0.2", "--mask", "m/" + name + ".png",
                       "--probability", "p/" + name + ".png"})
                      .code,
                  0);
        ASSERT_EQ(
            run({"analyze", "set/" + name + ".png", "--spacing", "0.2", "--json", "a/" + name + ".json"})
                .code,
            0);
    }
    const json own = scores({"set"});
    EXPECT_EQ(scores({"set", "--masks", "m", "--probabilities", "p"})["vessels"], own["vessels"]);
    const json analyzed = scores({"set", "--analyses", "a"});
    for (const char* count : {"images", "lesions", "found", "false"})
        EXPECT_EQ(analyzed["analyzed"][count], own["analyzed"][count]);
    for (const auto& [error, scored] : own["analyzed"]["errors"].items())
        EXPECT_NEAR(scored["bias"].get<double>(), analyzed["analyzed"]["errors"][error]["bias"].get<double>(),
                    error == "percent_diameter" ? 0.005 : 0.00005)  // half of the last digit that is written
            << error;
    EXPECT_EQ(analyzed["centerlines"], own["centerlines"]);
}

TEST_F(EvaluateRendered, WritesARowForEachImage) {
    const Ending ending = run({"evaluate", "set", "--task", "segment", "--csv", "-"});
    ASSERT_EQ(ending.code, 0) << ending.err;
    EXPECT_THAT(ending.out, testing::StartsWith("image,dice,cl_dice,auc,"));
    EXPECT_EQ(std::count(ending.out.begin(), ending.out.end(), '\n'), 3);
    EXPECT_THAT(ending.err, IsEmpty());  // nothing of the progress, where there is no terminal
}

TEST_F(Evaluate, WhatIsNoDataSetIsNamed) {
    expect_failure(3, {"evaluate", "absent"}, "absent");
    folder("empty");
    expect_failure(3, {"evaluate", "empty"}, "empty: it holds no images");
    folder("set/images");
    expect_failure(3, {"evaluate", "set"}, "neither annotations/ nor masks/");
    folder("set/annotations");
    expect_failure(3, {"evaluate", "set"}, "0 JSON files");
    for (const char* text : {"", "Dear colleague,\n", R"({"images": [)"}) {
        write_text(path("set/annotations/val.json"), text);
        expect_failure(3, {"evaluate", "set"}, "cannot read set/annotations/val.json: it is not JSON");
    }
    const json run_lengths{{"counts", {100, 30, 3966}}, {"size", {side, side}}},
        numbers{10, 20, 25, 20, 25, 30};
    const auto without = [](json annotations, const char* list, const char* key) {
        annotations[list][0].erase(key);
        return annotations;
    };
    const auto with = [](json annotations, const char* key, const json& value) {
        annotations["annotations"][0][key] = value;
        return annotations;
    };
    const json good = coco("LAD", {{10, 20, 25, 20, 25, 30}});
    const std::vector<std::pair<json, std::string>> faults{
        {json{{"images", 3}}, "\"images\" is no list"},
        {json{{"images", json::array()}}, "it has no \"categories\""},
        {coco("LAD", run_lengths), "the segmentation of annotations[0] is run lengths"},
        {coco("LAD", numbers), "a polygon of annotations[0] has fewer than three corners"},
        {coco("LAD", {{10, 20, 25, 20, 25, 30, 7}}), "a polygon of annotations[0] has an odd count"},
        {coco("LAD", {{10, 20, 25, 20, 25, "x"}}),
         "a polygon of annotations[0] has a corner that is no number"},
        {without(good, "images", "width"), "images[0] has no \"width\""},
        {without(good, "annotations", "segmentation"), "annotations[0] has no \"segmentation\""},
        {with(good, "category_id", "LAD"), "\"category_id\" of annotations[0] is of the wrong kind"},
        {with(good, "category_id", 99), "\"category_id\" of annotations[0] is 99, which is none of"},
        {with(good, "image_id", 98), "\"image_id\" of annotations[0] is 98"}};
    for (const auto& [annotations, fault] : faults) {
        write_text(path("set/annotations/val.json"), annotations.dump());
        expect_failure(3, {"evaluate", "set"}, "val.json: it is not COCO with polygons: " + fault);
    }
}

TEST_F(Evaluate, WithoutASingleScoreThereIsNothingMeasured) {
    folder("set");
    write("set/a.png", flat(100));
    expect_failure(4, {"evaluate", "set"}, "a: there is no truth beside it");
    write_shifted();
    expect_failure(4, {"evaluate", "set", "--task", "measure"}, "its truth is not what was asked for");
}

TEST_F(Evaluate, WrongCommandLinesAreNamed) {
    write_shifted();
    expect_failure(2, {"evaluate"}, "FOLDER");
    expect_failure(2, {"evaluate", "set", "--task", "guess"}, "--task");
    expect_failure(2, {"evaluate", "set", "--drawn", "spines"}, "--drawn");
    expect_failure(2, {"evaluate", "set", "--tolerance", "-1"}, "--tolerance");
    expect_failure(2, {"evaluate", "set", "--json", "-", "--csv", "-"}, "--csv");
    expect_failure(2, {"evaluate", "set", "--masks", "masks", "--task", "measure"}, "--masks");
    expect_failure(2, {"evaluate", "set", "--analyses", "masks", "--task", "segment"}, "--analyses");
    expect_failure(3, {"evaluate", "set", "--masks", "absent"}, "absent");
    expect_failure(5, {"evaluate", "set", "--masks", "masks", "--json", "absent/s.json"}, "absent");
}

TEST_F(Evaluate, OptionsThatChangeNoScoreAreRefused) {
    write_shifted();
    folder("a");
    for (const char* option : {"--spacing", "--vesselness", "--low-probability", "--max-lumen",
                               "--min-stenosis", "--min-percent"}) {
        const std::string value = option == std::string("--vesselness")  ? "sato"
                                  : option == std::string("--max-lumen") ? "0.5mm"
                                                                         : "0.5";
        expect_failure(2, {"evaluate", "set", "--masks", "masks", option, value},
                       std::string(option) + " has no effect");
    }
    expect_failure(2, {"evaluate", "set", "--probabilities", "masks", "--keep-catheter"}, "--keep-catheter");
    expect_failure(2, {"evaluate", "set", "--analyses", "a", "--spacing", "0.2"}, "--spacing");
    expect_failure(2, {"evaluate", "set", "--task", "segment", "--max-lumen", "5px"}, "--max-lumen");
    // Masks are somebody's, but vessels are found and measured here.
    EXPECT_EQ(run({"evaluate", "set", "--masks", "masks", "--task", "segment", "--task", "analyze",
                   "--max-lumen", "5px", "--min-percent", "50", "--tolerance", "2"})
                  .code,
              0);
}

TEST_F(Evaluate, WhereScoresGoIsCheckedBeforeAnythingIsScored) {
    folder("set");
    write("set/a.png", flat(100));
    expect_failure(4, {"evaluate", "set"}, "there is no truth");
    expect_failure(5, {"evaluate", "set", "--json", "absent/s.json"}, "there is no directory absent");
    expect_failure(5, {"evaluate", "set", "--csv", "set"}, "set: it is a directory");
    expect_failure(2, {"evaluate", "set", "--csv", "set/a.png"}, "is an input");
    expect_failure(2, {"evaluate", "set", "--json", "s.out", "--csv", "s.out"},
                   "s.out would be written twice");
}

TEST_F(Evaluate, WhatIsScoredIsNotWrittenOver) {
    write_shifted();
    const std::vector<std::string> folders{"set", "masks"};
    for (const std::string& name : folders)
        for (const auto& file : std::filesystem::recursive_directory_iterator(path(name))) {
            if (!file.is_regular_file()) continue;
            const std::string before = contents(file.path());
            expect_failure(2, {"evaluate", "set", "--masks", "masks", "--csv", file.path().string()},
                           "is an input");
            EXPECT_EQ(contents(file.path()), before);
        }
    // But over the scores of an earlier run.
    for (int k = 0; k < 2; ++k)
        EXPECT_EQ(run({"evaluate", "set", "--masks", "masks", "--json", "set/scores.json"}).code, 0);
}

}  // namespace
}  // namespace stenometry

#endif
