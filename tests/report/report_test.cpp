#include "stenometry/report.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>
#include <utility>

#include "stenometry/learned_evidence.h"
#include "stenometry/version.h"
#include "support/analysis_example.h"
#include "support/json_schema.h"

namespace stenometry {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using testing_examples::example_analysis;
using testing_examples::example_vessel;

const ReportInput example_input{.path = "a.png", .frame = 3, .frames = 24, .width = 120, .height = 90};

/// Whatever a test makes follows the schema that is installed.
json parsed(const Analysis& analysis, const ReportInput& input = example_input) {
    const std::string text = to_json(analysis, input);
    EXPECT_EQ(test::faults_of_json(text), "");
    return json::parse(text);
}

json first_stenosis(const Analysis& analysis) { return parsed(analysis)["vessels"][0]["stenoses"][0]; }

/// What a schema cannot say: the arrays of one vessel have one length, or are null.
void expect_one_length(const json& vessel) {
    const std::size_t count = vessel["centerline_px"].size();
    for (const auto& [key, value] : vessel.items()) {
        const bool one_each =
            value.is_array() && key != "stenoses" && key != "ectasias" && key != "bifurcations";
        EXPECT_TRUE(!one_each || value.size() == count) << key;
    }
}

void set_calibration(Analysis& analysis, const Calibration& calibration) {
    analysis.calibration = calibration;
    for (Vessel& vessel : analysis.vessels)
        for (Stenosis& stenosis : vessel.stenoses) stenosis.calibration = calibration;
}

TEST(Report, FollowsTheSchema) {
    for (const double mm_per_px : {0.25, 0.0})
        expect_one_length(parsed(example_analysis(mm_per_px))["vessels"][0]);
    EXPECT_EQ(parsed(Analysis{})["schema"], "stenometry.analysis/2");
    EXPECT_EQ(parsed(Analysis{})["software"]["version"], version());
    EXPECT_EQ(parsed(Analysis{})["software"]["network"]["sha256"], learned_network().digest);
}

TEST(Report, SchemaRefusesWhatItDoesNotName) {
    json report = parsed(example_analysis());
    report["vessels"][0]["stenoses"][0]["mld_diameter_px"] = 6.0;  // of schema 1
    EXPECT_THAT(test::faults_of_json(report.dump()), HasSubstr("mld_diameter_px"));
    report = parsed(example_analysis());
    report["vessels"][0]["stenoses"][0].erase("mld_at_px");
    EXPECT_THAT(test::faults_of_json(report.dump()), HasSubstr("mld_at_px"));
    report = parsed(example_analysis());
    report["vessels"][0]["stenoses"][0]["mld_px"] = {60.0, 40.0};  // a place where a length stands
    EXPECT_NE(test::faults_of_json(report.dump()), "");
}

TEST(Report, CalibrationFollowsItsSchema) {
    EXPECT_EQ(test::faults_of_json(to_json(Calibration::from_user(0.25, 0.01), example_input)), "");
    EXPECT_EQ(test::faults_of_json(to_json(Calibration{}, example_input)), "");
}

TEST(Report, GivesLengthsInMillimetresAndPixels) {
    const json s = first_stenosis(example_analysis(0.25));
    EXPECT_EQ(s["mld_mm"], 1.5);
    EXPECT_EQ(s["mld_px"], 6.0);
    EXPECT_EQ(s["reference_mm"], 3.0);
    EXPECT_EQ(s["length_mm"], 7.0);
    EXPECT_EQ(s["mld_at_px"], json({60.0, 40.0}));
    const json vessel = parsed(example_analysis(0.25))["vessels"][0];
    EXPECT_EQ(vessel["arc_length_mm"].back(), 25.0);
    EXPECT_EQ(vessel["diameter_mm"][0], 3.0);
    EXPECT_EQ(vessel["diameter_sd_mm"][0], 0.05);
}

TEST(Report, HasNoMillimetresWithoutCalibration) {
    const json report = parsed(example_analysis(0.0));
    const json vessel = report["vessels"][0];
    for (const char* key : {"arc_length_mm", "diameter_mm", "diameter_sd_mm", "reference_mm"})
        EXPECT_TRUE(vessel[key].is_null()) << key;
    for (const char* key : {"mld_mm", "mld_ci95_mm", "reference_mm", "reference_ci95_mm", "length_mm"})
        EXPECT_TRUE(vessel["stenoses"][0][key].is_null()) << key;
    EXPECT_EQ(vessel["diameter_px"][0], 12.0);
    EXPECT_EQ(vessel["stenoses"][0]["percent_diameter_stenosis"], 50.0);
    EXPECT_EQ(report["calibration"]["source"], "none");
}

TEST(Report, IntervalOfALesionIsTwoStandardErrorsWide) {
    const json s = first_stenosis(example_analysis(0.25));
    // 1.96 * 0.3 px * 0.25 mm/px = 0.147 mm, rounded to 0.0001 mm
    EXPECT_EQ(s["mld_ci95_mm"], json({1.353, 1.647}));
    EXPECT_EQ(s["percent_diameter_stenosis_ci95"], json({40.2, 59.8}));
}

TEST(Report, IntervalsEndWhereNumbersCannotBe) {
    Analysis analysis = example_analysis();
    Stenosis& stenosis = analysis.vessels[0].stenoses[0];
    stenosis.mld_sd_px = 5.0, stenosis.percent_diameter_stenosis_sd = 45.0;
    const json s = parsed(analysis)["vessels"][0]["stenoses"][0];
    EXPECT_EQ(s["mld_ci95_px"], json({0.0, 15.8}));
    EXPECT_EQ(s["percent_diameter_stenosis_ci95"], json({-38.2, 100.0}));
}

TEST(Report, DiameterOfLessThanItsErrorIsNull) {
    Analysis analysis = example_analysis();
    analysis.vessels[0].diameter.diameter_px[100] = 0.04;
    const json vessel = parsed(analysis)["vessels"][0];
    EXPECT_TRUE(vessel["diameter_px"][100].is_null());
    EXPECT_TRUE(vessel["diameter_mm"][100].is_null());
    EXPECT_TRUE(vessel["diameter_px"][99].is_number());
}

TEST(Report, UncertaintyOfTheCalibrationWidensTheIntervalInMillimetresOnly) {
    Analysis analysis = example_analysis(0.25);
    set_calibration(analysis, Calibration::from_user(0.25, 0.01));  // 4 %
    const json s = first_stenosis(analysis);
    // hypot(0.075 mm, 0.04 * 1.5 mm) = 0.09605 mm, times 1.96
    EXPECT_EQ(s["mld_ci95_mm"], json({1.3118, 1.6882}));
    EXPECT_EQ(s["mld_ci95_px"], json({5.412, 6.588}));
    EXPECT_EQ(s["percent_diameter_stenosis_ci95"], json({40.2, 59.8}));
}

TEST(Report, ProbabilityOfThePercentageItselfIsOneHalf) {
    Analysis analysis = example_analysis();
    const json s = first_stenosis(analysis);
    EXPECT_EQ(s["probability_at_least_50"], 0.5);
    EXPECT_EQ(s["probability_at_least_70"], 0.0);  // four standard errors away: 3e-5
    analysis.vessels[0].stenoses[0].percent_diameter_stenosis = 75.0;
    // one standard error above 70
    EXPECT_EQ(first_stenosis(analysis)["probability_at_least_70"], 0.8413);
}

Analysis with_geometry(double mm_per_px) {
    Analysis analysis = example_analysis(mm_per_px);
    analysis.vessels[0].stenoses[0].geometry = {.mld_position_px = 50.0,
                                                .proximal_border_px = 36.0,
                                                .proximal_border_sd_px = 1.2,
                                                .plaque_area_px2 = 80.0,
                                                .plaque_left_px = 4.0,
                                                .plaque_right_px = 2.0,
                                                .plaque_sd_px = 0.8,
                                                .symmetry = 0.5,
                                                .inflow_angle_deg = 8.53,
                                                .minimal_area_densitometric_px2 = 24.0,
                                                .percent_area_stenosis_densitometric = 78.125,
                                                .overlap = false};
    analysis.vessels[0].statistics = {.length_px = 100.0, .mean_diameter_px = 10.0, .max_diameter_px = 12.0};
    analysis.vessels[0].diameter.area_px2.assign(201, 32.0);
    return analysis;
}

TEST(Report, GivesTheShapeOfALesionInSquareMillimetresAndPixels) {
    const json report = parsed(with_geometry(0.25)), s = report["vessels"][0]["stenoses"][0];
    EXPECT_EQ(s["percent_area_stenosis_densitometric"], 78.13);
    EXPECT_EQ(s["proximal_border_mm"], 9.0);
    EXPECT_EQ(s["proximal_border_sd_mm"], 0.3);
    EXPECT_TRUE(s["distal_border_mm"].is_null());
    EXPECT_EQ(s["plaque_area_mm2"], 5.0);  // 80 px2 of 0.0625 mm2
    EXPECT_EQ(s["plaque_left_mm"], 1.0);
    EXPECT_EQ(s["plaque_sd_mm"], 0.2);
    EXPECT_EQ(s["symmetry"], 0.5);
    EXPECT_EQ(s["inflow_angle_deg"], 8.53);
    EXPECT_TRUE(s["outflow_angle_deg"].is_null());
    EXPECT_EQ(s["minimal_area_densitometric_mm2"], 1.5);
    EXPECT_EQ(s["overlap"], false);
    EXPECT_EQ(report["vessels"][0]["densitometric_area_mm2"][7], 2.0);
    EXPECT_EQ(report["vessels"][0]["statistics"]["max_diameter_mm"], 3.0);
    EXPECT_TRUE(report["vessels"][0]["statistics"]["min_diameter_mm"].is_null());
}

TEST(Report, ShapeOfALesionIsInPixelsOnlyWithoutCalibration) {
    const json vessel = parsed(with_geometry(0.0))["vessels"][0], s = vessel["stenoses"][0];
    for (const char* key : {"mld_position_mm", "proximal_border_mm", "proximal_border_sd_mm",
                            "plaque_area_mm2", "plaque_left_mm", "minimal_area_densitometric_mm2"})
        EXPECT_TRUE(s[key].is_null()) << key;
    EXPECT_TRUE(vessel["densitometric_area_mm2"].is_null());
    EXPECT_TRUE(vessel["statistics"]["length_mm"].is_null());
    EXPECT_EQ(s["plaque_area_px2"], 80.0);
    EXPECT_EQ(s["symmetry"], 0.5);
    EXPECT_EQ(vessel["statistics"]["length_px"], 100.0);
}

TEST(Report, OverlapThatNobodyLookedForIsNull) {
    EXPECT_TRUE(first_stenosis(example_analysis())["overlap"].is_null());
}

TEST(Report, BifurcationsSayWhatTheLawExpects) {
    Analysis analysis = example_analysis(0.25);
    analysis.vessels[0].bifurcations.push_back({.index = 20,
                                                .at_px = {20.0, 40.0},
                                                .side_vessel = 1,
                                                .proximal_diameter_px = 16.0,
                                                .distal_diameter_px = 12.0,
                                                .law_diameter_px = 14.0,
                                                .deviation_percent = 14.286});
    const json b = parsed(analysis)["vessels"][0]["bifurcations"][0];
    EXPECT_EQ(b["proximal_diameter_mm"], 4.0);
    EXPECT_EQ(b["law_diameter_mm"], 3.5);
    EXPECT_TRUE(b["side_diameter_mm"].is_null());
    EXPECT_EQ(b["deviation_percent"], 14.29);
    EXPECT_EQ(b["at_px"], json({20.0, 40.0}));
}

TEST(Report, WhatWasNotMeasuredIsNull) {
    Analysis analysis = example_analysis();
    Vessel& vessel = analysis.vessels[0];
    vessel.diameter.diameter_px[5] = std::numeric_limits<double>::quiet_NaN();
    vessel.contour.left_px[5] = no_point;
    Stenosis& occluded = vessel.stenoses[0];
    occluded = {.mld_at_px = {60, 40},
                .proximal_at_px = {46, 40},
                .distal_at_px = {74, 40},
                .total_occlusion = true,
                .reason = Unmeasurable::total_occlusion};
    const json report = parsed(analysis);
    EXPECT_TRUE(report["vessels"][0]["diameter_mm"][5].is_null());
    EXPECT_TRUE(report["vessels"][0]["left_wall_px"][5].is_null());
    const json s = report["vessels"][0]["stenoses"][0];
    for (const char* key : {"mld_mm", "percent_diameter_stenosis", "mld_ci95_mm", "probability_at_least_50"})
        EXPECT_TRUE(s[key].is_null()) << key;
    EXPECT_EQ(s["total_occlusion"], true);
    EXPECT_EQ(s["reason"], "total_occlusion");
}

TEST(Report, ProfileThatDoesNotExistIsNullAsAWhole) {
    Analysis analysis = example_analysis();
    analysis.vessels[0].reference = {.reason = Unmeasurable::no_healthy_segment};
    analysis.vessels[0].stenoses.clear();
    const json vessel = parsed(analysis)["vessels"][0];
    EXPECT_TRUE(vessel["reference_mm"].is_null());
    EXPECT_EQ(vessel["reason"], "no_healthy_segment");
}

TEST(Report, NeverClampsAPercentage) {
    Analysis analysis = example_analysis();
    analysis.vessels[0].stenoses[0].percent_diameter_stenosis = -12.345;
    EXPECT_EQ(first_stenosis(analysis)["percent_diameter_stenosis"], -12.35);
}

TEST(Report, NumbersAreShort) {
    Analysis analysis = example_analysis(1.0 / 3.0);
    analysis.vessels[0].stenoses[0].mld_px = 1.0 / 3.0;
    const std::string text = to_json(analysis, example_input);
    EXPECT_THAT(text, HasSubstr("\"mld_mm\": 0.1111,"));
    EXPECT_THAT(text, HasSubstr("\"mld_px\": 0.333,"));
    EXPECT_THAT(text, HasSubstr("\"mm_per_px_x\": 0.33333333,"));
}

TEST(Report, SameAnalysisGivesSameBytes) {
    EXPECT_EQ(to_json(example_analysis(), example_input), to_json(example_analysis(), example_input));
    EXPECT_EQ(to_csv(example_analysis(), example_input), to_csv(example_analysis(), example_input));
}

TEST(Report, SaysWhereTheFrameCameFrom) {
    Frame frame = testing_examples::example_frame();
    frame.index = 7;
    frame.count = 9;
    frame.intensity = Intensity::linear;
    frame.acquisition.primary_angle_deg = -30.0;
    const json input = parsed(example_analysis(), report_input(frame, "cine.dcm"))["input"];
    EXPECT_EQ(input, json::parse(R"({"path": "cine.dcm", "frame": 7, "frames": 9, "width": 120, "height": 90,
        "intensity": "linear", "primary_angle_deg": -30.0, "secondary_angle_deg": null})"));
}

TEST(Report, PathNeedNotBeUtf8) {
    ReportInput input = example_input;
    input.path = "caf\xe9.png";
    EXPECT_EQ(parsed(example_analysis(), input)["input"]["path"], "caf\xef\xbf\xbd.png");  // U+FFFD
}

TEST(Report, SaysInWhichFramesOfACineArteriesAreFilled) {
    ReportInput input = example_input;
    EXPECT_FALSE(parsed(example_analysis(), input)["input"].contains("filled_frames"));
    input.filled_frames = FrameRange{.first = 2, .last = 17};
    EXPECT_EQ(parsed(example_analysis(), input)["input"]["filled_frames"], json({2, 17}));
}

TEST(Report, WarningsAreCopied) {
    Analysis analysis = example_analysis();
    analysis.warnings.push_back({WarningCode::no_calibration, "the pixel size is \"unknown\""});
    analysis.warnings.push_back({WarningCode::overlap, "look elsewhere", 2, 1});
    EXPECT_EQ(parsed(analysis)["warnings"],
              json::parse(R"([{"code": "no_calibration", "message": "the pixel size is \"unknown\""},
                              {"code": "overlap", "message": "look elsewhere", "vessel": 2, "lesion": 1}])"));
}

// A reader of CSV as RFC 4180 describes it, to read back what was written.
std::vector<std::vector<std::string>> read_csv(const std::string& text) {
    std::vector<std::vector<std::string>> rows;
    std::vector<std::string> row(1);
    bool quoted = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (quoted && c == '"' && i + 1 < text.size() && text[i + 1] == '"') {
            row.back() += '"';
            ++i;
        } else if (c == '"') {
            quoted = !quoted;
        } else if (!quoted && c == ',') {
            row.emplace_back();
        } else if (!quoted && c == '\r') {
            rows.push_back(std::exchange(row, {""}));
            ++i;  // the line feed
        } else {
            row.back() += c;
        }
    }
    return rows;
}

TEST(ReportCsv, HasARowPerLesionUnderAHeader) {
    Analysis analysis = example_analysis(0.25);
    analysis.vessels.push_back(testing_examples::example_vessel());  // no lesion: no row
    analysis.vessels[0].stenoses.push_back(analysis.vessels[0].stenoses[0]);
    analysis.vessels[0].stenoses[1].id = 1;
    const auto rows = read_csv(to_csv(analysis, example_input));
    ASSERT_EQ(rows.size(), 3U);
    for (const auto& row : rows) EXPECT_EQ(row.size(), rows[0].size());
    const auto column = [&](const char* name) {
        return static_cast<std::size_t>(std::find(rows[0].begin(), rows[0].end(), name) - rows[0].begin());
    };
    EXPECT_EQ(rows[1][column("path")], "a.png");
    EXPECT_EQ(rows[2][column("lesion")], "1");
    EXPECT_EQ(rows[1][column("mld_mm")], "1.5");
    EXPECT_EQ(rows[1][column("mld_ci95_low_mm")], "1.353");
    EXPECT_EQ(rows[1][column("percent_diameter_stenosis")], "50.0");
    EXPECT_EQ(rows[1][column("mld_at_x_px")], "60.0");
    EXPECT_EQ(rows[1][column("total_occlusion")], "false");
    EXPECT_EQ(rows[1][column("reason")], "");
}

TEST(Report, KeepsNarrowingsThatAreNoLesionsOutOfTheCsvAlone) {
    Analysis analysis = example_analysis();
    analysis.vessels[0].stenoses.push_back(testing_examples::example_stenosis());
    Stenosis& unsure = analysis.vessels[0].stenoses[1];
    unsure.confidence = 0.25;
    unsure.is_lesion = false;
    const json stenoses = parsed(analysis)["vessels"][0]["stenoses"];
    ASSERT_EQ(stenoses.size(), 2U);
    EXPECT_EQ(stenoses[0]["is_lesion"], true);
    EXPECT_FALSE(stenoses[0].contains("confidence")) << "nobody asked how sure it is";
    EXPECT_EQ(stenoses[1]["is_lesion"], false);
    EXPECT_EQ(stenoses[1]["confidence"], 0.25);
    EXPECT_EQ(read_csv(to_csv(analysis, example_input)).size(),
              read_csv(to_csv(example_analysis(), example_input)).size());
}

TEST(Report, HasTheCatheterWithItsTip) {
    Analysis analysis = example_analysis(0.25);
    EXPECT_TRUE(parsed(analysis)["catheter"].is_null());
    analysis.catheter = Catheter{.centerline_px = {{10.0, 0.0}, {12.0, 30.0}}, .diameter_px = 8.0};
    const json catheter = parsed(analysis)["catheter"];
    EXPECT_EQ(catheter["tip_at_px"], json({12.0, 30.0}));
    EXPECT_EQ(catheter["diameter_mm"], 2.0);
    EXPECT_EQ(catheter["centerline_px"].size(), 2U);
}

TEST(ReportCsv, HasTheShapeOfALesionAndTheNumbersOfItsVessel) {
    const auto rows = read_csv(to_csv(with_geometry(0.25), example_input));
    const auto field = [&](const char* name) {
        return rows[1].at(
            static_cast<std::size_t>(std::find(rows[0].begin(), rows[0].end(), name) - rows[0].begin()));
    };
    EXPECT_EQ(field("percent_area_stenosis_densitometric"), "78.13");
    EXPECT_EQ(field("plaque_area_mm2"), "5.0");
    EXPECT_EQ(field("overlap"), "false");
    EXPECT_EQ(field("outflow_angle_deg"), "");
    EXPECT_EQ(field("vessel_max_diameter_mm"), "3.0");
    EXPECT_EQ(field("vessel_length_px"), "100.0");
}

TEST(ReportCsv, FieldsAreEmptyWhereThereIsNoNumber) {
    const auto rows = read_csv(to_csv(example_analysis(0.0), example_input));
    const auto mld_mm = std::find(rows[0].begin(), rows[0].end(), "mld_mm") - rows[0].begin();
    EXPECT_EQ(rows[1][static_cast<std::size_t>(mld_mm)], "");
}

TEST(ReportCsv, PathsWithCommasAndQuotesComeBackWhole) {
    for (const char* path : {"plain.png", "a,b.png", "say \"ah\".png", "two\r\nlines.png", "\""}) {
        ReportInput input = example_input;
        input.path = path;
        const auto rows = read_csv(to_csv(example_analysis(), input));
        ASSERT_EQ(rows.size(), 2U) << path;
        EXPECT_EQ(rows[1][0], path);
    }
}

TEST(ReportCsv, NoLesionLeavesTheHeader) {
    const auto rows = read_csv(to_csv(Analysis{}, example_input));
    EXPECT_EQ(rows.size(), 1U);
}

TEST(ReportCsv, OfACineHasARowPerLesionAndPerSighting) {
    const CineLesion lesion{
        .sightings = {{.frame = 4, .vessel = 1, .stenosis = 2, .is_lesion = true, .at_px = {5.5, 7.0}},
                      {.frame = 6, .percent_diameter_stenosis = Estimate::of_narrowing(12.0)}},
        .lesion_frames = 1,
        .percent_diameter_stenosis = Estimate::of_narrowing(48.0, 2.0),
        .mld_px = Estimate::of_length(6.0, 0.5),
        .confidence = 0.7};
    const auto lesions = read_csv(cine_lesions_to_csv(std::vector{lesion}, "a.dcm"));
    ASSERT_EQ(lesions.size(), 2U);
    EXPECT_THAT(lesions[1], ::testing::ElementsAre("a.dcm", "0", "1", "2", "true", "48.0", "44.08", "51.92",
                                                   "", "", "", "6.0", "5.02", "6.98", "0.7"));
    const auto sightings = read_csv(sightings_to_csv(std::vector{lesion}, "a.dcm"));
    ASSERT_EQ(sightings.size(), 3U);
    EXPECT_THAT(sightings[1], ::testing::ElementsAre("a.dcm", "0", "4", "1", "2", "true", "5.5", "7.0", "",
                                                     "", "", "", "", ""));
    EXPECT_EQ(sightings[2][4], "") << "no narrowing was found there";
    EXPECT_EQ(sightings[2][8], "12.0");
}

TEST(ReportCsv, OfVesselsHasARowAlsoForOneWithoutALesion) {
    Analysis analysis = example_analysis();
    analysis.vessels.push_back(example_vessel({.percent_diameter = 0.0}));
    analysis.vessels.back().id = 1;
    analysis.vessels.back().parent = 0;
    const auto rows = read_csv(vessels_to_csv(analysis, example_input));
    ASSERT_EQ(rows.size(), 3U);
    const auto vessel = json::parse(to_json(analysis, example_input))["vessels"][1];
    for (std::size_t i = 0; i < rows[0].size(); ++i) {
        const std::string& name = rows[0][i];
        if (name == "path" || name == "frame" || name == "vessel") continue;
        const auto& statistics = vessel["statistics"];
        const auto& value = statistics.contains(name) ? statistics[name] : vessel.at(name);
        const std::string text = value.is_string() ? value.get<std::string>() : value.dump();
        EXPECT_EQ(rows[2][i], value.is_null() ? "" : text) << name;
    }
    EXPECT_EQ(read_csv(vessels_to_csv(Analysis{}, example_input)).size(), 1U);
}

}  // namespace
}  // namespace stenometry
