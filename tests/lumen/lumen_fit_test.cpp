#include "lumen/lumen_fit.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

#include "stenometry/diameter.h"
#include "stenometry/phantom.h"
#include "support/tube_phantom.h"

namespace stenometry {
namespace {

using testing::make_tube;
using testing::TubeOptions;
using testing::TubePhantom;

constexpr double mm_per_px = 0.2;

DiameterProfile diameters_of(const TubePhantom& tube, DiameterMethod method = DiameterMethod::physics) {
    const VesselContour contour = detect_contour(tube.image.frame, tube.centerline);
    return measure_diameter(tube.image.frame, contour, {.method = method});
}

double smallest_mm(const DiameterProfile& profile) {
    return mm_per_px * *std::min_element(profile.diameter_px.begin(), profile.diameter_px.end());
}

TubePhantom with_lesion(double length_mm, double percent, phantom::LesionShape shape, double quanta = 0.0) {
    return make_tube({.quanta_per_px = quanta, .lesions = {{18.0, length_mm, percent, shape}}});
}

/// Diameters over the middle `length_mm` of the vessel.
std::vector<double> middle_mm(const DiameterProfile& profile, double length_mm) {
    const double middle = 0.5 * profile.position_px.back();
    std::vector<double> diameters;
    for (std::size_t i = 0; i < profile.diameter_px.size(); ++i)
        if (std::abs(profile.position_px[i] - middle) < 0.5 * length_mm / mm_per_px)
            diameters.push_back(mm_per_px * profile.diameter_px[i]);
    return diameters;
}

double mean(const std::vector<double>& values) {
    return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

class ShortLesion : public ::testing::TestWithParam<double> {};

TEST_P(ShortLesion, KeepsItsMinimum) {
    const TubePhantom tube = with_lesion(3.0, GetParam(), phantom::LesionShape::cosine);
    const DiameterProfile profile = diameters_of(tube);
    ASSERT_EQ(profile.method, DiameterMethod::physics);
    // mm: what the blur hides of a throat 3 mm long, and a seventh of a pixel
    EXPECT_NEAR(smallest_mm(profile), 3.0 * (1.0 - 0.01 * GetParam()), 0.03);
}

INSTANTIATE_TEST_SUITE_P(FromMildToSevere, ShortLesion, ::testing::Values(30.0, 50.0, 70.0, 80.0));

class DrilledBore : public ::testing::TestWithParam<double> {};

TEST_P(DrilledBore, IsMeasuredBelowTheBlur) {
    const double percent = 100.0 * (1.0 - GetParam() / 3.0);
    const DiameterProfile profile = diameters_of(with_lesion(8.4, percent, phantom::LesionShape::drilled));
    ASSERT_EQ(profile.method, DiameterMethod::physics);
    // mm: there is no scatter here, but the fit expects a third
    EXPECT_NEAR(mean(middle_mm(profile, 5.0)), GetParam(), 0.02);
}

INSTANTIATE_TEST_SUITE_P(OfCoreLaboratories, DrilledBore, ::testing::Values(0.5, 0.7, 1.0, 1.4, 1.9));

TEST(JointFit, NoiseMovesABoreByWhatTheBoundAllows) {
    double squares = 0.0;
    constexpr int exposures = 6;
    for (int k = 0; k < exposures; ++k) {
        TubeOptions options{.angle_deg = 20.0 + 7.0 * k, .quanta_per_px = 1000.0};
        options.lesions = {{18.0, 8.4, 100.0 * (1.0 - 1.0 / 3.0), phantom::LesionShape::drilled}};
        squares += std::pow(mean(middle_mm(diameters_of(make_tube(options)), 5.0)) - 1.0, 2);
    }
    EXPECT_LT(std::sqrt(squares / exposures), 0.05);  // mm: twice the bound of Cramér and Rao over 5 mm
}

TEST(JointFit, GreyScaleForViewingGivesTheSameDiameters) {
    const TubePhantom tube = with_lesion(8.4, 60.0, phantom::LesionShape::drilled, 4000.0);
    const DiameterProfile linear = diameters_of(tube);
    TubePhantom shown = tube;
    shown.image.frame.pixels = tube.image.frame.pixels.clone();
    shown.image.frame.intensity = Intensity::display;
    for (int y = 0; y < shown.image.frame.height(); ++y)
        for (int x = 0; x < shown.image.frame.width(); ++x) {
            float& value = shown.image.frame.pixels(x, y);
            value =
                std::round(128.0F + 150.0F * std::log(std::max(0.2F, value)));  // logarithm, steps of 0.7 %
        }
    const DiameterProfile display = diameters_of(shown);
    ASSERT_EQ(display.method, DiameterMethod::physics);
    EXPECT_NEAR(mean(middle_mm(display, 5.0)), mean(middle_mm(linear, 5.0)), 0.03);  // mm: a standard error
}

TEST(JointFit, AxisRunsInTheMiddleOfTheVessel) {
    const TubePhantom tube = with_lesion(10.0, 50.0, phantom::LesionShape::cosine, 2000.0);
    const DiameterProfile profile = diameters_of(tube);
    ASSERT_EQ(profile.axis_px.size(), profile.diameter_px.size());
    for (const Point& p : profile.axis_px)
        EXPECT_LT(nearest_on(tube.image.vessels.front().centerline_px, p).distance,
                  0.3);  // px, two standard errors
}

TEST(JointFit, PosteriorSamplesSpreadAsTheStandardErrorSays) {
    const DiameterProfile profile = diameters_of(make_tube({.quanta_per_px = 1500.0}));
    ASSERT_GE(profile.samples_px.size(), 20U);
    const std::size_t at = profile.diameter_px.size() / 2;
    double squares = 0.0;
    for (const auto& sample : profile.samples_px) {
        ASSERT_EQ(sample.size(), profile.diameter_px.size());
        squares += std::pow(sample[at] - profile.diameter_px[at], 2);
    }
    EXPECT_NEAR(std::sqrt(squares / static_cast<double>(profile.samples_px.size())), profile.sd_px[at], 1e-9);
}

TEST(JointFit, LeavesTheContourMethodWhatItDoesNotDescribe) {
    // Bright rims: edge enhancement beyond what any angiogram has.
    TubePhantom tube = make_tube({.quanta_per_px = 20000.0});
    phantom::Scene scene = tube.image.scene;
    scene.unsharp = 6.0;
    tube.image = phantom::render(scene);
    const VesselContour contour = detect_contour(tube.image.frame, tube.centerline);
    const DiameterProfile fitted = measure_diameter(tube.image.frame, contour);
    EXPECT_GT(fitted.misfit, 1.5);
    const DiameterProfile strict = measure_diameter(tube.image.frame, contour, {.max_misfit = 1.5});
    const DiameterProfile walls =
        measure_diameter(tube.image.frame, contour, {.method = DiameterMethod::contour});
    EXPECT_EQ(strict.method, DiameterMethod::contour);
    EXPECT_EQ(strict.diameter_px, walls.diameter_px);
    EXPECT_TRUE(strict.samples_px.empty());
}

TEST(JointFit, BranchBesideTheVesselDoesNotWidenIt) {
    phantom::Scene scene = make_tube({.quanta_per_px = 4000.0}).image.scene;
    phantom::Tube branch = scene.tubes.front();
    const Point start = branch.centerline_mm.front(), end = branch.centerline_mm.back();
    const Point middle = lerp(start, end, 0.5), along = (1.0 / norm(end - start)) * (end - start);
    branch.centerline_mm = {middle, middle + 6.0 * along + 9.0 * Point{-along.y, along.x}};
    branch.proximal_diameter_mm = 1.6;
    scene.tubes.push_back(branch);
    TubePhantom tube = make_tube({.quanta_per_px = 4000.0});
    tube.image = phantom::render(scene);
    const DiameterProfile profile = diameters_of(tube);
    for (const double diameter : middle_mm(profile, 12.0))
        EXPECT_NEAR(diameter, 3.0, 0.35);  // mm: one wall is missing over the branch's own width
    EXPECT_NEAR(mean(middle_mm(profile, 12.0)), 3.0, 0.08);
}

TEST(JointFit, FollowsTheLumenBesideAPlaqueOnOneSide) {
    // 75 % within 7 mm, all of it from one wall: the lumen leaves the middle of the vessel by 1 mm.
    phantom::Scene scene = make_tube({.quanta_per_px = 4000.0}).image.scene;
    phantom::Tube& vessel = scene.tubes.front();
    const Point start = vessel.centerline_mm.front(), end = vessel.centerline_mm.back();
    const Point middle = lerp(start, end, 0.5), along = (1.0 / norm(end - start)) * (end - start);
    vessel.centerline_mm = {start};
    for (double at = -6.0; at <= 6.0; at += 0.5) {
        const double aside = std::abs(at) < 3.5 ? 0.5 + 0.5 * std::cos(std::numbers::pi * at / 3.5) : 0.0;
        vessel.centerline_mm.push_back(middle + at * along + aside * Point{-along.y, along.x});
    }
    vessel.centerline_mm.push_back(end);
    vessel.lesions = {{18.3, 7.0, 75.0, phantom::LesionShape::cosine}};
    TubePhantom tube = make_tube({});  // whose centerline is straight
    tube.image = phantom::render(scene);
    EXPECT_NEAR(smallest_mm(diameters_of(tube)), 0.75, 0.1);  // mm: the noise of one place
}

/// A vessel of one width, which is flat along the middle 8 mm.
TubePhantom flattened(double depth_ratio) {
    const auto part = [](double from_mm, double to_mm, double ratio) {
        return phantom::Tube{.name = "part",
                             .centerline_mm = {{from_mm, 0.0}, {to_mm, 0.0}},
                             .proximal_diameter_mm = 2.5,
                             .depth_ratio = ratio,
                             .ends = phantom::TubeEnds::flat};
    };
    const phantom::Scene scene{
        .width_px = 220,
        .height_px = 220,
        .mm_per_px = mm_per_px,
        .tubes = {part(-20.0, -4.0, 1.0), part(-4.0, 4.0, depth_ratio), part(4.0, 20.0, 1.0)},
        .quanta_per_px = 1000.0,
        .background = 0.0,
        .display = phantom::Display::raw};
    return {.image = phantom::render(scene),
            .centerline = {.points_px = resample({{30.0, 109.5}, {190.0, 109.5}}, 0.5)}};
}

TEST(JointFit, TellsAFlatLumenFromARoundOne) {
    for (const double ratio : {0.7, 1.0}) {
        const DiameterProfile profile = diameters_of(flattened(ratio));
        ASSERT_EQ(profile.method, DiameterMethod::physics);
        ASSERT_EQ(profile.depth_ratio.size(), profile.diameter_px.size());
        const std::size_t middle = profile.diameter_px.size() / 2;
        // Parts of the depth: what the first step from a round lumen misses, and three standard errors.
        EXPECT_NEAR(profile.depth_ratio[middle], ratio, 0.1 + 3.0 * profile.depth_ratio_sd[middle]);
        EXPECT_LT(profile.depth_ratio_sd[middle], 0.07);
    }
}

}  // namespace
}  // namespace stenometry
