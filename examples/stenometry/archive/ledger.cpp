#include "archive/ledger.h"

#include <SQLiteCpp/Statement.h>
#include <SQLiteCpp/Transaction.h>
#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <cctype>
#include <nlohmann/json.hpp>
#include <system_error>

#include "archive/ledger_tables.h"
#include "values.h"

namespace stenometry::program {
namespace {

namespace fs = std::filesystem;

constexpr int ledger_mark = 0x53544e4c;  ///< application_id: STNL
constexpr const char* now_in_utc = "strftime('%Y-%m-%dT%H:%M:%fZ', 'now')";
constexpr std::array outcomes{Outcome::done, Outcome::nothing, Outcome::failed, Outcome::skipped};

int number_of(const SQLite::Database& database, const std::string& query) {
    SQLite::Statement statement(database, query);
    return statement.executeStep() ? statement.getColumn(0).getInt() : 0;
}

using Definitions = std::map<std::string, std::string>;

Definitions definitions_of(const SQLite::Database& database) {
    Definitions definitions;
    SQLite::Statement tables(database, "SELECT name, sql FROM sqlite_schema WHERE type = 'table'");
    while (tables.executeStep())
        definitions[tables.getColumn(0).getString()] = tables.getColumn(1).getString();
    return definitions;
}

Definitions expected_definitions() {
    SQLite::Database database(":memory:", SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    database.exec(ledger_tables);
    return definitions_of(database);
}

/// What is wrong with it, empty if nothing is. Tables that others have added are theirs.
std::string fault_of(const SQLite::Database& database) {
    if (number_of(database, "PRAGMA application_id") != ledger_mark) return "it is no ledger of stenometry";
    const int schema = number_of(database, "PRAGMA user_version");
    if (schema != ledger_schema)
        return "it is a ledger of schema " + std::to_string(schema) + ", and this program knows schema " +
               std::to_string(ledger_schema);
    const Definitions found = definitions_of(database);
    for (const auto& [table, definition] : expected_definitions())
        if (const auto other = found.find(table); other == found.end() || other->second != definition)
            return "its table " + table + " is not that of schema " + std::to_string(ledger_schema);
    return {};
}

bool is_new(const SQLite::Database& database) {
    return number_of(database, "SELECT count(*) FROM sqlite_schema") == 0;
}

void make_tables(SQLite::Database& database) {
    SQLite::Transaction transaction(database);
    database.exec("PRAGMA application_id = " + std::to_string(ledger_mark));
    database.exec("PRAGMA user_version = " + std::to_string(ledger_schema));
    database.exec(ledger_tables);
    transaction.commit();
}

/// A ledger may come from anywhere: what its schema says is data, and runs nothing.
void distrust(SQLite::Database& database) {
    database.exec("PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA foreign_keys = ON");
}

/// Calls `work`, whose faults become those of the program.
template <class Work>
auto with_ledger(ExitCode code, const fs::path& path, const Work& work) {
    try {
        return work();
    } catch (const SQLite::Exception& error) {
        throw ledger_failure(code, path, error);
    }
}

/// Rows of one table. Values are text, and become what the table declares.
class Inserter {
  public:
    Inserter(SQLite::Database& database, const std::string& table)
        : columns_(columns_of(database, table)), statement_(database, insertion(table, columns_.size())) {}

    void insert(std::int64_t input, const CsvTable& table) {
        std::vector<std::size_t> places;
        for (auto column = columns_.begin() + 1; column != columns_.end(); ++column)
            places.push_back(place_of(table, column->name));
        for (const std::vector<std::string>& row : table.rows) {
            statement_.reset();
            statement_.bind(1, input);
            for (std::size_t i = 0; i < places.size(); ++i)
                bind(static_cast<int>(i) + 2, columns_[i + 1].type, row[places[i]]);
            statement_.exec();
        }
    }

  private:
    struct Column {
        std::string name, type;
    };

    static std::vector<Column> columns_of(const SQLite::Database& database, const std::string& table) {
        std::vector<Column> columns;
        SQLite::Statement info(database, "SELECT name, type FROM pragma_table_info(?) ORDER BY cid");
        info.bind(1, table);
        while (info.executeStep())
            columns.push_back({info.getColumn(0).getString(), info.getColumn(1).getString()});
        return columns;
    }

    static std::string insertion(const std::string& table, std::size_t columns) {
        std::string text = "INSERT INTO " + table + " VALUES (?";
        for (std::size_t i = 1; i < columns; ++i) text += ", ?";
        return text + ')';
    }

    static std::size_t place_of(const CsvTable& table, const std::string& column) {
        const auto place = std::ranges::find(table.columns, column);
        assert(place != table.columns.end());
        return static_cast<std::size_t>(place - table.columns.begin());
    }

    void bind(int index, const std::string& type, const std::string& value) {
        if (value.empty())
            statement_.bind(index);
        else if (type == "TEXT")
            statement_.bind(index, value);
        else if (type == "BOOLEAN")
            statement_.bind(index, value == "true" ? 1 : 0);
        else if (const double number = parse_number(value).value(); type == "INTEGER")
            statement_.bind(index, static_cast<std::int64_t>(number));
        else
            statement_.bind(index, number);
    }

    std::vector<Column> columns_;
    SQLite::Statement statement_;
};

void bind_text(SQLite::Statement& statement, const char* name, const std::string& text) {
    if (text.empty())
        statement.bind(name);
    else
        statement.bind(name, text);
}

void bind_place(SQLite::Statement& statement, const char* name, const std::optional<int>& id) {
    if (id)
        statement.bind(name, *id);
    else
        statement.bind(name);
}

/// Takes away what an earlier attempt left, and says how many attempts there have been.
int forget(SQLite::Database& database, const InputKey& key) {
    SQLite::Statement earlier(database, "DELETE FROM input WHERE path = ? AND item = ? RETURNING attempts");
    earlier.bind(1, key.path);
    earlier.bind(2, key.item);
    int attempts = 0;
    while (earlier.executeStep()) attempts = earlier.getColumn(0).getInt();
    return attempts;
}

std::string identifiers_text(const InputEntry& entry) {
    if (entry.identifiers.empty()) return {};
    return nlohmann::json(entry.identifiers).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::int64_t write_input(SQLite::Database& database, const InputEntry& entry, int attempts) {
    SQLite::Statement insert(
        database,
        std::string(
            "INSERT INTO input (path, item, status, reason, exit_code, frames, bytes, sha256, options, "
            "options_hash, software_version, network_sha256, identifiers, attempts, seconds, finished) "
            "VALUES (:path, :item, :status, :reason, :exit_code, :frames, :bytes, :sha256, :options, "
            ":options_hash, :software_version, :network_sha256, :identifiers, :attempts, :seconds, ") +
            now_in_utc + ')');
    insert.bind(":path", entry.key.path);
    insert.bind(":item", entry.key.item);
    insert.bind(":status", std::string(to_string(entry.status)));
    bind_text(insert, ":reason", entry.reason);
    insert.bind(":exit_code", static_cast<int>(entry.exit_code));
    insert.bind(":frames", entry.frames_in_file);
    insert.bind(":bytes", entry.bytes);
    bind_text(insert, ":sha256", entry.provenance.digest);
    insert.bind(":options", entry.provenance.options);
    insert.bind(":options_hash", entry.provenance.options_hash);
    insert.bind(":software_version", entry.provenance.software);
    insert.bind(":network_sha256", entry.provenance.network);
    bind_text(insert, ":identifiers", identifiers_text(entry));
    insert.bind(":attempts", attempts);
    insert.bind(":seconds", entry.seconds);
    insert.exec();
    return database.getLastInsertRowid();
}

void write_frames(SQLite::Database& database, std::int64_t input, const std::vector<FrameEntry>& frames) {
    SQLite::Statement insert(database,
                             "INSERT INTO frame (input, frame, status, reason, analysis, picture) "
                             "VALUES (:input, :frame, :status, :reason, :analysis, :picture)");
    for (const FrameEntry& frame : frames) {
        insert.reset();
        insert.bind(":input", input);
        insert.bind(":frame", frame.frame);
        insert.bind(":status", std::string(to_string(frame.status)));
        bind_text(insert, ":reason", frame.reason);
        bind_text(insert, ":analysis", frame.analysis.get());
        if (const std::string picture = frame.picture.get(); picture.empty())
            insert.bind(":picture");
        else
            insert.bind(":picture", picture.data(), static_cast<int>(picture.size()));
        insert.exec();
    }
}

void write_warnings(SQLite::Database& database, std::int64_t input, const FrameEntry& frame) {
    SQLite::Statement insert(database,
                             "INSERT INTO warning (input, frame, number, code, message, vessel, lesion) "
                             "VALUES (:input, :frame, :number, :code, :message, :vessel, :lesion)");
    int number = 0;
    for (const Warning& warning : frame.warnings) {
        insert.reset();
        insert.bind(":input", input);
        insert.bind(":frame", frame.frame);
        insert.bind(":number", number++);
        insert.bind(":code", std::string(to_string(warning.code)));
        insert.bind(":message", warning.message);
        bind_place(insert, ":vessel", warning.vessel);
        bind_place(insert, ":lesion", warning.lesion);
        insert.exec();
    }
}

/// Every byte of a path as a URI may have it.
std::string escaped_uri_path(const std::string& path) {
    std::string escaped;
    for (const char c : path) {
        constexpr std::string_view digits = "0123456789ABCDEF";
        const auto byte = static_cast<unsigned char>(c);
        if (std::isalnum(byte) != 0 || c == '/')
            escaped += c;
        else
            escaped += {'%', digits[byte >> 4], digits[byte & 15]};
    }
    return escaped;
}

std::unique_ptr<SQLite::Database> open_to_read(const fs::path& path) {
    auto database = std::make_unique<SQLite::Database>(path.string(), SQLite::OPEN_READONLY, 10000);
    try {
        number_of(*database, "PRAGMA application_id");
        return database;
    } catch (const SQLite::Exception& error) {
        if (error.getErrorCode() != SQLITE_CANTOPEN) throw;
    }
    // Nothing can be written beside it, as SQLite would to guard against writers: so there are none.
    return std::make_unique<SQLite::Database>(
        "file:" + escaped_uri_path(fs::absolute(path).string()) + "?immutable=1",
        SQLite::OPEN_READONLY | SQLite::OPEN_URI);
}

}  // namespace

std::string_view to_string(Outcome outcome) {
    switch (outcome) {
        case Outcome::done:
            return "done";
        case Outcome::nothing:
            return "nothing";
        case Outcome::failed:
            return "failed";
        case Outcome::skipped:
            return "skipped";
    }
    return {};
}

Outcome outcome_of(std::string_view text) {
    for (const Outcome outcome : outcomes)
        if (text == to_string(outcome)) return outcome;
    return Outcome::failed;
}

Failure ledger_failure(ExitCode code, const fs::path& path, const SQLite::Exception& error) {
    const std::string work = code == ExitCode::unwritable ? "cannot write " : "cannot read ";
    const int cause = error.getErrorCode() & 0xff;
    const std::string words = cause == SQLITE_FULL     ? "no space left on the device"
                              : cause == SQLITE_NOTADB ? "it is no ledger of stenometry"
                              : cause == SQLITE_BUSY   ? "another program writes to it"
                                                       : std::string(error.what());
    return {code, work + path.string() + ": " + words};
}

Ledger::Ledger(fs::path path, std::unique_ptr<SQLite::Database> database)
    : path_(std::move(path)), database_(std::move(database)) {}

Ledger Ledger::open(const fs::path& path) {
    return with_ledger(ExitCode::unwritable, path, [&] {
        auto database = std::make_unique<SQLite::Database>(
            path.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE, 60000);
        distrust(*database);
        if (is_new(*database)) {
            // On the disk before the next input, whatever happens to the machine.
            database->exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
            make_tables(*database);
        }
        if (const std::string fault = fault_of(*database); !fault.empty())
            throw Failure(ExitCode::unreadable, "cannot read " + path.string() + ": " + fault);
        database->exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
        return Ledger(path, std::move(database));
    });
}

Ledger Ledger::read(const fs::path& path) {
    return with_ledger(ExitCode::unreadable, path, [&] {
        auto database = open_to_read(path);
        distrust(*database);
        if (const std::string fault = fault_of(*database); !fault.empty())
            throw Failure(ExitCode::unreadable, "cannot read " + path.string() + ": " + fault);
        return Ledger(path, std::move(database));
    });
}

void Ledger::begin_run(const Provenance& provenance) {
    with_ledger(ExitCode::unwritable, path_, [&] {
        SQLite::Statement insert(*database_,
                                 std::string("INSERT INTO run VALUES (") + now_in_utc + ", ?, ?, ?, ?)");
        insert.bind(1, provenance.software);
        insert.bind(2, provenance.network);
        insert.bind(3, provenance.options);
        insert.bind(4, provenance.options_hash);
        insert.exec();
    });
}

void Ledger::write(const InputEntry& entry) {
    with_ledger(ExitCode::unwritable, path_, [&] {
        SQLite::Transaction transaction(*database_, SQLite::TransactionBehavior::IMMEDIATE);
        const int attempts = forget(*database_, entry.key) + 1;
        const std::int64_t input = write_input(*database_, entry, attempts);
        write_frames(*database_, input, entry.frames);
        Inserter vessels(*database_, "vessel"), lesions(*database_, "lesion"),
            ectasias(*database_, "ectasia");
        for (const FrameEntry& frame : entry.frames) {
            if (!frame.vessels.rows.empty()) vessels.insert(input, frame.vessels);
            if (!frame.lesions.rows.empty()) lesions.insert(input, frame.lesions);
            if (!frame.ectasias.rows.empty()) ectasias.insert(input, frame.ectasias);
            write_warnings(*database_, input, frame);
        }
        if (!entry.cine_lesions.rows.empty()) {
            Inserter(*database_, "cine_lesion").insert(input, entry.cine_lesions);
            Inserter(*database_, "sighting").insert(input, entry.sightings);
        }
        transaction.commit();
    });
}

std::map<InputKey, Ended> Ledger::ended() const {
    return with_ledger(ExitCode::unreadable, path_, [&] {
        std::map<InputKey, Ended> ended;
        SQLite::Statement inputs(*database_,
                                 "SELECT path, item, status, finished, sha256, options, options_hash, "
                                 "software_version, network_sha256, reason FROM input");
        while (inputs.executeStep()) {
            const auto text = [&](int column) { return inputs.getColumn(column).getString(); };
            ended[{text(0), inputs.getColumn(1).getInt()}] = {.provenance = {.digest = text(4),
                                                                             .options = text(5),
                                                                             .options_hash = text(6),
                                                                             .software = text(7),
                                                                             .network = text(8)},
                                                              .status = outcome_of(text(2)),
                                                              .reason = text(9),
                                                              .finished = text(3)};
        }
        return ended;
    });
}

}  // namespace stenometry::program
