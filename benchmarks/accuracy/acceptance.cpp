#include "acceptance.h"

#include <algorithm>

namespace stenometry::accuracy {
namespace {

using Cells = std::vector<CellResult>;

template <class Predicate>
Cells those(const Cells& cells, Predicate predicate) {
    Cells chosen;
    std::copy_if(cells.begin(), cells.end(), std::back_inserter(chosen), predicate);
    return chosen;
}

Cells joined(Cells cells, const Cells& more) {
    cells.insert(cells.end(), more.begin(), more.end());
    return cells;
}

/// The dose of a cine, the contrast that the phantoms have by default, and no chest.
bool usual(const CellResult& result) {
    const Imaging usual_imaging, &imaging = result.cell.imaging;
    return imaging.quanta_per_mm2 == usual_imaging.quanta_per_mm2 &&
           imaging.attenuation_per_mm == usual_imaging.attenuation_per_mm && imaging.background == 0.0;
}

Cells usual_bores(const Results& results) { return those(results.cells("keane"), usual); }

Cells bores_from(const Results& results, double from_mm, double to_mm) {
    return those(usual_bores(results), [&](const CellResult& r) {
        constexpr double rounding = 1e-6;
        return r.cell.artery.mld_mm() > from_mm - rounding && r.cell.artery.mld_mm() < to_mm + rounding;
    });
}

Cells tubes_from(const Results& results, double from_mm, double to_mm) {
    return those(results.cells("tubes"), [&](const CellResult& r) {
        return r.cell.artery.mld_mm() >= from_mm && r.cell.artery.mld_mm() <= to_mm;
    });
}

/// Everything that has a lesion and is imaged as modelled.
Cells as_modelled(const Results& results) {
    return joined(joined(results.cells("keane"), results.cells("clinical")), results.cells("detector"));
}

Figures all(const Cells& cells) { return figures_of(pooled(cells)); }

/// Root of the mean square over the cells: one cell's own standard deviation is known within 13 % only.
double over_bound(const Cells& cells, double Bounds::*bound) {
    double sum = 0.0;
    for (const CellResult& cell : cells) sum += std::pow(cell.figures.mld.sd / (cell.bounds.*bound), 2);
    return std::sqrt(sum / static_cast<double>(cells.size()));
}

double unwarned_mae(const Cells& cells) {
    std::vector<Reading> readings = pooled(cells);
    std::erase_if(readings, [](const Reading& r) { return r.warned; });
    return figures_of(readings).percent.mae;
}

/// The largest over all conditions of a mismatch.
double worst_mismatch(const Results& results) {
    double worst = nan;
    for (const std::string study : {"mismatch", "elliptical"})
        for (const Group& condition : grouped(results.cells(study), imaging_of))
            worst = std::fmax(worst, unwarned_mae(condition.cells));
    return worst;
}

double far_off_unwarned_percent(const Results& results) {
    const Figures figures = all(joined(results.cells("mismatch"), results.cells("elliptical")));
    return figures.n > 0 ? 100.0 * (figures.off - figures.off_warned) / figures.n : nan;
}

/// Of those lesions that decide about treatment.
double missed_percent(const Results& results) {
    const Figures figures = all(those(as_modelled(results), [](const CellResult& r) {
        constexpr double relevant_percent = 40.0;
        return r.cell.artery.percent_diameter >= relevant_percent;
    }));
    return figures.n > 0 ? 100.0 * figures.failures / figures.n : nan;
}

using R = const Results&;
double channel_bias(R r) { return all(usual_bores(r)).mld.bias; }
double channel_sd(R r) { return all(usual_bores(r)).mld.sd; }
double channel_slope(R r) { return all(usual_bores(r)).mld.slope; }
double wide_over_2_mm(R r) { return over_bound(bores_from(r, 1.0, 1.9), &Bounds::over_2_mm); }
double narrow_over_2_mm(R r) { return over_bound(bores_from(r, 0.5, 0.5), &Bounds::over_2_mm); }
double wide_over_channel(R r) { return over_bound(bores_from(r, 1.0, 1.9), &Bounds::over_channel); }
double narrow_over_channel(R r) { return over_bound(bores_from(r, 0.5, 0.5), &Bounds::over_channel); }
double tubes_over_2_mm(R r) { return over_bound(tubes_from(r, 1.0, 4.0), &Bounds::over_2_mm); }
double mld_coverage(R r) { return all(as_modelled(r)).mld.coverage_percent; }
double reference_coverage(R r) { return all(as_modelled(r)).reference.coverage_percent; }
double percent_coverage(R r) { return all(as_modelled(r)).percent.coverage_percent; }
double clinical_mae(R r) { return all(r.cells("clinical")).percent.mae; }
double moved_sd(R r) { return together("", r.points_moved).mld_sd_mm; }
double frames_sd(R r) { return together("", r.neighbouring_frames).mld_sd_mm; }

// Figure, unit, decimals, target, band of the quick run, value. A band is what the quick run gives and a
// tenth more, for compilers that round otherwise; each better method narrows it, until it is the target.
const std::vector<Criterion> table{
    {"drilled channels: MLD bias", "mm", 3, {-0.03, 0.03}, {-0.03, 0.03}, channel_bias},
    {"drilled channels: MLD sd", "mm", 3, {0, 0.06}, {0, 0.06}, channel_sd},
    {"drilled channels: slope", "", 3, {0.97, 1.03}, {0.97, 1.03}, channel_slope},
    {"channels of 1.0 to 1.9 mm: sd / bound over 2 mm", "", 2, {0, 1.3}, {0, 1.3}, wide_over_2_mm},
    {"channel of 0.5 mm: sd / bound over 2 mm", "", 2, {0, 1.6}, {0, 1.6}, narrow_over_2_mm},
    {"channels of 1.0 to 1.9 mm: sd / bound over the channel", "", 2, {0, 1.3}, {0, 1.4}, wide_over_channel},
    {"channel of 0.5 mm: sd / bound over the channel", "", 2, {0, 1.6}, {0, 2.0}, narrow_over_channel},
    {"tubes of 1.0 to 4.0 mm: sd / bound over 2 mm", "", 2, {0, 1.3}, {0, 1.3}, tubes_over_2_mm},
    {"coverage of the MLD's interval", "%", 1, {93, 97}, {88, 100}, mld_coverage},
    {"coverage of the reference's interval", "%", 1, {93, 97}, {88, 100}, reference_coverage},
    {"coverage of the interval of %DS", "%", 1, {93, 97}, {88, 100}, percent_coverage},
    {"lesions of 40 % and more not reported", "%", 1, {0, 1}, {0, 1}, missed_percent},
    {"lesions in curved arteries: %DS MAE", "points", 1, {0, 4}, {0, 4}, clinical_mae},
    {"worst mismatch: %DS MAE without a warning", "points", 1, {0, 4}, {0, 4}, worst_mismatch},
    {"mismatch: %DS off by > 8 points, no warning", "%", 1, {0, 5}, {0, 5}, far_off_unwarned_percent},
    {"points moved by up to 3 px: MLD sd", "mm", 3, {0, 0.02}, {0, 0.02}, moved_sd},
    {"neighbouring frames of a cine: MLD sd", "mm", 3, {0, 0.06}, {0, 0.07}, frames_sd},
};

}  // namespace

const std::vector<Criterion>& criteria() { return table; }

}  // namespace stenometry::accuracy
