#include "stenometry/pipeline.h"
