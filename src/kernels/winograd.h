#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "kernels/convolution.h"

/// Convolutions of 3 x 3 by minimal filtering, two rows and two columns at a time: 16 products where the
/// definition has 36. Source: Lavin and Gray, CVPR 2016, 4013, F(2 x 2, 3 x 3), after Winograd 1980.
///
/// A patch of 4 x 4 pixels becomes 16 numbers, each is weighted by itself over all channels, as a convolution
/// of 1 x 1 is, and 16 sums become 2 x 2 pixels. Patches of a row lie beside each other.
namespace stenometry::kernels {

inline constexpr std::size_t patch_numbers = 16;

/// The filters of each of the 16 numbers, without bias.
/// \param weights of 3 x 3 places, of each channel in, of each channel out
std::vector<FilterBank> make_patch_filters(std::span<const float> weights, std::size_t outputs);

/// The numbers of the patches of one channel that begin at columns -1, 1, 3, ...
/// \param rows four rows; one value before them and `read_beyond` behind the last patch can be read
/// \param out row of the first number of n patches; those of the others follow `stride` values apart
void patch_numbers_row(const float* const* rows, std::size_t n, float* out, std::size_t stride);

/// Both rows of one channel out, of 2n values each, from the sums of n patches.
/// \param sums row of the first number; those of the others follow `stride` values apart
void patch_pixels_row(const float* sums, std::size_t stride, float bias, bool rectified, std::size_t n,
                      float* upper, float* lower);

namespace reference {  // the definition; the fast versions are tested against it
void patch_numbers_row(const float* const* rows, std::size_t n, float* out, std::size_t stride);
void patch_pixels_row(const float* sums, std::size_t stride, float bias, bool rectified, std::size_t n,
                      float* upper, float* lower);
}  // namespace reference

}  // namespace stenometry::kernels
