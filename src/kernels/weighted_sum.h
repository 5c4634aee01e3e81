#pragma once

#include <cstddef>

namespace stenometry::kernels {

/// One row as a weighted sum of others, which may be shifted copies of one image: a sparse filter of any
/// shape. \pre `rows` points to `count` rows of n values; `out` overlaps none of them.
void weighted_sum_row(const float* const* rows, const float* weights, std::size_t count, std::size_t n,
                      float* out);

namespace reference {  // the definition; the fast version is tested against it
void weighted_sum_row(const float* const* rows, const float* weights, std::size_t count, std::size_t n,
                      float* out);
}

}  // namespace stenometry::kernels
