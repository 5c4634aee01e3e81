#pragma once

#include <string>
#include <string_view>

#include "stenometry/calibration.h"

/// Checks of options and arguments with one wording: `contour.filter_px must be positive, but is -1`.
namespace stenometry {

/// A number as messages say it: `-3`, `0.25`, `nan`.
std::string number_text(double value);

/// \param field as the user spells it \param rule what follows "must be"
/// \throws InvalidInput unless it holds
void require(bool holds, std::string_view field, double value, std::string_view rule);

/// Above zero and finite.
void require_positive(std::string_view field, double value);
/// Zero or more, and finite.
void require_not_negative(std::string_view field, double value);
/// From `low` to `high`, both included.
void require_between(std::string_view field, double value, double low, double high);
/// From 0 to 1.
void require_fraction(std::string_view field, double value);

/// The same of both values of a length, with `.mm` or `.uncalibrated_px` behind the field.
void require_positive(std::string_view field, const PhysicalLength& length);
void require_not_negative(std::string_view field, const PhysicalLength& length);

}  // namespace stenometry
