#include "archive/input_settings.h"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "archive/digest.h"
#include "failure.h"
#include "stenometry/error.h"
#include "values.h"

namespace stenometry::program {
namespace {

/// Words, and whole numbers from 0 on.
CLI::Validator frame_choice_value() {
    return CLI::Validator(
        [](std::string& text) -> std::string {
            if (text == "best" || text == "filled" || text == "all") return {};
            CLI::Validator number = whole_number_from(0);
            return number(text).empty()
                       ? ""
                       : "must be best, filled, all or a whole number from 0 on, but is '" + text + "'";
        },
        "");
}

FrameChoice frame_choice(const std::string& text) {
    if (text == "best") return {};
    if (text == "filled") return {.kind = FrameChoice::Kind::filled};
    if (text == "all") return {.kind = FrameChoice::Kind::all};
    FrameChoice choice{.kind = FrameChoice::Kind::one};
    std::from_chars(text.data(), text.data() + text.size(), choice.frame);
    return choice;
}

/// A command line of its own for the options of one input.
struct OptionParser {
    InputSettings settings;
    CLI::App app;

    OptionParser() {
        add_input_settings(app, settings);
        const auto [from, to] = add_end_options(app, settings.analysis);
        from->needs(to);
        to->needs(from);
        add_one_vessel_options(app, settings.analysis.stages);
        app.set_help_flag();
    }

    const CLI::Option* find(const std::string& name) const { return app.get_option_no_throw(name); }
};

bool names_file(const CLI::Option& option) { return option.get_type_name().starts_with("FILE"); }

}  // namespace

void add_input_settings(CLI::App& command, InputSettings& settings) {
    add_given_spacing_options(command, settings.analysis.input.spacing,
                              "the file's; without one, results are in pixels");
    add_invert_option(command, settings.analysis.input.invert);
    command
        .add_option_function<std::string>(
            "--frames,--frame",
            [&settings](const std::string& text) { settings.frames = frame_choice(text); },
            "frames of a cine that are analysed: best (the best-filled one), filled (all that show a filled "
            "artery), all, or the number of one, from "
            "0 "
            "[best]")
        ->type_name("WHICH")
        ->check(frame_choice_value());
    add_spacing_options(command, settings.analysis.spacing);
    add_tree_analysis_options(command, settings.analysis);
}

GivenOptions given_options(const CLI::App& command) {
    const OptionParser known;
    GivenOptions given;
    for (const CLI::Option* option : command.get_options())
        if (option->count() > 0 && known.find(option->get_name()) != nullptr)
            given[option->get_name()] = option->results();
    return given;
}

std::optional<ColumnOption> option_of_column(const std::string& column) {
    static const OptionParser known;
    const CLI::Option* option = known.find(column.starts_with("--") ? column : "--" + column);
    if (option == nullptr) return {};
    return ColumnOption{
        .name = option->get_name(), .several = option->get_expected_max() > 1, .file = names_file(*option)};
}

InputSettings parse_options(const GivenOptions& options) {
    OptionParser parser;
    std::vector<std::string> arguments;
    for (const auto& [name, values] : options)
        for (const std::string& value : values) arguments.push_back(name + '=' + value);
    std::ranges::reverse(arguments);  // as CLI11 takes them
    try {
        parser.app.parse(std::move(arguments));
    } catch (const CLI::ParseError& error) {
        throw Failure(ExitCode::wrong_command, error.what());
    }
    check(parser.settings.analysis);
    return std::move(parser.settings);
}

std::string options_json(const GivenOptions& options) {
    const OptionParser known;
    nlohmann::json json = nlohmann::json::object();
    try {
        for (const auto& [name, values] : options)
            for (const std::string& value : values)
                json[name].push_back(names_file(*known.find(name)) ? "sha256:" + sha256_of_file(value)
                                                                   : value);
    } catch (const IoError& error) {
        throw Failure(ExitCode::unreadable, error.what());
    }
    return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace stenometry::program
