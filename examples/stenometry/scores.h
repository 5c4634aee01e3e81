#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "stenometry/evaluation.h"

/// What `evaluate` finds out of each image, and of all of them.
namespace stenometry::program {

struct MaskScores {
    std::optional<double> dice, cl_dice, auc, hausdorff95_px;
    LineAgreement centerlines;
};

/// A true lesion, and what was found of it.
struct LesionScore {
    TrueLesion truth;
    std::optional<FoundLesion> found;
};

/// Against lesions whose diameters are known.
struct LesionScores {
    std::vector<LesionScore> lesions;     ///< every true one
    std::vector<double> false_positives;  ///< % diameter of what was found where no lesion is
};

struct SampleScores {
    std::string name;
    std::string failure;  ///< why there are no scores; empty if there are
    std::optional<MaskScores> mask;
    std::optional<LesionScores> analyzed, measured;
    std::optional<RegionMatches> regions;
    std::optional<LineAgreement> followed;  ///< centerlines of the vessels that were measured
};

struct ScoreOptions {
    double tolerance_px = 3.0;        ///< of centerlines
    double min_percent = 40.0;        ///< a lesion counts from here
    double min_percent_drawn = 50.0;  ///< where a person has drawn around lesions
    double false_in_healthy = 30.0;   ///< of a vessel without lesions, measured between two points
};

/// The scores of a data set.
struct Evaluation {
    std::filesystem::path path;
    std::string layout;
    ScoreOptions options;
    std::vector<SampleScores> samples;

    std::size_t failed() const;
};

/// For a person. \param each whether every image has its own lines, too
std::string to_table(const Evaluation& evaluation, bool each);

/// After the schema `stenometry.evaluation/1`, ending with a newline. What is not defined is null.
std::string to_json(const Evaluation& evaluation);

/// A row per image, with a header row; RFC 4180. What is not defined is empty.
std::string to_csv(const Evaluation& evaluation);

}  // namespace stenometry::program
