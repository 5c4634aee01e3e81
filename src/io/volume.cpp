#include "io/volume.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cstring>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "io/gzip.h"
#include "io/still.h"
#include "io/volume_header.h"
#include "stenometry/error.h"

namespace stenometry::io {

namespace {

std::optional<VolumeHeader> parse_header(std::string_view head) {
    if (is_nrrd(head)) return parse_nrrd(head);
    if (is_meta_image(head)) return parse_meta_image(head);
    if (is_nifti(head)) return parse_nifti(head);
    return std::nullopt;
}

/// Only NIfTI is gzipped as a whole.
std::optional<VolumeHeader> parse_zipped_header(const InputFile& file) {
    const std::string head = InflatedFile(file, 0).head(longest_header);
    return is_nifti(head) ? std::optional(parse_nifti(head)) : std::nullopt;
}

VolumeHeader header_of(const InputFile& file) {
    const std::string head = file.head(longest_header);
    const bool zipped = is_gzip(head);
    try {
        const std::optional<VolumeHeader> header = zipped ? parse_zipped_header(file) : parse_header(head);
        if (!header) throw HeaderError("it is neither DICOM nor any image format that is read");
        return *header;
    } catch (const HeaderError& e) {
        throw read_error(file.path(), e.what());
    }
}

/// The place after as many line ends.
std::uint64_t after_lines(const InputFile& file, std::uint64_t offset, int lines) {
    constexpr std::uint64_t block_bytes = 1 << 16;
    while (lines > 0) {
        const std::uint64_t left = file.size() - std::min(offset, file.size());
        const std::string block = file.read(offset, std::clamp<std::uint64_t>(left, 1, block_bytes));
        std::size_t at = 0;
        for (; at < block.size() && lines > 0; ++at)
            if (block[at] == '\n') --lines;
        offset += at;
    }
    return offset;
}

/// What a frame of several axes is: all after the second run from frame to frame.
std::int64_t frames_along(std::span<const std::int64_t> axes) {
    constexpr std::int64_t max_frames = 1'000'000;
    std::int64_t frames = 1;
    for (const std::int64_t length : axes) {
        if (length < 1 || length > max_frames / frames)
            throw HeaderError("the image has " + std::to_string(length) + " frames along one axis");
        frames *= length;
    }
    return frames;
}

template <class T>
void convert(const std::string& bytes, bool swapped, double slope, double intercept, Image<float>& pixels) {
    const char* from = bytes.data();
    for (int y = 0; y < pixels.height(); ++y)
        for (int x = 0; x < pixels.width(); ++x, from += sizeof(T)) {
            std::array<char, sizeof(T)> raw;
            std::copy_n(from, sizeof(T), raw.begin());
            if (swapped) std::reverse(raw.begin(), raw.end());
            pixels(x, y) = static_cast<float>(slope * static_cast<double>(std::bit_cast<T>(raw)) + intercept);
        }
}

Image<float> pixels_of(const std::string& bytes, const VolumeHeader& header, int width, int height) {
    Image<float> pixels(width, height);
    const auto convert_as = [&]<class T>(T) {
        convert<T>(bytes, header.big_endian != (std::endian::native == std::endian::big), header.slope,
                   header.intercept, pixels);
    };
    switch (header.scalar) {
        case Scalar::u8:
            convert_as(std::uint8_t{});
            break;
        case Scalar::i8:
            convert_as(std::int8_t{});
            break;
        case Scalar::u16:
            convert_as(std::uint16_t{});
            break;
        case Scalar::i16:
            convert_as(std::int16_t{});
            break;
        case Scalar::u32:
            convert_as(std::uint32_t{});
            break;
        case Scalar::i32:
            convert_as(std::int32_t{});
            break;
        case Scalar::f32:
            convert_as(float{});
            break;
        case Scalar::f64:
            convert_as(double{});
            break;
    }
    return pixels;
}

/// Numbers as text become doubles, after which they are read as such.
std::string doubles_of_text(const InputFile& file, std::uint64_t offset) {
    const std::string text = file.read(offset, file.size() - offset);
    std::string bytes;
    const char* at = text.data();
    const char* const end = at + text.size();
    const auto separates = [](char c) { return std::isspace(static_cast<unsigned char>(c)) || c == ','; };
    for (at = std::find_if_not(at, end, separates); at != end; at = std::find_if_not(at, end, separates)) {
        double value = 0.0;
        const auto [rest, error] = std::from_chars(at, end, value);
        if (error != std::errc{}) throw read_error(file.path(), "the pixels are not numbers");
        bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
        at = rest;
    }
    return bytes;
}

class Volume : public Cine {
  public:
    explicit Volume(InputFile file)
        : path_(file.path()), header_(header_of(file)), zipped_whole_(is_gzip(file.head(2))) {
        read_size();
        data_ = header_.data_file.empty() ? std::make_unique<InputFile>(std::move(file)) : open_data_file();
        find_data();
    }

    int frame_count() const override { return frame_count_; }
    CineDescription describe() const override { return {.width = width_, .height = height_}; }

    Frame read(int index) override {
        if (index < 0 || index >= frame_count_)
            throw InvalidInput("there is no frame " + std::to_string(index) + ": the image has frames 0 to " +
                               std::to_string(frame_count_ - 1));
        std::string bytes(frame_bytes_, '\0');
        const std::uint64_t offset = header_.offset + frame_bytes_ * static_cast<std::uint64_t>(index);
        if (inflated_) {
            inflated_->read(offset, bytes);
        } else {
            data_->read(offset, bytes);
        }
        Frame frame = make_frame(pixels_of(bytes, header_, width_, height_));
        frame.index = index;
        frame.count = frame_count_;
        return frame;
    }

  private:
    std::unique_ptr<InputFile> open_data_file() const {
        // A device would be read for ever.
        std::error_code none;
        const auto path = path_.parent_path() / header_.data_file;
        if (std::filesystem::exists(path, none) && !std::filesystem::is_regular_file(path, none))
            throw read_error(path_, "the file with its pixels is no regular file: " + path.string());
        try {
            return std::make_unique<InputFile>(path);
        } catch (const IoError& e) {
            throw read_error(path_, std::string("the file with its pixels: ") + e.what());
        }
    }

    void read_size() {
        std::vector<std::int64_t> size = header_.size;
        while (size.size() > 3 && size.back() == 1) size.pop_back();
        if (size.size() < 2 || size.size() > 4)
            throw read_error(path_, "images with " + std::to_string(size.size()) +
                                        " axes are not read: take out the part with width, height and time");
        check_size(path_, size[0], size[1]);
        try {
            frame_count_ = static_cast<int>(frames_along(std::span(size).subspan(2)));
        } catch (const HeaderError& e) {
            throw read_error(path_, e.what());
        }
        width_ = static_cast<int>(size[0]);
        height_ = static_cast<int>(size[1]);
    }

    void find_data() {
        if (header_.encoding == Encoding::text) take_text();
        frame_bytes_ = static_cast<std::uint64_t>(width_) * static_cast<std::uint64_t>(height_) *
                       size_of(header_.scalar);
        const std::uint64_t needed = frame_bytes_ * static_cast<std::uint64_t>(frame_count_);
        if (zipped_whole_) {
            // Headers with all their extensions are far shorter; what is passed over must be inflated first.
            constexpr std::uint64_t max_offset = 64 << 20;
            if (header_.offset > max_offset)
                throw read_error(path_, "the header says that the pixels begin after " +
                                            std::to_string(header_.offset) + " bytes");
            require_enough(needed);
            inflated_ = std::make_unique<InflatedFile>(*data_, 0);
            return;
        }
        header_.offset = after_lines(*data_, header_.offset, header_.skipped_lines);
        if (header_.encoding == Encoding::deflated) {
            require_enough(needed);
            inflated_ = std::make_unique<InflatedFile>(*data_, std::exchange(header_.offset, 0));
            return;
        }
        if (header_.at_end) header_.offset = data_->size() - std::min(needed, data_->size());
        const std::uint64_t there = data_->size() - std::min(header_.offset, data_->size());
        if (there < needed)
            throw read_error(data_->path(), "the pixels are cut short: " + std::to_string(there) + " of " +
                                                std::to_string(needed) + " bytes");
    }

    /// Of deflated pixels, which would else show that they are too few when memory has been taken for them.
    void require_enough(std::uint64_t needed) const {
        if (needed / max_inflation > data_->size())
            throw read_error(data_->path(), "the pixels are cut short: " + std::to_string(data_->size()) +
                                                " deflated bytes cannot hold " + std::to_string(needed));
    }

    void take_text() {
        const std::uint64_t offset =
            after_lines(*data_, header_.offset, std::exchange(header_.skipped_lines, 0));
        if (offset > data_->size()) throw read_error(data_->path(), "the pixels are missing");
        data_ = std::make_unique<InputFile>(path_, doubles_of_text(*data_, offset));
        header_.offset = 0;
        header_.scalar = Scalar::f64;
        header_.big_endian = std::endian::native == std::endian::big;
    }

    std::filesystem::path path_;
    VolumeHeader header_;
    bool zipped_whole_;
    int width_ = 0;
    int height_ = 0;
    int frame_count_ = 1;
    std::uint64_t frame_bytes_ = 0;
    std::unique_ptr<InputFile> data_;
    std::unique_ptr<InflatedFile> inflated_;
};

}  // namespace

bool looks_like_volume(const std::string& head) {
    return is_nrrd(head) || is_meta_image(head) || is_nifti(head) || is_gzip(head);
}

double volume_full_scale(const InputFile& file) {
    const VolumeHeader header = header_of(file);
    if (header.slope != 1.0 || header.intercept != 0.0) return 1.0;
    return header.scalar == Scalar::u8 ? 255.0 : header.scalar == Scalar::u16 ? 65535.0 : 1.0;
}

std::unique_ptr<Cine> open_volume(InputFile file) { return std::make_unique<Volume>(std::move(file)); }

}  // namespace stenometry::io
