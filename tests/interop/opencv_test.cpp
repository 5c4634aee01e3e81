#include "stenometry/interop/opencv.h"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>
#include <opencv2/core.hpp>
#include <string>

#include "stenometry/error.h"

namespace stenometry::interop {
namespace {

using testing::HasSubstr;

template <class T>
class EveryPixelType : public testing::Test {};
using PixelTypes = testing::Types<std::uint8_t, std::uint16_t, std::int16_t, int, float, double>;
TYPED_TEST_SUITE(EveryPixelType, PixelTypes);

TYPED_TEST(EveryPixelType, IsSeenByOpenCvWithoutACopy) {
    Image<TypeParam> image(4, 3, TypeParam{1});
    cv::Mat mat = as_mat(image);
    mat.at<TypeParam>(2, 3) = TypeParam{9};
    EXPECT_EQ(image(3, 2), TypeParam{9});
    EXPECT_EQ(mat.rows, 3);
    EXPECT_EQ(mat.cols, 4);
}

TYPED_TEST(EveryPixelType, OfOpenCvIsSeenWithoutACopyAndKeptAlive) {
    cv::Mat mat(3, 4, cv_type<TypeParam>(), cv::Scalar(2));
    Image<TypeParam> image = from_mat<TypeParam>(mat);
    image(1, 2) = TypeParam{7};
    EXPECT_EQ(mat.at<TypeParam>(2, 1), TypeParam{7});
    const TypeParam* pixels = image.row(0);
    mat.release();
    EXPECT_EQ(image.row(0), pixels);
    EXPECT_EQ(image(1, 2), TypeParam{7});
}

TEST(OpenCv, SeesColourAsThreeBytes) {
    Image<Rgb> image(2, 1);
    image(1, 0) = {1, 2, 3};
    const cv::Mat mat = as_mat(image);
    EXPECT_EQ(mat.type(), CV_8UC3);
    EXPECT_EQ(mat.at<cv::Vec3b>(0, 1), cv::Vec3b(1, 2, 3));
}

TEST(OpenCv, PartOfAMatrixKeepsItsDistanceBetweenRows) {
    cv::Mat whole(6, 8, CV_32F);
    for (int y = 0; y < 6; ++y)
        for (int x = 0; x < 8; ++x) whole.at<float>(y, x) = static_cast<float>(10 * y + x);
    const Image<float> part = from_mat<float>(whole(cv::Rect(2, 1, 4, 3)));
    EXPECT_EQ(part.stride(), 8);
    EXPECT_EQ(part(0, 0), 12.0f);
    EXPECT_EQ(part(3, 2), 35.0f);
    EXPECT_EQ(as_mat(part).at<float>(2, 3), 35.0f);
}

TEST(OpenCv, AnotherPixelTypeIsTheCallersMistake) {
    EXPECT_THROW(from_mat<float>(cv::Mat(2, 2, CV_64F)), InvalidInput);
    EXPECT_THROW(from_mat<std::uint8_t>(cv::Mat(2, 2, CV_8UC3)), InvalidInput);
}

TEST(OpenCv, AnEmptyMatrixIsAnEmptyImage) { EXPECT_TRUE(from_mat<float>(cv::Mat()).empty()); }

TEST(FrameOfAMatrix, HasTheSameGreyWhateverTheDepth) {
    for (const int depth : {CV_8U, CV_8S, CV_16U, CV_16S, CV_32S, CV_32F, CV_64F}) {
        cv::Mat mat(3, 4, CV_MAKETYPE(depth, 1), cv::Scalar(100));
        mat.row(2).setTo(7);
        const Frame frame = frame_from_mat(mat, Intensity::linear, Calibration::from_user(0.2));
        EXPECT_NO_THROW(frame.validate());
        EXPECT_EQ(frame.width(), 4);
        EXPECT_EQ(frame.height(), 3);
        EXPECT_EQ(frame.pixels(3, 0), 100.0F) << "depth " << depth;
        EXPECT_EQ(frame.pixels(0, 2), 7.0F) << "depth " << depth;
        EXPECT_EQ(frame.intensity, Intensity::linear);
        EXPECT_EQ(frame.calibration.mm_per_px_x, 0.2);
        EXPECT_TRUE(frame.valid.empty());
    }
}

TEST(FrameOfAMatrix, KeepsNegativeAndLargeValues) {
    EXPECT_EQ(frame_from_mat(cv::Mat(1, 1, CV_8S, cv::Scalar(-5)), Intensity::unknown).pixels(0, 0), -5.0F);
    EXPECT_EQ(frame_from_mat(cv::Mat(1, 1, CV_16S, cv::Scalar(-3000)), Intensity::unknown).pixels(0, 0),
              -3000.0F);
    EXPECT_EQ(frame_from_mat(cv::Mat(1, 1, CV_32S, cv::Scalar(1 << 20)), Intensity::unknown).pixels(0, 0),
              1048576.0F);
}

TEST(FrameOfAMatrix, SharesItsPixelsOnlyIfTheyAreFloats) {
    cv::Mat floats(2, 2, CV_32F, cv::Scalar(1)), bytes(2, 2, CV_8U, cv::Scalar(1));
    const Frame shared = frame_from_mat(floats, Intensity::linear);
    const Frame copied = frame_from_mat(bytes, Intensity::linear);
    floats.setTo(2), bytes.setTo(2);
    EXPECT_EQ(shared.pixels(1, 1), 2.0F);
    EXPECT_EQ(copied.pixels(1, 1), 1.0F);
}

TEST(FrameOfAMatrix, TakesColourForItsLuma) {
    // Blue, green, red and opacity; 0.114, 0.587 and 0.299 of them by ITU-R BT.601, to a rounded float.
    EXPECT_NEAR(
        frame_from_mat(cv::Mat(1, 1, CV_8UC3, cv::Scalar(10, 20, 30)), Intensity::display).pixels(0, 0),
        21.85, 1e-5);
    EXPECT_NEAR(
        frame_from_mat(cv::Mat(1, 1, CV_16UC4, cv::Scalar(10, 20, 30, 999)), Intensity::display).pixels(0, 0),
        21.85, 1e-5);
    EXPECT_EQ(frame_from_mat(cv::Mat(1, 1, CV_8UC3, cv::Scalar::all(77)), Intensity::display).pixels(0, 0),
              77.0F);
}

TEST(FrameOfAMatrix, IsInvalidWhereItIsNotFinite) {
    cv::Mat mat(1, 3, CV_64F, cv::Scalar(4));
    mat.at<double>(0, 1) = std::numeric_limits<double>::quiet_NaN();
    const Frame frame = frame_from_mat(mat, Intensity::linear);
    EXPECT_FALSE(frame.is_valid(1, 0));
    EXPECT_TRUE(frame.is_valid(0, 0));
    EXPECT_EQ(frame.pixels(1, 0), 4.0F);

    cv::Mat floats(1, 2, CV_32F, cv::Scalar(std::numeric_limits<float>::infinity()));
    frame_from_mat(floats, Intensity::linear);
    EXPECT_TRUE(std::isinf(floats.at<float>(0, 0))) << "the caller's matrix was written to";
}

TEST(FrameOfAMatrix, IsRefusedWhereNoGreyCanBeTold) {
    const auto message = [](const cv::Mat& mat) -> std::string {
        try {
            frame_from_mat(mat, Intensity::unknown);
            return "no error";
        } catch (const InvalidInput& error) {
            return error.what();
        }
    };
    const int three_sides[] = {2, 2, 2};
    EXPECT_THAT(message({}), HasSubstr("empty"));
    EXPECT_THAT(message(cv::Mat(2, 2, CV_8UC2)), HasSubstr("2 channels"));
    EXPECT_THAT(message(cv::Mat(2, 2, CV_32FC(5))), HasSubstr("5 channels"));
    EXPECT_THAT(message(cv::Mat(3, three_sides, CV_8U)), HasSubstr("3 dimensions"));
    EXPECT_THAT(message(cv::Mat(2, 2, CV_16FC1)), HasSubstr("half precision"));
}

}  // namespace
}  // namespace stenometry::interop
