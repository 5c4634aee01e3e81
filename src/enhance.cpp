#include "stenometry/enhance.h"
