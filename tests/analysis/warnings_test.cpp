#include "analysis/warnings.h"

#include <gmock/gmock.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "support/analysis_example.h"

namespace stenometry {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using testing_examples::example_analysis;

/// The one warning of an analysis.
Warning only_warning(const Analysis& analysis, std::span<const Point> given = {}) {
    AnalysisOptions options;
    options.diameter.method = DiameterMethod::contour;  // of the examples
    const std::vector<Warning> warnings = warnings_of(analysis, Polarity::assumed, options, given);
    EXPECT_EQ(warnings.size(), 1U);
    return warnings.empty() ? Warning{} : warnings.front();
}

TEST(Warnings, NothingIsSaidOfAMeasurementWithoutDoubt) {
    AnalysisOptions options;
    options.diameter.method = DiameterMethod::contour;
    EXPECT_THAT(warnings_of(example_analysis(), Polarity::assumed, options), IsEmpty());
}

TEST(Warnings, TellsTheVesselAndTheLesionThatItSpeaksOf) {
    Analysis analysis = example_analysis();
    analysis.vessels.push_back(testing_examples::example_vessel());
    analysis.vessels[1].id = 1;
    for (int id : {0, 1}) {
        analysis.vessels[1].stenoses.push_back(testing_examples::example_stenosis());
        analysis.vessels[1].stenoses.back().id = id;
    }
    analysis.vessels[1].stenoses[1].geometry.overlap = true;
    const Warning overlap = only_warning(analysis);
    EXPECT_EQ(overlap.code, WarningCode::overlap);
    EXPECT_EQ(overlap.vessel, 1);
    EXPECT_EQ(overlap.lesion, 1);
    EXPECT_THAT(overlap.message, AllOf(HasSubstr("vessel 1, lesion 1 at (60, 40)"), HasSubstr("projection")));

    analysis.vessels[1].stenoses[1].geometry.overlap = false;
    analysis.vessels[1].reference.diffuse = true;
    const Warning diffuse = only_warning(analysis);
    EXPECT_EQ(diffuse.code, WarningCode::diffuse_disease);
    EXPECT_EQ(diffuse.vessel, 1);
    EXPECT_FALSE(diffuse.lesion);
}

TEST(Warnings, OfTheWholeFrameNameNoVessel) {
    const Warning warning = only_warning(example_analysis(0.0));
    EXPECT_EQ(warning.code, WarningCode::no_calibration);
    EXPECT_FALSE(warning.vessel);
    // What to do, in words that hold for every program.
    EXPECT_THAT(warning.message, AllOf(HasSubstr("calibrate by a catheter"), Not(HasSubstr("--"))));
}

TEST(Warnings, PointThatLiesOnNoVesselIsNamed) {
    const std::vector<Point> given{{1.0, 2.0}, {30.0, 40.0}, {50.0, 60.0}};
    Analysis analysis{.calibration = Calibration::from_user(0.2)};
    analysis.reason = Unmeasurable::point_off_vessel;
    analysis.unreached = 1;
    EXPECT_THAT(only_warning(analysis, given).message, HasSubstr("(30, 40) lies on no vessel"));
    analysis.nearest_vessel_px = Point{33.0, 44.0};
    EXPECT_THAT(only_warning(analysis, given).message, HasSubstr("the nearest is at (33, 44)"));
    analysis.reason = Unmeasurable::no_path;
    analysis.unreached = 2;
    EXPECT_THAT(only_warning(analysis, given).message,
                HasSubstr("from the point (30, 40) to the point (50, 60)"));
    analysis.unreached.reset();
    EXPECT_THAT(only_warning(analysis, given).message, HasSubstr("no vessel leads"));
}

TEST(Warnings, ValuesThatWereTurnedAroundAreTold) {
    const Analysis analysis{.calibration = Calibration::from_user(0.2)};
    EXPECT_EQ(warnings_of(analysis, Polarity::inverted_as_found, {}).at(0).code, WarningCode::inverted);
    for (const Polarity polarity : {Polarity::assumed, Polarity::stated, Polarity::inverted_as_asked})
        EXPECT_TRUE(warnings_of(analysis, polarity, {}).empty()) << "nothing that the user does not know";
}

TEST(Warnings, DarkAndFaintLesionsAreTold) {
    for (const auto& [ratio, word] : {std::pair(2.5, "darker"), std::pair(0.5, "fainter")}) {
        Analysis analysis = example_analysis();
        DiameterProfile& profile = analysis.vessels[0].diameter;
        profile.depth_ratio.assign(profile.diameter_px.size(), ratio);
        profile.depth_ratio_sd.assign(profile.diameter_px.size(), 0.1);
        const Warning warning = only_warning(analysis);
        EXPECT_EQ(warning.code, WarningCode::lumen_not_round);
        EXPECT_THAT(warning.message, HasSubstr(word));
    }
}

/// Every code, in order; one that is added must be added to the schema and its table too.
std::vector<WarningCode> every_code() {
    std::vector<WarningCode> codes;
    for (int i = 0; !to_string(static_cast<WarningCode>(i)).empty(); ++i)
        codes.push_back(static_cast<WarningCode>(i));
    return codes;
}

TEST(WarningCode, IsListedInTheSchemaAndInItsTable) {
    std::ifstream schema_file(STENOMETRY_SCHEMAS "/analysis.schema.json"),
        table_file(STENOMETRY_SCHEMAS "/README.md");
    const nlohmann::json schema = nlohmann::json::parse(schema_file);
    const std::string table(std::istreambuf_iterator<char>(table_file), {});
    std::set<std::string> listed = schema["definitions"]["warning"]["properties"]["code"]["enum"];
    for (const WarningCode code : every_code()) {
        EXPECT_EQ(listed.erase(std::string(to_string(code))), 1U) << to_string(code);
        EXPECT_THAT(table, HasSubstr("| `" + std::string(to_string(code)) + "` |"));
    }
    EXPECT_THAT(listed, IsEmpty());
}

TEST(WarningCode, OfAReasonIsSpelledAsTheReason) {
    for (const Unmeasurable reason :
         {Unmeasurable::no_vessel, Unmeasurable::point_off_vessel, Unmeasurable::no_path,
          Unmeasurable::vessel_too_short, Unmeasurable::edges_lost, Unmeasurable::no_healthy_segment,
          Unmeasurable::lumen_not_seen, Unmeasurable::total_occlusion})
        EXPECT_EQ(to_string(warning_code(reason)), to_string(reason));
}

}  // namespace
}  // namespace stenometry
