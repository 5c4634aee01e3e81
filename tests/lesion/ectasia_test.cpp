#include "stenometry/ectasia.h"

#include <gmock/gmock.h>

#include <cmath>
#include <functional>
#include <sstream>

#include "stenometry/error.h"
#include "stenometry/stenosis.h"

namespace stenometry {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

const Calibration ectasia_spacing = Calibration::from_user(0.2);

/// A straight vessel of 60 mm in samples of 0.1 mm, whose walls may lie to one side.
struct DrawnVessel {
    VesselContour contour;
    DiameterProfile profile;
    ReferenceProfile reference;

    std::vector<Ectasia> ectasias(const EctasiaOptions& options = {}) const {
        return find_ectasias(contour, profile, reference, ectasia_spacing, options);
    }
};

/// \param side how much of what differs from 3 mm lies at the right wall: 0 both alike, 1 all of it
DrawnVessel draw(const std::function<double(double)>& diameter_mm, double side = 0.0, double sd_px = 0.25) {
    DrawnVessel vessel;
    for (int i = 0; i <= 600; ++i) {
        const double d = diameter_mm(0.1 * i) / 0.2, shift = 0.5 * side * (d - 15.0);
        const Point at{10.0 + 0.5 * i, 50.0};
        vessel.contour.centerline.points_px.push_back(at);
        vessel.contour.left_px.push_back(at + Point{0.0, shift - 0.5 * d});
        vessel.contour.right_px.push_back(at + Point{0.0, shift + 0.5 * d});
        vessel.profile.position_px.push_back(0.5 * i);
        vessel.profile.diameter_px.push_back(d);
        vessel.profile.sd_px.push_back(sd_px);
        vessel.reference.diameter_px.push_back(15.0);
        vessel.reference.sd_px.push_back(0.1);
    }
    return vessel;
}

double bulge(double s, double at, double length, double ratio) {
    const double u = (s - at) / length;
    return std::abs(u) < 0.5 ? 1.0 + (ratio - 1.0) * (0.5 + 0.5 * std::cos(2.0 * M_PI * u)) : 1.0;
}

class WidenedVessel : public ::testing::TestWithParam<double> {};

TEST_P(WidenedVessel, HasItsMaximumPlaceAndLength) {
    const double ratio = GetParam(), length = 14.0;
    const auto found = draw([&](double s) { return 3.0 * bulge(s, 25.0, length, ratio); }).ectasias();
    ASSERT_EQ(found.size(), 1U);
    EXPECT_TRUE(found[0].is_ectasia()) << to_string(found[0].doubt);
    EXPECT_NEAR(*ectasia_spacing.to_mm(found[0].max_diameter_px), 3.0 * ratio,
                0.01 * 3.0 * ratio);  // a crown of the fourth order is not quite a cosine
    EXPECT_NEAR(found[0].max_at_px.x, 10.0 + 25.0 / 0.2, 0.5);  // px, one sample
    // It is wider by 10 % where 0.5 + 0.5 cos(2 pi u) = 0.1 / (ratio - 1).
    const double border = length * std::acos(0.2 / (ratio - 1.0) - 1.0) / (2.0 * M_PI);
    EXPECT_NEAR(*found[0].length_mm(), 2.0 * border, 0.05);
    EXPECT_TRUE(found[0].max_diameter_estimate_px().interval95()->contains(15.0 * ratio));
    EXPECT_NEAR(*found[0].symmetry, 1.0, 0.05);
}

INSTANTIATE_TEST_SUITE_P(FromEctasiaToGiantAneurysm, WidenedVessel, ::testing::Values(1.5, 2.0, 2.5, 3.0));

TEST(Ectasia, VesselThatIsHalfAsWideAgainAsHealthyIsNoneBelow) {
    EXPECT_TRUE(draw([](double s) { return 3.0 * bulge(s, 25.0, 14.0, 1.35); }).ectasias().empty());
}

TEST(Ectasia, OneThatMayBeOneAndAHalfTimesAsWideIsFoundWithItsProbability) {
    const auto found = draw([](double s) { return 3.0 * bulge(s, 25.0, 14.0, 1.47); }, 0.0, 0.45).ectasias();
    ASSERT_EQ(found.size(), 1U);
    EXPECT_GT(*found[0].probability_at_least(1.5), 0.05);
    EXPECT_LT(*found[0].probability_at_least(1.5), 0.5);
}

TEST(Ectasia, LongerThanWideIsFusiformAndWiderThanLongIsSaccular) {
    const auto shape_of = [](double length) {
        return draw([&](double s) { return 3.0 * bulge(s, 30.0, length, 2.0); }).ectasias().at(0).shape;
    };
    EXPECT_EQ(shape_of(15.0), EctasiaShape::fusiform);
    EXPECT_EQ(shape_of(6.0), EctasiaShape::saccular);
}

TEST(Ectasia, BulgeOfOneWallIsSaccularHoweverLong) {
    for (const double side : {-1.0, 1.0}) {
        const auto found = draw([](double s) { return 3.0 * bulge(s, 30.0, 15.0, 2.0); }, side).ectasias();
        ASSERT_EQ(found.size(), 1U);
        EXPECT_TRUE(found[0].is_ectasia());
        EXPECT_EQ(found[0].shape, EctasiaShape::saccular);
        EXPECT_LT(*found[0].symmetry, 0.1);
        EXPECT_EQ(*found[0].bulge_right_px > *found[0].bulge_left_px, side > 0.0);
    }
}

TEST(Ectasia, SmallBulgeOfOneWallMayBeTheStumpOfABranch) {
    const auto found = draw([](double s) { return 3.0 * bulge(s, 30.0, 6.0, 1.6); }, 1.0).ectasias();
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].doubt, EctasiaDoubt::junction);
}

TEST(Ectasia, WideningAtTheEndOfTheVesselIsInDoubt) {
    const auto found = draw([](double s) { return s < 8.0 || s > 52.0 ? 6.0 : 3.0; }).ectasias();
    ASSERT_EQ(found.size(), 2U);
    for (const Ectasia& widening : found) EXPECT_EQ(widening.doubt, EctasiaDoubt::vessel_end);
}

TEST(Ectasia, VesselThatTurnsWhereItIsWideIsInDoubt) {
    DrawnVessel vessel = draw([](double s) { return 3.0 * bulge(s, 30.0, 10.0, 2.0); });
    for (std::size_t i = 301; i <= 600; ++i) {
        const Point at{160.0, 50.0 + 0.5 * (static_cast<double>(i) - 300.0)};
        const Point half{0.5 * vessel.profile.diameter_px[i], 0.0};
        vessel.contour.centerline.points_px[i] = at;
        vessel.contour.left_px[i] = at + half;
        vessel.contour.right_px[i] = at - half;
    }
    const auto found = vessel.ectasias();
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].doubt, EctasiaDoubt::bend);
}

TEST(Ectasia, LesionBesideItKeepsItsPercentage) {
    const auto narrowed = [](double s) {
        return 3.0 * bulge(s, 20.0, 10.0, 2.5) * bulge(s, 32.0, 10.0, 0.4);
    };
    const DrawnVessel vessel = draw(narrowed);
    ASSERT_EQ(vessel.ectasias().size(), 1U);
    const auto lesions = find_stenoses(vessel.contour, vessel.profile, vessel.reference, ectasia_spacing, {});
    ASSERT_EQ(lesions.size(), 1U);
    EXPECT_NEAR(*lesions[0].percent_diameter_stenosis, 60.0, 1.0);
}

TEST(Ectasia, SaysItselfInOneLine) {
    const auto found = draw([](double s) { return 3.0 * bulge(s, 25.0, 14.0, 2.0); }).ectasias();
    ASSERT_EQ(found.size(), 1U);
    std::ostringstream line;
    line << found[0];
    EXPECT_THAT(line.str(), HasSubstr("times the reference"));
    EXPECT_THAT(line.str(), HasSubstr("fusiform"));
    EXPECT_THAT(line.str(), HasSubstr(" mm"));
}

TEST(Ectasia, RatioOfOneIsTheCallersMistake) {
    EctasiaOptions options;
    options.min_ratio = 1.0;
    EXPECT_THAT([&] { draw([](double) { return 3.0; }).ectasias(options); },
                ThrowsMessage<InvalidInput>(HasSubstr("ectasia.min_ratio must be above 1")));
}

}  // namespace
}  // namespace stenometry
