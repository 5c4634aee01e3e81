#include <gtest/gtest.h>

#include <opencv2/imgproc.hpp>
#include <random>

#include "core/blocks.h"
#include "core/enlarge.h"
#include "core/gaussian_blur.h"

// What keeps its memory computes what OpenCV does.

namespace stenometry {
namespace {

// A few roundings of single precision, of values of up to 4: OpenCV adds up in the order of its own vectors.
constexpr double few_roundings = 4e-6;

cv::Mat noise(int width, int height) {
    std::mt19937 random(static_cast<unsigned>(width * 1000 + height));
    std::normal_distribution<float> normal;
    cv::Mat image(height, width, CV_32F);
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x) image.at<float>(y, x) = normal(random);
    return image;
}

double difference(const cv::Mat& a, const cv::Mat& b) { return cv::norm(a, b, cv::NORM_INF); }

TEST(GaussianBlur, IsThatOfOpenCVWhateverLiesBeyondTheEdge) {
    GaussianBlur blur;
    for (const cv::Size size : {cv::Size(73, 41), cv::Size(5, 60), cv::Size(128, 3)})
        for (const double sigma : {0.8, 2.5, 7.0}) {
            const cv::Mat image = noise(size.width, size.height);
            cv::Mat expected, blurred;
            cv::GaussianBlur(image, expected, {}, sigma, sigma, cv::BORDER_CONSTANT);
            blur(image, blurred, sigma, Beyond::zero);
            EXPECT_LT(difference(blurred, expected), few_roundings) << sigma << " px, " << size;
            cv::GaussianBlur(image, expected, {}, sigma, sigma, cv::BORDER_REPLICATE);
            blur(image, blurred, sigma, Beyond::edge);
            EXPECT_LT(difference(blurred, expected), few_roundings) << sigma << " px, " << size;
        }
}

TEST(Enlarger, InterpolatesAsOpenCVAndCutsTheLastPixels) {
    Enlarger enlarge;
    for (const int times : {1, 2, 3, 8})
        for (const auto& [interpolation, of_opencv] :
             {std::pair(Enlarger::Interpolation::linear, cv::INTER_LINEAR),
              std::pair(Enlarger::Interpolation::cubic, cv::INTER_CUBIC)}) {
            const cv::Mat image = noise(21, 17);
            cv::Mat expected;
            cv::resize(image, expected, image.size() * times, 0, 0, of_opencv);
            cv::Mat enlarged(17 * times - times / 2, 21 * times - times / 2, CV_32F);
            enlarge(image, times, enlarged.size(), interpolation, [&](int y, const float* row) {
                std::copy_n(row, enlarged.cols, enlarged.ptr<float>(y));
            });
            EXPECT_LT(difference(enlarged, expected(cv::Rect({}, enlarged.size()))), few_roundings) << times;
        }
}

TEST(Average, IsTheMeanOfEachBlockWithTheEdgeRepeated) {
    for (const int size_px : {1, 2, 4, 8})
        for (const cv::Size size : {cv::Size(64, 32), cv::Size(61, 37), cv::Size(3, 5)}) {
            const cv::Mat image = noise(size.width, size.height);
            const cv::Size blocks = reduced(size, size_px);
            cv::Mat whole, expected;
            cv::copyMakeBorder(image, whole, 0, blocks.height * size_px - size.height, 0,
                               blocks.width * size_px - size.width, cv::BORDER_REPLICATE);
            cv::resize(whole, expected, blocks, 0, 0, cv::INTER_AREA);
            EXPECT_LT(difference(averaged(image, size_px), expected), few_roundings)
                << size_px << ", " << size;
        }
}

}  // namespace
}  // namespace stenometry
