#pragma once

#include <vector>

#include "protocol.h"

/// How exactly the diameter of a round lumen can be known at all: the Cramér-Rao bound, from the image model
/// and from nothing of the library's estimators.
///
/// The model of one profile across the vessel: X-rays behind a background that is a straight line are
/// attenuated along the chord of a circle by Beer's law, blurred by a Gaussian and the focal spot's box,
/// integrated over the pixel, and joined by scatter; quanta arrive by Poisson's law, and the detector spreads
/// the signal of each. Diameter, centre, and level and slope of the background are free; blur, scatter and
/// noise are known.
namespace stenometry::accuracy {

struct ProfileModel {
    double mm_per_px = 0.2;
    double blur_mm = 0.12;        ///< standard deviation
    double focal_spot_mm = 0.15;  ///< width
    double attenuation_per_mm = 0.11;
    double scatter_fraction = 0.3;
    double quanta_per_px = 1500.0;      ///< behind no vessel
    double noise_correlation_px = 0.5;  ///< standard deviation of the spread of one quantum's signal
    double depth_ratio = 1.0;
    bool constant_noise = false;  ///< everywhere as behind no vessel, instead of Poisson's

    /// Standard deviation of the whole blur without the pixel.
    double total_blur_mm() const;
};

ProfileModel model_of(const Imaging& imaging);

/// Expected pixel values across a vessel whose axis lies `off_mm` from the middle pixel, of as many pixels as
/// cover `reach_mm` to either side, as a fraction of those behind no vessel.
std::vector<double> expected_profile(const ProfileModel& model, double diameter_mm, double off_mm,
                                     double reach_mm);

enum class Contrast {
    known,  ///< attenuation is known, as from a wide part of the same vessel
    free,   ///< attenuation is estimated with the diameter
};

/// Least standard deviation of the diameter from one profile, which is one pixel of the vessel's length.
/// Noise between neighbouring profiles is correlated by the detector; this is their share of a long stretch,
/// where only the spread across the vessel matters, so that the bound of N profiles is this over sqrt(N).
double profile_bound_mm(const ProfileModel& model, double diameter_mm, Contrast contrast);

/// The bound of a diameter that is the same over `length_mm`, from all profiles of that length.
double bound_mm(const ProfileModel& model, double diameter_mm, Contrast contrast, double length_mm);

/// The hard floor for a drilled channel: all of it but twice the blur at either end.
double channel_bound_mm(const ProfileModel& model, double diameter_mm, Contrast contrast, double length_mm);

}  // namespace stenometry::accuracy
