#include "stenometry/reference.h"
