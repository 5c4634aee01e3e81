#include <gtest/gtest.h>
#include <tbb/global_control.h>

#include <cstdint>
#include <opencv2/core.hpp>
#include <vector>

#include "counted_memory.h"
#include "stenometry/enhance.h"
#include "stenometry/learned_evidence.h"
#include "stenometry/phantom.h"
#include "stenometry/valid_region.h"
#include "stenometry/vesselness.h"

// A filter that is kept for a cine has all its memory after the first frame. On one thread, so that the count
// is the same on every run: another thread that joins later brings buffers of its own.

namespace stenometry::testing {
namespace {

/// Frames of one size with another vessel, another place of the shutter and other noise in each.
std::vector<Frame> cine() {
    std::vector<Frame> frames;
    for (int i = 0; i < 3; ++i) {
        phantom::Scene scene{.width_px = 203,
                             .height_px = 190,
                             .mm_per_px = 0.2,
                             .tubes = {phantom::straight_tube(2.0 + 0.3 * i, 30.0, 20.0 + 15.0 * i)},
                             .quanta_per_px = 1500.0};
        scene.seed = static_cast<std::uint64_t>(i + 1);
        Frame frame = phantom::render(scene).frame;
        // The first frame has the widest shutter, so that it needs the most.
        for (int y = 0; y < frame.height(); ++y)
            for (int x = 0; x < 20 - 3 * i; ++x) frame.pixels(x, y) = 0.0F;
        frames.push_back(std::move(frame));
    }
    return frames;
}

/// How often `filter` asks for memory for all frames but the first.
template <class Filter>
std::size_t allocations_after_first(std::size_t frames, Filter&& filter) {
    filter(std::size_t{0});
    const std::size_t before = allocation_count();
    for (std::size_t i = 1; i < frames; ++i) filter(i);
    return allocation_count() - before;
}

class Allocation : public ::testing::Test {
  protected:
    void SetUp() override {
        if (!allocations_are_counted()) GTEST_SKIP() << "a sanitizer has its own malloc";
        cv::setNumThreads(1);
    }
    tbb::global_control one_thread_{tbb::global_control::max_allowed_parallelism, 1};
    std::vector<Frame> frames_ = cine();
};

TEST_F(Allocation, IsCountedForNewAndForOpenCV) {
    const std::size_t before = allocation_count();
    const std::vector<double> values(1000);
    EXPECT_GT(allocation_count(), before);
    const std::size_t between = allocation_count();
    const cv::Mat matrix(100, 100, CV_32F);
    EXPECT_GT(allocation_count(), between);
}

TEST_F(Allocation, OfAValidRegionEndsWithTheFirstFrame) {
    ValidRegionFinder find;
    Image<std::uint8_t> valid;
    EXPECT_EQ(allocations_after_first(frames_.size(), [&](std::size_t i) { find(frames_[i], valid); }), 0U);
}

TEST_F(Allocation, OfAnEnhancementEndsWithTheFirstFrame) {
    for (const Intensity intensity : {Intensity::linear, Intensity::logarithmic, Intensity::unknown}) {
        for (Frame& frame : frames_) frame.intensity = intensity;
        Enhancer enhance;
        EnhancedFrame out;
        EXPECT_EQ(allocations_after_first(frames_.size(), [&](std::size_t i) { enhance(frames_[i], out); }),
                  0U)
            << to_string(intensity);
    }
}

TEST_F(Allocation, OfAVesselnessEndsWithTheFirstFrame) {
    std::vector<EnhancedFrame> enhanced;
    for (const Frame& frame : frames_) enhanced.push_back(enhance(find_valid_region(frame)));
    for (const double mm_per_px : {0.2, 0.05}) {  // the finer is filtered on a coarser grid
        for (EnhancedFrame& frame : enhanced) frame.calibration = Calibration::from_user(mm_per_px);
        for (const RidgeMeasure measure :
             {RidgeMeasure::frangi, RidgeMeasure::sato, RidgeMeasure::jerman, RidgeMeasure::oriented}) {
            CineVesselness compute({.measure = measure});
            Vesselness out;
            EXPECT_EQ(
                allocations_after_first(enhanced.size(), [&](std::size_t i) { compute(enhanced[i], out); }),
                0U)
                << to_string(measure) << " with pixels of " << mm_per_px << " mm";
        }
    }
}

TEST_F(Allocation, OfLearnedEvidenceEndsWithTheFirstFrame) {
    for (const double mm_per_px : {0.2, 0.05}) {  // the finer is looked at on a coarser grid
        for (Frame& frame : frames_) frame.calibration = Calibration::from_user(mm_per_px);
        LearnedEvidence evidence;
        LearnedProbabilities out;
        EXPECT_EQ(allocations_after_first(frames_.size(), [&](std::size_t i) { evidence(frames_[i], out); }),
                  0U)
            << "pixels of " << mm_per_px << " mm";
    }
}

}  // namespace
}  // namespace stenometry::testing
