#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "stenometry/io/cine.h"
#include "stenometry/io/image.h"
#include "support/cine_reading.h"
#include "support/temporary_files.h"

namespace stenometry::io {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class PictureFolders : public testing::Test {
  protected:
    PictureFolders() : folder_(test::temporary_file("cine")) { std::filesystem::create_directory(folder_); }

    void add(const std::string& name, std::uint8_t grey) const {
        Image<std::uint8_t> picture(4, 3);
        picture.fill(grey);
        write_png(folder_ / name, picture);
    }

    std::filesystem::path folder_;
};

TEST_F(PictureFolders, AreCinesInTheOrderOfTheirNumbers) {
    add("frame_10.png", 10);
    add("frame_9.png", 9);
    add("frame_1.png", 1);
    add("frame_100.png", 100);
    add("frame_011.png", 11);
    const auto cine = open_cine(folder_);
    ASSERT_EQ(cine->frame_count(), 5);
    std::vector<float> greys;
    for (int index = 0; index < 5; ++index) {
        const Frame frame = cine->read(index);
        EXPECT_EQ(frame.index, index);
        EXPECT_EQ(frame.count, 5);
        greys.push_back(frame.pixels(0, 0));
    }
    EXPECT_THAT(greys, testing::ElementsAre(1.0F, 9.0F, 10.0F, 11.0F, 100.0F));
    EXPECT_THROW(cine->read(5), InvalidInput);
}

TEST_F(PictureFolders, HaveTheirNumbersInAnyPartOfTheName) {
    add("p2 run 3, 20.png", 20);
    add("p2 run 3, 3.png", 3);
    add("p10 run 3, 1.png", 30);
    const auto cine = open_cine(folder_);
    EXPECT_EQ(cine->read(0).pixels(0, 0), 3.0F);
    EXPECT_EQ(cine->read(2).pixels(0, 0), 30.0F);
}

TEST_F(PictureFolders, HoldOtherFilesThatArePassedOver) {
    add("1.png", 1);
    add("2.png", 2);
    add(".3.png", 3);
    add("overview.png", 4);
    write_file(folder_ / "frames_2.csv", "frame,ms\n");
    EXPECT_EQ(open_cine(folder_)->frame_count(), 2);
}

TEST_F(PictureFolders, OfTwoSeriesAreRefusedByBothNames) {
    add("1.png", 1);
    add("1_mask.png", 1);
    EXPECT_THAT(test::fault_of(folder_),
                AllOf(HasSubstr("2 series"), HasSubstr("#_mask"), HasSubstr("name one")));
}

TEST_F(PictureFolders, WithoutNumberedPicturesAreRefused) {
    EXPECT_THAT(test::fault_of(folder_), HasSubstr("no numbered pictures"));
    add("frame.png", 1);
    EXPECT_THAT(test::fault_of(folder_), HasSubstr("no numbered pictures"));
}

TEST_F(PictureFolders, NameThePictureThatIsDamaged) {
    add("1.png", 1);
    write_file(folder_ / "2.png", "\x89PNG\r\n\x1a\n");
    EXPECT_THAT(test::fault_of(folder_), HasSubstr("2.png"));
}

}  // namespace
}  // namespace stenometry::io
