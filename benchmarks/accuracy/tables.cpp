#include "tables.h"

#include "acceptance.h"
#include "text.h"

namespace stenometry::accuracy {
namespace {

using Row = std::vector<std::string>;

std::string csv_field(const std::string& text) {
    return text.find_first_of(",\"") == std::string::npos ? text : '"' + text + '"';
}

void append(Row& row, const Row& more) { row.insert(row.end(), more.begin(), more.end()); }

Row headings_of(const std::string& quantity, const std::string& unit) {
    return {quantity + "_bias_" + unit, quantity + "_sd_" + unit,        quantity + "_mae_" + unit,
            quantity + "_slope",        quantity + "_intercept_" + unit, quantity + "_coverage_percent"};
}

Row fields_of(const ErrorFigures& f, int decimals) {
    return {number(f.bias, decimals), number(f.sd, decimals),        number(f.mae, decimals),
            number(f.slope, 3),       number(f.intercept, decimals), number(f.coverage_percent, 1)};
}

Row figure_headings() {
    Row row{"n", "failures", "other_lesions", "warned", "off_by_8_percent", "off_and_warned", "along_mm"};
    append(row, headings_of("mld", "mm"));
    append(row, headings_of("reference", "mm"));
    append(row, headings_of("ds", "percent"));
    append(row, headings_of("length", "mm"));
    return row;
}

Row figure_fields(const Figures& f) {
    Row row;
    for (const int count : {f.n, f.failures, f.other_lesions, f.warned, f.off, f.off_warned})
        row.push_back(std::to_string(count));
    row.push_back(number(f.along_mm, 3));
    append(row, fields_of(f.mld, 4));
    append(row, fields_of(f.reference, 4));
    append(row, fields_of(f.percent, 2));
    append(row, fields_of(f.length, 3));
    return row;
}

Row bound_fields(const CellResult& cell) {
    const Bounds& b = cell.bounds;
    const double sd = cell.figures.mld.sd;
    return {number(b.over_2_mm, 4),
            number(b.over_2_mm_free, 4),
            number(b.over_own_length, 4),
            number(b.over_channel, 4),
            number(b.over_channel_free, 4),
            number(sd / b.over_2_mm, 2),
            number(sd / b.over_own_length, 2),
            number(sd / b.over_channel, 2)};
}

const Row bound_headings{"cr_2mm_mm",
                         "cr_2mm_contrast_free_mm",
                         "cr_own_length_mm",
                         "cr_channel_mm",
                         "cr_channel_contrast_free_mm",
                         "sd_over_cr_2mm",
                         "sd_over_cr_own_length",
                         "sd_over_cr_channel"};

Row quantity_fields(const Quantity& q, int decimals) {
    return {number(q.truth, decimals), number(q.value, decimals), number(q.low, decimals),
            number(q.high, decimals)};
}

Row reading_fields(const Reading& r) {
    Row row{r.reported ? "1" : "0", r.warned ? "1" : "0", std::to_string(r.other_lesions)};
    append(row, quantity_fields(r.mld, 4));
    append(row, quantity_fields(r.reference, 4));
    append(row, quantity_fields(r.percent, 2));
    append(row, {number(r.length.truth, 3), number(r.length.value, 3)});
    return row;
}

Row pooled_row(const std::string& study, const std::string& imaging, std::span<const CellResult> cells) {
    Row row{study, imaging, number(sd_within_cells(cells), 4)};
    append(row, figure_fields(figures_of(pooled(cells))));
    return row;
}

std::string line(const Row& row, const std::string& before, const std::string& between,
                 const std::string& after) {
    std::string text = before;
    for (std::size_t i = 0; i < row.size(); ++i) text += (i > 0 ? between : "") + row[i];
    return text + after + '\n';
}

std::string range_text(const Criterion& criterion) {
    const Range& target = criterion.target;
    if (target.low == 0.0) return "<= " + number(target.high, criterion.decimals);
    return number(target.low, criterion.decimals) + " to " + number(target.high, criterion.decimals);
}

std::string verdict(const Criterion& criterion, double value) {
    if (!std::isfinite(value)) return "not measured";
    return criterion.target.holds(value) ? "pass" : "miss";
}

Row acceptance_row(const Criterion& criterion, const Results& results) {
    const double value = criterion.value(results);
    const std::string unit = criterion.unit.empty() ? "" : " (" + criterion.unit + ")";
    return {criterion.figure + unit, number(value, criterion.decimals), range_text(criterion),
            verdict(criterion, value)};
}

void add_stability(const std::string& what, const std::vector<Stability>& rows, Table& table) {
    for (const Stability& row : rows)
        table.rows.push_back({what, row.name, std::to_string(row.n), std::to_string(row.failures),
                              number(row.mld_sd_mm, 4), number(row.percent_sd, 2)});
}

}  // namespace

std::string to_csv(const Table& table) {
    std::string text = line(table.headings, "", ",", "");
    for (Row row : table.rows) {
        for (std::string& field : row) field = csv_field(field);
        text += line(row, "", ",", "");
    }
    return text;
}

std::string to_markdown(const Table& table) {
    std::string text = line(table.headings, "| ", " | ", " |");
    text += "|---" + line(Row(table.headings.size() - 1, "---:"), "|", "|", "|");
    for (const Row& row : table.rows) text += line(row, "| ", " | ", " |");
    return text;
}

Table readings_table(const std::vector<StudyResult>& studies) {
    Table table{
        .headings = {"study", "imaging", "artery", "replicate", "reported", "warned", "other_lesions"}};
    for (const std::string quantity : {"mld_mm", "reference_mm", "ds_percent"})
        append(table.headings,
               {quantity + "_true", quantity + "_measured", quantity + "_low", quantity + "_high"});
    append(table.headings, {"length_mm_true", "length_mm_measured"});
    for (const StudyResult& study : studies)
        for (const CellResult& cell : study.cells)
            for (std::size_t i = 0; i < cell.readings.size(); ++i) {
                Row row{study.name, cell.cell.imaging.name, cell.cell.artery_name(), std::to_string(i)};
                append(row, reading_fields(cell.readings[i]));
                table.rows.push_back(row);
            }
    return table;
}

Table cells_table(const std::vector<StudyResult>& studies) {
    Table table{.headings = {"study", "imaging", "artery"}, .rows = {}};
    append(table.headings, figure_headings());
    append(table.headings, bound_headings);
    for (const StudyResult& study : studies)
        for (const CellResult& cell : study.cells) {
            Row row{study.name, cell.cell.imaging.name, cell.cell.artery_name()};
            append(row, figure_fields(cell.figures));
            append(row, bound_fields(cell));
            table.rows.push_back(row);
        }
    return table;
}

Table pooled_table(const std::vector<StudyResult>& studies) {
    Table table{.headings = {"study", "imaging", "mld_sd_within_cells_mm"}, .rows = {}};
    append(table.headings, figure_headings());
    for (const StudyResult& study : studies) {
        for (const Group& group : grouped(study.cells, imaging_of))
            table.rows.push_back(pooled_row(study.name, group.name, group.cells));
        table.rows.push_back(pooled_row(study.name, "all", study.cells));
    }
    return table;
}

Table stability_table(const Results& results) {
    Table table{.headings = {"change", "lesion", "n", "failures", "mld_sd_mm", "ds_sd_percent"}, .rows = {}};
    add_stability("points moved", results.points_moved, table);
    add_stability("neighbouring frames", results.neighbouring_frames, table);
    return table;
}

Table acceptance_table(const Results& results) {
    Table table{.headings = {"figure", "measured", "target", ""}, .rows = {}};
    for (const Criterion& criterion : criteria()) table.rows.push_back(acceptance_row(criterion, results));
    return table;
}

}  // namespace stenometry::accuracy
