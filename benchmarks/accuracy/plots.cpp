#include "plots.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "chart.h"
#include "text.h"

namespace stenometry::accuracy {
namespace {

using Cells = std::vector<CellResult>;

// Error against size

struct PixelSize {
    std::string imaging;
    Rgb color;
    double shift;  ///< of its points, in parts of the step between sizes, so that they stand side by side
};
const std::array<PixelSize, 3> pixel_sizes{
    {{"0.12 mm", blue, -1.0}, {"0.20 mm", orange, 0.0}, {"0.28 mm", green, 1.0}}};

const PixelSize* pixel_size_of(const Cell& cell) {
    for (const PixelSize& size : pixel_sizes)
        if (size.imaging == cell.imaging.name) return &size;
    return nullptr;
}

/// The Cramér-Rao bound to either side of no error, at the pixel size in the middle.
void draw_bound(Chart& chart, const Cells& cells) {
    Polyline above, outline;
    for (const CellResult& result : cells)
        if (result.cell.imaging.name == pixel_sizes[1].imaging)
            above.push_back({result.cell.artery.mld_mm(), result.bounds.over_2_mm});
    outline = above;
    for (auto p = above.rbegin(); p != above.rend(); ++p) outline.push_back({p->x, -p->y});
    if (!outline.empty()) chart.area(outline, grey, 0.3);
}

void draw_errors(Chart& chart, const Cells& cells, double shift_mm) {
    draw_bound(chart, cells);
    chart.line(-1.0, 0.0, 100.0, 0.0, ink);
    for (const CellResult& result : cells)
        if (const PixelSize* size = pixel_size_of(result.cell)) {
            const ErrorFigures& mld = result.figures.mld;
            const double x = result.cell.artery.mld_mm() + size->shift * shift_mm;
            chart.line(x, mld.bias - mld.sd, x, mld.bias + mld.sd, size->color, 1.6);
            if (mld.n > 0) chart.point(x, mld.bias, size->color, 3.8);
        }
}

NamedPlot error_against_size(const Results& results) {
    NamedPlot plot{
        "error_against_size",
        "Error of the diameter against its size: mean and one standard deviation of a cell; the grey zone "
        "is the Cramer-Rao bound over 2 mm at pixels of 0.20 mm",
        "svg",
        {1000.0, 390.0, {}}};
    const std::string error = "measured minus true (mm)";
    Chart channels(plot.drawing, {70.0, 480.0, 40.0, 335.0},
                   {0.3, 2.1, 0.2, "true diameter of the channel (mm)"}, {-0.3, 0.3, 0.1, error});
    channels.title("Drilled channels in 3 mm");
    draw_errors(channels, results.cells("keane"), 0.025);
    Chart tubes(plot.drawing, {570.0, 980.0, 40.0, 335.0}, {0.4, 5.4, 1.0, "true diameter of the tube (mm)"},
                {-0.3, 0.3, 0.1, error});
    tubes.title("Plain tubes");
    tubes.legend({{"0.12", blue}, {"0.20", orange}, {"0.28 mm pixels", green}});
    draw_errors(tubes, results.cells("tubes"), 0.05);
    return plot;
}

// Bland and Altman

/// One of the two charts.
struct Differences {
    std::string title;
    Axis x, y;
    Quantity Reading::*which;
    int decimals;
};
const Differences mld_differences{"Minimal lumen diameter",
                                  {0.0, 3.5, 0.5, "mean of measured and true MLD (mm)"},
                                  {-1.0, 1.0, 0.2, "measured minus true (mm)"},
                                  &Reading::mld,
                                  2};
const Differences percent_differences{"Percent diameter stenosis",
                                      {10.0, 100.0, 10.0, "mean of measured and true %DS"},
                                      {-40.0, 40.0, 10.0, "measured minus true (points)"},
                                      &Reading::percent,
                                      1};

/// Mean difference and the limits within which 95 of 100 differences lie.
void draw_limits(Chart& chart, const Differences& what, const ErrorFigures& figures) {
    for (const double deviations : {-1.96, 0.0, 1.96}) {
        const double value = figures.bias + deviations * figures.sd;
        if (!(value >= what.y.low && value <= what.y.high)) continue;
        chart.line(what.x.low, value, what.x.high, value, red, 1.6, deviations != 0.0);
        chart.text(what.x.high, value, "  " + number(value, what.decimals), viz::Anchor::start, red);
    }
}

void draw_differences(viz::Drawing& drawing, Box box, const Differences& what, const Cells& cells) {
    Chart chart(drawing, box, what.x, what.y);
    chart.title(what.title);
    std::vector<Quantity> quantities;
    for (const Reading& reading : pooled(cells))
        if (reading.reported) quantities.push_back(reading.*what.which);
    for (const Quantity& q : quantities) chart.point(0.5 * (q.truth + q.value), q.error(), blue, 2.2, 0.3);
    draw_limits(chart, what, figures_of(quantities));
}

NamedPlot bland_altman(const Results& results) {
    NamedPlot plot{
        "bland_altman",
        "Bland-Altman plot of the clinical lesions: difference against the mean of measured and true "
        "value, with the mean difference and the limits of agreement; points on the frame lie beyond it",
        "png",
        {1000.0, 410.0, {}}};
    const Cells& cells = results.cells("clinical");
    draw_differences(plot.drawing, {70.0, 440.0, 40.0, 355.0}, mld_differences, cells);
    draw_differences(plot.drawing, {570.0, 940.0, 40.0, 355.0}, percent_differences, cells);
    return plot;
}

// Coverage

struct CoverageRow {
    std::string name;
    Figures figures;
};

std::string percent_of(const Cell& cell) {
    return "lesions of " + number(cell.artery.percent_diameter, 0) + " % DS";
}

void add_rows(const Cells& cells, const std::string& before, std::string (*key)(const Cell&),
              std::vector<CoverageRow>& rows) {
    for (const Group& group : grouped(cells, key))
        rows.push_back({before + group.name, figures_of(pooled(group.cells))});
}

std::vector<CoverageRow> coverage_rows(const Results& results) {
    std::vector<CoverageRow> rows;
    add_rows(results.cells("keane"), "channels, ", imaging_of, rows);
    add_rows(results.cells("tubes"), "tubes, ", imaging_of, rows);
    add_rows(results.cells("clinical"), "", percent_of, rows);
    add_rows(results.cells("detector"), "lesions, ", imaging_of, rows);
    return rows;
}

/// Wilson's interval of 95 % for a share that was counted, in percent; J. Am. Stat. Assoc. 22 (1927) 209.
std::array<double, 2> wilson(double percent, int n) {
    constexpr double z = 1.96;
    const double p = 0.01 * percent, scale = 100.0 / (1.0 + z * z / n);
    const double middle = p + z * z / (2.0 * n);
    const double half = z * std::sqrt(p * (1.0 - p) / n + z * z / (4.0 * n * n));
    return {scale * (middle - half), scale * (middle + half)};
}

void draw_coverage(Chart& chart, double y, const ErrorFigures& figures, Rgb color) {
    if (figures.intervals == 0) return;
    const auto [low, high] = wilson(figures.coverage_percent, figures.intervals);
    chart.line(low, y, high, y, color, 1.6);
    chart.point(figures.coverage_percent, y, color, 3.6);
}

std::vector<std::string> names_of(const std::vector<CoverageRow>& rows) {
    std::vector<std::string> names;
    for (const CoverageRow& row : rows) names.push_back(row.name);
    return names;
}

constexpr double row_height = 26.0;

NamedPlot coverage(const Results& results) {
    const std::vector<CoverageRow> rows = coverage_rows(results);
    const double last = static_cast<double>(rows.size()) - 0.5, bottom = 50.0 + row_height * (last + 0.5);
    NamedPlot plot{
        "coverage",
        "How often the interval of 95 % holds the truth, with the interval in which that share is known",
        "svg",
        {900.0, bottom + 60.0, {}}};
    Chart chart(plot.drawing, {300.0, 870.0, 50.0, bottom},
                {0.0, 100.0, 10.0, "intervals that hold the true value (%)"}, {last, -0.5, 1.0, ""},
                names_of(rows));
    chart.area({{93.0, -0.5}, {97.0, -0.5}, {97.0, last}, {93.0, last}}, grey, 0.3);
    chart.legend({{"MLD", blue}, {"reference", orange}, {"% DS", green}});
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const auto y = static_cast<double>(i);
        draw_coverage(chart, y - 0.25, rows[i].figures.mld, blue);
        draw_coverage(chart, y, rows[i].figures.reference, orange);
        draw_coverage(chart, y + 0.25, rows[i].figures.percent, green);
    }
    return plot;
}

// Mismatch

void draw_mismatch(Chart& chart, double y, double column, const Figures& figures) {
    const double mae = figures.percent.mae;
    chart.area({{0.0, y - 0.3}, {mae, y - 0.3}, {mae, y + 0.3}, {0.0, y + 0.3}}, blue, 0.8);
    chart.text(column + 1.2, y, std::to_string(figures.off) + " of " + std::to_string(figures.n),
               viz::Anchor::middle);
    chart.text(column + 3.2, y, std::to_string(figures.off_warned), viz::Anchor::middle);
}

NamedPlot mismatch(const Results& results) {
    std::vector<CoverageRow> rows;
    add_rows(results.cells("mismatch"), "", imaging_of, rows);
    add_rows(results.cells("elliptical"), "", imaging_of, rows);
    const double last = static_cast<double>(rows.size()) - 0.5, bottom = 50.0 + row_height * (last + 0.5);
    NamedPlot plot{"mismatch",
                   "Mean absolute error of %DS where images differ from the model; the line is the target",
                   "svg",
                   {940.0, bottom + 60.0, {}}};
    constexpr double target_points = 4.0, most_points = 12.0;
    Chart chart(plot.drawing, {280.0, 760.0, 50.0, bottom},
                {0.0, most_points, 2.0, "mean absolute error of %DS (points)"}, {last, -0.5, 1.0, ""},
                names_of(rows));
    chart.text(most_points + 1.2, -1.0, "> 8 points", viz::Anchor::middle);
    chart.text(most_points + 3.2, -1.0, "warned", viz::Anchor::middle);
    for (std::size_t i = 0; i < rows.size(); ++i)
        draw_mismatch(chart, static_cast<double>(i), most_points, rows[i].figures);
    chart.line(target_points, last, target_points, -0.5, red, 1.6, true);
    return plot;
}

}  // namespace

std::vector<NamedPlot> plots_of(const Results& results) {
    std::vector<NamedPlot> plots;
    if (!results.cells("keane").empty() && !results.cells("tubes").empty())
        plots.push_back(error_against_size(results));
    if (!results.cells("clinical").empty()) plots.push_back(bland_altman(results));
    if (!results.cells("keane").empty() || !results.cells("clinical").empty())
        plots.push_back(coverage(results));
    if (!results.cells("mismatch").empty()) plots.push_back(mismatch(results));
    return plots;
}

}  // namespace stenometry::accuracy
