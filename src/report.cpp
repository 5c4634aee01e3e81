#include "stenometry/report.h"
