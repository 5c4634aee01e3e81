#pragma once

#include <iosfwd>
#include <optional>
#include <string_view>
#include <vector>

#include "stenometry/calibration.h"
#include "stenometry/contour.h"
#include "stenometry/diameter.h"
#include "stenometry/estimate.h"
#include "stenometry/export.h"
#include "stenometry/lesion_location.h"
#include "stenometry/reference.h"

STENOMETRY_EXPORT_BEGIN

namespace stenometry {

/// The form of a widening.
enum class EctasiaShape {
    fusiform,  ///< longer than wide, both walls alike
    saccular,  ///< wider than long, or a bulge of one wall; see `EctasiaOptions`
};

/// What a widening of the lumen may be instead of an ectasia.
enum class EctasiaDoubt {
    none,
    vessel_end,    ///< it reaches the first or the last point: what lies behind is not seen
    no_neighbour,  ///< the lumen beside it is not healthy, or hardly narrower: nothing says how wide it
                   ///< should be
    bend,          ///< the vessel bends within its own width, and is seen foreshortened or cut obliquely
    junction,  ///< more vessels than one lead through the place: a bifurcation's mouth, a stump, a crossing
    darkness,  ///< it is not as dark as a round lumen of its width: several vessels, or a wrong wall
};

/// As the JSON report spells them, for example `saccular` and `junction`; `none` for no doubt.
std::string_view to_string(EctasiaShape shape);
std::string_view to_string(EctasiaDoubt doubt);

/// The doubt as part of a sentence for a person, for example `at a bifurcation or a crossing`.
std::string_view explain(EctasiaDoubt doubt);

struct EctasiaOptions {
    /// A lumen so many times as wide as its reference is an ectasia; > 1. A measured one counts as such from
    /// where the interval of 95 % holds this ratio. Source: Swaye et al., Circulation 67 (1983) 134.
    double min_ratio = 1.5;
    double border_percent = 10.0;      ///< it ends where it is wider by this part of the reference, 0..100
    double min_standard_errors = 3.0;  ///< a widening by fewer of its own standard errors is noise, >= 0
    double min_length = 1.0;           ///< a shorter widening is noise: in reference diameters, >= 0
    /// A widening of a smaller vessel is not looked at, as one of its neighbours may be measured with it. >=
    /// 0
    PhysicalLength min_reference{.mm = 1.5, .uncalibrated_px = 6.0};
    /// Saccular where the length is less than this part of the maximal diameter; > 0. The rule of wider than
    /// long: Kawsara et al., JACC Cardiovasc. Interv. 11 (2018) 1211.
    double saccular_below = 1.0;
    /// Saccular too where the wall that bulges less does it by less than this part of the other, 0..1. That a
    /// sac lies on one side is how pathologists describe it; the number is our own.
    double saccular_symmetry_below = 0.3;

    /// \throws InvalidInput naming the field and its value.
    void validate() const;
};

/// One widening of a vessel. Its numbers are in pixels as they were measured; the functions say them in mm,
/// with intervals.
struct Ectasia {
    int id = 0;                      ///< from 0 in the order of `Vessel::ectasias`
    std::size_t max_index = 0;       ///< where the lumen is widest, as an index into the profile
    std::size_t proximal_index = 0;  ///< first point of the widening
    std::size_t distal_index = 0;    ///< last point of the widening
    Point max_at_px;                 ///< on the centerline
    Point proximal_at_px;
    Point distal_at_px;

    double max_diameter_px = 0.0;
    std::optional<double> max_diameter_sd_px;  ///< its standard error
    double reference_px = 0.0;                 ///< reference diameter at the place of the maximum
    double reference_sd_px = 0.0;
    std::optional<double> ratio_sd;  ///< standard error of `ratio()`
    double length_px = 0.0;          ///< arc length between the borders
    double max_position_px = 0.0;    ///< arc length from the first point of the vessel to the maximum
    /// How far the walls bulge beyond the reference contour at the maximum, to the left and to the right when
    /// looking distally. Empty where there is not enough healthy vessel on both sides to bridge it.
    std::optional<double> bulge_left_px, bulge_right_px;
    /// The smaller bulge over the larger: 1 where both walls do alike, 0 where one wall does alone.
    std::optional<double> symmetry;
    EctasiaShape shape = EctasiaShape::fusiform;
    EctasiaDoubt doubt = EctasiaDoubt::none;
    LesionLocation location;  ///< of what `analyze` finds
    Calibration calibration;  ///< of the image: what millimetres rest on

    /// Whether it counts as an ectasia: nothing else explains it.
    bool is_ectasia() const { return doubt == EctasiaDoubt::none; }

    double ratio() const { return max_diameter_px / reference_px; }  ///< maximal over reference diameter

    // In mm empty where the size of a pixel is unknown; standard errors there have that of the size in them.
    Estimate max_diameter_estimate_px() const;
    std::optional<Estimate> max_diameter_estimate_mm() const;
    Estimate reference_estimate_px() const;
    std::optional<Estimate> reference_estimate_mm() const;
    Estimate ratio_estimate() const;
    std::optional<double> length_mm() const;

    /// Probability that the lumen is truly `ratio` or more times as wide as its reference. Empty without a
    /// standard error.
    std::optional<double> probability_at_least(double ratio) const;
};

/// Every widening of one vessel that may be an ectasia, proximal first. What the profile alone tells to be
/// doubtful is marked: at an end of the vessel, or without healthy lumen beside it.
/// \param calibration `Frame::sized_calibration`
/// \pre the arrays of `profile` and `reference` are as long as the centerline's points.
/// \throws InvalidInput if that is violated or an option is out of range.
std::vector<Ectasia> find_ectasias(const VesselContour& contour, const DiameterProfile& profile,
                                   const ReferenceProfile& reference, const Calibration& calibration,
                                   const EctasiaOptions& options = {});

/// One line for a person: place, maximal diameter and ratio with their intervals of 95 %, length and shape.
std::ostream& operator<<(std::ostream& out, const Ectasia& ectasia);

}  // namespace stenometry

STENOMETRY_EXPORT_END
