#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "stenometry/export.h"
#include "stenometry/pipeline.h"

STENOMETRY_EXPORT_BEGIN

namespace stenometry {

/// What a catheter holds while it is imaged.
enum class CatheterContents {
    contrast,  ///< contrast medium: the lumen absorbs, and the wall around it somewhat less
    empty,     ///< saline or blood: the wall alone absorbs
};

/// The contents as the JSON report spells them, for example `contrast`.
std::string_view to_string(CatheterContents contents);

/// A catheter as its maker describes it.
struct KnownCatheter {
    /// Outer diameter in mm, > 0: the maker's mean of measured catheters, not the nominal size in French.
    /// Single catheters differ from it by 0.02 to 0.03 mm, 1 % (2104 catheters, PubMed 7834729).
    double outer_diameter_mm = 0.0;
    double relative_sd = 0.01;  ///< standard error of that, as a fraction, >= 0
    CatheterContents contents = CatheterContents::contrast;
    /// Diameter of the lumen in mm, > 0 and below the outer one. Absent: `usual_inner_ratio` of the outer
    /// one.
    std::optional<double> inner_diameter_mm;

    /// Inner over outer diameter of guide catheters of 5 to 8 French, after their makers' labels (1.47 mm
    /// in 1.67 to 2.29 mm in 2.67). Diagnostic catheters have thicker walls, about 0.7: give
    /// `inner_diameter_mm` for them.
    static constexpr double usual_inner_ratio = 0.88;

    /// A catheter of the nominal size in French, thirds of a millimetre. As sizes are rounded to half a
    /// French, evenly spread errors of a quarter French remain: 0.048 mm.
    /// \throws InvalidInput unless `french` is positive and finite.
    static KnownCatheter of_french(double french);

    /// \throws InvalidInput naming the field and its value.
    void validate() const;
};

/// Which part of a catheter serves, and what is not known about it. Fractions are of the diameter.
struct CatheterCalibrationOptions {
    double min_length_mm = 10.0;       ///< of wall that serves, > 0: a centimetre is core laboratories' rule
    double min_bend_radius = 6.0;      ///< a tighter bend is left out, in outer diameters, > 0
    double max_taper = 0.04;           ///< change over the length that serves: more is a taper, > 0
    double max_standard_error = 0.03;  ///< of the mean diameter: more is noise, > 0

    /// Attenuation of the wall over that of the contrast medium, >= 0. No image tells it: a wall that hardly
    /// absorbs looks like a smaller catheter. Published readings of filled catheters lie from -15 % (the wall
    /// is not seen) over -4 % to +1 % of the outer diameter (the wall is as dense as the medium); this value
    /// and its error cover them. Source: repub.eur.nl/pub/60196; Tadehara et al., Invest Radiol 2001.
    double wall_opacity = 0.7;
    double wall_opacity_sd = 0.35;  ///< standard error of `wall_opacity`, >= 0
    /// Standard error of inner over outer diameter where the inner one is not given, >= 0.
    double inner_ratio_sd = 0.03;
    /// How far vessels lie nearer to the X-ray source than the catheter or further from it, standard
    /// deviation, >= 0. 15 mm change the magnification by 2 %; the catheter cannot tell it.
    double depth_sd_mm = 15.0;

    /// \throws InvalidInput naming the field and its value.
    void validate() const;
};

/// How large a pixel is, by the width of a catheter.
struct CatheterCalibration {
    Calibration calibration;         ///< source `catheter`; unknown with a reason
    KnownCatheter catheter;          ///< what was assumed
    double mean_diameter_px = 0.0;   ///< of the stretch that served, as vessels are measured
    double standard_error_px = 0.0;  ///< of that mean; includes what few independent places leave open
    double apparent_ratio = 1.0;     ///< how wide this catheter appears, over a vessel of its outer diameter
    double apparent_ratio_sd = 0.0;  ///< standard error of that
    double length_mm = 0.0;          ///< of the stretch that served
    VesselContour contour;           ///< the walls found; empty where there were none
    std::vector<bool> used;          ///< which of the contour's points served
    Unmeasurable reason = Unmeasurable::none;  ///< why there is no calibration
};

/// The size of a pixel by a catheter that runs through `points`, from two on.
///
/// The catheter is measured by `detect_contour` and `measure_diameter` with the options that vessels are
/// measured with, so that what these get wrong by a fraction cancels. Places within a diameter of either end,
/// in bends, and where the width leaves its level are left out. A vessel is a cylinder full of contrast; a
/// catheter is not: its wall absorbs less than its lumen, or alone. So a catheter and a vessel of one outer
/// diameter are drawn with the image's blur and measured in the same way, and the ratio of the two readings
/// corrects the mean. Filled catheters are the better choice: their ratio is about 0.97 whatever the blur,
/// that of empty ones 1.03 to 1.2, as blur makes thin walls wider.
///
/// A uniform wall is assumed. Real ones are layered, and a clear jacket makes an empty catheter appear
/// smaller than that: published readings of empty ones, not corrected, lie from -12 % to +4 % of the outer
/// diameter (sources at `wall_opacity`). The corrections are tested on rendered catheters, not on real ones.
/// Where the wall of an empty catheter hardly stands out of the noise, the mean is up to 5 % too wide before
/// it is refused.
///
/// A filled catheter is followed from point to point like a vessel; an empty one, which has no ridge in its
/// middle, is looked for along straight lines between the points.
///
/// `relative_sd` of the calibration holds the standard error of the mean diameter, of the catheter's size, of
/// the ratio, and of the depth. Reasons: `point_off_vessel`, `no_path`, `edges_lost`, `catheter_too_short`,
/// `catheter_tapered`, `catheter_too_noisy`.
/// \throws InvalidInput if the frame, the catheter or an option is invalid, a point lies outside the image,
/// or there are fewer than two.
CatheterCalibration calibrate_by_catheter(const Frame& frame, std::span<const Point> points,
                                          const KnownCatheter& catheter, const AnalysisOptions& stages = {},
                                          const CatheterCalibrationOptions& options = {});

/// The same by the guide catheter that `segment` recognises; `no_catheter` if there is none.
/// \throws InvalidInput if the frame, the catheter or an option is invalid.
CatheterCalibration calibrate_by_catheter(const Frame& frame, const KnownCatheter& catheter,
                                          const AnalysisOptions& stages = {},
                                          const CatheterCalibrationOptions& options = {});

}  // namespace stenometry

STENOMETRY_EXPORT_END
