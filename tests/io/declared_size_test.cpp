#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include "support/cine_reading.h"
#include "support/dicom_bytes.h"
#include "support/temporary_files.h"

/// A few bytes that claim a picture of a gigabyte are refused before memory is taken for it.
namespace stenometry::io {
namespace {

using test::big_endian;
using test::little_endian;
using testing::HasSubstr;

constexpr int side = 16384;

/// Expects the bytes to be refused as too few, with little memory.
void expect_refusal(const std::string& bytes, const std::string& name) {
    const long before = test::peak_memory_kb();
    EXPECT_THAT(test::fault_of(test::file_with(bytes, name)), HasSubstr("cut short")) << name;
    if (!test::memory_is_reused) return;
    EXPECT_LT(test::peak_memory_kb() - before, 16 * 1024) << name << ", kB";
}

std::string png_chunk(const std::string& kind, const std::string& data) {
    const std::string named = kind + data;
    const auto checksum =
        crc32(0, reinterpret_cast<const Bytef*>(named.data()), static_cast<uInt>(named.size()));
    return big_endian(data.size(), 4) + named + big_endian(checksum, 4);
}

TEST(DeclaredSize, OfPngIsHeldAgainstTheFile) {
    const std::string header = big_endian(side, 4) + big_endian(side, 4) + std::string("\x10\x02\0\0\0", 5);
    expect_refusal("\x89PNG\r\n\x1a\n" + png_chunk("IHDR", header) + png_chunk("IDAT", std::string(100, 'x')),
                   "huge.png");
}

/// A directory of 16-bit grey in one strip.
std::string tiff(int compression) {
    const auto entry = [](int tag, int type, std::uint64_t value) {
        return little_endian(static_cast<std::uint64_t>(tag), 2) +
               little_endian(static_cast<std::uint64_t>(type), 2) + little_endian(1, 4) +
               little_endian(value, 4);
    };
    const std::string entries = entry(256, 4, side) + entry(257, 4, side) + entry(258, 3, 16) +
                                entry(259, 3, static_cast<std::uint64_t>(compression)) + entry(262, 3, 1) +
                                entry(273, 4, 8) + entry(277, 3, 1) + entry(278, 4, side) +
                                entry(279, 4, 100);
    return "II*" + std::string(1, '\0') + little_endian(108, 4) + std::string(100, 'x') +
           little_endian(9, 2) + entries + little_endian(0, 4);
}

TEST(DeclaredSize, OfTiffIsHeldAgainstTheFile) {
    for (const int compression : {1, 5, 8, 32773}) expect_refusal(tiff(compression), "huge.tif");
}

TEST(DeclaredSize, OfJpegIsHeldAgainstTheFile) {
    const std::string frame = "\xff\xc0" + big_endian(11, 2) + '\x08' + big_endian(side, 2) +
                              big_endian(side, 2) + std::string("\x01\x01\x11\0", 4);
    const std::string scan = "\xff\xda" + big_endian(8, 2) + std::string("\x01\x01\0\0\x3f\0", 6);
    expect_refusal("\xff\xd8" + frame + scan + std::string(100, 'x') + "\xff\xd9", "huge.jpg");
}

TEST(DeclaredSize, OfRunLengthsInDicomIsHeldAgainstTheFragments) {
    const test::DicomPicture picture{.transfer_syntax = "1.2.840.10008.1.2.5", .width = side, .height = side};
    expect_refusal(picture.file(test::encapsulated({test::run_lengths(std::string(100, '\x80'))})),
                   "huge.dcm");
}

TEST(DeclaredSize, OfGzippedNiftiIsHeldAgainstTheFile) {
    std::string nifti(352, '\0');
    nifti.replace(0, 4, little_endian(348, 4));
    nifti.replace(40, 6, little_endian(2, 2) + little_endian(side, 2) + little_endian(side, 2));
    nifti.replace(70, 4, little_endian(4, 2) + little_endian(16, 2));
    nifti.replace(108, 4,
                  std::string("\0\0\xb0\x43", 4));  // 352 as a float: the pixels begin after the header
    nifti.replace(344, 4, std::string("n+1\0", 4));
    const auto path = test::temporary_file("huge.nii.gz");
    gzFile file = gzopen(path.c_str(), "wb");
    gzwrite(file, nifti.data(), static_cast<unsigned>(nifti.size()));
    gzclose(file);
    expect_refusal(test::bytes_of(path), "huge.nii.gz");
}

}  // namespace
}  // namespace stenometry::io
