#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "stenometry/cath_lab_phantom.h"
#include "stenometry/export.h"

STENOMETRY_EXPORT_BEGIN

/// One artery before an angioplasty, with the balloon inflated, after it with a stent, and months later with
/// the tissue that grew into the stent. Each time it lies, beats and is exposed in another way.
namespace stenometry::phantom {

/// When an angiogram of the artery was taken.
enum class Visit { before, balloon, after, follow_up };

/// before, balloon, after, follow-up.
std::string_view to_string(Visit visit);

/// Where new tissue narrows the stent at follow-up. Source: Mehran et al., Circulation 100 (1999) 1872.
enum class Neointima {
    none,           ///< a thin layer, which narrows the artery by less than 40 %
    gap,            ///< IA: focal, where two stents leave a gap
    margin,         ///< IB: focal, at an end of the stent
    body,           ///< IC: focal, inside
    multifocal,     ///< ID: two focal ones
    diffuse,        ///< II: over 10 mm and more, inside
    proliferative,  ///< III: over 10 mm and more, beyond the stent's ends
    occluded,       ///< IV: no lumen is left
};

/// The class as trials spell it: none, IA, IB, IC, ID, II, III, IV.
std::string_view mehran_class(Neointima neointima);

struct AngioplastyOptions {
    CoronaryArtery artery = CoronaryArtery::left;
    std::optional<Neointima> neointima;    ///< empty: by chance
    int size_px = 512;                     ///< width and height of the image, 64..4096
    double mm_per_px = 0.2;                ///< > 0; visits differ by up to 6 %
    double min_percent_diameter = 50.0;    ///< of the lesion before, > 0
    double max_percent_diameter = 85.0;    ///< >= min_percent_diameter, < 100
    double turn_deg = 10.0;                ///< most by which the views of two visits differ, 0..90
    bool contrast_around_balloon = false;  ///< up to the balloon, which lets none pass
    bool stent_markers = false;            ///< radio-opaque, at the stent's ends

    /// \throws InvalidInput naming the field and its value.
    void validate() const;
};

/// What is true of a stretch of the artery in one visit. Places are arc lengths along the centerline as the
/// picture shows it, from the ostium.
struct SegmentTruth {
    double from_mm = 0.0;
    double to_mm = 0.0;
    double mld_mm = 0.0;     ///< minimal lumen diameter; 0 where the lumen is occluded
    double mld_at_mm = 0.0;  ///< its place; of an occlusion where it begins
    Point mld_px;
    double reference_mm = 0.0;      ///< diameter of the healthy artery there
    double percent_diameter = 0.0;  ///< 100 (1 - mld_mm / reference_mm)
    double mean_diameter_mm = 0.0;
};

/// What is true of one visit.
struct VisitTruth {
    /// Of each point of the artery's centerline. Point i is the same place of the wall in every visit.
    std::vector<double> arc_mm;
    /// Where the stent or the balloon begins and ends, or will, as a number of a point.
    std::size_t stent_from = 0, stent_to = 0;
    SegmentTruth in_stent;
    SegmentTruth proximal_edge;  ///< 5 mm before the stent, along the artery in space
    SegmentTruth distal_edge;    ///< 5 mm behind it
    SegmentTruth in_segment;     ///< the stent with both edges
};

/// One visit before it is rendered.
struct VisitScene {
    Visit visit = Visit::before;
    CathLabScene
        scene;  ///< may be changed but for its view, its tubes and its pixels' size, on which the truth rests
    VesselTruth artery;  ///< the treated one
    VisitTruth truth;
};

/// Changes of one segment's minimal lumen diameter from visit to visit.
struct GainTruth {
    double acute_gain_mm = 0.0;  ///< after less before
    double late_loss_mm = 0.0;   ///< after less follow-up
    double net_gain_mm = 0.0;    ///< follow-up less before
    double loss_index = 0.0;     ///< late loss over acute gain
};

struct Angioplasty {
    std::array<VisitScene, 4> visits;  ///< by `Visit`
    Neointima neointima = Neointima::none;
    double balloon_nominal_mm = 0.0;  ///< chart diameter of the balloon
    double balloon_mld_mm = 0.0;      ///< of the inflated balloon
    double recoil_mm = 0.0;  ///< balloon_mld_mm less the minimal lumen diameter in the stent after it
    GainTruth in_stent, in_segment;
    bool restenosis = false;  ///< in_segment narrowed by half or more at follow-up

    const VisitScene& at(Visit visit) const { return visits[static_cast<std::size_t>(visit)]; }
};

/// An artery as of `coronary_scene` that lies on a heart of 90 mm radius, its angioplasty and its follow-up,
/// by chance: one seed and options give one artery.
///
/// The beams are parallel, so that a millimetre of the artery is one of every frame's calibration.
/// \throws InvalidInput naming the field and its value.
Angioplasty angioplasty(std::uint64_t seed, const AngioplastyOptions& options = {});

/// Renders one visit: the first vessel of the result is the treated artery with its truth, and the frame
/// tells the C-arm's angles. \throws InvalidInput if the scene is invalid.
CathLabPhantom render(const VisitScene& visit);

/// The truth as JSON: name, mehran_class, restenosis, balloon, in_stent and in_segment (gains), and visits,
/// each with the fields of a phantom's truth (`truth_json`), visit, angles, and the arc lengths and segments
/// of `VisitTruth`. \param frames of `Angioplasty::visits`, rendered \param names of the frames' files
std::string truth_json(const Angioplasty& artery, const std::array<CathLabPhantom, 4>& frames,
                       const std::array<std::string, 4>& names, const std::string& name);

}  // namespace stenometry::phantom

STENOMETRY_EXPORT_END
