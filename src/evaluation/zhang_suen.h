#pragma once

#include <cstdint>

#include "stenometry/image.h"

namespace stenometry {

/// The skeleton on which published values of clDice rest: Zhang and Suen, Commun. ACM 27 (1984) 236. 255 on
/// it.
Image<std::uint8_t> zhang_suen_skeleton(const Image<std::uint8_t>& mask);

}  // namespace stenometry
