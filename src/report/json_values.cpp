#include "report/json_values.h"

#include <cmath>

#include "stenometry/learned_evidence.h"
#include "stenometry/version.h"

namespace stenometry::json {
namespace {

bool holds_objects(const Json& value) {
    return value.is_object() || (value.is_array() && !value.empty() && value.front().is_object());
}

Json network_json() {
    const LearnedNetwork network = learned_network();
    return {{"name", network.name},
            {"version", network.version},
            {"sha256", network.digest},
            {"learned_from", network.learned_from}};
}

}  // namespace

Json number(double value, int decimals) {
    if (!std::isfinite(value)) return nullptr;
    const double unit = std::pow(10.0, decimals);
    return std::round(value * unit) / unit + 0.0;  // the sum turns -0 into 0
}

Json number(const std::optional<double>& value, int decimals) {
    return value ? number(*value, decimals) : Json(nullptr);
}

Json point(Point p) {
    if (!is_finite(p)) return nullptr;
    return Json::array({number(p.x, px_decimals), number(p.y, px_decimals)});
}

Json points(const std::vector<Point>& values, std::size_t count) {
    if (values.size() != count) return nullptr;
    Json array = Json::array();
    for (const Point& value : values) array.push_back(point(value));
    return array;
}

Json numbers(const std::vector<double>& values, std::size_t count, int decimals, double factor) {
    if (values.size() != count) return nullptr;
    Json array = Json::array();
    for (const double value : values) array.push_back(number(factor * value, decimals));
    return array;
}

Json value(const std::optional<Estimate>& estimate, int decimals) {
    return estimate ? number(estimate->value, decimals) : Json(nullptr);
}

Json interval95(const std::optional<Estimate>& estimate, int decimals) {
    const auto interval = estimate ? estimate->interval95() : std::nullopt;
    if (!interval) return nullptr;
    return Json::array({number(interval->low, decimals), number(interval->high, decimals)});
}

Json software() {
    return {{"name", "stenometry"},
            {"version", version()},
            {"cpu_target", cpu_target()},
            {"network", network_json()}};
}

void print(const Json& value, std::string& out, std::size_t indent) {
    if (!holds_objects(value) || value.empty()) {
        // Paths need not be UTF-8; JSON must be.
        out += value.dump(-1, ' ', false, Json::error_handler_t::replace);
        return;
    }
    const std::string margin(indent, ' ');
    out += value.is_object() ? "{\n" : "[\n";
    for (auto item = value.begin(); item != value.end(); ++item) {
        out += (item == value.begin() ? "" : ",\n") + margin + "  ";
        if (value.is_object()) out += '"' + item.key() + "\": ";
        print(*item, out, indent + 2);
    }
    out += '\n' + margin + (value.is_object() ? '}' : ']');
}

/// RFC 4180, 2.6 and 2.7: a field with a comma, a quote or a line break stands in quotes, and its quotes are
/// doubled.
std::string csv_text(std::string_view text) {
    if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
    std::string quoted = "\"";
    for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
    return quoted + '"';
}

std::string csv_field(const Json& value) {
    if (value.is_null()) return {};
    return value.is_string() ? csv_text(value.get<std::string>()) : value.dump();
}

void end_line(std::string& csv) { csv += "\r\n"; }  // RFC 4180, 2.1

}  // namespace stenometry::json
