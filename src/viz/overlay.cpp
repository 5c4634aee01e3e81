#include "stenometry/viz/overlay.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <opencv2/imgproc.hpp>
#include <optional>
#include <string>

#include "core/mat.h"
#include "core/require.h"
#include "stenometry/error.h"
#include "stenometry/valid_region.h"
#include "viz/drawing.h"

namespace stenometry::viz {
namespace {

constexpr Rgb wall_color{255, 214, 64};
constexpr Rgb centerline_color{120, 210, 255};
constexpr Rgb catheter_color{210, 130, 255};
constexpr Rgb moderate_color{255, 150, 40};  ///< lesions of less than 50 % diameter stenosis
constexpr Rgb severe_color{255, 76, 60};
constexpr Rgb ectasia_color{70, 220, 150};
constexpr Rgb white{255, 255, 255};
constexpr Rgb black{0, 0, 0};

std::string fixed(double value, int decimals) {
    std::array<char, 64> buffer;
    const int length = std::snprintf(buffer.data(), buffer.size(), "%.*f", decimals, value);
    return {buffer.data(), static_cast<std::size_t>(length)};
}

// The frame as grey levels.

/// Grey levels between which the picture is stretched. Half a percent at either end may be burnt out, so that
/// a few hot pixels do not darken everything else.
std::pair<float, float> display_window(const Frame& frame) {
    std::vector<float> seen;
    seen.reserve(frame.pixels.size());
    for (int y = 0; y < frame.height(); ++y)
        for (int x = 0; x < frame.width(); ++x)
            if (frame.is_valid(x, y) && std::isfinite(frame.pixels(x, y))) seen.push_back(frame.pixels(x, y));
    if (seen.empty()) return {0.0F, 1.0F};
    const auto at = [&seen](double fraction) {
        const auto rank = static_cast<std::ptrdiff_t>(fraction * static_cast<double>(seen.size() - 1));
        std::nth_element(seen.begin(), seen.begin() + rank, seen.end());
        return seen[static_cast<std::size_t>(rank)];
    };
    return {at(0.005), at(0.995)};
}

Image<std::uint8_t> grey_levels(const Frame& frame) {
    const auto [dark, bright] = display_window(find_valid_region(frame));
    const float range = std::max(bright - dark, 1e-6F * std::max(1.0F, std::abs(bright)));
    Image<std::uint8_t> grey(frame.width(), frame.height());
    for (int y = 0; y < frame.height(); ++y)
        for (int x = 0; x < frame.width(); ++x) {
            const float level = 255.0F * (frame.pixels(x, y) - dark) / range;
            grey(x, y) =
                std::isfinite(level) ? static_cast<std::uint8_t>(std::clamp(level, 0.0F, 255.0F)) : 0;
        }
    return grey;
}

Image<Rgb> enlarged(const Image<std::uint8_t>& grey, double scale) {
    const cv::Size size(std::max(1, cvRound(grey.width() * scale)),
                        std::max(1, cvRound(grey.height() * scale)));
    cv::Mat large, colored;
    cv::resize(as_mat(grey), large, size, 0, 0, cv::INTER_CUBIC);
    cv::cvtColor(large, colored, cv::COLOR_GRAY2RGB);
    return from_mat<Rgb>(colored);
}

/// Where things of the frame are on the picture, whose first pixel has its centre at (0.5, 0.5).
class Placement {
  public:
    explicit Placement(double scale) : scale_(scale) {}
    Point operator()(Point p) const { return scale_ * (p + Point{0.5, 0.5}); }
    Polyline operator()(Polyline line) const {
        for (Point& p : line) p = (*this)(p);
        return line;
    }
    double size(double px) const { return scale_ * px; }

  private:
    double scale_;
};

// Vessels and lesions.

Rgb lesion_color(const Stenosis& s) {
    return s.total_occlusion || s.percent_diameter_stenosis.value_or(0.0) >= 50.0 ? severe_color
                                                                                  : moderate_color;
}

Polyline part(const Polyline& line, std::size_t first, std::size_t last) {
    if (line.empty()) return {};
    last = std::min(last, line.size() - 1);
    if (first > last) return {};
    const auto from = line.begin() + static_cast<std::ptrdiff_t>(first);
    return {from, line.begin() + static_cast<std::ptrdiff_t>(last) + 1};
}

/// The wall that the vessel would have without the lesion: as far from the middle of the walls as the
/// reference says.
Polyline reference_wall(const Vessel& vessel, const Polyline& wall, const Polyline& opposite) {
    Polyline healthy(wall.size(), no_point);
    const std::vector<double>&diameter = vessel.diameter.diameter_px,
          &reference = vessel.reference.diameter_px;
    if (reference.size() != wall.size() || diameter.size() != wall.size() || opposite.size() != wall.size())
        return healthy;
    for (std::size_t i = 0; i < wall.size(); ++i)
        if (diameter[i] > 0.0)
            healthy[i] =
                lerp(wall[i], opposite[i], 0.5) + 0.5 * reference[i] / diameter[i] * (wall[i] - opposite[i]);
    return healthy;
}

/// Walls, centerlines, lesions: everything that lies on the vessels themselves.
class VesselPainter {
  public:
    explicit VesselPainter(double scale) : place_(scale), pen_(std::max(1.0, 0.5 * scale)) {}

    std::vector<Shape> shapes(const Analysis& analysis) {
        for (const Vessel& vessel : analysis.vessels) shade_lesions(vessel);
        for (const Vessel& vessel : analysis.vessels) draw_vessel(vessel);
        if (analysis.catheter) draw_catheter(*analysis.catheter);
        for (const Vessel& vessel : analysis.vessels)
            for (const Stenosis& s : vessel.stenoses)
                s.is_lesion ? draw_lesion(vessel, s) : draw_tick(vessel.contour, s.mld_index);
        for (const Vessel& vessel : analysis.vessels)
            for (const Ectasia& e : ectasias(vessel)) draw_ectasia(vessel.contour, e);
        return std::move(shapes_);
    }

  private:
    void line(const Polyline& points_px, Rgb color, double width, double opacity = 1.0, bool dashed = false) {
        shapes_.emplace_back(Line{place_(points_px), color, width, opacity, dashed});
    }

    void draw_vessel(const Vessel& vessel) {
        line(vessel.contour.centerline.points_px, centerline_color, pen_, 0.4);
        line(vessel.contour.left_px, wall_color, pen_, 0.9);
        line(vessel.contour.right_px, wall_color, pen_, 0.9);
    }

    void draw_catheter(const Catheter& catheter) {
        line(catheter.centerline_px, catheter_color, std::max(2.0, catheter.diameter_px.value_or(4.0)) * pen_,
             0.35);
        line(catheter.centerline_px, catheter_color, pen_, 0.9);
    }

    void shade_lesions(const Vessel& vessel) {
        for (const Stenosis& s : lesions(vessel))
            shade_change(vessel, s.proximal_index, s.distal_index, lesion_color(s));
        for (const Ectasia& e : ectasias(vessel))
            shade_change(vessel, e.proximal_index, e.distal_index, ectasia_color);
    }

    /// The area between the walls and where they would be without the lesion.
    void shade_change(const Vessel& vessel, std::size_t first, std::size_t last, Rgb color) {
        const auto& [left, right] = std::tie(vessel.contour.left_px, vessel.contour.right_px);
        shade_side(part(left, first, last), part(reference_wall(vessel, left, right), first, last), color);
        shade_side(part(right, first, last), part(reference_wall(vessel, right, left), first, last), color);
    }

    void shade_side(const Polyline& wall, Polyline healthy, Rgb color) {
        Polyline outline;
        for (const Point& p : wall)
            if (is_finite(p)) outline.push_back(p);
        std::reverse(healthy.begin(), healthy.end());
        for (const Point& p : healthy)
            if (is_finite(p)) outline.push_back(p);
        shapes_.emplace_back(Area{place_(outline), color, 0.35});
    }

    void draw_ectasia(const VesselContour& walls, const Ectasia& e) {
        for (const Polyline* wall : {&walls.left_px, &walls.right_px})
            line(part(*wall, e.proximal_index, e.distal_index), ectasia_color, 1.3 * pen_);
        draw_across(walls, e.max_index, white, 1.3 * pen_);
        for (const std::size_t border : {e.proximal_index, e.distal_index})
            draw_across(walls, border, ectasia_color, pen_);
    }

    void draw_lesion(const Vessel& vessel, const Stenosis& s) {
        const VesselContour& walls = vessel.contour;
        const Rgb color = lesion_color(s);
        for (const Polyline* wall : {&walls.left_px, &walls.right_px})
            line(part(*wall, s.proximal_index, s.distal_index), color, 1.3 * pen_);
        if (s.total_occlusion)
            line(part(walls.centerline.points_px, s.proximal_index, s.distal_index), color, 1.5 * pen_, 1.0,
                 true);
        else
            draw_across(walls, s.mld_index, white, 1.3 * pen_);
        for (const std::size_t border : {s.proximal_index, s.distal_index})
            draw_across(walls, border, color, pen_);
    }

    /// A narrowing that is no lesion: a thin line that reaches over both walls.
    void draw_tick(const VesselContour& walls, std::size_t index) {
        if (index >= walls.left_px.size() || index >= walls.right_px.size()) return;
        const Point left = walls.left_px[index], right = walls.right_px[index];
        const Point middle = lerp(left, right, 0.5), half = 0.5 * (right - left);
        const double beyond = 1.0 + 2.0 / std::max(0.5, norm(half));
        line({middle - beyond * half, middle + beyond * half}, moderate_color, 0.7 * pen_, 0.8);
    }

    /// A line from wall to wall.
    void draw_across(const VesselContour& walls, std::size_t index, Rgb color, double width) {
        if (index < walls.left_px.size() && index < walls.right_px.size())
            line({walls.left_px[index], walls.right_px[index]}, color, width);
    }

    Placement place_;
    double pen_;
    std::vector<Shape> shapes_;
};

// Labels, placed where they hide as little as possible of what was measured.

struct Label {
    Point target;  ///< what it speaks of, on the picture
    Rgb color;
    std::vector<std::string> lines;  ///< the first is the headline
};

struct Box {
    double x = 0.0, y = 0.0, width = 0.0, height = 0.0;
    Point center() const { return {x + 0.5 * width, y + 0.5 * height}; }
};

/// A length of `px` pixels, in mm where it is known.
std::string length_text(const std::optional<double>& mm, double px, int decimals_mm) {
    return mm ? fixed(*mm, decimals_mm) + " mm" : fixed(px, 1) + " px";
}

std::string length_text(const std::optional<Estimate>& mm, double px) {
    return length_text(mm ? std::optional(mm->value) : std::nullopt, px, 2);
}

std::string percent_text(const Stenosis& s) {
    if (s.total_occlusion) return "total occlusion";
    const auto estimate = s.percent_diameter_stenosis_estimate();
    if (!estimate) return "not measured";
    const std::string text = fixed(estimate->value, 0) + " % DS";
    const auto interval = estimate->interval95();
    return interval ? text + " [" + fixed(interval->low, 0) + ", " + fixed(interval->high, 0) + ']' : text;
}

/// Vessel and lesion have the numbers that they have in every report.
std::vector<std::string> lesion_lines(const Vessel& vessel, const Stenosis& s) {
    std::vector<std::string> lines{std::to_string(vessel.id) + '.' + std::to_string(s.id) + "  " +
                                   percent_text(s)};
    if (s.mld_px) lines.push_back("MLD " + length_text(s.mld_estimate_mm(), *s.mld_px));
    if (s.reference_px) lines.push_back("ref. " + length_text(s.reference_estimate_mm(), *s.reference_px));
    lines.push_back("length " + length_text(s.length_mm(), s.length_px, 1));
    return lines;
}

std::vector<std::string> ectasia_lines(const Vessel& vessel, const Ectasia& e) {
    const Estimate ratio = e.ratio_estimate();
    const auto interval = ratio.interval95();
    std::string headline =
        std::to_string(vessel.id) + ".e" + std::to_string(e.id) + "  ectasia x " + fixed(ratio.value, 2);
    if (interval) headline += " [" + fixed(interval->low, 2) + ", " + fixed(interval->high, 2) + ']';
    return {headline, "max. " + length_text(e.max_diameter_estimate_mm(), e.max_diameter_px),
            "ref. " + length_text(e.reference_estimate_mm(), e.reference_px),
            "length " + length_text(e.length_mm(), e.length_px, 1) + ", " + std::string(to_string(e.shape))};
}

/// What a label had better not hide, as a price per pixel.
class HidingCost {
  public:
    HidingCost(const Analysis& analysis, Placement place, cv::Size size) : cost_(size, 0) {
        // Vessels that were found but not measured still belong to the picture.
        if (!analysis.mask.mask.empty()) {
            cv::resize(as_mat(analysis.mask.mask), cost_, size, 0, 0, cv::INTER_NEAREST);
            cv::threshold(cost_, cost_, 0, price_of_mask, cv::THRESH_BINARY);
        }
        for (const Vessel& vessel : analysis.vessels)
            add_walls(vessel, place, 0, vessel.contour.left_px.size(), price_of_vessel);
        for (const Vessel& vessel : analysis.vessels) add_lesions(vessel, place);
    }

    void add(cv::Rect box) { cost_(box & cv::Rect({}, cost_.size())) = price_of_label; }

    /// The sums that the price of a box is read from.
    cv::Mat1d sums() const {
        cv::Mat1d result;
        cv::integral(cost_, result, CV_64F);
        return result;
    }

  private:
    static constexpr std::uint8_t price_of_mask = 10, price_of_vessel = 40, price_of_lesion = 180,
                                  price_of_label = 255;

    void add_lesions(const Vessel& vessel, Placement place) {
        for (const Stenosis& s : lesions(vessel))
            add_walls(vessel, place, s.proximal_index, s.distal_index, price_of_lesion);
        for (const Ectasia& e : ectasias(vessel))
            add_walls(vessel, place, e.proximal_index, e.distal_index, price_of_lesion);
    }

    void add_walls(const Vessel& vessel, Placement place, std::size_t first, std::size_t last,
                   std::uint8_t price) {
        for (const Polyline* wall : {&vessel.contour.left_px, &vessel.contour.right_px})
            for (const Point& p : place(part(*wall, first, last)))
                if (is_finite(p)) cv::circle(cost_, {cvRound(p.x), cvRound(p.y)}, 3, price, cv::FILLED);
    }

    cv::Mat1b cost_;
};

class LabelPainter {
  public:
    LabelPainter(int width, int height, HidingCost cost)
        : width_(width),
          height_(height),
          text_size_(std::clamp(width / 62.0, 11.0, 24.0)),
          cost_(std::move(cost)) {}

    std::vector<Shape> shapes(const std::vector<Label>& labels) {
        for (const Label& label : labels) add(label);
        // No line may cross the words of another label.
        std::vector<Shape> shapes = std::move(leaders_);
        shapes.insert(shapes.end(), boxes_.begin(), boxes_.end());
        return shapes;
    }

  private:
    double line_height() const { return 1.35 * text_size_; }
    double margin() const { return 0.5 * text_size_; }

    Text text(const std::string& words, bool headline) const {
        return {.text = words,
                .size = headline ? 1.15 * text_size_ : text_size_,
                .color = white,
                .bold = headline};
    }

    Point size_of(const Label& label) const {
        double widest = 0.0;
        for (std::size_t i = 0; i < label.lines.size(); ++i)
            widest = std::max(widest, painted_size(text(label.lines[i], i == 0)).x);
        return {widest + 2.0 * margin(), line_height() * static_cast<double>(label.lines.size()) + margin()};
    }

    /// How much a label there would hide, plus a little for its distance from what it speaks of.
    double cost_of(const Box& box, Point target, const cv::Mat1d& sums) const {
        const double gap = margin();
        const int x0 = std::max(0, cvFloor(box.x - gap)), y0 = std::max(0, cvFloor(box.y - gap));
        const int x1 = std::min(width_, cvCeil(box.x + box.width + gap));
        const int y1 = std::min(height_, cvCeil(box.y + box.height + gap));
        const double hidden = sums(y1, x1) - sums(y0, x1) - sums(y1, x0) + sums(y0, x0);
        return hidden + 40.0 * distance(box.center(), target);
    }

    /// Boxes around the target in rings of growing size, kept inside the picture.
    Box best_place(const Label& label) const {
        const Point size = size_of(label);
        const cv::Mat1d sums = cost_.sums();
        constexpr int directions = 24;
        Box best;
        double least = std::numeric_limits<double>::infinity();
        for (double ring = 1.5 * text_size_; ring < 0.5 * width_; ring += text_size_)
            for (int i = 0; i < directions; ++i) {
                const double angle = 2.0 * M_PI * i / directions;
                const Point center = label.target + Point{(ring + 0.5 * size.x) * std::cos(angle),
                                                          (ring + 0.5 * size.y) * std::sin(angle)};
                const Box box{std::clamp(center.x - 0.5 * size.x, 0.0, std::max(0.0, width_ - size.x)),
                              std::clamp(center.y - 0.5 * size.y, 0.0, std::max(0.0, height_ - size.y)),
                              size.x, size.y};
                const double cost = cost_of(box, label.target, sums);
                if (cost < least) {
                    least = cost;
                    best = box;
                }
            }
        return best;
    }

    static Polyline outline(const Box& b) {
        return {{b.x, b.y}, {b.x + b.width, b.y}, {b.x + b.width, b.y + b.height}, {b.x, b.y + b.height}};
    }

    void add(const Label& label) {
        const Box box = best_place(label);
        const Point near{std::clamp(label.target.x, box.x, box.x + box.width),
                         std::clamp(label.target.y, box.y, box.y + box.height)};
        leaders_.emplace_back(Line{{label.target, near}, label.color, 1.0, 0.8});
        boxes_.emplace_back(Area{outline(box), black, 0.7});
        double base = box.y + margin();
        for (std::size_t i = 0; i < label.lines.size(); ++i) {
            Text line = text(label.lines[i], i == 0);
            base += line_height();
            line.at = {box.x + margin(), base - 0.4 * text_size_};
            if (i == 0) line.color = label.color;
            boxes_.emplace_back(std::move(line));
        }
        cost_.add({cvFloor(box.x), cvFloor(box.y), cvCeil(box.width), cvCeil(box.height)});
    }

    int width_, height_;
    double text_size_;
    HidingCost cost_;
    std::vector<Shape> leaders_, boxes_;
};

std::vector<Label> lesion_labels(const Analysis& analysis, double scale) {
    const Placement place(scale);
    struct NamedLesion {
        const Vessel* vessel;
        const Stenosis* stenosis;
    };
    std::vector<NamedLesion> worst;
    for (const Vessel& vessel : analysis.vessels)
        for (const Stenosis& s : lesions(vessel)) worst.push_back({&vessel, &s});
    // The worst are placed first and get the best places.
    std::ranges::stable_sort(worst, std::ranges::greater{}, [](const NamedLesion& lesion) {
        return lesion.stenosis->percent_diameter_stenosis.value_or(100.0);
    });
    constexpr std::size_t most_labels = 8;  // more hide the picture
    if (worst.size() > most_labels) worst.resize(most_labels);
    std::vector<Label> labels;
    for (const auto& [vessel, stenosis] : worst)
        labels.push_back(
            {place(stenosis->mld_at_px), lesion_color(*stenosis), lesion_lines(*vessel, *stenosis)});
    for (const Vessel& vessel : analysis.vessels)
        for (const Ectasia& e : ectasias(vessel))
            if (labels.size() < most_labels)
                labels.push_back({place(e.max_at_px), ectasia_color, ectasia_lines(vessel, e)});
    return labels;
}

// The scale bar.

/// A light shape on a dark one, visible on any ground.
void add_outlined(std::vector<Shape>& shapes, const Line& line) {
    Line shadow = line;
    shadow.color = black;
    shadow.width += 2.0;
    shapes.emplace_back(std::move(shadow));
    shapes.emplace_back(line);
}

std::vector<Shape> scale_bar(const Calibration& calibration, double scale, int width, int height) {
    if (!calibration.known()) return {};
    double length_mm = 10.0;
    const auto length = [&] { return scale * length_mm / *calibration.mm_per_px_x; };
    if (length() > 0.4 * width) length_mm = 1.0;
    if (length() > 0.4 * width) return {};
    const double margin = 0.03 * width, y = height - margin, tick = std::max(3.0, 0.006 * width);
    std::vector<Shape> shapes;
    add_outlined(
        shapes,
        {.points = {{margin, y - tick}, {margin, y}, {margin + length(), y}, {margin + length(), y - tick}},
         .color = white,
         .width = std::max(1.0, 0.8 * scale)});
    const Text name{.at = {margin + 0.5 * length(), y - 2.0 * tick},
                    .text = fixed(length_mm, 0) + " mm",
                    .size = std::clamp(width / 62.0, 11.0, 24.0),
                    .color = white,
                    .anchor = Anchor::middle};
    Text shadow = name;
    shadow.color = black;
    shadow.bold = true;
    shapes.emplace_back(std::move(shadow));
    shapes.emplace_back(name);
    return shapes;
}

// The mask.

void shade_mask(Image<Rgb>& picture, const Image<std::uint8_t>& mask) {
    if (mask.empty()) return;
    cv::Mat enlarged_mask, layer, canvas = as_mat(picture);
    cv::resize(as_mat(mask), enlarged_mask, canvas.size(), 0, 0, cv::INTER_NEAREST);
    cv::addWeighted(canvas, 0.75, cv::Mat(canvas.size(), canvas.type(), cv::Scalar(40, 200, 160)), 0.25, 0.0,
                    layer);
    layer.copyTo(canvas, enlarged_mask);
}

}  // namespace

void OverlayOptions::validate() const { require_between("scale", scale, 1.0, 8.0); }

Image<Rgb> draw_overlay(const Frame& frame, const Analysis& analysis, const OverlayOptions& options) {
    frame.validate();
    options.validate();
    Image<Rgb> picture = enlarged(grey_levels(frame), options.scale);
    if (options.draw_mask) shade_mask(picture, analysis.mask.mask);
    paint(VesselPainter(options.scale).shapes(analysis), picture);
    const HidingCost cost(analysis, Placement(options.scale), {picture.width(), picture.height()});
    paint(
        LabelPainter(picture.width(), picture.height(), cost).shapes(lesion_labels(analysis, options.scale)),
        picture);
    paint(scale_bar(analysis.calibration, options.scale, picture.width(), picture.height()), picture);
    return picture;
}

Image<std::uint8_t> draw_frame(const Frame& frame, int max_side_px) {
    frame.validate();
    require_positive("max_side_px", max_side_px);
    const Image<std::uint8_t> grey = grey_levels(frame);
    const double scale = static_cast<double>(max_side_px) / std::max(grey.width(), grey.height());
    if (scale >= 1.0) return grey;
    const auto side = [scale](int px) { return std::max(1, cvRound(px * scale)); };
    cv::Mat small;
    cv::resize(as_mat(grey), small, {side(grey.width()), side(grey.height())}, 0, 0, cv::INTER_AREA);
    return from_mat<std::uint8_t>(small);
}

}  // namespace stenometry::viz
