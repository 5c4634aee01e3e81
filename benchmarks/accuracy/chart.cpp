#include "chart.h"

#include <algorithm>
#include <numbers>

#include "text.h"

namespace stenometry::accuracy {
namespace {

using viz::Anchor;

constexpr double text_size = 13.0;

int decimals_of(double tick) { return std::max(0, static_cast<int>(std::ceil(-std::log10(tick) - 1e-9))); }

/// The values of an axis that have a tick.
std::vector<double> ticks_of(const Axis& axis) {
    std::vector<double> ticks;
    const double first = std::ceil(axis.low / axis.tick - 1e-9);
    for (double i = first; i * axis.tick <= axis.high + 1e-9 * axis.tick; ++i)
        ticks.push_back(i * axis.tick + 0.0);
    return ticks;
}

}  // namespace

Chart::Chart(viz::Drawing& drawing, Box box, Axis x, Axis y, const std::vector<std::string>& rows)
    : drawing_(drawing), box_(box), x_(std::move(x)), y_(std::move(y)) {
    draw_x_axis();
    rows.empty() ? draw_y_axis() : draw_rows(rows);
    stroke({{box_.left, box_.top}, {box_.left, box_.bottom}, {box_.right, box_.bottom}}, ink, 1.2);
}

Point Chart::place(double x, double y) const {
    return {std::lerp(box_.left, box_.right, (x - x_.low) / (x_.high - x_.low)),
            std::lerp(box_.bottom, box_.top, (y - y_.low) / (y_.high - y_.low))};
}

double Chart::clamped_x(double x) const {
    return std::clamp(x, std::min(x_.low, x_.high), std::max(x_.low, x_.high));
}

double Chart::clamped_y(double y) const {
    return std::clamp(y, std::min(y_.low, y_.high), std::max(y_.low, y_.high));
}

void Chart::words(Point at, const std::string& text, Anchor anchor, Rgb color, bool bold, bool upwards) {
    drawing_.shapes.emplace_back(viz::Text{at, text, text_size, color, anchor, bold, upwards});
}

void Chart::stroke(Polyline points, Rgb color, double width, bool dashed) {
    drawing_.shapes.emplace_back(
        viz::Line{.points = std::move(points), .color = color, .width = width, .dashed = dashed});
}

void Chart::draw_x_axis() {
    for (const double value : ticks_of(x_)) {
        const double x = place(value, 0.0).x;
        stroke({{x, box_.top}, {x, box_.bottom}}, faint, 1.0);
        words({x, box_.bottom + 19.0}, number(value, decimals_of(x_.tick)), Anchor::middle);
    }
    words({0.5 * (box_.left + box_.right), box_.bottom + 41.0}, x_.title, Anchor::middle);
}

void Chart::draw_y_axis() {
    for (const double value : ticks_of(y_)) {
        const double y = place(0.0, value).y;
        stroke({{box_.left, y}, {box_.right, y}}, faint, 1.0);
        words({box_.left - 8.0, y + 4.5}, number(value, decimals_of(y_.tick)), Anchor::end);
    }
    words({box_.left - 48.0, 0.5 * (box_.top + box_.bottom)}, y_.title, Anchor::middle, ink, false, true);
}

void Chart::draw_rows(const std::vector<std::string>& rows) {
    for (std::size_t i = 0; i < rows.size(); ++i)
        words({box_.left - 10.0, place(0.0, static_cast<double>(i)).y + 4.5}, rows[i], Anchor::end);
}

void Chart::point(double x, double y, Rgb color, double radius, double opacity) {
    if (!std::isfinite(x + y)) return;
    constexpr int corners = 8;
    const Point middle = place(clamped_x(x), clamped_y(y));
    Polyline outline;
    for (int i = 0; i < corners; ++i) {
        const double angle = 2.0 * std::numbers::pi * (i + 0.5) / corners;
        outline.push_back(middle + radius * Point{std::cos(angle), std::sin(angle)});
    }
    drawing_.shapes.emplace_back(viz::Area{std::move(outline), color, opacity});
}

void Chart::line(double x0, double y0, double x1, double y1, Rgb color, double width, bool dashed) {
    if (!std::isfinite(x0 + y0 + x1 + y1)) return;
    stroke({place(clamped_x(x0), clamped_y(y0)), place(clamped_x(x1), clamped_y(y1))}, color, width, dashed);
}

void Chart::area(const Polyline& outline, Rgb color, double opacity) {
    if (!std::all_of(outline.begin(), outline.end(), is_finite)) return;
    Polyline placed;
    for (const Point p : outline) placed.push_back(place(clamped_x(p.x), clamped_y(p.y)));
    drawing_.shapes.emplace_back(viz::Area{std::move(placed), color, opacity});
}

void Chart::text(double x, double y, const std::string& text, Anchor anchor, Rgb color) {
    words(place(x, y) + Point{0.0, 4.5}, text, anchor, color);
}

void Chart::title(const std::string& text) {
    words({box_.left, box_.top - 14.0}, text, Anchor::start, ink, true);
}

void Chart::legend(const std::vector<Entry>& entries) {
    double right = box_.right;
    for (auto entry = entries.rbegin(); entry != entries.rend(); ++entry) {
        const viz::Text text{{right, box_.top - 14.0}, entry->name, text_size, ink, Anchor::end};
        const double left = right - viz::painted_size(text).x;
        drawing_.shapes.emplace_back(text);
        const double y = box_.top - 18.5, half = entry->is_line ? 0.75 : 5.0;
        const double width = entry->is_line ? 20.0 : 10.0;
        drawing_.shapes.emplace_back(viz::Area{{{left - 6.0 - width, y - half},
                                                {left - 6.0, y - half},
                                                {left - 6.0, y + half},
                                                {left - 6.0 - width, y + half}},
                                               entry->color});
        right = left - width - 22.0;
    }
}

}  // namespace stenometry::accuracy
