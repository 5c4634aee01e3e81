#include "io/dicom_pixels.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "io/dicom_tags.h"
#include "io/luma.h"

namespace stenometry::io {

namespace {

constexpr int max_frames = 1'000'000;

std::uint32_t little_endian_32(const std::string& bytes, std::size_t at) {
    const auto byte = [&](std::size_t i) { return std::uint32_t{static_cast<unsigned char>(bytes[at + i])}; };
    return byte(0) | byte(1) << 8 | byte(2) << 16 | byte(3) << 24;
}

void swap_words(std::string& bytes) {
    for (std::size_t i = 0; i + 1 < bytes.size(); i += 2) std::swap(bytes[i], bytes[i + 1]);
}

/// Colour planes one after the other become pixels one after the other.
std::string interleaved(const std::string& planes) {
    const std::size_t count = planes.size() / 3;
    std::string pixels(planes.size(), '\0');
    for (std::size_t i = 0; i < count; ++i)
        for (std::size_t sample = 0; sample < 3; ++sample)
            pixels[3 * i + sample] = planes[sample * count + i];
    return pixels;
}

/// \param luma_first the first sample of a pixel is its luma already (YBR).
Image<float> pixels_of_colour(const std::string& cells, const CellLayout& layout, bool luma_first) {
    Image<float> pixels(layout.width, layout.height);
    const auto* rgb = reinterpret_cast<const unsigned char*>(cells.data());
    for (int y = 0; y < layout.height; ++y)
        for (int x = 0; x < layout.width; ++x, rgb += 3)
            pixels(x, y) = luma_first ? rgb[0] : luma(rgb[0], rgb[1], rgb[2]);
    return pixels;
}

Image<float> pixels_of_bytes(const std::string& cells, const CellLayout& layout,
                             const std::vector<float>& value) {
    Image<float> pixels(layout.width, layout.height);
    const auto* cell = reinterpret_cast<const unsigned char*>(cells.data());
    for (int y = 0; y < layout.height; ++y)
        for (int x = 0; x < layout.width; ++x) pixels(x, y) = value[*cell++];
    return pixels;
}

Image<float> pixels_of_words(const std::string& cells, const CellLayout& layout,
                             const std::vector<float>& value) {
    Image<float> pixels(layout.width, layout.height);
    const auto* cell = reinterpret_cast<const unsigned char*>(cells.data());
    for (int y = 0; y < layout.height; ++y)
        for (int x = 0; x < layout.width; ++x, cell += 2) pixels(x, y) = value[cell[0] | cell[1] << 8];
    return pixels;
}

}  // namespace

DicomPixels::DicomPixels(const DicomFile& dicom) : dicom_(&dicom) {
    if (!dicom.pixels) throw error("the DICOM file has no pixels");
    read_layout();
    if (dicom.pixels->encapsulated) {
        index_encapsulated();
    } else {
        index_uncompressed();
    }
}

void DicomPixels::read_layout() {
    const auto value = [&](Attribute attribute, double missing) {
        return number(dicom_->data.find(attribute)).value_or(missing);
    };
    const double frames = value(tags::number_of_frames, 1.0);
    if (frames < 1.0 || frames > max_frames)
        throw error("the DICOM file says it has " + std::to_string(frames) + " frames");
    frame_count_ = static_cast<int>(frames);
    check_size(dicom_->file.path(), static_cast<std::int64_t>(value(tags::columns, 0.0)),
               static_cast<std::int64_t>(value(tags::rows, 0.0)));
    layout_.width = static_cast<int>(value(tags::columns, 0.0));
    layout_.height = static_cast<int>(value(tags::rows, 0.0));
    layout_.samples = static_cast<int>(value(tags::samples_per_pixel, 1.0));
    layout_.bits_allocated = static_cast<int>(value(tags::bits_allocated, 0.0));
    layout_.bits_stored = static_cast<int>(value(tags::bits_stored, layout_.bits_allocated));
    layout_.is_signed = value(tags::pixel_representation, 0.0) != 0.0;
    stored_ = {.bits_stored = layout_.bits_stored,
               .high_bit = static_cast<int>(value(tags::high_bit, layout_.bits_stored - 1)),
               .is_signed = layout_.is_signed};
    planar_ = value(tags::planar_configuration, 0.0) != 0.0;
    check_layout();
}

void DicomPixels::check_layout() const {
    const std::string photometric = text(dicom_->data.find(tags::photometric));
    if (layout_.samples == 1 && photometric == "PALETTE COLOR")
        throw error("pixels with a colour palette are not read");
    const bool grey = layout_.samples == 1 && (layout_.bits_allocated == 8 || layout_.bits_allocated == 16);
    const bool colour = layout_.samples == 3 && layout_.bits_allocated == 8;
    if (!grey && !colour)
        throw error("pixels of " + std::to_string(layout_.samples) + " samples of " +
                    std::to_string(layout_.bits_allocated) + " bits are not read");
    if (stored_.bits_stored < 1 || stored_.high_bit >= layout_.bits_allocated ||
        stored_.high_bit + 1 < stored_.bits_stored)
        throw error(std::to_string(stored_.bits_stored) + " bits up to bit " +
                    std::to_string(stored_.high_bit) + " do not fit into " +
                    std::to_string(layout_.bits_allocated));
}

void DicomPixels::index_uncompressed() {
    if (can_decode(dicom_->transfer_syntax)) throw error("the compressed pixels are not in fragments");
    const std::uint64_t stated = dicom_->pixels->length;
    const std::uint64_t there = std::min(stated, dicom_->file.size() - dicom_->pixels->offset);
    const std::uint64_t needed = layout_.bytes() * static_cast<std::uint64_t>(frame_count_);
    if (there < needed)
        throw error("the pixels are cut short: " + std::to_string(there) + " of " + std::to_string(needed) +
                    " bytes");
}

void DicomPixels::index_encapsulated() {
    if (!can_decode(dicom_->transfer_syntax))
        throw error("the transfer syntax " + dicom_->transfer_syntax + " is not read");
    const std::vector<Piece> all = fragments();
    std::vector<std::size_t> first = first_fragments(all);
    first.push_back(all.size());
    for (std::size_t i = 0; i + 1 < first.size(); ++i)
        frames_.emplace_back(all.begin() + static_cast<std::ptrdiff_t>(first[i]),
                             all.begin() + static_cast<std::ptrdiff_t>(first[i + 1]));
}

/// The items after the offset table. The table is not needed, and in real files it is empty or wrong too
/// often.
std::vector<DicomPixels::Piece> DicomPixels::fragments() const {
    constexpr std::uint32_t item = 0xe000fffe;
    std::vector<Piece> pieces;
    bool is_offset_table = true;
    std::uint64_t offset = dicom_->pixels->offset;
    while (offset + 8 <= dicom_->file.size()) {
        const std::string head = dicom_->file.read(offset, 8);
        if (little_endian_32(head, 0) != item) break;
        const std::uint64_t length = little_endian_32(head, 4);
        offset += 8;
        if (length > dicom_->file.size() - offset)
            throw error("the pixels are cut short: the file ends in fragment " +
                        std::to_string(pieces.size()));
        if (!is_offset_table) pieces.push_back({offset, length});
        is_offset_table = false;
        offset += length;
    }
    return pieces;
}

bool DicomPixels::begins_code_stream(const Piece& fragment) const {
    if (fragment.length < 2) return false;
    const std::string two = dicom_->file.read(fragment.offset, 2);
    return two == "\xff\xd8" || two == "\xff\x4f";
}

/// The first fragment of each frame. A frame may be in several fragments; then the one that begins a code
/// stream begins a frame.
std::vector<std::size_t> DicomPixels::first_fragments(const std::vector<Piece>& all) const {
    const auto frames = static_cast<std::size_t>(frame_count_);
    std::vector<std::size_t> first;
    for (std::size_t i = 0; i < all.size(); ++i) {
        const bool one_each = all.size() == frames;
        const bool only_one = frames == 1;
        if (one_each || (only_one ? i == 0 : begins_code_stream(all[i]))) first.push_back(i);
    }
    if (first.size() < frames)
        throw error("the pixels are cut short: " + std::to_string(first.size()) + " of " +
                    std::to_string(frames) + " frames");
    first.resize(frames);
    return first;
}

std::string DicomPixels::uncompressed_cells(int frame) const {
    std::string cells = dicom_->file.read(
        dicom_->pixels->offset + layout_.bytes() * static_cast<std::uint64_t>(frame), layout_.bytes());
    if (dicom_->big_endian && (layout_.bits_allocated == 16 || dicom_->pixels->words)) swap_words(cells);
    return planar_ && layout_.samples == 3 ? interleaved(cells) : cells;
}

std::string DicomPixels::cells(int frame) const {
    if (!dicom_->pixels->encapsulated) return uncompressed_cells(frame);
    std::string code;
    for (const Piece& piece : frames_[static_cast<std::size_t>(frame)])
        code += dicom_->file.read(piece.offset, piece.length);
    try {
        return decode_frame(dicom_->transfer_syntax, code, layout_);
    } catch (const CodecError& e) {
        throw error("frame " + std::to_string(frame) + " cannot be decoded: " + e.what());
    }
}

/// Decoders of JPEG turn YBR into RGB; in pixels that are stored as they are, or as run lengths, it stays.
bool DicomPixels::has_luma() const {
    const bool as_stored = !dicom_->pixels->encapsulated || dicom_->transfer_syntax == uid::rle;
    return as_stored && text(dicom_->data.find(tags::photometric)).starts_with("YBR");
}

Image<float> DicomPixels::read(int frame, const FrameAttributes& attributes) const {
    const std::string decoded = cells(frame);
    if (layout_.samples == 3) return pixels_of_colour(decoded, layout_, has_luma());
    const std::vector<float> value = value_of_cells(attributes, stored_, layout_.bits_allocated);
    return layout_.bits_allocated == 8 ? pixels_of_bytes(decoded, layout_, value)
                                       : pixels_of_words(decoded, layout_, value);
}

}  // namespace stenometry::io
