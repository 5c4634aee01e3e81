#include <gtest/gtest.h>
#include <itkImage.h>

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include "stenometry/error.h"
#include "stenometry/interop/itk.h"
#include "stenometry/interop/opencv.h"

namespace stenometry::interop {
namespace {

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

TYPED_TEST(EveryPixelType, IsSeenByItkWithoutACopy) {
    Image<TypeParam> image(4, 3, TypeParam{1});
    const auto itk_image = to_itk(image);
    itk_image->SetPixel({3, 2}, TypeParam{9});
    EXPECT_EQ(image(3, 2), TypeParam{9});
}

TYPED_TEST(EveryPixelType, OfItkIsSeenWithoutACopyAndKeptAlive) {
    auto itk_image = itk::Image<TypeParam, 2>::New();
    itk_image->SetRegions(typename itk::Image<TypeParam, 2>::SizeType{4, 3});
    itk_image->Allocate();
    itk_image->FillBuffer(TypeParam{2});
    Image<TypeParam> image = from_itk<TypeParam>(itk_image);
    itk_image->SetPixel({1, 2}, TypeParam{7});
    itk_image = nullptr;
    EXPECT_EQ(image.width(), 4);
    EXPECT_EQ(image.height(), 3);
    EXPECT_EQ(image(1, 2), TypeParam{7});
    EXPECT_EQ(image(0, 0), TypeParam{2});
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

TEST(Itk, TakesTheSpacingOfTheCalibration) {
    const Image<float> image(2, 2);
    const auto spacing = to_itk(image, {.mm_per_px_x = 0.2, .mm_per_px_y = 0.3})->GetSpacing();
    EXPECT_DOUBLE_EQ(spacing[0], 0.2);
    EXPECT_DOUBLE_EQ(spacing[1], 0.3);
    EXPECT_DOUBLE_EQ(to_itk(image)->GetSpacing()[0], 1.0);
}

TEST(Itk, RefusesRowsThatAreNotPacked) {
    Image<float> whole(4, 4);
    const Image<float> part(2, 2, 4, whole.pixels());
    EXPECT_THROW(to_itk(part), InvalidInput);
    EXPECT_NO_THROW(to_itk(part.clone()));
}

}  // namespace
}  // namespace stenometry::interop
