#include "stenometry/valid_region.h"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <functional>
#include <limits>
#include <opencv2/imgproc.hpp>

#include "stenometry/error.h"
#include "stenometry/interop/opencv.h"
#include "support/real_angiograms.h"

namespace stenometry {
namespace {

constexpr int size_px = 256;
constexpr float tissue = 140.0F;

using Shape = std::function<bool(int x, int y)>;  // whether the detector saw the patient there

/// A chest: bright lung to the left, dark spine to the right, a vessel across, noise of 2 grey levels.
cv::Mat chest(int size = size_px) {
    cv::Mat picture(size, size, CV_32F);
    for (int y = 0; y < size; ++y)
        for (int x = 0; x < size; ++x)
            picture.at<float>(y, x) = tissue - 40.0F * std::tanh((float(x) / float(size) - 0.6F) * 12.0F);
    cv::line(picture, {size / 5, size / 4}, {size * 4 / 5, size * 3 / 4}, cv::Scalar(60), 7, cv::LINE_8);
    cv::GaussianBlur(picture, picture, {}, 1.0);
    cv::Mat noise(size, size, CV_32F);
    cv::RNG rng(7);
    rng.fill(noise, cv::RNG::NORMAL, 0.0, 2.0);
    return picture + noise;
}

Frame frame_of(const cv::Mat& picture) {
    Frame frame;
    frame.pixels = interop::from_mat<float>(picture).clone();
    return frame;
}

cv::Mat seen_only(const cv::Mat& picture, const Shape& seen, float level) {
    cv::Mat covered = picture.clone();
    for (int y = 0; y < picture.rows; ++y)
        for (int x = 0; x < picture.cols; ++x)
            if (!seen(x, y)) covered.at<float>(y, x) = level;
    return covered;
}

/// The penumbra of a collimator: what is behind the blades is dimmed, over a blurred edge.
cv::Mat collimated(const cv::Mat& picture, const Shape& seen, double penumbra_px) {
    cv::Mat open(picture.size(), CV_32F, cv::Scalar(0.15));
    for (int y = 0; y < picture.rows; ++y)
        for (int x = 0; x < picture.cols; ++x)
            if (seen(x, y)) open.at<float>(y, x) = 1.0F;
    cv::GaussianBlur(open, open, {}, penumbra_px, penumbra_px, cv::BORDER_REPLICATE);
    return picture.mul(open);
}

double hidden_fraction(const Frame& frame) {
    if (frame.valid.empty()) return 0.0;
    return 1.0 - cv::countNonZero(interop::as_mat(frame.valid)) / double(frame.valid.size());
}

/// Pixels outside the true border that are still called valid.
int leaks(const Frame& frame, const Shape& seen) {
    int count = 0;
    for (int y = 0; y < frame.height(); ++y)
        for (int x = 0; x < frame.width(); ++x) count += !seen(x, y) && frame.is_valid(x, y);
    return count;
}

/// Pixels hidden although they lie further inside the true border than `margin_px`.
int losses(const Frame& frame, const Shape& seen, int margin_px) {
    cv::Mat inside(frame.height() + 2, frame.width() + 2, CV_8U,
                   cv::Scalar(1));  // the image's edge is no border
    for (int y = 0; y < frame.height(); ++y)
        for (int x = 0; x < frame.width(); ++x) inside.at<std::uint8_t>(y + 1, x + 1) = seen(x, y);
    cv::Mat distance;
    cv::distanceTransform(inside, distance, cv::DIST_L2, cv::DIST_MASK_PRECISE);
    int count = 0;
    for (int y = 0; y < frame.height(); ++y)
        for (int x = 0; x < frame.width(); ++x)
            count += distance.at<float>(y + 1, x + 1) > float(margin_px) && !frame.is_valid(x, y);
    return count;
}

bool in_rectangle(int x, int y) { return x >= 20 && y >= 12 && x < size_px - 30 && y < size_px - 9; }
bool in_circle(int x, int y) { return std::hypot(x - 127.5, y - 127.5) < 135.0; }
bool in_cut_circle(int x, int y) { return in_circle(x, y) && x > 25 && y < 240; }

struct Border {
    const char* name;
    Shape seen;
    float level;
};

class BlankedBorder : public testing::TestWithParam<Border> {};

TEST_P(BlankedBorder, IsHiddenAndNothingElseIs) {
    const Frame found = find_valid_region(frame_of(seen_only(chest(), GetParam().seen, GetParam().level)));
    EXPECT_EQ(leaks(found, GetParam().seen), 0);
    // Margin of 2 px and one for the step itself, rounded up on slopes.
    EXPECT_EQ(losses(found, GetParam().seen, 5), 0);
}

INSTANTIATE_TEST_SUITE_P(Shapes, BlankedBorder,
                         testing::Values(Border{"BlackFrame", in_rectangle, 0.0F},
                                         Border{"WhiteFrame", in_rectangle, 255.0F},
                                         Border{"RoundField", in_circle, 10.0F},
                                         Border{"CutOffRoundField", in_cut_circle, 10.0F},
                                         Border{"OneBar", [](int x, int) { return x >= 40; }, 0.0F}),
                         [](const auto& instance) { return std::string(instance.param.name); });

struct Blades {
    double tilt = 0;      // of the left blade, px per px
    double penumbra = 2;  // standard deviation, px
};

class Collimator : public testing::TestWithParam<Blades> {};

TEST_P(Collimator, IsHiddenUpToTheEndOfItsPenumbra) {
    const Blades blades = GetParam();
    const Shape open = [&](int x, int y) { return x >= 18 + blades.tilt * (y - 128) && y < size_px - 25; };
    const Frame found = find_valid_region(frame_of(collimated(chest(), open, blades.penumbra)));
    EXPECT_EQ(leaks(found, open), 0);
    // The rise of a Gaussian penumbra ends three sigmas inside its middle; margin 2, two to find it in noise,
    // and the depth error of the nearest tilt that is tried (half of 0.01 over half of the side).
    const int margin = static_cast<int>(std::ceil(3 * blades.penumbra + 4 + 1));
    EXPECT_EQ(losses(found, open, margin), 0);
}

INSTANTIATE_TEST_SUITE_P(Blades, Collimator,
                         testing::Values(Blades{0.0, 1.5}, Blades{0.0, 3.0}, Blades{0.04, 2.0},
                                         Blades{-0.06, 2.0}));

TEST(ValidRegion, KeepsTheWholeChestWhereThereIsNoBorder) {
    EXPECT_EQ(hidden_fraction(find_valid_region(frame_of(chest()))), 0.0);
}

TEST(ValidRegion, KeepsADarkDiaphragmAndSaturatedLung) {
    cv::Mat picture = chest();
    for (int y = 0; y < picture.rows; ++y)
        for (int x = 0; x < picture.cols; ++x) {
            const double diaphragm = 1.0 / (1.0 + std::exp((std::hypot(x - 100.0, y - 380.0) - 190.0) / 3.0));
            const double lung = 1.0 / (1.0 + std::exp((std::hypot(x - 10.0, y - 5.0) - 60.0) / 5.0));
            float& v = picture.at<float>(y, x);
            v = std::clamp(v * float(1.0 - 0.75 * diaphragm) + float(200.0 * lung), 0.0F, 255.0F);
        }
    EXPECT_EQ(hidden_fraction(find_valid_region(frame_of(picture))), 0.0);
}

TEST(ValidRegion, FollowsTheImageWhenItIsFlippedOrTurned) {
    const cv::Mat picture = collimated(seen_only(chest(), in_circle, 5.0F), in_rectangle, 2.0);
    const cv::Mat upright = interop::as_mat(find_valid_region(frame_of(picture)).valid).clone();
    for (const int flip : {-1, 0, 1}) {
        cv::Mat flipped, expected;
        cv::flip(picture, flipped, flip);
        cv::flip(upright, expected, flip);
        const Frame found = find_valid_region(frame_of(flipped));
        EXPECT_LT(cv::countNonZero(interop::as_mat(found.valid) != expected), 0.005 * size_px * size_px);
    }
    const Frame turned = find_valid_region(frame_of(picture.t()));
    EXPECT_LT(cv::countNonZero(interop::as_mat(turned.valid) != upright.t()), 0.005 * size_px * size_px);
}

TEST(ValidRegion, DoesNotDependOnTheUnitOfIntensity) {
    const cv::Mat picture = collimated(chest(), in_rectangle, 2.0);
    const Frame grey = find_valid_region(frame_of(picture));
    const Frame counts = find_valid_region(frame_of(16.0 * picture + 1000.0));
    EXPECT_EQ(cv::countNonZero(interop::as_mat(grey.valid) != interop::as_mat(counts.valid)), 0);
}

TEST(ValidRegion, SharesThePixelsAndKeepsWhatTheTagsHide) {
    Frame frame = frame_of(chest());
    frame.valid = Image<std::uint8_t>(size_px, size_px, 255);
    for (int y = 0; y < size_px; ++y)
        for (int x = 0; x < 50; ++x) frame.valid(x, y) = 0;
    const Frame found = find_valid_region(frame);
    EXPECT_EQ(found.pixels.row(0), frame.pixels.row(0));
    EXPECT_EQ(cv::countNonZero(interop::as_mat(found.valid) != interop::as_mat(frame.valid)), 0);
}

TEST(ValidRegion, HidesPixelsThatAreNotFinite) {
    Frame frame = frame_of(chest());
    frame.pixels(100, 90) = std::numeric_limits<float>::quiet_NaN();
    frame.pixels(0, 0) = std::numeric_limits<float>::infinity();
    const Frame found = find_valid_region(frame);
    EXPECT_FALSE(found.is_valid(100, 90));
    EXPECT_FALSE(found.is_valid(0, 0));
    EXPECT_EQ(cv::countNonZero(interop::as_mat(found.valid)), size_px * size_px - 2);
}

TEST(ValidRegion, DoesNotBelieveABorderThatHidesNearlyAll) {
    const Shape keyhole = [](int x, int y) { return std::hypot(x - 128, y - 128) < 50; };
    const Frame covered = frame_of(seen_only(chest(), keyhole, 0.0F));
    EXPECT_EQ(hidden_fraction(find_valid_region(covered)), 0.0);
    EXPECT_GT(hidden_fraction(find_valid_region(covered, {.max_hidden_fraction = 1.0})), 0.8);
}

class FeaturelessImage : public testing::TestWithParam<int> {};

TEST_P(FeaturelessImage, IsValidEverywhere) {
    for (const float level : {0.0F, 100.0F, 255.0F}) {
        const cv::Mat flat(GetParam(), GetParam(), CV_32F, cv::Scalar(double{level}));
        EXPECT_EQ(hidden_fraction(find_valid_region(frame_of(flat))), 0.0);
    }
}

INSTANTIATE_TEST_SUITE_P(Sizes, FeaturelessImage, testing::Values(1, 2, 15, 16, 17, 200));

TEST(ValidRegion, OfNothingButNotANumberIsEmpty) {
    const cv::Mat nothing(20, 20, CV_32F, cv::Scalar(std::numeric_limits<double>::quiet_NaN()));
    EXPECT_EQ(hidden_fraction(find_valid_region(frame_of(nothing))), 1.0);
}

TEST(ValidRegion, RejectsOptionsThatMeanNothing) {
    const Frame frame = frame_of(chest(32));
    EXPECT_THROW(find_valid_region(frame, {.margin_px = -1.0}), InvalidInput);
    EXPECT_THROW(find_valid_region(frame, {.max_hidden_fraction = 1.5}), InvalidInput);
    EXPECT_THROW(find_valid_region(Frame{}), InvalidInput);
}

// ------------------------------------------------------------------------------------------------ real
// angiograms

TEST(ValidRegionOfRealAngiograms, HidesNoVesselThatAnExpertDrew) {
    SKIP_WITHOUT_ANGIOGRAMS();
    for (int n = 1; n <= 40; ++n) {
        const std::filesystem::path base = test::data_folder() / "dca1_train" / std::to_string(n);
        const cv::Mat vessels = test::drawn_vessels_of(base.string() + "_gt.png");
        const Frame found = find_valid_region(io::read_image(base.string() + ".png"));
        if (found.valid.empty()) continue;
        const int lost = cv::countNonZero(vessels & (interop::as_mat(found.valid) == 0));
        // Vessels are drawn up to the very edge of round fields.
        EXPECT_LE(lost, 0.02 * cv::countNonZero(vessels)) << base;
    }
}

TEST(ValidRegionOfRealAngiograms, FindsTheRoundFields) {
    SKIP_WITHOUT_ANGIOGRAMS();
    for (const int n : {2, 11, 24, 35, 37}) {
        const std::filesystem::path path = test::data_folder() / "dca1_train" / (std::to_string(n) + ".png");
        EXPECT_FALSE(find_valid_region(io::read_image(path)).is_valid(296, 3)) << path;
    }
}

}  // namespace
}  // namespace stenometry
