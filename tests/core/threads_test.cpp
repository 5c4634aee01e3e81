#include "stenometry/threads.h"

#include <gtest/gtest.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <stdexcept>
#include <string>
#include <thread>

#include "stenometry/error.h"
#include "stenometry/phantom.h"
#include "stenometry/pipeline.h"
#include "stenometry/report.h"
#include "support/temporary_files.h"

namespace stenometry {
namespace {

/// The most loops that ran at the same time, of many that each take a while.
int most_at_once(const ThreadLimit& limit) {
    std::atomic<int> now = 0, most = 0;
    limit.run([&] {
        tbb::parallel_for(0, 64, [&](int) {
            const int running = ++now;
            for (int seen = most; seen < running && !most.compare_exchange_weak(seen, running);) {
            }
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
            --now;
        });
    });
    return most;
}

TEST(ThreadLimit, HoldsWorkToItsNumber) {
    EXPECT_EQ(most_at_once(ThreadLimit(1)), 1);
    EXPECT_LE(most_at_once(ThreadLimit(2)), 2);
    EXPECT_EQ(ThreadLimit(3).threads(), 3);
}

TEST(ThreadLimit, IsSharedByThoseWhoRunInItAtOnce) {
    const ThreadLimit one(1);
    std::atomic<int> now = 0, most = 0;
    const auto work = [&] {
        one.run([&] {
            most = std::max<int>(most, ++now);
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
            --now;
        });
    };
    std::thread other(work), another(work);
    other.join(), another.join();
    EXPECT_EQ(most, 1);
}

TEST(ThreadLimit, LeavesWhatRunsOutsideAlone) {
    const int before = tbb::this_task_arena::max_concurrency();
    const ThreadLimit one(1);
    EXPECT_EQ(one.run([] { return tbb::this_task_arena::max_concurrency(); }), 1);
    EXPECT_EQ(tbb::this_task_arena::max_concurrency(), before);
}

TEST(ThreadLimit, HandsBackResultsAndErrors) {
    const ThreadLimit two(2);
    EXPECT_EQ(two.run([] { return std::string("done"); }), "done");
    EXPECT_THROW(two.run([] { throw IoError("cannot read it"); }), IoError);
}

TEST(ThreadLimit, MayBeMoreThanThereAreAndNothingIsPrinted) {
    test::StandardError error;
    EXPECT_LE(most_at_once(ThreadLimit(4096)), 4096);
    EXPECT_EQ(error.text(), "");
}

TEST(ThreadLimit, MayStandWithinItself) {
    const ThreadLimit one(1);
    EXPECT_EQ(one.run([&] { return one.run([] { return 7; }); }), 7);
}

TEST(ThreadLimit, IsOneOrMore) {
    EXPECT_THROW(ThreadLimit(0), InvalidInput);
    EXPECT_THROW(ThreadLimit(-2), InvalidInput);
}

TEST(ThreadLimit, ChangesNoByteOfAResult) {
    phantom::Scene scene{.width_px = 192, .height_px = 192};
    scene.tubes = {phantom::straight_tube(3.0, 34.0, 20.0)};
    const Frame frame = phantom::render(scene).frame;
    const auto report = [&] { return to_json(analyze(frame), {}); };
    EXPECT_EQ(ThreadLimit(1).run(report), ThreadLimit(4).run(report));
}

}  // namespace
}  // namespace stenometry
