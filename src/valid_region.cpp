#include "stenometry/valid_region.h"
