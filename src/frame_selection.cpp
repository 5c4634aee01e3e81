#include "stenometry/frame_selection.h"
