#include "io/volume_header.h"

#include <algorithm>
#include <bit>
#include <cctype>
#include <charconv>
#include <cmath>
#include <cstring>
#include <map>
#include <optional>
#include <utility>

namespace stenometry::io {

namespace {

// --- Text headers ---

std::string_view trimmed(std::string_view text) {
    const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\r'; };
    while (!text.empty() && blank(text.front())) text.remove_prefix(1);
    while (!text.empty() && blank(text.back())) text.remove_suffix(1);
    return text;
}

std::vector<std::string_view> words(std::string_view text) {
    std::vector<std::string_view> words;
    for (text = trimmed(text); !text.empty(); text = trimmed(text)) {
        const std::size_t end = std::min(text.find_first_of(" \t"), text.size());
        words.push_back(text.substr(0, end));
        text.remove_prefix(end);
    }
    return words;
}

std::int64_t integer(std::string_view field, std::string_view text) {
    std::int64_t value = 0;
    const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || rest != text.data() + text.size())
        throw HeaderError("the header says `" + std::string(text) + "` for " + std::string(field));
    return value;
}

std::vector<std::int64_t> integers(std::string_view field, std::string_view text) {
    std::vector<std::int64_t> values;
    for (const std::string_view word : words(text)) values.push_back(integer(field, word));
    return values;
}

using Fields = std::map<std::string, std::string, std::less<>>;

std::string_view value_of(const Fields& fields, std::string_view name, std::string_view missing = {}) {
    const auto found = fields.find(name);
    return found == fields.end() ? missing : std::string_view(found->second);
}

std::string_view require(const Fields& fields, std::string_view name) {
    const std::string_view value = value_of(fields, name);
    if (value.empty()) throw HeaderError("the header lacks " + std::string(name));
    return value;
}

/// Takes the next line, without its end, off the front of `text`; empty where no line ends any more.
std::optional<std::string_view> take_line(std::string_view& text) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) return std::nullopt;
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    return line;
}

struct Name {
    std::string_view name;
    Scalar scalar;
};

template <std::size_t count>
Scalar scalar_named(const std::array<Name, count>& names, std::string_view name) {
    const auto found =
        std::find_if(names.begin(), names.end(), [&](const Name& n) { return n.name == name; });
    if (found == names.end()) throw HeaderError("pixels of type `" + std::string(name) + "` are not read");
    return found->scalar;
}

void require_one_file(std::string_view name) {
    if (name.starts_with("LIST") || name.find('%') != std::string_view::npos)
        throw HeaderError("pixels spread over several files are not read");
}

// --- NRRD ---

constexpr std::array nrrd_scalars{
    Name{"uchar", Scalar::u8},
    Name{"unsigned char", Scalar::u8},
    Name{"uint8", Scalar::u8},
    Name{"uint8_t", Scalar::u8},
    Name{"signed char", Scalar::i8},
    Name{"int8", Scalar::i8},
    Name{"int8_t", Scalar::i8},
    Name{"short", Scalar::i16},
    Name{"short int", Scalar::i16},
    Name{"signed short", Scalar::i16},
    Name{"signed short int", Scalar::i16},
    Name{"int16", Scalar::i16},
    Name{"int16_t", Scalar::i16},
    Name{"ushort", Scalar::u16},
    Name{"unsigned short", Scalar::u16},
    Name{"unsigned short int", Scalar::u16},
    Name{"uint16", Scalar::u16},
    Name{"uint16_t", Scalar::u16},
    Name{"int", Scalar::i32},
    Name{"signed int", Scalar::i32},
    Name{"int32", Scalar::i32},
    Name{"int32_t", Scalar::i32},
    Name{"uint", Scalar::u32},
    Name{"unsigned int", Scalar::u32},
    Name{"uint32", Scalar::u32},
    Name{"uint32_t", Scalar::u32},
    Name{"float", Scalar::f32},
    Name{"double", Scalar::f64},
};

std::string in_small_letters(std::string_view text) {
    std::string small(text);
    std::transform(small.begin(), small.end(), small.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return small;
}

/// Whether a line of a header may be one: else it is pixels already.
bool is_text(std::string_view line) {
    return std::none_of(line.begin(), line.end(),
                        [](unsigned char c) { return (c < ' ' && c != '\t') || c == 0x7f; });
}

struct NrrdFields {
    Fields fields;
    bool ended = false;  ///< by an empty line, after which pixels may follow
};

/// `field: value` lines up to an empty one; comments and `key:=value` pairs say nothing about the pixels. To
/// NRRD, small and capital letters in names of fields are the same.
NrrdFields nrrd_fields(std::string_view& text) {
    NrrdFields read;
    take_line(text);
    while (const auto line = take_line(text)) {
        read.ended = line->empty();
        if (read.ended || !is_text(*line)) break;
        const std::size_t colon = line->find(": ");
        if (line->starts_with('#') || colon == std::string_view::npos) continue;
        read.fields.insert_or_assign(in_small_letters(line->substr(0, colon)),
                                     std::string(trimmed(line->substr(colon + 2))));
    }
    return read;
}

/// \param name in small letters
Encoding nrrd_encoding(std::string_view name) {
    if (name == "raw") return Encoding::raw;
    if (name == "gzip" || name == "gz") return Encoding::deflated;
    if (name == "text" || name == "txt" || name == "ascii") return Encoding::text;
    throw HeaderError("pixels with encoding `" + std::string(name) + "` are not read");
}

/// The first axis may run through colours or components instead of places.
void require_places(const Fields& fields) {
    for (const std::string_view kind : words(value_of(fields, "kinds")))
        if (kind != "domain" && kind != "space" && kind != "time" && kind != "list" && kind != "none" &&
            kind != "???")
            throw HeaderError("pixels of kind `" + std::string(kind) + "` are not read");
}

std::string_view either(const Fields& fields, std::string_view name, std::string_view other,
                        std::string_view missing = {}) {
    return value_of(fields, name, value_of(fields, other, missing));
}

// --- MetaImage ---

constexpr std::array meta_scalars{
    Name{"MET_UCHAR", Scalar::u8},   Name{"MET_CHAR", Scalar::i8},  Name{"MET_USHORT", Scalar::u16},
    Name{"MET_SHORT", Scalar::i16},  Name{"MET_UINT", Scalar::u32}, Name{"MET_INT", Scalar::i32},
    Name{"MET_ULONG", Scalar::u32},  Name{"MET_LONG", Scalar::i32}, Name{"MET_FLOAT", Scalar::f32},
    Name{"MET_DOUBLE", Scalar::f64},
};

/// `Key = value` lines up to the one that says where the data are.
Fields meta_fields(std::string_view& text) {
    Fields fields;
    while (fields.find("ElementDataFile") == fields.end()) {
        auto line = take_line(text);
        if (!line) line = std::exchange(text, {});  // the last line of a header in a file of its own
        const std::size_t equals = line->find('=');
        if (equals == std::string_view::npos) throw HeaderError("the header lacks ElementDataFile");
        fields.insert_or_assign(std::string(trimmed(line->substr(0, equals))),
                                std::string(trimmed(line->substr(equals + 1))));
    }
    return fields;
}

bool is_true(std::string_view value) {
    return !value.empty() && (value[0] == 'T' || value[0] == 't' || value[0] == '1');
}

// --- NIfTI ---

/// Numbers at known places of a binary header.
class BinaryHeader {
  public:
    BinaryHeader(std::string_view bytes, bool swapped) : bytes_(bytes), swapped_(swapped) {}

    template <class T>
    T at(std::size_t offset) const {
        if (offset + sizeof(T) > bytes_.size()) throw HeaderError("the file ends in its header");
        std::array<char, sizeof(T)> raw;
        std::copy_n(bytes_.begin() + static_cast<std::ptrdiff_t>(offset), sizeof(T), raw.begin());
        if (swapped_) std::reverse(raw.begin(), raw.end());
        return std::bit_cast<T>(raw);
    }

  private:
    std::string_view bytes_;
    bool swapped_;
};

Scalar nifti_scalar(int code) {
    switch (code) {
        case 2:
            return Scalar::u8;
        case 4:
            return Scalar::i16;
        case 8:
            return Scalar::i32;
        case 16:
            return Scalar::f32;
        case 64:
            return Scalar::f64;
        case 256:
            return Scalar::i8;
        case 512:
            return Scalar::u16;
        case 768:
            return Scalar::u32;
        default:
            throw HeaderError("NIfTI pixels of type " + std::to_string(code) + " are not read");
    }
}

/// Version and byte order of a NIfTI header, from the length that it begins with.
struct NiftiKind {
    int version = 0;
    bool swapped = false;
};

NiftiKind nifti_kind(std::string_view head) {
    if (head.size() < 348) return {};
    for (const bool swapped : {false, true}) {
        const auto length = BinaryHeader(head, swapped).at<std::int32_t>(0);
        if (length == 348 && (head.substr(344, 3) == "n+1" || head.substr(344, 3) == "ni1"))
            return {1, swapped};
        if (length == 540 && (head.substr(4, 3) == "n+2" || head.substr(4, 3) == "ni2")) return {2, swapped};
    }
    return {};
}

template <class Integer>
std::vector<std::int64_t> nifti_size(const BinaryHeader& header, std::size_t at) {
    const std::int64_t axes = header.at<Integer>(at);
    if (axes < 1 || axes > 7) throw HeaderError("the header says it has " + std::to_string(axes) + " axes");
    std::vector<std::int64_t> size;
    for (std::size_t i = 1; i <= static_cast<std::size_t>(axes); ++i)
        size.push_back(header.at<Integer>(at + i * sizeof(Integer)));
    return size;
}

void set_scaling(VolumeHeader& volume, double slope, double intercept) {
    if (slope == 0.0 || !std::isfinite(slope) || !std::isfinite(intercept)) return;  // NIfTI: not scaled
    volume.slope = slope;
    volume.intercept = intercept;
}

void require_offset(double offset) {
    if (!(offset >= 0.0 && offset < 1e15)) throw HeaderError("the header says where no data can be");
}

VolumeHeader parse_nifti_1(const BinaryHeader& header) {
    VolumeHeader volume;
    volume.size = nifti_size<std::int16_t>(header, 40);
    volume.scalar = nifti_scalar(header.at<std::int16_t>(70));
    require_offset(static_cast<double>(header.at<float>(108)));
    volume.offset = static_cast<std::uint64_t>(header.at<float>(108));
    set_scaling(volume, static_cast<double>(header.at<float>(112)),
                static_cast<double>(header.at<float>(116)));
    return volume;
}

VolumeHeader parse_nifti_2(const BinaryHeader& header) {
    VolumeHeader volume;
    volume.size = nifti_size<std::int64_t>(header, 16);
    volume.scalar = nifti_scalar(header.at<std::int16_t>(12));
    require_offset(static_cast<double>(header.at<std::int64_t>(168)));
    volume.offset = static_cast<std::uint64_t>(header.at<std::int64_t>(168));
    set_scaling(volume, header.at<double>(176), header.at<double>(184));
    return volume;
}

}  // namespace

std::size_t size_of(Scalar scalar) {
    switch (scalar) {
        case Scalar::u8:
        case Scalar::i8:
            return 1;
        case Scalar::u16:
        case Scalar::i16:
            return 2;
        case Scalar::u32:
        case Scalar::i32:
        case Scalar::f32:
            return 4;
        case Scalar::f64:
            return 8;
    }
    return 1;
}

bool is_nrrd(std::string_view head) { return head.starts_with("NRRD000"); }

bool is_meta_image(std::string_view head) {
    const std::string_view first = head.substr(0, head.find('\n'));
    const std::string_view key = trimmed(first.substr(0, first.find('=')));
    return first.find('=') != std::string_view::npos &&
           (key == "ObjectType" || key == "NDims" || key == "Comment");
}

bool is_nifti(std::string_view head) { return nifti_kind(head).version != 0; }

VolumeHeader parse_nrrd(std::string_view head) {
    std::string_view rest = head;
    const auto [fields, ended] = nrrd_fields(rest);
    VolumeHeader volume;
    volume.scalar = scalar_named(nrrd_scalars, in_small_letters(require(fields, "type")));
    volume.size = integers("sizes", require(fields, "sizes"));
    if (integer("dimension", require(fields, "dimension")) != static_cast<std::int64_t>(volume.size.size()))
        throw HeaderError("dimension and sizes of the header do not agree");
    require_places(fields);
    volume.encoding = nrrd_encoding(in_small_letters(require(fields, "encoding")));
    volume.big_endian = in_small_letters(value_of(fields, "endian")) == "big";
    const std::string_view data_file = either(fields, "data file", "datafile");
    require_one_file(data_file);
    volume.data_file = data_file;
    // A header in a file of its own need not end with an empty line.
    if (data_file.empty() && !ended)
        throw HeaderError("the header does not end with an empty line, after which the pixels begin");
    volume.offset = data_file.empty() ? head.size() - rest.size() : 0;
    const std::int64_t skip = integer("byte skip", either(fields, "byte skip", "byteskip", "0"));
    volume.at_end = skip == -1;
    if (skip > 0) volume.offset += static_cast<std::uint64_t>(skip);
    const std::int64_t lines = integer("line skip", either(fields, "line skip", "lineskip", "0"));
    if (lines < 0 || lines > 1'000'000)
        throw HeaderError("the header says to skip " + std::to_string(lines) + " lines");
    volume.skipped_lines = static_cast<int>(lines);
    return volume;
}

VolumeHeader parse_meta_image(std::string_view head) {
    std::string_view rest = head;
    const Fields fields = meta_fields(rest);
    VolumeHeader volume;
    volume.scalar = scalar_named(meta_scalars, require(fields, "ElementType"));
    volume.size = integers("DimSize", require(fields, "DimSize"));
    if (integer("NDims", require(fields, "NDims")) != static_cast<std::int64_t>(volume.size.size()))
        throw HeaderError("NDims and DimSize of the header do not agree");
    if (value_of(fields, "ElementNumberOfChannels", "1") != "1")
        throw HeaderError("pixels in colour are not read");
    if (!is_true(value_of(fields, "BinaryData", "True"))) throw HeaderError("pixels as text are not read");
    volume.big_endian =
        is_true(value_of(fields, "BinaryDataByteOrderMSB", value_of(fields, "ElementByteOrderMSB", "False")));
    if (is_true(value_of(fields, "CompressedData"))) volume.encoding = Encoding::deflated;
    const std::string_view data_file = require(fields, "ElementDataFile");
    require_one_file(data_file);
    if (data_file != "LOCAL" && data_file != "Local" && data_file != "local") volume.data_file = data_file;
    volume.offset = volume.data_file.empty() ? head.size() - rest.size() : 0;
    const std::int64_t skip = integer("HeaderSize", value_of(fields, "HeaderSize", "0"));
    volume.at_end = skip == -1;
    if (skip > 0) volume.offset = static_cast<std::uint64_t>(skip);
    return volume;
}

VolumeHeader parse_nifti(std::string_view head) {
    const NiftiKind kind = nifti_kind(head);
    const BinaryHeader header(head, kind.swapped);
    VolumeHeader volume = kind.version == 1 ? parse_nifti_1(header) : parse_nifti_2(header);
    const bool pair = head.substr(kind.version == 1 ? 344 : 4, 2) == "ni";
    if (pair) throw HeaderError("NIfTI with its pixels in another file is not read");
    volume.big_endian = kind.swapped;
    return volume;
}

}  // namespace stenometry::io
