#include "stenometry/vessel_tree.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <opencv2/imgproc.hpp>
#include <string>

#include "centerline/ridge_line.h"
#include "core/distance.h"
#include "core/mat.h"
#include "core/parallel.h"
#include "core/require.h"
#include "core/same_size.h"
#include "stenometry/error.h"
#include "tree/skeleton_graph.h"
#include "tree/thinning.h"

namespace stenometry {

namespace {

/// The mask without holes of less than `max_area`: noise in the lumen would become a loop of two vessels.
Image<std::uint8_t> without_small_holes(const Image<std::uint8_t>& mask, double max_area) {
    Image<std::uint8_t> filled = mask.clone();
    if (filled.empty()) return filled;
    std::vector<std::vector<cv::Point>> outlines;
    std::vector<cv::Vec4i> family;
    cv::findContours(as_mat(mask), outlines, family, cv::RETR_CCOMP, cv::CHAIN_APPROX_NONE);
    cv::Mat target = as_mat(filled);
    for (std::size_t i = 0; i < outlines.size(); ++i) {
        const bool is_hole = family[i][3] >= 0;
        // The outline runs on the pixels around the hole, so that its area is that of the hole or more.
        if (is_hole && cv::contourArea(outlines[i]) <= max_area)
            cv::drawContours(target, outlines, static_cast<int>(i), cv::Scalar(255), cv::FILLED);
    }
    return filled;
}

/// Replaces the tip of the line, its first points, by a straight way to the edge of the mask. The skeleton
/// stops a radius short of the edge, and what remains of a fork in the last radius points to a corner of the
/// mask.
void straighten_tip(Polyline& line, const Image<float>& depth) {
    const double whole = length(line);
    const Polyline head = slice(line, 0.0, 20.0);
    double radius = 0.0;
    for (const Point p : head) radius = std::max(radius, mask_radius(depth, p));
    const double cut = std::min(radius, 0.3 * whole);
    const Polyline base = slice(line, cut, cut + std::max(6.0, 2.0 * radius));
    if (base.size() < 2) return;
    const Point out = base.front() - base.back();
    const Point step = (0.5 / std::max(norm(out), 1e-9)) * out;
    const auto limit = static_cast<int>(4.0 * (radius + 1.0));
    Polyline tip;
    for (Point p = base.front() + step; std::ssize(tip) < limit && is_lumen(depth, p); p = p + step)
        tip.push_back(p);
    line = slice(line, cut, whole);
    line.insert(line.begin(), tip.rbegin(), tip.rend());
}

/// Moves a branch to the crest of the ridge response, which knows the middle to a fraction of a pixel; the
/// mask does not.
void refine(VesselTree::Branch& branch, bool from_is_end, bool to_is_end, const Image<float>& depth,
            const Vesselness& vesselness, const CenterlineOptions& options) {
    Polyline& line = branch.points_px;
    if (from_is_end) straighten_tip(line, depth);
    std::reverse(line.begin(), line.end());
    if (to_is_end) straighten_tip(line, depth);
    std::reverse(line.begin(), line.end());
    line = refine_on_ridge({vesselness.response, vesselness.scale_px}, line,
                           {.step_px = options.step_px,
                            .smoothing_px = options.smoothing_px,
                            .keep_first = !from_is_end,
                            .keep_last = !to_is_end});
    for (const Point p : line) branch.radius_px.push_back(mask_radius(depth, p));
    branch.length_px = length(line);
}

void refine_branches(VesselTree& tree, const Image<float>& depth, const Vesselness& vesselness,
                     const CenterlineOptions& options) {
    const auto is_end = [&tree](int node) {
        return tree.nodes[static_cast<std::size_t>(node)].branches.size() == 1;
    };
    parallel_for(std::size_t{0}, tree.branches.size(), [&](std::size_t i) {
        VesselTree::Branch& branch = tree.branches[i];
        refine(branch, is_end(branch.from), is_end(branch.to), depth, vesselness, options);
    });
    for (const VesselTree::Branch& branch : tree.branches) {
        if (is_end(branch.from))
            tree.nodes[static_cast<std::size_t>(branch.from)].at_px = branch.points_px.front();
        if (is_end(branch.to))
            tree.nodes[static_cast<std::size_t>(branch.to)].at_px = branch.points_px.back();
    }
}

/// Whether a pixel of `image` within `reach` of `p` is set.
bool touches(const Image<std::uint8_t>& image, Point p, double reach) {
    const int left = std::max(0, static_cast<int>(p.x - reach)), right = static_cast<int>(p.x + reach) + 1;
    const int top = std::max(0, static_cast<int>(p.y - reach)), bottom = static_cast<int>(p.y + reach) + 1;
    for (int y = top; y <= std::min(bottom, image.height() - 1); ++y)
        for (int x = left; x <= std::min(right, image.width() - 1); ++x)
            if (image(x, y) != 0 && distance(p, {static_cast<double>(x), static_cast<double>(y)}) <= reach)
                return true;
    return false;
}

}  // namespace

void VesselTreeOptions::validate() const {
    require_not_negative("tree.min_spur", min_spur);
    require_not_negative("tree.min_vessel", min_vessel);
    require_not_negative("tree.max_gap", max_gap);
}

VesselTree build_vessel_tree(const VesselMask& mask, const Vesselness& vesselness,
                             const VesselTreeOptions& options, const CenterlineOptions& centerline) {
    options.validate();
    centerline.validate();
    vesselness.validate();
    require_same_size(mask.mask, "the mask", vesselness.response, "the vesselness");
    const double min_spur = options.min_spur.in_px(mask.calibration);
    const double max_gap = options.max_gap.in_px(mask.calibration);
    const Image<std::uint8_t> lumen =
        without_small_holes(mask.mask, 0.25 * std::numbers::pi * min_spur * min_spur);
    const Image<float> depth = distance_to_background(lumen);
    TreeEditor editor(trace_skeleton(thin(lumen, depth)), depth);
    editor.prune(min_spur);
    editor.join_gaps(max_gap);
    // Half as far: the side of a vessel is easier to meet by chance than the end of one.
    editor.attach_ends(0.5 * max_gap);
    editor.merge_overlapping_nodes();
    VesselTree tree = editor.finish();
    refine_branches(tree, depth, vesselness, centerline);
    tree.keep_catheter = mask.keep_catheter;
    const double near_catheter =
        std::min(PhysicalLength{.mm = 3.0, .uncalibrated_px = 12.0}.in_px(mask.calibration),
                 double(lumen.width() + lumen.height()));
    for (VesselTree::Node& node : tree.nodes)
        node.at_catheter = touches(mask.catheter, node.at_px, near_catheter);
    return tree;
}

}  // namespace stenometry
