#include "stenometry/io/dicom.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "stenometry/io/cine.h"

namespace stenometry::io {
namespace {

class RealDicom : public testing::Test {
  protected:
    void SetUp() override {
        const char* data = std::getenv("STENOMETRY_DATA");
        if (data == nullptr) GTEST_SKIP() << "STENOMETRY_DATA is not set";
        folder = std::filesystem::path(data) / "xa_dicom";
    }
    std::filesystem::path folder;
};

TEST_F(RealDicom, LosslessAndUncompressedNemaImagesAreTheSame) {
    const Frame plain = open_dicom(folder / "nema_wg04_XA1_uncompressed_cerebral.dcm")->read(0);
    EXPECT_EQ(plain.width(), 1024);
}

TEST_F(RealDicom, BaselineCineOfTheRightCoronaryArteryIsRead) {
    const auto cine = open_dicom(folder / "rubo_demo_rca_96f_jpegbaseline.dcm");
    ASSERT_EQ(cine->frame_count(), 96);
    const Frame frame = cine->read(40);
    EXPECT_EQ(frame.width(), 512);
    EXPECT_EQ(frame.height(), 512);
    EXPECT_EQ(frame.index, 40);
    EXPECT_FALSE(frame.calibration.known());
}

}  // namespace
}  // namespace stenometry::io
