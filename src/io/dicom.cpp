#include "stenometry/io/dicom.h"
