#include "stenometry/viz/plot.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "support/analysis_example.h"
#include "viz/drawing.h"

namespace stenometry::viz {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using testing_examples::example_analysis;

std::string svg_of(const Analysis& analysis) {
    return plot_diameter_svg(analysis.vessels[0], analysis.calibration);
}

/// Whether every element that is opened is closed in order, and text holds no bare & or <. Enough of XML for
/// what is written.
bool is_well_formed(const std::string& xml) {
    std::vector<std::string> open;
    std::size_t at = xml.find("?>");
    if (at == std::string::npos) return false;
    for (at = xml.find('<', at); at != std::string::npos; at = xml.find('<', at)) {
        const std::size_t end = xml.find('>', at);
        if (end == std::string::npos) return false;
        const std::string tag = xml.substr(at + 1, end - at - 1);
        if (std::count(tag.begin(), tag.end(), '"') % 2 != 0 || tag.find('<') != std::string::npos)
            return false;
        const std::string name =
            tag.substr(tag[0] == '/' ? 1 : 0, tag.find_first_of(" />", 1) - (tag[0] == '/' ? 1 : 0));
        if (tag[0] == '/') {
            if (open.empty() || open.back() != tag.substr(1)) return false;
            open.pop_back();
        } else if (tag.back() != '/') {
            open.push_back(name);
        }
        at = end;
    }
    return open.empty();
}

TEST(Plot, SvgIsWellFormed) {
    EXPECT_TRUE(is_well_formed(svg_of(example_analysis())));
    EXPECT_TRUE(is_well_formed(
        to_svg({.width = 10, .height = 10, .shapes = {Text{.text = "a < b & \"c\" > d"}}}, "<&>")));
    EXPECT_FALSE(is_well_formed("<?xml?><a><b></a>"));
}

TEST(Plot, AxesAreInMillimetresWhereTheImageIsCalibrated) {
    EXPECT_THAT(svg_of(example_analysis(0.25)), HasSubstr("Lumen diameter (mm)"));
    EXPECT_THAT(svg_of(example_analysis(0.25)), HasSubstr("MLD 1.50 mm"));
    EXPECT_THAT(svg_of(example_analysis(0.0)), HasSubstr("Lumen diameter (px)"));
    EXPECT_THAT(svg_of(example_analysis(0.0)), HasSubstr("MLD 6.0 px"));
}

TEST(Plot, EveryLesionHasItsPercentage) {
    Analysis analysis = example_analysis();
    EXPECT_THAT(svg_of(analysis), HasSubstr(">50 % DS<"));
    Stenosis& s = analysis.vessels[0].stenoses[0];
    s.mld_px.reset();
    s.percent_diameter_stenosis.reset();
    EXPECT_THAT(svg_of(analysis), HasSubstr(">not measured<"));
    s.total_occlusion = true;
    EXPECT_THAT(svg_of(analysis), HasSubstr(">occluded<"));
    EXPECT_THAT(svg_of(analysis), Not(HasSubstr("% DS")));
}

TEST(Plot, NothingNotANumberReachesTheFile) {
    Analysis analysis = example_analysis();
    Vessel& vessel = analysis.vessels[0];
    for (std::size_t i = 20; i < 40; ++i)
        vessel.diameter.diameter_px[i] = std::numeric_limits<double>::quiet_NaN();
    vessel.diameter.sd_px[100] = std::numeric_limits<double>::quiet_NaN();
    const std::string svg = svg_of(analysis);
    EXPECT_THAT(svg, Not(HasSubstr("nan")));
    EXPECT_THAT(svg, Not(HasSubstr("inf")));
    EXPECT_TRUE(is_well_formed(svg));
}

TEST(Plot, VesselWithoutDiametersSaysWhy) {
    Vessel vessel;
    vessel.contour.centerline.points_px = {{0, 0}, {10, 0}};
    vessel.contour.reason = Unmeasurable::edges_lost;
    EXPECT_THAT(plot_diameter_svg(vessel, {}), HasSubstr(std::string(explain(Unmeasurable::edges_lost))));
    EXPECT_GT(plot_diameter(vessel, {}).width(), 0);
    EXPECT_GT(plot_diameter({}, {}).width(), 0);
}

TEST(Plot, SameVesselGivesSameBytes) { EXPECT_EQ(svg_of(example_analysis()), svg_of(example_analysis())); }

TEST(Plot, PictureHasTheLayoutOfTheSvg) {
    const Analysis analysis = example_analysis();
    const Image<Rgb> picture = plot_diameter(analysis.vessels[0], analysis.calibration);
    EXPECT_EQ(picture.width(), 1600);
    EXPECT_EQ(picture.height(), 800);
    EXPECT_EQ(picture(0, 0), (Rgb{255, 255, 255}));
    // The lesion lies from 36 to 64 % of the axis from 62 to 782 units, and is shaded down to the axis at
    // 346.
    const auto pixel = [&](double fraction) {
        return picture(static_cast<int>(2.0 * (62.0 + 720.0 * fraction)), 2 * 340);
    };
    EXPECT_LT(pixel(0.50)[1], 250);
    EXPECT_EQ(pixel(0.30), (Rgb{255, 255, 255}));
    EXPECT_EQ(pixel(0.70), (Rgb{255, 255, 255}));
}

TEST(Drawing, StrokeCoversAsMuchAsItIsWide) {
    for (const double angle : {0.0, 17.0, 45.0, 90.0})
        for (const double width : {0.6, 1.0, 1.7, 3.0}) {
            Image<Rgb> canvas(100, 100);
            const Point along{std::cos(angle * M_PI / 180.0), std::sin(angle * M_PI / 180.0)};
            const Point middle{50.3, 49.6};
            paint({Line{{middle - 30.0 * along, middle, middle + 30.0 * along}, Rgb{255, 255, 255}, width}},
                  canvas);
            double covered = 0.0;
            for (int y = 0; y < 100; ++y)
                for (int x = 0; x < 100; ++x) covered += canvas(x, y)[0] / 255.0;
            // Length times width and the two round ends; a tenth for what antialiasing does to strokes
            // thinner than a pixel.
            EXPECT_NEAR(covered, 60.0 * width + 0.25 * M_PI * width * width, 0.1 * 60.0 * width + 1.0)
                << angle << ' ' << width;
        }
}

TEST(Drawing, StrokeLiesOnItsPoints) {
    Image<Rgb> canvas(20, 20);
    paint({Line{{{0.0, 10.5}, {20.0, 10.5}}, Rgb{255, 255, 255}, 1.0}}, canvas);
    EXPECT_EQ(canvas(10, 10), (Rgb{255, 255, 255}));
    EXPECT_EQ(canvas(10, 9), (Rgb{0, 0, 0}));
    EXPECT_EQ(canvas(10, 11), (Rgb{0, 0, 0}));
}

TEST(Drawing, ShapesOutsideTheCanvasAreLeftOut) {
    Image<Rgb> canvas(10, 10);
    paint({Line{{{-1e9, 5.0}, {-50.0, 5.0}}, Rgb{255, 255, 255}, 3.0},
           Line{{{1e9, 1e9}, {2e9, 1e9}}, Rgb{255, 255, 255}, 3.0},
           Area{{{100.0, 100.0}, {120.0, 100.0}, {100.0, 120.0}}, Rgb{255, 255, 255}}},
          canvas);
    for (int y = 0; y < 10; ++y)
        for (int x = 0; x < 10; ++x) EXPECT_EQ(canvas(x, y), (Rgb{0, 0, 0}));
}

TEST(Drawing, CurveIsInterruptedWhereItIsNotFinite) {
    const auto parts = finite_parts({no_point, {1, 1}, {2, 2}, no_point, no_point, {3, 3}, no_point});
    ASSERT_EQ(parts.size(), 2U);
    EXPECT_EQ(parts[0], (Polyline{{1, 1}, {2, 2}}));
    EXPECT_EQ(parts[1], (Polyline{{3, 3}}));
    EXPECT_TRUE(finite_parts({}).empty());
}

TEST(Drawing, DashedStrokeCoversThreeFifths) {
    Image<Rgb> canvas(500, 9);
    paint({Line{{{0.0, 4.5}, {500.0, 4.5}}, Rgb{255, 255, 255}, 1.0, 1.0, true}}, canvas);
    int covered = 0;
    for (int x = 0; x < 500; ++x) covered += canvas(x, 4)[0] > 127;
    EXPECT_NEAR(covered, 300, 60);  // the ends of each dash are round: up to a pixel more for each of 50
}

}  // namespace
}  // namespace stenometry::viz
