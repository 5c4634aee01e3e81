#pragma once

#include <array>

#include "evidence/large_array.h"
#include "kernels/local_contrast.h"
#include "stenometry/image.h"

namespace stenometry {

/// A picture by its surroundings, whatever its grey scale: each pixel's difference from the mean of a window
/// around it, over the standard deviation in that window, for windows of three sizes. Windows are cut at the
/// border of the image and hold valid pixels alone, so that no shutter's edge stands out.
///
/// Each channel is (x - mean) / (sd + 0.1 D), held to -4..4, with D the standard deviation over the whole
/// frame, which keeps the noise of flat places small; 0 where a pixel is not valid. The sums are those of
/// Crow, SIGGRAPH 1984, 207, in double precision.
class LocalContrast {
  public:
    static constexpr std::array<int, 3> radii_px{6, 20, 64};  ///< a window is twice this and one wide

    /// Prepares one frame. \param valid 0 where a pixel does not count, nor need be a number
    void prepare(const Image<float>& pixels, const Image<std::uint8_t>& valid);

    /// Writes one row of one channel. From several threads at once.
    void write_row(std::size_t channel, int y, float* out) const;

  private:
    /// A summed-area table, so far beyond the left and the right border that every window has its corners.
    using Table = LargeArray<double>;

    std::size_t pitch() const;
    double* corners(Table& table, int y) { return table.data() + static_cast<std::size_t>(y) * pitch(); }
    void centre(const Image<float>& pixels, const Image<std::uint8_t>& valid);
    void make_room();
    void sum_along_rows();
    void sum_down_columns(Table& table);
    double last_of(const Table& table) const { return table.data()[table.size() - 1]; }
    float deviation() const;
    kernels::TableRows rows_of(const Table& table, int y, int radius) const;

    Image<float> centred_;  ///< differences from about the mean of the frame, 0 where not valid
    Image<float> counted_;  ///< 1 or 0
    int width_ = 0, height_ = 0;
    Table values_, squares_, counts_;
    float floor_ = 0;
};

}  // namespace stenometry
