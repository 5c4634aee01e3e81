#include "fuzz.h"
#include "io/still.h"

using namespace stenometry;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string bytes(fuzz::text_of(data, size));
    const std::string format = io::still_format(bytes);
    if (format.empty()) return 0;
    return fuzz::read_or_refuse([&] {
        const io::InputFile file("fuzz.image", bytes);
        for (const std::uint64_t page : io::still_pages(file, format)) io::read_still(file, format, page);
        io::still_full_scale(file, format);
    });
}
