#include "archive/digest.h"

#include <fcntl.h>
#include <nettle/sha2.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <vector>

#include "stenometry/error.h"

namespace stenometry::program {
namespace {

namespace fs = std::filesystem;

class Sha256 {
  public:
    Sha256() { sha256_init(&context_); }

    void add(std::string_view bytes) {
        sha256_update(&context_, bytes.size(), reinterpret_cast<const std::uint8_t*>(bytes.data()));
    }

    std::string hexadecimal() {
        std::array<std::uint8_t, SHA256_DIGEST_SIZE> digest;
        sha256_digest(&context_, digest.size(), digest.data());
        std::string text;
        for (const std::uint8_t byte : digest) {
            text += "0123456789abcdef"[byte >> 4];
            text += "0123456789abcdef"[byte & 15];
        }
        return text;
    }

  private:
    sha256_ctx context_;
};

class Descriptor {
  public:
    explicit Descriptor(const std::filesystem::path& path)
        : number_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {}
    ~Descriptor() {
        if (number_ >= 0) ::close(number_);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    int number() const { return number_; }

  private:
    int number_;
};

std::vector<fs::path> files_in(const fs::path& folder) {
    std::error_code fault;
    std::vector<fs::path> files;
    for (fs::directory_iterator i(folder, fault), end; !fault && i != end; i.increment(fault))
        if (i->is_regular_file(fault) && !i->path().filename().string().starts_with('.'))
            files.push_back(i->path());
    if (fault) throw IoError("cannot read " + folder.string() + ": " + fault.message());
    std::ranges::sort(files);
    return files;
}

}  // namespace

std::string sha256(std::string_view bytes) {
    Sha256 sum;
    sum.add(bytes);
    return sum.hexadecimal();
}

std::string sha256_of_file(const std::filesystem::path& path) {
    const auto failure = [&path] {
        return IoError("cannot read " + path.string() + ": " + std::strerror(errno));
    };
    const Descriptor file(path);
    if (file.number() < 0) throw failure();
    Sha256 sum;
    std::vector<char> block(1 << 18);
    while (true) {
        const ssize_t count = ::read(file.number(), block.data(), block.size());
        if (count < 0) throw failure();
        if (count == 0) return sum.hexadecimal();
        sum.add({block.data(), static_cast<std::size_t>(count)});
    }
}

std::string sha256_of_path(const fs::path& path) {
    std::error_code fault;
    if (!fs::is_directory(path, fault)) return sha256_of_file(path);
    Sha256 sum;
    for (const fs::path& file : files_in(path))
        sum.add(sha256_of_file(file) + "  " + file.filename().string() + '\n');
    return sum.hexadecimal();
}

std::int64_t bytes_of_path(const fs::path& path) {
    std::error_code fault;
    std::uintmax_t bytes = 0;
    if (fs::is_directory(path, fault)) {
        for (const fs::path& file : files_in(path)) bytes += fs::file_size(file, fault);
    } else {
        bytes = fs::file_size(path, fault);
    }
    return fault ? 0 : static_cast<std::int64_t>(bytes);
}

}  // namespace stenometry::program
