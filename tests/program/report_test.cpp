// Runs the program itself, as a script would. Without it in the build there is nothing to run.
#ifdef STENOMETRY_PROGRAM

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>
#include <regex>

#include "archive/ledger.h"
#include "stenometry/io/image.h"
#include "stenometry/pipeline.h"
#include "stenometry/report.h"
#include "support/analysis_example.h"
#include "support/html.h"
#include "support/running_program.h"

namespace stenometry {
namespace {

using test::contents;
using test::Ending;
using test::fault_of_nesting;
using test::Program;
using test::text_of_element;
using test::write_text;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

/// What a report needs: analyses and pictures, of which nothing has to be measured.
class ReportPage : public Program {
  protected:
    /// An analysis of frame `frame` of `input`, in the file `json`.
    void write_analysis(const std::string& json, const std::string& input, int frame = 0) const {
        write_text(path(json), analysis_of(input, frame));
    }

    static std::string analysis_of(const std::string& input, int frame = 0) {
        return to_json(testing_examples::example_analysis(),
                       {.path = input, .frame = frame, .frames = 9, .width = 128, .height = 64});
    }

    /// A picture of the size that the analyses say.
    void write_picture(const std::string& name, int width = 128) const {
        io::write_png(path(name), Image<std::uint8_t>(width, 64, 90));
    }

    std::string page(const std::string& name = "page.html") const { return contents(path(name)); }

    nlohmann::json data(const std::string& name = "page.html") const {
        return nlohmann::json::parse(text_of_element(page(name), "data"));
    }

    void expect_report(const std::vector<std::string>& arguments) const {
        const Ending ending = run(arguments);
        EXPECT_EQ(ending.code, 0) << ending.err;
        EXPECT_THAT(ending.out, IsEmpty());
    }
};

TEST_F(ReportPage, ShowsVesselsOverTheirPicture) {
    write_analysis("a.json", "a.png");
    write_picture("a.png");
    expect_report({"report", "a.json", "--out", "page.html"});
    const nlohmann::json frame = data()["frames"].at(0);
    EXPECT_THAT(frame["picture"].get<std::string>(), StartsWith("data:image/jpeg;base64,/9j/"));
    const nlohmann::json analysis = nlohmann::json::parse(analysis_of("a.png"));
    ASSERT_EQ(frame["vessels"].size(), analysis["vessels"].size());
    const nlohmann::json &drawn = frame["vessels"][0], &measured = analysis["vessels"][0];
    for (const char* name : {"centerline_px", "left_wall_px", "right_wall_px"})
        EXPECT_EQ(drawn[name].size(), measured[name].size()) << name;
    EXPECT_EQ(drawn["diameter"].size(), measured["diameter_mm"].size());
    EXPECT_EQ(drawn["stenoses"].at(0)["percent_diameter_stenosis_ci95"],
              measured["stenoses"].at(0)["percent_diameter_stenosis_ci95"]);
}

TEST_F(ReportPage, IsWellFormed) {
    write_analysis("a.json", "a.png");
    write_analysis("b.json", "b.png");
    expect_report({"report", "a.json", "--out", "page.html"});
    expect_report({"report", "a.json", "b.json", "--out", "index.html"});
    EXPECT_EQ(fault_of_nesting(page()), "");
    EXPECT_EQ(fault_of_nesting(page("index.html")), "");
    EXPECT_EQ(fault_of_nesting(page("index_pages/1-a.html")), "");
}

TEST_F(ReportPage, RefersToNothingElsewhere) {
    write_analysis("a.json", "a.png");
    write_picture("a.png");
    expect_report({"report", "a.json", "--out", "page.html"});
    std::string text = page();
    const std::string name_of_svg = "http://www.w3.org/2000/svg";  // a name, which nothing is loaded from
    while (text.find(name_of_svg) != std::string::npos)
        text.erase(text.find(name_of_svg), name_of_svg.size());
    for (const char* reference : {"http:", "https:", "src=", "@import", "url(", "<link", "fetch(", "eval("})
        EXPECT_THAT(text, Not(HasSubstr(reference)));
    EXPECT_THAT(text, HasSubstr("default-src 'none'"));
    EXPECT_THAT(text, Not(HasSubstr("unsafe")));
}

TEST_F(ReportPage, KeepsHostileTextAsText) {
    // Names of files that would be markup, were they not escaped; a folder's slash closes the element.
    const std::string name = "<img src=x onerror=alert(1)>&amp;\xE2\x80\xA8<!--.png";
    for (const std::string& hostile :
         {name, "a<" + std::string("/script><script>alert(1)<") + "/script>.png"}) {
        write_analysis("a.json", hostile);
        expect_report({"report", "a.json", "--out", "page.html"});
        EXPECT_EQ(data()["path"], hostile);
        EXPECT_EQ(fault_of_nesting(page()), "");
        for (const char* markup : {"<img", "<script>alert", "<!--", "\xE2\x80\xA8"})
            EXPECT_THAT(page(), Not(HasSubstr(markup))) << hostile;
    }
}

TEST_F(ReportPage, RefusesBytesThatAreNoText) {
    nlohmann::json analysis = nlohmann::json::parse(analysis_of("a.png"));
    std::string text = analysis.dump();
    text.replace(text.find("a.png"), 1, "\xFF");
    write_text(path("a.json"), text);
    expect_failure(3, {"report", "a.json", "--out", "page.html"}, "a.json");
}

TEST_F(ReportPage, FindsThePictureBesideTheAnalysis) {
    std::filesystem::create_directory(path("folder"));
    write_analysis("folder/a.json", "elsewhere/a.png");
    write_picture("folder/a.png");
    expect_report({"report", "folder/a.json", "--out", "page.html"});
    EXPECT_TRUE(data()["frames"][0]["picture"].is_string());
}

TEST_F(ReportPage, TakesThePictureThatIsNamed) {
    write_analysis("a.json", "a.png");
    write_picture("moved.png");
    expect_report({"report", "a.json", "--image", "moved.png", "--out", "page.html"});
    EXPECT_TRUE(data()["frames"][0]["picture"].is_string());
}

TEST_F(ReportPage, IsNotMadeWithoutThePictureThatIsNamed) {
    write_analysis("a.json", "a.png");
    write_picture("other.png", 129);
    expect_failure(3, {"report", "a.json", "--image", "absent.png", "--out", "page.html"}, "absent.png");
    expect_failure(3, {"report", "a.json", "--image", "other.png", "--out", "page.html"}, "129 x 64");
    expect_failure(2, {"report", "a.json", "--out", "-"}, "--out -");
}

TEST_F(ReportPage, SaysWhereThereIsNoPicture) {
    write_analysis("a.json", "a.png");
    const Ending ending = run({"report", "a.json", "--out", "page.html"});
    EXPECT_EQ(ending.code, 0);
    EXPECT_THAT(ending.err, HasSubstr("a.png was not found"));
    EXPECT_TRUE(data()["frames"][0]["picture"].is_null());
    EXPECT_THAT(data()["frames"][0]["picture_missing"].get<std::string>(), HasSubstr("a.png was not found"));
}

TEST_F(ReportPage, DrawsOverNoOtherPicture) {
    write_analysis("a.json", "a.png");
    write_picture("a.png", 129);
    run({"report", "a.json", "--out", "page.html"});
    EXPECT_TRUE(data()["frames"][0]["picture"].is_null());
    EXPECT_THAT(data()["frames"][0]["picture_missing"].get<std::string>(), HasSubstr("129 x 64"));
}

TEST_F(ReportPage, MakesOnePageOfTheFramesOfACine) {
    write_analysis("late.json", "cine.dcm", 7);
    write_analysis("early.json", "cine.dcm", 2);
    run({"report", "late.json", "early.json", "--out", "page.html"});
    const nlohmann::json frames = data()["frames"];
    ASSERT_EQ(frames.size(), 2U);
    EXPECT_EQ(frames[0]["frame"], 2);
    EXPECT_EQ(frames[1]["frame"], 7);
}

TEST_F(ReportPage, FollowsALesionThroughTheFramesOfACine) {
    for (const int frame : {2, 3, 5})
        write_analysis("frame" + std::to_string(frame) + ".json", "cine.dcm", frame);
    run({"report", "frame2.json", "frame3.json", "frame5.json", "--out", "page.html"});
    const nlohmann::json lesions = data()["cine_lesions"];
    ASSERT_EQ(lesions.size(), 1U);
    EXPECT_EQ(lesions[0]["lesion_frames"], 3);
    EXPECT_EQ(lesions[0]["sightings"].at(2)["frame"], 5);
    // The median of three equal frames, in whose interval what they share remains.
    EXPECT_NEAR(lesions[0]["percent_diameter_stenosis"].get<double>(), 50.0, 0.01);
    EXPECT_LT(lesions[0]["percent_diameter_stenosis_ci95"].at(0).get<double>(), 50.0);
    EXPECT_EQ(data()["main_cine_lesion"], 0);
}

TEST_F(ReportPage, RefusesALesionBeyondItsVessel) {
    nlohmann::json analysis = nlohmann::json::parse(analysis_of("a.png"));
    analysis["vessels"][0]["stenoses"][0]["mld_index"] = 100000;
    write_text(path("a.json"), analysis.dump());
    expect_failure(3, {"report", "a.json", "--out", "page.html"}, "it does not follow the schema");
}

TEST_F(ReportPage, HasAnIndexOfSeveralInputsAndAWayThroughThem) {
    for (const char* name : {"a", "b", "c"})
        write_analysis(name + std::string(".json"), name + std::string(".png"));
    expect_report({"report", "a.json", "b.json", "c.json", "--out", "out"});
    const nlohmann::json inputs = data("out/index.html")["inputs"];
    ASSERT_EQ(inputs.size(), 3U);
    EXPECT_EQ(inputs[1]["href"], "index_pages/2-b.html");
    EXPECT_EQ(inputs[1]["status"], "done");
    const nlohmann::json way = data("out/index_pages/2-b.html")["navigation"];
    EXPECT_EQ(way["index"], "../index.html");
    EXPECT_EQ(way["previous"]["href"], "1-a.html");
    EXPECT_EQ(way["next"]["href"], "3-c.html");
    EXPECT_TRUE(data("out/index_pages/1-a.html")["navigation"]["previous"].is_null());
}

TEST_F(ReportPage, AccountsForEveryInputOfALedger) {
    using namespace program;
    {
        Ledger ledger = Ledger::open(path("ledger.sqlite"));
        const std::string picture = io::to_jpeg(Image<std::uint8_t>(128, 64, 90));
        ledger.write(
            {.key = {"b/good.dcm"},
             .frames = {{.frame = 3, .analysis = analysis_of("b/good.dcm", 3), .picture = picture}}});
        ledger.write({.key = {"a/bad.dcm"}, .status = Outcome::failed, .reason = "it is cut short"});
    }
    expect_report({"report", "ledger.sqlite", "--out", "report.html"});
    const nlohmann::json inputs = data("report.html")["inputs"];
    ASSERT_EQ(inputs.size(), 2U);
    EXPECT_EQ(inputs[0]["path"], "a/bad.dcm");
    EXPECT_EQ(inputs[0]["status"], "failed");
    EXPECT_EQ(inputs[0]["reason"], "it is cut short");
    EXPECT_THAT(inputs[1]["thumbnail"].get<std::string>(), StartsWith("data:image/jpeg;base64,"));
    EXPECT_TRUE(data("report_pages/1-bad.html")["frames"].empty());
    EXPECT_EQ(data("report_pages/2-good.html")["frames"].size(), 1U);
}

TEST_F(ReportPage, NamesALedgerWhoseAnalysisIsDamaged) {
    using namespace program;
    const FrameEntry cut{.analysis = std::string("{\"schema\":")};
    Ledger::open(path("ledger.sqlite")).write({.key = {"a.dcm"}, .frames = {cut}});
    expect_failure(3, {"report", "ledger.sqlite", "--out", "page.html"}, "an analysis in it is damaged");
}

TEST_F(ReportPage, NamesWhatIsNoAnalysis) {
    write_text(path("cut"), "{\"schema\": ");
    write_text(path("other"), "{}");
    write_text(path("old"), R"({"schema": "stenometry.analysis/1"})");
    write_text(path("hollow"), R"({"schema": "stenometry.analysis/2", "input": {}})");
    const auto expect_unreadable = [this](const std::string& json, const std::string& cause) {
        expect_failure(3, {"report", json, "--out", "page.html"}, "cannot read " + json + ": " + cause);
    };
    expect_unreadable("cut", "it is no JSON");
    expect_unreadable("other", "it is no analysis");
    expect_unreadable("old", "it follows the schema stenometry.analysis/1");
    expect_unreadable("hollow", "it does not follow the schema stenometry.analysis/2");
    expect_unreadable("absent", "");
    EXPECT_EQ(files(), (std::vector<std::string>{"cut", "hollow", "old", "other"}));
}

TEST_F(ReportPage, LeavesNothingBehindThatCannotBeWritten) {
    write_analysis("a.json", "a.png");
    write_text(path("file"), "");
    expect_failure(5, {"report", "a.json", "--out", "file/page.html"}, "file");
    EXPECT_THAT(files(), ElementsAre("a.json", "file"));
}

TEST_F(ReportPage, AsksForOneInputWhereAPictureIsNamed) {
    write_analysis("a.json", "a.png");
    write_analysis("b.json", "b.png");
    expect_failure(2, {"report", "a.json", "b.json", "--image", "a.png", "--out", "page.html"}, "--image");
}

}  // namespace
}  // namespace stenometry

#endif  // STENOMETRY_PROGRAM
