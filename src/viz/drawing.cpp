#include "viz/drawing.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <opencv2/imgproc.hpp>

#include "stenometry/interop/opencv.h"

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

// Pixels. OpenCV draws from pixel centre to pixel centre, with coordinates in fractions of a pixel.

constexpr int fraction_bits = 4;

cv::Scalar bgr_as_stored(Rgb rgb) { return {double(rgb[0]), double(rgb[1]), double(rgb[2])}; }

std::vector<cv::Point> fixed_point(const Polyline& line, double scale) {
    std::vector<cv::Point> points;
    points.reserve(line.size());
    for (const Point& p : line)
        points.emplace_back(static_cast<int>(std::lround((p.x * scale - 0.5) * (1 << fraction_bits))),
                            static_cast<int>(std::lround((p.y * scale - 0.5) * (1 << fraction_bits))));
    return points;
}

/// The dashes of a curve, as SVG's "6 4" draws them.
std::vector<Polyline> dashes(const Polyline& line) {
    constexpr double on = 6.0, period = 10.0, step = 1.0;
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

/// Lets `draw` paint on a copy, and mixes the copy with `canvas`.
template <class Draw>
void blend(cv::Mat& canvas, double opacity, const Draw& draw) {
    if (opacity >= 1.0) return draw(canvas);
    cv::Mat layer = canvas.clone();
    draw(layer);
    cv::addWeighted(layer, opacity, canvas, 1.0 - opacity, 0.0, canvas);
}

void paint_shape(const Line& line, cv::Mat& canvas, double scale) {
    const int thickness = std::max(1, static_cast<int>(std::lround(line.width * scale)));
    blend(canvas, line.opacity, [&](cv::Mat& layer) {
        for (const Polyline& part : finite_parts(line.points))
            for (const Polyline& dash : line.dashed ? dashes(part) : std::vector<Polyline>{part})
                cv::polylines(layer, fixed_point(dash, scale), false, bgr_as_stored(line.color), thickness,
                              cv::LINE_AA, fraction_bits);
    });
}

void paint_shape(const Area& area, cv::Mat& canvas, double scale) {
    if (area.points.size() < 3) return;
    blend(canvas, area.opacity, [&](cv::Mat& layer) {
        cv::fillPoly(layer, std::vector{fixed_point(area.points, scale)}, bgr_as_stored(area.color),
                     cv::LINE_AA, fraction_bits);
    });
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
    cv::putText(canvas, text.text, at, font, font_scale(size_px), bgr_as_stored(text.color),
                pen_width(text, size_px), cv::LINE_AA);
}

int text_width(const Text& text, double size_px) {
    int below = 0;
    return cv::getTextSize(text.text, font, font_scale(size_px), pen_width(text, size_px), &below).width;
}

/// OpenCV writes horizontally only: a text that reads upwards is written on the picture turned by a quarter.
void paint_shape(const Text& text, cv::Mat& canvas, double scale) {
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
    cv::Mat mat = interop::as_mat(canvas);
    for (const Shape& shape : shapes) std::visit([&](const auto& s) { paint_shape(s, mat, scale); }, shape);
}

Point painted_size(const Text& text) {
    return {static_cast<double>(text_width(text, text.size)), 0.7 * text.size};
}

std::vector<Polyline> finite_parts(const Polyline& line) {
    std::vector<Polyline> parts;
    bool open = false;
    for (const Point& p : line) {
        if (is_finite(p)) {
            if (!open) parts.emplace_back();
            parts.back().push_back(p);
        }
        open = is_finite(p);
    }
    return parts;
}

}  // namespace stenometry::viz
