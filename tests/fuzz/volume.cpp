#include "io/volume.h"

#include <algorithm>

#include "fuzz.h"

using namespace stenometry;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string bytes(fuzz::text_of(data, size));
    if (!io::looks_like_volume(bytes)) return 0;
    return fuzz::read_or_refuse([&] {
        io::volume_full_scale(io::InputFile("fuzz.volume", bytes));
        const auto cine = io::open_volume(io::InputFile("fuzz.volume", bytes));
        for (int frame = std::min(cine->frame_count(), 3) - 1; frame >= 0; --frame) cine->read(frame);
    });
}
