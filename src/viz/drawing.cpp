#include "viz/drawing.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <opencv2/imgproc.hpp>

#include "core/mat.h"

namespace stenometry::viz {
namespace {

// SVG

/// Two decimals at most: a hundredth of a pixel is never seen.
std::string number(double value) {
    std::array<char, 64> buffer;
    const double rounded = std::round(value * 100.0) / 100.0 + 0.0;
    return {buffer.data(), std::to_chars(buffer.data(), buffer.data() + buffer.size(), rounded).ptr};
}

std::string color(Rgb rgb) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text = "#";
    for (const std::uint8_t c : rgb) text += {digits[c / 16U], digits[c % 16U]};
    return text;
}

std::string escaped(std::string_view text) {
    std::string result;
    for (const char c : text) switch (c) {
            case '&':
                result += "&amp;";
                break;
            case '<':
                result += "&lt;";
                break;
            case '>':
                result += "&gt;";
                break;
            case '"':
                result += "&quot;";
                break;
            default:
                result += c;
        }
    return result;
}

std::string coordinates(const Polyline& points) {
    std::string text;
    for (const Point& p : points) text += (text.empty() ? "" : " ") + number(p.x) + ',' + number(p.y);
    return text;
}

std::string opacity(std::string_view name, double value) {
    return value < 1.0 ? ' ' + std::string(name) + "=\"" + number(value) + '"' : "";
}

void write_svg(const Line& line, std::string& svg) {
    for (const Polyline& part : finite_parts(line.points))
        svg += "<polyline points=\"" + coordinates(part) + "\" fill=\"none\" stroke=\"" + color(line.color) +
               "\" stroke-width=\"" + number(line.width) + '"' +
               (line.dashed ? " stroke-dasharray=\"6 4\"" : "") + opacity("stroke-opacity", line.opacity) +
               " stroke-linejoin=\"round\"/>\n";
}

void write_svg(const Area& area, std::string& svg) {
    svg += "<polygon points=\"" + coordinates(area.points) + "\" fill=\"" + color(area.color) + '"' +
           opacity("fill-opacity", area.opacity) + "/>\n";
}

void write_svg(const Text& text, std::string& svg) {
    constexpr std::array<std::string_view, 3> anchors{"start", "middle", "end"};
    svg += "<text x=\"" + number(text.at.x) + "\" y=\"" + number(text.at.y) + "\" font-size=\"" +
           number(text.size) + "\" fill=\"" + color(text.color) + "\" text-anchor=\"";
    svg += anchors[static_cast<std::size_t>(text.anchor)];
    svg += '"';
    if (text.bold) svg += " font-weight=\"bold\"";
    if (text.upwards) svg += " transform=\"rotate(-90 " + number(text.at.x) + ' ' + number(text.at.y) + ")\"";
    svg += '>' + escaped(text.text) + "</text>\n";
}

// Pixels. Lines are painted by how much of a pixel they cover: OpenCV's antialiasing falls apart into dashes
// where the points of a curve are a pixel apart, as those of walls are.

double distance_to_segment(Point p, Point a, Point b) {
    const Point along = b - a;
    const double squared = dot(along, along);
    const double t = squared > 0.0 ? std::clamp(dot(p - a, along) / squared, 0.0, 1.0) : 0.0;
    return distance(p, lerp(a, b, t));
}

/// The pixels of `canvas` that may lie within `reach` of one of the points.
cv::Rect pixels_around(const Polyline& points, double reach, cv::Size canvas) {
    double x0 = canvas.width, y0 = canvas.height, x1 = 0.0, y1 = 0.0;
    for (const Point& p : points) {
        x0 = std::min(x0, p.x);
        y0 = std::min(y0, p.y);
        x1 = std::max(x1, p.x);
        y1 = std::max(y1, p.y);
    }
    // Limits first: places far outside the canvas need not fit into an int.
    const auto column = [&](double x) { return static_cast<int>(std::clamp(x, 0.0, double(canvas.width))); };
    const auto row = [&](double y) { return static_cast<int>(std::clamp(y, 0.0, double(canvas.height))); };
    return {cv::Point(column(std::floor(x0 - reach)), row(std::floor(y0 - reach))),
            cv::Point(column(std::ceil(x1 + reach)), row(std::ceil(y1 + reach)))};
}

/// Adds how much of each pixel a stroke from `a` to `b` covers; strokes of one curve do not add up where they
/// meet.
void cover(Image<float>& coverage, cv::Point origin, Point a, Point b, double half_width) {
    const Point corner{static_cast<double>(origin.x), static_cast<double>(origin.y)};
    const cv::Rect inside =
        pixels_around({a - corner, b - corner}, half_width + 1.0, {coverage.width(), coverage.height()});
    for (int y = inside.y; y < inside.y + inside.height; ++y)
        for (int x = inside.x; x < inside.x + inside.width; ++x) {
            const Point center{origin.x + x + 0.5, origin.y + y + 0.5};
            const double off = distance_to_segment(center, a, b);
            const double covered = std::min(off + 0.5, half_width) - std::max(off - 0.5, -half_width);
            coverage(x, y) = std::max(coverage(x, y), static_cast<float>(covered));
        }
}

Rgb mix(Rgb ground, Rgb paint, double share) {
    for (std::size_t c = 0; c < 3; ++c)
        ground[c] = static_cast<std::uint8_t>(std::lround(ground[c] + share * (paint[c] - ground[c])));
    return ground;
}

void stroke(const Polyline& points, Rgb paint, double width, double opacity, Image<Rgb>& canvas) {
    const cv::Rect box = pixels_around(points, 0.5 * width + 1.0, {canvas.width(), canvas.height()});
    if (box.empty()) return;
    Image<float> coverage(box.width, box.height);
    for (std::size_t i = 0; i < points.size(); ++i)
        cover(coverage, box.tl(), points[i == 0 ? 0 : i - 1], points[i], 0.5 * width);
    for (int y = 0; y < box.height; ++y)
        for (int x = 0; x < box.width; ++x)
            if (coverage(x, y) > 0.0F) {
                Rgb& pixel = canvas(box.x + x, box.y + y);
                pixel = mix(pixel, paint, opacity * static_cast<double>(coverage(x, y)));
            }
}

/// The dashes of a curve, as SVG's "6 4" draws them; the round ends of a stroke add its width to each.
std::vector<Polyline> dashes(const Polyline& line, double width) {
    constexpr double period = 10.0, step = 0.5;
    const double on = std::max(0.0, 6.0 - width);
    std::vector<Polyline> parts;
    const Polyline dense = resample(line, step);
    const std::vector<double> arc = cumulative_length(dense);
    for (std::size_t i = 0; i < dense.size(); ++i) {
        const double phase = std::fmod(arc[i], period);
        if (phase > on) continue;
        if (parts.empty() || (i > 0 && std::fmod(arc[i - 1], period) > phase)) parts.emplace_back();
        parts.back().push_back(dense[i]);
    }
    return parts;
}

Polyline scaled(Polyline points, double scale) {
    for (Point& p : points) p = scale * p;
    return points;
}

void paint_shape(const Line& line, Image<Rgb>& canvas, double scale) {
    for (const Polyline& part : finite_parts(line.points))
        for (const Polyline& dash : line.dashed ? dashes(part, line.width) : std::vector<Polyline>{part})
            stroke(scaled(dash, scale), line.color, line.width * scale, line.opacity, canvas);
}

cv::Scalar as_stored(Rgb rgb) { return {double(rgb[0]), double(rgb[1]), double(rgb[2])}; }

/// Points for OpenCV, which counts from the centre of the first pixel, in sixteenths.
std::vector<cv::Point> fixed_point(const Polyline& points, cv::Point origin, int fraction_bits) {
    std::vector<cv::Point> result;
    for (const Point& p : points)
        result.emplace_back(static_cast<int>(std::lround((p.x - 0.5 - origin.x) * (1 << fraction_bits))),
                            static_cast<int>(std::lround((p.y - 0.5 - origin.y) * (1 << fraction_bits))));
    return result;
}

void paint_shape(const Area& area, Image<Rgb>& canvas, double scale) {
    constexpr int fraction_bits = 4;
    const Polyline points = scaled(area.points, scale);
    cv::Mat whole = as_mat(canvas);
    const cv::Rect box = pixels_around(points, 1.0, whole.size());
    if (points.size() < 3 || box.empty()) return;
    cv::Mat ground = whole(box);
    cv::Mat layer = ground.clone();
    cv::fillPoly(layer, std::vector{fixed_point(points, box.tl(), fraction_bits)}, as_stored(area.color),
                 cv::LINE_AA, fraction_bits);
    cv::addWeighted(layer, area.opacity, ground, 1.0 - area.opacity, 0.0, ground);
}

constexpr int font = cv::FONT_HERSHEY_SIMPLEX;

/// Height of a capital of Hershey's font at scale 1 is 21 units; letters of print have 0.7 of their size.
double font_scale(double size_px) { return 0.7 * size_px / 21.0; }

int pen_width(const Text& text, double size_px) {
    return std::max(1, static_cast<int>(std::lround(size_px * (text.bold ? 0.115 : 0.075))));
}

double shift_of(Anchor anchor) {
    return anchor == Anchor::start ? 0.0 : anchor == Anchor::middle ? 0.5 : 1.0;
}

void put_text(cv::Mat& canvas, const Text& text, double size_px, cv::Point at) {
    cv::putText(canvas, text.text, at, font, font_scale(size_px), as_stored(text.color),
                pen_width(text, size_px), cv::LINE_AA);
}

int text_width(const Text& text, double size_px) {
    int below = 0;
    return cv::getTextSize(text.text, font, font_scale(size_px), pen_width(text, size_px), &below).width;
}

/// OpenCV writes horizontally only: a text that reads upwards is written on the picture turned by a quarter.
void paint_shape(const Text& text, Image<Rgb>& image, double scale) {
    cv::Mat canvas = as_mat(image);
    const double size_px = text.size * scale;
    const double back = shift_of(text.anchor) * text_width(text, size_px);
    const Point at = scale * text.at;
    if (!text.upwards) return put_text(canvas, text, size_px, {cvRound(at.x - back), cvRound(at.y)});
    cv::Mat turned;
    cv::rotate(canvas, turned, cv::ROTATE_90_CLOCKWISE);
    put_text(turned, text, size_px, {cvRound(turned.cols - at.y - back), cvRound(at.x)});
    cv::Mat upright;
    cv::rotate(turned, upright, cv::ROTATE_90_COUNTERCLOCKWISE);
    upright.copyTo(canvas);
}

}  // namespace

std::string to_svg(const Drawing& drawing, std::string_view title) {
    const std::string width = number(drawing.width);
    const std::string height = number(drawing.height);
    std::string svg =
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" +
        width + "\" height=\"" + height + "\" viewBox=\"0 0 " + width + ' ' + height +
        "\" font-family=\"Helvetica, Arial, sans-serif\">\n<title>" + escaped(title) +
        "</title>\n<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n";
    for (const Shape& shape : drawing.shapes) std::visit([&](const auto& s) { write_svg(s, svg); }, shape);
    return svg + "</svg>\n";
}

Image<Rgb> to_picture(const Drawing& drawing, double scale) {
    Image<Rgb> picture(static_cast<int>(std::lround(drawing.width * scale)),
                       static_cast<int>(std::lround(drawing.height * scale)), Rgb{255, 255, 255});
    paint(drawing.shapes, picture, scale);
    return picture;
}

void paint(const std::vector<Shape>& shapes, Image<Rgb>& canvas, double scale) {
    for (const Shape& shape : shapes)
        std::visit([&](const auto& s) { paint_shape(s, canvas, scale); }, shape);
}

Point painted_size(const Text& text) {
    return {static_cast<double>(text_width(text, text.size)), 0.7 * text.size};
}

}  // namespace stenometry::viz
