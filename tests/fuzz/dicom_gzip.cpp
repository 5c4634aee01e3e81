#include <zlib.h>

#include <algorithm>

#include "fuzz.h"
#include "io/dicom_cine.h"

using namespace stenometry;

namespace {

/// In blocks that are stored as they are, so that the bytes beside the file vary little.
std::string gzipped(const std::uint8_t* data, std::size_t size) {
    z_stream stream{};
    if (deflateInit2(&stream, Z_NO_COMPRESSION, Z_DEFLATED, 9 + 16, 1, Z_DEFAULT_STRATEGY) != Z_OK)
        std::abort();
    std::string packed(deflateBound(&stream, size), '\0');
    stream.next_in = const_cast<Bytef*>(data);
    stream.avail_in = static_cast<uInt>(size);
    stream.next_out = reinterpret_cast<Bytef*>(packed.data());
    stream.avail_out = static_cast<uInt>(packed.size());
    if (deflate(&stream, Z_FINISH) != Z_STREAM_END) std::abort();
    packed.resize(stream.total_out);
    deflateEnd(&stream);
    return packed;
}

}  // namespace

/// What is in a gzip file, whose checksum would else refuse nearly all of it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    return fuzz::read_or_refuse([&] {
        const auto cine = io::open_dicom(io::InputFile("fuzz.dcm.gz", gzipped(data, size)));
        for (int frame = std::min(cine->frame_count(), 3) - 1; frame >= 0; --frame) cine->read(frame);
    });
}
