#include "fuzz.h"
#include "io/dicom_data.h"
#include "io/dicom_meaning.h"

using namespace stenometry;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    return fuzz::read_or_refuse([&] {
        const io::DicomFile dicom =
            io::parse_dicom(io::InputFile("fuzz.dcm", std::string(fuzz::text_of(data, size))));
        constexpr int frames = 2;
        for (int frame = 0; frame < frames; ++frame) {
            const io::FrameAttributes attributes(dicom.data, frame);
            io::value_of_cells(attributes, {.bits_stored = 6, .high_bit = 6, .is_signed = frame == 1}, 8);
            io::intensity_of(attributes);
            io::calibration_of(attributes);
            io::acquisition_of(attributes, frames);
            io::valid_region_of(attributes, 24, 16);
        }
    });
}
