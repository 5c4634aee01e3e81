#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "stenometry/analysis.h"
#include "stenometry/evaluation.h"

namespace stenometry::program {

/// What somebody found in an image, as far as it is scored.
struct Findings {
    std::vector<FoundLesion> lesions;
    std::vector<Polyline> centerlines_px;  ///< points that were not found are `no_point`
};

/// A line as the JSON has it; points that are null become `no_point`.
/// \throws nlohmann::json::exception if it is none.
Polyline line_through(const nlohmann::json& points);

/// What this program found.
Findings findings_of(const Analysis& analysis);

/// What anybody's program wrote after the schemas stenometry.analysis/2 or /1.
/// \throws IoError naming the file and what is wrong with it.
Findings read_findings(const std::filesystem::path& path);

}  // namespace stenometry::program
