#include "core/require.h"

#include <cmath>
#include <sstream>

#include "stenometry/error.h"

namespace stenometry {
namespace {

template <class Check>
void require_both(std::string_view field, const PhysicalLength& length, Check check) {
    check(std::string(field) + ".mm", length.mm);
    check(std::string(field) + ".uncalibrated_px", length.uncalibrated_px);
}

}  // namespace

std::string number_text(double value) {
    std::ostringstream text;
    text << value;
    return text.str();
}

void require(bool holds, std::string_view field, double value, std::string_view rule) {
    if (holds) return;
    throw InvalidInput(std::string(field) + " must be " + std::string(rule) + ", but is " +
                       number_text(value));
}

void require_positive(std::string_view field, double value) {
    require(value > 0.0 && std::isfinite(value), field, value, "positive");
}

void require_not_negative(std::string_view field, double value) {
    require(value >= 0.0 && std::isfinite(value), field, value, "zero or more");
}

void require_between(std::string_view field, double value, double low, double high) {
    if (value >= low && value <= high) return;
    require(false, field, value, "from " + number_text(low) + " to " + number_text(high));
}

void require_fraction(std::string_view field, double value) { require_between(field, value, 0.0, 1.0); }

void require_positive(std::string_view field, const PhysicalLength& length) {
    require_both(field, length, [](const std::string& name, double value) { require_positive(name, value); });
}

void require_not_negative(std::string_view field, const PhysicalLength& length) {
    require_both(field, length,
                 [](const std::string& name, double value) { require_not_negative(name, value); });
}

}  // namespace stenometry
