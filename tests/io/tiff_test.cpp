#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <tiffio.h>

#include <functional>
#include <numeric>

#include "stenometry/error.h"
#include "stenometry/io/cine.h"
#include "stenometry/io/image.h"
#include "stenometry/io/mask.h"
#include "support/cine_reading.h"
#include "support/temporary_files.h"

namespace stenometry::io {
namespace {

using test::bytes_of;
using test::fault_of;
using test::file_with;
using test::temporary_file;
using test::values_of;
using testing::ElementsAre;
using testing::HasSubstr;

/// One page, whose rows are as they stand in the file.
struct Page {
    std::uint32_t width = 4, height = 2;
    int bits = 8;
    std::vector<std::string> rows;
    std::function<void(TIFF*)> change = [](TIFF*) {};
};

/// \param mode of libtiff: l and b for the byte order, 8 for BigTIFF
std::filesystem::path write_tiff(const std::vector<Page>& pages, const std::string& mode = "w") {
    const auto path = temporary_file("written.tif");
    TIFF* tiff = TIFFOpen(path.c_str(), mode.c_str());
    for (const Page& page : pages) {
        TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, page.width);
        TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, page.height);
        TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, page.bits);
        TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, 1);
        TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISBLACK);
        TIFFSetField(tiff, TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG);
        TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, page.height);
        page.change(tiff);
        for (std::uint32_t y = 0; y < page.rows.size(); ++y) {
            std::string row = page.rows[y];
            TIFFWriteScanline(tiff, row.data(), y);
        }
        TIFFWriteDirectory(tiff);
    }
    TIFFClose(tiff);
    return path;
}

Page page_of(char value) { return {.rows = {std::string(4, value), std::string(4, value)}}; }

// --- Pages ---

TEST(TiffPages, AreTheFramesOfACineInAnyOrder) {
    const auto path = write_tiff({page_of(10), page_of(20), page_of(30)});
    const auto cine = open_cine(path);
    ASSERT_EQ(cine->frame_count(), 3);
    for (const int k : {2, 0, 1}) {
        const Frame frame = cine->read(k);
        EXPECT_EQ(frame.pixels(3, 1), 10.0F * static_cast<float>(k + 1));
        EXPECT_EQ(frame.index, k);
        EXPECT_EQ(frame.count, 3);
    }
    EXPECT_THROW(cine->read(3), InvalidInput);
    EXPECT_EQ(read_probability(path, 1)(0, 0), 20.0F / 255.0F);
}

TEST(TiffPages, AreReadInEveryByteOrderAndSizeOfPlaces) {
    for (const char* mode : {"wl", "wb", "wl8", "wb8"}) {
        const auto cine = open_cine(write_tiff({page_of(10), page_of(20), page_of(30)}, mode));
        ASSERT_EQ(cine->frame_count(), 3) << mode;
        for (const int k : {2, 0, 1})
            EXPECT_EQ(cine->read(k).pixels(3, 1), 10.0F * static_cast<float>(k + 1)) << mode;
    }
}

TEST(TiffPages, ThatArePreviewsOrMasksAreNoFrames) {
    Page preview{.width = 2, .height = 1, .rows = {std::string(2, 1)}};
    preview.change = [](TIFF* tiff) { TIFFSetField(tiff, TIFFTAG_SUBFILETYPE, FILETYPE_REDUCEDIMAGE); };
    const auto cine = open_cine(write_tiff({preview, page_of(20), preview, page_of(30)}));
    ASSERT_EQ(cine->frame_count(), 2);
    EXPECT_EQ(cine->read(0).pixels(0, 0), 20.0F);
    EXPECT_EQ(cine->read(1).pixels(0, 0), 30.0F);
}

TEST(TiffPages, MayDifferInSize) {
    const Page other{.width = 2, .height = 2, .rows = {std::string(2, 1), std::string(2, 1)}};
    const auto cine = open_cine(write_tiff({page_of(10), other}));
    ASSERT_EQ(cine->frame_count(), 2);
    EXPECT_EQ(cine->read(1).width(), 2);
    EXPECT_EQ(cine->read(0).width(), 4);
}

TEST(TiffPages, OfWhichOneIsMissingAreAnError) {
    const std::string bytes = bytes_of(write_tiff({page_of(10), page_of(20), page_of(30)}));
    for (std::size_t size = 9; size + 4 < bytes.size(); ++size)
        ASSERT_NE(fault_of(file_with(bytes.substr(0, size), "short.tif")), "") << size;
}

// --- Depths that fill no bytes ---

TEST(TiffDepth, OfTwelveBitsIsUnpacked) {
    const Page page{.width = 3,
                    .height = 2,
                    .bits = 12,
                    .rows = {std::string("\x12\x3f\xff\x00\x10", 5), std::string("\x00\x08\x00\xab\xc0", 5)}};
    const auto path = write_tiff({page});
    EXPECT_THAT(values_of(read_image(path)), ElementsAre(0x123, 0xfff, 1, 0, 0x800, 0xabc));
    EXPECT_EQ(read_probability(path)(1, 0), 1.0F);
}

TEST(TiffDepth, OfSixBitsWithWhiteForZeroIsTurnedRound) {
    Page page{.width = 4, .height = 1, .bits = 6, .rows = {std::string("\x00\x1f\xbf", 3)}};
    page.change = [](TIFF* tiff) { TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISWHITE); };
    // Stored: 0, 1, 62, 63.
    EXPECT_THAT(values_of(read_image(write_tiff({page}))), ElementsAre(63, 62, 1, 0));
}

TEST(TiffDepth, WithSignIsBelowZero) {
    Page page{.width = 2, .height = 1, .bits = 12, .rows = {std::string("\xff\xf7\xff", 3)}};
    page.change = [](TIFF* tiff) { TIFFSetField(tiff, TIFFTAG_SAMPLEFORMAT, SAMPLEFORMAT_INT); };
    EXPECT_THAT(values_of(read_image(write_tiff({page}))), ElementsAre(-1, 2047));
}

TEST(TiffDepth, ThatIsNotReadIsNamed) {
    const Page page{.width = 2, .height = 1, .bits = 24, .rows = {std::string(6, '\1')}};
    EXPECT_THAT(fault_of(write_tiff({page})), HasSubstr("with 24 bits, are not read"));
}

TEST(TiffDepth, OfTwelveBitsIsUnpackedInTilesToo) {
    // Tiles of 16 x 16 with 12 bits, of which a picture of 20 x 18 needs four.
    const auto path = temporary_file("tiled.tif");
    TIFF* tiff = TIFFOpen(path.c_str(), "w");
    TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, 20);
    TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, 18);
    TIFFSetField(tiff, TIFFTAG_TILEWIDTH, 16);
    TIFFSetField(tiff, TIFFTAG_TILELENGTH, 16);
    TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, 12);
    TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, 1);
    TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISBLACK);
    for (std::uint32_t tile = 0; tile < 4; ++tile) {
        std::string bytes;
        for (int pair = 0; pair < 128; ++pair) bytes += std::string{static_cast<char>(tile), '\0', '\1'};
        TIFFWriteEncodedTile(tiff, tile, bytes.data(), static_cast<tmsize_t>(bytes.size()));
    }
    TIFFClose(tiff);
    const Frame frame = read_image(path);
    EXPECT_EQ(frame.pixels(0, 0), 0.0F);
    EXPECT_EQ(frame.pixels(1, 0), 1.0F);
    EXPECT_EQ(frame.pixels(16, 0), 16.0F);
    EXPECT_EQ(frame.pixels(18, 17), 48.0F);
    EXPECT_EQ(frame.pixels(0, 16), 32.0F);
}

}  // namespace
}  // namespace stenometry::io
