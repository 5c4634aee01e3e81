#pragma once

#include <string_view>
#include <vector>

#include "stenometry/contour.h"
#include "stenometry/export.h"

STENOMETRY_EXPORT_BEGIN

namespace stenometry {

/// How pixels become the diameter of a lumen.
enum class DiameterMethod {
    /// A round lumen of contrast medium as X-rays see it, fitted to the pixels along the whole vessel at
    /// once: radius and axis vary smoothly; attenuation, blur and the curvature of the grey scale are common
    /// to all of it; the background is a random field whose covariance is measured beside the vessel. The
    /// walls of the contour are only where the fit starts.
    /// Source of the model: Pappas and Lim, IEEE Trans. ASSP 36 (1988) 1501.
    physics,
    /// The distance of the walls, turned into the diameter of the cylinder that a blur of the contour's
    /// size shows so wide. Where the lumen is too narrow for that, its loss of intensity counts as well: a
    /// narrow lumen is taken to be round and to hold the contrast of the wide parts of the same vessel.
    /// Sources: Hoffmann et al., Med. Phys. 29 (2002) 1622, of the bias; Reiber et al., Circulation 71 (1985)
    /// 280, of the densitometric part.
    contour,
};

/// The method as the JSON report spells it, for example `physics`.
std::string_view to_string(DiameterMethod method);

struct DiameterOptions {
    DiameterMethod method = DiameterMethod::physics;
    /// For `contour`: sigma of the averaging along the vessel, >= 0. It fills the throat of a 5 mm long
    /// lesion by less than 0.1 mm.
    PhysicalLength smoothing{.mm = 0.4, .uncalibrated_px = 2.0};
    /// For `physics`: contrast, blur and grey scale are taken to be the same over so much of a vessel, > 0.
    PhysicalLength window{.mm = 40.0, .uncalibrated_px = 160.0};
    /// For `physics`: where the fit leaves more than this of the image, as a mean square in units of noise
    /// and texture, the contour method takes over, > 1.
    double max_misfit = 2.0;

    /// \throws InvalidInput naming the field and its value.
    void validate() const;
};

/// Lumen diameter along one vessel from proximal to distal. All arrays are as long as the centerline.
struct DiameterProfile {
    std::vector<double> position_px;  ///< arc length from the first centerline point
    /// NaN where the walls were not found. Where it is less than its standard error, the lumen is not
    /// significantly open; reports have no number there.
    std::vector<double> diameter_px;
    std::vector<double> sd_px;  ///< standard error of the diameter
    /// Densitometric cross-section: the attenuation integrated across the lumen over that of the contrast
    /// medium per pixel. It takes the lumen for no particular shape. NaN where unknown; empty where no wall
    /// was found at all.
    std::vector<double> area_px2;
    Polyline axis_px;  ///< the lumen's axis, where the method finds it; empty otherwise
    /// Posterior samples: profiles as likely as `diameter_px`, with errors that are correlated along it.
    /// Their spread is the standard error of whatever is computed from a profile. Empty for `contour`.
    std::vector<std::vector<double>> samples_px;
    /// How deep the lumen is along the beam over how wide it is, as `physics` finds it: 1 where the image does
    /// not say otherwise, less for a flat lumen, for diluted contrast and where a branch leaves, more under
    /// another vessel. Empty for `contour`.
    std::vector<double> depth_ratio;
    std::vector<double> depth_ratio_sd;  ///< relative standard error of `depth_ratio`
    double along_px = 0.0;               ///< standard deviation of the averaging along the vessel
    double blur_px = 0.0;  ///< standard deviation of the image's blur as `physics` found it; 0 for `contour`
    /// Mean square of what `physics` left of the image, in units of noise and texture: 0.3 to 1 if nothing
    /// but these, the less the longer the texture is; 0 if it was not asked or found nothing.
    double misfit = 0.0;
    DiameterMethod method = DiameterMethod::contour;  ///< what was used in the end
};

/// Diameter of the lumen at every point of the contour's centerline. Where the fit of `physics` finds
/// nothing or does not describe the image, the profile is that of `contour`, and says so.
/// \throws InvalidInput if an option is out of range.
DiameterProfile measure_diameter(const Frame& frame, const VesselContour& contour,
                                 const DiameterOptions& options = {});

/// The contour with its walls moved so that they enclose the measured diameters: about the lumen's axis where
/// it was found, which then is the centerline, about their own middle otherwise.
VesselContour fit_walls(VesselContour contour, const DiameterProfile& profile);

}  // namespace stenometry

STENOMETRY_EXPORT_END
