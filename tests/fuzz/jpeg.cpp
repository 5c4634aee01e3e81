#include "fuzz.h"
#include "io/dicom_tags.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    return stenometry::fuzz::decode_cells(stenometry::io::uid::jpeg_baseline, data, size);
}
