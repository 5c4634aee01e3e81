#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace stenometry::program {

/// SHA-256 in hexadecimal digits, as `sha256sum` prints it: who has the files can check a ledger.
std::string sha256(std::string_view bytes);

/// The same of a file.
/// \throws IoError naming the file and the cause.
std::string sha256_of_file(const std::filesystem::path& path);

}  // namespace stenometry::program
