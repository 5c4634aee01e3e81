#include "archive/csv.h"

#include <algorithm>

#include "failure.h"

namespace stenometry::program {
namespace {

[[noreturn]] void fail(std::size_t line, const std::string& cause) {
    throw Failure(ExitCode::wrong_command, "line " + std::to_string(line) + ": " + cause);
}

/// Reads one field after the other, and knows in which line of the text it is.
class CsvReader {
  public:
    explicit CsvReader(std::string_view text) : left_(text) {
        if (left_.starts_with("\xEF\xBB\xBF")) left_.remove_prefix(3);
    }

    bool at_end() const { return left_.empty(); }
    std::size_t line() const { return line_; }

    /// The fields up to the end of the line; of an empty line, one that is empty.
    std::vector<std::string> row() {
        std::vector<std::string> fields{field()};
        while (take(',')) fields.push_back(field());
        if (!at_end() && !end_line()) fail(line_, "text follows a quoted field");
        return fields;
    }

  private:
    bool take(char c) {
        if (!left_.starts_with(c)) return false;
        left_.remove_prefix(1);
        return true;
    }

    bool end_line() {
        const bool returned = take('\r');
        if (!take('\n') && !returned) return false;
        ++line_;
        return true;
    }

    std::string field() { return take('"') ? quoted() : plain(); }

    std::string plain() {
        const std::size_t end = std::min(left_.find_first_of(",\r\n"), left_.size());
        std::string field(left_.substr(0, end));
        left_.remove_prefix(end);
        return field;
    }

    std::string quoted() {
        const std::size_t begin = line_;
        std::string field;
        while (true) {
            const std::size_t quote = left_.find('"');
            if (quote == std::string_view::npos) fail(begin, "a quote begins that does not end");
            field += left_.substr(0, quote);
            line_ += static_cast<std::size_t>(std::ranges::count(left_.substr(0, quote), '\n'));
            left_.remove_prefix(quote + 1);
            if (!take('"')) return field;
            field += '"';
        }
    }

    std::string_view left_;
    std::size_t line_ = 1;
};

void check_columns(const std::vector<std::string>& columns, std::size_t line) {
    for (auto name = columns.begin(); name != columns.end(); ++name) {
        if (name->empty())
            fail(line, "column " + std::to_string(name - columns.begin() + 1) + " has no name");
        if (std::find(columns.begin(), name, *name) != name) fail(line, "two columns are called " + *name);
    }
}

bool is_empty_line(const std::vector<std::string>& fields) {
    return fields.size() == 1 && fields.front().empty();
}

}  // namespace

CsvTable parse_csv(std::string_view text) {
    CsvReader reader(text);
    CsvTable table;
    while (!reader.at_end()) {
        const std::size_t line = reader.line();
        std::vector<std::string> fields = reader.row();
        if (is_empty_line(fields)) continue;
        if (table.columns.empty()) {
            check_columns(fields, line);
            table.columns = std::move(fields);
        } else if (fields.size() != table.columns.size()) {
            fail(line, std::to_string(fields.size()) + " fields, but " +
                           std::to_string(table.columns.size()) + " columns");
        } else {
            table.rows.push_back(std::move(fields));
        }
    }
    return table;
}

std::string csv_field(std::string_view text) {
    if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
    std::string quoted = "\"";
    for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
    return quoted + '"';
}

}  // namespace stenometry::program
