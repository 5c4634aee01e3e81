#include "lesion/estimate_text.h"

#include <iomanip>
#include <optional>
#include <sstream>

namespace stenometry {

std::string fixed(double value, int decimals) {
    std::ostringstream text;
    text << std::fixed << std::setprecision(decimals) << value;
    return text.str();
}

std::string text_of(const Estimate& estimate, const std::string& unit, int decimals) {
    const std::string text = fixed(estimate.value, decimals) + ' ' + unit;
    const std::optional<Interval> interval = estimate.interval95();
    if (!interval) return text;
    return text + " (95 %: " + fixed(interval->low, decimals) + " to " + fixed(interval->high, decimals) +
           ')';
}

}  // namespace stenometry
