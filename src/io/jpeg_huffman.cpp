#include "io/jpeg_huffman.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <opencv2/core.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "io/codec.h"
#include "io/still_codecs.h"

namespace stenometry::io {

namespace {

// Markers, the byte after 0xff: T.81 table B.1.
constexpr int start_of_image = 0xd8;
constexpr int end_of_image = 0xd9;
constexpr int start_of_scan = 0xda;
constexpr int define_quantization = 0xdb;
constexpr int define_huffman = 0xc4;
constexpr int define_restart = 0xdd;
constexpr int frame_baseline = 0xc0;
constexpr int frame_extended = 0xc1;
constexpr int frame_lossless = 0xc3;

bool is_restart(int marker) { return marker >= 0xd0 && marker <= 0xd7; }
bool is_frame(int marker) {
    return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
}

/// The bytes of a marker segment, read forward.
class Segment {
  public:
    explicit Segment(std::string_view bytes) : bytes_(bytes) {}
    bool empty() const { return bytes_.empty(); }
    std::string_view rest() const { return bytes_; }

    int byte() {
        if (bytes_.empty()) throw CodecError("a JPEG marker segment is too short");
        const auto value = static_cast<unsigned char>(bytes_.front());
        bytes_.remove_prefix(1);
        return value;
    }
    int word() {
        const int high = byte();
        return high << 8 | byte();
    }

  private:
    std::string_view bytes_;
};

/// Canonical Huffman codes (T.81 C.2), looked up by the next 16 bits.
class HuffmanTable {
  public:
    struct Entry {
        std::uint8_t length = 0;  ///< bits of the code; 0: no code begins so
        std::uint8_t symbol = 0;
    };

    HuffmanTable() = default;

    explicit HuffmanTable(Segment& segment) : entries_(1 << 16) {
        std::array<int, 17> count{};
        for (int length = 1; length <= 16; ++length) count[static_cast<std::size_t>(length)] = segment.byte();
        std::size_t next = 0;
        for (int length = 1; length <= 16; ++length)
            for (int i = 0; i < count[static_cast<std::size_t>(length)]; ++i) {
                const Entry entry{static_cast<std::uint8_t>(length),
                                  static_cast<std::uint8_t>(segment.byte())};
                const std::size_t span = std::size_t{1} << (16 - length);
                if (next + span > entries_.size()) throw CodecError("a JPEG Huffman table is damaged");
                std::fill_n(entries_.begin() + static_cast<std::ptrdiff_t>(next), span, entry);
                next += span;
            }
    }

    bool empty() const { return entries_.empty(); }
    Entry at(std::uint32_t next_16_bits) const { return entries_[next_16_bits]; }

  private:
    std::vector<Entry> entries_;
};

struct Component {
    int id = 0;
    int quantization = 0;
    int dc_table = 0;
    int ac_table = 0;
};

/// A JPEG stream taken apart.
struct Stream {
    int frame_marker = 0;
    int precision = 8;
    int width = 0;
    int height = 0;
    std::vector<Component> components;
    std::array<std::array<float, 64>, 4> quantization{};  ///< in zigzag order
    std::array<HuffmanTable, 4> dc, ac;
    int restart_interval = 0;  ///< units between restarts; 0: none
    int predictor = 1;         ///< of a lossless scan
    int point_transform = 0;
    std::vector<std::string> intervals;  ///< entropy-coded bytes between restarts, without stuffing
};

// --- Taking the stream apart ---

void read_frame(Segment segment, int marker, Stream& stream) {
    stream.frame_marker = marker;
    stream.precision = segment.byte();
    stream.height = segment.word();
    stream.width = segment.word();
    require_sides(stream.width, stream.height);
    const int count = segment.byte();
    for (int i = 0; i < count; ++i) {
        Component component;
        component.id = segment.byte();
        const int sampling = segment.byte();
        if (count > 1 && sampling != 0x11)
            throw CodecError("subsampled colours of this kind of JPEG are not read");
        component.quantization = segment.byte() & 3;
        stream.components.push_back(component);
    }
}

void read_quantization(Segment segment, Stream& stream) {
    while (!segment.empty()) {
        const int head = segment.byte();
        for (float& step : stream.quantization[static_cast<std::size_t>(head & 3)])
            step = static_cast<float>(head >> 4 != 0 ? segment.word() : segment.byte());
    }
}

void read_huffman(Segment segment, Stream& stream) {
    while (!segment.empty()) {
        const int head = segment.byte();
        auto& tables = head >> 4 == 0 ? stream.dc : stream.ac;
        tables[static_cast<std::size_t>(head & 3)] = HuffmanTable(segment);
    }
}

void read_scan(Segment segment, Stream& stream) {
    const auto count = static_cast<std::size_t>(segment.byte());
    if (count == 0 || count != stream.components.size())
        throw CodecError("JPEG of several scans is not read");
    for (Component& component : stream.components) {
        if (segment.byte() != component.id) throw CodecError("the JPEG scan does not fit its frame");
        const int tables = segment.byte();
        component.dc_table = tables >> 4 & 3;
        component.ac_table = tables & 3;
    }
    stream.predictor = segment.byte();
    segment.byte();
    stream.point_transform = segment.byte() & 15;
}

/// Splits entropy-coded data at its restart markers and drops the zeros stuffed after 0xff; returns where the
/// marker that ends it stands.
std::size_t read_intervals(std::string_view code, std::size_t at, Stream& stream) {
    stream.intervals.emplace_back();
    for (; at + 1 < code.size(); ++at) {
        const auto byte = static_cast<unsigned char>(code[at]);
        const auto next = static_cast<unsigned char>(code[at + 1]);
        if (byte != 0xff) {
            stream.intervals.back() += code[at];
        } else if (next == 0) {
            stream.intervals.back() += code[at++];
        } else if (is_restart(next)) {
            stream.intervals.emplace_back();
            ++at;
        } else if (next != 0xff) {
            return at;
        }
    }
    throw CodecError("the JPEG stream ends before its end marker");
}

void read_segment(int marker, Segment segment, Stream& stream) {
    if (marker == define_huffman) read_huffman(segment, stream);
    if (marker == define_quantization) read_quantization(segment, stream);
    if (marker == define_restart) stream.restart_interval = segment.word();
    if (is_frame(marker)) read_frame(segment, marker, stream);
    if (marker == start_of_scan) read_scan(segment, stream);
}

/// Calls `visit` with each marker and its segment until that returns false or the image ends.
template <class Visit>
void for_each_segment(std::string_view code, Visit visit) {
    std::size_t at = 0;
    for (;;) {
        if (at + 2 > code.size()) throw CodecError("the JPEG stream ends before its end marker");
        if (code[at] != '\xff') throw CodecError("the JPEG stream has no marker where one is due");
        const int marker = static_cast<unsigned char>(code[at + 1]);
        at += marker == 0xff ? 1 : 2;
        if (marker == start_of_image || marker == 0xff) continue;
        if (marker == end_of_image) return;
        if (at + 2 > code.size()) throw CodecError("the JPEG stream ends in a marker segment");
        const std::size_t length = static_cast<std::size_t>(Segment(code.substr(at, 2)).word());
        if (length < 2 || length > code.size() - at)
            throw CodecError("the JPEG stream ends in a marker segment");
        const std::string_view segment = code.substr(at + 2, length - 2);
        at += length;
        if (!visit(marker, Segment(segment), at)) return;
    }
}

Stream parse(std::string_view code) {
    Stream stream;
    for_each_segment(code, [&](int marker, Segment segment, std::size_t& at) {
        read_segment(marker, segment, stream);
        if (marker == start_of_scan && !stream.intervals.empty())
            throw CodecError("JPEG of several scans is not read");
        if (marker == start_of_scan) at = read_intervals(code, at, stream);
        return true;
    });
    if (stream.intervals.empty()) throw CodecError("the JPEG stream has no picture");
    return stream;
}

// --- Entropy decoding ---

/// Bits of one restart interval, from the highest of each byte on.
class BitReader {
  public:
    explicit BitReader(const std::string& bytes) : bytes_(&bytes) {}

    /// The next 16 bits; zeros after the end.
    std::uint32_t peek_16() {
        while (held_ < 16) {
            const bool more = next_ < bytes_->size();
            buffer_ = buffer_ << 8 | (more ? static_cast<unsigned char>((*bytes_)[next_]) : 0u);
            ++next_;
            held_ += 8;
        }
        return buffer_ >> (held_ - 16) & 0xffff;
    }

    void skip(int count) {
        held_ -= count;
        used_ += static_cast<std::size_t>(count);
        if (used_ > 8 * bytes_->size()) throw CodecError("the JPEG data end too early");
    }

    int bits(int count) {
        if (count == 0) return 0;
        const auto value = static_cast<int>(peek_16() >> (16 - count));
        skip(count);
        return value;
    }

    int symbol(const HuffmanTable& table) {
        const HuffmanTable::Entry entry = table.at(peek_16());
        if (entry.length == 0) throw CodecError("the JPEG data hold an unknown code");
        skip(entry.length);
        return entry.symbol;
    }

    /// A difference of `size` bits: T.81 F.2.2.1, function EXTEND.
    int difference(int size) {
        if (size == 16) return 32768;
        const int value = bits(size);
        return size == 0 || value >= 1 << (size - 1) ? value : value - (1 << size) + 1;
    }

    /// \throws CodecError if whole bytes are left over: then the codes were not those that were written.
    void require_end() const {
        constexpr std::size_t padding_bits = 16;
        if (used_ + padding_bits <= 8 * bytes_->size()) throw CodecError("the JPEG data are damaged");
    }

  private:
    const std::string* bytes_;
    std::size_t next_ = 0;
    std::size_t used_ = 0;
    std::uint32_t buffer_ = 0;
    int held_ = 0;
};

const HuffmanTable& require_table(const HuffmanTable& table) {
    if (table.empty()) throw CodecError("the JPEG stream lacks a Huffman table");
    return table;
}

/// Walks through `count` units, calling `restart` at the beginning of each interval and `decode` for each
/// unit.
template <class Restart, class Decode>
void decode_units(const Stream& stream, std::size_t count, Restart restart, Decode decode) {
    const std::size_t interval =
        stream.restart_interval > 0 ? static_cast<std::size_t>(stream.restart_interval) : count;
    if (stream.intervals.size() != (count + interval - 1) / interval)
        throw CodecError("JPEG restart markers are missing");
    for (std::size_t i = 0; i < stream.intervals.size(); ++i) {
        BitReader reader(stream.intervals[i]);
        restart();
        const std::size_t end = std::min(count, (i + 1) * interval);
        for (std::size_t unit = i * interval; unit < end; ++unit) decode(unit, reader);
        reader.require_end();
    }
}

// --- Lossless: T.81 annex H ---

/// Table H.1, from the neighbours at the left, above, and above at the left.
int predict(int predictor, int left, int above, int diagonal) {
    switch (predictor) {
        case 1:
            return left;
        case 2:
            return above;
        case 3:
            return diagonal;
        case 4:
            return left + above - diagonal;
        case 5:
            return left + ((above - diagonal) >> 1);
        case 6:
            return above + ((left - diagonal) >> 1);
        default:
            return (left + above) >> 1;
    }
}

std::vector<std::uint16_t> decode_lossless(const Stream& stream) {
    if (stream.predictor < 1 || stream.predictor > 7)
        throw CodecError("the JPEG stream has an unknown predictor");
    if (stream.precision < 2 || stream.precision > 16 || stream.point_transform >= stream.precision)
        throw CodecError("the JPEG stream says its samples have " + std::to_string(stream.precision) +
                         " bits");
    const std::size_t samples = stream.components.size();
    const auto width = static_cast<std::size_t>(stream.width);
    const std::size_t row = width * samples;
    std::vector<std::uint16_t> values(row * static_cast<std::size_t>(stream.height));
    std::vector<const HuffmanTable*> tables;
    for (const Component& component : stream.components)
        tables.push_back(&require_table(stream.dc[static_cast<std::size_t>(component.dc_table)]));
    const int initial = 1 << (stream.precision - stream.point_transform - 1);
    bool first_line = true;  // of an interval: predicted along the line only
    std::size_t line_begin = 0;
    const auto prediction = [&](std::size_t x, std::size_t at) -> int {
        if (first_line) return at < line_begin + samples ? initial : values[at - samples];
        if (x == 0) return values[at - row];
        return predict(stream.predictor, values[at - samples], values[at - row], values[at - row - samples]);
    };
    bool restarted = false;
    decode_units(
        stream, width * static_cast<std::size_t>(stream.height), [&] { restarted = true; },
        [&](std::size_t unit, BitReader& reader) {
            const std::size_t x = unit % width;
            if (x == 0 || restarted) first_line = restarted;
            if (restarted) line_begin = unit * samples;
            restarted = false;
            for (std::size_t sample = 0; sample < samples; ++sample) {
                const std::size_t at = unit * samples + sample;
                const int size = reader.symbol(*tables[sample]);
                if (size > 16) throw CodecError("the JPEG data are damaged");
                values[at] = static_cast<std::uint16_t>(prediction(x, at) + reader.difference(size));
            }
        });
    for (std::uint16_t& value : values) value = static_cast<std::uint16_t>(value << stream.point_transform);
    return values;
}

// --- Sequential: T.81 annexes A.3 and F.2 ---

/// Where each coefficient of the zigzag order stands in its block: T.81 figure A.6.
constexpr std::array<std::uint8_t, 64> zigzag{0,  1,  8,  16, 9,  2,  3,  10, 17, 24, 32, 25, 18, 11, 4,  5,
                                              12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6,  7,  14, 21, 28,
                                              35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51,
                                              58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63};

/// The coefficients after the first of one block, times their quantization steps.
void decode_ac(const Stream& stream, const Component& component, BitReader& reader,
               cv::Matx<float, 8, 8>& block) {
    const HuffmanTable& table = stream.ac[static_cast<std::size_t>(component.ac_table)];
    const auto& step = stream.quantization[static_cast<std::size_t>(component.quantization)];
    for (std::size_t k = 1; k < 64; ++k) {
        const int symbol = reader.symbol(table);
        const int size = symbol & 15;
        if (symbol == 0) return;
        k += static_cast<std::size_t>(symbol >> 4);
        if (k >= 64) throw CodecError("the JPEG data are damaged");
        block.val[zigzag[k]] = static_cast<float>(reader.difference(size)) * step[k];
    }
}

void store_block(const cv::Matx<float, 8, 8>& block, int left, int top, const Stream& stream,
                 std::vector<std::uint16_t>& values) {
    const float middle = static_cast<float>(1 << (stream.precision - 1));
    const float highest = static_cast<float>((1 << stream.precision) - 1);
    for (int y = 0; y < std::min(8, stream.height - top); ++y)
        for (int x = 0; x < std::min(8, stream.width - left); ++x)
            values[static_cast<std::size_t>(top + y) * static_cast<std::size_t>(stream.width) +
                   static_cast<std::size_t>(left + x)] =
                static_cast<std::uint16_t>(std::clamp(std::round(block(y, x) + middle), 0.0f, highest));
}

std::vector<std::uint16_t> decode_sequential(const Stream& stream) {
    if (stream.components.size() != 1) throw CodecError("JPEG of 12 bits in colour is not read");
    if (stream.precision != 8 && stream.precision != 12)
        throw CodecError("the JPEG stream says its samples have " + std::to_string(stream.precision) +
                         " bits");
    const Component& component = stream.components[0];
    const HuffmanTable& dc_table = require_table(stream.dc[static_cast<std::size_t>(component.dc_table)]);
    require_table(stream.ac[static_cast<std::size_t>(component.ac_table)]);
    const float dc_step = stream.quantization[static_cast<std::size_t>(component.quantization)][0];
    const int across = (stream.width + 7) / 8;
    const int down = (stream.height + 7) / 8;
    std::vector<std::uint16_t> values(static_cast<std::size_t>(stream.width) *
                                      static_cast<std::size_t>(stream.height));
    int dc = 0;
    decode_units(
        stream, static_cast<std::size_t>(across) * static_cast<std::size_t>(down), [&] { dc = 0; },
        [&](std::size_t unit, BitReader& reader) {
            auto block = cv::Matx<float, 8, 8>::zeros();
            const int size = reader.symbol(dc_table);
            dc += reader.difference(std::min(size, 16));
            if (size > 15 || std::abs(dc) > 1 << 20) throw CodecError("the JPEG data are damaged");
            block.val[0] = static_cast<float>(dc) * dc_step;
            decode_ac(stream, component, reader, block);
            cv::Matx<float, 8, 8> samples;
            cv::idct(block, samples);
            store_block(samples, static_cast<int>(unit) % across * 8, static_cast<int>(unit) / across * 8,
                        stream, values);
        });
    return values;
}

}  // namespace

Sides jpeg_sides(std::string_view code) {
    Sides sides;
    for_each_segment(code, [&](int marker, Segment segment, std::size_t&) {
        if (!is_frame(marker)) return marker != start_of_scan;
        segment.byte();
        sides.height = segment.word();
        sides.width = segment.word();
        return false;
    });
    require_sides(sides.width, sides.height);
    return sides;
}

bool needs_wide_jpeg(std::string_view code) {
    bool wide = false;
    bool found = false;
    for_each_segment(code, [&](int marker, Segment segment, std::size_t&) {
        if (!is_frame(marker)) return marker != start_of_scan;
        found = true;
        wide = marker == frame_lossless || segment.byte() > 8;
        return false;
    });
    if (!found) throw CodecError("the JPEG stream has no frame header");
    return wide;
}

std::string_view exif_of_jpeg(std::string_view code) {
    using namespace std::string_view_literals;
    constexpr int application_1 = 0xe1;
    constexpr std::string_view name = "Exif\0\0"sv;
    std::string_view exif;
    try {
        for_each_segment(code, [&](int marker, Segment segment, std::size_t&) {
            if (marker == application_1 && segment.rest().starts_with(name))
                exif = segment.rest().substr(name.size());
            return marker != start_of_scan && exif.empty();
        });
    } catch (const CodecError&) {
        // Decoding says what is wrong with the stream.
    }
    return exif;
}

WideJpegImage decode_wide_jpeg(std::string_view code) {
    const Stream stream = parse(code);
    require_enough(code.size(),
                   static_cast<std::uint64_t>(stream.width) * static_cast<std::uint64_t>(stream.height),
                   most_jpeg_pixels);
    const int samples = static_cast<int>(stream.components.size());
    if (stream.frame_marker == frame_lossless)
        return {stream.width, stream.height, samples, stream.precision, decode_lossless(stream)};
    if (stream.frame_marker == frame_extended || stream.frame_marker == frame_baseline)
        return {stream.width, stream.height, samples, stream.precision, decode_sequential(stream)};
    throw CodecError("progressive and arithmetic JPEG of more than 8 bits are not read");
}

}  // namespace stenometry::io
