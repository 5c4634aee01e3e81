#include "stenometry/viz/plot.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "viz/drawing.h"

namespace stenometry::viz {
namespace {

constexpr Rgb ink{40, 44, 52};
constexpr Rgb faint{222, 226, 230};
constexpr Rgb measured_color{28, 100, 180};
constexpr Rgb reference_color{90, 96, 105};
constexpr Rgb lesion_color{214, 60, 46};
constexpr Rgb ectasia_color{20, 130, 90};

constexpr double width = 800.0, height = 400.0;
constexpr double left = 62.0, right = 782.0, top = 48.0, bottom = 346.0;  // of the axes
constexpr double text_size = 13.0;

std::string fixed(double value, int decimals) {
    std::array<char, 64> buffer;
    const int length = std::snprintf(buffer.data(), buffer.size(), "%.*f", decimals, value);
    return {buffer.data(), static_cast<std::size_t>(length)};
}

/// A range of values on an axis, with its ticks.
struct Axis {
    double max = 1.0;  ///< the axis begins at 0
    double tick = 1.0;
    double at_zero = 0.0, at_max = 1.0;  ///< places on the drawing

    double place(double value) const { return at_zero + (at_max - at_zero) * value / max; }
    int decimals() const { return std::max(0, static_cast<int>(std::ceil(-std::log10(tick) - 1e-9))); }
};

/// The step of 1, 2 or 5 times a power of ten that divides `range` into `about` parts or a few more.
double nice_step(double range, int about) {
    const double power = std::pow(10.0, std::floor(std::log10(range / about)));
    for (const double factor : {1.0, 2.0, 5.0})
        if (range / (factor * power) <= about) return factor * power;
    return 10.0 * power;
}

double largest(const std::vector<double>& values) {
    double max = 0.0;
    for (const double v : values)
        if (std::isfinite(v)) max = std::max(max, v);
    return max;
}

/// What is drawn, in the unit of the axes.
struct Curves {
    std::vector<double> position, diameter, sd, reference;
    std::string unit;
    double factor = 1.0;  ///< from pixels to `unit`
};

std::vector<double> scaled(std::vector<double> values, double factor) {
    for (double& v : values) v *= factor;
    return values;
}

Curves curves_of(const Vessel& vessel, const Calibration& calibration) {
    const double factor = calibration.known() ? calibration.mm_per_px() : 1.0;
    return {.position = scaled(vessel.diameter.position_px, factor),
            .diameter = scaled(vessel.diameter.diameter_px, factor),
            .sd = scaled(vessel.diameter.sd_px, factor),
            .reference = scaled(vessel.reference.diameter_px, factor),
            .unit = calibration.known() ? "mm" : "px",
            .factor = factor};
}

class Plot {
  public:
    explicit Plot(Curves curves) : curves_(std::move(curves)) {
        const double length = std::max(largest(curves_.position), 1e-9);
        // A tenth is left above the curves for the names of the lesions.
        const double widest = std::max({largest(curves_.diameter), largest(curves_.reference), 1e-9}) * 1.25;
        x_ = {.max = length, .tick = nice_step(length, 8), .at_zero = left, .at_max = right};
        y_ = {.max = widest, .tick = nice_step(widest, 8), .at_zero = bottom, .at_max = top};
    }

    Drawing draw(const Vessel& vessel) {
        for (const Stenosis& s : lesions(vessel)) shade(s.proximal_index, s.distal_index, lesion_color);
        for (const Ectasia& e : ectasias(vessel)) shade(e.proximal_index, e.distal_index, ectasia_color);
        draw_axes();
        draw_band();
        draw_curve(curves_.reference, {.color = reference_color, .width = 1.5, .dashed = true});
        draw_curve(curves_.diameter, {.color = measured_color, .width = 1.8});
        for (const Stenosis& s : lesions(vessel)) mark_minimum(s);
        for (const Ectasia& e : ectasias(vessel)) mark_maximum(e);
        name_lesions(vessel);
        draw_legend();
        if (largest(curves_.diameter) == 0.0) say_why(vessel);
        text({left, 22.0}, "Vessel " + std::to_string(vessel.id), Anchor::start, ink, true);
        return std::move(drawing_);
    }

  private:
    Point place(double x, double y) const { return {x_.place(x), y_.place(y)}; }

    void line(Polyline points, Line style) {
        style.points = std::move(points);
        drawing_.shapes.emplace_back(std::move(style));
    }

    void text(Point at, std::string words, Anchor anchor, Rgb color = ink, bool bold = false,
              bool upwards = false) {
        drawing_.shapes.emplace_back(Text{at, std::move(words), text_size, color, anchor, bold, upwards});
    }

    double position(std::size_t index) const {
        return index < curves_.position.size() ? curves_.position[index] : 0.0;
    }

    void shade(std::size_t proximal, std::size_t distal, Rgb color) {
        const double from = x_.place(position(proximal)), to = x_.place(position(distal));
        drawing_.shapes.emplace_back(
            Area{{{from, top}, {to, top}, {to, bottom}, {from, bottom}}, color, 0.12});
    }

    void draw_axes() {
        for (int i = 0; i * y_.tick <= y_.max * (1.0 + 1e-9); ++i) {
            const double y = y_.place(i * y_.tick);
            line({{left, y}, {right, y}}, {.color = faint});
            text({left - 8.0, y + 4.5}, fixed(i * y_.tick, y_.decimals()), Anchor::end);
        }
        for (int i = 0; i * x_.tick <= x_.max * (1.0 + 1e-9); ++i) {
            const double x = x_.place(i * x_.tick);
            line({{x, bottom}, {x, bottom + 5.0}}, {.color = ink});
            text({x, bottom + 20.0}, fixed(i * x_.tick, x_.decimals()), Anchor::middle);
        }
        line({{left, top}, {left, bottom}, {right, bottom}}, {.color = ink, .width = 1.2});
        text({0.5 * (left + right), height - 12.0}, "Distance along the vessel (" + curves_.unit + ")",
             Anchor::middle);
        text({18.0, 0.5 * (top + bottom)}, "Lumen diameter (" + curves_.unit + ")", Anchor::middle, ink,
             false, true);
    }

    Polyline curve(const std::vector<double>& values) const {
        if (values.size() != curves_.position.size()) return {};
        Polyline points;
        for (std::size_t i = 0; i < values.size(); ++i)
            points.push_back(std::isfinite(values[i]) ? place(curves_.position[i], values[i]) : no_point);
        return points;
    }

    void draw_curve(const std::vector<double>& values, Line style) { line(curve(values), std::move(style)); }

    /// One standard error to either side, as one area for each part that was measured.
    void draw_band() {
        if (curves_.sd.size() != curves_.diameter.size()) return;
        std::vector<double> low = curves_.diameter, high = curves_.diameter;
        for (std::size_t i = 0; i < low.size(); ++i) {
            low[i] = std::max(0.0, low[i] - curves_.sd[i]);
            high[i] += curves_.sd[i];
            if (!std::isfinite(high[i])) low[i] = high[i];
        }
        const auto below = finite_parts(curve(low)), above = finite_parts(curve(high));
        for (std::size_t part = 0; part < above.size() && part < below.size(); ++part) {
            Polyline outline = above[part];
            outline.insert(outline.end(), below[part].rbegin(), below[part].rend());
            drawing_.shapes.emplace_back(Area{std::move(outline), measured_color, 0.2});
        }
    }

    void mark_minimum(const Stenosis& s) {
        if (!s.mld_px || !s.reference_px) return;
        const double at = position(s.mld_index);
        line({place(at, *s.mld_px * curves_.factor), place(at, *s.reference_px * curves_.factor)},
             {.color = lesion_color, .width = 1.5});
    }

    void mark_maximum(const Ectasia& e) {
        const double at = position(e.max_index);
        line({place(at, e.reference_px * curves_.factor), place(at, e.max_diameter_px * curves_.factor)},
             {.color = ectasia_color, .width = 1.5});
    }

    std::string name_of(const Stenosis& s) const {
        if (s.total_occlusion) return "occluded";
        if (!s.percent_diameter_stenosis) return "not measured";
        return fixed(*s.percent_diameter_stenosis, 0) + " % DS";
    }

    /// What stands above a lesion.
    struct Name {
        std::size_t proximal, distal;
        std::string headline, below;
        Rgb color;
    };

    std::vector<Name> names_of(const Vessel& vessel) const {
        std::vector<Name> names;
        for (const Stenosis& s : lesions(vessel))
            names.push_back({s.proximal_index, s.distal_index, name_of(s),
                             s.mld_px ? "MLD " + length_text(*s.mld_px) : "", lesion_color});
        for (const Ectasia& e : ectasias(vessel))
            names.push_back({e.proximal_index, e.distal_index, "ectasia x " + fixed(e.ratio(), 2),
                             "max. " + length_text(e.max_diameter_px), ectasia_color});
        std::ranges::stable_sort(names, {}, &Name::proximal);
        return names;
    }

    /// Above each lesion its percentage and its minimum, above each ectasia its ratio and its maximum; those
    /// close to each other take turns between two rows.
    void name_lesions(const Vessel& vessel) {
        double taken_to = left;
        bool lower = false;
        for (const Name& name : names_of(vessel)) {
            const double half = 42.0;
            const double middle =
                std::clamp(0.5 * (x_.place(position(name.proximal)) + x_.place(position(name.distal))),
                           left + half, right - half);
            lower = middle - half < taken_to && !lower;
            taken_to = middle + half;
            const double y = top + (lower ? 46.0 : 14.0);
            text({middle, y}, name.headline, Anchor::middle, name.color, true);
            if (!name.below.empty()) text({middle, y + 15.0}, name.below, Anchor::middle, name.color);
        }
    }

    std::string length_text(double px) const {
        return fixed(px * curves_.factor, curves_.unit == "mm" ? 2 : 1) + ' ' + curves_.unit;
    }

    void draw_legend() {
        const double y = 18.0;
        drawing_.shapes.emplace_back(Area{
            {{430.0, y - 5.0}, {458.0, y - 5.0}, {458.0, y + 5.0}, {430.0, y + 5.0}}, measured_color, 0.2});
        line({{430.0, y}, {458.0, y}}, {.color = measured_color, .width = 1.8});
        text({464.0, y + 4.5}, "measured, one standard error", Anchor::start);
        line({{682.0, y}, {710.0, y}}, {.color = reference_color, .width = 1.5, .dashed = true});
        text({716.0, y + 4.5}, "reference", Anchor::start);
    }

    void say_why(const Vessel& vessel) {
        text({0.5 * (left + right), 0.5 * (top + bottom)}, std::string(explain(vessel.contour.reason)),
             Anchor::middle);
    }

    Curves curves_;
    Axis x_, y_;
    Drawing drawing_{width, height, {}};
};

Drawing diameter_plot(const Vessel& vessel, const Calibration& calibration) {
    return Plot(curves_of(vessel, calibration)).draw(vessel);
}

}  // namespace

std::string plot_diameter_svg(const Vessel& vessel, const Calibration& calibration) {
    return to_svg(diameter_plot(vessel, calibration),
                  "Lumen diameter along vessel " + std::to_string(vessel.id));
}

Image<Rgb> plot_diameter(const Vessel& vessel, const Calibration& calibration) {
    constexpr double pixels_per_unit = 2.0;  // for print and for screens of high resolution
    return to_picture(diameter_plot(vessel, calibration), pixels_per_unit);
}

}  // namespace stenometry::viz
