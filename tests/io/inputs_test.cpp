#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "stenometry/io/cine.h"
#include "support/cine_reading.h"
#include "support/real_angiograms.h"

/// Small files from elsewhere, each with a trait that readers stumble over.
namespace stenometry::io {
namespace {

using testing::HasSubstr;

class Inputs : public testing::Test {
  protected:
    void SetUp() override {
        SKIP_WITHOUT_ANGIOGRAMS();
        folder_ = test::data_folder() / "inputs";
    }

    std::unique_ptr<Cine> open(const char* name) const { return open_cine(folder_ / name); }

    void expect_size(const char* name, int frames, int width, int height) const {
        const auto cine = open(name);
        EXPECT_EQ(cine->frame_count(), frames) << name;
        for (int index = 0; index < cine->frame_count(); ++index) {
            const Frame frame = cine->read(index);
            EXPECT_EQ(frame.width(), width) << name;
            EXPECT_EQ(frame.height(), height) << name;
        }
    }

    std::filesystem::path folder_;
};

TEST_F(Inputs, HaveTheFramesAndSizesTheyAreMadeOf) {
    expect_size("ybr_full_422_native.dcm", 1, 100, 100);
    expect_size("rgb_jpeg_without_app14.dcm", 1, 256, 256);
    expect_size("palette.dcm", 1, 128, 128);
    expect_size("miniswhite_6bit.tiff", 1, 8, 2);
    expect_size("ascii_2d.nrrd", 1, 3, 9);
    expect_size("4d.nii", 60, 17, 21);
    expect_size("exif_orientation_6.jpg", 1, 128, 96);
    expect_size("animated.gif", 4, 128, 128);
    EXPECT_EQ(open("multipage.tiff")->frame_count(), 3);
    EXPECT_EQ(test::fault_of(folder_ / "multipage.tiff"), "");
    EXPECT_EQ(test::fault_of(folder_ / "packed_12bit.tif"), "");
}

TEST_F(Inputs, OfOtherKindsAreRefusedByName) {
    EXPECT_THAT(test::fault_of(folder_ / "j2k_with_delimiter_inside.dcm"), HasSubstr("sequence delimiter"));
}

TEST_F(Inputs, WithExtendedOffsetsAndAFrameTimeVectorKeepTheirSpacing) {
    const auto cine = open("xa_8f_extended_offsets_frametimevector.dcm");
    ASSERT_EQ(cine->frame_count(), 8);
    for (int index = 0; index < 8; ++index)
        EXPECT_NEAR(cine->read(index).calibration.mm_per_px(), 0.225, 1e-3) << "as the file states it, mm";
}

TEST_F(Inputs, WithAGreyPaletteHaveTheGreyOfItsEntries) {
    // Entry v of the palette is 257 v in all colours.
    const Frame frame = open("palette.dcm")->read(0);
    EXPECT_EQ(frame.pixels(0, 0), 257.0F * 60);
    EXPECT_EQ(frame.pixels(1, 0), 257.0F * 59);
}

}  // namespace
}  // namespace stenometry::io
