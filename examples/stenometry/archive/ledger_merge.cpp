#include "archive/ledger_merge.h"

#include <SQLiteCpp/Statement.h>
#include <SQLiteCpp/Transaction.h>
#include <sqlite3.h>

#include <algorithm>
#include <map>
#include <tuple>

#include "archive/ledger.h"

namespace stenometry::program {
namespace {

namespace fs = std::filesystem;

/// Which ledger an input is taken from.
struct Choice {
    std::size_t ledger = 0;
    Ended ended;
};

using Choices = std::map<InputKey, Choice>;

bool is_better(const Ended& a, const Ended& b) {
    const auto rank = [](const Ended& ended) {
        return std::tuple(ended.status == Outcome::done, ended.finished);
    };
    return a.provenance.same_as(b.provenance) && a.status == b.status ? false : rank(a) > rank(b);
}

void choose(Choices& choices, MergeCounts& counts, const Ledger& ledger, std::size_t number) {
    for (const auto& [key, ended] : ledger.ended()) {
        const auto [known, is_new] = choices.try_emplace(key, Choice{number, ended});
        if (is_new) continue;
        Choice& choice = known->second;
        if (choice.ended.provenance.same_as(ended.provenance))
            ++counts.repeated;
        else if (++counts.different == 1)
            counts.example = key.path;
        if (is_better(ended, choice.ended)) choice = {number, ended};
    }
}

void bind_column(SQLite::Statement& into, int index, const SQLite::Column& value) {
    if (value.isNull())
        into.bind(index);
    else if (value.isInteger())
        into.bind(index, value.getInt64());
    else if (value.isFloat())
        into.bind(index, value.getDouble());
    else if (value.isText())
        into.bind(index, value.getString());
    else
        into.bind(index, value.getBlob(), value.getBytes());
}

/// Copies rows of one table. The first column is the number of the input, which is another in each ledger.
class RowCopier {
  public:
    RowCopier(const Ledger& from, Ledger& to, const std::string& table)
        : rows_(from.database(), "SELECT * FROM " + table + " WHERE input = ?"),
          insert_(to.database(),
                  "INSERT INTO " + table + " VALUES (" + places(rows_.getColumnCount()) + ')') {}

    void copy(std::int64_t from, std::int64_t to) {
        rows_.reset();
        rows_.bind(1, from);
        while (rows_.executeStep()) {
            insert_.reset();
            insert_.bind(1, to);
            for (int i = 1; i < rows_.getColumnCount(); ++i) bind_column(insert_, i + 1, rows_.getColumn(i));
            insert_.exec();
        }
    }

  private:
    static std::string places(int count) {
        std::string list = "?";
        for (int i = 1; i < count; ++i) list += ", ?";
        return list;
    }

    SQLite::Statement rows_, insert_;
};

/// Copies inputs with all that belongs to them.
class InputCopier {
  public:
    InputCopier(const Ledger& from, Ledger& to)
        : number_(from.database(), "SELECT input FROM input WHERE path = ? AND item = ?"),
          next_(to.database(), "SELECT coalesce(max(input), 0) + 1 FROM input") {
        for (const char* table :
             {"input", "frame", "vessel", "lesion", "ectasia", "cine_lesion", "sighting", "warning"})
            tables_.push_back(std::make_unique<RowCopier>(from, to, table));
    }

    void copy(const InputKey& key) {
        number_.reset();
        number_.bind(1, key.path);
        number_.bind(2, key.item);
        if (!number_.executeStep()) return;
        next_.reset();
        next_.executeStep();
        for (const auto& table : tables_)
            table->copy(number_.getColumn(0).getInt64(), next_.getColumn(0).getInt64());
    }

  private:
    SQLite::Statement number_, next_;
    std::vector<std::unique_ptr<RowCopier>> tables_;
};

void copy_runs(const Ledger& from, Ledger& to) {
    SQLite::Statement runs(from.database(), "SELECT * FROM run");
    SQLite::Statement insert(to.database(), "INSERT INTO run VALUES (?, ?, ?, ?, ?)");
    while (runs.executeStep()) {
        insert.reset();
        for (int i = 0; i < runs.getColumnCount(); ++i) bind_column(insert, i + 1, runs.getColumn(i));
        insert.exec();
    }
}

void copy_chosen(const Ledger& from, std::size_t number, const Choices& choices, Ledger& to) {
    try {
        SQLite::Transaction transaction(to.database());
        InputCopier inputs(from, to);
        for (const auto& [key, choice] : choices)
            if (choice.ledger == number) inputs.copy(key);
        copy_runs(from, to);
        transaction.commit();
    } catch (const SQLite::Exception& error) {
        if (error.getErrorCode() == SQLITE_FULL) throw ledger_failure(ExitCode::unwritable, to.path(), error);
        throw ledger_failure(ExitCode::unreadable, from.path(), error);
    }
}

/// A file under another name until it is whole.
class LedgerInMaking {
  public:
    explicit LedgerInMaking(fs::path place) : place_(std::move(place)), draft_(place_.string() + ".part") {
        discard();
    }
    ~LedgerInMaking() { discard(); }
    LedgerInMaking(const LedgerInMaking&) = delete;
    LedgerInMaking& operator=(const LedgerInMaking&) = delete;

    const fs::path& draft() const { return draft_; }
    void finish() {
        std::error_code fault;
        fs::rename(draft_, place_, fault);
        if (fault)
            throw Failure(ExitCode::unwritable, "cannot write " + place_.string() + ": " + fault.message());
    }

  private:
    void discard() {
        std::error_code absent;
        for (const char* end : {"", "-wal", "-shm"}) fs::remove(draft_.string() + end, absent);
    }

    fs::path place_, draft_;
};

}  // namespace

MergeCounts merge_ledgers(const std::vector<fs::path>& ledgers, const fs::path& out) {
    MergeCounts counts;
    Choices choices;
    for (std::size_t i = 0; i < ledgers.size(); ++i) choose(choices, counts, Ledger::read(ledgers[i]), i);
    counts.inputs = choices.size();
    LedgerInMaking making(out);
    {
        Ledger merged = Ledger::open(making.draft());
        for (std::size_t i = 0; i < ledgers.size(); ++i) {
            const Ledger ledger = Ledger::read(ledgers[i]);
            copy_chosen(ledger, i, choices, merged);
        }
    }
    making.finish();
    return counts;
}

}  // namespace stenometry::program
