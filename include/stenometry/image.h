#pragma once

#include <algorithm>
#include <array>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

#include "stenometry/export.h"

STENOMETRY_EXPORT_BEGIN

namespace stenometry {

/// Rows of pixels. Copies share the pixels, as copies of `cv::Mat` do; `clone()` does not. Rows may be
/// further apart than they are wide, so that pixels of another library can be looked at without copying
/// them (interop/opencv.h, interop/itk.h).
template <class T>
class Image {
  public:
    using value_type = T;

    Image() = default;

    /// A new image with every pixel set to `value`.
    Image(int width, int height, T value = T{}) : Image(width, height, width, allocate(width, height)) {
        fill(value);
    }

    /// A new image for a caller that sets every pixel; until then they hold anything.
    static Image unfilled(int width, int height) {
        return Image(width, height, width, allocate(width, height));
    }

    /// Pixels owned elsewhere: `pixels` keeps them alive; row y begins at `pixels.get() + y * stride`.
    Image(int width, int height, std::ptrdiff_t stride, std::shared_ptr<T> pixels)
        : pixels_(std::move(pixels)), width_(width), height_(height), stride_(stride) {
        assert(width >= 0 && height >= 0 && stride >= width);
    }

    int width() const { return width_; }
    int height() const { return height_; }
    std::ptrdiff_t stride() const { return stride_; }  ///< pixels from one row to the next
    std::size_t size() const { return static_cast<std::size_t>(width_) * static_cast<std::size_t>(height_); }
    bool empty() const { return width_ == 0 || height_ == 0; }
    bool contains(int x, int y) const { return x >= 0 && y >= 0 && x < width_ && y < height_; }

    T* row(int y) { return pixels_.get() + y * stride_; }
    const T* row(int y) const { return pixels_.get() + y * stride_; }
    T& operator()(int x, int y) { return row(y)[x]; }
    const T& operator()(int x, int y) const { return row(y)[x]; }

    void fill(T value) {
        for (int y = 0; y < height_; ++y) std::fill_n(row(y), width_, value);
    }

    /// A copy with pixels of its own, rows packed.
    Image clone() const {
        Image copy = unfilled(width_, height_);
        for (int y = 0; y < height_; ++y) std::copy_n(row(y), width_, copy.row(y));
        return copy;
    }

    /// What keeps the pixels alive; for interop headers.
    const std::shared_ptr<T>& pixels() const { return pixels_; }

  private:
    static std::shared_ptr<T> allocate(int width, int height) {
        assert(width >= 0 && height >= 0);
        const auto count = static_cast<std::size_t>(width) * static_cast<std::size_t>(height);
        return count == 0 ? nullptr : std::shared_ptr<T>(new T[count], std::default_delete<T[]>());
    }

    std::shared_ptr<T> pixels_;
    int width_ = 0;
    int height_ = 0;
    std::ptrdiff_t stride_ = 0;
};

/// Red, green, blue.
using Rgb = std::array<std::uint8_t, 3>;

template <class T, class U>
bool same_size(const Image<T>& a, const Image<U>& b) {
    return a.width() == b.width() && a.height() == b.height();
}

}  // namespace stenometry

STENOMETRY_EXPORT_END
