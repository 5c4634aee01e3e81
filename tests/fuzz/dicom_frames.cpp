#include <algorithm>

#include "fuzz.h"
#include "io/dicom_cine.h"

using namespace stenometry;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    return fuzz::read_or_refuse([&] {
        const auto cine = io::open_dicom(io::InputFile("fuzz.dcm", std::string(fuzz::text_of(data, size))));
        for (int frame = std::min(cine->frame_count(), 3) - 1; frame >= 0; --frame) cine->read(frame);
    });
}
