#include "stenometry/evaluation.h"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>

#include "stenometry/error.h"
#include "support/drawn_vessels.h"

namespace stenometry {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Optional;
using ::testing::ThrowsMessage;

constexpr double exact = 1e-12;

/// 255 from `left`, `top` on.
Image<std::uint8_t> box(int left, int top, int width, int height, int side = 64) {
    Image<std::uint8_t> image(side, side);
    for (int y = top; y < top + height; ++y)
        for (int x = left; x < left + width; ++x) image(x, y) = 255;
    return image;
}
Image<std::uint8_t> none(int side = 64) { return Image<std::uint8_t>(side, side); }

Image<std::uint8_t> both(const Image<std::uint8_t>& a, const Image<std::uint8_t>& b) {
    Image<std::uint8_t> image = a.clone();
    for (int y = 0; y < b.height(); ++y)
        for (int x = 0; x < b.width(); ++x)
            if (b(x, y) != 0) image(x, y) = 255;
    return image;
}

std::string drawing(const Image<std::uint8_t>& image) {
    std::string text;
    for (int y = 0; y < image.height(); ++y) {
        for (int x = 0; x < image.width(); ++x) text += image(x, y) != 0 ? '#' : '.';
        text += '\n';
    }
    return text;
}

Image<std::uint8_t> drawn(const std::vector<std::string>& rows) {
    Image<std::uint8_t> image(static_cast<int>(rows[0].size()), static_cast<int>(rows.size()));
    for (int y = 0; y < image.height(); ++y)
        for (int x = 0; x < image.width(); ++x)
            image(x, y) = rows[static_cast<std::size_t>(y)][static_cast<std::size_t>(x)] == '#' ? 255 : 0;
    return image;
}

TEST(Dice, IsOneForTheSameMaskAndZeroForAnother) {
    EXPECT_EQ(dice(box(5, 5, 20, 10), box(5, 5, 20, 10)), 1.0);
    EXPECT_EQ(dice(box(5, 5, 20, 10), box(5, 40, 20, 10)), 0.0);
    EXPECT_EQ(dice(none(), box(5, 40, 20, 10)), 0.0);
    EXPECT_EQ(dice(none(), none()), std::nullopt);
}

TEST(Dice, OfAShiftedMaskIsThePartThatIsShared) {
    for (int shift = 0; shift <= 20; ++shift)
        EXPECT_NEAR(dice(box(5, 5, 20, 10), box(5 + shift, 5, 20, 10)).value(), (20.0 - shift) / 20.0, exact);
}

TEST(Dice, CountsWhatIsNotZeroAsVessel) {
    Image<std::uint8_t> ones(2, 1), full(2, 1);
    ones(0, 0) = 1;
    full(0, 0) = 255;
    EXPECT_EQ(dice(ones, full), 1.0);
}

TEST(Evaluation, ImagesOfTwoSizesAreRefusedWithBoth) {
    const auto refused = [](auto compare) {
        EXPECT_THAT(compare,
                    ThrowsMessage<InvalidInput>(HasSubstr("32 x 32 pixels, but the truth is 64 x 64")));
    };
    refused([] { dice(none(32), none()); });
    refused([] { centerline_dice(none(32), none()); });
    refused([] { area_under_curve(Image<float>(32, 32), none()); });
    refused([] { hausdorff_px(none(32), none()); });
    refused([] { compare_lines(none(32), none()); });
}

TEST(Skeleton, OfABarIsItsMiddleLineWithoutItsEnds) {
    // Five high: two rounds, which take two columns off either end; the line that is left loses one more, on
    // the side from which the second half of a round comes.
    const Image<std::uint8_t> line = skeleton(box(10, 20, 30, 5));
    EXPECT_EQ(drawing(line), drawing(box(12, 22, 25, 1))) << drawing(line);
}

TEST(Skeleton, KeepsWhatIsOnePixelWideAndWhatTouchesTheBorder) {
    const Image<std::uint8_t> line = drawn({".......", ".#.....", "..#....", "...###.", "......."});
    EXPECT_EQ(drawing(skeleton(line)), drawing(line));
    const Image<std::uint8_t> corner = drawn({"##...", "##...", "....."});
    // The outermost row and column are never looked at.
    EXPECT_EQ(drawing(skeleton(corner)), drawing(drawn({"##...", "#....", "....."})));
    EXPECT_EQ(drawing(skeleton(none(3))), drawing(none(3)));
    EXPECT_TRUE(skeleton(Image<std::uint8_t>()).empty());
}

TEST(CenterlineDice, IsOneForTheSameMaskAndDoesNotCareForWidth) {
    const Image<std::uint8_t> wide = box(10, 20, 40, 9), thin = box(13, 23, 34, 3);
    EXPECT_EQ(centerline_dice(wide, wide), 1.0);
    EXPECT_EQ(centerline_dice(thin, wide), 1.0);
    EXPECT_LT(dice(thin, wide).value(), 0.5);
    EXPECT_EQ(centerline_dice(none(), wide), 0.0);
    EXPECT_EQ(centerline_dice(none(), none()), std::nullopt);
}

TEST(CenterlineDice, CountsLinesAndNotArea) {
    // A line that is all the mask has, and two of the same length in the truth: precision 1, sensitivity 1/2.
    const Image<std::uint8_t> one = box(10, 20, 40, 1), two = both(one, box(10, 50, 40, 1));
    EXPECT_NEAR(centerline_dice(one, two).value(), 2.0 * 0.5 / 1.5, exact);
}

Image<float> row(const std::vector<float>& values) {
    Image<float> image(static_cast<int>(values.size()), 1);
    std::copy(values.begin(), values.end(), image.row(0));
    return image;
}

TEST(AreaUnderCurve, CountsPairsInOrderAndTiesByHalf) {
    const Image<std::uint8_t> truth = drawn({"##.."});
    EXPECT_EQ(area_under_curve(row({0.9F, 0.8F, 0.2F, 0.1F}), truth), 1.0);
    EXPECT_EQ(area_under_curve(row({0.1F, 0.2F, 0.8F, 0.9F}), truth), 0.0);
    EXPECT_EQ(area_under_curve(row({0.5F, 0.5F, 0.5F, 0.5F}), truth), 0.5);
    // 0.9 beats both, 0.5 beats 0.1 and ties with 0.5: 3.5 of 4.
    EXPECT_EQ(area_under_curve(row({0.9F, 0.5F, 0.5F, 0.1F}), truth), 3.5 / 4.0);
    // 0.9 beats both, 0.1 none: 2 of 4.
    EXPECT_EQ(area_under_curve(row({0.9F, 0.1F, 0.5F, 0.2F}), truth), 0.5);
}

TEST(AreaUnderCurve, IsNotDefinedWithoutBothKindsOfPixels) {
    EXPECT_EQ(area_under_curve(row({0.1F, 0.9F}), drawn({".."})), std::nullopt);
    EXPECT_EQ(area_under_curve(row({0.1F, 0.9F}), drawn({"##"})), std::nullopt);
    EXPECT_EQ(area_under_curve(row({0.1F, std::numeric_limits<float>::quiet_NaN()}), drawn({"#."})),
              std::nullopt);
}

TEST(Hausdorff, OfTwoLinesIsTheirDistance) {
    EXPECT_EQ(hausdorff_px(box(5, 10, 50, 1), box(5, 17, 50, 1)), 7.0);
    EXPECT_NEAR(hausdorff_px(box(5, 10, 1, 1), box(8, 14, 1, 1)).value(), 5.0, 1e-6);  // single precision
    EXPECT_EQ(hausdorff_px(box(5, 10, 9, 9), box(5, 10, 9, 9)), 0.0);
    EXPECT_EQ(hausdorff_px(none(), box(5, 10, 9, 9)), std::nullopt);
    EXPECT_EQ(hausdorff_px(none(), none()), std::nullopt);
}

TEST(Hausdorff, IsTheSameEitherWayAndLeavesOutTheFewThatAreFarthest) {
    const Image<std::uint8_t> line = box(2, 10, 60, 1), and_a_dot = both(line, box(30, 50, 1, 1));
    EXPECT_EQ(hausdorff_px(line, and_a_dot, 1.0), 40.0);
    EXPECT_EQ(hausdorff_px(and_a_dot, line, 1.0), 40.0);
    EXPECT_EQ(hausdorff_px(and_a_dot, line), 0.0);  // 1 of 61 is less than 5 %
    EXPECT_THAT([&] { hausdorff_px(line, line, 1.5); }, ThrowsMessage<InvalidInput>(HasSubstr("part")));
}

TEST(CompareLines, NearIsUpToTheTolerance) {
    const Image<std::uint8_t> truth = box(10, 20, 40, 1);
    for (const int off : {0, 3, 4}) {
        const LineAgreement agreement = compare_lines(box(10, 20 + off, 40, 1), truth);
        EXPECT_EQ(agreement.recall, off <= 3 ? 1.0 : 0.0) << off;
        EXPECT_EQ(agreement.precision, off <= 3 ? 1.0 : 0.0) << off;
    }
}

TEST(CompareLines, HalfALineIsPreciseAndRecallsHalf) {
    const LineAgreement agreement = compare_lines(box(10, 20, 20, 1), box(10, 20, 40, 1), 0.0);
    EXPECT_EQ(agreement.recall, 0.5);
    EXPECT_EQ(agreement.precision, 1.0);
}

TEST(CompareLines, WhatIsNotThereHasNoPart) {
    const LineAgreement nothing_found = compare_lines(none(), box(10, 20, 40, 1));
    EXPECT_EQ(nothing_found.recall, 0.0);
    EXPECT_EQ(nothing_found.precision, std::nullopt);
    const LineAgreement nothing_true = compare_lines(box(10, 20, 40, 1), none());
    EXPECT_EQ(nothing_true.recall, std::nullopt);
    EXPECT_EQ(nothing_true.precision, 0.0);
}

TEST(DrawLines, CurvesAreDrawnWithoutGapsAndWhatIsOutsideIsLeftOut) {
    const std::vector<Polyline> lines{{{1.0, 1.0}, {5.0, 1.0}}, {{2.0, 3.0}, {2.0, 9.0}}};
    EXPECT_EQ(drawing(draw_lines(lines, 7, 5)),
              drawing(drawn({".......", ".#####.", ".......", "..#....", "..#...."})));
}

TEST(DrawLines, PointsThatWereNotFoundLeaveAGap) {
    const std::vector<Polyline> lines{{{1.0, 1.0}, {2.0, 1.0}, no_point, {4.0, 1.0}, {5.0, 1.0}}};
    EXPECT_EQ(drawing(draw_lines(lines, 7, 3)), drawing(drawn({".......", ".##.##.", "......."})));
}

TrueLesion lesion(Point at, double length_mm = 10.0) {
    return {.at_px = at,
            .percent_diameter_stenosis = 60.0,
            .mld_mm = 1.2,
            .reference_mm = 3.0,
            .length_mm = length_mm};
}
FoundLesion found(Point at, double percent) { return {.at_px = at, .percent_diameter_stenosis = percent}; }

TEST(MatchLesions, SeverestNearALesionStandsForIt) {
    const std::vector<TrueLesion> truth{lesion({100.0, 100.0})};
    const std::vector<FoundLesion> lesions{found({110.0, 100.0}, 40.0), found({95.0, 100.0}, 55.0),
                                           found({200.0, 100.0}, 90.0), found({105.0, 100.0}, 55.0)};
    const LesionMatches matches = match_lesions(lesions, truth, 0.2);
    EXPECT_THAT(matches.found_of_truth, ElementsAre(Optional(1U)));
    EXPECT_THAT(matches.false_positives, ElementsAre(2U));
}

TEST(MatchLesions, NearIsWithinThreeMillimetresOrMostOfTheLesion) {
    const auto is_found = [](double off_px, double length_mm) {
        return match_lesions(std::vector{found({off_px, 0.0}, 50.0)},
                             std::vector{lesion({0.0, 0.0}, length_mm)}, 0.2)
            .found_of_truth[0]
            .has_value();
    };
    EXPECT_TRUE(is_found(14.9, 2.0));
    EXPECT_FALSE(is_found(15.0, 2.0));
    EXPECT_TRUE(is_found(29.9, 10.0));  // 0.6 of 10 mm are 30 px
    EXPECT_FALSE(is_found(30.1, 10.0));
}

TEST(MatchLesions, WhatHasNoPercentDiameterIsNotLookedAt) {
    const std::vector<FoundLesion> lesions{{.at_px = {100.0, 100.0}}};
    const LesionMatches matches = match_lesions(lesions, std::vector{lesion({100.0, 100.0})}, 0.2);
    EXPECT_THAT(matches.found_of_truth, ElementsAre(std::nullopt));
    EXPECT_THAT(matches.false_positives, IsEmpty());
    EXPECT_THAT([&] { match_lesions(lesions, {}, 0.0); },
                ThrowsMessage<InvalidInput>(HasSubstr("mm_per_px")));
}

TEST(MatchRegions, RegionsAreFoundAndLesionsAreInThem) {
    const Image<std::uint8_t> regions = both(box(10, 10, 5, 5), box(40, 40, 5, 5));
    const std::vector<Point> at{{12.0, 12.0}, {55.0, 10.0}, {14.2, 21.9}};
    const RegionMatches matches = match_regions(at, regions);
    EXPECT_EQ(matches.regions, 2U);
    EXPECT_EQ(matches.regions_found, 1U);
    EXPECT_EQ(matches.lesions, 3U);
    EXPECT_EQ(matches.lesions_in_regions, 2U);  // 8 px below the first is in it
}

TEST(MatchRegions, LesionWithoutAPlaceIsTheCallersMistake) {
    const std::vector<Point> at{no_point};
    EXPECT_THROW(match_regions(at, box(10, 10, 5, 5)), InvalidInput);
}

TEST(MatchRegions, ToleranceIsSquareForRegionsAndRoundForLesions) {
    const Image<std::uint8_t> region = box(10, 10, 5, 5);
    const RegionMatches corner = match_regions(std::vector{Point{22.0, 22.0}}, region);
    EXPECT_EQ(corner.regions_found, 1U);
    EXPECT_EQ(corner.lesions_in_regions, 0U);
    EXPECT_EQ(match_regions(std::vector{Point{23.0, 12.0}}, region).regions_found, 0U);
    EXPECT_EQ(match_regions(std::vector{Point{-50.0, 12.0}}, box(0, 10, 5, 5)).regions_found, 1U);
    EXPECT_EQ(match_regions({}, none()).regions, 0U);
}

TEST(ErrorStatistics, AreThoseOfTheirDefinition) {
    const ErrorStatistics errors = error_statistics(std::vector{1.0, -3.0, 2.0});
    EXPECT_EQ(errors.count, 3U);
    EXPECT_EQ(errors.bias, 0.0);
    EXPECT_NEAR(errors.sd.value(), std::sqrt(14.0 / 2.0), exact);
    EXPECT_EQ(errors.mean_absolute, 2.0);
    EXPECT_EQ(errors.worst, 3.0);
    EXPECT_EQ(error_statistics(std::vector{2.0}).sd, std::nullopt);
    EXPECT_EQ(error_statistics({}).bias, std::nullopt);
}

}  // namespace
}  // namespace stenometry
