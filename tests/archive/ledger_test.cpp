#include "archive/ledger.h"

#include <SQLiteCpp/Statement.h>
#include <gmock/gmock.h>

#include "archive/digest.h"
#include "stenometry/report.h"
#include "support/analysis_example.h"
#include "support/temporary_files.h"

namespace stenometry::program {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

std::vector<std::string> column(const Ledger& ledger, const std::string& query) {
    std::vector<std::string> values;
    SQLite::Statement statement(ledger.database(), query);
    while (statement.executeStep()) values.push_back(statement.getColumn(0).getString());
    return values;
}

FrameEntry example_frame(int frame = 3) {
    const Analysis analysis = testing_examples::example_analysis();
    const ReportInput input{.path = "a.dcm", .frame = frame};
    return {.frame = frame,
            .analysis = to_json(analysis, input),
            .picture = std::string("\xFF\xD8\0JPEG", 7),
            .vessels = parse_csv(vessels_to_csv(analysis, input)),
            .lesions = parse_csv(to_csv(analysis, input)),
            .ectasias = parse_csv(ectasias_to_csv(analysis, input)),
            .warnings = {{.code = WarningCode::overlap, .message = "two vessels", .vessel = 0, .lesion = 0}}};
}

InputEntry example_entry(const std::string& path = "a.dcm") {
    return {
        .key = {path},
        .provenance = {.digest = "d", .options = "{}", .options_hash = "o", .software = "0", .network = "n"},
        .bytes = 1000,
        .frames_in_file = 7,
        .seconds = 0.1,
        .frames = {example_frame()}};
}

/// A ledger of its own for each test.
class LedgerFile : public testing::Test {
  protected:
    std::filesystem::path path_ = test::temporary_file("ledger.sqlite");
};

TEST_F(LedgerFile, HasAColumnForEachOfTheCsv) {
    const Ledger ledger = Ledger::open(path_);
    const FrameEntry frame = example_frame();
    const auto columns_of = [&](const std::string& table) {
        return column(ledger, "SELECT name FROM pragma_table_info('" + table + "') WHERE name <> 'input'");
    };
    const auto columns_in = [](const CsvTable& csv) {
        std::vector<std::string> columns;
        for (const std::string& name : csv.columns)
            // A lesion's vessel has its numbers in a table of its own.
            if (name != "path" && !name.starts_with("vessel_")) columns.push_back(name);
        return columns;
    };
    EXPECT_EQ(columns_of("vessel"), columns_in(frame.vessels));
    EXPECT_EQ(columns_of("lesion"), columns_in(frame.lesions));
    EXPECT_EQ(columns_of("ectasia"), columns_in(frame.ectasias));
    EXPECT_EQ(columns_of("cine_lesion"), columns_in(parse_csv(cine_lesions_to_csv({}, "a.dcm"))));
    EXPECT_EQ(columns_of("sighting"), columns_in(parse_csv(sightings_to_csv({}, "a.dcm"))));
}

TEST_F(LedgerFile, KeepsWhatIsWritten) {
    Ledger::open(path_).write(example_entry());
    const Ledger ledger = Ledger::read(path_);
    EXPECT_THAT(column(ledger, "SELECT path || ' ' || status || ' ' || frames FROM input"),
                ElementsAre("a.dcm done 7"));
    EXPECT_THAT(column(ledger, "SELECT hex(picture) FROM frame"), ElementsAre("FFD8004A504547"));
    EXPECT_THAT(column(ledger, "SELECT analysis FROM frame"), ElementsAre(example_frame().analysis.get()));
    EXPECT_EQ(column(ledger, "SELECT frame FROM vessel").size(),
              testing_examples::example_analysis().vessels.size());
    EXPECT_THAT(column(ledger, "SELECT code FROM warning JOIN lesion USING (input, frame, vessel, lesion)"),
                ElementsAre("overlap"));
}

TEST_F(LedgerFile, HasNumbersAsNumbersAndNullForNone) {
    Ledger ledger = Ledger::open(path_);
    InputEntry entry = example_entry();
    CsvTable& lesions = entry.frames[0].lesions;
    ASSERT_FALSE(lesions.rows.empty());
    const auto set = [&](const std::string& name, const std::string& value) {
        lesions.rows[0].at(static_cast<std::size_t>(std::ranges::find(lesions.columns, name) -
                                                    lesions.columns.begin())) = value;
    };
    // The nearest double to 0.07 is not what SQLite's own reading of the text is sure to give.
    set("mld_mm", "0.07"), set("reference_mm", ""), set("ostial", "true"), set("reason", "overlap");
    ledger.write(entry);
    SQLite::Statement row(ledger.database(),
                          "SELECT mld_mm, typeof(reference_mm), ostial, reason FROM lesion");
    ASSERT_TRUE(row.executeStep());
    EXPECT_EQ(row.getColumn(0).getDouble(), 0.07);
    EXPECT_EQ(row.getColumn(1).getString(), "null");
    EXPECT_EQ(row.getColumn(2).getInt(), 1);
    EXPECT_EQ(row.getColumn(3).getString(), "overlap");
}

TEST_F(LedgerFile, HasAnInputOnceHoweverOftenItIsTried) {
    Ledger ledger = Ledger::open(path_);
    InputEntry failed = example_entry();
    failed.status = Outcome::failed;
    failed.frames.clear();
    ledger.write(failed);
    ledger.write(example_entry());
    ledger.write(example_entry());
    EXPECT_THAT(column(ledger, "SELECT status || attempts FROM input"), ElementsAre("done3"));
    EXPECT_THAT(column(ledger, "SELECT count(*) FROM frame"), ElementsAre("1"));
    EXPECT_THAT(column(ledger, "SELECT count(*) FROM warning"), ElementsAre("1"));
}

TEST_F(LedgerFile, HasAllOfAnInputOrNothing) {
    Ledger ledger = Ledger::open(path_);
    InputEntry entry = example_entry();
    entry.frames.push_back(example_frame());  // the same frame again
    EXPECT_THROW(ledger.write(entry), Failure);
    EXPECT_THAT(column(ledger, "SELECT count(*) FROM input"), ElementsAre("0"));
    EXPECT_THAT(column(ledger, "SELECT count(*) FROM vessel"), ElementsAre("0"));
}

TEST_F(LedgerFile, KeepsWhatWasPutAside) {
    Ledger ledger = Ledger::open(path_);
    InputEntry entry = example_entry();
    const auto spool = std::make_shared<Spool>(path_.parent_path());
    entry.frames.push_back(example_frame(4));
    for (FrameEntry& frame : entry.frames) frame.analysis.put_aside(spool), frame.picture.put_aside(spool);
    ledger.write(entry);
    EXPECT_THAT(column(ledger, "SELECT analysis FROM frame ORDER BY frame"),
                ElementsAre(example_frame(3).analysis.get(), example_frame(4).analysis.get()));
    EXPECT_THAT(column(ledger, "SELECT DISTINCT hex(picture) FROM frame"), ElementsAre("FFD8004A504547"));
}

TEST_F(LedgerFile, TellsTwoItemsOfOnePathApart) {
    Ledger ledger = Ledger::open(path_);
    InputEntry second = example_entry();
    second.key.item = 2;
    second.provenance.options_hash = "p";
    ledger.write(example_entry());
    ledger.write(second);
    const auto ended = ledger.ended();
    ASSERT_EQ(ended.size(), 2U);
    EXPECT_TRUE(ended.at({"a.dcm", 1}).provenance.same_as(example_entry().provenance));
    EXPECT_FALSE(ended.at({"a.dcm", 2}).provenance.same_as(example_entry().provenance));
}

TEST_F(LedgerFile, OfAnotherKindIsRefusedByWhatItIs) {
    const auto refusal = [&](const char* part) {
        EXPECT_THAT([&] { Ledger::open(path_); }, ThrowsMessage<Failure>(HasSubstr(part)));
        EXPECT_THAT([&] { Ledger::read(path_); }, ThrowsMessage<Failure>(HasSubstr(part)));
    };
    std::filesystem::copy(test::file_with(std::string(5000, 'x'), "text"), path_);
    refusal("it is no ledger of stenometry");
    std::filesystem::remove(path_);
    SQLite::Database(path_.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE)
        .exec("CREATE TABLE run (a)");
    refusal("it is no ledger of stenometry");
    std::filesystem::remove(path_);
    Ledger::open(path_).database().exec("PRAGMA user_version = 2");
    refusal("schema 2");
}

TEST_F(LedgerFile, WithAnotherTableUnderAKnownNameIsRefused) {
    Ledger::open(path_).database().exec("DROP TABLE warning; CREATE VIEW warning AS SELECT 1");
    EXPECT_THAT([&] { Ledger::read(path_); }, ThrowsMessage<Failure>(HasSubstr("its table warning")));
}

TEST(Digest, IsThatOfSha256sum) {
    const std::string of_abc =
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";  // FIPS 180-2
    EXPECT_EQ(sha256("abc"), of_abc);
    EXPECT_EQ(sha256_of_file(test::file_with("abc", "abc")), of_abc);
    EXPECT_THAT([] { sha256_of_file("/none"); },
                ThrowsMessage<std::exception>(HasSubstr("cannot read /none")));
}

}  // namespace
}  // namespace stenometry::program
