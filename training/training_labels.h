#pragma once

#include "stenometry/cath_lab_phantom.h"

/// What a network is to learn of a rendered scene.
namespace stenometry::training {

/// Beside the values of `phantom::PixelLabel`: no lesson is drawn from this pixel.
inline constexpr std::uint8_t ignored = 255;

/// Labels of a frame. An artery is as wide as annotators draw it, and there where it can be seen; thin
/// arteries are background, and ignored where one may or may not see them.
Image<std::uint8_t> labels_of(const phantom::CathLabPhantom& frame);

}  // namespace stenometry::training
