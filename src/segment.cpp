#include "stenometry/segment.h"
