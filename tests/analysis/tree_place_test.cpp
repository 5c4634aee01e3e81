#include "analysis/tree_place.h"

#include <gmock/gmock.h>

#include "support/analysis_example.h"

namespace stenometry {
namespace {

using ::testing::Optional;
using testing_examples::example_vessel;

/// A vessel from x = 10 on, a branch that leaves it after 40 px, and a branch of that, after 20 px.
std::vector<Vessel> three_generations() {
    std::vector<Vessel> vessels(3, example_vessel());
    for (int id = 0; id < 3; ++id) {
        vessels[std::size_t(id)].id = id;
        vessels[std::size_t(id)].statistics.proximal_diameter_px = 12.0;
        if (id > 0) vessels[std::size_t(id)].parent = id - 1;
    }
    vessels[0].bifurcations.push_back({.index = 80, .side_vessel = 1});
    vessels[1].bifurcations.push_back({.index = 40, .side_vessel = 2});
    return vessels;
}

TEST(TreePlace, CountsGenerations) {
    std::vector<Vessel> vessels = three_generations();
    find_places_in_tree(vessels, {});
    EXPECT_THAT(vessels[0].order, Optional(0));
    EXPECT_THAT(vessels[1].order, Optional(1));
    EXPECT_THAT(vessels[2].order, Optional(2));
}

TEST(TreePlace, MeasuresFromTheTipOfTheCatheterAlongTheVesselsBefore) {
    std::vector<Vessel> vessels = three_generations();
    find_places_in_tree(vessels, Point{5.0, 42.0});
    EXPECT_THAT(vessels[0].from_ostium_px, Optional(0.0));
    EXPECT_THAT(vessels[1].from_ostium_px, Optional(40.0));
    EXPECT_THAT(vessels[2].from_ostium_px, Optional(60.0));
}

TEST(TreePlace, KnowsNoDistanceWithoutTheCatheterOrFarFromIt) {
    std::vector<Vessel> vessels = three_generations();
    find_places_in_tree(vessels, {});
    EXPECT_FALSE(vessels[0].from_ostium_px);
    find_places_in_tree(vessels, Point{10.0, 140.0});
    EXPECT_FALSE(vessels[0].from_ostium_px);
    EXPECT_FALSE(vessels[2].from_ostium_px);
}

TEST(TreePlace, DoesNotFollowARingForEver) {
    std::vector<Vessel> vessels = three_generations();
    vessels[0].parent = 2;
    find_places_in_tree(vessels, Point{5.0, 42.0});
    EXPECT_FALSE(vessels[0].order);
    EXPECT_FALSE(vessels[0].from_ostium_px);
}

}  // namespace
}  // namespace stenometry
