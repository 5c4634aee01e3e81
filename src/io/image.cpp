#include "stenometry/io/image.h"
