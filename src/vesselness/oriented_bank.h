#pragma once

#include <array>
#include <opencv2/core.hpp>
#include <utility>
#include <vector>

#include "core/blocks.h"
#include "core/enlarge.h"
#include "core/gaussian_blur.h"
#include "core/parallel.h"
#include "stenometry/vesselness.h"
#include "vesselness/hessian_rows.h"

namespace stenometry::vesselness {

/// A bank of second derivatives of Gaussians that are longer along the vessel than across it. A long Gaussian
/// is a round one followed by one along a line, so that all directions of a scale share one Hessian. Coarse
/// scales run on a reduced picture, in which their Gaussians are still sampled finely enough. Source: the
/// steering of second derivatives, Freeman and Adelson, IEEE Trans. PAMI 13 (1991) 891.
class OrientedBank {
  public:
    OrientedBank(const std::vector<double>& sigmas_px, int orientations, double elongation);

    /// Fills in response, scale and direction of `out`, which must have the image's size.
    /// \param border_distance pixels to the nearest invalid one, or empty if there is none.
    /// \param noise_sd of the image's pixels: what noise answers is clutter at least
    void operator()(const Image<float>& image, const cv::Mat& border_distance, double noise_sd,
                    Vesselness& out);

  private:
    /// One sample of a filter along a line.
    struct LineTap {
        int dx;
        int dy;
        float weight;
    };
    struct Line {
        float cos2, sin2;  ///< of twice the direction
        float xx, xy, yy;  ///< that make the second derivative across it, positive on bright lines
        std::vector<LineTap> taps;
        int reach_x, reach_y;  ///< of the taps
    };
    /// What a response is measured in: as a value per block, and what finding it takes.
    struct Clutter {
        cv::Mat of_blocks;
        int block_px = 1;  ///< in pixels of the level
        cv::Mat root, seen;
        std::vector<float> sample;
        BlockSums sum_blocks;
        Blocks blocks;
        GaussianBlur blur;
        Enlarger enlarger;
    };
    struct Scale {
        double sigma_px;  ///< in the picture that was given
        kernels::GaussianTaps taps;
        std::vector<Line> lines;
        std::array<Image<float>, 3> answer;  ///< strongest response of all directions, cos2, sin2
        Clutter clutter;
    };
    /// The picture reduced to 1 / `reduction` of its size, and the response in it so far.
    struct Level {
        std::vector<Scale> scales;
        Image<float> pixels;
        cv::Mat border_distance;
        Image<float> response;   ///< squares of the scales, each as a multiple of its clutter, summed
        Image<float> strongest;  ///< of these multiples
        Image<float> sigma, cos2, sin2;
        int reduction = 1;
    };
    /// Second derivatives of some rows of a level.
    struct HessianBand {
        std::vector<float> xx, xy, yy;
        int begin = 0, end = 0;     ///< rows that it holds
        int width = 0, height = 0;  ///< of the level

        void compute(const Level& level, const kernels::GaussianTaps& taps, int first, int last,
                     RowBuffers& rows);
        std::size_t at(int y) const {
            return static_cast<std::size_t>(y - begin) * static_cast<std::size_t>(width);
        }
    };
    struct ThreadBuffers {
        RowBuffers rows;
        HessianBand hessian;
        std::vector<float> across, response, weights;
        std::array<std::vector<float>, 3> enlarged;  ///< a row, its even and its odd columns
    };

    static std::vector<LineTap> line_taps(double angle_rad, double sigma_px, int step);
    Scale make_scale(double sigma_px, double sigma_at_level, int orientations, double elongation) const;
    void reduce(const Image<float>& image, const cv::Mat& border_distance);
    void run_scale(const Level& level, Scale& scale, double noise_sd);
    void run_band(const Level& level, Scale& scale, int begin, int end);
    void add_line(const Line& line, const HessianBand& hessian, int begin, int end,
                  std::array<Image<float>, 3>& answer);
    static void find_clutter(const Image<float>& response, const Level& level, float border_px, double least,
                             Clutter& clutter);
    static void combine(Level& level, Scale& scale);
    template <class Finish>
    void enlarge_plane(const Image<float>& in, Image<float>& out, Finish&& finish);
    void enlarge(Level& coarse, Level& fine);

    std::vector<Level> levels_;                      ///< finest first
    std::vector<std::pair<Level*, Scale*>> scales_;  ///< of all levels
    PerThread<ThreadBuffers> buffers_;
};

}  // namespace stenometry::vesselness
