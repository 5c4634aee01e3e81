#include "io/volume.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <cstring>

#include "stenometry/io/cine.h"
#include "stenometry/io/image.h"
#include "support/cine_reading.h"
#include "support/temporary_files.h"

namespace stenometry::io {
namespace {

using namespace std::string_literals;
using test::fault_of;
using test::file_with;
using test::values_of;
using testing::ElementsAre;
using testing::HasSubstr;

// --- NRRD ---

TEST(Nrrd, SmallAndCapitalLettersAreTheSame) {
    for (const char* encoding : {"ASCII", "Text", "TXT", "ascii"}) {
        const auto path = file_with("NRRD0004\nType: Unsigned Short\nDIMENSION: 2\nsizes: 2 2\nencoding: "s +
                                        encoding + "\n\n1 2\n3 4\n",
                                    "letters.nrrd");
        EXPECT_THAT(values_of(read_image(path)), ElementsAre(1, 2, 3, 4)) << encoding;
    }
    const auto raw =
        file_with("NRRD0004\ntype: UINT16\ndimension: 2\nsizes: 2 1\nencoding: RAW\nendian: BIG\n\n\1\0\0\2"s,
                  "raw.nrrd");
    EXPECT_THAT(values_of(read_image(raw)), ElementsAre(256, 2));
}

TEST(Nrrd, WithoutTheEmptyLineBeforeItsPixelsIsRefused) {
    const std::string header = "NRRD0004\ntype: uchar\ndimension: 2\nsizes: 4 2\nencoding: raw\n";
    const auto expected = HasSubstr("does not end with an empty line");
    EXPECT_THAT(fault_of(file_with(header + "\1\2\3\4\5\6\7\10", "attached.nrrd")), expected);
    // Pixels that are two line ends are no empty line: what comes before them is no field.
    EXPECT_THAT(fault_of(file_with(header + "\1\2\n\n\1\2\3\4\5\6\7\10", "line_ends.nrrd")), expected);
    EXPECT_EQ(fault_of(file_with(header + "\n\1\2\n\n\5\6\7\10", "whole.nrrd")), "");
}

TEST(Nrrd, WithItsPixelsInAnotherFileNeedsNoEmptyLine) {
    const auto data = file_with("\1\2\3\4\5\6\7\10", "data.raw");
    const auto path =
        file_with("NRRD0004\ntype: uchar\ndimension: 2\nsizes: 4 2\nencoding: raw\ndata file: " +
                      data.filename().string() + "\n",
                  "detached.nhdr");
    EXPECT_THAT(values_of(read_image(path)), ElementsAre(1, 2, 3, 4, 5, 6, 7, 8));
}

TEST(Nrrd, WithADeviceForItsPixelsIsRefused) {
    // What has no end would be read for ever.
    EXPECT_THAT(fault_of(file_with("NRRD0004\ntype: uchar\ndimension: 2\nsizes: 4 2\nencoding: raw\n"
                                   "data file: /dev/zero\n",
                                   "endless.nhdr")),
                HasSubstr("no regular file"));
}

TEST(Nrrd, LinesBeforeThePixelsArePassedOver) {
    const std::string header =
        "NRRD0004\ntype: uchar\ndimension: 2\nsizes: 2 1\nencoding: raw\nline skip: 3\n\n";
    const std::string long_line(100'000, 'x');
    EXPECT_THAT(values_of(read_image(file_with(header + "a\n" + long_line + "\nb\n\1\2", "lines.nrrd"))),
                ElementsAre(1, 2));
    EXPECT_NE(fault_of(file_with(header + "a\n" + long_line, "too_few.nrrd")), "");
}

// --- NIfTI ---

/// \param size length of each axis, of bytes
std::string nifti(const std::vector<std::int16_t>& size, float offset = 352.0F) {
    std::string header(352, '\0');
    const auto put = [&](std::size_t at, auto value) {
        std::memcpy(header.data() + at, &value, sizeof value);
    };
    put(0, std::int32_t{348});
    put(40, static_cast<std::int16_t>(size.size()));
    for (std::size_t i = 0; i < size.size(); ++i) put(42 + 2 * i, size[i]);
    put(70, std::int16_t{2});
    put(72, std::int16_t{8});
    put(108, offset);
    header.replace(344, 4, "n+1\0"s);
    return header;
}

TEST(Nifti, OfFourAxesIsACineAlongTheLastTwo) {
    std::string pixels;
    for (int frame = 0; frame < 6; ++frame) pixels += std::string(4, static_cast<char>(10 * frame));
    const auto cine = open_cine(file_with(nifti({2, 2, 3, 2}) + pixels, "four.nii"));
    ASSERT_EQ(cine->frame_count(), 6);
    for (const int frame : {5, 0, 3})
        EXPECT_THAT(values_of(cine->read(frame)), testing::Each(10.0F * static_cast<float>(frame)));
}

TEST(Nifti, OfMoreAxesIsRefusedWithAdvice) {
    EXPECT_THAT(fault_of(file_with(nifti({2, 2, 3, 2, 2}) + std::string(48, '\1'), "five.nii")),
                HasSubstr("5 axes are not read: take out"));
    EXPECT_THAT(fault_of(file_with(nifti({2, 2, 30000, 30000}), "many.nii")), HasSubstr("frames"));
}

TEST(Nifti, ZippedWithPixelsFarAwayIsRefusedBeforeItInflates) {
    const auto path = test::temporary_file("far.nii.gz");
    gzFile file = gzopen(path.c_str(), "wb");
    const std::string header = nifti({2, 2}, 1e9F);
    gzwrite(file, header.data(), static_cast<unsigned>(header.size()));
    gzclose(file);
    EXPECT_THAT(fault_of(path), HasSubstr("begin after 1000000000 bytes"));
}

}  // namespace
}  // namespace stenometry::io
