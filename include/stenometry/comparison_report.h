#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "stenometry/comparison.h"
#include "stenometry/export.h"
#include "stenometry/report.h"

STENOMETRY_EXPORT_BEGIN

namespace stenometry {

/// Where a visit comes from.
struct VisitSource {
    std::string analysis;  ///< path of the analysis
    ReportInput input;     ///< what was analysed
};

/// What a comparison was made of.
struct ComparisonInput {
    std::span<const Visit> visits;
    std::vector<VisitSource> sources;  ///< one for each visit
    std::optional<Balloon> balloon;
    std::string balloon_analysis;  ///< path of its analysis
};

/// The comparison as JSON after the schema `stenometry.comparison/1`, ending with a newline; numbers are
/// rounded, and null where they are missing, as in `report.h`.
std::string to_json(const Comparison& comparison, const ComparisonInput& input);

/// A row per visit and region, with a header row; RFC 4180. Gains and the rest stand in the rows of the
/// regions that they are of, in that of the visit that ends them: the acute gain after, late loss, net gain
/// and loss index at follow-up.
std::string to_csv(const Comparison& comparison, const ComparisonInput& input);

}  // namespace stenometry

STENOMETRY_EXPORT_END
