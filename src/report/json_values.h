#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "stenometry/estimate.h"
#include "stenometry/geometry.h"

/// Values as documents and tables have them.
namespace stenometry::json {

using Json = nlohmann::ordered_json;

// Decimals that are kept: a tenth of what the best measurement could tell, so that files stay small.
inline constexpr int mm_decimals = 4;
inline constexpr int px_decimals = 3;
inline constexpr int percent_decimals = 2;
inline constexpr int probability_decimals = 4;
inline constexpr int spacing_decimals = 8;
inline constexpr int angle_decimals = 2;
inline constexpr int ratio_decimals = 4;

/// Null where it is not finite.
Json number(double value, int decimals);
Json number(const std::optional<double>& value, int decimals);

/// Null where it was not found.
Json point(Point p);

/// Null unless there is one value for each of `count` points.
Json points(const std::vector<Point>& values, std::size_t count);
Json numbers(const std::vector<double>& values, std::size_t count, int decimals, double factor = 1.0);

Json value(const std::optional<Estimate>& estimate, int decimals);
Json interval95(const std::optional<Estimate>& estimate, int decimals);

/// What made the document.
Json software();

/// Objects over several lines, arrays of numbers on one: a person can read it, and a profile does not fill
/// the screen.
void print(const Json& value, std::string& out, std::size_t indent = 0);

/// A field of a table: nothing for null, text in quotes where it needs them.
std::string csv_text(std::string_view text);
std::string csv_field(const Json& value);
void end_line(std::string& csv);

}  // namespace stenometry::json
