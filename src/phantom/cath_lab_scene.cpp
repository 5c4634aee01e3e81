#include <algorithm>
#include <cmath>

#include "core/require.h"
#include "phantom/cath_lab_devices.h"
#include "phantom/spatial_truth.h"

namespace stenometry::phantom {
namespace {

/// How contrast has spread: concentration by the way from the ostium.
struct Bolus {
    double front_mm, front_width_mm;  ///< it has come so far
    double tail_mm, tail_width_mm;    ///< blood without contrast has come so far
    double dilution_mm;               ///< over which concentration falls to 1 / e

    double at(double ostium_mm) const {
        const auto passed = [](double from, double width) {
            const double t = std::clamp(from / width + 0.5, 0.0, 1.0);
            return t * t * (3.0 - 2.0 * t);
        };
        return passed(front_mm - ostium_mm, front_width_mm) * passed(ostium_mm - tail_mm, tail_width_mm) *
               portable::exp(-ostium_mm / dilution_mm);
    }
};

double log_uniform(Random& random, double low, double high) {
    return low * portable::exp(random.uniform() * portable::log(high / low));
}

/// Draws one scene.
class Laboratory {
  public:
    Laboratory(std::uint64_t seed, const CathLabOptions& options)
        : options_(options), random_(seed, 0x6c61626f), heart_(seed) {
        scene_.taken.seed = seed;
    }

    CathLabScene draw() {
        const bool left = random_.uniform() < options_.left;
        const int generations = 2 + static_cast<int>(random_.uniform(0.2, 2.99));
        arteries_ = coronary_tree_on(heart_, random_.bits(),
                                     left ? CoronaryArtery::left : CoronaryArtery::right, generations);
        draw_view(left);
        draw_exposure();
        add_lesions();
        fill();
        scene_.tubes = arteries_;
        add_devices();
        aim();
        if (options_.archived) draw_archive();
        return scene_;
    }

  private:
    bool chance(double probability) { return random_.uniform() < probability; }
    void add(const SpatialTubes& tubes) {
        scene_.tubes.insert(scene_.tubes.end(), tubes.begin(), tubes.end());
    }

    /// The projections of a routine examination, and all between.
    void draw_view(bool left) {
        View& view = scene_.view;
        view.left_oblique_deg = random_.uniform(left ? -50.0 : -45.0, left ? 70.0 : 75.0);
        view.cranial_deg = random_.uniform(left ? -40.0 : -20.0, 40.0);
        view.roll_deg = chance(0.2) ? random_.uniform(-25.0, 25.0) : random_.uniform(-5.0, 5.0);
        detector_mm_ = random_.uniform(105.0, 190.0);
    }

    void draw_exposure() {
        Scene& taken = scene_.taken;
        taken.width_px = taken.height_px = options_.size_px;
        taken.mm_per_px = log_uniform(random_, options_.min_mm_per_px, options_.max_mm_per_px);
        taken.mm_per_px = std::min(taken.mm_per_px, detector_mm_ / options_.size_px);
        scene_.archive.magnification = options_.archived && chance(0.4) ? random_.uniform(1.05, 2.2) : 1.0;
        const double native_mm = taken.mm_per_px * scene_.archive.magnification;
        taken.attenuation_per_mm = log_uniform(random_, 0.055, 0.2);
        taken.detector_blur_mm =
            native_mm * random_.uniform(0.5, scene_.archive.magnification > 1.3 ? 0.8 : 1.6);
        taken.focal_spot_mm = native_mm * random_.uniform(0.3, 1.2);
        taken.motion_mm = chance(0.4) ? random_.uniform(0.0, 3.0) * native_mm : 0.0;
        taken.motion_deg = random_.uniform(0.0, 180.0);
        taken.scatter_fraction = random_.uniform(0.1, 0.5);
        taken.quanta_per_px = log_uniform(random_, 2000.0, 60000.0);
        taken.noise_correlation_px = random_.uniform(0.3, 1.0);
        taken.background = random_.uniform(0.6, 1.5);
        draw_field_stop();
    }

    void draw_field_stop() {
        const double shown_mm = scene_.taken.mm_per_px * options_.size_px;
        if (shown_mm < 0.75 * detector_mm_ || chance(0.5)) return;
        scene_.taken.field_stop = chance(0.4) ? FieldStop::circle : FieldStop::blades;
        scene_.taken.field_margin_mm = random_.uniform(-0.16, 0.09) * shown_mm;
    }

    void add_lesions() {
        const int wanted = static_cast<int>(random_.uniform(0.0, options_.max_lesions + 1.0));
        for (int i = 0, tries = 0; i < wanted && tries < 50; ++tries) i += add_lesion() ? 1 : 0;
    }

    bool add_lesion() {
        SpatialTube& tube = arteries_[static_cast<std::size_t>(random_.uniform() * double(arteries_.size()))];
        const std::vector<double> arcs = arcs_of(tube.centerline_mm);
        const Lesion lesion{.at_mm = arcs.back() * random_.uniform(0.05, 0.85),
                            .length_mm = random_.uniform(3.0, 22.0),
                            .percent_diameter = random_.uniform(20.0, 92.0)};
        const double diameter = value_at(arcs, tube.diameter_mm, lesion.at_mm);
        if (diameter < 1.2 || lesion.length_mm > 0.8 * arcs.back()) return false;
        for (const Lesion& other : tube.lesions)
            if (std::abs(other.at_mm - lesion.at_mm) < 0.5 * (other.length_mm + lesion.length_mm) + 3.0)
                return false;
        tube.lesions.push_back(lesion);
        return true;
    }

    Filling filling() {
        if (options_.filling != Filling::random) return options_.filling;
        const double drawn = random_.uniform();
        return drawn < 0.72 ? Filling::full : drawn < 0.9 ? Filling::partial : Filling::empty;
    }

    Bolus bolus(Filling filling) {
        Bolus bolus{1e3, 10.0, -1e3, 10.0, log_uniform(random_, 150.0, 3000.0)};
        if (filling == Filling::full) return bolus;
        bolus.front_mm = random_.uniform(20.0, 140.0);
        bolus.front_width_mm = random_.uniform(10.0, 60.0);
        if (chance(0.35)) {  // it leaves
            std::swap(bolus.front_mm, bolus.tail_mm);
            std::swap(bolus.front_width_mm, bolus.tail_width_mm);
            bolus.front_mm = 1e3;
        }
        return bolus;
    }

    void fill() {
        filling_ = filling();
        if (filling_ == Filling::empty) return;
        const Bolus spread = bolus(filling_);
        const std::vector<double> starts = ostium_distances(arteries_);
        std::vector<double> streams(arteries_.size(), 1.0);
        for (std::size_t i = 0; i < arteries_.size(); ++i) {
            SpatialTube& tube = arteries_[i];
            // Blood from elsewhere and slow mixing let some branches fill less.
            if (tube.parent >= 0)
                streams[i] = streams[static_cast<std::size_t>(tube.parent)] *
                             (chance(0.2) ? random_.uniform(0.5, 1.0) : 1.0);
            for (const double arc : arcs_of(tube.centerline_mm))
                tube.medium.push_back(streams[i] * spread.at(starts[i] + arc));
        }
    }

    void add_devices() {
        if (chance(options_.catheter)) add_catheter();
        if (chance(options_.leads)) add(pacing_lead(random_, heart_));
        if (chance(options_.sternal_wires)) add(sternal_wires(random_));
        if (chance(options_.clips)) add(surgical_clips(random_));
        if (chance(options_.electrodes)) add(electrodes(random_));
        if (scene_.taken.background > 0.0 && chance(0.8)) add(lung_vessels(random_));
    }

    void add_catheter() {
        const bool filled = chance(filling_ == Filling::empty ? 0.4 : 0.8);
        const SpatialTube catheter =
            guide_catheter(random_, heart_, arteries_.front(), filled ? random_.uniform(0.7, 1.1) : 0.0);
        scene_.tubes.push_back(catheter);
        if (!chance(options_.guide_wire)) return;
        const auto longest = [](const SpatialTube& tube) { return tube.generation == 0; };
        const auto into = std::find_if(arteries_.begin(), arteries_.end(), longest);
        add(guide_wire(random_, catheter, *into));
    }

    /// The heart lies where the picture shows it; a part of the whole frame shows some of it.
    void aim() {
        View& view = scene_.view;
        view.centre_mm = {};
        Point low{1e9, 1e9}, high{-1e9, -1e9};
        for (const SpatialTube& tube : arteries_)
            for (const Point3 place : tube.centerline_mm) {
                const Point at = project(view, place).mm;
                low = {std::min(low.x, at.x), std::min(low.y, at.y)};
                high = {std::max(high.x, at.x), std::max(high.y, at.y)};
            }
        const Point free = 0.5 * (high - low);
        const double shown = 0.5 * scene_.taken.mm_per_px * options_.size_px;
        const auto off = [&](double half) {
            const double most = std::max(0.15 * shown, half - 0.6 * shown);
            return random_.uniform(-most, most);
        };
        const double dx = off(free.x), dy = off(free.y);
        const double c = degrees_cos(view.roll_deg), s = degrees_sin(view.roll_deg);
        const Point middle = 0.5 * (low + high) + Point{dx, dy};
        view.centre_mm = {c * middle.x + s * middle.y, c * middle.y - s * middle.x};
    }

    void draw_archive() {
        Archive& archive = scene_.archive;
        archive.exponent = chance(0.6) ? 0.0 : random_.uniform(-0.3, 0.9);
        archive.harmonise = random_.uniform(0.0, 0.7);
        archive.window = log_uniform(random_, 0.7, 2.1);
        archive.level = random_.uniform(0.4, 0.65);
        archive.sigmoid = chance(0.5);
        archive.gamma = chance(0.5) ? log_uniform(random_, 0.7, 1.5) : 1.0;
        archive.unsharp = chance(0.55) ? random_.uniform(0.2, 2.0) : 0.0;
        archive.unsharp_radius_px = log_uniform(random_, 1.0, 7.0);
        archive.equalise = chance(0.2) ? random_.uniform(0.2, 1.0) : 0.0;
        archive.shutter = chance(0.7);
        archive.median = chance(0.08);
        archive.jpeg_quality = chance(0.5) ? static_cast<int>(random_.uniform(40.0, 98.0)) : 0;
    }

    CathLabOptions options_;
    Random random_;
    HeartSurface heart_;
    CathLabScene scene_;
    SpatialTubes arteries_;
    Filling filling_ = Filling::full;
    double detector_mm_ = 150.0;  ///< side of the whole frame, of which the picture may be a part
};

void require_probability(const std::string& field, double value) {
    require(value >= 0.0 && value <= 1.0, field, value, "0 to 1");
}

}  // namespace

void CathLabOptions::validate() const {
    require(size_px >= 16 && size_px <= 4096, "size_px", size_px, "16 to 4096");
    require_positive("min_mm_per_px", min_mm_per_px);
    require(max_mm_per_px >= min_mm_per_px && max_mm_per_px < 10.0, "max_mm_per_px", max_mm_per_px,
            "at least min_mm_per_px and below 10");
    require_probability("left", left);
    require_probability("catheter", catheter);
    require_probability("guide_wire", guide_wire);
    require_probability("leads", leads);
    require_probability("sternal_wires", sternal_wires);
    require_probability("clips", clips);
    require_probability("electrodes", electrodes);
    require(max_lesions >= 0 && max_lesions <= 8, "max_lesions", max_lesions, "0 to 8");
}

CathLabScene cath_lab_scene(std::uint64_t seed, const CathLabOptions& options) {
    options.validate();
    return Laboratory(seed, options).draw();
}

}  // namespace stenometry::phantom
