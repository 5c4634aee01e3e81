#include "stenometry/viz/overlay.h"
