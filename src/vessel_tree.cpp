#include "stenometry/vessel_tree.h"
