#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

namespace stenometry::test {

/// A folder for the files of this process; the tests that run beside it have their own.
inline std::filesystem::path temporary_folder() {
    static const struct Folder {
        std::filesystem::path path =
            std::filesystem::path(testing::TempDir()) / ("stenometry-test-" + std::to_string(::getpid()));
        Folder() { std::filesystem::create_directories(path); }
        ~Folder() { std::filesystem::remove_all(path); }
    } folder;
    return folder.path;
}

/// A name there that no file has yet, ending in `name`.
inline std::filesystem::path temporary_file(const std::string& name) {
    static int count = 0;
    return temporary_folder() / (std::to_string(++count) + "-" + name);
}

inline std::string bytes_of(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

inline std::filesystem::path file_with(std::string_view bytes, const std::string& name) {
    const auto path = temporary_file(name);
    std::ofstream(path, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    return path;
}

/// Whatever is written to standard error, by any library, while it exists.
class StandardError {
  public:
    StandardError() { testing::internal::CaptureStderr(); }
    std::string text() { return testing::internal::GetCapturedStderr(); }
};

}  // namespace stenometry::test
