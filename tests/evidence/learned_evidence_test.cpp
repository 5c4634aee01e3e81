#include "stenometry/learned_evidence.h"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>

#include "evidence/vessel_network.h"
#include "stenometry/error.h"
#include "stenometry/phantom.h"
#include "stenometry/threads.h"

namespace stenometry {
namespace {

using ::testing::Each;
using ::testing::FloatNear;
using ::testing::MatchesRegex;

Frame frame(int width, int height, double mm_per_px = 0.2) {
    return phantom::render({.width_px = width,
                            .height_px = height,
                            .mm_per_px = mm_per_px,
                            .tubes = {phantom::straight_tube(3.0, 0.15 * width, 30.0)},
                            .quanta_per_px = 1500.0})
        .frame;
}

std::vector<float> values(const Image<float>& image) {
    std::vector<float> all;
    for (int y = 0; y < image.height(); ++y)
        all.insert(all.end(), image.row(y), image.row(y) + image.width());
    return all;
}

float sum_at(const LearnedProbabilities& p, int x, int y) {
    return p.artery(x, y) + p.catheter(x, y) + p.device(x, y) + p.background(x, y);
}

TEST(LearnedEvidence, IsFourProbabilitiesOfEveryPixelWhateverTheSize) {
    for (const auto& [width, height] : {std::pair{1, 1}, {31, 50}, {128, 96}, {203, 190}}) {
        const LearnedProbabilities p = compute_learned_evidence(frame(width, height));
        for (const Image<float>* image : {&p.artery, &p.catheter, &p.device, &p.background}) {
            ASSERT_EQ(image->width(), width);
            ASSERT_EQ(image->height(), height);
            ASSERT_THAT(values(*image), Each(::testing::AllOf(::testing::Ge(0.0F), ::testing::Le(1.0F))));
        }
        for (int y = 0; y < height; ++y)
            for (int x = 0; x < width; ++x) ASSERT_NEAR(sum_at(p, x, y), 1.0F, 1e-5F) << x << ' ' << y;
    }
}

TEST(LearnedEvidence, IsBackgroundWhereNothingWasSeen) {
    for (const double mm_per_px : {0.2, 0.1}) {  // on its own pixels, and on means of four
        Frame shuttered = frame(120, 90, mm_per_px);
        shuttered.valid = Image<std::uint8_t>(120, 90, 255);
        for (int y = 0; y < 90; ++y)
            for (int x = 0; x < 31; ++x) {
                shuttered.valid(x, y) = 0;
                shuttered.pixels(x, y) = std::numeric_limits<float>::quiet_NaN();
            }
        const LearnedProbabilities p = compute_learned_evidence(shuttered);
        for (int y = 0; y < 90; ++y)
            for (int x = 0; x < 120; ++x) {
                ASSERT_NEAR(sum_at(p, x, y), 1.0F, 1e-5F);
                if (x >= 31) continue;
                ASSERT_EQ(p.background(x, y), 1.0F) << x << ' ' << y;
            }
    }
}

TEST(LearnedEvidence, DoesNotDependOnTheGreyScale) {
    const Frame eight_bits = frame(160, 120);
    Frame sixteen_bits = eight_bits;
    sixteen_bits.pixels = eight_bits.pixels.clone();
    for (int y = 0; y < 120; ++y)
        for (int x = 0; x < 160; ++x) sixteen_bits.pixels(x, y) = 64.0F * eight_bits.pixels(x, y) + 1000.0F;
    const std::vector<float> a = values(compute_learned_evidence(eight_bits).artery),
                             b = values(compute_learned_evidence(sixteen_bits).artery);
    for (std::size_t i = 0; i < a.size(); ++i) ASSERT_NEAR(a[i], b[i], 1e-3F) << i;
}

TEST(LearnedEvidence, OfFinePixelsIsThatOfTheirMeans) {
    const Frame fine = frame(240, 192, 0.1);
    Frame coarse = fine;
    coarse.calibration = Calibration::from_user(0.2);
    coarse.pixels = Image<float>(120, 96);
    coarse.valid = {};
    for (int y = 0; y < 96; ++y)
        for (int x = 0; x < 120; ++x)
            coarse.pixels(x, y) = 0.25F * (fine.pixels(2 * x, 2 * y) + fine.pixels(2 * x + 1, 2 * y) +
                                           fine.pixels(2 * x, 2 * y + 1) + fine.pixels(2 * x + 1, 2 * y + 1));
    const LearnedProbabilities of_fine = compute_learned_evidence(fine),
                               of_coarse = compute_learned_evidence(coarse);
    for (int y = 0; y < 96; ++y)
        for (int x = 0; x < 120; ++x) {
            const float mean =
                0.25F * (of_fine.artery(2 * x, 2 * y) + of_fine.artery(2 * x + 1, 2 * y) +
                         of_fine.artery(2 * x, 2 * y + 1) + of_fine.artery(2 * x + 1, 2 * y + 1));
            // Interpolation between the means takes little off a maximum.
            ASSERT_NEAR(mean, of_coarse.artery(x, y), 0.2F) << x << ' ' << y;
        }
}

TEST(LearnedEvidence, GivesTheSameBytesWithAnyNumberOfThreads) {
    const Frame one_frame = frame(203, 190);
    const auto with_threads = [&](int threads) {
        return values(ThreadLimit(threads).run([&] { return compute_learned_evidence(one_frame); }).artery);
    };
    const std::vector<float> one = with_threads(1);
    EXPECT_EQ(with_threads(2), one);
    EXPECT_EQ(with_threads(5), one);
}

TEST(LearnedEvidence, KeptForACineIsThatOfEachFrame) {
    LearnedEvidence evidence;
    LearnedProbabilities p;
    for (const auto& [width, height] : {std::pair{90, 70}, {203, 190}, {90, 70}, {90, 70}}) {
        const Frame next = frame(width, height);
        evidence(next, p);
        EXPECT_EQ(values(p.artery), values(compute_learned_evidence(next).artery));
    }
}

TEST(LearnedEvidence, RefusesAFrameWithoutPixels) {
    EXPECT_THROW(compute_learned_evidence(Frame{}), InvalidInput);
}

TEST(LearnedNetwork, SaysWhichItIs) {
    const LearnedNetwork network = learned_network();
    EXPECT_FALSE(network.name.empty());
    EXPECT_FALSE(network.version.empty());
    EXPECT_THAT(std::string(network.digest), MatchesRegex("[0-9a-f]+"));
    EXPECT_EQ(network.digest.size(), 64U);  // SHA-256
    EXPECT_FALSE(network.learned_from.empty());
}

TEST(LearnedNetwork, HasThreeChannelsInAndFourClassesOutAtHalfTheSize) {
    const ConvolutionalNetwork& network = vessel_network();
    EXPECT_EQ(network.input().channels, 3);
    EXPECT_EQ(network.output().channels, 4);
    EXPECT_EQ(network.output().level, 1);
}

}  // namespace
}  // namespace stenometry
