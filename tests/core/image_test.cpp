#include "stenometry/image.h"

#include <gtest/gtest.h>

#include <memory>

namespace stenometry {
namespace {

Image<int> counted(int width, int height) {
    Image<int> image(width, height);
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x) image(x, y) = 100 * y + x;
    return image;
}

TEST(Image, IsEmptyUnlessItHasAPixel) {
    EXPECT_TRUE(Image<int>().empty());
    EXPECT_TRUE(Image<int>(0, 5).empty());
    EXPECT_TRUE(Image<int>(5, 0).empty());
    EXPECT_FALSE(Image<int>(1, 1).empty());
}

TEST(Image, BeginsWithTheValueGiven) {
    const Image<int> image(3, 2, 7);
    EXPECT_EQ(image.size(), 6u);
    for (int y = 0; y < 2; ++y)
        for (int x = 0; x < 3; ++x) EXPECT_EQ(image(x, y), 7);
}

TEST(Image, CopiesShareTheirPixelsAndClonesDoNot) {
    Image<int> image = counted(4, 3);
    Image<int> shared = image;
    const Image<int> clone = image.clone();
    image(2, 1) = -5;
    EXPECT_EQ(shared(2, 1), -5);
    EXPECT_EQ(clone(2, 1), 102);
}

TEST(Image, PixelsOfAnotherOwnerLiveAsLongAsTheImage) {
    auto owner = std::make_shared<int>(0);
    const std::weak_ptr<int> alive = owner;
    auto* pixels = new int[6]{0, 1, 2, 3, 4, 5};
    std::shared_ptr<int> kept(pixels, [owner](const int* p) { delete[] p; });
    Image<int> image(2, 2, 3, std::move(kept));
    owner.reset();
    EXPECT_FALSE(alive.expired());
    EXPECT_EQ(image(1, 1), 4);
    image = {};
    EXPECT_TRUE(alive.expired());
}

TEST(Image, RowsMayBeFurtherApartThanTheyAreWide) {
    Image<int> whole = counted(5, 4);
    const std::shared_ptr<int> corner(whole.pixels(), &whole(1, 2));
    Image<int> part(3, 2, whole.stride(), corner);
    EXPECT_EQ(part(0, 0), 201);
    EXPECT_EQ(part(2, 1), 303);
    part.fill(-1);
    EXPECT_EQ(whole(0, 2), 200);
    EXPECT_EQ(whole(4, 3), 304);
    EXPECT_EQ(whole(3, 3), -1);
    const Image<int> packed = part.clone();
    EXPECT_EQ(packed.stride(), 3);
}

TEST(Image, ContainsExactlyItsPixels) {
    const Image<int> image(3, 2);
    EXPECT_TRUE(image.contains(0, 0));
    EXPECT_TRUE(image.contains(2, 1));
    EXPECT_FALSE(image.contains(3, 1));
    EXPECT_FALSE(image.contains(2, 2));
    EXPECT_FALSE(image.contains(-1, 0));
}

TEST(Image, SizesCompareAcrossPixelTypes) {
    EXPECT_TRUE(same_size(Image<int>(3, 2), Image<float>(3, 2)));
    EXPECT_FALSE(same_size(Image<int>(3, 2), Image<float>(2, 3)));
}

}  // namespace
}  // namespace stenometry
