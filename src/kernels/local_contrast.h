#pragma once

#include <cstddef>

namespace stenometry::kernels {

/// Two rows of a summed-area table: what lies above and left of the corners between pixels. A window whose
/// left edge is corner x holds the sum `bottom[x + width] - bottom[x] - top[x + width] + top[x]`.
struct TableRows {
    const double* top;
    const double* bottom;
};

/// The tables of a row of windows.
struct WindowTables {
    TableRows values, squares;  ///< of the values that count, and of their squares
    TableRows counts;           ///< how many they are
    std::size_t width;          ///< of each window
};

/// A row of values by the mean and the standard deviation of the windows around them: the difference from the
/// mean over the sum of deviation and `floor`, held to -`limit`..`limit`.
/// \param counted 1 where a value counts, else 0, and so is the result
/// \pre the tables have n + width values; floor > 0
void local_contrast_row(const float* values, const float* counted, const WindowTables& tables, float floor,
                        float limit, std::size_t n, float* out);

namespace reference {  // the definition; the fast version is tested against it
void local_contrast_row(const float* values, const float* counted, const WindowTables& tables, float floor,
                        float limit, std::size_t n, float* out);
}

}  // namespace stenometry::kernels
