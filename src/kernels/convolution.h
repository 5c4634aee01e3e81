#pragma once

#include <cstddef>
#include <span>
#include <vector>

/// Rows of a convolutional network. A layer is weighted sums of rows that are shifted, or split, copies of
/// its inputs, so that convolutions of any size and stride are one kernel.
namespace stenometry::kernels {

/// How many values beyond the last one of a row `convolve_row` and `enlarge_row` may read, and do not use.
inline constexpr std::size_t read_beyond = 16;

/// The weights of one layer in the order in which `convolve_row` reads them.
struct FilterBank {
    std::size_t taps = 0;        ///< rows that each output is a sum of
    std::size_t outputs = 0;     ///< rows that come out
    bool rectified = false;      ///< whether what is below 0 becomes 0
    std::vector<float> weights;  ///< of blocks of `FilterBank::block` outputs, tap by tap
    std::vector<float> bias;     ///< of each output, filled up to whole blocks

    /// Outputs that share what they read: with two vectors of pixels each they fill the registers of AVX2.
    static constexpr std::size_t block = 6;
    /// How many a block of so many outputs is filled up to.
    static constexpr std::size_t width(std::size_t outputs) { return (outputs + 1) / 2 * 2; }
};

/// \param weights of all taps of the first output, of the second, ...
/// \pre `bias` has one value for each output, and `weights` as many for each as there are taps
FilterBank make_filter_bank(std::span<const float> weights, std::span<const float> bias, bool rectified);

/// One row of every output of a layer: `bias + sum of weight * tap`.
/// \param taps as many rows of n values as the bank has taps; `read_beyond` more can be read
/// \param out the row of the first output; those of the others follow `stride` values apart
void convolve_row(const float* const* taps, const FilterBank& bank, std::size_t n, float* out,
                  std::size_t stride);

/// The values at even and at odd places of a row of 2n: what a convolution of stride 2 sees.
void split_row(const float* in, std::size_t n, float* even, float* odd);

/// One row of an image enlarged to twice its size by linear interpolation, the middles of pixels at halves:
/// a mix of three quarters of `near` and a quarter of `far`, at the quarters of the row. Beyond the outermost
/// pixels their value counts.
/// \param near, far rows of n values; one value before and `read_beyond` behind can be read
/// \param out 2n values
void enlarge_row(const float* near, const float* far, std::size_t n, float* out);

namespace reference {  // the definition; the fast versions are tested against it
void convolve_row(const float* const* taps, const FilterBank& bank, std::size_t n, float* out,
                  std::size_t stride);
void split_row(const float* in, std::size_t n, float* even, float* odd);
void enlarge_row(const float* near, const float* far, std::size_t n, float* out);
}  // namespace reference

}  // namespace stenometry::kernels
