#include "evidence/convolutional_network.h"

#include <gmock/gmock.h>
#include <hwy/highway.h>

#include <cstring>

#include "evidence/network_run.h"
#include "evidence/plain_network.h"
#include "stenometry/error.h"
#include "stenometry/threads.h"

namespace stenometry::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

PlainImage random_image(int channels, int width, int height, unsigned seed) {
    PlainImage image(channels, width, height);
    std::mt19937 random(seed);
    std::uniform_real_distribution<float> uniform(-4.0F, 4.0F);
    for (double& value : image.values) value = double{uniform(random)};
    return image;
}

/// The output of the network for one image, after the rest of its input was set to zero by itself.
PlainImage run_on(NetworkRun& run, const PlainImage& image, int channels) {
    run.resize(image.width, image.height);
    for (int c = 0; c < image.channels; ++c)
        for (int y = 0; y < image.height; ++y)
            for (int x = 0; x < image.width; ++x) run.input_row(c, y)[x] = float(image.at(c, x, y));
    run.run();
    PlainImage out(channels, run.output_width(), run.output_height());
    for (int c = 0; c < channels; ++c)
        for (int y = 0; y < out.height; ++y)
            for (int x = 0; x < out.width; ++x) out.at(c, x, y) = double{run.output_row(c, y)[x]};
    return out;
}

PlainImage filled_up(const PlainImage& image, int multiple) {
    const auto up = [multiple](int side) { return (side + multiple - 1) / multiple * multiple; };
    PlainImage large(image.channels, up(image.width), up(image.height));
    for (int c = 0; c < image.channels; ++c)
        for (int y = 0; y < image.height; ++y)
            for (int x = 0; x < image.width; ++x) large.at(c, x, y) = image.at(c, x, y);
    return large;
}

void expect_near(const PlainImage& a, const PlainImage& b, double tolerance) {
    ASSERT_EQ(a.values.size(), b.values.size());
    for (std::size_t i = 0; i < a.values.size(); ++i) ASSERT_NEAR(a.values[i], b.values[i], tolerance) << i;
}

struct Size {
    int width, height;
};
constexpr Size sizes[] = {{1, 1}, {7, 5}, {8, 8}, {33, 18}, {100, 70}, {145, 24}};

TEST(NetworkRun, IsWhatLoopsSayOnEveryTargetAndSize) {
    const NetworkWriter net = small_unet();
    const ConvolutionalNetwork network = read_network(net.bytes(), "a U-Net");
    EXPECT_EQ(network.multiple_of(), 8);
    for (const auto target : hwy::SupportedAndGeneratedTargets()) {
        SCOPED_TRACE(hwy::TargetName(target));
        hwy::SetSupportedTargetsForTest(target);
        NetworkRun run(network);
        for (const Size size : sizes) {
            const PlainImage image = random_image(3, size.width, size.height, 5);
            // Sums of some hundred products of about 1, six layers deep.
            expect_near(run_on(run, image, 4), run_plainly(net.operations(), filled_up(image, 8)), 2e-4);
        }
    }
    hwy::SetSupportedTargetsForTest(0);
}

TEST(NetworkRun, OneFrameLeavesNothingInTheNext) {
    const ConvolutionalNetwork network = read_network(small_unet().bytes(), "a U-Net");
    const PlainImage first = random_image(3, 37, 41, 1), other = random_image(3, 37, 41, 2);
    const PlainImage larger = random_image(3, 90, 64, 3);
    NetworkRun run(network);
    const PlainImage before = run_on(run, first, 4);
    run_on(run, other, 4);
    EXPECT_EQ(run_on(run, first, 4).values, before.values);
    run_on(run, larger, 4);
    EXPECT_EQ(run_on(run, first, 4).values, before.values);
}

TEST(NetworkRun, GivesTheSameBytesWithAnyNumberOfThreads) {
    const ConvolutionalNetwork network = read_network(small_unet().bytes(), "a U-Net");
    const PlainImage image = random_image(3, 150, 90, 4);
    const auto with_threads = [&](int threads) {
        return ThreadLimit(threads).run([&] {
            NetworkRun run(network);
            return run_on(run, image, 4);
        });
    };
    const PlainImage one = with_threads(1);
    EXPECT_EQ(with_threads(2).values, one.values);
    EXPECT_EQ(with_threads(7).values, one.values);
}

TEST(NetworkRun, AConcatenationMayComeOut) {
    NetworkWriter net(2);
    net.concatenate({net.convolve(0, 3), 0});
    const ConvolutionalNetwork network = read_network(net.bytes(), "joined");
    const PlainImage image = random_image(2, 19, 6, 8);
    NetworkRun run(network);
    expect_near(run_on(run, image, 5), run_plainly(net.operations(), image), 1e-5);
}

std::vector<std::byte> with_weight(std::uint16_t bits) {
    NetworkWriter net(1);
    net.convolve(0, 1, 1, 1, false);
    std::vector<std::byte> file = net.bytes();
    const std::size_t at = file.size() - sizeof(float) - sizeof bits;
    std::memset(file.data() + at, 0, file.size() - at);  // no bias
    file[at] = std::byte(bits & 255);
    file[at + 1] = std::byte(bits >> 8);
    return file;
}

TEST(NetworkFile, WeightsAreBinary16) {
    const auto weight = [](std::uint16_t bits) {
        return read_network(with_weight(bits), "one weight").output().filters.weights.front();
    };
    EXPECT_EQ(weight(0x3C00), 1.0F);
    EXPECT_EQ(weight(0xC000), -2.0F);
    EXPECT_EQ(weight(0x3555), 0.333251953125F);
    EXPECT_EQ(weight(0x7BFF), 65504.0F);
    EXPECT_EQ(weight(0x0400), std::ldexp(1.0F, -14));
    EXPECT_EQ(weight(0x0001), std::ldexp(1.0F, -24));  // below what is normal
    EXPECT_EQ(weight(0x8000), 0.0F);
    for (const std::uint16_t no_number : {0x7C00, 0xFC00, 0x7E00})
        EXPECT_THROW(weight(no_number), IoError) << no_number;
}

TEST(NetworkFile, ThatIsCutShortIsRefused) {
    const std::vector<std::byte> file = small_unet().bytes();
    for (std::size_t size = 0; size < file.size(); ++size)
        ASSERT_THROW(read_network(std::span(file).first(size), "cut"), IoError) << size;
}

TEST(NetworkFile, ThatGoesOnIsRefused) {
    std::vector<std::byte> file = small_unet().bytes();
    file.push_back({});
    EXPECT_THAT([&] { read_network(file, "long.stn"); },
                ThrowsMessage<IoError>(HasSubstr("long.stn is no network of this library")));
}

/// A file of one input and whatever bytes follow.
std::vector<std::byte> file_of(std::uint32_t operations, std::initializer_list<int> rest) {
    std::vector<std::byte> file;
    for (const char c : {'S', 'T', 'N', 'N', 'E', 'T', '0', '1'}) file.push_back(std::byte(c));
    for (int i = 0; i < 4; ++i) file.push_back(std::byte((operations >> (8 * i)) & 255));
    for (const int value : rest) file.push_back(std::byte(value));
    return file;
}

void expect_refused(const std::vector<std::byte>& file, const char* complaint) {
    EXPECT_THAT([&] { read_network(file, "bad"); }, ThrowsMessage<IoError>(HasSubstr(complaint)));
}

TEST(NetworkFile, NumbersOutOfRangeAreRefused) {
    expect_refused(file_of(0, {}), "the number of operations is 0");
    expect_refused(file_of(1000000, {}), "the number of operations is 1000000");
    expect_refused(file_of(1, {0, 0, 0, 0, 0}), "operation 0: the number of channels is 0");
    expect_refused(file_of(1, {0, 0, 0, 0, 1}), "the number of channels is 16777216");
    expect_refused(file_of(1, {2, 0, 0, 0, 0}), "the input is not the first");
    expect_refused(file_of(2, {0, 1, 0, 0, 0, 0, 1, 0, 0, 0}), "operation 1: the input is not the first");
    expect_refused(file_of(2, {0, 1, 0, 0, 0, 9}), "its kind is 9");
    // Nothing may refer to itself or to what comes later.
    expect_refused(file_of(2, {0, 1, 0, 0, 0, 2, 1, 0, 0, 0}), "an input is 1");
    // Nothing is finer than the input.
    expect_refused(file_of(2, {0, 1, 0, 0, 0, 2, 0, 0, 0, 0}), "it halves the picture -1 times");
    expect_refused(file_of(2, {0, 1, 0, 0, 0, 3, 0, 0, 0, 0}), "the number of inputs is 0");
    const auto convolution = [](int kernel, int stride, int rectified) {
        return file_of(
            2, {0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, kernel, 0, 0, 0, stride, 0, 0, 0, rectified});
    };
    expect_refused(convolution(2, 1, 0), "the side of the kernel is 2");
    expect_refused(convolution(5, 1, 0), "the side of the kernel is 5");
    expect_refused(convolution(3, 3, 0), "the stride is 3");
    expect_refused(convolution(3, 1, 2), "the rectification is 2");
    expect_refused(convolution(3, 1, 1), "ends too early");
}

TEST(NetworkFile, WhatDiffersInSizeIsNotJoined) {
    NetworkWriter sizes_differ(2);
    sizes_differ.concatenate({0, sizes_differ.convolve(0, 2, 3, 2)});
    expect_refused(sizes_differ.bytes(), "its inputs differ in size");
    NetworkWriter channels_differ(2);
    channels_differ.sum(0, channels_differ.convolve(0, 3));
    expect_refused(channels_differ.bytes(), "it adds what has other channels");
}

TEST(NetworkFile, ChannelsThatDoubleForEverAreRefused) {
    NetworkWriter net(4);
    std::uint32_t joined = 0;
    for (int i = 0; i < 20; ++i) joined = net.concatenate({joined, joined});
    expect_refused(net.bytes(), "it has too many channels");
}

}  // namespace
}  // namespace stenometry::testing
