#pragma once

#include <cstddef>
#include <vector>

namespace stenometry {

/// Indices of one stretch of vessel, both ends included.
struct Stretch {
    std::size_t first, last;
};

/// The longest stretches on which `inside` holds for every index.
template <class Predicate>
std::vector<Stretch> stretches(std::size_t size, Predicate inside) {
    std::vector<Stretch> found;
    for (std::size_t i = 0; i < size; ++i) {
        if (!inside(i)) continue;
        if (!found.empty() && found.back().last + 1 == i)
            found.back().last = i;
        else
            found.push_back({i, i});
    }
    return found;
}

/// Arc length of a stretch in which a value is above a border, with its ends between samples.
/// \param values what is above `border` inside, such as the narrowing; one per sample
double length_of(const std::vector<double>& values, const std::vector<double>& position, Stretch stretch,
                 double border);

}  // namespace stenometry
