#include <cmath>
#include <opencv2/imgproc.hpp>
#include <opencv2/ximgproc.hpp>

#include "peers.h"

namespace stenometry::peers {
namespace {

struct Kernels {
    cv::Mat smooth, first, second;
};

Kernels kernels_of(double sigma) {
    const int radius = static_cast<int>(std::ceil(4.0 * sigma));
    Kernels k{cv::getGaussianKernel(2 * radius + 1, sigma, CV_32F), {}, {}};
    k.first = k.smooth.clone();
    k.second = k.smooth.clone();
    for (int i = -radius; i <= radius; ++i) {
        const double t = i / sigma;
        k.first.at<float>(i + radius) *= static_cast<float>(t);
        k.second.at<float>(i + radius) *= static_cast<float>(t * t - 1.0);
    }
    return k;
}

}  // namespace

FrangiAnswer frangi_by_opencv(const FrangiTask& task) {
    const cv::Size size = task.image.size();
    FrangiAnswer best{cv::Mat::zeros(size, CV_32F), cv::Mat::zeros(size, CV_32F),
                      cv::Mat::zeros(size, CV_32F)};
    for (const double sigma : task.sigmas_px) {
        const Kernels k = kernels_of(sigma);
        cv::Mat xx, xy, yy;
        cv::sepFilter2D(task.image, xx, CV_32F, k.second, k.smooth, {-1, -1}, 0.0, cv::BORDER_REPLICATE);
        cv::sepFilter2D(task.image, xy, CV_32F, k.first, k.first, {-1, -1}, 0.0, cv::BORDER_REPLICATE);
        cv::sepFilter2D(task.image, yy, CV_32F, k.smooth, k.second, {-1, -1}, 0.0, cv::BORDER_REPLICATE);
        const cv::Mat mean = -0.5 * (xx + yy), half = 0.5 * (xx - yy);
        cv::Mat radius, blobness, unlike_blob, strength, angle;
        cv::magnitude(half, xy, radius);
        const cv::Mat across = mean + radius, along = mean - radius;
        cv::divide(along, across, blobness);
        cv::exp(blobness.mul(blobness) * (-0.5 / (task.beta * task.beta)), unlike_blob);
        cv::exp((along.mul(along) + across.mul(across)) * (-0.5 / (task.strength * task.strength)), strength);
        cv::Mat response = unlike_blob.mul(1.0 - strength);
        response.setTo(0.0, mean <= 0.0);
        const cv::Mat better = response > best.response;
        cv::phase(half, xy, angle);
        response.copyTo(best.response, better);
        best.scale_px.setTo(sigma, better);
        angle.copyTo(best.direction_rad, better);
    }
    best.direction_rad *= 0.5;
    return best;
}

cv::Mat thin_by_opencv(const cv::Mat& mask) {
    cv::Mat lines;
    cv::ximgproc::thinning(mask, lines);
    return lines;
}

}  // namespace stenometry::peers
