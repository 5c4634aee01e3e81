// Runs the program over folders of files, as a person would with an archive.
#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <gmock/gmock.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "stenometry/io/dicom.h"
#include "stenometry/io/image.h"
#include "stenometry/phantom.h"
#include "support/phantom_pixels.h"
#include "support/running_program.h"

namespace stenometry {
namespace {

namespace fs = std::filesystem;
using test::contents;
using test::Ending;
using test::write_text;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::Eq;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

/// A vessel with a lesion across a small picture, at another height for each `seed`.
Image<std::uint16_t> small_angiogram(int seed) {
    phantom::Scene scene{.width_px = 128, .height_px = 128, .mm_per_px = 0.25};
    phantom::Tube tube = phantom::straight_tube(3.0, 60.0);
    tube.lesions.push_back({.at_mm = 30.0, .length_mm = 8.0, .percent_diameter = 50.0 + seed});
    scene.tubes.push_back(tube);
    return test::sixteen_bit_pixels(phantom::render(scene));
}

/// With angiograms `a.png`, `b.png`, ... in `in`.
class Batch : public test::Program {
  protected:
    void SetUp() override {
        Program::SetUp();
        fs::create_directories(folder_ / "in");
        static const std::vector<Image<std::uint16_t>> pictures{small_angiogram(0), small_angiogram(10),
                                                                small_angiogram(20)};
        for (std::size_t i = 0; i < pictures.size(); ++i) io::write_png(path(name(i)), pictures[i]);
    }

    static std::string name(std::size_t i) {
        return "in/" + std::string(1, static_cast<char>('a' + i)) + ".png";
    }

    void write_damaged() const {
        fs::create_directories(folder_ / "in/sub");
        write_text(path("in/empty.png"), "");
        write_text(path("in/cut.png"), contents(path("in/a.png")).substr(0, 3000));
        write_text(path("in/sub/text.dcm"), "this is text");
        write_text(path("in/notes.txt"), "this is text");
        write_text(path("in/.hidden.png"), "");
        io::write_png(path("in/grey.png"), Image<std::uint8_t>(64, 64, 100));
    }

    Ending batch(const std::string& out, std::vector<std::string> more = {}) const {
        more.insert(more.begin(), {"batch", "in", "--out", out});
        return run(more);
    }

    std::string table(const std::string& ledger, const std::string& which) const {
        return run({"table", ledger, which}).out;
    }

    /// All that a ledger's tables say.
    std::string tables(const std::string& ledger) const {
        return table(ledger, "--inputs") + table(ledger, "--vessels") + table(ledger, "--lesions");
    }

    std::vector<std::string> query(const std::string& ledger, const std::string& sql) const {
        const SQLite::Database database(path(ledger));
        SQLite::Statement statement(database, sql);
        std::vector<std::string> values;
        while (statement.executeStep()) values.push_back(statement.getColumn(0).getString());
        return values;
    }

    std::vector<std::string> attempts(const std::string& ledger) const {
        return query(ledger, "SELECT path || ' ' || attempts FROM input ORDER BY path");
    }

    /// Begins a batch, and ends it by a signal after a while.
    int run_and_signal(std::vector<std::string> arguments, int signal, useconds_t after_us) const {
        const pid_t child = ::fork();
        if (child == 0) {
            if (::chdir(folder_.c_str()) != 0 || ::freopen("/dev/null", "w", stderr) == nullptr) ::_exit(127);
            std::vector<char*> pointers{const_cast<char*>(STENOMETRY_PROGRAM)};
            for (std::string& argument : arguments) pointers.push_back(argument.data());
            pointers.push_back(nullptr);
            ::execv(STENOMETRY_PROGRAM, pointers.data());
            ::_exit(127);
        }
        ::usleep(after_us);
        ::kill(child, signal);
        int status = 0;
        ::waitpid(child, &status, 0);
        return status;
    }
};

TEST_F(Batch, GivesEveryFileOneRow) {
    write_damaged();
    const Ending ending = batch("out");
    EXPECT_EQ(ending.code, 6);
    EXPECT_THAT(ending.err,
                AllOf(HasSubstr("8 of 8 inputs: 3 done, 1 with nothing to measure, 3 failed, 1 skipped"),
                      HasSubstr("stenometry: 3 of 8 inputs failed")));
    EXPECT_THAT(
        query("out/ledger.sqlite",
              "SELECT path || ' ' || status || ' ' || exit_code FROM input ORDER BY path"),
        ElementsAre("a.png done 0", "b.png done 0", "c.png done 0", "cut.png failed 3", "empty.png failed 3",
                    "grey.png nothing 4", "notes.txt skipped 0", "sub/text.dcm failed 3"));
    // As analyze says it, without a place on this machine.
    EXPECT_THAT(query("out/ledger.sqlite", "SELECT reason FROM input WHERE path = 'empty.png'"),
                ElementsAre("cannot read empty.png: the file is empty"));
    EXPECT_THAT(contents(path("out/ledger.sqlite")), Not(HasSubstr(folder_.string())));
}

TEST_F(Batch, MeasuresAsAnalyzeDoes) {
    ASSERT_EQ(batch("out", {"--spacing", "0.25"}).code, 0);
    const auto analysis = query("out/ledger.sqlite",
                                "SELECT analysis FROM frame JOIN input USING (input) "
                                "WHERE path = 'b.png'");
    const Ending one = run({"analyze", "in/b.png", "--spacing", "0.25", "--json", "-", "--csv", "b.csv"});
    auto json = nlohmann::json::parse(one.out);
    json["input"]["path"] = "b.png";
    ASSERT_EQ(analysis.size(), 1U);
    test::Program::expect_valid_json(analysis[0]);
    EXPECT_EQ(nlohmann::json::parse(analysis[0]), json);
    // Each line but for the columns that say which input.
    const std::string all = table("out/ledger.sqlite", "--lesions");
    const std::string row = contents(path("b.csv")).substr(contents(path("b.csv")).find('\n') + 1);
    EXPECT_THAT(all, HasSubstr("b.png,1" + row.substr(row.find(','))));
}

TEST_F(Batch, KeepsAPictureOfEachFrame) {
    ASSERT_EQ(batch("out").code, 0);
    const SQLite::Database database(path("out/ledger.sqlite"));
    SQLite::Statement pictures(database, "SELECT picture FROM frame");
    ASSERT_TRUE(pictures.executeStep());
    const SQLite::Column picture = pictures.getColumn(0);
    write_text(path("p.jpg"),
               {static_cast<const char*>(picture.getBlob()), static_cast<std::size_t>(picture.getBytes())});
    const Frame frame = io::read_image(path("p.jpg"));
    EXPECT_EQ(frame.width(), 128);
    EXPECT_EQ(frame.height(), 128);
}

TEST_F(Batch, GivesTheSameTablesWithAnyNumberOfJobsOrShards) {
    write_damaged();
    batch("one", {"--jobs", "1"});
    batch("two", {"--jobs", "2"});
    batch("first", {"--shard", "1/2"});
    batch("second", {"--shard", "2/2"});
    EXPECT_THAT(attempts("first/ledger.sqlite"), Not(testing::IsEmpty()));
    EXPECT_THAT(attempts("second/ledger.sqlite"), Not(testing::IsEmpty()));
    ASSERT_EQ(run({"merge", "second/ledger.sqlite", "first/ledger.sqlite", "--out", "merged"}).code, 0);
    EXPECT_EQ(tables("one/ledger.sqlite"), tables("two/ledger.sqlite"));
    EXPECT_EQ(tables("one/ledger.sqlite"), tables("merged"));
}

TEST_F(Batch, GoesOnOnlyWhereItIsToldTo) {
    ASSERT_EQ(batch("out").code, 0);
    const std::string ledger = contents(path("out/ledger.sqlite"));
    expect_failure(2, {"batch", "in", "--out", "out"}, "out/ledger.sqlite is there already: --resume");
    EXPECT_EQ(contents(path("out/ledger.sqlite")), ledger);
    EXPECT_THAT(batch("out", {"--resume"}).err, HasSubstr("3 of them before"));
    EXPECT_THAT(attempts("out/ledger.sqlite"), ElementsAre("a.png 1", "b.png 1", "c.png 1"));
}

TEST_F(Batch, AnalysesAgainWhatHasChanged) {
    ASSERT_EQ(batch("out").code, 0);
    fs::copy_file(path("in/b.png"), path("in/a.png"), fs::copy_options::overwrite_existing);
    ASSERT_EQ(batch("out", {"--resume"}).code, 0);
    EXPECT_THAT(attempts("out/ledger.sqlite"), ElementsAre("a.png 2", "b.png 1", "c.png 1"));
    ASSERT_EQ(batch("out", {"--resume", "--spacing", "0.2"}).code, 0);
    EXPECT_THAT(attempts("out/ledger.sqlite"), ElementsAre("a.png 3", "b.png 2", "c.png 2"));
    ASSERT_EQ(batch("fresh", {"--spacing", "0.2"}).code, 0);
    EXPECT_EQ(tables("out/ledger.sqlite"), tables("fresh/ledger.sqlite"));
}

TEST_F(Batch, TriesWhatFailedAgainOnlyWhereItIsToldTo) {
    write_text(path("in/d.png"), "no picture");
    EXPECT_EQ(batch("out").code, 6);
    EXPECT_EQ(batch("out", {"--resume"}).code, 6);
    EXPECT_EQ(attempts("out/ledger.sqlite").back(), "d.png 1");
    EXPECT_EQ(batch("out", {"--retry-failed"}).code, 6);
    EXPECT_THAT(attempts("out/ledger.sqlite"), ElementsAre("a.png 1", "b.png 1", "c.png 1", "d.png 2"));
    // A file that was mended is another file.
    fs::copy_file(path("in/a.png"), path("in/d.png"), fs::copy_options::overwrite_existing);
    EXPECT_EQ(batch("out", {"--resume"}).code, 0);
}

TEST_F(Batch, LosesAndDoublesNothingHoweverOftenItIsKilled) {
    for (std::size_t i = 3; i < 12; ++i) fs::copy_file(path(name(i % 3)), path(name(i)));
    batch("whole");
    const std::vector<std::string> arguments{"batch", "in", "--out", "out", "--resume"};
    for (useconds_t after = 5'000; after < 200'000; after += 40'000) {
        run_and_signal(arguments, SIGKILL, after);
        // It may have been before there was a ledger, or a table in it.
        if (!fs::exists(path("out/ledger.sqlite")) ||
            query("out/ledger.sqlite", "SELECT 1 FROM sqlite_schema").empty())
            continue;
        EXPECT_THAT(attempts("out/ledger.sqlite"), testing::Each(testing::EndsWith(" 1")));
    }
    ASSERT_EQ(run(arguments).code, 0);
    EXPECT_EQ(attempts("out/ledger.sqlite"), attempts("whole/ledger.sqlite"));
    EXPECT_EQ(tables("out/ledger.sqlite"), tables("whole/ledger.sqlite"));
}

TEST_F(Batch, EndsByTheSignalThatStopsItWithWhatIsUnderWayWritten) {
    for (std::size_t i = 3; i < 26; ++i) fs::copy_file(path(name(i % 3)), path(name(i)));
    const int status = run_and_signal({"batch", "in", "--out", "out", "--jobs", "1"}, SIGTERM, 150'000);
    // A quick machine may have been done.
    if (!WIFSIGNALED(status)) GTEST_SKIP() << "it had ended before it was asked to";
    EXPECT_EQ(WTERMSIG(status), SIGTERM);
    EXPECT_LT(attempts("out/ledger.sqlite").size(), 26U);
    ASSERT_EQ(batch("out", {"--resume"}).code, 0);
    EXPECT_EQ(attempts("out/ledger.sqlite").size(), 26U);
    EXPECT_THAT(attempts("out/ledger.sqlite"), testing::Each(testing::EndsWith(" 1")));
}

TEST_F(Batch, OfAManifestHasTheOptionsOfEachRow) {
    write_text(path("in/list.csv"),
               "path,spacing,from,to,#note\n"
               "b.png,0.3,\"10,63.5\",\"110,63.5\",between two points\n"
               "a.png,,,,as all\n"
               "a.png,0.5,,,with its own\n");
    ASSERT_EQ(run({"batch", "in/list.csv", "--out", "out", "--spacing", "0.2"}).code, 0);
    const auto spacings =
        query("out/ledger.sqlite",
              "SELECT path || item || ' ' || json_extract(analysis, '$.calibration.mm_per_px_x') "
              "FROM frame JOIN input USING (input) ORDER BY path, item");
    EXPECT_THAT(spacings, ElementsAre("a.png1 0.2", "a.png2 0.5", "b.png1 0.3"));
    const auto measured = query("out/ledger.sqlite",
                                "SELECT analysis FROM frame JOIN input USING (input) WHERE path = 'b.png'");
    const Ending one = run(
        {"measure", "in/b.png", "--spacing", "0.3", "--from", "10,63.5", "--to", "110,63.5", "--json", "-"});
    auto json = nlohmann::json::parse(one.out);
    json["input"]["path"] = "b.png";
    EXPECT_EQ(nlohmann::json::parse(measured.at(0)), json);
}

TEST_F(Batch, FailsTheRowOfAManifestThatIsWrongAndDoesTheOthers) {
    write_text(path("in/list.csv"),
               "path,spacing,from,to\n"
               "a.png,wide,,\n"
               "b.png,,\"10,10\",\"900,10\"\n"
               "missing.png,,,\n"
               "c.png,,,\n");
    EXPECT_EQ(run({"batch", "in/list.csv", "--out", "out"}).code, 6);
    EXPECT_THAT(
        query("out/ledger.sqlite",
              "SELECT status || exit_code || reason FROM input WHERE status <> 'done' "
              "ORDER BY path"),
        ElementsAre(
            "failed2--spacing: must be a number above 0, but is 'wide'",
            "failed2--to 900,10 lies outside the image of 128 x 128 pixels; the nearest vessel is at 127,60",
            "failed3cannot read missing.png: No such file or directory"));
}

TEST_F(Batch, RefusesAManifestThatIsNoneBeforeAnythingIsDone) {
    const auto refused = [&](const std::string& text, const std::string& part) {
        write_text(path("in/list.csv"), text);
        expect_failure(2, {"batch", "in/list.csv", "--out", "out"}, part);
    };
    refused("file\na.png\n", "in/list.csv: column file is no option");
    refused("spacing\n0.2\n", "it has no column called path");
    refused("path,spacing\n,0.2\n", "row 1 has no path");
    refused("path\n\"a.png\n", "line 2: a quote begins");
    EXPECT_FALSE(fs::exists(path("out")));
}

TEST_F(Batch, SearchesFoldersAndMatchesPatternsButNotItsOwnResults) {
    fs::create_directories(folder_ / "in/deep/er");
    fs::rename(path("in/c.png"), path("in/deep/er/c.png"));
    fs::create_directory_symlink(folder_ / "in", folder_ / "in/deep/loop");
    ASSERT_EQ(run({"batch", "in", "--out", "in/out"}).code, 0);
    EXPECT_THAT(attempts("in/out/ledger.sqlite"), ElementsAre("a.png 1", "b.png 1", "deep/er/c.png 1"));
    ASSERT_EQ(run({"batch", "in/?.png", "in/a.png", "--out", "out"}).code, 0);
    EXPECT_THAT(attempts("out/ledger.sqlite"), ElementsAre("a.png 1", "b.png 1"));
    ASSERT_EQ(run({"batch", "in/a.png", "--root", ".", "--out", "rooted"}).code, 0);
    EXPECT_THAT(attempts("rooted/ledger.sqlite"), ElementsAre("in/a.png 1"));
    expect_failure(2, {"batch", "in/*.dcm", "--out", "none"}, "in/*.dcm: there is no such file");
    expect_failure(2, {"batch", "in", "--root", "in/deep", "--out", "none"}, "lies outside");
}

/// With a cine of three frames, `run.dcm`.
class BatchOfACine : public Batch {
  protected:
    void SetUp() override {
        Batch::SetUp();
        const Image<std::uint16_t> frame = small_angiogram(0);
        const std::vector<Image<std::uint16_t>> frames(3, frame);
        io::write_dicom(path("in/run.dcm"), frames, {.patient_name = "DOE^JANE", .frame_time_ms = 100.0});
        for (std::size_t i = 0; i < 3; ++i) fs::remove(path(name(i)));
    }
};

TEST_F(BatchOfACine, AnalysesTheFramesThatAreAskedFor) {
    const auto frames = [&](const std::string& choice) {
        const std::string out = "out-" + choice;
        batch(out, {"--frames", choice});
        return query(out + "/ledger.sqlite", "SELECT frame FROM frame ORDER BY frame");
    };
    EXPECT_THAT(frames("all"), ElementsAre("0", "1", "2"));
    EXPECT_THAT(frames("2"), ElementsAre("2"));
    EXPECT_EQ(frames("best").size(), 1U);
    EXPECT_EQ(batch("out", {"--frames", "3"}).code, 6);
    EXPECT_THAT(query("out/ledger.sqlite", "SELECT reason FROM input"),
                ElementsAre("--frame 3: run.dcm has 3 frames, numbers 0 to 2"));
    expect_failure(2, {"batch", "in", "--out", "x", "--frames", "some"},
                   "--frames: must be best, filled, all or");
}

TEST_F(BatchOfACine, SaysWhichLesionsOfItsFramesAreOne) {
    // Three frames alike: whatever is a lesion in one is it in all of them.
    ASSERT_EQ(batch("out", {"--frames", "all"}).code, 0);
    const auto lesions = query("out/ledger.sqlite", "SELECT count(*) FROM lesion WHERE frame = 0");
    EXPECT_THAT(query("out/ledger.sqlite", "SELECT count(*) FROM cine_lesion WHERE lesion_frames = 3"),
                Eq(lesions));
    EXPECT_THAT(query("out/ledger.sqlite",
                      "SELECT DISTINCT c.percent_diameter_stenosis = l.percent_diameter_stenosis "
                      "FROM cine_lesion c JOIN sighting s USING (input, cine_lesion) "
                      "JOIN lesion l USING (input, frame, vessel, lesion)"),
                ElementsAre("1"));
    EXPECT_THAT(table("out/ledger.sqlite", "--cine-lesions"), HasSubstr("run.dcm,1,0,3,3,false,"));
    EXPECT_THAT(table("out/ledger.sqlite", "--sightings"), HasSubstr("run.dcm,1,0,2,"));
}

TEST_F(BatchOfACine, KeepsNothingOfThePatientUnlessItIsAskedTo) {
    ASSERT_EQ(batch("out").code, 0);
    EXPECT_THAT(contents(path("out/ledger.sqlite")), Not(HasSubstr("DOE")));
    ASSERT_EQ(batch("named", {"--identifiers"}).code, 0);
    EXPECT_THAT(query("named/ledger.sqlite", "SELECT json_extract(identifiers, '$.PatientName') FROM input"),
                ElementsAre("DOE^JANE"));
}

TEST_F(BatchOfACine, SkipsOtherModalities) {
    std::string file = contents(path("in/run.dcm"));
    const std::string modality("\x08\0\x60\0CS\x02\0", 8);
    ASSERT_NE(file.find(modality + "XA"), std::string::npos);
    file.replace(file.find(modality + "XA"), 10, modality + "CT");
    write_text(path("in/run.dcm"), file);
    EXPECT_EQ(batch("out").code, 0);
    EXPECT_THAT(query("out/ledger.sqlite", "SELECT status || ' ' || reason FROM input"),
                ElementsAre("skipped its modality is CT"));
    EXPECT_EQ(batch("out", {"--resume", "--modality", "XA,CT"}).code, 0);
    EXPECT_THAT(query("out/ledger.sqlite", "SELECT status FROM input"), ElementsAre("done"));
}

TEST_F(BatchOfACine, RefusesWhatNeedsMoreMemoryThanAllowed) {
    EXPECT_EQ(batch("out", {"--max-memory", "1MB"}).code, 6);
    EXPECT_THAT(
        query("out/ledger.sqlite", "SELECT reason FROM input").at(0),
        AllOf(StartsWith("cannot read run.dcm: frames of 128 x 128 pixels"), HasSubstr("--max-memory")));
}

TEST_F(Batch, MergesTheNewestThatIsDoneAndSaysSo) {
    ASSERT_EQ(batch("old", {"--spacing", "0.2"}).code, 0);
    ASSERT_EQ(batch("new", {"--spacing", "0.3"}).code, 0);
    write_text(path("in/a.png"), "no picture");
    ASSERT_EQ(batch("failed", {"--spacing", "0.4"}).code, 6);
    const Ending ending =
        run({"merge", "failed/ledger.sqlite", "new/ledger.sqlite", "old/ledger.sqlite", "--out", "m"});
    EXPECT_EQ(ending.code, 0);
    EXPECT_THAT(ending.err, HasSubstr("6 inputs, a.png the first, have another file, options or program"));
    EXPECT_THAT(query("m", "SELECT path || json_extract(options, '$.--spacing[0]') FROM input ORDER BY path"),
                ElementsAre("a.png0.3", "b.png0.4", "c.png0.4"));
    expect_failure(2, {"merge", "new/ledger.sqlite", "--out", "m"}, "there is such a file already");
    expect_failure(3, {"merge", "in/b.png", "--out", "n"}, "cannot read in/b.png: it is no ledger");
    EXPECT_FALSE(fs::exists(path("n")));
}

TEST_F(Batch, WritesItsTablesToFilesToo) {
    ASSERT_EQ(batch("out").code, 0);
    ASSERT_EQ(run({"table", "out/ledger.sqlite", "--inputs", "--jsonl", "--out", "t.jsonl"}).code, 0);
    const std::string lines = contents(path("t.jsonl"));
    EXPECT_EQ(std::ranges::count(lines, '\n'), 3);
    EXPECT_EQ(nlohmann::json::parse(lines.substr(0, lines.find('\n')))["path"], "a.png");
    expect_failure(2, {"table", "out/ledger.sqlite"}, "");
    expect_failure(2, {"table", "out/ledger.sqlite", "--inputs", "--out", "out/ledger.sqlite"},
                   "is an input");
    expect_failure(3, {"table", "none", "--inputs"}, "cannot read none");
}

TEST_F(Batch, StopsWhereNothingCanBeWrittenWithALedgerThatOpens) {
    // No file may grow beyond 100 blocks of 512 or 1024 bytes, as on a disk that is full.
    const std::string command = "trap '' XFSZ; ulimit -f 100; cd '" + folder_.string() +
                                "' && '" STENOMETRY_PROGRAM "' batch in --out out 2>.err";
    const int status = std::system(command.c_str());
    ASSERT_TRUE(WIFEXITED(status));
    EXPECT_EQ(WEXITSTATUS(status), 5);
    EXPECT_THAT(contents(path(".err")), HasSubstr("stenometry: cannot write out/ledger.sqlite: "));
    ASSERT_EQ(batch("out", {"--resume"}).code, 0);
    EXPECT_EQ(attempts("out/ledger.sqlite").size(), 3U);
}

TEST_F(Batch, IsWhatAnalyzeNamesForManyImages) {
    expect_failure(2, {"analyze", "in/a.png", "in/b.png"},
                   "'in/b.png' is another: stenometry batch takes many");
}

TEST_F(Batch, IsNotNeededForOneTableOfLesions) {
    for (const char* image : {"in/a.png", "in/b.png", "in/a.png"})
        ASSERT_EQ(run({"analyze", image, "--csv", "all.csv"}).code, 0);
    run({"analyze", "in/a.png", "--csv", "a.csv"});
    run({"analyze", "in/b.png", "--csv", "b.csv"});
    const std::string a = contents(path("a.csv"));
    EXPECT_EQ(contents(path("all.csv")), contents(path("b.csv")) + a.substr(a.find('\n') + 1));
    write_text(path("all.csv"), "my,own\r\n1,2\r\n");
    EXPECT_EQ(run({"analyze", "in/a.png", "--csv", "all.csv"}).code, 5);
    EXPECT_EQ(contents(path("all.csv")), "my,own\r\n1,2\r\n");
}

}  // namespace
}  // namespace stenometry
