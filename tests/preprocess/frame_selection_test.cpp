#include "stenometry/frame_selection.h"

#include <gmock/gmock.h>

#include <cstdlib>
#include <filesystem>

#include "stenometry/error.h"
#include "stenometry/io/cine.h"
#include "stenometry/phantom.h"

namespace stenometry {
namespace {

using ::testing::SizeIs;
using ::testing::ThrowsMessage;

TEST(FrameSelection, ChoosesAFrameInWhichTheBolusFillsTheVessels) {
    phantom::CoronaryOptions small;
    small.size_px = 256;
    small.mm_per_px = 0.4;
    const phantom::Scene scene = phantom::coronary_scene(11, small);
    const phantom::CineOptions cine;
    std::vector<double> filled;  // mean darkening of the first vessel's pixels, as a measure of the truth
    const auto read = [&](int i) {
        const phantom::Phantom image = phantom::render_frame(scene, cine, i);
        double sum = 0.0;
        for (const Point& p : image.vessels.front().centerline_px)
            if (image.frame.contains(p)) sum -= static_cast<double>(image.frame.pixels(int(p.x), int(p.y)));
        filled.push_back(sum / static_cast<double>(image.vessels.front().centerline_px.size()));
        return image.frame;
    };
    const std::vector<FrameScore> scores = score_frames(cine.frames, read);
    ASSERT_THAT(scores, SizeIs(cine.frames));
    const auto [empty, full] = std::minmax_element(filled.begin(), filled.end());
    const double chosen = filled[static_cast<std::size_t>(best_frame(scores))];
    EXPECT_GT((chosen - *empty) / (*full - *empty), 0.75);
}

TEST(FrameSelection, AsksForEveryFrameOnceAndInOrder) {
    std::vector<int> asked;
    score_frames(5, [&](int i) {
        asked.push_back(i);
        Frame frame;
        frame.pixels = Image<float>(40, 30, static_cast<float>(i));
        return frame;
    });
    EXPECT_THAT(asked, ::testing::ElementsAre(0, 1, 2, 3, 4));
}

TEST(FrameSelection, OfOneFrameItIsThatOne) {
    const auto scores = score_frames(1, [](int) {
        Frame frame;
        frame.pixels = Image<float>(3, 3, 1.0F);
        return frame;
    });
    EXPECT_EQ(best_frame(scores), 0);
}

TEST(FrameSelection, CineWithoutFramesIsTheCallersMistake) {
    EXPECT_THROW(score_frames(0, [](int) { return Frame{}; }), InvalidInput);
}

TEST(FrameSelection, RealRightCoronaryCineGivesAFrameAfterTheInjection) {
    const char* data = std::getenv("STENOMETRY_DATA");
    if (data == nullptr) GTEST_SKIP() << "STENOMETRY_DATA is not set: no real cine";
    const auto cine =
        io::open_cine(std::filesystem::path(data) / "xa_dicom/rubo_demo_rca_96f_jpegbaseline.dcm");
    const auto scores = score_frames(cine->frame_count(), [&](int i) { return cine->read(i); });
    EXPECT_GT(best_frame(scores), 10);  // the artery is empty before
}

}  // namespace
}  // namespace stenometry
