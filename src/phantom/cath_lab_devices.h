#pragma once

#include "phantom/coronary_tree.h"
#include "phantom/random.h"

/// What lies in and on a patient in a catheterization laboratory, at random places.
namespace stenometry::phantom {

using SpatialTubes = std::vector<SpatialTube>;

/// A solid device of one diameter along a line.
SpatialTube device(std::string name, Line3 line, double diameter_mm, double attenuation_per_mm);

/// A guide catheter of 4 to 8 French whose tip lies in the ostium of `artery`.
/// \param concentration of the medium in it; 0 where it holds blood.
SpatialTube guide_catheter(Random& random, const HeartSurface& heart, const SpatialTube& artery,
                           double concentration);

/// A guide wire through the catheter into the artery: a faint shaft and a tip that shows.
SpatialTubes guide_wire(Random& random, const SpatialTube& catheter, const SpatialTube& artery);

/// A lead of a pacemaker from the upper border of the picture to the apex of the right ventricle or the
/// atrium.
SpatialTubes pacing_lead(Random& random, const HeartSurface& heart);

/// Wires that hold a divided sternum together, in a row.
SpatialTubes sternal_wires(Random& random);

/// Clips of a bypass operation.
SpatialTubes surgical_clips(Random& random);

/// Electrodes on the skin with their cables.
SpatialTubes electrodes(Random& random);

/// Vessels of the lung, which fork many times and are faint.
SpatialTubes lung_vessels(Random& random);

}  // namespace stenometry::phantom
