#include "network/onnx.h"

#include "fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    stenometry::read_onnx_interface(stenometry::fuzz::text_of(data, size));
    return 0;
}
