#include "fuzz.h"
#include "stenometry/network.h"

using namespace stenometry;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const fuzz::MemoryFile file(fuzz::text_of(data, size));
    return fuzz::read_or_refuse([&] { read_network_settings(file.path()).validate(); });
}
