#pragma once

#include <array>
#include <opencv2/core.hpp>
#include <vector>

#include "core/parallel.h"

namespace stenometry {

/// Rows of an image interpolated to a whole number of times its size, one at a time, so that the large image
/// need not be kept. The numbers are those of `cv::resize`.
class Enlarger {
  public:
    enum class Interpolation { linear, cubic };

    /// \param image of floats
    /// \param size of the large image: no larger than `times` the small one, which is cut there
    /// \param visit called with the number of each row and its values, from several threads
    template <class Visit>
    void operator()(const cv::Mat& image, int times, cv::Size size, Interpolation interpolation,
                    Visit&& visit) {
        prepare(image, times, size, interpolation);
        constexpr int rows_at_a_time = 64;
        parallel_for_ranges(0, size.height, rows_at_a_time, [&](int first, int last) {
            Buffers& buffers = buffers_.local();
            buffers.made.fill(none);
            for (int y = first; y != last; ++y) visit(y, interpolate_row(image, y, buffers));
        });
    }

  private:
    static constexpr int most_taps = 4, none = -1;
    using Weights = std::array<float, most_taps>;
    /// What a row or a column of the large image is made of.
    struct Place {
        int first = 0;  ///< row or column of the small image, which may lie beyond its edge
        Weights weights{};
    };
    struct Buffers {
        std::vector<float> rows;          ///< of the small image, enlarged along the row
        std::array<int, most_taps> made;  ///< which of them
        std::vector<float> row;
    };

    void prepare(const cv::Mat& image, int times, cv::Size size, Interpolation interpolation);
    static std::vector<Place>& place(std::vector<Place>& places, int small, int times, int large,
                                     Interpolation interpolation);
    const float* interpolate_row(const cv::Mat& image, int y, Buffers& buffers) const;
    const float* wide_row(const cv::Mat& image, int y, Buffers& buffers) const;
    void widen(const float* in, int width, float* out) const;
    void mix(const std::array<const float*, most_taps>& rows, const Weights& weights, float* out) const;

    int taps_ = 0;
    int whole_width_ = 0;  ///< of the large image before it is cut
    std::vector<Place> columns_, rows_;
    PerThread<Buffers> buffers_;
};

}  // namespace stenometry
