// How exact the measurement is, in a part of the laboratory that takes seconds. The bands stand in
// benchmarks/accuracy/acceptance.cpp, and `stenometry_accuracy --quick` prints the same figures.
#include <gmock/gmock.h>

#include <set>
#include <vector>

#include "acceptance.h"
#include "cramer_rao.h"
#include "laboratory.h"
#include "page.h"
#include "stenometry/error.h"

namespace stenometry::accuracy {
namespace {

using ::testing::DoubleNear;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(Accuracy, EveryFigureStaysInItsBand) {
    const Results results = run(quick_plan(), {});
    for (const Criterion& criterion : criteria()) {
        const double value = criterion.value(results);
        EXPECT_TRUE(criterion.quick_band.holds(value))
            << criterion.figure << " is " << value << ' ' << criterion.unit << ", not within "
            << criterion.quick_band.low << " to " << criterion.quick_band.high;
    }
}

TEST(Accuracy, ABandIsNowhereNarrowerThanTheTarget) {
    for (const Criterion& criterion : criteria()) {
        EXPECT_LE(criterion.quick_band.low, criterion.target.low) << criterion.figure;
        EXPECT_GE(criterion.quick_band.high, criterion.target.high) << criterion.figure;
    }
}

TEST(Accuracy, WhatWasNotMeasuredMeetsNoTarget) {
    for (const Criterion& criterion : criteria())
        EXPECT_FALSE(criterion.target.holds(criterion.value({}))) << criterion.figure;
}

TEST(Accuracy, ACellHasTheSameNumbersAloneAndAmongOthers) {
    const Plan alone{.cells = "^keane/0.20 mm/bore 1.0", .replicates = 2};
    const Plan among{.cells = "^keane/0.20 mm/bore 1", .replicates = 2};
    const Results a = run(alone, {}), b = run(among, {});
    ASSERT_EQ(a.cells("keane").size(), 1U);
    ASSERT_EQ(b.cells("keane").size(), 3U);
    for (std::size_t i = 0; i < 2; ++i)
        EXPECT_EQ(a.cells("keane")[0].readings[i].mld.value, b.cells("keane")[0].readings[i].mld.value);
}

// The phantoms

TEST(AccuracyProtocol, NoTwoCellsHaveOneName) {
    std::set<std::string> names;
    std::size_t cells = 0;
    for (const Study& study : studies())
        for (const Cell& cell : cells_of(study)) names.insert(cell.name()), ++cells;
    EXPECT_EQ(names.size(), cells);
}

TEST(AccuracyProtocol, TheTruthOfAPhantomIsItsCells) {
    for (const Study& study : studies()) {
        const Cell cell = cells_of(study).back();
        const phantom::Phantom image = phantom::render(scene_of(cell, 3));
        if (cell.artery.percent_diameter == 0.0) continue;
        // A taper moves the minimum towards the distal end by less than the lesion's length.
        const double taper_mm = cell.artery.taper_mm_per_mm * cell.artery.length_mm;
        EXPECT_THAT(image.vessels.at(0).lesions.at(0).mld_mm,
                    DoubleNear(cell.artery.mld_mm(), taper_mm + 1e-9))
            << cell.name();
    }
}

TEST(AccuracyProtocol, AnEllipticalChannelIsAsWideAsARoundOneAndAbsorbsLess) {
    const std::vector<Artery> bores = studies().front().arteries;
    const Cell round{"", bores.back(), {.name = "", .quanta_per_mm2 = 0.0}};
    Cell flat = round;
    flat.imaging.lesion_depth_ratio = 0.6;
    const auto middle = [](const Cell& cell) {
        const phantom::Phantom image = phantom::render(scene_of(cell, 0));
        return image.frame.pixels(image.frame.width() / 2, image.frame.height() / 2);
    };
    EXPECT_GT(middle(flat),
              middle(round) * 1.02F);  // 0.8 mm less contrast medium of 0.11 per mm and 30 % scatter
    EXPECT_EQ(phantom::render(scene_of(flat, 0)).vessels[0].lesions[0].mld_mm,
              phantom::render(scene_of(round, 0)).vessels[0].lesions[0].mld_mm);
}

// The statistics

Quantity quantity(double truth, double value, double half_interval) {
    return {.truth = truth, .value = value, .low = value - half_interval, .high = value + half_interval};
}

TEST(AccuracyFigures, AreThoseOfAHandCalculation) {
    const std::vector<Quantity> quantities{quantity(1.0, 1.2, 0.3), quantity(2.0, 2.1, 0.05),
                                           quantity(3.0, 3.0, 0.1)};
    const ErrorFigures figures = figures_of(quantities);
    EXPECT_EQ(figures.n, 3);
    EXPECT_NEAR(figures.bias, 0.1, 1e-12);
    EXPECT_NEAR(figures.sd, 0.1, 1e-12);
    EXPECT_NEAR(figures.mae, 0.1, 1e-12);
    EXPECT_NEAR(figures.slope, 0.9, 1e-12);
    EXPECT_NEAR(figures.intercept, 0.3, 1e-12);
    EXPECT_NEAR(figures.coverage_percent, 200.0 / 3.0, 1e-9);
}

TEST(AccuracyFigures, ALesionThatWasNotReportedIsAFailureAndNoError) {
    Reading found{.mld = quantity(1.0, 1.1, 0.2), .percent = quantity(50.0, 60.0, 5.0), .reported = true};
    const std::vector<Reading> readings{found, Reading{}};
    const Figures figures = figures_of(readings);
    EXPECT_EQ(figures.n, 2);
    EXPECT_EQ(figures.failures, 1);
    EXPECT_EQ(figures.mld.n, 1);
    EXPECT_EQ(figures.off, 1);
    EXPECT_EQ(figures.off_warned, 0);
}

// The page

Results nothing_reported() {
    Results results;
    for (const Study& study : studies()) {
        CellResult cell{.cell = cells_of(study).front(), .readings = {Reading{}, Reading{}}};
        cell.figures = figures_of(cell.readings);
        results.studies.push_back({study.name, study.title, {cell}});
    }
    return results;
}

TEST(AccuracyPage, WhatWasNotReportedIsNeitherDrawnNorWrittenAsANumber) {
    const Results results = nothing_reported();
    const std::vector<NamedPlot> plots = plots_of(results);
    EXPECT_EQ(plots.size(), 4U);
    for (const NamedPlot& plot : plots)
        EXPECT_THAT(viz::to_svg(plot.drawing, plot.title), Not(HasSubstr("nan"))) << plot.file;
    EXPECT_THAT(measured_section(results, {}, plots, ""), Not(HasSubstr("nan")));
}

TEST(AccuracyPage, OnlyWhatIsBetweenTheMarkersIsReplaced) {
    const std::string before = "# Title\n<!-- measured: begin -->\n", after = "<!-- measured: end -->\nEnd\n";
    EXPECT_EQ(with_section(before + "old\n" + after, "new\n"), before + "new\n" + after);
    EXPECT_THROW(with_section("# Title\n", "new\n"), InvalidInput);
}

// The bound

TEST(CramerRaoBound, IsForTheProfilesThatPhantomsHave) {
    const Cell cell{"", {.reference_mm = 1.5}, {.name = "", .quanta_per_mm2 = 0.0, .scatter_fraction = 0.0}};
    phantom::Scene scene = scene_of(cell, 0);  // along x
    scene.display = phantom::Display::raw;
    const Image<float> pixels = phantom::render(scene).frame.pixels;
    // The vessel lies between the two pixels in the middle.
    const std::vector<double> expected = expected_profile(model_of(cell.imaging), 1.5, 0.1, 2.0);
    const int middle = pixels.height() / 2 - 1;
    for (int i = -10; i <= 10; ++i)
        // The renderer's cells are a quarter of a pixel: 0.2 % of the beam at a wall.
        EXPECT_NEAR(static_cast<double>(pixels(pixels.width() / 2, middle + i)),
                    expected[static_cast<std::size_t>(10 + i)], 0.002);
}

/// What the table was calculated for: pixels of 0.123 mm, blur of 0.13 mm, contrast of 0.22 per mm, white
/// noise of 5 % of the background, no scatter.
ProfileModel tabulated_model() {
    return {.mm_per_px = 0.123,
            .blur_mm = 0.13,
            .focal_spot_mm = 0.0,
            .attenuation_per_mm = 0.22,
            .scatter_fraction = 0.0,
            .quanta_per_px = 400.0,
            .noise_correlation_px = 0.0,
            .constant_noise = true};
}

struct TabulatedBound {
    double diameter_mm, profile_free_mm, profile_known_mm, mean_free_mm, mean_known_mm;
};

TEST(CramerRaoBound, IsThatOfAnIndependentCalculation) {
    const std::vector<TabulatedBound> table{{0.5, 0.414, 0.105, 0.102, 0.026},
                                            {1.0, 0.160, 0.076, 0.040, 0.019},
                                            {1.9, 0.088, 0.056, 0.022, 0.014},
                                            {3.0, 0.063, 0.046, 0.016, 0.011}};
    const ProfileModel model = tabulated_model();
    constexpr double mean_mm = 2.0;
    // 10 %: how much background is looked at is not told, and the last digit is rounded.
    const auto near = [](double value) { return DoubleNear(value, 0.1 * value); };
    for (const TabulatedBound& row : table) {
        const double d = row.diameter_mm;
        EXPECT_THAT(profile_bound_mm(model, d, Contrast::free), near(row.profile_free_mm)) << d;
        EXPECT_THAT(profile_bound_mm(model, d, Contrast::known), near(row.profile_known_mm)) << d;
        EXPECT_THAT(bound_mm(model, d, Contrast::free, mean_mm), near(row.mean_free_mm)) << d;
        EXPECT_THAT(bound_mm(model, d, Contrast::known, mean_mm), near(row.mean_known_mm)) << d;
    }
}

TEST(CramerRaoBound, FallsWithTheSquareRootOfDoseAndLength) {
    const ProfileModel model;
    ProfileModel fourfold = model;
    fourfold.quanta_per_px *= 4.0;
    const double bound = bound_mm(model, 1.0, Contrast::known, 2.0);
    EXPECT_NEAR(bound_mm(fourfold, 1.0, Contrast::known, 2.0), 0.5 * bound, 1e-6);
    EXPECT_NEAR(bound_mm(model, 1.0, Contrast::known, 8.0), 0.5 * bound, 1e-12);
}

TEST(CramerRaoBound, IsLowerWhereContrastIsKnownAndWhereThereIsLessBlur) {
    const ProfileModel model;
    ProfileModel sharp = model;
    sharp.blur_mm *= 0.5;
    for (const double d : {0.5, 1.0, 3.0}) {
        EXPECT_LT(profile_bound_mm(model, d, Contrast::known), profile_bound_mm(model, d, Contrast::free));
        EXPECT_LT(profile_bound_mm(sharp, d, Contrast::free), profile_bound_mm(model, d, Contrast::free));
    }
}

}  // namespace
}  // namespace stenometry::accuracy
