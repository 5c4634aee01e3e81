#include "summary.h"

#include <algorithm>
#include <iomanip>
#include <sstream>

#include "values.h"

namespace stenometry::program {
namespace {

std::string fixed(double value, int decimals) {
    std::ostringstream out;
    out << std::fixed << std::setprecision(decimals) << value;
    return out.str();
}

/// Lengths as a person reads them: mm with two decimals, or pixels with one.
class Lengths {
  public:
    explicit Lengths(const Calibration& calibration) : calibration_(calibration) {}

    std::string text(double px, int decimals_mm = 2) const {
        const std::optional<double> mm = calibration_.to_mm(px);
        return mm ? fixed(*mm, decimals_mm) + " mm" : fixed(px, 1) + " px";
    }

  private:
    Calibration calibration_;
};

void print_vessel(std::ostream& out, const Vessel& vessel, const Lengths& lengths) {
    out << "vessel " << vessel.id << ": " << lengths.text(length(vessel.contour.centerline.points_px), 1)
        << " long";
    const VesselStatistics& statistics = vessel.statistics;
    if (!statistics.min_diameter_px || !statistics.max_diameter_px) {
        out << ", not measured: " << explain(vessel.contour.reason) << '\n';
        return;
    }
    out << ", diameter " << lengths.text(*statistics.min_diameter_px) << " to "
        << lengths.text(*statistics.max_diameter_px) << (lesions(vessel).empty() ? ", no lesion\n" : "\n");
    for (const Stenosis& stenosis : lesions(vessel))
        out << "  lesion " << stenosis.id << ' ' << stenosis << '\n';
    for (const Ectasia& ectasia : ectasias(vessel))
        out << "  ectasia " << ectasia.id << ' ' << ectasia << '\n';
}

void print_catheter(std::ostream& out, const Catheter& catheter, const Lengths& lengths) {
    const Point tip = catheter.centerline_px.back();
    out << "catheter";
    if (catheter.diameter_px) out << ", " << lengths.text(*catheter.diameter_px) << " wide";
    out << ", tip at (" << fixed(tip.x, 0) << ", " << fixed(tip.y, 0) << ")\n";
}

/// So that nobody takes what is not reported for what was not seen.
void print_left_out(std::ostream& out, const Analysis& analysis) {
    std::ptrdiff_t count = 0;
    for (const Vessel& vessel : analysis.vessels)
        count += std::ranges::count(vessel.stenoses, false, &Stenosis::is_lesion);
    if (count > 0)
        out << count << (count == 1 ? " other narrowing is" : " other narrowings are")
            << " not reported as lesions (--min-confidence, --min-reference): the JSON has them\n";
}

}  // namespace

std::string calibration_summary(const Calibration& calibration) {
    if (!calibration.known()) return "pixel size unknown";
    std::string text = fixed(*calibration.mm_per_px_x, 4);
    if (!calibration.square()) text += " x " + fixed(*calibration.mm_per_px_y, 4);
    text += " mm per pixel (" + std::string(to_string(calibration.source));
    if (calibration.relative_sd)
        text += ", standard error " + fixed(*calibration.relative_sd * calibration.mm_per_px(), 4) + ", " +
                fixed(100.0 * *calibration.relative_sd, 1) + " %";
    return text + ')';
}

std::string summary(const Analysis& analysis, const ReportInput& input) {
    std::ostringstream out;
    out << input.path;
    if (input.frames > 1) out << ", frame " << input.frame << " of " << input.frames;
    out << ", " << size_text(input.width, input.height) << ", " << calibration_summary(analysis.calibration)
        << '\n';
    const Lengths lengths(analysis.calibration);
    if (analysis.catheter) print_catheter(out, *analysis.catheter, lengths);
    for (const Vessel& vessel : analysis.vessels) print_vessel(out, vessel, lengths);
    print_left_out(out, analysis);
    return out.str();
}

}  // namespace stenometry::program
