#include "stenometry/stenosis.h"
