#include "stenometry/io/mask.h"

#include <gmock/gmock.h>
#include <itkNiftiImageIO.h>
#include <itkNrrdImageIO.h>

#include <opencv2/imgcodecs.hpp>

#include "stenometry/error.h"
#include "support/cine_reading.h"
#include "support/temporary_files.h"

namespace stenometry::io {
namespace {

using test::file_with;
using test::temporary_file;
using testing::ElementsAre;
using testing::FloatNear;
using testing::HasSubstr;
using testing::ThrowsMessage;

template <class T>
std::vector<T> values(const Image<T>& image) {
    std::vector<T> all;
    for (int y = 0; y < image.height(); ++y)
        all.insert(all.end(), image.row(y), image.row(y) + image.width());
    return all;
}

std::filesystem::path png(const cv::Mat& pixels) {
    const auto path = temporary_file("map.png");
    cv::imwrite(path.string(), pixels);
    return path;
}

/// As ITK writes it, 2 x 2 pixels, one after the other where there are several frames.
template <class Io, class T>
std::filesystem::path volume(const std::vector<T>& pixels, const std::string& name,
                             itk::IOComponentEnum type) {
    const auto path = temporary_file(name);
    const auto io = Io::New();
    const auto frames = static_cast<unsigned>(pixels.size() / 4);
    io->SetNumberOfDimensions(frames > 1 ? 3 : 2);
    io->SetDimensions(0, 2);
    io->SetDimensions(1, 2);
    if (frames > 1) io->SetDimensions(2, frames);
    io->SetPixelType(itk::IOPixelEnum::SCALAR);
    io->SetNumberOfComponents(1);
    io->SetComponentType(type);
    io->SetFileName(path.string());
    io->Write(pixels.data());
    return path;
}

TEST(ReadMask, VesselIsAboveHalfOfTheLargestValueWhateverThatIs) {
    for (const int highest : {1, 128, 255})
        EXPECT_THAT(values(read_mask(png((cv::Mat_<std::uint8_t>(1, 3) << 0, highest, 0)))),
                    ElementsAre(0, 255, 0));
    EXPECT_THAT(values(read_mask(png((cv::Mat_<std::uint16_t>(1, 3) << 0, 65535, 65535)))),
                ElementsAre(0, 255, 255));
    EXPECT_THAT(values(read_mask(volume<itk::NiftiImageIO, float>({0, 1, 0, 1}, "mask.nii.gz",
                                                                  itk::IOComponentEnum::FLOAT))),
                ElementsAre(0, 255, 0, 255));
}

TEST(ReadMask, BlurOfALossyFileIsNoValueOfItsOwn) {
    EXPECT_THAT(values(read_mask(png((cv::Mat_<std::uint8_t>(1, 6) << 3, 8, 120, 248, 255, 0)))),
                ElementsAre(0, 0, 0, 255, 255, 0));
}

TEST(ReadMask, NothingButZeroIsAMaskWithoutVessel) {
    EXPECT_THAT(values(read_mask(png(cv::Mat::zeros(1, 2, CV_8U)))), ElementsAre(0, 0));
}

TEST(ReadMask, LabelsAndProbabilitiesAreNoMask) {
    const auto refused = [](const std::filesystem::path& path) {
        EXPECT_THAT([&] { read_mask(path); },
                    ThrowsMessage<IoError>(AllOf(HasSubstr(path.string()), HasSubstr("no mask"))));
    };
    refused(png((cv::Mat_<std::uint8_t>(1, 4) << 0, 5, 7, 12)));
    refused(volume<itk::NrrdImageIO, float>({0.0F, 0.5F, 0.4F, 0.9F}, "p.nrrd", itk::IOComponentEnum::FLOAT));
    refused(
        volume<itk::NrrdImageIO, float>({-1.0F, 1.0F, 1.0F, 1.0F}, "p.nrrd", itk::IOComponentEnum::FLOAT));
}

TEST(ReadMask, WhatIsNotFiniteIsNeitherVesselNorBackground) {
    for (const float value :
         {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()})
        EXPECT_THAT(
            [&] {
                read_mask(volume<itk::NiftiImageIO, float>({0.0F, 1.0F, value, 1.0F}, "mask.nii",
                                                           itk::IOComponentEnum::FLOAT));
            },
            ThrowsMessage<IoError>(AllOf(HasSubstr("mask.nii"), HasSubstr("not a finite number"))));
}

TEST(ReadMask, FrameOfACineHasItsOwnMask) {
    const auto path = volume<itk::NiftiImageIO, std::uint8_t>({0, 0, 0, 1, 1, 0, 0, 0}, "masks.nii",
                                                              itk::IOComponentEnum::UCHAR);
    EXPECT_THAT(values(read_mask(path, 0)), ElementsAre(0, 0, 0, 255));
    EXPECT_THAT(values(read_mask(path, 1)), ElementsAre(255, 0, 0, 0));
    EXPECT_THAT([&] { read_mask(path, 2); }, ThrowsMessage<IoError>(HasSubstr("2 frames")));
    const auto single = png((cv::Mat_<std::uint8_t>(1, 2) << 0, 1));
    EXPECT_THAT(values(read_mask(single, 7)), ElementsAre(0, 255));
}

TEST(ReadProbability, WholeNumbersArePartsOfWhatTheirBitsHold) {
    EXPECT_THAT(values(read_probability(png((cv::Mat_<std::uint8_t>(1, 3) << 0, 51, 255)))),
                ElementsAre(0.0F, FloatNear(0.2F, 1e-6F), 1.0F));
    // A picture of 16 bits whose values would fit in 8 shows no vessel.
    EXPECT_THAT(values(read_probability(png((cv::Mat_<std::uint16_t>(1, 2) << 0, 255)))),
                ElementsAre(0.0F, FloatNear(255.0F / 65535.0F, 1e-7F)));
    EXPECT_THAT(values(read_probability(volume<itk::NrrdImageIO, std::uint16_t>(
                    {0, 13107, 65535, 0}, "p.nrrd", itk::IOComponentEnum::USHORT))),
                ElementsAre(0.0F, FloatNear(0.2F, 1e-6F), 1.0F, 0.0F));
    EXPECT_THAT(values(read_probability(file_with("P2 2 1 100 0 25\n", "p.pgm"))),
                ElementsAre(0.0F, FloatNear(0.25F, 1e-6F)));
    const auto tiff = temporary_file("p.tiff");
    cv::imwrite(tiff.string(), cv::Mat(1, 1, CV_16U, cv::Scalar(13107)));
    EXPECT_THAT(values(read_probability(tiff)), ElementsAre(FloatNear(0.2F, 1e-6F)));
}

TEST(ReadProbability, FloatingPointNumbersStandForThemselves) {
    const float none = std::numeric_limits<float>::quiet_NaN();
    for (const auto& path :
         {volume<itk::NiftiImageIO, float>({0.0F, 0.25F, none, 1.0F}, "p.nii", itk::IOComponentEnum::FLOAT),
          volume<itk::NrrdImageIO, float>({0.0F, 0.25F, none, 1.0F}, "p.nrrd", itk::IOComponentEnum::FLOAT)})
        EXPECT_THAT(values(read_probability(path)), ElementsAre(0.0F, 0.25F, 0.0F, 1.0F));
    const auto tiff = temporary_file("p.tiff");
    cv::imwrite(tiff.string(), cv::Mat((cv::Mat_<float>(1, 2) << 0.25F, 1.0F)));
    EXPECT_THAT(values(read_probability(tiff)), ElementsAre(0.25F, 1.0F));
}

TEST(ReadProbability, ValueThatIsNoneIsNamedWithItsFile) {
    const auto path =
        volume<itk::NrrdImageIO, float>({0.0F, 1.25F, 0.0F, 1.0F}, "p.nrrd", itk::IOComponentEnum::FLOAT);
    EXPECT_THAT([&] { read_probability(path); },
                ThrowsMessage<IoError>(AllOf(HasSubstr(path.string()), HasSubstr("1.25"))));
    EXPECT_THAT([] { read_probability("absent.png"); }, ThrowsMessage<IoError>(HasSubstr("absent.png")));
}

}  // namespace
}  // namespace stenometry::io
