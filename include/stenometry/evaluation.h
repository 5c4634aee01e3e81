#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "stenometry/estimate.h"
#include "stenometry/export.h"
#include "stenometry/geometry.h"
#include "stenometry/image.h"

STENOMETRY_EXPORT_BEGIN

/// How well results agree with a truth: of this library, or of anybody. Masks are not 0 on vessels. A figure
/// that is not defined, because there is nothing to find or nothing was found, is empty and never 0 or 1. All
/// functions throw InvalidInput if two images that are compared differ in size.
namespace stenometry {

/// Twice what both masks hold, over what either holds: 1 if they are alike, 0 if they share nothing. Empty if
/// both are. Source: Dice, Ecology 26 (1945) 297.
std::optional<double> dice(const Image<std::uint8_t>& mask, const Image<std::uint8_t>& truth);

/// The mask as lines one pixel wide, 255. Source: Zhang and Suen, Commun. ACM 27 (1984) 236, whose outermost
/// rows and columns stay as they are. Published scores rest on it; the trees of this library do not those
/// keep every end and hole.
Image<std::uint8_t> skeleton(const Image<std::uint8_t>& mask);

/// Harmonic mean of the part of the mask's skeleton that lies in the truth and the part of the truth's
/// skeleton that lies in the mask: thin branches count as much as wide ones. 0 if only one of the masks is
/// empty; empty if both are. Source: Shit et al., CVPR 2021, eq. 1 to 3.
std::optional<double> centerline_dice(const Image<std::uint8_t>& mask, const Image<std::uint8_t>& truth);

/// The chance that a pixel of a vessel has a higher probability than a pixel of none, an equal one counted by
/// half: the area under the receiver operating characteristic. Empty if the truth has pixels of one kind
/// only, or a probability is NaN. Source: Hanley and McNeil, Radiology 143 (1982) 29.
std::optional<double> area_under_curve(const Image<float>& probability, const Image<std::uint8_t>& truth);

/// Distance in pixels that `part` of the border of either mask keeps from the border of the other, the larger
/// of the two; 1 is the Hausdorff distance, which one pixel decides. A border are the pixels of a mask of
/// whose four neighbours one is not of it, or outside the image. Quantiles are interpolated. Empty if either
/// mask is. Source: Huttenlocher et al., IEEE Trans. Pattern Anal. Mach. Intell. 15 (1993) 850, eq. 6.
/// \throws InvalidInput unless `part` is in 0..1.
std::optional<double> hausdorff_px(const Image<std::uint8_t>& mask, const Image<std::uint8_t>& truth,
                                   double part = 0.95);

/// How much of lines lies near other lines.
struct LineAgreement {
    std::optional<double> recall;  ///< part of the true lines near a found one; empty if there is no true one
    std::optional<double> precision;  ///< part of the found lines near a true one; empty if none was found
};

/// \param lines not 0 on lines that were found, one pixel wide, such as a `skeleton` or `draw_lines`
/// \param truth the true lines
/// \param tolerance_px as far as this is near, >= 0; distances are right within 2 %
/// \throws InvalidInput naming the tolerance if it is negative.
LineAgreement compare_lines(const Image<std::uint8_t>& lines, const Image<std::uint8_t>& truth,
                            double tolerance_px = 3.0);

/// 255 on every pixel that one of the curves runs through; what lies outside the image is left out, as are
/// points that were not found.
Image<std::uint8_t> draw_lines(std::span<const Polyline> lines_px, int width, int height);

/// A narrowing as somebody's program reports it.
struct FoundLesion {
    Point at_px;  ///< where the lumen is narrowest
    std::optional<double> percent_diameter_stenosis, mld_mm, reference_mm, length_mm;
    std::optional<Interval> mld_ci95_mm;
};

/// A narrowing as it is.
struct TrueLesion {
    Point at_px;
    double percent_diameter_stenosis = 0.0, mld_mm = 0.0, reference_mm = 0.0, length_mm = 0.0;
};

struct LesionMatchOptions {
    double radius_mm = 3.0;    ///< a lesion that was found is near a true one from less than this, > 0 ...
    double length_part = 0.6;  ///< ... or from less than this part of the true one's length; >= 0

    /// \throws InvalidInput naming the field and its value.
    void validate() const;
};

struct LesionMatches {
    /// For each true lesion the index of the severest that was found near it; of equal ones the first.
    std::vector<std::optional<std::size_t>> found_of_truth;
    std::vector<std::size_t> false_positives;  ///< what was found near no true lesion
};

/// Who found which lesion. What was found without a percent diameter is not looked at. One that lies near
/// several true lesions may stand for each.
/// \param mm_per_px size of a pixel, > 0
/// \throws InvalidInput naming what is out of range.
LesionMatches match_lesions(std::span<const FoundLesion> found, std::span<const TrueLesion> truth,
                            double mm_per_px, const LesionMatchOptions& options = {});

/// Lesions against regions that a person has drawn around the true ones.
struct RegionMatches {
    std::size_t regions = 0;        ///< connected parts of the truth, also over corners
    std::size_t regions_found = 0;  ///< with a lesion in the region or within the tolerance in x and in y
    std::size_t lesions = 0;
    std::size_t lesions_in_regions = 0;  ///< in a region or within the tolerance of one
};

/// \param at_px where lesions were found; places outside the image count as at its border
/// \param regions not 0 in them
/// \param tolerance_px >= 0
/// \throws InvalidInput if the tolerance is negative, or a place is not finite.
RegionMatches match_regions(std::span<const Point> at_px, const Image<std::uint8_t>& regions,
                            int tolerance_px = 8);

/// Errors, measured minus true.
struct ErrorStatistics {
    std::size_t count = 0;
    std::optional<double> bias;           ///< mean; empty without errors
    std::optional<double> sd;             ///< with count - 1; empty for fewer than two
    std::optional<double> mean_absolute;  ///< mean of the sizes
    std::optional<double> worst;          ///< largest size
};

ErrorStatistics error_statistics(std::span<const double> errors);

}  // namespace stenometry

STENOMETRY_EXPORT_END
