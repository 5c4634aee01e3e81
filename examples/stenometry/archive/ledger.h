#pragma once

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Exception.h>

#include <compare>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "archive/csv.h"
#include "archive/spool.h"
#include "failure.h"
#include "stenometry/warning.h"

/// The results of a batch in one SQLite file; schema/ledger.md says what is in it.
namespace stenometry::program {

inline constexpr int ledger_schema = 1;

/// How an input or a frame ended.
enum class Outcome {
    done,     ///< measured
    nothing,  ///< read, but it holds nothing that can be measured as asked
    failed,   ///< not read, or not analysed
    skipped,  ///< not of the kind that was asked for
};

/// As the ledger spells it.
std::string_view to_string(Outcome outcome);
Outcome outcome_of(std::string_view text);

/// Which input: its path relative to the root of the inputs, and which of those with that path, from 1, as
/// a manifest may have several.
struct InputKey {
    std::string path;
    int item = 1;
    auto operator<=>(const InputKey&) const = default;
};

/// What results depend on: where all of it is as it was, they need not be found again.
struct Provenance {
    std::string digest;   ///< SHA-256 of the file; empty where it cannot be read
    std::string options;  ///< JSON
    std::string options_hash;
    std::string software;  ///< version
    std::string network;   ///< SHA-256 of the weights

    bool same_as(const Provenance& other) const {
        return digest == other.digest && options_hash == other.options_hash && software == other.software &&
               network == other.network;
    }
};

struct FrameEntry {
    int frame = 0;
    Outcome status = Outcome::done;
    std::string reason;
    Bytes analysis;  ///< what `analyze --json` writes; empty where the frame was not read
    Bytes picture;   ///< JPEG of the frame, grey, as the overlay shows it
    CsvTable vessels, lesions, ectasias;
    std::vector<Warning> warnings;

    /// Puts aside what takes most of the memory.
    void put_aside(const std::shared_ptr<Spool>& spool) {
        analysis.put_aside(spool);
        picture.put_aside(spool);
    }
};

/// Everything that one input leaves in the ledger.
struct InputEntry {
    InputKey key;
    Provenance provenance;
    std::int64_t bytes = 0;
    Outcome status = Outcome::done;
    std::string reason;
    ExitCode exit_code = ExitCode::done;
    int frames_in_file = 0;
    double seconds = 0.0;
    std::map<std::string, std::string> identifiers;  ///< of patient and study, where they are asked for
    std::vector<FrameEntry> frames;
    CsvTable cine_lesions, sightings;  ///< where several frames were analysed
};

/// What is known of an input that ended before.
struct Ended {
    Provenance provenance;
    Outcome status = Outcome::done;
    std::string reason;
    std::string finished;  ///< when, UTC
};

/// What a fault of SQLite is to who uses the program: reading fails as unreadable, unless `code` says that
/// the file is written to.
Failure ledger_failure(ExitCode code, const std::filesystem::path& path, const SQLite::Exception& error);

/// One ledger, open. Everything that is written is in it as soon as the call returns, and none of it before.
class Ledger {
  public:
    /// Opens the ledger, and makes it if there is none.
    /// \throws Failure unwritable for a fault of the file; unreadable if it is no ledger of this schema.
    static Ledger open(const std::filesystem::path& path);

    /// Opens one to be read only, also from a place where nothing can be written.
    /// \throws Failure unreadable, naming the file and what is wrong with it.
    static Ledger read(const std::filesystem::path& path);

    /// Notes with what a batch runs from now on.
    void begin_run(const Provenance& provenance);

    /// Notes an input, in place of what an earlier attempt left.
    void write(const InputEntry& entry);

    /// How every input ended that the ledger has.
    std::map<InputKey, Ended> ended() const;

    /// The connection, for queries.
    SQLite::Database& database() const { return *database_; }
    const std::filesystem::path& path() const { return path_; }

  private:
    Ledger(std::filesystem::path path, std::unique_ptr<SQLite::Database> database);

    std::filesystem::path path_;
    std::unique_ptr<SQLite::Database> database_;
};

}  // namespace stenometry::program
