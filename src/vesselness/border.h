#pragma once

#include <cstdint>
#include <memory>
#include <opencv2/core.hpp>
#include <vector>

#include "core/enlarge.h"
#include "stenometry/image.h"

namespace stenometry::vesselness {

/// How far each pixel is from the nearest invalid one, in steps along and across the grid whose lengths
/// differ by less than 5 % from the truth: the numbers of `cv::distanceTransform` with a mask of 3 x 3,
/// without its buffers for every image. Source: Borgefors, Comput. Vis. Graph. Image Process. 34 (1986) 344.
class BorderDistance {
  public:
    /// \param distance written over where it has the size, else replaced
    /// \pre some pixel is invalid
    void operator()(const Image<std::uint8_t>& valid, cv::Mat& distance);

  private:
    std::vector<std::uint32_t> steps_;  ///< in fractions of a pixel, with a border
};

/// Replaces pixels that are not valid by a smooth continuation of the others, coarser the further away; keeps
/// its memory.
/// Source: the pull-push algorithm of Gortler et al., SIGGRAPH 1996, section 3.4.
class InvalidFiller {
  public:
    /// \param filled written over where it has the size, else replaced
    void operator()(const Image<float>& image, const Image<std::uint8_t>& valid, Image<float>& filled);

  private:
    /// A picture half the size of the one before, with the weights of its pixels.
    struct Level {
        cv::Mat image, weight;
        cv::Mat even_image, even_weight;  ///< weighted, with one more row or column where their number is odd
        cv::Mat half_weight;
        Enlarger enlarger;
    };
    void fill(std::size_t level);
    Level& level(std::size_t i);

    std::vector<std::unique_ptr<Level>> levels_;
};

}  // namespace stenometry::vesselness
