#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "sketch_random.h"
#include "stenometry/geometry.h"
#include "stenometry/image.h"

namespace stenometry::training {

/// One place of a tube, in pixels.
struct Dot {
    Point at;
    double radius = 1.0;
    double attenuation = 0.0;  ///< of a ray through the middle
    bool seen = true;          ///< false where nobody can say whether the tube is there
};
using Tube = std::vector<Dot>;

/// Where a branch leaves its parent: within the circle both are one lumen, beyond it they add.
struct Mouth {
    Point at;
    double radius = 0.0;
};

/// A smooth tube of even width through `points`, with dots half a pixel apart.
Tube tube_through(std::span<const Point> points, double radius, double attenuation);

/// Attenuation of everything in the beam, on a grid of half pixels.
class Attenuation {
  public:
    explicit Attenuation(int size_px) : grid_(2 * size_px, 2 * size_px) {}

    /// Adds the tube, whose rays cross circles.
    void add(const Tube& tube, std::optional<Mouth> mouth = {});
    void subtract(const Tube& tube);
    /// The mean of each pixel.
    Image<float> pixels() const;

  private:
    void join(const Image<float>& part, int left, int top, std::optional<Mouth> mouth);

    Image<float> grid_;
};

/// Adds smooth noise: cubic splines with a knot every `scale_px`, of about unit standard deviation times
/// `amplitude`.
void add_field(Image<float>& image, double scale_px, double amplitude, Random& random);

/// Gaussian blur with replicated borders; no change below 0.15 px.
void blur(Image<float>& image, double sigma_px);

}  // namespace stenometry::training
