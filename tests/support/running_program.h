#pragma once

#include <gmock/gmock.h>
#include <sys/wait.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "support/json_schema.h"

/// The program itself, run as a script would. \pre STENOMETRY_PROGRAM is its path.
namespace stenometry::test {

namespace fs = std::filesystem;

inline std::string contents(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

inline void write_text(const fs::path& path, const std::string& text) {
    std::ofstream(path, std::ios::binary) << text;
}

struct Ending {
    int code = -1;
    std::string out, err;
};

/// A folder of its own for each test, with angiograms in it.
class Program : public testing::Test {
  protected:
    void SetUp() override {
        std::string name = (fs::temp_directory_path() / "stenometry_program_XXXXXX").string();
        ASSERT_NE(mkdtemp(name.data()), nullptr);
        folder_ = name;
    }
    void TearDown() override { fs::remove_all(folder_); }

    std::string path(const std::string& name) const { return (folder_ / name).string(); }

    /// Runs the program in the folder. \param end what the shell is told after the arguments, such as a
    /// redirection
    Ending run(const std::vector<std::string>& arguments, const std::string& end = "") const {
        std::string command = "cd '" + folder_.string() + "' && '" STENOMETRY_PROGRAM "'";
        for (const std::string& argument : arguments) command += " '" + argument + "'";
        command += " >.out 2>.err </dev/null " + end;
        const int status = std::system(command.c_str());
        Ending ending{.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1};
        ending.out = contents(folder_ / ".out");
        ending.err = contents(folder_ / ".err");
        fs::remove(folder_ / ".out");
        fs::remove(folder_ / ".err");
        expect_valid_json(ending.out);
        for (const std::string& name : files())
            if (fs::path(name).extension() == ".json") expect_valid_json(contents(folder_ / name));
        return ending;
    }

    /// One line that begins with the program's name and holds `part`, and nothing on standard output.
    void expect_failure(int code, const std::vector<std::string>& arguments, const std::string& part,
                        const std::string& end = "") const {
        const std::string command = testing::PrintToString(arguments);
        const Ending ending = run(arguments, end);
        EXPECT_EQ(ending.code, code) << command << ending.err;
        EXPECT_THAT(ending.out, testing::IsEmpty()) << command;
        EXPECT_THAT(ending.err, testing::StartsWith("stenometry: ")) << command;
        EXPECT_THAT(ending.err, testing::HasSubstr(part)) << command;
        EXPECT_EQ(std::count(ending.err.begin(), ending.err.end(), '\n'), 1) << command << ending.err;
    }

    /// The files that lie in the folder.
    std::vector<std::string> files() const {
        std::vector<std::string> names;
        for (const auto& entry : fs::directory_iterator(folder_))
            names.push_back(entry.path().filename().string());
        std::sort(names.begin(), names.end());
        return names;
    }

    /// Whatever the program writes after a schema follows it.
    static void expect_valid_json(const std::string& text) {
        if (!text.starts_with('{') || !has_json_schema(text)) return;
        EXPECT_EQ(faults_of_json(text), "");
    }

    fs::path folder_;
};

}  // namespace stenometry::test
