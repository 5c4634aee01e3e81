#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

/// What the pages of a report draw, from analyses as `analyze --json` writes them. report/types.d.ts says how
/// it looks on the page's side.
namespace stenometry::program {

using PageJson = nlohmann::ordered_json;

/// The picture under what was found; without one, why.
struct ReportPicture {
    std::string kind;   ///< such as "image/png"
    std::string bytes;  ///< of the file; empty if there is none
    std::string missing;
};

/// One analysed frame.
struct ReportFrame {
    nlohmann::json analysis;  ///< after the schema stenometry.analysis/2
    ReportPicture picture;
};

/// An input and how it ended, in the words of the ledger.
struct ReportedInput {
    std::string path;
    std::string status;
    std::string reason;
    int frames_left_out = 0;  ///< that were asked for, and could not be analysed
    /// Its frames, read when they are asked for.
    std::function<void(const std::function<void(const ReportFrame&)>& use)> for_each_frame;
};

/// What is wrong with a document that should be an analysis; empty if nothing is that shows at once.
std::string fault_of_analysis(const nlohmann::json& document);

/// One frame as a page draws it.
/// \throws nlohmann::json::exception if the analysis does not follow its schema.
PageJson frame_data(const ReportFrame& frame);

/// What analysed a frame. \pre as frame_data
PageJson software_data(const nlohmann::json& analysis);

/// How narrow a lesion of a page's data is, to find the narrowest.
double severity(const PageJson& lesion);

/// How many lesions a frame has, of its data.
std::size_t lesion_count(const PageJson& frame);

/// A row of the index: what stands in the frames of a page's data.
/// \param thumbnail of its picture, as a URI; null without
PageJson index_row(const PageJson& input, const std::string& href, const PageJson& thumbnail);

}  // namespace stenometry::program
