#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "stenometry/geometry.h"
#include "stenometry/image.h"

/// A picture as a list of shapes, which is written as SVG or painted into pixels. What is laid out once looks
/// the same in both.
namespace stenometry::viz {

/// A curve. Points that are not finite interrupt it.
struct Line {
    Polyline points;
    Rgb color{0, 0, 0};
    double width = 1.0;
    double opacity = 1.0;
    bool dashed = false;
};

/// A filled polygon without an outline.
struct Area {
    Polyline points;
    Rgb color{0, 0, 0};
    double opacity = 1.0;
};

enum class Anchor { start, middle, end };

/// One line of ASCII text. `at` is on its base line.
struct Text {
    Point at;
    std::string text;
    double size = 12.0;  ///< height of a capital letter is 0.7 of it
    Rgb color{0, 0, 0};
    Anchor anchor = Anchor::start;
    bool bold = false;
    bool upwards = false;  ///< reads from bottom to top
};

using Shape = std::variant<Line, Area, Text>;

/// Shapes in the order of painting; x to the right, y down, the upper left corner is (0, 0).
struct Drawing {
    double width = 0.0;
    double height = 0.0;
    std::vector<Shape> shapes;
};

/// Lengths of the drawing become pixels of the same number.
std::string to_svg(const Drawing& drawing, std::string_view title);

/// The drawing on white; one unit of it is `scale` pixels.
Image<Rgb> to_picture(const Drawing& drawing, double scale);

/// Paints shapes over `canvas`; one unit is one pixel, and the centre of the first pixel is (0.5, 0.5).
void paint(const std::vector<Shape>& shapes, Image<Rgb>& canvas, double scale = 1.0);

/// Width and height of a text when painted, in units of the drawing. Letters of SVG viewers differ a little.
Point painted_size(const Text& text);

}  // namespace stenometry::viz
