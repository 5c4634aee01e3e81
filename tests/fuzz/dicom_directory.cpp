#include "io/dicom_directory.h"

#include "fuzz.h"

using namespace stenometry;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    return fuzz::read_or_refuse([&] {
        const io::DicomFile dicom =
            io::parse_dicom(io::InputFile("DICOMDIR", std::string(fuzz::text_of(data, size))));
        if (!io::is_directory(dicom.data)) return;
        const std::filesystem::path folder = "/nowhere";
        const auto images = io::listed_images(dicom.data, folder / "DICOMDIR");
        for (const io::ListedImage& image : images)
            if (image.file.lexically_relative(folder).string().starts_with("..")) std::abort();
        io::directory_advice(images);
    });
}
