#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace stenometry::program {

/// SHA-256 in hexadecimal digits, as `sha256sum` prints it: who has the files can check a ledger.
std::string sha256(std::string_view bytes);

/// The same of a file.
/// \throws IoError naming the file and the cause.
std::string sha256_of_file(const std::filesystem::path& path);

/// The same of a file, or of the names and digests of the files in a folder, without hidden ones.
/// \throws IoError naming the file and the cause.
std::string sha256_of_path(const std::filesystem::path& path);

/// Bytes of a file, or of the files in a folder, without hidden ones; 0 for what is not there.
std::int64_t bytes_of_path(const std::filesystem::path& path);

}  // namespace stenometry::program
