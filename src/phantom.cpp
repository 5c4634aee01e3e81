#include "stenometry/phantom.h"
