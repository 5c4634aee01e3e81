#include <algorithm>
#include <charconv>
#include <cstdint>

#include "io/codec.h"
#include "io/luma.h"
#include "io/still_codecs.h"

namespace stenometry::io {

namespace {

bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

/// Numbers as text, between white space and comments.
class PnmText {
  public:
    explicit PnmText(std::string_view file) : file_(file) {}

    std::int64_t number() {
        skip_blanks();
        if (at_ >= file_.size()) throw CodecError("the PNM image is cut short");
        std::int64_t value = 0;
        const auto [rest, error] = std::from_chars(file_.data() + at_, file_.data() + file_.size(), value);
        if (error != std::errc{} || value < 0) throw CodecError("the PNM image is damaged");
        at_ = static_cast<std::size_t>(rest - file_.data());
        return value;
    }

    /// A digit of a bitmap, which need not be followed by a blank.
    int bit() {
        skip_blanks();
        if (at_ >= file_.size()) throw CodecError("the PNM image is cut short");
        const char digit = file_[at_++];
        if (digit != '0' && digit != '1') throw CodecError("the PNM image is damaged");
        return digit - '0';
    }

    /// Binary pixels begin after one white space.
    std::string_view binary() const { return file_.substr(std::min(at_ + 1, file_.size())); }

  private:
    void skip_blanks() {
        while (at_ < file_.size() && (is_space(file_[at_]) || file_[at_] == '#'))
            at_ = file_[at_] == '#' ? std::min(file_.find('\n', at_), file_.size()) : at_ + 1;
    }

    std::string_view file_;
    std::size_t at_ = 2;
};

/// Calls `next` for each sample, rows from above, and makes grey of every `samples` of them.
template <class Next>
Image<float> fill(int width, int height, int samples, Next next) {
    Image<float> pixels(width, height);
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x) {
            const float first = next();
            if (samples == 1) {
                pixels(x, y) = first;
            } else {
                const float second = next();
                pixels(x, y) = luma(first, second, next());
            }
        }
    return pixels;
}

Image<float> decode_bitmap(std::string_view binary, int width, int height) {
    const std::size_t row = (static_cast<std::size_t>(width) + 7) / 8;
    if (binary.size() < row * static_cast<std::size_t>(height))
        throw CodecError("the PNM image is cut short");
    Image<float> pixels(width, height);
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x) {
            const char byte = binary[static_cast<std::size_t>(y) * row + static_cast<std::size_t>(x) / 8];
            pixels(x, y) = (byte >> (7 - x % 8) & 1) != 0 ? 0.0f : 1.0f;
        }
    return pixels;
}

Image<float> decode_binary(std::string_view binary, int width, int height, int samples, bool words) {
    const std::size_t needed = static_cast<std::size_t>(width) * static_cast<std::size_t>(height) *
                               static_cast<std::size_t>(samples) * (words ? 2 : 1);
    if (binary.size() < needed) throw CodecError("the PNM image is cut short");
    const auto* at = reinterpret_cast<const unsigned char*>(binary.data());
    return fill(width, height, samples, [&] {
        const int high = words ? *at++ << 8 : 0;
        return static_cast<float>(high | *at++);
    });
}

Sides read_sides(PnmText& text) {
    const std::int64_t width = text.number();
    const std::int64_t height = text.number();
    require_sides(width, height);
    return {static_cast<int>(width), static_cast<int>(height)};
}

}  // namespace

double pnm_full_scale(std::string_view file) {
    PnmText text(file);
    const int kind = file[1] - '0';
    if (kind == 1 || kind == 4) return 1.0;
    for (int side = 0; side < 2; ++side) text.number();
    return static_cast<double>(std::max<std::int64_t>(text.number(), 1));
}

Sides pnm_sides(std::string_view file) {
    PnmText text(file);
    return read_sides(text);
}

Image<float> decode_pnm(std::string_view file) {
    PnmText text(file);
    const int kind = file[1] - '0';
    const auto [w, h] = read_sides(text);
    // In a bitmap, 1 is black.
    if (kind == 1) return fill(w, h, 1, [&] { return text.bit() != 0 ? 0.0f : 1.0f; });
    if (kind == 4) return decode_bitmap(text.binary(), w, h);
    const std::int64_t highest = text.number();
    if (highest < 1 || highest > 65535) throw CodecError("the PNM image is damaged");
    const int samples = kind == 3 || kind == 6 ? 3 : 1;
    if (kind <= 3) return fill(w, h, samples, [&] { return static_cast<float>(text.number()); });
    return decode_binary(text.binary(), w, h, samples, highest > 255);
}

}  // namespace stenometry::io
