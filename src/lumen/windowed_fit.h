#pragma once

#include "lumen/lumen_fit.h"

namespace stenometry {

/// The fit of `fit_lumen` in windows along the vessel, each with an attenuation, blur and grey scale of its
/// own, put together where they overlap.
///
/// What a whole vessel is taken to have in common, a real one has only nearby: contrast medium is diluted
/// downstream, the beam hardens, other structures lie over it. A place that takes less from the X-rays than
/// the vessel elsewhere would have to be narrow; and the same pixels would give another diameter in a longer
/// vessel. A window is long enough to hold a lesion and healthy lumen beside it. \param window_px length of a
/// window; a vessel of less than one and a half is fitted as one
LumenFit fit_lumen_in_windows(const Frame& frame, const Polyline& line, const std::vector<double>& radius_px,
                              double blur_px, double window_px);

}  // namespace stenometry
