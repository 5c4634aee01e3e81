#include "stenometry/vesselness.h"
