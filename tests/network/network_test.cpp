#include "stenometry/network.h"

#include <gmock/gmock.h>
#include <tbb/global_control.h>

#include <cmath>
#include <random>

#include "stenometry/error.h"
#include "support/onnx_files.h"
#include "support/temporary_files.h"

namespace stenometry {
namespace {

using test::file_with;
using test::temporary_file;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

std::filesystem::path model(const onnx::Network& network) { return file_with(network.file(), "net.onnx"); }

/// Noise from 0 to 1 of which no two pixels are alike.
Frame noise(int width, int height) {
    std::mt19937 random(7);
    Frame frame;
    frame.pixels = Image<float>(width, height);
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x)
            frame.pixels(x, y) = static_cast<float>(random()) / static_cast<float>(std::mt19937::max());
    return frame;
}

double grey_at(const Frame& frame, int x, int y) { return static_cast<double>(frame.pixels(x, y)); }

/// What the grey is as it stands in the frame.
NetworkSettings plain() { return {.grey_range = std::pair(0.0, 1.0)}; }

/// 1 at `dx`, `dy` from the middle of three by three.
std::vector<float> shift(int dx, int dy) {
    std::vector<float> kernel(9);
    kernel[static_cast<std::size_t>((dy + 1) * 3 + dx + 1)] = 1.0F;
    return kernel;
}
const std::vector<float> mean_of_nine(9, 1.0F / 9.0F);

double sigmoid(double x) { return 1.0 / (1.0 + std::exp(-x)); }

constexpr double single = 1e-6;  // rounding of single precision

TEST(VesselNetwork, ComputesWhatItsWeightsSay) {
    const Frame frame = noise(37, 23);
    const onnx::Network network{.kernel = {-8.0F}, .bias = 3.0F, .sigmoid = true};
    const Image<float> probability = VesselNetwork(model(network), plain())(frame);
    ASSERT_TRUE(same_size(probability, frame.pixels));
    for (int y = 0; y < 23; ++y)
        for (int x = 0; x < 37; ++x)
            ASSERT_NEAR(probability(x, y), sigmoid(3.0 - 8.0 * grey_at(frame, x, y)), single)
                << x << ',' << y;
}

TEST(VesselNetwork, SigmoidOfTheSettingsIsThatOfTheNetwork) {
    const Frame frame = noise(37, 23);
    onnx::Network network{.kernel = {-8.0F}, .bias = 3.0F, .sigmoid = true};
    const Image<float> inside = VesselNetwork(model(network), plain())(frame);
    network.sigmoid = false;
    NetworkSettings settings = plain();
    settings.activation = NetworkActivation::sigmoid;
    const Image<float> outside = VesselNetwork(model(network), settings)(frame);
    for (int y = 0; y < 23; ++y)
        for (int x = 0; x < 37; ++x) ASSERT_NEAR(inside(x, y), outside(x, y), single);
}

TEST(VesselNetwork, RightIsRightAndBelowIsBelow) {
    const Frame frame = noise(9, 7);
    for (const auto& [dx, dy] : {std::pair(1, 0), std::pair(0, 1)}) {
        const onnx::Network network{.side = 3, .kernel = shift(dx, dy)};
        const Image<float> moved = VesselNetwork(model(network), plain())(frame);
        for (int y = 0; y < 6; ++y)
            for (int x = 0; x < 8; ++x) ASSERT_NEAR(moved(x, y), frame.pixels(x + dx, y + dy), single);
    }
}

TEST(VesselNetwork, GreyIsNormalisedAsTheSettingsSay) {
    Frame frame = noise(3, 1);
    frame.pixels(0, 0) = 100.0F;
    frame.pixels(1, 0) = 150.0F;
    frame.pixels(2, 0) = 300.0F;
    const auto values = [&](const NetworkSettings& settings) {
        const Image<float> p = VesselNetwork(model({}), settings)(frame);
        return std::vector<float>{p(0, 0), p(1, 0), p(2, 0)};
    };
    using ::testing::Pointwise;
    const auto near = ::testing::FloatNear(1e-6F);
    EXPECT_THAT(values({}), Pointwise(near, std::vector<float>{0.0F, 0.25F, 1.0F}));
    EXPECT_THAT(values({.vessels_bright = true}), Pointwise(near, std::vector<float>{1.0F, 0.75F, 0.0F}));
    EXPECT_THAT(values({.grey_range = std::pair(0.0, 200.0)}),
                Pointwise(near, std::vector<float>{0.5F, 0.75F, 1.0F}));
    EXPECT_THAT(values({.mean = {-0.5}, .scale = {0.5}}),
                Pointwise(near, std::vector<float>{0.25F, 0.375F, 0.75F}));
}

TEST(VesselNetwork, LowestAndHighestAreThoseThatTheDetectorSaw) {
    Frame frame = noise(4, 1);
    for (int x = 0; x < 4; ++x) frame.pixels(x, 0) = static_cast<float>(100 * x);
    frame.valid = Image<std::uint8_t>(4, 1, 255);
    frame.valid(3, 0) = 0;
    const Image<float> probability = VesselNetwork(model({}), NetworkSettings{})(frame);
    EXPECT_NEAR(probability(1, 0), 0.5, single);
    EXPECT_EQ(probability(3, 0), 0.0F);  // no vessel where nothing was seen
}

TEST(VesselNetwork, FrameThatIsFlatOrNotSeenAtAllShowsNoVessel) {
    Frame frame = noise(4, 3);
    frame.pixels.fill(70.0F);
    EXPECT_EQ(VesselNetwork(model({.bias = 0.25F}), NetworkSettings{})(frame)(1, 1), 0.0F);
    frame.valid = Image<std::uint8_t>(4, 3);
    EXPECT_EQ(VesselNetwork(model({.bias = 0.25F}), NetworkSettings{})(frame)(1, 1), 0.0F);
}

TEST(VesselNetwork, EachOfThreeChannelsHasItsMeanAndScale) {
    const Frame frame = noise(5, 4);
    const onnx::Network network{.channels = 3, .kernel = {0.25F, 0.5F, 0.125F}};
    NetworkSettings settings = plain();
    settings.mean = {0.0, -1.0, 0.0};
    settings.scale = {1.0, 0.5, 2.0};
    const Image<float> probability = VesselNetwork(model(network), settings)(frame);
    for (int y = 0; y < 4; ++y)
        for (int x = 0; x < 5; ++x) {
            const double grey = grey_at(frame, x, y);
            ASSERT_NEAR(probability(x, y), 0.25 * grey + 0.25 * (grey + 1.0) + 0.25 * grey, single);
        }
}

TEST(VesselNetwork, InputOfAnySizeIsTheFramesUpToAMultiple) {
    const Frame frame = noise(37, 23);
    NetworkSettings settings = plain();
    settings.multiple_of = 16;
    const onnx::Network network{.side = 3, .kernel = mean_of_nine};
    const Image<float> padded = VesselNetwork(model(network), settings)(frame);
    const Image<float> bare = VesselNetwork(model(network), plain())(frame);
    for (int y = 0; y < 22; ++y)
        for (int x = 0; x < 36; ++x) ASSERT_NEAR(padded(x, y), bare(x, y), single);
    // At the border, the last column goes on instead of zeros.
    double edge = 0.0;
    for (int y = 9; y <= 11; ++y) edge += (2.0 * grey_at(frame, 36, y) + grey_at(frame, 35, y)) / 9.0;
    EXPECT_NEAR(padded(36, 10), edge, single);
}

TEST(VesselNetwork, FrameIsStretchedToAnInputOfOneSize) {
    Frame ramp = noise(64, 48);
    for (int y = 0; y < 48; ++y)
        for (int x = 0; x < 64; ++x) ramp.pixels(x, y) = static_cast<float>(x) / 63.0F;
    const Image<float> probability = VesselNetwork(model({.width = 32, .height = 32}), plain())(ramp);
    ASSERT_TRUE(same_size(probability, ramp.pixels));
    for (int x = 2; x < 62; ++x)
        ASSERT_NEAR(probability(x, 20), ramp.pixels(x, 20), 1e-5);  // a ramp stays one
}

TEST(VesselNetwork, TilesHaveNoSeams) {
    const onnx::Network tile{.width = 16, .height = 12, .side = 3, .kernel = mean_of_nine};
    NetworkSettings settings = plain();
    settings.fit = NetworkFit::tile;
    for (const auto& [width, height] : {std::pair(50, 41), std::pair(16, 12), std::pair(9, 30)}) {
        Frame frame = noise(width, height);
        // Where all is alike, a network without borders gives one value everywhere. At the border of a tile a
        // third of the kernel sees nothing, but there, half a pixel inside, the tile counts as little as half
        // a pixel is of a quarter of its side: 1/8 across, 1/6 down.
        frame.pixels.fill(0.6F);
        const Image<float> probability = VesselNetwork(model(tile), settings)(frame);
        for (int y = 1; y + 1 < height; ++y)
            for (int x = 1; x + 1 < width; ++x)
                ASSERT_NEAR(probability(x, y), 0.6, 0.6 / 3.0 * (1.0 / 8.0 + 1.0 / 6.0))
                    << width << ": " << x << ',' << y;
    }
    const Frame frame = noise(50, 41);
    const Image<float> same = VesselNetwork(model({.width = 16, .height = 12}), settings)(frame);
    for (int y = 0; y < 41; ++y)
        for (int x = 0; x < 50; ++x) ASSERT_NEAR(same(x, y), frame.pixels(x, y), single);
}

TEST(VesselNetwork, SameBytesWithAnyNumberOfThreads) {
    const Frame frame = noise(300, 200);
    const auto run = [&](std::size_t threads) {
        const tbb::global_control limit(tbb::global_control::max_allowed_parallelism, threads);
        const Image<float> p = VesselNetwork(model({.side = 3, .kernel = mean_of_nine}), plain())(frame);
        return std::vector<float>(p.row(0), p.row(0) + p.size());
    };
    EXPECT_EQ(run(1), run(2));
}

auto names(const std::string& part) {
    return ThrowsMessage<IoError>(AllOf(HasSubstr("net.onnx"), HasSubstr(part)));
}

TEST(VesselNetwork, ModelThatIsNoneIsNamed) {
    const auto load = [](const std::string& bytes) {
        return [bytes] { VesselNetwork(file_with(bytes, "net.onnx"), NetworkSettings{}); };
    };
    EXPECT_THAT([] { VesselNetwork("absent/net.onnx", NetworkSettings{}); }, names("no such file"));
    EXPECT_THAT(load(""), names("no ONNX model"));
    EXPECT_THAT(load("Dear colleague,\nthank you for sending us this patient.\n"), names("no ONNX model"));
    const std::string whole = onnx::Network{}.file();
    for (std::size_t length = 1; length < whole.size(); ++length)
        EXPECT_THROW(load(whole.substr(0, length))(), IoError) << length;
    EXPECT_THAT(load(onnx::Network{.type = "Frobnicate"}.file()), names("does not run this model"));
}

TEST(VesselNetwork, NetworkOfAnotherKindIsNamed) {
    const auto load = [](const onnx::Network& network, const NetworkSettings& settings = {}) {
        return [=] { VesselNetwork(model(network), settings)(noise(32, 32)); };
    };
    EXPECT_THAT(load({.second_input = true}), names("2 inputs and 1 output"));
    EXPECT_THAT(load({.second_output = true}), names("1 input and 2 outputs"));
    EXPECT_THAT(load({.stride = 2}), names("the output is 1 x 1 x 16 x 16"));
    EXPECT_THAT(load({.output_channels = 2}), names("the output is 1 x 2 x 32 x 32"));
    EXPECT_THAT(load({.bias = 7.0F}), names("is no probability"));
    EXPECT_THAT(load({.channels = 2, .kernel = {1.0F, 1.0F}}), names("channels must be 1 or 3"));
    EXPECT_THAT(load({.channels = 3, .kernel = {1.0F, 1.0F, 1.0F}}, {.channels = 1}),
                names("has 3 channels"));
    EXPECT_THAT(load({.width = 64, .height = 32}, {.input_size = std::pair(32, 32)}), names("64 columns"));
    EXPECT_THAT(load({.width = 64, .height = 32}, {.input_size = std::pair(0, 0)}), names("64 columns"));
    EXPECT_THAT(load({}, {.fit = NetworkFit::tile}), names("tiles need a size"));
}

TEST(VesselNetwork, WritesNothingToStandardErrorWhateverIsWrong) {
    test::StandardError error;
    EXPECT_THROW(VesselNetwork(model({.type = "Frobnicate"}), NetworkSettings{}), IoError);
    EXPECT_THROW(VesselNetwork(model({.stride = 2}), NetworkSettings{})(noise(32, 32)), IoError);
    EXPECT_EQ(error.text(), "");
}

TEST(NetworkSettings, AreReadFromJson) {
    const auto path = file_with(R"({"input_size": [512, 384], "multiple_of": 32, "fit": "tile", "channels": 3,
        "grey_range": [0, 255], "vessels": "bright", "mean": [0.1, 0.2, 0.3], "scale": 4, "activation": "sigmoid"})",
                                "net.json");
    const NetworkSettings read = read_network_settings(path);
    EXPECT_EQ(read.input_size, std::pair(512, 384));
    EXPECT_EQ(read.multiple_of, 32);
    EXPECT_EQ(read.fit, NetworkFit::tile);
    EXPECT_EQ(read.channels, 3);
    EXPECT_EQ(read.grey_range, std::pair(0.0, 255.0));
    EXPECT_TRUE(read.vessels_bright);
    EXPECT_EQ(read.mean, (std::vector<double>{0.1, 0.2, 0.3}));
    EXPECT_EQ(read.scale, (std::vector<double>{4.0}));
    EXPECT_EQ(read.activation, NetworkActivation::sigmoid);
    EXPECT_EQ(read_network_settings(file_with(R"({"input_size": "any"})", "net.json")).input_size,
              std::pair(0, 0));
}

TEST(NetworkSettings, WhatIsWrongIsNamedWithItsFile) {
    const auto refused = [](const std::string& json, const std::string& part) {
        EXPECT_THAT([&] { read_network_settings(file_with(json, "net.json")); },
                    ThrowsMessage<IoError>(AllOf(HasSubstr("net.json"), HasSubstr(part))))
            << json;
    };
    refused("", "no JSON");
    refused("[1, 2]", "no JSON object");
    refused(R"({"Mean": 0.5})", "the key \"Mean\" is unknown");
    refused(R"({"mean": "grey"})", "mean");
    refused(R"({"mean": [0.5, 0.5]})", "mean must be one number, or one for each channel");
    refused(R"({"scale": 0})", "scale");
    refused(R"({"channels": 2})", "channels must be 1 or 3, but is 2");
    refused(R"({"channels": 1.5})", "channels");
    refused(R"({"input_size": [512]})", "input_size");
    for (const char* size : {"[512, 0]", "[-1, 512]", "[512, 16385]"})
        refused(std::string(R"({"input_size": )") + size + '}',
                std::string("input_size must be \"any\" or [width, height] in 1..16384, but is ") + size);
    refused(R"({"input_size": [0, 0]})", "input_size must be \"any\" or [width, height], but is [0,0]");
    refused(R"({"input_size": "all"})", "input_size must be \"any\" or [width, height], but is \"all\"");
    refused(R"({"multiple_of": 0})", "multiple_of");
    refused(R"({"grey_range": [255, 0]})", "grey_range");
    refused(R"({"fit": "crop"})", "\"resize\" or \"tile\"");
    refused(R"({"vessels": 1})", "vessels");
    refused(R"({"activation": "softmax"})", "activation");
    EXPECT_THAT([] { read_network_settings("absent.json"); },
                ThrowsMessage<IoError>(HasSubstr("absent.json")));
}

TEST(NetworkSettings, StandBesideTheModel) {
    const auto path = temporary_file("net.onnx");
    std::ofstream(path, std::ios::binary) << onnx::Network{}.file();
    auto beside = path;
    beside.replace_extension(".json");
    EXPECT_THAT([&] { VesselNetwork network(path); }, ThrowsMessage<IoError>(HasSubstr(beside.string())));
    std::ofstream(beside) << R"({"grey_range": [0, 1], "vessels": "bright"})";
    const Frame frame = noise(4, 3);
    EXPECT_NEAR(VesselNetwork(path)(frame)(2, 1), 1.0 - grey_at(frame, 2, 1), single);
}

}  // namespace
}  // namespace stenometry
