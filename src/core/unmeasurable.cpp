#include "stenometry/unmeasurable.h"

namespace stenometry {

std::string_view to_string(Unmeasurable reason) {
    switch (reason) {
        case Unmeasurable::none:
            return "none";
        case Unmeasurable::no_vessel:
            return "no_vessel";
        case Unmeasurable::point_off_vessel:
            return "point_off_vessel";
        case Unmeasurable::no_path:
            return "no_path";
        case Unmeasurable::vessel_too_short:
            return "vessel_too_short";
        case Unmeasurable::edges_lost:
            return "edges_lost";
        case Unmeasurable::no_healthy_segment:
            return "no_healthy_segment";
        case Unmeasurable::lumen_not_seen:
            return "lumen_not_seen";
        case Unmeasurable::total_occlusion:
            return "total_occlusion";
        case Unmeasurable::no_catheter:
            return "no_catheter";
        case Unmeasurable::catheter_too_short:
            return "catheter_too_short";
        case Unmeasurable::catheter_tapered:
            return "catheter_tapered";
        case Unmeasurable::catheter_too_noisy:
            return "catheter_too_noisy";
    }
    return "none";
}

std::string_view explain(Unmeasurable reason) {
    switch (reason) {
        case Unmeasurable::none:
            return "it was measured";
        case Unmeasurable::no_vessel:
            return "no filled artery: nothing in the frame looks like a contrast-filled vessel";
        case Unmeasurable::point_off_vessel:
            return "a given point lies on no vessel";
        case Unmeasurable::no_path:
            return "no vessel leads from one given point to the next";
        case Unmeasurable::vessel_too_short:
            return "the vessel is too short to estimate a reference diameter from";
        case Unmeasurable::edges_lost:
            return "the walls could not be told from the background";
        case Unmeasurable::no_healthy_segment:
            return "no part of the vessel can serve as reference";
        case Unmeasurable::lumen_not_seen:
            return "the lumen is too faint to tell whether it is narrow or closed";
        case Unmeasurable::total_occlusion:
            return "the contrast ends and begins again: there is no lumen to measure";
        case Unmeasurable::no_catheter:
            return "no catheter was recognised";
        case Unmeasurable::catheter_too_short:
            return "too little of the catheter is straight and away from its ends";
        case Unmeasurable::catheter_tapered:
            return "the catheter changes its width all along";
        case Unmeasurable::catheter_too_noisy:
            return "the width of the catheter spreads too much to be a measure";
    }
    return "it was measured";
}

}  // namespace stenometry
