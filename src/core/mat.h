#pragma once

// OpenCV is what the stages compute with. This is the one place where they take the public view of an image
// as a matrix, so that there is one such view.
#include "stenometry/interop/opencv.h"

namespace stenometry {

using interop::as_mat;
using interop::from_mat;

}  // namespace stenometry
