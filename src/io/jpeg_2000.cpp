#include "io/jpeg_2000.h"

#include <openjpeg.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <sstream>
#include <string>
#include <utility>

namespace stenometry::io {

namespace {

/// A code stream in memory, as OpenJPEG reads it.
struct Source {
    std::string_view code;
    std::size_t at = 0;

    static OPJ_SIZE_T read(void* buffer, OPJ_SIZE_T count, void* user) {
        auto& source = *static_cast<Source*>(user);
        const std::size_t got = std::min<std::size_t>(count, source.code.size() - source.at);
        if (got == 0) return static_cast<OPJ_SIZE_T>(-1);
        std::memcpy(buffer, source.code.data() + source.at, got);
        source.at += got;
        return got;
    }

    static OPJ_OFF_T skip(OPJ_OFF_T count, void* user) {
        auto& source = *static_cast<Source*>(user);
        const auto left = static_cast<OPJ_OFF_T>(source.code.size() - source.at);
        if (count < 0) return -1;
        source.at += static_cast<std::size_t>(std::min(count, left));
        return count <= left ? count : -1;
    }

    static OPJ_BOOL seek(OPJ_OFF_T offset, void* user) {
        auto& source = *static_cast<Source*>(user);
        if (offset < 0 || static_cast<std::size_t>(offset) > source.code.size()) return OPJ_FALSE;
        source.at = static_cast<std::size_t>(offset);
        return OPJ_TRUE;
    }
};

// To OpenJPEG a codec and a stream are both `void*`, so that overloads cannot tell them apart.
template <auto destroy>
struct Release {
    template <class T>
    void operator()(T* object) const {
        destroy(object);
    }
};
using Codec = std::unique_ptr<opj_codec_t, Release<opj_destroy_codec>>;
using Stream = std::unique_ptr<opj_stream_t, Release<opj_stream_destroy>>;
using Picture = std::unique_ptr<opj_image_t, Release<opj_image_destroy>>;

/// Keeps the first message, without the line break at its end.
void keep_message(const char* message, void* user) {
    auto& kept = *static_cast<std::string*>(user);
    if (kept.empty()) kept = message;
}

void ignore_message(const char*, void*) {}

Stream stream_of(Source& source) {
    Stream stream(opj_stream_default_create(OPJ_TRUE));
    opj_stream_set_user_data(stream.get(), &source, nullptr);
    opj_stream_set_user_data_length(stream.get(), source.code.size());
    opj_stream_set_read_function(stream.get(), Source::read);
    opj_stream_set_skip_function(stream.get(), Source::skip);
    opj_stream_set_seek_function(stream.get(), Source::seek);
    return stream;
}

Codec decoder_of(std::string_view code, std::string& message) {
    // A code stream begins with its SOC marker; anything else is in the boxes of a JP2 file.
    const bool bare = code.starts_with("\xff\x4f");
    Codec codec(opj_create_decompress(bare ? OPJ_CODEC_J2K : OPJ_CODEC_JP2));
    opj_set_error_handler(codec.get(), keep_message, &message);
    opj_set_warning_handler(codec.get(), ignore_message, nullptr);
    opj_set_info_handler(codec.get(), ignore_message, nullptr);
    opj_dparameters_t parameters;
    opj_set_default_decoder_parameters(&parameters);
    if (!opj_setup_decoder(codec.get(), &parameters))
        throw CodecError("the JPEG 2000 decoder cannot be set up");
    return codec;
}

/// Whether the code blocks are those of high throughput (ISO/IEC 15444-15), which a segment says.
bool has_high_throughput(std::string_view code) {
    return code.substr(0, code.find("\xff\x90")).find("\xff\x50") != std::string_view::npos;
}

/// OpenJPEG decodes such blocks from 2.5.0 on; before that, it takes them for others.
void require_decodable(std::string_view code) {
    int major = 0, minor = 0;
    char dot = 0;
    std::istringstream(opj_version()) >> major >> dot >> minor;
    if (has_high_throughput(code) && std::pair(major, minor) < std::pair(2, 5))
        throw CodecError(std::string("it is High-Throughput JPEG 2000, which OpenJPEG ") + opj_version() +
                         " does not decode, but 2.5 does");
}

/// Asked before decoding: a wrong size would ask for any amount of memory.
void require_layout(const opj_image_t& image, const CellLayout& layout) {
    const auto width = static_cast<std::int64_t>(image.x1) - image.x0;
    const auto height = static_cast<std::int64_t>(image.y1) - image.y0;
    if (width != layout.width || height != layout.height || static_cast<int>(image.numcomps) < layout.samples)
        throw CodecError("the JPEG 2000 stream is " + std::to_string(width) + " x " + std::to_string(height) +
                         " x " + std::to_string(image.numcomps));
    if (image.comps[0].prec > static_cast<OPJ_UINT32>(layout.bits_allocated))
        throw CodecError("the JPEG 2000 stream has samples of " + std::to_string(image.comps[0].prec) +
                         " bits");
    for (OPJ_UINT32 i = 0; i < image.numcomps; ++i)
        if (image.comps[i].dx != 1 || image.comps[i].dy != 1)
            throw CodecError("subsampled JPEG 2000 streams are not read");
}

std::vector<int> interleaved(const opj_image_t& image, const CellLayout& layout) {
    const auto samples = static_cast<std::size_t>(layout.samples);
    const std::size_t count =
        static_cast<std::size_t>(layout.width) * static_cast<std::size_t>(layout.height);
    std::vector<int> values(count * samples);
    for (std::size_t sample = 0; sample < samples; ++sample) {
        const opj_image_comp_t& component = image.comps[sample];
        if (component.data == nullptr || std::size_t{component.w} * component.h != count)
            throw CodecError("the JPEG 2000 stream is damaged");
        for (std::size_t i = 0; i < count; ++i) values[i * samples + sample] = component.data[i];
    }
    return values;
}

/// The big-endian word there; 0 after the end.
std::size_t word_at(std::string_view code, std::size_t at) {
    const auto byte = [&](std::size_t i) -> std::size_t {
        return i < code.size() ? static_cast<unsigned char>(code[i]) : 0;
    };
    return byte(at) << 8 | byte(at + 1);
}

}  // namespace

bool has_colour_transform(std::string_view code) {
    constexpr std::size_t coding_style = 0xff52, start_of_tile = 0xff90, transform_at = 8;
    const std::size_t start = code.find("\xff\x4f\xff\x51");  // in a JP2 file, boxes come before it
    if (start == std::string_view::npos) return false;
    for (std::size_t at = start + 2; at + transform_at < code.size(); at += 2 + word_at(code, at + 2)) {
        const std::size_t marker = word_at(code, at);
        if (marker == coding_style) return code[at + transform_at] == 1;
        if (marker < 0xff00 || marker == start_of_tile) return false;
    }
    return false;
}

std::vector<int> decode_jpeg_2000(std::string_view code, const CellLayout& layout) {
    require_decodable(code);
    Source source{code};
    std::string message;
    const Stream stream = stream_of(source);
    const Codec codec = decoder_of(code, message);
    opj_image_t* read = nullptr;
    const bool header = opj_read_header(stream.get(), codec.get(), &read);
    const Picture image(read);
    if (!header || !image) throw CodecError("the JPEG 2000 stream is damaged: " + message);
    require_layout(*image, layout);
    if (!opj_decode(codec.get(), stream.get(), image.get()) || !opj_end_decompress(codec.get(), stream.get()))
        throw CodecError("the JPEG 2000 stream is damaged: " + message);
    return interleaved(*image, layout);
}

}  // namespace stenometry::io
