#pragma once

#include <limits>
#include <optional>

#include "stenometry/export.h"

STENOMETRY_EXPORT_BEGIN

namespace stenometry {

/// Two values with everything between them; low <= high.
struct Interval {
    double low = 0.0, high = 0.0;

    bool contains(double value) const { return low <= value && value <= high; }
};

/// A measured value, with its standard error where that is known. The error is taken for normally
/// distributed. Value and error are as they were measured; what the quantity cannot be is left out of
/// intervals alone, so that an interval that holds the truth still does.
struct Estimate {
    double value = 0.0;
    std::optional<double> sd;                                 ///< standard error of the value, in its unit
    double least = -std::numeric_limits<double>::infinity();  ///< the quantity is never below this ...
    double most = std::numeric_limits<double>::infinity();    ///< ... nor above this

    /// A length or a diameter, which is never negative.
    static Estimate of_length(double value, std::optional<double> sd = {});
    /// A percentage by which something is narrowed: never above 100, and below 0 where it is widened.
    static Estimate of_narrowing(double percent, std::optional<double> sd = {});

    /// The interval that holds the truth in 95 of 100 measurements: 1.96 standard errors to either side, cut
    /// at `least` and `most`. Empty without a standard error, or where either number is not finite.
    std::optional<Interval> interval95() const;

    /// Probability that the truth is `threshold` or more, by the same distribution. Empty as before.
    std::optional<double> probability_at_least(double threshold) const;
};

}  // namespace stenometry

STENOMETRY_EXPORT_END
