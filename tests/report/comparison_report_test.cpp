#include "stenometry/comparison_report.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <vector>

#include "support/drawn_visit.h"
#include "support/json_schema.h"

namespace stenometry {
namespace {

using test::cosine_narrowing;
using test::DrawnVisit;

struct ReportedComparison {
    ReportedComparison() {
        DrawnVisit before, after{.from_mm = 4.0, .seed = 2};
        before.narrowing = cosine_narrowing(40.0, 14.0, 0.6);
        visits = {before.draw(), after.draw(), after.draw()};
        options.balloon = Balloon{after.draw(), 3.0};
        comparison = compare(visits, options);
    }
    ComparisonInput input() const {
        return {.visits = visits,
                .sources = {{"before.json", {}}, {"after.json", {}}, {"followup.json", {}}},
                .balloon = options.balloon,
                .balloon_analysis = "balloon.json"};
    }
    std::vector<Visit> visits;
    ComparisonOptions options;
    Comparison comparison;
};

TEST(ComparisonReport, FollowsItsSchema) {
    ReportedComparison reported;
    EXPECT_EQ(test::faults_of_json(to_json(reported.comparison, reported.input())), "");
    for (Visit& visit : reported.visits) visit.calibration = {};
    reported.comparison = compare(reported.visits);
    EXPECT_EQ(test::faults_of_json(to_json(reported.comparison, reported.input())), "");
}

TEST(ComparisonReport, RowsHaveTheColumnsOfTheirHeader) {
    const ReportedComparison reported;
    const std::string csv = to_csv(reported.comparison, reported.input());
    std::vector<std::ptrdiff_t> commas;
    for (std::size_t from = 0, end = 0; (end = csv.find("\r\n", from)) != std::string::npos; from = end + 2)
        commas.push_back(std::count(csv.begin() + static_cast<std::ptrdiff_t>(from),
                                    csv.begin() + static_cast<std::ptrdiff_t>(end), ','));
    EXPECT_EQ(commas.size(), 1U + 3U * all_regions.size());
    EXPECT_THAT(commas, ::testing::Each(commas.front()));
    EXPECT_THAT(csv, ::testing::StartsWith("analysis,phase,vessel,region,from_mm,to_mm,proximal_at_x_px,"));
}

}  // namespace
}  // namespace stenometry
