#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "stenometry/centerline.h"
#include "stenometry/export.h"
#include "stenometry/segment.h"

STENOMETRY_EXPORT_BEGIN

namespace stenometry {

struct VesselTreeOptions {
    /// Dead ends shorter than this beyond the wall go, >= 0.
    PhysicalLength min_spur{.mm = 2.0, .uncalibrated_px = 8.0};
    /// Shorter vessels are not listed by `trace_vessels`, >= 0.
    PhysicalLength min_vessel{.mm = 10.0, .uncalibrated_px = 40.0};
    /// Ends that face each other over less are joined, >= 0.
    PhysicalLength max_gap{.mm = 10.0, .uncalibrated_px = 40.0};

    /// \throws InvalidInput naming the field and its value.
    void validate() const;
};

/// Branches of the coronary tree and where they meet.
struct VesselTree {
    /// An end of the tree or a bifurcation.
    struct Node {
        Point at_px;
        /// Indices of the branches that end here: 1 for an end, 3 or more for a bifurcation, twice the same
        /// one where a vessel closes to a ring.
        std::vector<int> branches;
        bool at_catheter = false;  ///< whether the catheter begins here: contrast comes in from there
    };
    /// A piece of vessel between two nodes.
    struct Branch {
        int from = -1;                  ///< index of the node at the first point
        int to = -1;                    ///< index of the node at the last point
        Polyline points_px;             ///< sub-pixel centerline
        std::vector<double> radius_px;  ///< distance to the edge of the mask, one per point
        double length_px = 0.0;
    };
    std::vector<Node> nodes;
    std::vector<Branch> branches;
    bool keep_catheter = false;  ///< as of the mask: whether `vessels` lists a catheter like any vessel
};

/// Skeleton of the mask with its spurs removed, as a graph of sub-pixel branches.
/// \throws InvalidInput if an option is out of range or the images differ in size.
VesselTree build_vessel_tree(const VesselMask& mask, const Vesselness& vesselness,
                             const VesselTreeOptions& options = {}, const CenterlineOptions& centerline = {});

/// One vessel of a tree, and what it leaves.
struct TracedVessel {
    Centerline centerline;
    /// Index of the vessel that it leaves, among those that are listed with it. None where contrast comes in,
    /// where it only crosses others, and where the vessel that it leaves is not listed.
    std::optional<std::size_t> parent;
    int node = -1;  ///< index of the node of the tree at which it begins
};

/// The vessels a cardiologist would follow: at every bifurcation the straighter and wider branch goes on, the
/// other begins a vessel of its own. Each runs from its wide to its narrow end; longest and widest first.
/// \throws InvalidInput if an option is out of range.
std::vector<TracedVessel> trace_vessels(const VesselTree& tree, const Vesselness& vesselness,
                                        const VesselTreeOptions& options = {},
                                        const CenterlineOptions& centerline = {});

}  // namespace stenometry

STENOMETRY_EXPORT_END
