#include "sketch.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numbers>
#include <span>
#include <vector>

#include "sketch_canvas.h"
#include "sketch_chest.h"
#include "sketch_devices.h"
#include "sketch_random.h"
#include "sketch_tree.h"

namespace stenometry::training {
namespace {

constexpr std::uint8_t background = 0, artery = 1, catheter = 2, device = 3, ignored = 255;
constexpr double pi = std::numbers::pi;

/// The plane that the tree is projected on.
struct View {
    View(Random& random, std::span<const Branch> tree, double size_px, double scale)
        : towards(random_direction(random)),
          right(unit(cross(towards, random_direction(random)))),
          down(cross(towards, right)),
          px_per_mm(scale) {
        Place sum;
        double count = 0.0;
        for (const Branch& branch : tree)
            for (const Place& place : branch.places_mm) sum = sum + place, ++count;
        const Point middle = on_plane(1.0 / count * sum);
        const double x = size_px * (0.5 + 0.14 * random.normal()),
                     y = size_px * (0.5 + 0.14 * random.normal());
        offset = Point{x, y} - middle;
    }
    Point on_plane(Place p) const { return offset + px_per_mm * Point{dot(p, right), dot(p, down)}; }
    /// Of a ray through a tube with this direction, over that through one across the beam.
    double lengthening(Place direction) const {
        const double along = dot(unit(direction), towards);
        return 1.0 / std::max(0.3, std::sqrt(std::max(0.0, 1.0 - along * along)));
    }

    Place towards, right, down;
    double px_per_mm;
    Point offset = {};
};

/// How the medium thins out on its way, and how far it has come.
struct Bolus {
    Bolus(Random& random, double per_px)
        : medium_per_px(per_px),
          front_mm(random.chance(0.15) ? random.uniform(25, 110) : 1e9),
          dilution_per_mm(random.log_uniform(0.0005, 0.006)),
          streaks(random.uniform(0, 0.25)),
          streak_mm(random.uniform(5, 20)) {}

    double per_px(double from_ostium_mm) const {
        const double streaked = 1.0 + streaks * std::sin(2.0 * pi * from_ostium_mm / streak_mm);
        const double arrived = 1.0 / (1.0 + std::exp((from_ostium_mm - front_mm) / 4.0));
        return medium_per_px * std::exp(-dilution_per_mm * from_ostium_mm) * streaked * arrived;
    }

    double medium_per_px, front_mm, dilution_per_mm, streaks, streak_mm;
};

/// Lesions, ectasias and the wall's unevenness: what the diameter is multiplied by.
struct Wall {
    Wall(Random& random, double length_mm)
        : uneven(random.uniform(0, 0.08)), wave_mm(random.uniform(4, 15)), phase(random.uniform(0, 2 * pi)) {
        const auto add = [&](double shortest, double depth) {
            const double at = random.uniform(0.1, 0.9) * length_mm;
            changes.push_back({at, random.uniform(shortest, 9), depth});
        };
        if (random.chance(0.35))
            for (int left = random.integer(1, 2); left > 0; --left) add(2, random.uniform(0.15, 0.85));
        if (random.chance(0.1)) add(3, -random.uniform(0.1, 0.5));
    }
    double factor(double arc_mm) const {
        double result = 1.0 + uneven * std::sin(2.0 * pi * arc_mm / wave_mm + phase);
        for (const Change& c : changes)
            if (const double t = std::abs(arc_mm - c.at_mm) / c.half_length_mm; t < 1.0)
                result *= 1.0 - 0.5 * c.depth * (1.0 + std::cos(pi * t));
        return result;
    }

    struct Change {
        double at_mm, half_length_mm, depth;
    };
    double uneven, wave_mm, phase;
    std::vector<Change> changes;
};

/// Adds the dot, and others between it and the last one, so that none are further apart than half a pixel.
void continue_tube(Tube& tube, const Dot& dot) {
    if (!tube.empty()) {
        const Dot last = tube.back();
        const int steps = static_cast<int>(std::hypot(dot.at.x - last.at.x, dot.at.y - last.at.y) / 0.45);
        for (int i = 1; i < steps; ++i) {
            const double t = static_cast<double>(i) / steps;
            tube.push_back({last.at + t * (dot.at - last.at), std::lerp(last.radius, dot.radius, t),
                            std::lerp(last.attenuation, dot.attenuation, t)});
        }
    }
    tube.push_back(dot);
}

Tube projected(const Branch& branch, const View& view, const Wall& wall, const Bolus& bolus, double from_mm) {
    Tube tube;
    for (std::size_t i = 0; i + 1 < branch.places_mm.size(); ++i) {
        const Place here = branch.places_mm[i], step = branch.places_mm[i + 1] + -1.0 * here;
        const double arc = tree_step_mm * static_cast<double>(i);
        const double radius = 0.5 * view.px_per_mm * branch.diameter_mm[i] * wall.factor(arc);
        const double per_px = bolus.per_px(from_mm + arc) * view.lengthening(step);
        continue_tube(tube, {view.on_plane(here), radius, 2.0 * radius * per_px});
    }
    return tube;
}

std::optional<Mouth> mouth_of(const Branch& branch, std::span<const Branch> tree, const View& view) {
    if (!branch.parent) return {};
    const Branch& parent = tree[*branch.parent];
    const double radius = 0.5 * view.px_per_mm * parent.diameter_mm[branch.leaves_at];
    return Mouth{view.on_plane(parent.places_mm[branch.leaves_at]), 1.25 * radius + 0.5};
}

/// One sketch while it is drawn.
class Painter {
  public:
    Painter(int size_px, std::uint64_t seed, double devices)
        : random_(seed),
          size_(size_px),
          devices_(random_.chance(devices)),
          mm_per_px_(random_.log_uniform(0.17, 0.5) * 256.0 / size_px),
          medium_per_px_(random_.log_uniform(0.05, 0.2) * mm_per_px_),
          noise_(random_.log_uniform(0.004, 0.035)),
          sharpness_px_(random_.uniform(0.6, 1.9)),
          chest_(sketch_chest(random_, size_px, 1.0 / mm_per_px_)),
          beam_(size_px) {}

    Sketch finish();

  private:
    double px_per_mm() const { return 1.0 / mm_per_px_; }
    Bench bench() { return {random_, static_cast<double>(size_), px_per_mm(), beam_}; }
    void draw_arteries();
    void draw_guide_wire();
    void draw_reflux();
    void draw_catheter_and_devices();
    bool visible(const Dot& dot) const;
    bool drawn(const Dot& dot) const;
    void label(Image<std::uint8_t>& labels, const Tube& tube, std::uint8_t value, double part,
               double least) const;
    Image<std::uint8_t> labels() const;
    Image<float> grey();
    Image<std::uint8_t> displayed(const Image<float>& grey);
    void collimate(Sketch& sketch);

    Random random_;
    int size_;
    bool devices_;
    double mm_per_px_, medium_per_px_, noise_, sharpness_px_;
    Chest chest_;
    Attenuation beam_;
    std::vector<Tube> arteries_, other_;
    Tube catheter_;
    Ostium ostium_;
};

void Painter::draw_arteries() {
    const std::vector<Branch> tree = sketch_tree(random_);
    const View view(random_, tree, size_, px_per_mm());
    const Bolus bolus(random_, medium_per_px_);
    std::vector<double> begins_mm;
    for (const Branch& branch : tree) {
        begins_mm.push_back(branch.parent ? begins_mm[*branch.parent] +
                                                tree_step_mm * static_cast<double>(branch.leaves_at)
                                          : 0.0);
        const Wall wall(random_, tree_step_mm * static_cast<double>(branch.places_mm.size()));
        arteries_.push_back(projected(branch, view, wall, bolus, begins_mm.back()));
        beam_.add(arteries_.back(), mouth_of(branch, tree, view));
    }
    const Tube& root = arteries_.front();
    const Point way = root[std::min<std::size_t>(12, root.size() - 1)].at - root.front().at;
    ostium_ = {root.front().at, 1.0 / (std::hypot(way.x, way.y) + 1e-9) * way};
}

/// Thin steel along one of the larger vessels; it belongs to the artery, as annotators see it.
void Painter::draw_guide_wire() {
    const int last = std::min(3, static_cast<int>(arteries_.size()) - 1);
    Tube wire = arteries_[static_cast<std::size_t>(random_.integer(0, last))];
    wire.resize(static_cast<std::size_t>(static_cast<double>(wire.size()) * random_.uniform(0.4, 1.0)));
    const double attenuation = random_.log_uniform(0.04, 0.2);
    for (Dot& dot : wire) dot = {dot.at, std::max(0.35, 0.18 * px_per_mm()), attenuation};
    beam_.add(wire);
}

/// Medium that runs back into the aorta.
void Painter::draw_reflux() {
    const double a = px_per_mm() * random_.uniform(4, 14), b = px_per_mm() * random_.uniform(3, 9);
    const double angle = random_.uniform(0, pi), c = std::cos(angle), s = std::sin(angle);
    const Point centre = ostium_.at - 0.8 * a * ostium_.towards;
    const double amount = medium_per_px_ * random_.uniform(0.3, 1.0) * px_per_mm() * random_.uniform(3, 9);
    for (int y = 0; y < size_; ++y)
        for (int x = 0; x < size_; ++x) {
            const double dx = x - centre.x, dy = y - centre.y, u = (dx * c + dy * s) / a,
                         v = (dy * c - dx * s) / b;
            chest_.logarithm(x, y) -= static_cast<float>(amount * std::exp(-1.5 * (u * u + v * v)));
        }
}

void Painter::draw_catheter_and_devices() {
    if (random_.chance(0.93)) {
        catheter_ = draw_catheter(bench(), ostium_, medium_per_px_);
        if (!arteries_.empty() && random_.chance(0.3)) draw_reflux();
    }
    if (!arteries_.empty() && random_.chance(0.25)) draw_guide_wire();
    other_ = draw_devices(bench());
}

/// Above twigs, and told from noise and texture.
bool Painter::visible(const Dot& dot) const {
    const double width = 2.0 * dot.radius,
                 blurred = std::sqrt(width * width + 6.0 * sharpness_px_ * sharpness_px_);
    const double contrast = 0.78 * dot.attenuation * width / blurred,
                 clutter = 0.55 * noise_ + chest_.texture;
    return width * mm_per_px_ > 0.7 && contrast > std::max(1.5 * clutter, 0.014);
}

/// Below this nobody looks for it.
bool Painter::drawn(const Dot& dot) const {
    return dot.attenuation >= 0.004 && 2.0 * dot.radius * mm_per_px_ >= 0.45 && dot.radius >= 0.35;
}

void Painter::label(Image<std::uint8_t>& labels, const Tube& tube, std::uint8_t value, double part,
                    double least) const {
    for (const Dot& dot : tube) {
        const double radius = std::max(least, part * dot.radius);
        const int left = std::max(0, static_cast<int>(dot.at.x - radius - 1)),
                  top = std::max(0, static_cast<int>(dot.at.y - radius - 1));
        const int right = std::min(size_ - 1, static_cast<int>(dot.at.x + radius + 1)),
                  bottom = std::min(size_ - 1, static_cast<int>(dot.at.y + radius + 1));
        for (int y = top; y <= bottom; ++y)
            for (int x = left; x <= right; ++x)
                if (std::hypot(x - dot.at.x, y - dot.at.y) < radius && (dot.seen || labels(x, y) != value))
                    labels(x, y) = dot.seen ? value : ignored;
    }
}

/// Annotators draw a lumen narrower than it is: 0.82 of its radius, at least 1.1 px.
Image<std::uint8_t> Painter::labels() const {
    Image<std::uint8_t> labels(size_, size_), in_catheter(size_, size_);
    for (Tube tube : arteries_) {
        std::erase_if(tube, [&](const Dot& dot) { return !drawn(dot); });
        for (Dot& dot : tube) dot.seen = visible(dot);
        label(labels, tube, artery, 0.82, 1.1);
    }
    label(in_catheter, catheter_, catheter, 0.9, 1.1);
    for (int y = 0; y < size_; ++y)
        for (int x = 0; x < size_; ++x)
            if (in_catheter(x, y) != 0) labels(x, y) = labels(x, y) == artery ? ignored : catheter;
    for (const Tube& tube : other_) label(labels, tube, device, 1.0, 0.9);
    return labels;
}

Image<float> grain(Random& random, int size, double sigma_px) {
    Image<float> noise(size, size);
    double sum = 0.0;
    for (int y = 0; y < size; ++y)
        for (int x = 0; x < size; ++x) noise(x, y) = static_cast<float>(random.normal());
    blur(noise, sigma_px);
    for (int y = 0; y < size; ++y)
        for (int x = 0; x < size; ++x) sum += double{noise(x, y)} * double{noise(x, y)};
    const float scale = static_cast<float>(size / std::sqrt(sum));
    for (int y = 0; y < size; ++y)
        for (int x = 0; x < size; ++x) noise(x, y) *= scale;
    return noise;
}

double mean_of(const Image<float>& image) {
    double sum = 0.0;
    for (int y = 0; y < image.height(); ++y)
        for (int x = 0; x < image.width(); ++x) sum += double{image(x, y)};
    return sum / (image.width() * image.height());
}

void sharpen(Image<float>& image, double strength, double sigma_px) {
    Image<float> smooth = image.clone();
    blur(smooth, sigma_px);
    for (int y = 0; y < image.height(); ++y)
        for (int x = 0; x < image.width(); ++x)
            image(x, y) += static_cast<float>(strength) * (image(x, y) - smooth(x, y));
}

/// Logarithm of the X-rays with blur, scatter, noise and perhaps a console's sharpening.
Image<float> Painter::grey() {
    Image<float> tubes = beam_.pixels(), image = chest_.logarithm.clone();
    blur(tubes, sharpness_px_);
    blur(image, 0.8 * sharpness_px_);
    const Image<float> noise = grain(random_, size_, random_.uniform(0.2, 1.1));
    const double mean = mean_of(image) - mean_of(tubes), scatter = random_.uniform(0, 0.5);
    for (int y = 0; y < size_; ++y)
        for (int x = 0; x < size_; ++x) {
            const double rays =
                (std::exp(double{image(x, y)} - double{tubes(x, y)} - mean) + scatter) / (1 + scatter);
            const double noisy =
                rays * (1.0 + noise_ * double{noise(x, y)} * std::sqrt(1.0 / std::max(0.2, rays)));
            image(x, y) = static_cast<float>(std::log(std::max(0.01, noisy)));
        }
    if (random_.chance(0.45)) {
        const double sigma = random_.log_uniform(1, 5);
        sharpen(image, random_.log_uniform(0.3, 2.5), sigma);
    }
    return image;
}

/// The value that a part of the pixels stays below.
float quantile(const Image<float>& image, double part) {
    std::vector<float> values;
    for (int y = 0; y < image.height(); ++y)
        values.insert(values.end(), image.row(y), image.row(y) + image.width());
    const auto at = values.begin() + static_cast<std::ptrdiff_t>(part * static_cast<double>(values.size()));
    std::nth_element(values.begin(), at, values.end());
    return *at;
}

std::uint8_t to_byte(double value) { return static_cast<std::uint8_t>(std::clamp(value + 0.5, 0.0, 255.0)); }

/// Linear, sigmoid or logarithmic, some gamma, any window.
Image<std::uint8_t> Painter::displayed(const Image<float>& logarithm) {
    Image<float> image = logarithm.clone();
    const int curve = random_.integer(0, 2);
    for (int y = 0; y < size_; ++y)
        for (int x = 0; x < size_; ++x)
            if (curve != 2)
                image(x, y) =
                    curve == 0 ? std::exp(image(x, y)) : 1.0F / (1.0F + std::exp(-3.0F * image(x, y)));
    const double low = quantile(image, 0.01), high = quantile(image, 0.99);
    const double middle = random_.uniform(85, 160), range = random_.log_uniform(50, 230),
                 gamma = random_.log_uniform(0.75, 1.35);
    Image<std::uint8_t> shown(size_, size_);
    for (int y = 0; y < size_; ++y)
        for (int x = 0; x < size_; ++x) {
            const double t = (double{image(x, y)} - low) / (high - low + 1e-6);
            shown(x, y) = to_byte(middle + range * ((t < 0 ? t : std::pow(t, gamma)) - 0.5));
        }
    return shown;
}

/// Distance to the opening of a round or bladed collimator, positive inside.
using Opening = std::function<double(int x, int y)>;

Opening round_opening(Random& random, double size) {
    const double radius = size * random.uniform(0.46, 0.66);
    const double x0 = 0.5 * size + 4 * random.normal(), y0 = 0.5 * size + 4 * random.normal();
    return [=](int x, int y) { return radius - std::hypot(x - x0, y - y0); };
}

Opening bladed_opening(Random& random, double size) {
    const auto blade = [&] { return random.chance(0.6) ? size * random.uniform(0, 0.14) : -1.0; };
    const double left = blade(), right = blade(), top = blade(), bottom = blade(),
                 askew = 0.02 * random.normal();
    return [=](int x, int y) {
        const double dx = askew * (x - size / 2), dy = askew * (y - size / 2);
        return std::min({x - left + dy, size - 1 - right - x - dy, y - top - dx, size - 1 - bottom - y + dx});
    };
}

/// Half of the frames. A blade that nobody has found leaves a soft edge in the valid region.
void Painter::collimate(Sketch& sketch) {
    if (!random_.chance(0.5)) return;
    const bool round = random_.chance(0.3), found = round || random_.chance(0.75);
    const Opening opening = round ? round_opening(random_, size_) : bladed_opening(random_, size_);
    const double dark = random_.uniform(0, 70), softness = random_.log_uniform(0.6, 5);
    for (int y = 0; y < size_; ++y)
        for (int x = 0; x < size_; ++x) {
            const double inside = opening(x, y);
            if (inside >= 0) continue;
            const double left = found ? 0.0 : std::exp(inside / softness) * (sketch.image(x, y) - dark);
            sketch.image(x, y) = to_byte(dark + left + (found ? 3 * random_.normal() : 0.0));
            sketch.labels(x, y) = found ? ignored : background;
            if (found) sketch.valid(x, y) = 0;
        }
}

Sketch Painter::finish() {
    const bool empty = devices_ && random_.chance(0.14);
    ostium_.at = {random_.uniform(0.1, 0.9) * size_, random_.uniform(0.1, 0.9) * size_};
    if (!empty) draw_arteries();
    if (devices_) draw_catheter_and_devices();
    Sketch sketch{displayed(grey()), labels(), Image<std::uint8_t>(size_, size_, 255)};
    collimate(sketch);
    return sketch;
}

}  // namespace

Sketch draw_sketch(int size_px, std::uint64_t seed, double devices) {
    return Painter(size_px, seed, devices).finish();
}

}  // namespace stenometry::training
