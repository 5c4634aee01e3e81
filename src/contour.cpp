#include "stenometry/contour.h"
