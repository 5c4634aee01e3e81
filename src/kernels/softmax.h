#pragma once

#include <cstddef>

namespace stenometry::kernels {

/// From logits to probabilities, in place: at each place of `count` rows, e to the value over the sum of
/// these of all rows. \pre count > 0; all values are finite
void softmax_rows(float* const* rows, std::size_t count, std::size_t n);

namespace reference {  // the definition; the fast version is tested against it
void softmax_place(float* const* rows, std::size_t count, std::size_t x);
void softmax_rows(float* const* rows, std::size_t count, std::size_t n);
}  // namespace reference

}  // namespace stenometry::kernels
