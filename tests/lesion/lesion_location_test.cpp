#include "stenometry/lesion_location.h"

#include <gmock/gmock.h>

#include "stenometry/error.h"

namespace stenometry {
namespace {

DiameterProfile samples_of(std::size_t count) {
    DiameterProfile profile;
    for (std::size_t i = 0; i < count; ++i) profile.position_px.push_back(0.5 * static_cast<double>(i));
    return profile;
}

TEST(LesionLocation, ThirdsAreOfTheLengthOfTheVessel) {
    const DiameterProfile profile = samples_of(301);
    EXPECT_EQ(third_of(profile, 0), VesselThird::proximal);
    EXPECT_EQ(third_of(profile, 99), VesselThird::proximal);
    EXPECT_EQ(third_of(profile, 150), VesselThird::middle);
    EXPECT_EQ(third_of(profile, 300), VesselThird::distal);
}

TEST(LesionLocation, SampleThatIsNoneOfTheVesselIsTheCallersMistake) {
    EXPECT_THROW(third_of(samples_of(10), 10), InvalidInput);
}

TEST(LesionLocation, MedinaClassIsWrittenAsThreeDigits) {
    EXPECT_EQ(to_string(MedinaClass{true, false, true}), "1,0,1");
}

}  // namespace
}  // namespace stenometry
