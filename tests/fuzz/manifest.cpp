#include "archive/manifest.h"

#include "failure.h"
#include "fuzz.h"

using namespace stenometry;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    try {
        for (const program::ManifestRow& row : program::parse_manifest(fuzz::text_of(data, size), "/none")) {
            try {
                (void)program::options_json(row.options);
                (void)program::parse_options(row.options);
            } catch (const program::Failure&) {
            }
        }
    } catch (const program::Failure&) {
    }
    return 0;
}
