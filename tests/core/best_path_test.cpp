#include "core/best_path.h"

#include <gtest/gtest.h>

#include <functional>
#include <random>
#include <vector>

namespace stenometry {
namespace {

using Gains = std::vector<std::vector<double>>;

std::vector<int> path_through(const Gains& gains, const PathRule& rule) {
    return best_path(static_cast<int>(gains.size()), rule, [&](int row, int column) {
        return gains[static_cast<std::size_t>(row)][static_cast<std::size_t>(column)];
    });
}

double score_of(const std::vector<int>& path, const Gains& gains, const PathRule& rule) {
    double score = 0.0;
    for (std::size_t r = 0; r < path.size(); ++r) {
        score += gains[r][static_cast<std::size_t>(path[r])];
        if (r > 0) score -= rule.shift_cost * std::abs(path[r] - path[r - 1]);
    }
    return score;
}

/// The best score of all paths, one after the other.
double best_of_all(const Gains& gains, const PathRule& rule, int most_shift) {
    double best = -1e9;
    std::vector<int> path;
    const std::function<void()> extend = [&] {
        if (path.size() == gains.size()) {
            best = std::max(best, score_of(path, gains, rule));
            return;
        }
        for (int c = rule.begin; c < rule.end; ++c) {
            if (!path.empty() && std::abs(c - path.back()) > most_shift) continue;
            path.push_back(c);
            extend();
            path.pop_back();
        }
    };
    extend();
    return best;
}

TEST(BestPath, GathersAsMuchAsTheBestOfAllPaths) {
    std::mt19937 bits(4);
    std::uniform_real_distribution<double> gain(0.0, 1.0);
    for (const int most_shift : {1, 2})
        for (const double cost : {0.0, 0.1, 0.7}) {
            Gains gains(6, std::vector<double>(7));
            for (auto& row : gains)
                for (double& g : row) g = gain(bits);
            PathRule rule{.begin = 1, .end = 6, .shift_cost = cost};
            for (int by = -most_shift; by <= most_shift; ++by) rule.shifts.push_back(by);
            const std::vector<int> path = path_through(gains, rule);
            for (std::size_t r = 0; r < path.size(); ++r) {
                EXPECT_GE(path[r], rule.begin);
                EXPECT_LT(path[r], rule.end);
                if (r > 0) {
                    EXPECT_LE(std::abs(path[r] - path[r - 1]), most_shift);
                }
            }
            EXPECT_NEAR(score_of(path, gains, rule), best_of_all(gains, rule, most_shift), 1e-12);
        }
}

TEST(BestPath, StaysInTheMiddleWhereNothingStandsOut) {
    const Gains gains(5, std::vector<double>(9, 1.0));
    EXPECT_EQ(path_through(gains, {.begin = 0, .end = 9, .shifts = {0, -1, 1}, .shift_cost = 0.0}),
              std::vector<int>(5, 4));
}

}  // namespace
}  // namespace stenometry
