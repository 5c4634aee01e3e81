#include "stenometry/io/cine.h"
