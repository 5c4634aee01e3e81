#include "figures.h"

#include <algorithm>
#include <numbers>

#include "cramer_rao.h"

namespace stenometry::accuracy {
namespace {

struct Moments {
    double mean = nan, variance = nan;
};

Moments moments(const std::vector<double>& values) {
    if (values.empty()) return {};
    const auto n = static_cast<double>(values.size());
    double sum = 0.0, squares = 0.0;
    for (const double v : values) sum += v;
    for (const double v : values) squares += (v - sum / n) * (v - sum / n);
    return {sum / n, values.size() > 1 ? squares / (n - 1.0) : nan};
}

/// Least squares line of measured on true.
void regress(std::span<const Quantity> quantities, ErrorFigures& figures) {
    std::vector<double> truths, values;
    for (const Quantity& q : quantities) truths.push_back(q.truth), values.push_back(q.value);
    const Moments x = moments(truths), y = moments(values);
    if (!(x.variance > 1e-12)) return;
    double covariance = 0.0;
    for (std::size_t i = 0; i < truths.size(); ++i)
        covariance += (truths[i] - x.mean) * (values[i] - y.mean) / static_cast<double>(truths.size() - 1);
    figures.slope = covariance / x.variance;
    figures.intercept = y.mean - figures.slope * x.mean;
}

void cover(std::span<const Quantity> quantities, ErrorFigures& figures) {
    int covered = 0;
    for (const Quantity& q : quantities) {
        figures.intervals += q.has_interval() ? 1 : 0;
        covered += q.has_interval() && q.covered() ? 1 : 0;
    }
    if (figures.intervals > 0) figures.coverage_percent = 100.0 * covered / figures.intervals;
}

std::vector<Quantity> measured(std::span<const Reading> readings, Quantity Reading::*which) {
    std::vector<Quantity> quantities;
    for (const Reading& reading : readings)
        if (reading.reported && (reading.*which).measured()) quantities.push_back(reading.*which);
    return quantities;
}

double mean_along(std::span<const Reading> readings) {
    std::vector<double> lengths;
    for (const Reading& reading : readings)
        if (std::isfinite(reading.along_mm)) lengths.push_back(reading.along_mm);
    return moments(lengths).mean;
}

bool is_off(const Reading& reading) {
    return reading.reported && std::abs(reading.percent.error()) > far_off_percent;
}

template <class Predicate>
int count(std::span<const Reading> readings, Predicate predicate) {
    return static_cast<int>(std::count_if(readings.begin(), readings.end(), predicate));
}

/// Length of a box that leaves as much noise as averaging by a Gaussian.
double equivalent_length(double sigma) { return 2.0 * std::sqrt(std::numbers::pi) * sigma; }

}  // namespace

ErrorFigures figures_of(std::span<const Quantity> quantities) {
    ErrorFigures figures{.n = static_cast<int>(quantities.size())};
    std::vector<double> errors, sizes;
    for (const Quantity& q : quantities) errors.push_back(q.error()), sizes.push_back(std::abs(q.error()));
    const Moments error = moments(errors);
    figures.bias = error.mean;
    figures.sd = std::sqrt(error.variance);
    figures.mae = moments(sizes).mean;
    regress(quantities, figures);
    cover(quantities, figures);
    return figures;
}

Figures figures_of(std::span<const Reading> readings) {
    Figures figures{.n = static_cast<int>(readings.size()),
                    .failures = count(readings, [](const Reading& r) { return !r.reported; }),
                    .warned = count(readings, [](const Reading& r) { return r.warned; }),
                    .off = count(readings, is_off),
                    .off_warned = count(readings, [](const Reading& r) { return is_off(r) && r.warned; }),
                    .along_mm = mean_along(readings),
                    .mld = figures_of(measured(readings, &Reading::mld)),
                    .reference = figures_of(measured(readings, &Reading::reference)),
                    .percent = figures_of(measured(readings, &Reading::percent)),
                    .length = figures_of(measured(readings, &Reading::length))};
    for (const Reading& reading : readings) figures.other_lesions += reading.other_lesions;
    return figures;
}

Bounds bounds_of(const Cell& cell, double along_mm) {
    const ProfileModel model = model_of(cell.imaging);
    const double mld = cell.artery.mld_mm();
    constexpr double published_length_mm = 2.0;  // of the usual tables of this bound
    const auto bound = [&](Contrast contrast, double length_mm) {
        return bound_mm(model, mld, contrast, length_mm);
    };
    Bounds bounds{.over_2_mm = bound(Contrast::known, published_length_mm),
                  .over_2_mm_free = bound(Contrast::free, published_length_mm)};
    if (along_mm > 0.0) bounds.over_own_length = bound(Contrast::known, equivalent_length(along_mm));
    if (cell.artery.shape == phantom::LesionShape::drilled) {
        bounds.over_channel = channel_bound_mm(model, mld, Contrast::known, cell.artery.length_mm);
        bounds.over_channel_free = channel_bound_mm(model, mld, Contrast::free, cell.artery.length_mm);
    }
    return bounds;
}

std::vector<Reading> pooled(std::span<const CellResult> cells) {
    std::vector<Reading> readings;
    for (const CellResult& cell : cells)
        readings.insert(readings.end(), cell.readings.begin(), cell.readings.end());
    return readings;
}

double sd_within_cells(std::span<const CellResult> cells) {
    double squares = 0.0, freedom = 0.0;
    for (const CellResult& cell : cells)
        if (const ErrorFigures& mld = cell.figures.mld; mld.n > 1) {
            squares += mld.sd * mld.sd * (mld.n - 1.0);
            freedom += mld.n - 1.0;
        }
    return std::sqrt(squares / freedom);
}

}  // namespace stenometry::accuracy
