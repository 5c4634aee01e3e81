#include "stenometry/reference.h"

#include <gmock/gmock.h>

#include <cmath>
#include <functional>
#include <random>

#include "stenometry/error.h"

namespace stenometry {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

const Calibration calibration = Calibration::from_user(0.2);

/// A vessel of 60 mm at 0.2 mm per pixel whose diameter in mm is a function of the position in mm.
DiameterProfile vessel(const std::function<double(double)>& diameter_mm, double noise_mm = 0.0) {
    std::mt19937_64 random(7);
    std::normal_distribution<double> normal(0.0, noise_mm > 0.0 ? noise_mm : 1.0);
    DiameterProfile profile;
    for (int i = 0; i <= 600; ++i) {
        const double noise = noise_mm > 0.0 ? normal(random) : 0.0;
        profile.position_px.push_back(0.5 * i);
        profile.diameter_px.push_back((diameter_mm(0.1 * i) + noise) / 0.2);
        profile.sd_px.push_back(noise_mm / 0.2);
    }
    return profile;
}

double healthy(double s) { return 3.2 - 0.015 * s; }

double cosine_dip(double s, double at, double length) {
    const double u = (s - at) / length;
    return std::abs(u) < 0.5 ? 0.5 + 0.5 * std::cos(2.0 * M_PI * u) : 0.0;
}

void expect_healthy(const ReferenceProfile& reference, double tolerance_mm) {
    ASSERT_EQ(reference.reason, Unmeasurable::none);
    ASSERT_EQ(reference.diameter_px.size(), 601U);
    for (int i = 0; i <= 600; ++i)
        EXPECT_NEAR(0.2 * reference.diameter_px[static_cast<std::size_t>(i)], healthy(0.1 * i), tolerance_mm)
            << i;
}

TEST(Reference, IsTheTaperOfAHealthyVessel) {
    expect_healthy(estimate_reference(vessel(healthy), calibration), 0.01);
}

TEST(Reference, LesionsDoNotPullIt) {
    const auto profile = vessel([](double s) {
        return healthy(s) * (1.0 - 0.7 * cosine_dip(s, 18.0, 10.0) - 0.4 * cosine_dip(s, 42.0, 14.0));
    });
    expect_healthy(estimate_reference(profile, calibration), 0.06);
}

TEST(Reference, EctasiaAndSideBranchesDoNotPullIt) {
    const auto profile = vessel([](double s) {
        return healthy(s) * (1.0 + 0.5 * cosine_dip(s, 15.0, 12.0) + 0.3 * cosine_dip(s, 45.0, 4.0));
    });
    expect_healthy(estimate_reference(profile, calibration), 0.06);
}

TEST(Reference, NoiseOfADiameterMovesItByLessThanItsStandardErrorTimesThree) {
    const ReferenceProfile reference = estimate_reference(vessel(healthy, 0.1), calibration);
    for (const std::size_t i : {0U, 300U, 600U})
        EXPECT_NEAR(0.2 * reference.diameter_px[i], healthy(0.1 * static_cast<double>(i)),
                    3.0 * 0.2 * reference.sd_px[i]);
}

TEST(Reference, DoesNotWidenDownstream) {
    const ReferenceProfile reference =
        estimate_reference(vessel([](double s) { return 2.5 + 0.02 * s; }), calibration);
    EXPECT_LE(reference.diameter_px.back(), reference.diameter_px.front());
}

TEST(Reference, LongStenosisOfHalfTheVesselIsStillALesion) {
    const auto profile =
        vessel([](double s) { return s > 20.0 && s < 44.0 ? 0.5 * healthy(s) : healthy(s); });
    expect_healthy(estimate_reference(profile, calibration), 0.03);
}

TEST(Reference, ScalesWithTheVessel) {
    DiameterProfile profile = vessel(healthy, 0.05);
    const ReferenceProfile once = estimate_reference(profile, calibration);
    for (double& diameter : profile.diameter_px) diameter *= 1.5;
    const ReferenceProfile larger = estimate_reference(profile, calibration);
    for (std::size_t i = 0; i < once.diameter_px.size(); i += 50)
        EXPECT_NEAR(larger.diameter_px[i], 1.5 * once.diameter_px[i], 0.02 * once.diameter_px[i]);
}

TEST(Reference, InterpolatedLocalIsTheLineThroughTheTwoPlaces) {
    ReferenceOptions options;
    options.method = ReferenceMethod::interpolated_local;
    expect_healthy(estimate_reference(vessel(healthy), calibration, options), 1e-6);
}

TEST(Reference, MeanLocalIsTheMeanOfTheTwoPlaces) {
    ReferenceOptions options;
    options.method = ReferenceMethod::mean_local;
    const ReferenceProfile reference = estimate_reference(vessel(healthy), calibration, options);
    for (const double diameter : reference.diameter_px)
        EXPECT_NEAR(0.2 * diameter, 0.5 * (healthy(3.0) + healthy(57.0)), 1e-6);
}

TEST(Reference, GivenDiameterIsTakenAsItIs) {
    ReferenceOptions options;
    options.method = ReferenceMethod::given;
    options.given_mm = 3.0;
    const ReferenceProfile reference = estimate_reference(vessel(healthy), calibration, options);
    for (const double diameter : reference.diameter_px) EXPECT_DOUBLE_EQ(0.2 * diameter, 3.0);
}

TEST(Reference, GivenWithoutADiameterIsTheCallersMistake) {
    ReferenceOptions options;
    options.method = ReferenceMethod::given;
    EXPECT_THAT([&] { estimate_reference(vessel(healthy), calibration, options); },
                ThrowsMessage<InvalidInput>(HasSubstr("given_mm")));
}

TEST(Reference, AFewSamplesAreTooShortAVessel) {
    DiameterProfile profile = vessel(healthy);
    for (auto* values : {&profile.position_px, &profile.diameter_px, &profile.sd_px}) values->resize(10);
    EXPECT_EQ(estimate_reference(profile, calibration).reason, Unmeasurable::vessel_too_short);
}

}  // namespace
}  // namespace stenometry
