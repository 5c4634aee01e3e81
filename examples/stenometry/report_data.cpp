#include "report_data.h"

#include <algorithm>
#include <cmath>

#include "report_page.h"

namespace stenometry::program {
namespace {

using AnalysisJson = nlohmann::json;

// Finer than a screen shows and a person reads, so that pages stay small.
constexpr int place_decimals = 2;
constexpr int length_decimals = 3;
constexpr int figure_decimals = 4;

PageJson kept(const AnalysisJson& value, int decimals) {
    if (value.is_null()) return nullptr;
    const double unit = std::pow(10.0, decimals);
    return std::round(value.get<double>() * unit) / unit;
}

/// A list of numbers or of points, each of which may be missing; null where there is none.
PageJson kept_list(const AnalysisJson& values, int decimals) {
    if (values.is_null()) return nullptr;
    PageJson list = PageJson::array();
    for (const AnalysisJson& value : values.get_ref<const AnalysisJson::array_t&>())
        list.push_back(value.is_array() ? kept_list(value, decimals) : kept(value, decimals));
    return list;
}

PageJson word(const AnalysisJson& value) {
    return value.is_null() ? PageJson(nullptr) : PageJson(value.get<std::string>());
}

/// What older documents and those of another verb do not have is null.
const AnalysisJson& member(const AnalysisJson& object, const std::string& name) {
    static const AnalysisJson none;
    const auto found = object.find(name);
    return found == object.end() ? none : *found;
}

PageJson count_or_null(const AnalysisJson& value) {
    return value.is_null() ? PageJson(nullptr) : PageJson(value.get<int>());
}

PageJson truth(const AnalysisJson& value) {
    return value.is_null() ? PageJson(nullptr) : PageJson(value.get<bool>());
}

/// Takes over what a page needs, lengths in one unit and without its name.
class Excerpt {
  public:
    Excerpt(const AnalysisJson& from, std::string unit) : from_(from), unit_(std::move(unit)) {}

    void figures(std::initializer_list<const char*> names) {
        for (const char* name : names) to_[name] = kept(member(from_, name), figure_decimals);
    }
    void words(std::initializer_list<const char*> names) {
        for (const char* name : names) to_[name] = word(member(from_, name));
    }
    void counts(std::initializer_list<const char*> names) {
        for (const char* name : names) to_[name] = count_or_null(member(from_, name));
    }
    void truths(std::initializer_list<const char*> names) {
        for (const char* name : names) to_[name] = truth(member(from_, name));
    }
    void places(std::initializer_list<const char*> names) {
        for (const char* name : names) to_[name] = kept_list(from_.at(name), place_decimals);
    }
    void intervals(std::initializer_list<const char*> names) {
        for (const char* name : names) to_[name] = kept_list(member(from_, name), figure_decimals);
    }
    void lengths(std::initializer_list<const char*> names) {
        for (const char* name : names) to_[name] = kept(from_.at(in_unit(name)), length_decimals);
    }
    void length_intervals(std::initializer_list<const char*> names) {
        for (const char* name : names) to_[name] = kept_list(member(from_, in_unit(name)), length_decimals);
    }
    void set(const char* name, PageJson value) { to_[name] = std::move(value); }

    PageJson take() { return std::move(to_); }

  private:
    std::string in_unit(const std::string& name) const { return name + '_' + unit_; }

    const AnalysisJson& from_;
    std::string unit_;
    PageJson to_ = PageJson::object();
};

/// Where a lesion lies in the tree.
void add_location(Excerpt& excerpt, const AnalysisJson& lesion, const std::string& unit) {
    excerpt.set("from_ostium", kept(member(lesion, "from_ostium_" + unit), length_decimals));
    excerpt.words({"third", "medina"});
    excerpt.truths({"near_origin"});
}

PageJson gap_data(const AnalysisJson& gap, const std::string& unit) {
    if (gap.is_null()) return nullptr;
    Excerpt excerpt(gap, unit);
    excerpt.lengths({"length", "stump_diameter", "filling_diameter"});
    return excerpt.take();
}

PageJson ectasia_data(const AnalysisJson& ectasia, const std::string& unit) {
    Excerpt excerpt(ectasia, unit);
    excerpt.counts({"id", "max_index", "proximal_index", "distal_index"});
    excerpt.lengths({"max_diameter", "reference", "length"});
    excerpt.length_intervals({"max_diameter_ci95"});
    excerpt.figures({"ratio"});
    excerpt.intervals({"ratio_ci95"});
    excerpt.words({"shape"});
    add_location(excerpt, ectasia, unit);
    return excerpt.take();
}

/// The widenings that count as ectasias; older documents know none.
PageJson ectasias_data(const AnalysisJson& vessel, const std::string& unit) {
    PageJson list = PageJson::array();
    for (const AnalysisJson& ectasia : member(vessel, "ectasias"))
        if (ectasia.at("is_ectasia") == true) list.push_back(ectasia_data(ectasia, unit));
    return list;
}

PageJson narrowing_data(const AnalysisJson& stenosis, const std::string& unit) {
    Excerpt excerpt(stenosis, unit);
    excerpt.counts({"id", "mld_index", "proximal_index", "distal_index", "side_vessel"});
    excerpt.truths({"is_lesion", "ostial", "total_occlusion", "overlap"});
    excerpt.lengths({"mld", "reference", "length"});
    excerpt.length_intervals({"mld_ci95", "reference_ci95"});
    excerpt.places({"mld_at_px"});
    excerpt.figures({"percent_diameter_stenosis", "percent_area_stenosis_circular",
                     "percent_area_stenosis_densitometric", "probability_at_least_50",
                     "probability_at_least_70", "confidence", "symmetry", "inflow_angle_deg",
                     "outflow_angle_deg"});
    excerpt.intervals({"percent_diameter_stenosis_ci95"});
    excerpt.set("plaque_area", kept(member(stenosis, "plaque_area_" + unit + '2'), figure_decimals));
    excerpt.words({"reason"});
    add_location(excerpt, stenosis, unit);
    excerpt.set("gap", gap_data(member(stenosis, "gap"), unit));
    return excerpt.take();
}

/// The profiles along a vessel. Their names say no unit on the page.
void add_profiles(Excerpt& excerpt, const AnalysisJson& vessel, const std::string& unit) {
    const auto profile = [&](const char* name, const std::string& column) {
        excerpt.set(name, kept_list(vessel.at(column + '_' + unit), length_decimals));
    };
    profile("position", "arc_length");
    profile("diameter", "diameter");
    profile("diameter_sd", "diameter_sd");
    profile("reference", "reference");
}

PageJson vessel_data(const AnalysisJson& vessel, const std::string& unit) {
    Excerpt excerpt(vessel, unit);
    excerpt.counts({"id", "parent", "order"});
    excerpt.words({"reason"});
    excerpt.truths({"diffuse_disease"});
    const AnalysisJson& statistics = vessel.at("statistics");
    for (const char* name : {"length", "mean_diameter", "min_diameter", "max_diameter"})
        excerpt.set(name, kept(statistics.at(std::string(name) + '_' + unit), length_decimals));
    excerpt.places({"centerline_px", "left_wall_px", "right_wall_px"});
    add_profiles(excerpt, vessel, unit);
    PageJson narrowings = PageJson::array();
    for (const AnalysisJson& stenosis : vessel.at("stenoses"))
        narrowings.push_back(narrowing_data(stenosis, unit));
    excerpt.set("stenoses", std::move(narrowings));
    excerpt.set("ectasias", ectasias_data(vessel, unit));
    return excerpt.take();
}

PageJson warning_data(const AnalysisJson& warning) {
    Excerpt excerpt(warning, {});
    excerpt.words({"code", "message"});
    excerpt.counts({"vessel", "lesion"});
    return excerpt.take();
}

PageJson calibration_data(const AnalysisJson& calibration) {
    Excerpt excerpt(calibration, {});
    excerpt.set("mm_per_px_x", kept(calibration.at("mm_per_px_x"), 6));
    excerpt.set("mm_per_px_y", kept(calibration.at("mm_per_px_y"), 6));
    excerpt.words({"source"});
    excerpt.figures({"relative_sd"});
    const AnalysisJson& catheter = member(calibration, "catheter");
    if (catheter.is_null()) {
        excerpt.set("catheter", nullptr);
    } else {
        Excerpt known(catheter, {});
        known.figures({"outer_diameter_mm"});
        known.words({"contents"});
        excerpt.set("catheter", known.take());
    }
    return excerpt.take();
}

PageJson catheter_data(const AnalysisJson& catheter, const std::string& unit) {
    if (catheter.is_null()) return nullptr;
    Excerpt excerpt(catheter, unit);
    excerpt.places({"tip_at_px", "centerline_px"});
    excerpt.lengths({"diameter"});
    return excerpt.take();
}

std::string unit_of(const AnalysisJson& calibration) {
    return calibration.at("mm_per_px_x").is_null() || calibration.at("mm_per_px_y").is_null() ? "px" : "mm";
}

template <class Element>
PageJson each(const AnalysisJson& list, const Element& element) {
    PageJson data = PageJson::array();
    for (const AnalysisJson& item : list) data.push_back(element(item));
    return data;
}

PageJson picture_data(const ReportPicture& picture) {
    return picture.bytes.empty() ? PageJson(nullptr) : PageJson(data_uri(picture.kind, picture.bytes));
}

std::vector<PageJson> lesions_in(const PageJson& frame) {
    std::vector<PageJson> lesions;
    for (const PageJson& vessel : frame.at("vessels"))
        for (const PageJson& narrowing : vessel.at("stenoses"))
            if (narrowing.at("is_lesion") == true) lesions.push_back(narrowing);
    return lesions;
}

/// What stands for an input in an index: of a cine the lesion that stands for it, else the severest.
PageJson main_lesion_of(const PageJson& input) {
    const PageJson& of_cine = input.at("main_cine_lesion");
    if (!of_cine.is_null()) {
        PageJson lesion = input.at("cine_lesions").at(of_cine.get<std::size_t>());
        lesion.erase("sightings");
        return lesion;
    }
    PageJson worst = nullptr;
    for (const PageJson& frame : input.at("frames"))
        for (PageJson& lesion : lesions_in(frame))
            if (worst.is_null() || severity(lesion) > severity(worst)) worst = std::move(lesion);
    return worst;
}

}  // namespace

std::string fault_of_analysis(const AnalysisJson& document) {
    if (!document.is_object() || !member(document, "schema").is_string()) return "it is no analysis";
    const auto schema = document.at("schema").get<std::string>();
    if (schema == "stenometry.analysis/1")
        return "it follows the schema stenometry.analysis/1, which has no lesions with a confidence: analyse "
               "again";
    if (schema != "stenometry.analysis/2")
        return "it follows the schema " + schema + ", not stenometry.analysis/2";
    return {};
}

PageJson frame_data(const ReportFrame& frame) {
    const AnalysisJson& analysis = frame.analysis;
    const std::string unit = unit_of(analysis.at("calibration"));
    Excerpt excerpt(analysis.at("input"), unit);
    excerpt.counts({"frame", "frames", "width", "height"});
    excerpt.words({"intensity", "evidence"});
    excerpt.figures({"primary_angle_deg", "secondary_angle_deg"});
    excerpt.set("picture", picture_data(frame.picture));
    excerpt.set("picture_missing", frame.picture.missing);
    excerpt.set("unit", unit);
    excerpt.set("calibration", calibration_data(analysis.at("calibration")));
    excerpt.set("catheter", catheter_data(analysis.at("catheter"), unit));
    excerpt.set("vessels",
                each(analysis.at("vessels"), [&](const AnalysisJson& v) { return vessel_data(v, unit); }));
    excerpt.set("warnings", each(analysis.at("warnings"), warning_data));
    return excerpt.take();
}

PageJson software_data(const AnalysisJson& analysis) {
    const AnalysisJson& software = analysis.at("software");
    Excerpt excerpt(software, {});
    excerpt.words({"name", "version", "cpu_target"});
    Excerpt network(software.at("network"), {});
    network.words({"name", "version", "sha256", "learned_from"});
    excerpt.set("network", network.take());
    return excerpt.take();
}

double severity(const PageJson& lesion) {
    const PageJson& percent = lesion.at("percent_diameter_stenosis");
    if (percent.is_number()) return percent.get<double>();
    return lesion.value("total_occlusion", false) ? 100.0 : -1.0;
}

std::size_t lesion_count(const PageJson& frame) { return lesions_in(frame).size(); }

PageJson index_row(const PageJson& input, const std::string& href, const PageJson& thumbnail) {
    const PageJson& frames = input.at("frames");
    const PageJson& of_cine = input.at("cine_lesions");
    const auto most = [&frames](const auto& count) {
        std::size_t greatest = 0;
        for (const PageJson& frame : frames) greatest = std::max(greatest, count(frame));
        return greatest;
    };
    return {{"href", href},
            {"path", input.at("path")},
            {"status", input.at("status")},
            {"reason", input.at("reason")},
            {"frames", frames.size()},
            {"vessels", most([](const PageJson& frame) { return frame.at("vessels").size(); })},
            {"lesions", of_cine.empty() ? most(lesion_count) : of_cine.size()},
            {"warnings", most([](const PageJson& frame) { return frame.at("warnings").size(); })},
            {"thumbnail", thumbnail},
            {"unit", frames.empty() ? PageJson("px") : frames.front().at("unit")},
            {"worst", main_lesion_of(input)}};
}

}  // namespace stenometry::program
