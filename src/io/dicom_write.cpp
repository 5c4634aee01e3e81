#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <string>
#include <string_view>

#include "io/dicom_tags.h"
#include "stenometry/error.h"
#include "stenometry/io/dicom.h"
#include "stenometry/io/image.h"
#include "stenometry/version.h"

namespace stenometry::io {

namespace {

using Frames = std::span<const Image<std::uint16_t>>;

// Dates are required to be there; a clock would make the bytes differ from run to run.
constexpr const char* fixed_date = "20000101";
constexpr const char* fixed_time = "000000";

/// Names the program that wrote a file. From the same space as the other UIDs: a number drawn once.
constexpr const char* implementation_uid = "2.25.272317413846160518834914305720945036441";

// --- Encoding, explicit VR little endian: DICOM PS3.5 chapter 7 ---

template <class T>
void append_little_endian(std::string& bytes, T value) {
    static_assert(std::endian::native == std::endian::little);
    bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
}

template <class T>
std::string binary(T value) {
    std::string bytes;
    append_little_endian(bytes, value);
    return bytes;
}

bool has_long_length(std::array<char, 2> vr) { return vr[0] == 'O' || vr == std::array<char, 2>{'S', 'Q'}; }

/// Values have an even length: text is padded with a space, the rest with a zero.
std::string padded(std::string value, std::array<char, 2> vr) {
    const bool binary = vr[0] == 'O' || vr == std::array<char, 2>{'U', 'I'};
    if (value.size() % 2 != 0) value += binary ? '\0' : ' ';
    return value;
}

/// Appends elements, which must come in the order of their tags.
class ElementWriter {
  public:
    void put(Attribute attribute, const std::string& value) { put_as(attribute, attribute.vr, value); }
    void put(Attribute attribute, const char* value) { put(attribute, std::string(value)); }
    void put(Attribute attribute, double value) { put(attribute, decimal(value)); }
    void put(Attribute attribute, int value) { put(attribute, std::to_string(value)); }
    void put_short(Attribute attribute, int value) {
        put(attribute, binary(static_cast<std::uint16_t>(value)));
    }

    void put_as(Attribute attribute, std::array<char, 2> vr, const std::string& value) {
        const std::string even = padded(value, vr);
        append_little_endian(bytes_, static_cast<std::uint16_t>(attribute.tag >> 16));
        append_little_endian(bytes_, static_cast<std::uint16_t>(attribute.tag & 0xffff));
        bytes_.append(vr.data(), 2);
        if (has_long_length(vr)) {
            append_little_endian(bytes_, std::uint16_t{0});
            append_little_endian(bytes_, static_cast<std::uint32_t>(even.size()));
        } else {
            append_little_endian(bytes_, static_cast<std::uint16_t>(even.size()));
        }
        bytes_ += even;
    }

    /// A number as decimal string, which may have 16 characters.
    static std::string decimal(double value) {
        char text[32];
        for (int precision = 15;; --precision) {
            const auto end =
                std::to_chars(text, text + sizeof text, value, std::chars_format::general, precision);
            if (end.ptr - text <= 16) return {text, end.ptr};
        }
    }

    const std::string& bytes() const { return bytes_; }

  private:
    std::string bytes_;
};

// --- Identity ---

__extension__ using Uint128 = unsigned __int128;

/// FNV-1a in 128 bits: http://www.isthe.com/chongo/tech/comp/fnv/
Uint128 hash(std::string_view bytes, Uint128 start) {
    constexpr Uint128 prime = (Uint128{1} << 88) + 0x13b;
    for (const char byte : bytes) start = (start ^ static_cast<unsigned char>(byte)) * prime;
    return start;
}

constexpr Uint128 hash_start = (Uint128{0x6c62272e07bb0142} << 64) + 0x62b821756295c58d;

/// The number of `what` in `content` as a UID of the arc for UUIDs: DICOM PS3.5 B.2.
std::string uid_of(std::string_view what, Uint128 content) {
    std::string digits;
    for (Uint128 left = hash(what, content); left != 0; left /= 10)
        digits += static_cast<char>('0' + static_cast<int>(left % 10));
    std::reverse(digits.begin(), digits.end());
    return "2.25." + (digits.empty() ? "0" : digits);
}

// --- Content ---

void require(bool holds, const std::string& field, double value, const std::string& range) {
    if (!holds) throw InvalidInput(field + " must be " + range + ", but is " + ElementWriter::decimal(value));
}

void require_text(const std::string& field, const std::string& value) {
    const auto forbidden = [](unsigned char c) { return c < 0x20 || c == '\\' || c == 0x7f; };
    if (value.size() > 64 || std::any_of(value.begin(), value.end(), forbidden))
        throw InvalidInput(field +
                           " must have up to 64 characters, none of them a backslash or a control character");
}

void require_same_size(Frames frames) {
    if (frames.empty() || frames[0].empty())
        throw InvalidInput("a DICOM file needs at least one frame with pixels");
    for (const auto& frame : frames)
        if (!same_size(frame, frames[0])) throw InvalidInput("the frames of a DICOM file must have one size");
    constexpr int longest = 65535;
    require(std::max(frames[0].width(), frames[0].height()) <= longest, "the side of a frame",
            std::max(frames[0].width(), frames[0].height()), "at most 65535 pixels");
    require(static_cast<double>(frames.size()) * static_cast<double>(frames[0].size()) < 2147483647.0,
            "the number of pixels", static_cast<double>(frames.size() * frames[0].size()), "below 2^31");
}

struct Range {
    int lowest = 65535;
    int highest = 0;
};

Range range_of(Frames frames) {
    Range range;
    for (const auto& frame : frames)
        for (int y = 0; y < frame.height(); ++y)
            for (int x = 0; x < frame.width(); ++x) {
                range.lowest = std::min<int>(range.lowest, frame(x, y));
                range.highest = std::max<int>(range.highest, frame(x, y));
            }
    return range;
}

/// The cells of all frames: one byte each for 8 bits, two for more.
std::string cells_of(Frames frames, int bits_stored) {
    std::string cells;
    cells.reserve(frames.size() * frames[0].size() * (bits_stored > 8 ? 2 : 1));
    for (const auto& frame : frames)
        for (int y = 0; y < frame.height(); ++y)
            for (int x = 0; x < frame.width(); ++x) {
                cells += static_cast<char>(frame(x, y) & 0xff);
                if (bits_stored > 8) cells += static_cast<char>(frame(x, y) >> 8);
            }
    return cells;
}

const char* relationship_of(Intensity intensity) {
    switch (intensity) {
        case Intensity::linear:
            return "LIN";
        case Intensity::logarithmic:
            return "LOG";
        default:
            return "DISP";
    }
}

bool is_ascii(const std::string& text) {
    return std::all_of(text.begin(), text.end(), [](unsigned char c) { return c < 0x80; });
}

void put_general(ElementWriter& out, const DicomTags& tags, bool is_cine, Uint128 content) {
    if (!is_ascii(tags.patient_name + tags.series_description)) out.put(tags::character_set, "ISO_IR 192");
    out.put(tags::image_type, "ORIGINAL\\PRIMARY\\SINGLE PLANE");
    out.put(tags::sop_class, uid::xa_image_storage);
    out.put(tags::sop_instance, uid_of("instance", content));
    out.put(tags::study_date, fixed_date);
    out.put(tags::content_date, fixed_date);
    out.put(tags::study_time, fixed_time);
    out.put(tags::content_time, fixed_time);
    out.put(tags::accession_number, "");
    out.put(tags::modality, "XA");
    out.put(tags::manufacturer, "stenometry");
    out.put(tags::referring_physician, "");
    out.put(tags::series_description, tags.series_description);
    if (is_cine)
        out.put(tags::display_frame_rate,
                std::max(1, static_cast<int>(std::lround(1000.0 / tags.frame_time_ms))));
    out.put(tags::patient_name, tags.patient_name);
    out.put(tags::patient_id, "PHANTOM");
    out.put(tags::patient_birth_date, "");
    out.put(tags::patient_sex, "");
}

void put_if_positive(ElementWriter& out, Attribute attribute, double value) {
    if (value > 0.0) out.put(attribute, value);
}

void put_acquisition(ElementWriter& out, const DicomTags& tags, bool is_cine) {
    out.put(tags::kvp, tags.tube_voltage_kv > 0.0 ? ElementWriter::decimal(tags.tube_voltage_kv) : "");
    out.put(tags::software_versions, std::string(version()));
    if (is_cine) out.put(tags::frame_time, tags.frame_time_ms);
    put_if_positive(out, tags::source_to_detector, tags.source_to_detector_mm);
    put_if_positive(out, tags::source_to_patient, tags.source_to_patient_mm);
    if (tags.source_to_detector_mm > 0.0 && tags.source_to_patient_mm > 0.0)
        out.put(tags::magnification, tags.source_to_detector_mm / tags.source_to_patient_mm);
    out.put(tags::exposure_time, "");
    out.put(tags::tube_current, "");
    out.put(tags::exposure, "");
    out.put(tags::radiation_setting, "GR");
    if (tags.imager_pixel_spacing_mm > 0.0) {
        const std::string spacing = ElementWriter::decimal(tags.imager_pixel_spacing_mm);
        out.put(tags::imager_pixel_spacing, spacing + "\\" + spacing);
    }
    if (is_cine) out.put(tags::positioner_motion, "STATIC");
    out.put(tags::primary_angle, tags.primary_angle_deg);
    out.put(tags::secondary_angle, tags.secondary_angle_deg);
}

void put_series(ElementWriter& out, Uint128 content) {
    out.put(tags::study_instance, uid_of("study", content));
    out.put(tags::series_instance, uid_of("series", content));
    out.put(tags::study_id, "1");
    out.put(tags::series_number, 1);
    out.put(tags::instance_number, 1);
    out.put(tags::patient_orientation, "");
}

/// Group and element of the attribute that says when each frame was taken.
std::string pointer_to(Attribute attribute) {
    return binary(static_cast<std::uint16_t>(attribute.tag >> 16)) +
           binary(static_cast<std::uint16_t>(attribute.tag & 0xffff));
}

void put_pixels(ElementWriter& out, Frames frames, const DicomTags& tags, const Range& range) {
    const int bits_allocated = tags.bits_stored > 8 ? 16 : 8;
    out.put_short(tags::samples_per_pixel, 1);
    out.put(tags::photometric, "MONOCHROME2");
    if (frames.size() > 1) {
        out.put(tags::number_of_frames, static_cast<int>(frames.size()));
        out.put(tags::frame_increment_pointer, pointer_to(tags::frame_time));
    }
    out.put_short(tags::rows, frames[0].height());
    out.put_short(tags::columns, frames[0].width());
    out.put_short(tags::bits_allocated, bits_allocated);
    out.put_short(tags::bits_stored, tags.bits_stored);
    out.put_short(tags::high_bit, tags.bits_stored - 1);
    out.put_short(tags::pixel_representation, 0);
    if (tags.intensity != Intensity::unknown)
        out.put(tags::pixel_intensity_relationship, relationship_of(tags.intensity));
    out.put_short(tags::pixel_intensity_relationship_sign, 1);
    // For viewers: the whole range of the pixels.
    out.put(tags::window_center, 0.5 * (range.lowest + range.highest + 1));
    out.put(tags::window_width, range.highest - range.lowest + 1);
    out.put_as(tags::pixel_data, {'O', bits_allocated == 8 ? 'B' : 'W'}, cells_of(frames, tags.bits_stored));
}

std::string data_set(Frames frames, const DicomTags& tags, const Range& range, Uint128 content) {
    ElementWriter out;
    put_general(out, tags, frames.size() > 1, content);
    put_acquisition(out, tags, frames.size() > 1);
    put_series(out, content);
    put_pixels(out, frames, tags, range);
    return out.bytes();
}

/// Preamble and file meta information: DICOM PS3.10 7.1.
std::string file_head(Uint128 content) {
    ElementWriter meta;
    meta.put(tags::meta_version, std::string("\0\1", 2));
    meta.put(tags::media_sop_class, uid::xa_image_storage);
    meta.put(tags::media_sop_instance, uid_of("instance", content));
    meta.put(tags::transfer_syntax, uid::explicit_little);
    meta.put(tags::implementation_class, implementation_uid);
    meta.put(tags::implementation_version, "STENOMETRY");
    ElementWriter length;
    length.put(tags::meta_length, binary(static_cast<std::uint32_t>(meta.bytes().size())));
    std::string head(128, '\0');
    head += "DICM";
    return head + length.bytes() + meta.bytes();
}

}  // namespace

void DicomTags::validate() const {
    require_text("patient_name", patient_name);
    require_text("series_description", series_description);
    const auto require_length = [](const char* field, double value) {
        require(value >= 0.0 && std::isfinite(value), field, value, "zero or positive");
    };
    require_length("imager_pixel_spacing_mm", imager_pixel_spacing_mm);
    require_length("source_to_detector_mm", source_to_detector_mm);
    require_length("source_to_patient_mm", source_to_patient_mm);
    require_length("frame_time_ms", frame_time_ms);
    require_length("tube_voltage_kv", tube_voltage_kv);
    require(source_to_detector_mm == 0.0 || source_to_patient_mm <= source_to_detector_mm,
            "source_to_patient_mm", source_to_patient_mm, "at most source_to_detector_mm");
    require(std::abs(primary_angle_deg) <= 180.0, "primary_angle_deg", primary_angle_deg, "-180..180");
    require(std::abs(secondary_angle_deg) <= 90.0, "secondary_angle_deg", secondary_angle_deg, "-90..90");
    require(bits_stored >= 8 && bits_stored <= 16, "bits_stored", bits_stored, "8..16");
}

void write_dicom(const std::filesystem::path& path, std::span<const Image<std::uint16_t>> frames,
                 const DicomTags& tags) {
    tags.validate();
    require_same_size(frames);
    require(frames.size() == 1 || tags.frame_time_ms > 0.0, "frame_time_ms of a cine", tags.frame_time_ms,
            "positive");
    const Range range = range_of(frames);
    require(range.highest < 1 << tags.bits_stored, "the highest pixel value", range.highest,
            "below 2 to the power of bits_stored");
    // The identity of the file is all that is in it but the identity.
    const Uint128 content = hash(data_set(frames, tags, range, 0), hash_start);
    write_file(path, file_head(content) + data_set(frames, tags, range, content));
}

}  // namespace stenometry::io
