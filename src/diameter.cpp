#include "stenometry/diameter.h"
