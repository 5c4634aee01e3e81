#include "report_analyses.h"

#include <algorithm>
#include <fstream>
#include <map>

#include "failure.h"
#include "report_picture.h"

namespace stenometry::program {
namespace {

namespace fs = std::filesystem;

Failure unreadable_analysis(const fs::path& path, const std::string& cause) {
    return {ExitCode::unreadable, "cannot read " + path.string() + ": " + cause};
}

struct AnalysisFile {
    fs::path path;
    int frame = 0;
    bool measured = false;
};

/// By the input that they name, in the order in which these come first.
struct AnalysesOfInput {
    std::string input;
    std::vector<AnalysisFile> files;
};

AnalysesOfInput& entry_of(std::vector<AnalysesOfInput>& inputs, const std::string& input) {
    const auto found = std::ranges::find(inputs, input, &AnalysesOfInput::input);
    return found != inputs.end() ? *found : inputs.emplace_back(AnalysesOfInput{.input = input});
}

std::vector<AnalysesOfInput> by_input(const std::vector<fs::path>& files) {
    std::vector<AnalysesOfInput> inputs;
    for (const fs::path& path : files) try {
            const nlohmann::json document = read_analysis(path);
            const nlohmann::json& input = document.at("input");
            entry_of(inputs, input.at("path").get<std::string>())
                .files.push_back({path, input.at("frame").get<int>(), !document.at("vessels").empty()});
        } catch (const nlohmann::json::exception&) {
            throw unreadable_analysis(path, "it does not follow the schema stenometry.analysis/2");
        }
    for (AnalysesOfInput& input : inputs) std::ranges::stable_sort(input.files, {}, &AnalysisFile::frame);
    return inputs;
}

ReportedInput reported(const AnalysesOfInput& analyses, const fs::path& image) {
    const bool measured = std::ranges::any_of(analyses.files, &AnalysisFile::measured);
    return {.path = analyses.input,
            .status = measured ? "done" : "nothing",
            .for_each_frame = [files = analyses.files, image](const auto& use) {
                for (const AnalysisFile& file : files) {
                    nlohmann::json document = read_analysis(file.path);
                    ReportPicture picture =
                        find_picture(document.at("input"), file.path.parent_path(), image);
                    use({std::move(document), std::move(picture)});
                }
            }};
}

}  // namespace

nlohmann::json read_analysis(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) throw unreadable_analysis(path, "it cannot be opened");
    nlohmann::json document = nlohmann::json::parse(file, nullptr, false);
    if (document.is_discarded()) throw unreadable_analysis(path, "it is no JSON, or cut short");
    if (const std::string fault = fault_of_analysis(document); !fault.empty())
        throw unreadable_analysis(path, fault);
    return document;
}

std::vector<ReportedInput> reported_analyses(const std::vector<fs::path>& files, const fs::path& image) {
    std::vector<ReportedInput> inputs;
    for (const AnalysesOfInput& analyses : by_input(files)) inputs.push_back(reported(analyses, image));
    if (!image.empty() && inputs.size() > 1)
        throw Failure(ExitCode::wrong_command, "--image is for the analyses of one input, and these are of " +
                                                   std::to_string(inputs.size()));
    return inputs;
}

}  // namespace stenometry::program
