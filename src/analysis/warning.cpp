#include "stenometry/warning.h"

#include <cassert>

namespace stenometry {

std::string_view to_string(WarningCode code) {
    switch (code) {
        case WarningCode::no_calibration:
            return "no_calibration";
        case WarningCode::spacing_at_detector:
            return "spacing_at_detector";
        case WarningCode::inverted:
            return "inverted";
        case WarningCode::not_measured:
            return "not_measured";
        case WarningCode::no_vessel:
            return "no_vessel";
        case WarningCode::point_off_vessel:
            return "point_off_vessel";
        case WarningCode::no_path:
            return "no_path";
        case WarningCode::vessel_too_short:
            return "vessel_too_short";
        case WarningCode::edges_lost:
            return "edges_lost";
        case WarningCode::no_healthy_segment:
            return "no_healthy_segment";
        case WarningCode::model_misfit:
            return "model_misfit";
        case WarningCode::diffuse_disease:
            return "diffuse_disease";
        case WarningCode::bifurcation_contradicts_law:
            return "bifurcation_contradicts_law";
        case WarningCode::narrow_origin:
            return "narrow_origin";
        case WarningCode::lumen_not_seen:
            return "lumen_not_seen";
        case WarningCode::total_occlusion:
            return "total_occlusion";
        case WarningCode::lumen_not_round:
            return "lumen_not_round";
        case WarningCode::overlap:
            return "overlap";
    }
    return "";
}

WarningCode warning_code(Unmeasurable reason) {
    switch (reason) {
        case Unmeasurable::no_vessel:
            return WarningCode::no_vessel;
        case Unmeasurable::point_off_vessel:
            return WarningCode::point_off_vessel;
        case Unmeasurable::no_path:
            return WarningCode::no_path;
        case Unmeasurable::vessel_too_short:
            return WarningCode::vessel_too_short;
        case Unmeasurable::edges_lost:
            return WarningCode::edges_lost;
        case Unmeasurable::no_healthy_segment:
            return WarningCode::no_healthy_segment;
        case Unmeasurable::lumen_not_seen:
            return WarningCode::lumen_not_seen;
        case Unmeasurable::total_occlusion:
            return WarningCode::total_occlusion;
        case Unmeasurable::none:
        case Unmeasurable::no_catheter:
        case Unmeasurable::catheter_too_short:
        case Unmeasurable::catheter_tapered:
        case Unmeasurable::catheter_too_noisy:
            break;
    }
    assert(false);
    return WarningCode::no_vessel;
}

}  // namespace stenometry
