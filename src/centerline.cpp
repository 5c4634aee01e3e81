#include "stenometry/centerline.h"
