#include "stenometry/io/image.h"

#include <gtest/gtest.h>

namespace stenometry::io {
namespace {

TEST(ReadImage, PngOf16BitsComesBackAsWritten) {
    const auto path = std::filesystem::path(testing::TempDir()) / "read_image_16.png";
    Image<std::uint16_t> written(7, 5);
    for (int y = 0; y < 5; ++y)
        for (int x = 0; x < 7; ++x) written(x, y) = static_cast<std::uint16_t>(9000 * y + x);
    write_png(path, written);
    const Frame frame = read_image(path);
    ASSERT_EQ(frame.width(), 7);
    ASSERT_EQ(frame.height(), 5);
    for (int y = 0; y < 5; ++y)
        for (int x = 0; x < 7; ++x) EXPECT_EQ(frame.pixels(x, y), written(x, y));
}

}  // namespace
}  // namespace stenometry::io
