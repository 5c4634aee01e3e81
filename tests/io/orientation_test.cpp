#include "io/orientation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <tiffio.h>
#include <zlib.h>

#include <opencv2/imgcodecs.hpp>

#include "stenometry/interop/opencv.h"
#include "stenometry/io/image.h"
#include "support/dicom_bytes.h"
#include "support/temporary_files.h"

namespace stenometry::io {
namespace {

using test::big_endian;
using test::file_with;
using test::temporary_file;

// What is meant: 32 x 16 pixels in four quarters, each of one grey, so that a lossy file keeps them.
constexpr int meant_width = 32, meant_height = 16;
constexpr float quarters[2][2] = {{40, 90}, {140, 220}};  ///< [lower][right]

bool is_transposed(int orientation) { return orientation >= 5; }

/// The picture as a camera stores it that was held so: where the first row is the right side and the first
/// column the top (6), the upper left corner of what is stored is the upper right one of what is meant.
Image<std::uint8_t> stored(int orientation) {
    const int w = is_transposed(orientation) ? meant_height : meant_width,
              h = is_transposed(orientation) ? meant_width : meant_height;
    Image<std::uint8_t> picture(w, h);
    for (int row = 0; row < h; ++row)
        for (int column = 0; column < w; ++column) {
            const bool late_row = row >= h / 2, late_column = column >= w / 2;
            bool right = false, lower = false;
            switch (orientation) {  // TIFF 6.0, Orientation: 0th row, 0th column
                case 1:             // top, left
                    lower = late_row, right = late_column;
                    break;
                case 2:  // top, right
                    lower = late_row, right = !late_column;
                    break;
                case 3:  // bottom, right
                    lower = !late_row, right = !late_column;
                    break;
                case 4:  // bottom, left
                    lower = !late_row, right = late_column;
                    break;
                case 5:  // left, top
                    right = late_row, lower = late_column;
                    break;
                case 6:  // right, top
                    right = !late_row, lower = late_column;
                    break;
                case 7:  // right, bottom
                    right = !late_row, lower = !late_column;
                    break;
                default:  // left, bottom
                    right = late_row, lower = !late_column;
                    break;
            }
            picture(column, row) = static_cast<std::uint8_t>(quarters[lower][right]);
        }
    return picture;
}

void expect_as_meant(const Frame& frame, float tolerance) {
    ASSERT_EQ(frame.width(), meant_width);
    ASSERT_EQ(frame.height(), meant_height);
    for (int y = 0; y < meant_height; ++y)
        for (int x = 0; x < meant_width; ++x)
            ASSERT_NEAR(frame.pixels(x, y), quarters[y >= meant_height / 2][x >= meant_width / 2], tolerance)
                << x << ", " << y;
}

/// An EXIF block that says nothing but the orientation.
std::string exif_of(int orientation, bool big_endian) {
    const auto number = [&](int value, int bytes) {
        std::string text(static_cast<std::size_t>(bytes), '\0');
        text[big_endian ? text.size() - 1 : 0] = static_cast<char>(value & 0xff);
        text[big_endian ? text.size() - 2 : 1] = static_cast<char>(value >> 8);
        return text;
    };
    return (big_endian ? "MM" : "II") + number(42, 2) + number(8, 4) + number(1, 2) + number(0x0112, 2) +
           number(3, 2) + number(1, 4) + number(orientation, 2) + number(0, 2) + number(0, 4);
}

std::string encoded(const Image<std::uint8_t>& picture, const std::string& extension) {
    std::vector<unsigned char> bytes;
    cv::imencode(extension, interop::as_mat(picture), bytes, {cv::IMWRITE_JPEG_QUALITY, 95});
    return {bytes.begin(), bytes.end()};
}

class Orientation : public testing::TestWithParam<int> {};

TEST_P(Orientation, OfJpegIsTurnedAsExifSays) {
    for (const bool high_first : {false, true}) {
        const std::string exif = std::string("Exif\0\0", 6) + exif_of(GetParam(), high_first);
        std::string jpeg = encoded(stored(GetParam()), ".jpg");
        jpeg.insert(2, "\xff\xe1" + big_endian(exif.size() + 2, 2) + exif);
        // Grey levels: the quarters end where blocks of 8 x 8 do, so only quantization of their means is
        // left.
        expect_as_meant(read_image(file_with(jpeg, "turned.jpg")), 2.0F);
    }
}

TEST_P(Orientation, OfPngIsTurnedAsExifSays) {
    const std::string chunk = "eXIf" + exif_of(GetParam(), true);
    std::string png = encoded(stored(GetParam()), ".png");
    constexpr std::size_t after_header = 33;
    const auto crc = crc32(0, reinterpret_cast<const Bytef*>(chunk.data()), static_cast<uInt>(chunk.size()));
    png.insert(after_header, big_endian(chunk.size() - 4, 4) + chunk + big_endian(crc, 4));
    expect_as_meant(read_image(file_with(png, "turned.png")), 0.0F);
}

void write_tiff(const std::filesystem::path& path, const Image<std::uint8_t>& picture, int orientation,
                std::uint16_t photometric) {
    TIFF* tiff = TIFFOpen(path.c_str(), "w");
    TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, picture.width());
    TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, picture.height());
    TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, 8);
    TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, 1);
    TIFFSetField(tiff, TIFFTAG_ORIENTATION, orientation);
    TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, photometric);
    std::vector<std::uint16_t> grey(256);
    for (std::size_t i = 0; i < grey.size(); ++i) grey[i] = static_cast<std::uint16_t>(257 * i);
    if (photometric == PHOTOMETRIC_PALETTE)
        TIFFSetField(tiff, TIFFTAG_COLORMAP, grey.data(), grey.data(), grey.data());
    for (int y = 0; y < picture.height(); ++y) {
        std::vector<std::uint8_t> row(picture.row(y), picture.row(y) + picture.width());
        TIFFWriteScanline(tiff, row.data(), static_cast<std::uint32_t>(y));
    }
    TIFFClose(tiff);
}

TEST_P(Orientation, OfTiffIsTurnedAsItsTagSaysWithAPaletteToo) {
    for (const std::uint16_t photometric : {PHOTOMETRIC_MINISBLACK, PHOTOMETRIC_PALETTE}) {
        const auto path = temporary_file("turned.tif");
        write_tiff(path, stored(GetParam()), GetParam(), photometric);
        expect_as_meant(read_image(path), 0.0F);
    }
}

INSTANTIATE_TEST_SUITE_P(All, Orientation, testing::Range(1, 9));

TEST(ExifOrientation, OfADamagedBlockIsThatOfNone) {
    const std::string whole = exif_of(6, false);
    EXPECT_EQ(exif_orientation(whole), 6);
    for (std::size_t size = 0; size < 18; ++size)
        EXPECT_EQ(exif_orientation(whole.substr(0, size)), 1) << size;
    std::string far_away = whole;
    far_away.replace(4, 4, "\xff\xff\xff\xff");
    EXPECT_EQ(exif_orientation(far_away), 1);
}

TEST(ExifOrientation, OutsideOfItsRangeLeavesTheImageAsItIs) {
    Image<float> picture(2, 1);
    picture(1, 0) = 1.0F;
    for (const int orientation : {-1, 0, 1, 9, 65535}) EXPECT_EQ(upright(picture, orientation)(1, 0), 1.0F);
}

}  // namespace
}  // namespace stenometry::io
