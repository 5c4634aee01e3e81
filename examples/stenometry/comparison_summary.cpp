#include "comparison_summary.h"

#include <iomanip>
#include <sstream>

#include "terminal.h"

namespace stenometry::program {
namespace {

constexpr int name_width = 24, value_width = 24;

std::string text_of(const std::optional<Estimate>& estimate, int decimals) {
    if (!estimate) return "-";
    std::ostringstream out;
    out << std::fixed << std::setprecision(decimals) << estimate->value;
    if (const auto interval = estimate->interval95())
        out << " (" << interval->low << " to " << interval->high << ')';
    return out.str();
}

void add_line(std::ostream& out, const std::string& name, const std::vector<std::string>& values) {
    out << "  " << std::left << std::setw(name_width) << name;
    for (const std::string& value : values) out << std::setw(value_width) << value;
    out << '\n';
}

void add_region(std::ostream& out, const Comparison& comparison, Region region) {
    std::vector<std::string> mld, reference, narrowing, mean;
    for (const ComparedVisit& visit : comparison.visits) {
        const RegionMeasurement& measured = visit.region(region);
        mld.push_back(measured.total_occlusion ? "occluded" : text_of(measured.mld_mm, 2));
        reference.push_back(text_of(measured.reference_mm, 2));
        narrowing.push_back(text_of(measured.percent_diameter_stenosis, 0));
        mean.push_back(text_of(measured.mean_diameter_mm, 2));
    }
    out << bold(std::string(to_string(region))) << '\n';
    add_line(out, "MLD mm", mld);
    add_line(out, "reference mm", reference);
    add_line(out, "diameter stenosis %", narrowing);
    add_line(out, "mean diameter mm", mean);
}

void add_estimate(std::ostream& out, const std::string& name, const std::optional<Estimate>& estimate,
                  int decimals = 2) {
    if (estimate) add_line(out, name, {text_of(estimate, decimals)});
}

void add_gains(std::ostream& out, const Gains& gains) {
    add_estimate(out, "acute gain mm", gains.acute_gain_mm);
    add_estimate(out, "late loss mm", gains.late_loss_mm);
    add_estimate(out, "net gain mm", gains.net_gain_mm);
    add_estimate(out, "loss index", gains.loss_index);
}

void add_restenosis(std::ostream& out, const Restenosis& restenosis) {
    if (!restenosis.probability && !restenosis.binary) return;
    std::ostringstream text;
    text << (restenosis.binary ? "yes" : "no");
    if (restenosis.pattern != RestenosisPattern::none) text << ", pattern " << to_string(restenosis.pattern);
    if (restenosis.probability)
        text << ", probability " << std::fixed << std::setprecision(2) << *restenosis.probability;
    add_line(out, "binary restenosis", {text.str()});
}

void add_balloon(std::ostream& out, const BalloonResult& balloon) {
    add_estimate(out, "balloon MLD mm", balloon.mld_mm);
    add_estimate(out, "recoil mm", balloon.recoil_mm);
    add_estimate(out, "balloon deficit mm", balloon.deficit_mm);
    add_estimate(out, "balloon-to-artery ratio", balloon.balloon_to_artery_ratio);
}

void add_sizing(std::ostream& out, const Sizing& sizing) {
    out << bold("sizing before") << " (research information, not advice)\n";
    add_estimate(out, "proximal reference mm", sizing.proximal_reference_mm);
    add_estimate(out, "distal reference mm", sizing.distal_reference_mm);
    add_estimate(out, "mean reference mm", sizing.mean_reference_mm);
    std::ostringstream nominal;
    nominal << std::fixed << std::setprecision(2) << sizing.nominal_mm << " by " << sizing_rule
            << ", which leaves " << text_of(sizing.expected_mld_mm, 2);
    add_line(out, "nominal diameter mm", {nominal.str()});
}

std::vector<std::string> phases(const Comparison& comparison) {
    std::vector<std::string> names;
    for (std::size_t v = 0; v < comparison.visits.size(); ++v)
        names.emplace_back(to_string(static_cast<VisitPhase>(v)));
    return names;
}

}  // namespace

std::string summary(const Comparison& comparison) {
    std::ostringstream out;
    out << std::fixed << std::setprecision(1);
    if (comparison.treated) {
        out << "treated segment: " << comparison.treated->from_mm << " to " << comparison.treated->to_mm
            << " mm along the vessel after, known by " << to_string(comparison.ends_from) << '\n';
        add_line(out, "", phases(comparison));
        for (const Region region : all_regions) add_region(out, comparison, region);
    }
    out << bold("gains in the stent") << '\n';
    add_gains(out, comparison.in_stent);
    out << bold("gains in the segment") << '\n';
    add_gains(out, comparison.in_segment);
    out << bold("result") << '\n';
    add_estimate(out, "residual stenosis %", comparison.residual_percent_diameter_stenosis, 0);
    add_estimate(out, "stent expansion %", comparison.stent_expansion_percent, 0);
    if (comparison.restenosis) add_restenosis(out, *comparison.restenosis);
    if (comparison.balloon) add_balloon(out, *comparison.balloon);
    if (comparison.sizing) add_sizing(out, *comparison.sizing);
    return out.str();
}

}  // namespace stenometry::program
