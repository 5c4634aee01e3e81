#include <algorithm>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "stenometry/error.h"
#include "stenometry/network.h"

namespace stenometry {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

void require(bool ok, const std::string& field, const std::string& rule, const std::string& value) {
    if (!ok) throw InvalidInput(field + " must be " + rule + ", but is " + value);
}

/// A value of the JSON that is not what its key needs.
[[noreturn]] void refuse(const std::string& key, const std::string& rule, const json& value) {
    throw InvalidInput(key + " must be " + rule + ", but is " + value.dump());
}

double number(const std::string& key, const json& value) {
    if (!value.is_number()) refuse(key, "a number", value);
    return value.get<double>();
}

int whole_number(const std::string& key, const json& value) {
    const double read = number(key, value);
    if (read != std::floor(read) || std::abs(read) > 1e6) refuse(key, "a whole number", value);
    return static_cast<int>(read);
}

/// One number, or a list of them.
std::vector<double> numbers(const std::string& key, const json& value) {
    if (!value.is_array()) return {number(key, value)};
    std::vector<double> list;
    for (const json& element : value) list.push_back(number(key, element));
    return list;
}

const json& pair(const std::string& key, const std::string& rule, const json& value) {
    if (!value.is_array() || value.size() != 2) refuse(key, rule, value);
    return value;
}

template <class Choice>
Choice choice(const std::string& key, const json& value,
              const std::vector<std::pair<std::string, Choice>>& choices) {
    std::string rule;
    for (const auto& [word, meaning] : choices) {
        if (value == word) return meaning;
        rule += (rule.empty() ? "\"" : " or \"") + word + '"';
    }
    refuse(key, rule, value);
}

constexpr std::pair any_size(0, 0);

std::pair<int, int> input_size(const std::string& key, const json& value) {
    constexpr const char* rule = "\"any\" or [width, height]";
    if (value == "any") return any_size;
    const json& sides = pair(key, rule, value);
    const std::pair size(whole_number(key, sides[0]), whole_number(key, sides[1]));
    if (size == any_size) refuse(key, rule, value);
    return size;
}

void set(NetworkSettings& settings, const std::string& key, const json& value) {
    if (key == "input_size") {
        settings.input_size = input_size(key, value);
    } else if (key == "multiple_of") {
        settings.multiple_of = whole_number(key, value);
    } else if (key == "fit") {
        settings.fit =
            choice<NetworkFit>(key, value, {{"resize", NetworkFit::resize}, {"tile", NetworkFit::tile}});
    } else if (key == "channels") {
        settings.channels = whole_number(key, value);
    } else if (key == "grey_range") {
        const json& ends = pair(key, "[black, white]", value);
        settings.grey_range = std::pair(number(key, ends[0]), number(key, ends[1]));
    } else if (key == "vessels") {
        settings.vessels_bright = choice<bool>(key, value, {{"dark", false}, {"bright", true}});
    } else if (key == "mean") {
        settings.mean = numbers(key, value);
    } else if (key == "scale") {
        settings.scale = numbers(key, value);
    } else if (key == "activation") {
        settings.activation = choice<NetworkActivation>(
            key, value, {{"none", NetworkActivation::none}, {"sigmoid", NetworkActivation::sigmoid}});
    } else {
        throw InvalidInput("the key \"" + key + "\" is unknown");
    }
}

IoError read_error(const fs::path& path, const std::string& cause) {
    return IoError("cannot read " + path.string() + ": " + cause);
}

json parse(const fs::path& path) {
    std::error_code none;
    if (!fs::exists(path, none)) throw read_error(path, "there is no such file");
    if (fs::is_directory(path, none)) throw read_error(path, "it is a directory");
    std::ifstream file(path, std::ios::binary);
    if (!file) throw read_error(path, "it may not be read");
    json read = json::parse(file, nullptr, false);
    if (!read.is_object()) throw read_error(path, "it is no JSON object");
    return read;
}

}  // namespace

void NetworkSettings::validate() const {
    constexpr int longest_side = 16384;
    const auto text = [](double value) { return std::to_string(value); };
    if (input_size && *input_size != any_size) {
        const auto [width, height] = *input_size;
        require(std::min(width, height) >= 1 && std::max(width, height) <= longest_side, "input_size",
                "\"any\" or [width, height] in 1..16384",
                '[' + std::to_string(width) + ", " + std::to_string(height) + ']');
    }
    require(multiple_of >= 1 && multiple_of <= 1024, "multiple_of", "in 1..1024",
            std::to_string(multiple_of));
    require(channels == 0 || channels == 1 || channels == 3, "channels", "1 or 3", std::to_string(channels));
    if (grey_range)
        require(grey_range->second > grey_range->first, "grey_range", "black and, above it, white",
                text(grey_range->first) + " and " + text(grey_range->second));
    for (const auto& [list, name] : {std::pair(&mean, "mean"), std::pair(&scale, "scale")}) {
        const std::size_t most = channels == 1 ? 1 : 3;
        require(list->size() == 1 || list->size() == most, name, "one number, or one for each channel",
                std::to_string(list->size()) + " numbers");
        for (const double value : *list) require(std::isfinite(value), name, "finite", text(value));
    }
    for (const double value : scale) require(value != 0.0, "scale", "other than 0", text(value));
}

NetworkSettings read_network_settings(const fs::path& path) {
    const json read = parse(path);
    NetworkSettings settings;
    try {
        for (const auto& [key, value] : read.items()) set(settings, key, value);
        settings.validate();
    } catch (const InvalidInput& error) {
        throw read_error(path, error.what());
    }
    return settings;
}

}  // namespace stenometry
