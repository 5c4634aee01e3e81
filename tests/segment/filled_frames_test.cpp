#include "stenometry/filled_frames.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <vector>

#include "stenometry/error.h"
#include "stenometry/phantom.h"

namespace stenometry {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

/// A cine of a tree that is filled from frame `first` to `last`, and what is asked of it.
struct Bolus {
    explicit Bolus(FrameRange range, int frame_count = 40) : filled(range), count(frame_count) {}

    Frame operator()(int index) {
        asked.push_back(index);
        return filled.contains(index) ? shown() : empty();
    }
    static Frame shown() {
        static const Frame frame = phantom::render(scene()).frame;
        return frame;
    }
    static Frame empty() {
        static const Frame frame = [] {
            phantom::Scene without = scene();
            without.tubes.clear();
            return phantom::render(without).frame;
        }();
        return frame;
    }
    static phantom::Scene scene() {
        phantom::CoronaryOptions options;
        options.size_px = 384;
        options.mm_per_px = 0.3;
        return phantom::coronary_scene(11, options);
    }
    FrameRange filled;
    int count;
    std::vector<int> asked;
};

std::optional<FrameRange> found(Bolus& bolus, int best) {
    return find_filled_frames(bolus.count, best, [&](int index) { return bolus(index); });
}

TEST(FilledFrames, RunFromWhereTheBolusArrivesToWhereItIsGone) {
    Bolus bolus({.first = 7, .last = 31});
    EXPECT_EQ(found(bolus, 20), bolus.filled);
    std::ranges::sort(bolus.asked);
    EXPECT_EQ(std::ranges::adjacent_find(bolus.asked), bolus.asked.end()) << "a frame is read twice";
    EXPECT_LT(bolus.asked.size(), 14U);
}

TEST(FilledFrames, ReachTheEndsOfACineThatShowsNothingElse) {
    Bolus bolus({.first = 0, .last = 39});
    EXPECT_EQ(found(bolus, 0), bolus.filled);
    EXPECT_EQ(found(bolus, 39), bolus.filled);
}

TEST(FilledFrames, AreNoneWithoutContrast) {
    Bolus bolus({.first = -1, .last = -1});
    EXPECT_FALSE(found(bolus, 20));
}

TEST(FilledFrames, OfAFrameThatIsNoneIsTheCallersMistake) {
    Bolus bolus({.first = 0, .last = 39});
    EXPECT_THAT([&] { found(bolus, 40); }, ThrowsMessage<InvalidInput>(HasSubstr("40")));
}

}  // namespace
}  // namespace stenometry
