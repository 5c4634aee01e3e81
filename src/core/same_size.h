#pragma once

#include <cstdint>
#include <string>

#include "stenometry/error.h"
#include "stenometry/geometry.h"
#include "stenometry/image.h"

namespace stenometry {

/// A size as messages say it.
inline std::string size_text(std::int64_t width, std::int64_t height) {
    return std::to_string(width) + " x " + std::to_string(height) + " pixels";
}

template <class T>
std::string size_text(const Image<T>& image) {
    return size_text(image.width(), image.height());
}

/// \param name of the point
/// \throws InvalidInput naming it and its place unless it lies between the outer edges of the outermost
/// pixels.
template <class T>
void require_inside(const Image<T>& image, Point point, const std::string& name) {
    const double right = image.width() - 0.5, bottom = image.height() - 0.5;
    if (point.x >= -0.5 && point.y >= -0.5 && point.x <= right && point.y <= bottom) return;
    throw InvalidInput(name + " " + std::to_string(point.x) + "," + std::to_string(point.y) +
                       " lies outside the image of " + size_text(image));
}

/// \param name, other_name of the images, with an article
/// \throws InvalidInput with both sizes unless they are one.
template <class T, class U>
void require_same_size(const Image<T>& image, const std::string& name, const Image<U>& other,
                       const std::string& other_name) {
    if (same_size(image, other)) return;
    throw InvalidInput(name + " is " + size_text(image) + ", but " + other_name + " is " + size_text(other));
}

}  // namespace stenometry
