#include "page.h"

#include <algorithm>

#include "stenometry/error.h"
#include "stenometry/version.h"
#include "tables.h"
#include "text.h"

namespace stenometry::accuracy {
namespace {

using Row = std::vector<std::string>;
using Cells = std::vector<CellResult>;

const std::string begin_marker = "<!-- measured: begin -->", end_marker = "<!-- measured: end -->";

std::string of(int part, int whole) { return std::to_string(part) + " / " + std::to_string(whole); }

std::string bias_sd(const ErrorFigures& f, int decimals) {
    if (f.n == 0) return "-";
    const std::string sign = f.bias >= 0.0 ? "+" : "";
    return sign + number(f.bias, decimals) + " ± " + number(f.sd, decimals);
}

std::string coverages(const Figures& f) {
    return number(f.mld.coverage_percent, 0) + " / " + number(f.reference.coverage_percent, 0) + " / " +
           number(f.percent.coverage_percent, 0);
}

// Studies

Table channel_table(const Cells& cells) {
    Table table{.headings = {"bore", "n", "MLD mm", "sd / bound over the channel", "over 2 mm",
                             "reference mm", "%DS points", "length mm", "coverage % MLD / ref / %DS"},
                .rows = {}};
    for (const CellResult& cell : cells) {
        const Figures& f = cell.figures;
        const double sd = f.mld.sd;
        table.rows.push_back({cell.cell.imaging.name + ", " + cell.cell.artery_name(),
                              of(f.n - f.failures, f.n), bias_sd(f.mld, 3),
                              number(sd / cell.bounds.over_channel, 1), number(sd / cell.bounds.over_2_mm, 1),
                              bias_sd(f.reference, 3), bias_sd(f.percent, 1), bias_sd(f.length, 1),
                              coverages(f)});
    }
    return table;
}

Table tube_table(const Cells& cells) {
    Table table{
        .headings = {"tube", "n", "diameter mm", "sd / bound over 2 mm", "coverage %", "false lesions"},
        .rows = {}};
    for (const CellResult& cell : cells) {
        const Figures& f = cell.figures;
        table.rows.push_back({cell.cell.imaging.name + ", " + number(cell.cell.artery.mld_mm(), 2) + " mm",
                              of(f.n - f.failures, f.n), bias_sd(f.mld, 3),
                              number(f.mld.sd / cell.bounds.over_2_mm, 1), number(f.mld.coverage_percent, 0),
                              std::to_string(f.other_lesions)});
    }
    return table;
}

Row pooled_row(const std::string& name, const Cells& cells) {
    const Figures f = figures_of(pooled(cells));
    return {name,
            of(f.n - f.failures, f.n),
            bias_sd(f.mld, 3),
            number(sd_within_cells(cells), 3),
            number(f.mld.slope, 3),
            number(f.mld.intercept, 3),
            bias_sd(f.reference, 3),
            bias_sd(f.percent, 1),
            number(f.percent.mae, 1),
            bias_sd(f.length, 1),
            coverages(f)};
}

Table pooled_table_of(const std::vector<Group>& groups) {
    Table table{
        .headings = {"", "reported", "MLD mm", "sd within cells mm", "slope", "intercept mm", "reference mm",
                     "%DS points", "%DS MAE", "length mm", "coverage % MLD / ref / %DS"},
        .rows = {}};
    for (const Group& group : groups) table.rows.push_back(pooled_row(group.name, group.cells));
    return table;
}

std::vector<Group> clinical_groups(const Cells& cells) {
    std::vector<Group> groups;
    const auto add = [&](const std::function<std::string(const Cell&)>& key) {
        for (Group& group : grouped(cells, key)) groups.push_back(std::move(group));
    };
    add([](const Cell& c) { return number(c.artery.percent_diameter, 0) + " % DS"; });
    add([](const Cell& c) { return number(c.artery.length_mm, 0) + " mm long"; });
    add([](const Cell& c) { return "reference " + number(c.artery.reference_mm, 0) + " mm"; });
    groups.push_back({"all", cells});
    return groups;
}

std::vector<Group> imaging_groups(const Cells& cells) {
    std::vector<Group> groups = grouped(cells, imaging_of);
    groups.push_back({"all", cells});
    return groups;
}

Table mismatch_table(const Cells& cells) {
    Table table{.headings = {"image", "reported", "MLD mm", "%DS points", "%DS MAE", "off by > 8 points",
                             "of those warned", "coverage % MLD / ref / %DS"},
                .rows = {}};
    for (const Group& group : grouped(cells, imaging_of)) {
        const Figures f = figures_of(pooled(group.cells));
        table.rows.push_back({group.name, of(f.n - f.failures, f.n), bias_sd(f.mld, 3), bias_sd(f.percent, 1),
                              number(f.percent.mae, 1), std::to_string(f.off), std::to_string(f.off_warned),
                              coverages(f)});
    }
    return table;
}

Table stability_rows(std::vector<Stability> rows) {
    rows.push_back(together("all", rows));
    Table table{.headings = {"", "reported", "MLD sd mm", "%DS sd points"}, .rows = {}};
    for (const Stability& row : rows)
        table.rows.push_back(
            {row.name, of(row.n - row.failures, row.n), number(row.mld_sd_mm, 3), number(row.percent_sd, 1)});
    return table;
}

// The section

std::string plot_of(const std::string& file, const std::vector<NamedPlot>& plots, const std::string& folder) {
    for (const NamedPlot& plot : plots)
        if (plot.file == file)
            return "\n![" + plot.title + "](" + folder + file + '.' + plot.page_format + ")\n\n" +
                   plot.title + ".\n";
    return "";
}

Cells usual_channels(const Cells& cells) {
    Cells usual;
    std::copy_if(cells.begin(), cells.end(), std::back_inserter(usual), [](const CellResult& r) {
        const std::string& name = r.cell.imaging.name;
        return name == "0.12 mm" || name == "0.20 mm" || name == "0.28 mm" || r.cell.imaging.background > 0.0;
    });
    return usual;
}

std::string heading(const std::string& text) { return "\n### " + text + "\n\n"; }

std::string study_section(const StudyResult& study) {
    std::string text = heading(study.title);
    if (study.name == "keane")
        return text + to_markdown(pooled_table_of(imaging_groups(study.cells))) + '\n' +
               to_markdown(channel_table(usual_channels(study.cells)));
    if (study.name == "tubes") return text + to_markdown(tube_table(study.cells));
    if (study.name == "clinical") return text + to_markdown(pooled_table_of(clinical_groups(study.cells)));
    if (study.name == "detector") return text + to_markdown(pooled_table_of(imaging_groups(study.cells)));
    return text + to_markdown(mismatch_table(study.cells));
}

std::string plots_after(const std::string& study, const std::vector<NamedPlot>& plots,
                        const std::string& folder) {
    if (study == "tubes") return plot_of("error_against_size", plots, folder);
    if (study == "clinical") return plot_of("bland_altman", plots, folder);
    if (study == "detector") return plot_of("coverage", plots, folder);
    if (study == "elliptical") return plot_of("mismatch", plots, folder);
    return "";
}

std::string how(const Run& run) {
    return run.date + ", version " + std::string(version()) + ", " + std::string(cpu_target()) +
           ", method `" + run.method + "`, " + std::to_string(run.replicates) +
           " measurements a cell:\n\n```sh\n" + run.command + "\n```\n";
}

}  // namespace

std::string measured_section(const Results& results, const Run& run, const std::vector<NamedPlot>& plots,
                             const std::string& plot_folder) {
    std::string text = how(run) + heading("Against the targets") + to_markdown(acceptance_table(results));
    for (const StudyResult& study : results.studies)
        text += study_section(study) + plots_after(study.name, plots, plot_folder);
    if (!results.points_moved.empty())
        text += heading("The two points moved by up to 3 px") +
                to_markdown(stability_rows(results.points_moved)) + heading("Neighbouring frames of a cine") +
                to_markdown(stability_rows(results.neighbouring_frames));
    return text;
}

std::string verdicts(const Results& results) {
    std::string text;
    for (const Row& row : acceptance_table(results).rows)
        text += row[3] + ": " + row[0] + ": " + row[1] + ", target " + row[2] + '\n';
    return text;
}

std::string with_section(const std::string& page, const std::string& section) {
    const std::size_t begin = page.find(begin_marker), end = page.find(end_marker);
    if (begin == std::string::npos || end == std::string::npos || end < begin)
        throw InvalidInput("the page needs the lines " + begin_marker + " and " + end_marker);
    return page.substr(0, begin + begin_marker.size()) + '\n' + section + page.substr(end);
}

}  // namespace stenometry::accuracy
