#include "stenometry/io/mask.h"

#include "fuzz.h"

using namespace stenometry;

/// The first byte is the number of the frame.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 1) return 0;
    const fuzz::MemoryFile file(fuzz::text_of(data + 1, size - 1));
    fuzz::read_or_refuse([&] { io::read_mask(file.path(), data[0] % 4); });
    return fuzz::read_or_refuse([&] { io::read_probability(file.path(), data[0] % 4); });
}
