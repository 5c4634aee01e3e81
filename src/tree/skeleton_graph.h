#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "stenometry/image.h"
#include "stenometry/vessel_tree.h"

namespace stenometry {

/// The graph of a skeleton's pixels: pixels that touch where more than two ways meet make one node, and so
/// does the tip of a line; a ring without either has a node at its first pixel. Points are the pixels'
/// centres; radii are not set.
VesselTree trace_skeleton(const Image<std::uint8_t>& skeleton);

/// Takes a tree apart and puts it together, keeping its indices consistent. Radii are those of the mask,
/// whose distance to the background is `depth`.
class TreeEditor {
  public:
    TreeEditor(VesselTree tree, const Image<float>& depth);

    /// Removes dead ends that reach less than `min_reach` beyond the wall of the vessel they leave, and
    /// single pieces of less than that length, the shortest first; what a removed one leaves behind as one
    /// way becomes one branch.
    void prune(double min_reach);

    /// Makes one node of bifurcations whose lumens overlap, as where one vessel crosses another.
    void merge_overlapping_nodes();

    /// Joins dead ends that face each other over at most `max_gap` of background, the straightest and nearest
    /// first.
    void join_gaps(double max_gap);

    /// Leads dead ends that point to the side of another vessel over at most `max_gap` of background into it.
    void attach_ends(double max_gap);

    /// The tree without what was removed.
    VesselTree finish() const;

  private:
    /// A dead end.
    struct Tip {
        int node, branch;
        Point at, out;
        double radius, length;
    };
    /// A place on a branch.
    struct Landing {
        int branch;
        CurvePoint on;
    };

    /// A way from one dead end to another.
    struct Bridge {
        double cost;
        int a, b;
    };

    bool removed(int branch) const { return tree_.branches[static_cast<std::size_t>(branch)].from < 0; }
    bool is_end(int node) const { return tree_.nodes[static_cast<std::size_t>(node)].branches.size() == 1; }
    double radius_at(Point p) const;
    bool is_dead_end(int branch) const;
    double reach_beyond_wall(int branch) const;
    std::vector<Bridge> possible_bridges(double max_gap) const;
    Tip tip_at(int node) const;
    std::optional<Landing> land(const Tip& tip, double max_gap) const;
    std::optional<Landing> vessel_around(Point p, int own) const;
    int node_on(const Landing& landing);
    void add_bridge(int from, int to);
    void detach(int branch);
    void remove(int branch);
    void dissolve_if_passed_through(int node);
    void merge_nodes(int branch);

    VesselTree tree_;
    const Image<float>& depth_;
};

/// Lumen radius at `p`: the distance to the nearest background pixel's centre less what that lies beyond the
/// edge, half a pixel where the edge follows the rows and almost none where it is slanted. 0 outside the
/// mask.
double mask_radius(const Image<float>& depth, Point p);

/// Whether the pixel around `p` is of the mask.
bool is_lumen(const Image<float>& depth, Point p);

}  // namespace stenometry
