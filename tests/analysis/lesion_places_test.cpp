#include "analysis/lesion_places.h"

#include <gmock/gmock.h>

#include <cmath>
#include <functional>

namespace stenometry {
namespace {

const Calibration placed_spacing = Calibration::from_user(0.2);

/// A vessel of `length_mm` whose reference is 3 mm.
Vessel placed_vessel(int id, double length_mm, const std::function<double(double)>& diameter_mm) {
    Vessel vessel;
    vessel.id = id;
    for (double s = 0.0; s <= length_mm; s += 0.1) {
        vessel.contour.centerline.points_px.push_back({s / 0.2, 10.0 * id});
        vessel.diameter.position_px.push_back(s / 0.2);
        vessel.diameter.diameter_px.push_back(diameter_mm(s) / 0.2);
        vessel.diameter.sd_px.push_back(0.2);
        vessel.reference.diameter_px.push_back(15.0);
        vessel.reference.sd_px.push_back(0.1);
    }
    return vessel;
}

double narrowed(double s, double from, double to) { return s > from && s < to ? 1.2 : 3.0; }

/// A main vessel with a branch 30 mm from its first point, which lies in the ostium.
std::vector<Vessel> tree(const std::function<double(double)>& main_mm,
                         const std::function<double(double)>& side_mm, double side_length_mm = 30.0) {
    std::vector<Vessel> vessels{placed_vessel(0, 90.0, main_mm), placed_vessel(1, side_length_mm, side_mm)};
    vessels[0].from_ostium_px = 0.0;
    vessels[0].bifurcations.push_back({.index = 300, .side_vessel = 1});
    vessels[1].parent = 0;
    vessels[1].from_ostium_px = 150.0;
    for (Vessel& vessel : vessels)
        vessel.stenoses = find_stenoses(vessel.contour, vessel.diameter, vessel.reference, placed_spacing);
    return vessels;
}

std::string medina_of(std::vector<Vessel> vessels) {
    find_lesion_places(vessels, placed_spacing, {});
    const auto& medina = vessels[0].bifurcations[0].medina;
    return medina ? to_string(*medina) : "none";
}

double wide(double) { return 3.0; }

TEST(LesionPlaces, MedinaClassSaysWhichPartsAreNarrow) {
    const auto before = [](double s) { return narrowed(s, 26.0, 29.0); };
    const auto behind = [](double s) { return narrowed(s, 31.0, 34.0); };
    const auto origin = [](double s) { return narrowed(s, -1.0, 3.0); };
    EXPECT_EQ(medina_of(tree(wide, wide)), "0,0,0");
    EXPECT_EQ(medina_of(tree(before, wide)), "1,0,0");
    EXPECT_EQ(medina_of(tree(behind, origin)), "0,1,1");
    EXPECT_EQ(medina_of(tree([](double s) { return narrowed(s, 27.0, 33.0); }, origin)), "1,1,1");
}

TEST(LesionPlaces, LesionFarFromTheBifurcationIsNoneOfIt) {
    EXPECT_EQ(medina_of(tree([](double s) { return narrowed(s, 40.0, 46.0); }, wide)), "0,0,0");
}

TEST(LesionPlaces, MedinaClassNeedsAllThreeParts) { EXPECT_EQ(medina_of(tree(wide, wide, 2.0)), "none"); }

TEST(LesionPlaces, LesionHasItsWayFromTheOstiumAndItsThird) {
    std::vector<Vessel> vessels = tree([](double s) { return narrowed(s, 43.0, 49.0); },
                                       [](double s) { return narrowed(s, 22.0, 26.0); });
    find_lesion_places(vessels, placed_spacing, {});
    ASSERT_EQ(vessels[0].stenoses.size(), 1U);
    ASSERT_EQ(vessels[1].stenoses.size(), 1U);
    const LesionLocation &main = vessels[0].stenoses[0].location, &side = vessels[1].stenoses[0].location;
    EXPECT_EQ(main.third, VesselThird::middle);
    EXPECT_EQ(side.third, VesselThird::distal);
    EXPECT_NEAR(0.2 * *main.from_ostium_px, 46.0, 3.0);         // mm: anywhere in the channel
    EXPECT_NEAR(0.2 * *side.from_ostium_px, 30.0 + 24.0, 2.0);  // mm
    EXPECT_EQ(main.ostial, false);
    EXPECT_FALSE(main.medina.has_value());
}

TEST(LesionPlaces, OnlyAnOriginThatIsSeenMakesALesionOstial) {
    const auto near_origin = [](double s) { return narrowed(s, 1.5, 6.0); };
    std::vector<Vessel> vessels = tree(near_origin, wide);
    find_lesion_places(vessels, placed_spacing, {});
    ASSERT_EQ(vessels[0].stenoses.size(), 1U);
    EXPECT_EQ(vessels[0].stenoses[0].location.ostial, true);
    vessels = tree(near_origin, wide);
    vessels[0].from_ostium_px.reset();
    find_lesion_places(vessels, placed_spacing, {});
    EXPECT_FALSE(vessels[0].stenoses[0].location.ostial.has_value());
}

}  // namespace
}  // namespace stenometry
