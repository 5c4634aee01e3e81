#include "stenometry/vesselness.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <tbb/global_control.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>
#include <numbers>
#include <random>

#include "stenometry/error.h"
#include "stenometry/interop/opencv.h"
#include "stenometry/valid_region.h"
#include "support/exact_frangi.h"
#include "support/real_angiograms.h"

namespace stenometry {
namespace {

constexpr double degree = std::numbers::pi / 180.0;

/// A straight bright cylinder through the middle of a square image.
struct Cylinder {
    double diameter_px = 8.0;
    double angle_deg = 0.0;
    double height = 0.3;  ///< attenuation in the middle
    int size_px = 129;
};

/// Mean over a pixel of the chord through a cylinder, as a detector sees it.
double chord_over_pixel(double distance, double diameter) {
    double sum = 0.0;
    for (int i = 0; i < 8; ++i) {
        const double d = 2.0 * (distance + (i - 3.5) / 8.0) / diameter;
        sum += std::sqrt(std::max(0.0, 1.0 - d * d)) / 8.0;
    }
    return sum;
}

Image<float> draw(const Cylinder& cylinder) {
    const double c = std::cos(cylinder.angle_deg * degree), s = std::sin(cylinder.angle_deg * degree);
    const double middle = (cylinder.size_px - 1) / 2.0;
    Image<float> image(cylinder.size_px, cylinder.size_px);
    for (int y = 0; y < image.height(); ++y)
        for (int x = 0; x < image.width(); ++x) {
            const double distance = (y - middle) * c - (x - middle) * s;
            image(x, y) =
                static_cast<float>(cylinder.height * chord_over_pixel(distance, cylinder.diameter_px));
        }
    return image;
}

Image<std::uint8_t> all_valid(const Image<float>& image) { return {image.width(), image.height(), 255}; }

Vesselness filter(const Image<float>& image, const VesselnessOptions& options,
                  const Image<std::uint8_t>& valid, double noise_sd = 0.0) {
    EnhancedFrame frame;
    frame.attenuation = image;
    frame.valid = valid;
    frame.attenuation_noise_sd = noise_sd;
    return compute_vesselness(frame, options);
}

Vesselness filter(const Image<float>& image, const VesselnessOptions& options = {}) {
    return filter(image, options, all_valid(image));
}

/// Angle between two undirected lines.
double angle_between(double a, double b) { return std::abs(std::remainder(a - b, std::numbers::pi)); }

float largest(const Image<float>& image) {
    float value = 0.0f;
    for (int y = 0; y < image.height(); ++y)
        value = std::max(value, *std::max_element(image.row(y), image.row(y) + image.width()));
    return value;
}

class EveryMeasure : public testing::TestWithParam<RidgeMeasure> {
  protected:
    VesselnessOptions options() const {
        return {.measure = GetParam(), .min_diameter = {0.7, 3.0}, .max_diameter = {4.5, 14.0}, .scales = 7};
    }
};

TEST_P(EveryMeasure, AVesselAnswersOnItsAxisAndNotBesideIt) {
    const Vesselness vesselness = filter(draw({.diameter_px = 7.0}), options());
    EXPECT_GT(vesselness.response(64, 64), 0.8f);
    EXPECT_LT(vesselness.response(64, 40), 0.02f);
    EXPECT_LT(vesselness.response(64, 90), 0.02f);
}

TEST_P(EveryMeasure, DirectionIsAlongTheVesselWithinADegree) {
    for (int angle = -85; angle <= 90; angle += 7) {
        const Vesselness vesselness = filter(draw({.diameter_px = 6.0, .angle_deg = 1.0 * angle}), options());
        const auto direction = static_cast<double>(vesselness.direction_rad(64, 64));
        EXPECT_LT(angle_between(direction, angle * degree), degree) << angle;
        EXPECT_GT(direction, -std::numbers::pi / 2);
        EXPECT_LE(direction, std::numbers::pi / 2 + 1e-6);
    }
}

TEST_P(EveryMeasure, ADarkLineDoesNotAnswer) {
    Image<float> image = draw({.diameter_px = 6.0});
    for (int y = 0; y < image.height(); ++y)
        for (int x = 0; x < image.width(); ++x) image(x, y) = -image(x, y);
    const Vesselness vesselness = filter(image, options());
    EXPECT_LT(vesselness.response(64, 64), 1e-6f);
}

TEST_P(EveryMeasure, AConstantImageDoesNotAnswer) {
    for (const float value : {0.0f, 1.0f, -3.7f}) {
        const Vesselness vesselness = filter(Image<float>(50, 40, value), options());
        EXPECT_LT(largest(vesselness.response), 0.05f);
    }
}

TEST_P(EveryMeasure, RotationByAQuarterTurnRotatesTheAnswer) {
    const Image<float> image = draw({.diameter_px = 5.0, .angle_deg = 17.0});
    Image<float> turned(129, 129);
    for (int y = 0; y < 129; ++y)
        for (int x = 0; x < 129; ++x) turned(128 - y, x) = image(x, y);
    const Vesselness a = filter(image, options()), b = filter(turned, options());
    for (int y = 15; y < 114; y += 3)
        for (int x = 15; x < 114; x += 3) {
            // Coarse scales of the bank are interpolated from a picture of half the size, whose pixels lie
            // otherwise after a turn of an odd number of pixels: 4 % on the flanks.
            ASSERT_NEAR(a.response(x, y), b.response(128 - y, x), 0.05);
        }
}

TEST_P(EveryMeasure, ResponseDoesNotDependOnOrientation) {
    const float level = filter(draw({.diameter_px = 5.0}), options()).response(64, 64);
    for (int angle = 5; angle < 90; angle += 10) {
        const float turned =
            filter(draw({.diameter_px = 5.0, .angle_deg = 1.0 * angle}), options()).response(64, 64);
        // Twelve orientations miss an angle by up to 7.5 degrees, which costs an elongated filter 8 %.
        EXPECT_NEAR(turned, level, 0.09f * level) << angle;
    }
}

TEST_P(EveryMeasure, TwiceTheMagnificationGivesTheSameResponse) {
    VesselnessOptions twice = options();
    twice.min_diameter.uncalibrated_px *= 2.0;
    twice.max_diameter.uncalibrated_px *= 2.0;
    const Image<float> small = draw({.diameter_px = 6.0, .angle_deg = 30.0, .size_px = 129});
    const Image<float> large = draw({.diameter_px = 12.0, .angle_deg = 30.0, .size_px = 257});
    const Vesselness a = filter(small, options()), b = filter(large, twice);
    for (int offset = -6; offset <= 6; ++offset) {
        // The pixel's own blur is 0.3 px in both pictures, so the smaller one is a little more blurred.
        EXPECT_NEAR(a.response(64, 64 + offset), b.response(128, 128 + 2 * offset), 0.04) << offset;
    }
    // The bank's scale is the one that stands out most of its clutter, of which there is none here: next to
    // it will do. Seven scales are 29 % apart.
    const float tolerance = GetParam() == RidgeMeasure::oriented ? 0.3f * b.scale_px(128, 128) : 1e-3f;
    EXPECT_NEAR(2.0f * a.scale_px(64, 64), b.scale_px(128, 128), tolerance);
}

TEST_P(EveryMeasure, WideAndNarrowVesselsAnswerAlike) {
    Image<float> image(300, 100);
    for (int y = 0; y < 100; ++y)
        for (int x = 0; x < 300; ++x)
            image(x, y) = static_cast<float>(0.3 * chord_over_pixel(y - 50.0, x < 150 ? 5.0 : 12.0));
    const Vesselness vesselness = filter(image, options());
    // The bank counts in what is clutter at each scale, and here only the vessels themselves are.
    const float tolerance = GetParam() == RidgeMeasure::oriented ? 0.5f : 0.05f;
    EXPECT_NEAR(vesselness.response(70, 50), vesselness.response(230, 50), tolerance);
    EXPECT_LT(vesselness.scale_px(70, 50), vesselness.scale_px(230, 50));
}

TEST_P(EveryMeasure, BordersOfTheValidRegionDoNotAnswer) {
    Image<float> image(200, 160);
    Image<std::uint8_t> valid(200, 160);
    for (int y = 0; y < 160; ++y)
        for (int x = 0; x < 200; ++x) {
            valid(x, y) = x > 30 && std::hypot(x - 100.0, y - 80.0) < 75.0 ? 255 : 0;
            image(x, y) =
                valid(x, y) ? static_cast<float>(0.005 * x + 0.3 * chord_over_pixel(y - 80.0, 6.0)) : 0.0f;
        }
    // A slope that ends at the border has a crest there, which is not in the patient.
    const Vesselness vesselness = filter(image, options(), valid);
    EXPECT_GT(vesselness.response(100, 80), 0.8f);
    float beside = 0.0f;
    for (int y = 0; y < 160; ++y)
        for (int x = 0; x < 200; ++x) {
            if (valid(x, y) == 0) {
                ASSERT_EQ(vesselness.response(x, y), 0.0f);
            }
            if (std::abs(y - 80) > 25) beside = std::max(beside, vesselness.response(x, y));
        }
    // Jerman's measure lifts what is weak.
    EXPECT_LT(beside, GetParam() == RidgeMeasure::jerman ? 0.1f : 0.04f);
}

TEST_P(EveryMeasure, NoiseAloneStaysLow) {
    Image<float> image(200, 200);
    std::mt19937 random(7);
    std::normal_distribution<float> noise(0.0f, 0.05f);
    for (int y = 0; y < 200; ++y)
        for (int x = 0; x < 200; ++x) image(x, y) = noise(random);
    const Vesselness vesselness = filter(image, options(), all_valid(image), 0.05);
    double mean = 0.0;
    for (int y = 0; y < 200; ++y)
        for (int x = 0; x < 200; ++x) mean += static_cast<double>(vesselness.response(x, y)) / 40000.0;
    EXPECT_LT(mean, 0.15);
}

TEST_P(EveryMeasure, NumberOfThreadsDoesNotMatter) {
    Image<float> image = draw({.diameter_px = 6.0, .angle_deg = 33.0});
    const Vesselness many = filter(image, options());
    const tbb::global_control one_thread(tbb::global_control::max_allowed_parallelism, 1);
    const Vesselness one = filter(image, options());
    for (int y = 0; y < 129; ++y)
        for (int x = 0; x < 129; ++x) {
            ASSERT_EQ(many.response(x, y), one.response(x, y));
            ASSERT_EQ(many.scale_px(x, y), one.scale_px(x, y));
            ASSERT_EQ(many.direction_rad(x, y), one.direction_rad(x, y));
        }
}

TEST_P(EveryMeasure, AKeptFilterForgetsTheFrameBefore) {
    VesselnessFilter kept({1.5, 3.0}, options());
    const Image<float> first = draw({.diameter_px = 6.0, .angle_deg = 60.0}),
                       second = draw({.diameter_px = 9.0});
    Vesselness reused, fresh;
    kept(first, all_valid(first), 0.0, reused);
    kept(second, all_valid(second), 0.0, reused);
    VesselnessFilter({1.5, 3.0}, options())(second, all_valid(second), 0.0, fresh);
    for (int y = 0; y < 129; ++y)
        for (int x = 0; x < 129; ++x) {
            ASSERT_EQ(reused.response(x, y), fresh.response(x, y));
            ASSERT_EQ(reused.direction_rad(x, y), fresh.direction_rad(x, y));
        }
}

TEST_P(EveryMeasure, SigmasMayComeInAnyOrder) {
    const Image<float> image = draw({.diameter_px = 9.0, .angle_deg = 20.0});
    const Image<std::uint8_t> valid = all_valid(image);
    Vesselness ascending, descending;
    VesselnessFilter({2.0, 3.0, 5.0}, {.measure = GetParam()})(image, valid, 0.01, ascending);
    VesselnessFilter({5.0, 3.0, 2.0}, {.measure = GetParam()})(image, valid, 0.01, descending);
    EXPECT_LT(
        cv::norm(interop::as_mat(ascending.response), interop::as_mat(descending.response), cv::NORM_INF),
        1e-5);  // scales may be summed in another order
}

TEST_P(EveryMeasure, WhatIsNotZeroIsValid) {
    const Image<float> image = draw({.diameter_px = 9.0, .angle_deg = 20.0});
    Image<std::uint8_t> valid(image.width(), image.height());
    interop::as_mat(valid)(cv::Rect(0, 0, image.width() / 2 + 10, image.height())).setTo(255);
    Vesselness of_255, of_1;
    VesselnessFilter filter({2.0, 3.0, 5.0}, {.measure = GetParam()});
    filter(image, valid, 0.01, of_255);
    interop::as_mat(valid).setTo(1, interop::as_mat(valid) != 0);
    filter(image, valid, 0.01, of_1);
    EXPECT_EQ(cv::norm(interop::as_mat(of_255.response), interop::as_mat(of_1.response), cv::NORM_INF), 0.0);
}

TEST_P(EveryMeasure, TinyImagesAreFiltered) {
    for (const auto& [width, height] : {std::pair{1, 1}, {1, 9}, {9, 1}, {3, 2}}) {
        Image<float> image(width, height, 0.1f);
        image(0, 0) = 1.0f;
        const Vesselness vesselness = filter(image, options());
        EXPECT_TRUE(std::isfinite(vesselness.response(0, 0)));
    }
}

TEST_P(EveryMeasure, AnAbsurdSpacingGivesAnAnswerAllTheSame) {
    Frame frame;
    frame.pixels = draw({.diameter_px = 6.0, .size_px = 64});
    for (const double mm_per_px : {1e-9, 1e-3, 1e3, 1e9}) {
        frame.calibration = Calibration::from_user(mm_per_px);
        const Vesselness vesselness = compute_vesselness(enhance(frame), options());
        for (int i = 0; i < 64; ++i) ASSERT_TRUE(std::isfinite(vesselness.response(i, i))) << mm_per_px;
    }
}

INSTANTIATE_TEST_SUITE_P(Vesselness, EveryMeasure,
                         testing::Values(RidgeMeasure::frangi, RidgeMeasure::sato, RidgeMeasure::jerman,
                                         RidgeMeasure::oriented),
                         [](const auto& measure) { return std::string(to_string(measure.param)); });

TEST(Vesselness, ACylinderAnswersBestAtTheScaleOfItsDiameter) {
    const VesselnessOptions options{
        .measure = RidgeMeasure::sato, .min_diameter = {0.7, 3.0}, .max_diameter = {4.5, 14.0}, .scales = 15};
    for (const double diameter : {5.0, 7.0, 9.0}) {
        const auto scale =
            static_cast<double>(filter(draw({.diameter_px = diameter}), options).scale_px(64, 64));
        // Fifteen scales are 12 % apart.
        EXPECT_NEAR(scale, 0.42 * diameter, 0.09 * 0.42 * diameter) << diameter;
    }
}

TEST(Vesselness, SigmasFollowTheCalibration) {
    const VesselnessOptions options{.min_diameter = {1.0, 3.0}, .max_diameter = {4.0, 14.0}, .scales = 3};
    const std::vector<double> sigmas = sigmas_px(options, Calibration::from_user(0.5));
    EXPECT_THAT(sigmas, testing::Pointwise(testing::DoubleNear(1e-12), {0.84, 1.68, 3.36}));
    EXPECT_THAT(sigmas_px(options, {.uncalibrated_scale = 2.0}).front(),
                testing::DoubleNear(0.42 * 6.0, 1e-12));
}

TEST(Vesselness, OptionsOutOfRangeAreRefusedByName) {
    const auto refused = [](const VesselnessOptions& options, const std::string& field) {
        try {
            options.validate();
            ADD_FAILURE() << field << " was accepted";
        } catch (const InvalidInput& error) {
            EXPECT_THAT(error.what(), testing::HasSubstr(field));
        }
    };
    refused({.min_diameter = {0.0, 3.0}}, "vesselness.min_diameter.mm");
    refused({.min_diameter = {2.0, 3.0}, .max_diameter = {1.0, 14.0}}, "vesselness.max_diameter.mm");
    refused({.scales = 0}, "vesselness.scales");
    refused({.frangi_beta = std::nan("")}, "vesselness.frangi_beta");
    refused({.jerman_tau = 0.3}, "vesselness.jerman_tau");
    refused({.orientations = 3}, "vesselness.orientations");
    refused({.elongation = 0.5}, "vesselness.elongation");
    EXPECT_THROW(VesselnessFilter({}, {}), InvalidInput);
    EXPECT_THROW(VesselnessFilter({1.0, -2.0}, {}), InvalidInput);
    EXPECT_THROW(VesselnessFilter({std::numeric_limits<double>::infinity()}, {}), InvalidInput);
}

const std::vector<double> seven_scales = {1.0, 1.26, 1.59, 2.0, 2.52, 3.17, 4.0};

/// How the filter agrees with Gaussians in double precision where Frangi's c is half of the largest norm.
test::Agreement agreement_with_exact_gaussians(const cv::Mat& attenuation) {
    std::vector<test::ExactHessian> hessians;
    for (const double sigma : seven_scales) hessians.push_back(test::exact_hessian(attenuation, sigma));
    const double strength = 0.5 * test::largest_norm(hessians);
    // The filter takes four standard deviations of noise at the finest scale for c where that is more than
    // half of the 99.5th percentile of the norm.
    const double noise_sd = strength / 4.0 / std::sqrt(3.0 / (16.0 * std::numbers::pi));
    Image<float> image(attenuation.cols, attenuation.rows);
    attenuation.convertTo(interop::as_mat(image), CV_32F);
    Vesselness vesselness;
    VesselnessFilter(seven_scales, {.measure = RidgeMeasure::frangi})(image, all_valid(image), noise_sd,
                                                                      vesselness);
    return test::agreement(interop::as_mat(vesselness.response), test::exact_frangi(hessians, 0.5, strength));
}

TEST(Frangi, FewTapsOnCoarseGridsAnswerLikeExactGaussians) {
    cv::Mat image = interop::as_mat(draw({.diameter_px = 5.0, .angle_deg = 27.0, .size_px = 201})).clone();
    image += interop::as_mat(draw({.diameter_px = 11.0, .angle_deg = -50.0, .size_px = 201}));
    cv::Mat noise(image.size(), CV_32F);
    cv::RNG random(5);
    random.fill(noise, cv::RNG::NORMAL, 0.0, 0.01);
    for (const cv::Mat& scene : {image, cv::Mat(image + noise)}) {
        const test::Agreement agreement = agreement_with_exact_gaussians(scene);
        EXPECT_GT(agreement.correlation, 0.999);
        EXPECT_LT(agreement.largest_difference, 0.02);  // of the largest response
        EXPECT_LT(agreement.jump_share, 1e-3);
    }
}

TEST(Frangi, AgreesWithExactGaussiansOnRealAngiograms) {
    SKIP_WITHOUT_ANGIOGRAMS();
    int count = 0;
    for (const char* folder : {"dca1_train", "phantom_keane"})
        for (const auto& entry : std::filesystem::directory_iterator(test::data_folder() / folder)) {
            const std::string name = entry.path().filename().string();
            const bool drawn = name.ends_with("_gt.png") || name.ends_with("_mask.png");
            if (entry.path().extension() != ".png" || drawn || ++count % 12 != 0) continue;
            const EnhancedFrame frame = enhance(find_valid_region(io::read_image(entry.path())));
            const test::Agreement agreement =
                agreement_with_exact_gaussians(interop::as_mat(frame.attenuation));
            EXPECT_GT(agreement.correlation, 0.999) << name;
            EXPECT_LT(agreement.largest_difference, 0.02) << name;
            EXPECT_LT(agreement.jump_share, 1e-3) << name;
        }
    EXPECT_GT(count, 12);
}

TEST(Frangi, CoarseGridsLeaveNoTrace) {
    // Moved by one pixel, every pixel falls on the other places of the coarse grids.
    const Image<float> image = draw({.diameter_px = 8.0, .angle_deg = 21.0});
    Image<float> moved(129, 129);
    for (int y = 0; y < 129; ++y)
        for (int x = 0; x < 129; ++x) moved(x, y) = image(std::max(0, x - 1), std::max(0, y - 1));
    const VesselnessOptions options{.measure = RidgeMeasure::frangi,
                                    .min_diameter = {0.7, 3.0},
                                    .max_diameter = {4.5, 40.0},
                                    .scales = 7};
    const Vesselness a = filter(image, options), b = filter(moved, options);
    for (int y = 40; y < 90; ++y)
        for (int x = 40; x < 90; ++x) {
            ASSERT_NEAR(b.response(x + 1, y + 1), a.response(x, y), 0.01);
        }
}

/// Chance that a pixel of a vessel answers more strongly than one beside it: the area under the ROC curve.
double area_under_curve(const Image<float>& response, const cv::Mat& drawn) {
    std::vector<std::pair<float, bool>> pixels;
    for (int y = 0; y < response.height(); ++y)
        for (int x = 0; x < response.width(); ++x)
            pixels.emplace_back(response(x, y), drawn.at<std::uint8_t>(y, x) > 127);
    std::sort(pixels.begin(), pixels.end());
    double vessels = 0.0, background = 0.0, area = 0.0;
    for (std::size_t first = 0, next; first < pixels.size(); first = next) {
        double tied_vessels = 0.0, tied_background = 0.0;  // ties count half
        for (next = first; next < pixels.size() && pixels[next].first == pixels[first].first; ++next)
            (pixels[next].second ? tied_vessels : tied_background) += 1.0;
        area += tied_vessels * (background + 0.5 * tied_background);
        vessels += tied_vessels;
        background += tied_background;
    }
    return area / (vessels * background);
}

TEST(Vesselness, TellsVesselsFromTheChestOnRealAngiograms) {
    SKIP_WITHOUT_ANGIOGRAMS();
    double sum = 0.0;
    int count = 0;
    for (const auto& entry : std::filesystem::directory_iterator(test::data_folder() / "dca1_train")) {
        const std::string name = entry.path().string(), drawn = name.substr(0, name.size() - 4) + "_gt.png";
        if (!std::filesystem::exists(drawn)) continue;
        const Frame frame = io::read_image(name);
        const Vesselness vesselness = compute_vesselness(enhance(find_valid_region(frame)));
        sum += area_under_curve(vesselness.response, test::drawn_vessels_of(drawn));
        ++count;
    }
    ASSERT_GT(count, 0);
    // 0.978 when this was written. A trained network of one layer reached 0.9775 on the whole set
    // (Cervantes-Sanchez et al., Appl. Sci. 9 (2019) 5507).
    EXPECT_GT(sum / count, 0.975);
}

}  // namespace
}  // namespace stenometry
