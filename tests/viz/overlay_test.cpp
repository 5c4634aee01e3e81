#include "stenometry/viz/overlay.h"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>

#include "stenometry/error.h"
#include "support/analysis_example.h"

namespace stenometry::viz {
namespace {

using testing_examples::example_analysis;
using testing_examples::example_frame;
using testing_examples::example_vessel;

bool is_grey(Rgb p) { return p[0] == p[1] && p[1] == p[2]; }
bool is_reddish(Rgb p) { return p[0] > p[1] + 40 && p[0] > p[2] + 40; }

/// Colour of the picture at a place of the frame.
Rgb at(const Image<Rgb>& picture, Point p, double scale) {
    return picture(static_cast<int>(scale * (p.x + 0.5)), static_cast<int>(scale * (p.y + 0.5)));
}

Analysis without_lesion() {
    Analysis analysis;
    analysis.vessels.push_back(example_vessel({.percent_diameter = 0.0}));
    return analysis;
}

TEST(Overlay, HasTheSizeOfTheFrameTimesTheScale) {
    for (const double scale : {1.0, 1.5, 2.0, 8.0}) {
        const Image<Rgb> picture = draw_overlay(example_frame(), example_analysis(), {.scale = scale});
        EXPECT_EQ(picture.width(), std::lround(120 * scale));
        EXPECT_EQ(picture.height(), std::lround(90 * scale));
    }
}

TEST(DrawnFrame, IsThatOfTheOverlayWhereItFits) {
    const Image<std::uint8_t> picture = draw_frame(example_frame(), 120);
    const Image<Rgb> overlay = draw_overlay(example_frame(), Analysis{}, {.scale = 1.0});
    ASSERT_EQ(picture.width(), 120);
    ASSERT_EQ(picture.height(), 90);
    // Above the scale bar.
    for (int y = 0; y < 60; ++y)
        for (int x = 0; x < 120; ++x) ASSERT_EQ(picture(x, y), overlay(x, y)[0]) << x << ' ' << y;
}

TEST(DrawnFrame, IsMadeSmallerToItsLongerSide) {
    const Image<std::uint8_t> picture = draw_frame(example_frame(), 60);
    EXPECT_EQ(picture.width(), 60);
    EXPECT_EQ(picture.height(), 45);
    EXPECT_EQ(draw_frame(example_frame(), 1).height(), 1);
    EXPECT_THROW(draw_frame(example_frame(), 0), InvalidInput);
}

TEST(Overlay, FrameWithoutVesselsStaysGrey) {
    const Image<Rgb> picture = draw_overlay(example_frame(), Analysis{});
    for (int y = 0; y < picture.height(); ++y)
        for (int x = 0; x < picture.width(); ++x) ASSERT_TRUE(is_grey(picture(x, y))) << x << ' ' << y;
}

TEST(Overlay, ColoursOnlyWallsAndCenterline) {
    const Image<Rgb> plain = draw_overlay(example_frame(), Analysis{}, {.scale = 2.0});
    const Image<Rgb> picture = draw_overlay(example_frame(), without_lesion(), {.scale = 2.0});
    for (int y = 0; y < picture.height(); ++y)
        for (int x = 0; x < picture.width(); ++x) {
            // Walls at 34 and 46, the middle at 40; a line is one pixel wide, antialiased over one more to
            // either side.
            const double row = (y + 0.5) / 2.0 - 0.5;
            const double off = std::min({std::abs(row - 34.0), std::abs(row - 40.0), std::abs(row - 46.0)});
            if (off <= 1.0) continue;
            ASSERT_EQ(picture(x, y), plain(x, y)) << x << ' ' << y;
        }
    EXPECT_FALSE(is_grey(at(picture, {60.0, 34.0}, 2.0)));
    EXPECT_FALSE(is_grey(at(picture, {60.0, 46.0}, 2.0)));
    EXPECT_FALSE(is_grey(at(picture, {60.0, 40.0}, 2.0)));
}

TEST(Overlay, WallsAreDrawnWhereTheyWereFoundAtAnyScale) {
    for (const double scale : {1.0, 3.0, 5.0}) {
        const Image<Rgb> picture = draw_overlay(example_frame(), without_lesion(), {.scale = scale});
        EXPECT_FALSE(is_grey(at(picture, {30.0, 34.0}, scale))) << scale;
        EXPECT_TRUE(is_grey(at(picture, {30.0, 30.0}, scale))) << scale;
    }
}

TEST(Overlay, WallThatWasNotFoundIsNotDrawn) {
    Analysis analysis = without_lesion();
    for (std::size_t i = 60; i < 120; ++i)
        analysis.vessels[0].contour.left_px[i] = no_point;  // x from 40 to 70
    const Image<Rgb> picture = draw_overlay(example_frame(), analysis);
    EXPECT_TRUE(is_grey(at(picture, {55.0, 34.0}, 2.0)));
    EXPECT_FALSE(is_grey(at(picture, {30.0, 34.0}, 2.0)));
}

TEST(Overlay, SevereLesionIsRedBetweenItsBordersOnly) {
    const Image<Rgb> picture = draw_overlay(example_frame(), example_analysis());
    const testing_examples::VesselExample truth;
    for (const double x : {50.0, 55.0, 65.0, 70.0})
        EXPECT_TRUE(is_reddish(at(picture, {x, 40.0 - 0.5 * truth.diameter_at(x)}, 2.0))) << x;
    for (const double x : {30.0, 90.0}) EXPECT_FALSE(is_reddish(at(picture, {x, 34.0}, 2.0))) << x;
}

TEST(Overlay, LabelHidesNoWallOfTheLesion) {
    const Image<Rgb> picture = draw_overlay(example_frame(), example_analysis(), {.scale = 4.0});
    const testing_examples::VesselExample truth;
    for (double x = 48.0; x < 73.0; x += 1.0)
        for (const double side : {-0.5, 0.5}) {
            if (std::abs(x - 60.0) < 1.0) continue;  // the line of the minimal diameter crosses
            EXPECT_TRUE(is_reddish(at(picture, {x, 40.0 + side * truth.diameter_at(x)}, 4.0)))
                << x << ' ' << side;
        }
}

TEST(Overlay, ScaleBarIsTenMillimetresLong) {
    Frame frame;
    frame.pixels = Image<float>(120, 90);
    for (int x = 0; x < 120; ++x) frame.pixels(x, 0) = 1.0F;  // for contrast; the rest is black
    Analysis analysis;
    analysis.calibration = Calibration::from_user(0.5);
    const Image<Rgb> picture = draw_overlay(frame, analysis, {.scale = 4.0});
    int left = picture.width(), right = 0;
    for (int x = 0; x < picture.width(); ++x)
        for (int y = picture.height() - 30; y < picture.height(); ++y)
            if (picture(x, y)[0] > 127) {
                left = std::min(left, x);
                right = std::max(right, x);
            }
    // 10 mm are 20 pixels of the frame and 80 of the picture, between the middles of two lines of 3.2 pixels.
    EXPECT_NEAR(right - left + 1, 83.2, 1.0);
}

TEST(Overlay, ScaleBarNeedsACalibration) {
    const Image<Rgb> plain = draw_overlay(example_frame(), Analysis{});
    Analysis analysis;
    analysis.calibration = Calibration::from_user(0.5);
    const Image<Rgb> barred = draw_overlay(example_frame(), analysis);
    int different = 0;
    for (int y = 0; y < plain.height(); ++y)
        for (int x = 0; x < plain.width(); ++x) different += plain(x, y) != barred(x, y);
    EXPECT_GT(different, 0);
}

TEST(Overlay, FewHotPixelsDoNotDarkenTheRest) {
    Frame frame = example_frame();
    const Image<Rgb> plain = draw_overlay(frame, Analysis{}, {.scale = 1.0});
    frame.pixels(5, 5) = 1e6F;
    frame.pixels(6, 80) = -1e6F;
    const Image<Rgb> picture = draw_overlay(frame, Analysis{}, {.scale = 1.0});
    EXPECT_EQ(picture(60, 80), plain(60, 80));
    EXPECT_EQ(picture(60, 40), plain(60, 40));
}

TEST(Overlay, PixelsOutsideTheValidRegionDoNotChangeTheStretch) {
    Frame frame = example_frame();
    const Image<Rgb> plain = draw_overlay(frame, Analysis{}, {.scale = 1.0});
    frame.valid = Image<std::uint8_t>(120, 90, 255);
    for (int y = 0; y < 90; ++y)
        for (int x = 100; x < 120; ++x) {
            frame.valid(x, y) = 0;
            frame.pixels(x, y) = 50000.0F;
        }
    frame.pixels(119, 0) = std::numeric_limits<float>::quiet_NaN();
    const Image<Rgb> picture = draw_overlay(frame, Analysis{}, {.scale = 1.0});
    EXPECT_EQ(picture(60, 80), plain(60, 80));
    EXPECT_EQ(picture(60, 40), plain(60, 40));
    EXPECT_EQ(picture(119, 0), (Rgb{0, 0, 0}));
}

TEST(Overlay, ConstantFrameIsAPictureToo) {
    Frame frame;
    frame.pixels = Image<float>(20, 10, 7.0F);
    EXPECT_EQ(draw_overlay(frame, Analysis{}).width(), 40);
}

TEST(Overlay, ManyLesionsAndTinyPicturesDoNotFail) {
    Analysis analysis = example_analysis();
    for (int i = 0; i < 30; ++i) analysis.vessels[0].stenoses.push_back(analysis.vessels[0].stenoses[0]);
    Frame frame;
    frame.pixels = Image<float>(8, 8, 1.0F);  // the vessel lies outside
    EXPECT_EQ(draw_overlay(frame, analysis, {.scale = 1.0}).width(), 8);
    EXPECT_EQ(draw_overlay(example_frame(), analysis).width(), 240);
}

std::size_t coloured_pixels(const Image<Rgb>& picture) {
    std::size_t count = 0;
    for (int y = 0; y < picture.height(); ++y)
        for (int x = 0; x < picture.width(); ++x) count += is_grey(picture(x, y)) ? 0 : 1;
    return count;
}

TEST(Overlay, NarrowingThatIsNoLesionIsATickWithoutALabel) {
    Analysis analysis = example_analysis();
    analysis.vessels[0].stenoses[0].is_lesion = false;
    const Image<Rgb> with = draw_overlay(example_frame(), analysis);
    analysis.vessels[0].stenoses.clear();
    const Image<Rgb> without = draw_overlay(example_frame(), analysis);
    for (int y = 0; y < with.height(); ++y)
        for (int x = 0; x < with.width(); ++x) {
            // The tick stands at x = 60, a line wide, and reaches a few pixels over the walls.
            const bool at_tick = std::abs((x + 0.5) / 2.0 - 0.5 - 60.0) <= 2.0;
            if (at_tick) continue;
            ASSERT_EQ(with(x, y), without(x, y)) << x << ' ' << y;
        }
    EXPECT_NE(at(with, {60.0, 38.0}, 2.0), at(without, {60.0, 38.0}, 2.0));
}

TEST(Overlay, CatheterHasAColourOfItsOwn) {
    Analysis analysis;
    analysis.catheter = Catheter{.centerline_px = {{20.0, 0.0}, {20.0, 40.0}}, .diameter_px = 6.0};
    const Image<Rgb> picture = draw_overlay(example_frame(), analysis);
    EXPECT_FALSE(is_grey(at(picture, {20.0, 20.0}, 2.0)));
    EXPECT_TRUE(is_grey(at(picture, {30.0, 20.0}, 2.0)));
    EXPECT_NE(at(picture, {20.0, 20.0}, 2.0),
              at(draw_overlay(example_frame(), without_lesion()), {30.0, 34.0}, 2.0));
}

TEST(Overlay, LabelsNoMoreThanEightLesions) {
    const auto with_lesions = [](int count) {
        Analysis analysis = example_analysis();
        for (int i = 1; i < count; ++i)
            analysis.vessels[0].stenoses.push_back(analysis.vessels[0].stenoses[0]);
        Frame frame;
        frame.pixels = Image<float>(600, 600, 1.0F);
        return coloured_pixels(draw_overlay(frame, analysis));
    };
    EXPECT_LT(with_lesions(7), with_lesions(8));
    EXPECT_EQ(with_lesions(8), with_lesions(11));
}

TEST(Overlay, MaskIsShadedWhereAskedFor) {
    Analysis analysis;
    analysis.mask.mask = Image<std::uint8_t>(120, 90);
    analysis.mask.mask(100, 70) = 255;
    EXPECT_TRUE(is_grey(at(draw_overlay(example_frame(), analysis), {100.0, 70.0}, 2.0)));
    const Image<Rgb> shaded = draw_overlay(example_frame(), analysis, {.scale = 2.0, .draw_mask = true});
    EXPECT_FALSE(is_grey(at(shaded, {100.0, 70.0}, 2.0)));
    EXPECT_TRUE(is_grey(at(shaded, {90.0, 70.0}, 2.0)));
}

TEST(Overlay, RefusesAScaleOutOfRange) {
    for (const double scale : {0.0, 0.99, 8.01, std::numeric_limits<double>::quiet_NaN()})
        EXPECT_THROW(draw_overlay(example_frame(), Analysis{}, {.scale = scale}), InvalidInput) << scale;
    EXPECT_THROW(draw_overlay(Frame{}, Analysis{}), InvalidInput);
}

}  // namespace
}  // namespace stenometry::viz
