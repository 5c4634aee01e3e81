#pragma once

#include <string>
#include <vector>

#include "viz/drawing.h"

namespace stenometry::accuracy {

inline constexpr Rgb ink{40, 44, 52}, faint{222, 226, 230}, grey{120, 126, 135};
inline constexpr Rgb blue{28, 100, 180}, orange{214, 110, 20}, green{30, 140, 90}, red{200, 50, 40};

/// The values that an axis shows, from one end to the other.
struct Axis {
    double low = 0.0, high = 1.0;
    double tick = 1.0;
    std::string title;  ///< with the unit
};

/// Where on the drawing the axes of a chart are.
struct Box {
    double left = 0.0, right = 1.0, top = 0.0, bottom = 1.0;
};

/// Two axes, and what is drawn between them in their units. What lies beyond the axes is drawn on the frame;
/// what has no number is not drawn.
class Chart {
  public:
    /// \param rows names of what lies at 0, 1, 2, ... on the vertical axis, from the top; numbers if there
    /// are none.
    Chart(viz::Drawing& drawing, Box box, Axis x, Axis y, const std::vector<std::string>& rows = {});

    void point(double x, double y, Rgb color, double radius, double opacity = 1.0);
    void line(double x0, double y0, double x1, double y1, Rgb color, double width = 1.2, bool dashed = false);
    void area(const Polyline& outline, Rgb color, double opacity);
    void text(double x, double y, const std::string& words, viz::Anchor anchor, Rgb color = ink);
    void title(const std::string& words);

    /// Right of the title, from right to left.
    struct Entry {
        std::string name;
        Rgb color;
        bool is_line = false;
    };
    void legend(const std::vector<Entry>& entries);

  private:
    Point place(double x, double y) const;
    double clamped_x(double x) const;
    double clamped_y(double y) const;
    void draw_x_axis();
    void draw_y_axis();
    void draw_rows(const std::vector<std::string>& rows);
    void words(Point at, const std::string& text, viz::Anchor anchor, Rgb color = ink, bool bold = false,
               bool upwards = false);
    void stroke(Polyline points, Rgb color, double width, bool dashed = false);

    viz::Drawing& drawing_;
    Box box_;
    Axis x_, y_;
};

}  // namespace stenometry::accuracy
