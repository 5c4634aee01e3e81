#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <vector>

namespace stenometry {

/// How a path through the rows of an image may move, and what that costs.
struct PathRule {
    int begin = 0, end = 0;  ///< columns that it may use
    /// Columns from one row to the next, the preferred ones of equals first. \pre there are some
    std::vector<int> shifts = {};
    double shift_cost = 0.0;  ///< per column
};

/// The column in every row of the path that gathers the highest sum of gains, less what its shifts cost, by
/// dynamic programming (Viterbi). Of equal ends the one in the middle of the columns is preferred.
/// \param gain (row, column) -> what the path gathers there, asked for once in the order of the rows
template <class Gain>
std::vector<int> best_path(int rows, const PathRule& rule, Gain&& gain) {
    const int columns = rule.end - rule.begin;
    std::vector<double> score(static_cast<std::size_t>(columns), 0.0), next(score);
    std::vector<std::int8_t> shifts(static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns), 0);
    for (int r = 0; r < rows; ++r) {
        std::int8_t* shift = shifts.data() + static_cast<std::ptrdiff_t>(r) * columns;
        for (int c = 0; c < columns; ++c) {
            double best = r == 0 ? 0.0 : -std::numeric_limits<double>::infinity();
            for (const int by : rule.shifts) {
                if (r == 0 || c + by < 0 || c + by >= columns) continue;
                const double other = score[static_cast<std::size_t>(c + by)] - rule.shift_cost * std::abs(by);
                if (other > best) best = other, shift[c] = static_cast<std::int8_t>(by);
            }
            next[static_cast<std::size_t>(c)] = best + gain(r, rule.begin + c);
        }
        score.swap(next);
    }
    int c = columns / 2;
    for (int k = 0; k < columns; ++k)
        if (score[static_cast<std::size_t>(k)] > score[static_cast<std::size_t>(c)]) c = k;
    std::vector<int> path(static_cast<std::size_t>(rows));
    for (int r = rows - 1; r >= 0; --r) {
        path[static_cast<std::size_t>(r)] = rule.begin + c;
        c += shifts[static_cast<std::size_t>(r) * static_cast<std::size_t>(columns) +
                    static_cast<std::size_t>(c)];
    }
    return path;
}

}  // namespace stenometry
