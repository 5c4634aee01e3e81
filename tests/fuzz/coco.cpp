#include "coco.h"

#include "failure.h"
#include "fuzz.h"

using namespace stenometry;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const fuzz::MemoryFile file(fuzz::text_of(data, size));
    try {
        const program::CocoAnnotations annotations = program::read_coco(file.path());
        for (const auto& entry : annotations.images) {
            Frame frame;
            frame.pixels = Image<float>(24, 16);
            program::fill(entry.second.vessels, frame);
            program::fill(entry.second.lesions, frame);
            fuzz::read_or_refuse([&] { (void)annotations.at(entry.first, frame); });
        }
    } catch (const program::Failure&) {
    }
    return 0;
}
