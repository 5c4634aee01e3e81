#include "values.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <functional>

namespace stenometry::program {
namespace {

/// A validator that adds nothing to the help: the options say themselves what they take.
CLI::Validator check(std::function<std::string(const std::string&)> complaint) {
    return CLI::Validator([complaint](std::string& text) { return complaint(text); }, "");
}

std::string join(const std::vector<std::string>& words) {
    std::string joined;
    for (std::size_t i = 0; i < words.size(); ++i)
        joined += (i == 0 ? "" : i + 1 == words.size() ? " or " : ", ") + words[i];
    return joined;
}

}  // namespace

std::optional<double> parse_number(std::string_view text) {
    if (text.starts_with('+')) text.remove_prefix(1);
    double value = 0.0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(value)) return {};
    return value;
}

std::optional<Point> parse_point(std::string_view text) {
    const std::size_t comma = text.find(',');
    if (comma == std::string_view::npos) return {};
    const auto x = parse_number(text.substr(0, comma));
    const auto y = parse_number(text.substr(comma + 1));
    if (!x || !y) return {};
    return Point{*x, *y};
}

std::optional<Length> parse_length(std::string_view text) {
    for (const auto& [unit, name] : {std::pair(Length::Unit::mm, "mm"), std::pair(Length::Unit::px, "px")}) {
        if (!text.ends_with(name)) continue;
        const auto value = parse_number(text.substr(0, text.size() - 2));
        return value ? std::optional(Length{*value, unit}) : std::nullopt;
    }
    return {};
}

std::optional<std::pair<Length, Length>> parse_lengths(std::string_view text) {
    const std::size_t comma = text.find(',');
    if (comma == std::string_view::npos) return {};
    const auto first = parse_length(text.substr(0, comma)), second = parse_length(text.substr(comma + 1));
    if (!first || !second) return {};
    return std::pair(*first, *second);
}

std::optional<std::pair<int, int>> parse_shard(std::string_view text) {
    int index = 0, count = 0;
    const char* const end = text.data() + text.size();
    const auto [slash, fault] = std::from_chars(text.data(), end, index);
    if (fault != std::errc{} || slash == end || *slash != '/') return {};
    const auto [last, second_fault] = std::from_chars(slash + 1, end, count);
    if (second_fault != std::errc{} || last != end || index < 1 || index > count) return {};
    return std::pair(index, count);
}

std::string to_text(const Length& length) {
    return to_text(length.value) + (length.unit == Length::Unit::mm ? "mm" : "px");
}

std::string to_text(double value) {
    char buffer[32];
    return {buffer, std::to_chars(buffer, buffer + sizeof buffer, value).ptr};
}

std::string to_text(Point point) { return to_text(point.x) + ',' + to_text(point.y); }

std::string size_text(int width, int height) {
    return std::to_string(width) + " x " + std::to_string(height) + " pixels";
}

std::string ending_of(const std::filesystem::path& path) {
    std::string ending = path.extension().string();
    std::transform(ending.begin(), ending.end(), ending.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return ending;
}

CLI::Validator number_within(double low, double high) {
    return check([=](const std::string& text) -> std::string {
        const auto value = parse_number(text);
        if (value && *value >= low && *value <= high) return {};
        return "must be a number from " + to_text(low) + " to " + to_text(high) + ", but is '" + text + "'";
    });
}

CLI::Validator positive_number() {
    return check([](const std::string& text) -> std::string {
        const auto value = parse_number(text);
        return value && *value > 0.0 ? "" : "must be a number above 0, but is '" + text + "'";
    });
}

CLI::Validator file_name() {
    return check([](const std::string& text) -> std::string {
        return text.starts_with("--") ? "needs a file, but is followed by the option " + text : "";
    });
}

CLI::Validator whole_number_from(int low) {
    return check([=](const std::string& text) -> std::string {
        std::int64_t value = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
        if (error == std::errc{} && end == text.data() + text.size() && value >= low) return {};
        return "must be a whole number from " + std::to_string(low) + " on, but is '" + text + "'";
    });
}

CLI::Validator point_value() {
    return check([](const std::string& text) -> std::string {
        return parse_point(text) ? "" : "must be two pixel coordinates X,Y, but is '" + text + "'";
    });
}

CLI::Validator length_value() {
    return check([](const std::string& text) -> std::string {
        constexpr double least = 1e-6, most = 1e4;
        if (const auto number = parse_number(text))
            return "must name its unit: " + text + "mm, or " + text + "px for pixels of the image";
        const auto length = parse_length(text);
        if (length && length->value >= least && length->value <= most) return {};
        return "must be a length from " + to_text(least) + " to " + to_text(most) +
               " such as 3mm or 9px, but is '" + text + "'";
    });
}

CLI::Validator length_pair_value(std::string form) {
    return check([form = std::move(form)](const std::string& text) -> std::string {
        if (parse_point(text))
            return "must name the unit of each length " + form + ", as in 3mm,5mm or 9px,15px, but is '" +
                   text + "'";
        return parse_lengths(text)
                   ? ""
                   : "must be two lengths " + form + " such as 3mm,5mm or 9px,15px, but is '" + text + "'";
    });
}

CLI::Validator shard_value() {
    return check([](const std::string& text) -> std::string {
        return parse_shard(text) ? "" : "must be I/N with I from 1 to N, such as 2/8, but is '" + text + "'";
    });
}

CLI::Validator one_of(std::vector<std::string> choices) {
    return check([choices = std::move(choices)](const std::string& text) -> std::string {
        for (const std::string& choice : choices)
            if (text == choice) return {};
        return "must be " + join(choices) + ", but is '" + text + "'";
    });
}

}  // namespace stenometry::program
