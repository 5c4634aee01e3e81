#include "stenometry/viz/plot.h"
