#include "io/jpeg.h"

#include <jpeglib.h>

#include <algorithm>
#include <csetjmp>
#include <cstdio>

#include "io/codec.h"
#include "io/jpeg_huffman.h"
#include "io/orientation.h"
#include "io/still_codecs.h"

namespace stenometry::io {

namespace {

/// What libjpeg reports goes here instead of to standard error. Its warnings are errors to us: a stream whose
/// data are corrupt or end early decodes to a picture whose lower part is invented.
struct ErrorSink {
    jpeg_error_mgr manager;
    std::jmp_buf leave;
    char message[JMSG_LENGTH_MAX] = "";

    static ErrorSink& of(j_common_ptr codec) { return *reinterpret_cast<ErrorSink*>(codec->err); }

    [[noreturn]] static void fail(j_common_ptr codec) {
        codec->err->format_message(codec, of(codec).message);
        std::longjmp(of(codec).leave, 1);
    }

    static void report(j_common_ptr codec, int level) {
        if (level < 0) fail(codec);
    }

    static void ignore(j_common_ptr) {}
};

/// Everything between set-up and the last row. Only plain data live across the jump that an error makes, and
/// the rows go where the caller has made room once the size is known.
struct Decoder {
    jpeg_decompress_struct codec{};
    ErrorSink sink;

    Decoder() {
        codec.err = jpeg_std_error(&sink.manager);
        sink.manager.error_exit = ErrorSink::fail;
        sink.manager.emit_message = ErrorSink::report;
        sink.manager.output_message = ErrorSink::ignore;
    }
    ~Decoder() { jpeg_destroy_decompress(&codec); }
    Decoder(const Decoder&) = delete;
    Decoder& operator=(const Decoder&) = delete;

    bool read_header(std::string_view code, int samples, UnmarkedColours unmarked) {
        if (setjmp(sink.leave) != 0) return false;
        jpeg_create_decompress(&codec);
        jpeg_mem_src(&codec, reinterpret_cast<const unsigned char*>(code.data()), code.size());
        jpeg_read_header(&codec, TRUE);
        if (unmarked == UnmarkedColours::rgb && may_be_rgb()) codec.jpeg_color_space = JCS_RGB;
        codec.out_color_space = samples == 1 ? JCS_GRAYSCALE : JCS_RGB;
        return true;
    }

    /// Red, green and blue are all sampled alike; what has coarser second and third components is YCbCr,
    /// whatever is said about it.
    bool may_be_rgb() const {
        if (codec.num_components != 3 || codec.saw_JFIF_marker || codec.saw_Adobe_marker) return false;
        const jpeg_component_info* const first = codec.comp_info;
        return std::all_of(first, first + 3, [&](const jpeg_component_info& component) {
            return component.h_samp_factor == first->h_samp_factor &&
                   component.v_samp_factor == first->v_samp_factor;
        });
    }

    bool read_rows(unsigned char* rows, std::size_t row_bytes) {
        if (setjmp(sink.leave) != 0) return false;
        jpeg_start_decompress(&codec);
        while (codec.output_scanline < codec.output_height) {
            JSAMPROW row = rows + codec.output_scanline * row_bytes;
            jpeg_read_scanlines(&codec, &row, 1);
        }
        jpeg_finish_decompress(&codec);
        return true;
    }
};

}  // namespace

JpegImage decode_jpeg(std::string_view code, int samples, UnmarkedColours unmarked) {
    Decoder decoder;
    if (!decoder.read_header(code, samples, unmarked)) throw CodecError(decoder.sink.message);
    JpegImage image{
        static_cast<int>(decoder.codec.image_width), static_cast<int>(decoder.codec.image_height), {}};
    require_sides(image.width, image.height);
    require_enough(code.size(),
                   static_cast<std::uint64_t>(image.width) * static_cast<std::uint64_t>(image.height),
                   most_jpeg_pixels);
    const std::size_t row_bytes = static_cast<std::size_t>(image.width) * static_cast<std::size_t>(samples);
    image.samples.resize(row_bytes * static_cast<std::size_t>(image.height));
    if (!decoder.read_rows(reinterpret_cast<unsigned char*>(image.samples.data()), row_bytes))
        throw CodecError(decoder.sink.message);
    return image;
}

namespace {

Image<float> decode_wide_still(std::string_view file) {
    const WideJpegImage wide = decode_wide_jpeg(file);
    if (wide.samples != 1) throw CodecError("lossless JPEG in colour is not read");
    Image<float> pixels(wide.width, wide.height);
    std::copy(wide.values.begin(), wide.values.end(), pixels.row(0));
    return pixels;
}

Image<float> decode_narrow_still(std::string_view file) {
    const JpegImage image = decode_jpeg(file, 1);
    Image<float> pixels(image.width, image.height);
    std::transform(image.samples.begin(), image.samples.end(), pixels.row(0),
                   [](char c) { return static_cast<float>(static_cast<unsigned char>(c)); });
    return pixels;
}

}  // namespace

Image<float> decode_jpeg_still(std::string_view file) {
    return upright(needs_wide_jpeg(file) ? decode_wide_still(file) : decode_narrow_still(file),
                   exif_orientation(exif_of_jpeg(file)));
}

}  // namespace stenometry::io
