#include "report_ledger.h"

#include <SQLiteCpp/Statement.h>

#include <array>
#include <fstream>
#include <string_view>

#include "archive/ledger.h"
#include "failure.h"

namespace stenometry::program {
namespace {

namespace fs = std::filesystem;

/// Its path, and which one it is where the batch had several of that path.
std::string title_of(const std::string& path, int item) {
    return item == 1 ? path : path + " (" + std::to_string(item) + ')';
}

ReportPicture stored_picture(const SQLite::Column& picture) {
    if (picture.isNull()) return {.missing = "the ledger has none of this frame"};
    return {.kind = "image/jpeg", .bytes = picture.getString()};
}

/// Calls `work`; whatever SQLite finds wrong is a fault of the file.
template <class Work>
auto reading(const fs::path& path, const Work& work) {
    try {
        return work();
    } catch (const SQLite::Exception& error) {
        throw Failure(ExitCode::unreadable, "cannot read " + path.string() + ": " + error.what());
    }
}

/// Frames that were read and could be analysed: what an input's page can show.
void for_each_stored_frame(const Ledger& ledger, std::int64_t input,
                           const std::function<void(const ReportFrame&)>& use) {
    SQLite::Statement frames(
        ledger.database(),
        "SELECT analysis, picture FROM frame WHERE input = ? AND analysis IS NOT NULL ORDER BY frame");
    frames.bind(1, input);
    while (frames.executeStep()) {
        const std::string text = frames.getColumn(0).getString();
        nlohmann::json document = nlohmann::json::parse(text, nullptr, false);
        if (const std::string fault = fault_of_analysis(document); !fault.empty())
            throw Failure(ExitCode::unreadable, "cannot read " + ledger.path().string() +
                                                    ": an analysis in " + "it is damaged: " + fault);
        use({std::move(document), stored_picture(frames.getColumn(1))});
    }
}

ReportedInput stored_input(const std::shared_ptr<Ledger>& ledger, const SQLite::Statement& row) {
    const std::int64_t input = row.getColumn(0).getInt64();
    return {
        .path = title_of(row.getColumn(1).getString(), row.getColumn(2).getInt()),
        .status = row.getColumn(3).getString(),
        .reason = row.getColumn(4).getString(),
        .for_each_frame = [ledger, input](const auto& use) { for_each_stored_frame(*ledger, input, use); }};
}

}  // namespace

bool is_ledger(const fs::path& path) {
    constexpr std::string_view mark = "SQLite format 3";
    std::array<char, mark.size()> begin{};
    std::ifstream(path, std::ios::binary).read(begin.data(), begin.size());
    return std::string_view(begin.data(), begin.size()) == mark;
}

std::vector<ReportedInput> reported_ledger(const fs::path& path) {
    const auto ledger = std::make_shared<Ledger>(Ledger::read(path));
    return reading(path, [&] {
        std::vector<ReportedInput> inputs;
        SQLite::Statement rows(
            ledger->database(),
            "SELECT input, path, item, status, reason, (SELECT count(*) FROM frame WHERE "
            "frame.input = input.input AND analysis IS NULL) FROM input ORDER BY path, item");
        while (rows.executeStep()) inputs.push_back(stored_input(ledger, rows));
        return inputs;
    });
}

}  // namespace stenometry::program
