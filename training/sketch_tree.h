#pragma once

#include <optional>
#include <vector>

#include "sketch_random.h"

namespace stenometry::training {

struct Place {
    double x = 0.0, y = 0.0, z = 0.0;
};

Place operator+(Place a, Place b);
Place operator*(double s, Place p);
double dot(Place a, Place b);
Place cross(Place a, Place b);
Place unit(Place p);
Place random_direction(Random& random);

constexpr double tree_step_mm = 0.4;  ///< of arc between the places of a branch

/// A vessel on the heart; arrays have one length.
struct Branch {
    std::vector<Place> places_mm;
    std::vector<double> diameter_mm;
    std::optional<std::size_t> parent;  ///< the branch that it leaves ...
    std::size_t leaves_at = 0;          ///< ... and at which of its places
    std::size_t generation = 0;
};

/// A left or right coronary tree on an ellipsoid. Parents come before their daughters, the root first.
std::vector<Branch> sketch_tree(Random& random);

}  // namespace stenometry::training
