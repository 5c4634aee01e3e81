#pragma once

#include <CLI/CLI.hpp>
#include <filesystem>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "stenometry/geometry.h"

/// Values on the command line: how they are read, and the messages about wrong ones.
namespace stenometry::program {

/// The number that `text` spells from its first to its last character; empty for anything else, NaN and
/// infinity too.
std::optional<double> parse_number(std::string_view text);

/// The point that `text` spells as X,Y.
std::optional<Point> parse_point(std::string_view text);

/// A length with its unit.
struct Length {
    enum class Unit { mm, px };
    double value = 0.0;
    Unit unit = Unit::mm;
};

/// The length that `text` spells as 3mm or 9px; empty for a bare number too, which would mean one or the
/// other as the file happens to be.
std::optional<Length> parse_length(std::string_view text);

/// Two of them with a comma between.
std::optional<std::pair<Length, Length>> parse_lengths(std::string_view text);

/// The part and the number of parts that `text` spells as I/N, 1 <= I <= N.
std::optional<std::pair<int, int>> parse_shard(std::string_view text);

/// As it is given.
std::string to_text(const Length& length);

/// X,Y as short as it can be written.
std::string to_text(Point point);

/// A number as short as it can be written.
std::string to_text(double value);

/// The size of an image.
std::string size_text(int width, int height);

/// The ending of a file's name in small letters, as ".png"; empty if it has none.
std::string ending_of(const std::filesystem::path& path);

/// Lets numbers from `low` to `high` pass.
CLI::Validator number_within(double low, double high);

/// Lets numbers above zero pass.
CLI::Validator positive_number();

/// Lets whole numbers from `low` on pass.
CLI::Validator whole_number_from(int low);

/// Lets names of files pass, and no option that stands where a name was forgotten.
CLI::Validator file_name();

/// Lets points pass.
CLI::Validator point_value();

/// Lets lengths with a unit pass, from 1e-6 to 1e4 of it: more than any picture has.
CLI::Validator length_value();

/// Lets pairs of such lengths pass, which may be 0; `form` is how the help writes one, such as FROM,TO.
CLI::Validator length_pair_value(std::string form);

/// Lets parts pass.
CLI::Validator shard_value();

/// Lets the words of `choices` pass.
CLI::Validator one_of(std::vector<std::string> choices);

}  // namespace stenometry::program
