#include "training_labels.h"

#include <algorithm>
#include <cmath>

namespace stenometry::training {
namespace {

using phantom::PixelLabel;

/// Annotators draw lumens narrower than they are; measured against the labels of no image, by what a trial
/// learned best.
constexpr double part_of_radius = 0.82;
constexpr double least_radius_px = 1.1;
constexpr double hidden_mm = 0.5, doubtful_mm = 0.75;
/// Signal over noise along 12 pixels of the artery from which it is seen, and below which it is not.
constexpr double seen_ratio = 9.0, hidden_ratio = 4.0;
/// Attenuation that the chest's texture hides.
constexpr double texture = 0.02;

/// Signal over noise of the artery at one of its points, if one looks along a short part of it.
double signal_to_noise(const phantom::Scene& taken, double attenuation, double diameter_px,
                       double magnification) {
    constexpr double along_px = 12.0, blur_px = 2.5;
    const double width = std::max(diameter_px, 1e-3),
                 seen_width = std::sqrt(width * width + blur_px * blur_px);
    const double signal =
        (1.0 - std::exp(-attenuation)) * (1.0 - taken.scatter_fraction) * width / seen_width;
    // Behind a chest a third of the quanta is left.
    const double quanta = std::max(1.0, 0.35 * taken.quanta_per_px) / (magnification * magnification);
    const double noise = std::sqrt(1.0 / (quanta * seen_width * along_px) + texture * texture / 16.0);
    return signal / noise;
}

/// What is drawn of an artery at one point.
struct Stroke {
    double radius_px;
    std::uint8_t label;
};

Stroke stroke_at(const phantom::CathLabPhantom& frame, std::size_t vessel, std::size_t i) {
    const phantom::Scene& taken = frame.phantom.scene;
    const double diameter_mm = frame.phantom.vessels[vessel].diameter_mm[i];
    const double reference_mm = frame.phantom.vessels[vessel].reference_mm[i];
    const double diameter_px = diameter_mm / taken.mm_per_px;
    const double radius = std::max(least_radius_px, 0.5 * part_of_radius * diameter_px);
    if (reference_mm < hidden_mm) return {0.0, 0};
    const double ratio = signal_to_noise(taken, frame.arteries[vessel].attenuation[i], diameter_px,
                                         frame.scene.archive.magnification);
    if (ratio < hidden_ratio) return {0.0, 0};
    const bool sure = ratio >= seen_ratio && reference_mm >= doubtful_mm && diameter_px >= 1.2;
    return {sure ? radius : radius + 0.5, sure ? std::uint8_t{1} : ignored};
}

/// Sets what lies within `radius` of the piece a..b; an artery that is sure stays.
void draw(Image<std::uint8_t>& canvas, Point a, Point b, Stroke stroke) {
    const double r = stroke.radius_px;
    const Point along = b - a;
    const double whole = std::max(1e-12, dot(along, along));
    const int x0 = std::max(0, static_cast<int>(std::ceil(std::min(a.x, b.x) - r)));
    const int x1 = std::min(canvas.width() - 1, static_cast<int>(std::floor(std::max(a.x, b.x) + r)));
    const int y0 = std::max(0, static_cast<int>(std::ceil(std::min(a.y, b.y) - r)));
    const int y1 = std::min(canvas.height() - 1, static_cast<int>(std::floor(std::max(a.y, b.y) + r)));
    for (int y = y0; y <= y1; ++y)
        for (int x = x0; x <= x1; ++x) {
            const Point p = Point{double(x), double(y)} - a;
            const Point off = p - std::clamp(dot(p, along) / whole, 0.0, 1.0) * along;
            if (dot(off, off) <= r * r && canvas(x, y) != 1) canvas(x, y) = stroke.label;
        }
}

/// Arteries alone: 0, 1 or ignored.
Image<std::uint8_t> arteries_of(const phantom::CathLabPhantom& frame) {
    Image<std::uint8_t> canvas(frame.labels.width(), frame.labels.height());
    for (std::size_t v = 0; v < frame.phantom.vessels.size(); ++v) {
        const Polyline& line = frame.phantom.vessels[v].centerline_px;
        for (std::size_t i = 0; i + 1 < line.size(); ++i)
            if (const Stroke stroke = stroke_at(frame, v, i); stroke.label != 0)
                draw(canvas, line[i], line[i + 1], stroke);
    }
    return canvas;
}

std::uint8_t joined(std::uint8_t artery, bool lumen, bool catheter, std::uint8_t other) {
    const auto catheter_label = static_cast<std::uint8_t>(PixelLabel::catheter);
    const auto device_label = static_cast<std::uint8_t>(PixelLabel::device);
    if (catheter) return artery == 1 ? ignored : catheter_label;
    if (artery != 0) return artery;
    // The rim of a lumen beyond what annotators draw belongs to the background.
    return other == device_label && !lumen ? device_label : std::uint8_t{0};
}

}  // namespace

Image<std::uint8_t> labels_of(const phantom::CathLabPhantom& frame) {
    Image<std::uint8_t> labels = arteries_of(frame);
    for (int y = 0; y < labels.height(); ++y)
        for (int x = 0; x < labels.width(); ++x)
            labels(x, y) = joined(labels(x, y), frame.labels(x, y) == 1, frame.phantom.catheter(x, y) != 0,
                                  frame.labels(x, y));
    return labels;
}

}  // namespace stenometry::training
