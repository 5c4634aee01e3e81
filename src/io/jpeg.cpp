#include "io/jpeg.h"

#include <jpeglib.h>

#include <algorithm>
#include <csetjmp>
#include <cstdio>
#include <cstdlib>

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

/// The other way round, with the same rules; libjpeg writes into memory of its own.
struct Encoder {
    jpeg_compress_struct codec{};
    ErrorSink sink;
    unsigned char* bytes = nullptr;
    unsigned long count = 0;

    Encoder() {
        codec.err = jpeg_std_error(&sink.manager);
        sink.manager.error_exit = ErrorSink::fail;
        sink.manager.emit_message = ErrorSink::report;
        sink.manager.output_message = ErrorSink::ignore;
    }
    ~Encoder() {
        jpeg_destroy_compress(&codec);
        std::free(bytes);
    }
    Encoder(const Encoder&) = delete;
    Encoder& operator=(const Encoder&) = delete;

    bool write(const Image<std::uint8_t>& grey, int quality) {
        if (setjmp(sink.leave) != 0) return false;
        jpeg_create_compress(&codec);
        jpeg_mem_dest(&codec, &bytes, &count);
        codec.image_width = static_cast<JDIMENSION>(grey.width());
        codec.image_height = static_cast<JDIMENSION>(grey.height());
        codec.input_components = 1;
        codec.in_color_space = JCS_GRAYSCALE;
        jpeg_set_defaults(&codec);
        jpeg_set_quality(&codec, quality, TRUE);
        jpeg_start_compress(&codec, TRUE);
        while (codec.next_scanline < codec.image_height) {
            JSAMPROW row = const_cast<JSAMPROW>(grey.row(static_cast<int>(codec.next_scanline)));
            jpeg_write_scanlines(&codec, &row, 1);
        }
        jpeg_finish_compress(&codec);
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

std::string encode_jpeg(const Image<std::uint8_t>& grey, int quality) {
    Encoder encoder;
    if (!encoder.write(grey, quality))
        throw CodecError(std::string("the image cannot be written as JPEG: ") + encoder.sink.message);
    return {reinterpret_cast<const char*>(encoder.bytes), encoder.count};
}

}  // namespace stenometry::io
