#pragma once

#include <filesystem>
#include <functional>
#include <opencv2/core.hpp>
#include <string>
#include <vector>

/// What other libraries make of the same picture: Frangi's vesselness at the same scales, and the same mask
/// thinned.
namespace stenometry::peers {

/// The task: an image in which vessels are bright, and Frangi's parameters.
struct FrangiTask {
    cv::Mat image;  ///< CV_32F
    std::vector<double> sigmas_px;
    double beta = 0.5;
    double strength = 1.0;  ///< c
};

/// What a library answers. Some give the best scale and the direction too, as this library does.
struct FrangiAnswer {
    cv::Mat response;  ///< CV_32F
    cv::Mat scale_px;
    cv::Mat direction_rad;
};

/// Separable filters and whole-image arithmetic, as one writes it with OpenCV. Kernels reach four sigmas,
/// which is what `cv::GaussianBlur` chooses for such pixels.
FrangiAnswer frangi_by_opencv(const FrangiTask& task);

/// `MultiScaleHessianBasedMeasureImageFilter` with `HessianToObjectnessMeasureImageFilter`. No direction.
FrangiAnswer frangi_by_itk(const FrangiTask& task);

/// `skimage.filters.frangi` and `skimage.morphology.skeletonize` in a Python of their own, which times them
/// itself on one thread. Neither scale nor direction.
struct ScikitAnswer {
    std::vector<double> frangi_ms,
        thinning_ms;  ///< of each repetition; empty where scikit-image is not installed
    cv::Mat response;
};
ScikitAnswer ask_scikit_image(const FrangiTask& task, const cv::Mat& mask, int repetitions,
                              const std::filesystem::path& script);

cv::Mat thin_by_opencv(const cv::Mat& mask);
cv::Mat thin_by_itk(const cv::Mat& mask);

}  // namespace stenometry::peers
