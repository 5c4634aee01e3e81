#include "io/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include "core/same_size.h"
#include "stenometry/io/image.h"

namespace stenometry::io {

namespace fs = std::filesystem;

namespace {

std::string system_cause(int error) { return std::generic_category().message(error); }

std::string on_one_line(std::string text) {
    std::replace_if(
        text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; }, ' ');
    text.erase(text.find_last_not_of(' ') + 1);
    return text;
}

/// All that a pipe gives, until its end.
std::string drain(const fs::path& path, int descriptor) {
    std::string bytes;
    char block[1 << 16];
    for (;;) {
        const ssize_t got = ::read(descriptor, block, sizeof block);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) throw read_error(path, system_cause(errno));
        if (got == 0) return bytes;
        bytes.append(block, static_cast<std::size_t>(got));
    }
}

/// A descriptor that is closed when it goes out of sight.
class Output {
  public:
    Output(const fs::path& path, int flags) : descriptor_(::open(path.c_str(), flags | O_CLOEXEC, 0666)) {}
    ~Output() { close(); }
    Output(const Output&) = delete;
    Output& operator=(const Output&) = delete;

    bool opened() const { return descriptor_ >= 0; }

    /// The cause of the failure, 0 for none. Some file systems report a full disk only when the file is
    /// closed.
    int write_and_close(std::string_view bytes) {
        while (!bytes.empty()) {
            const ssize_t put = ::write(descriptor_, bytes.data(), bytes.size());
            if (put < 0 && errno == EINTR) continue;
            if (put < 0) return errno;
            bytes.remove_prefix(static_cast<std::size_t>(put));
        }
        return close() == 0 ? 0 : errno;
    }

    void set_mode(mode_t mode) { (void)::fchmod(descriptor_, mode); }

  private:
    int close() { return descriptor_ < 0 ? 0 : ::close(std::exchange(descriptor_, -1)); }
    int descriptor_;
};

/// Pipes, devices, and all of /dev and /proc: there a name stands for something that is open already, such as
/// /dev/stdout, which must be written to and never be replaced even if a regular file is behind it.
bool must_be_written_directly(const fs::path& path) {
    std::error_code error;
    const std::string name = fs::absolute(path, error).lexically_normal().native();
    if (name.starts_with("/dev/") || name.starts_with("/proc/")) return true;
    struct stat status {};
    return ::stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode);
}

void write_directly(const fs::path& path, std::string_view bytes) {
    Output output(path, O_WRONLY | O_APPEND);
    if (!output.opened()) throw write_error(path, system_cause(errno));
    if (const int error = output.write_and_close(bytes)) throw write_error(path, system_cause(error));
}

/// The file that is to be replaced: a symbolic link stays one, and what it points to is replaced.
fs::path target_of(const fs::path& path) {
    std::error_code error;
    if (!fs::is_symlink(path, error)) return path;
    const fs::path target = fs::weakly_canonical(path, error);
    return error ? path : target;
}

/// A name in the folder of `target` that no file has. Another thread or process may take it first, so the
/// caller creates it exclusively and asks for the next one.
fs::path temporary_name(const fs::path& target, int attempt) {
    return target.parent_path() /
           (".stenometry-" + std::to_string(::getpid()) + "-" + std::to_string(attempt) + ".part");
}

/// Makes `temporary` the new content of `target`, with the permissions that the file had.
int fill_and_rename(Output& output, const fs::path& temporary, const fs::path& target,
                    std::string_view bytes) {
    struct stat before {};
    if (::stat(target.c_str(), &before) == 0) output.set_mode(before.st_mode & 07777);
    if (const int error = output.write_and_close(bytes)) return error;
    return ::rename(temporary.c_str(), target.c_str()) == 0 ? 0 : errno;
}

void write_by_renaming(const fs::path& path, std::string_view bytes) {
    const fs::path target = target_of(path);
    if (::access(target.c_str(), F_OK) == 0 && ::access(target.c_str(), W_OK) != 0)
        throw write_error(path, system_cause(errno));
    for (int attempt = 0;; ++attempt) {
        const fs::path temporary = temporary_name(target, attempt);
        Output output(temporary, O_WRONLY | O_CREAT | O_EXCL);
        if (!output.opened() && errno == EEXIST && attempt < 10000) continue;
        if (!output.opened()) throw write_error(path, system_cause(errno));
        const int error = fill_and_rename(output, temporary, target, bytes);
        if (error == 0) return;
        ::unlink(temporary.c_str());
        throw write_error(path, system_cause(error));
    }
}

}  // namespace

IoError read_error(const fs::path& path, const std::string& cause) {
    return IoError(on_one_line("cannot read " + path.string() + ": " + cause));
}

IoError write_error(const fs::path& path, const std::string& cause) {
    return IoError(on_one_line("cannot write " + path.string() + ": " + cause));
}

std::string size_fault(std::int64_t width, std::int64_t height) {
    const std::string size = "the image is " + size_text(width, height);
    if (width <= 0 || height <= 0) return size;
    if (width <= max_side_px && height <= max_side_px) return {};
    return size + ", and more than " + std::to_string(max_side_px) + " on a side is not read";
}

void check_size(const fs::path& path, std::int64_t width, std::int64_t height) {
    if (const std::string fault = size_fault(width, height); !fault.empty()) throw read_error(path, fault);
}

InputFile::InputFile(fs::path path) : path_(std::move(path)) {
    descriptor_ = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor_ < 0) throw read_error(path_, system_cause(errno));
    struct stat status {};
    const int failed = ::fstat(descriptor_, &status);
    const bool regular = failed == 0 && S_ISREG(status.st_mode);
    try {
        if (failed != 0) throw read_error(path_, system_cause(errno));
        if (S_ISDIR(status.st_mode)) throw read_error(path_, system_cause(EISDIR));
        if (!regular) bytes_ = drain(path_, descriptor_);
        size_ = regular ? static_cast<std::uint64_t>(status.st_size) : bytes_.size();
        if (size_ == 0) throw read_error(path_, "the file is empty");
    } catch (...) {
        ::close(descriptor_);
        throw;
    }
    if (!regular) ::close(std::exchange(descriptor_, -1));
}

InputFile::InputFile(fs::path path, std::string bytes)
    : path_(std::move(path)), bytes_(std::move(bytes)), size_(bytes_.size()) {}

InputFile::InputFile(InputFile&& other) noexcept
    : path_(std::move(other.path_)),
      bytes_(std::move(other.bytes_)),
      descriptor_(std::exchange(other.descriptor_, -1)),
      size_(other.size_) {}

InputFile::~InputFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

void InputFile::read(std::uint64_t offset, std::span<char> into) const {
    if (offset > size_ || into.size() > size_ - offset)
        throw read_error(path_, "the file ends too early, after " + std::to_string(size_) + " bytes");
    if (descriptor_ < 0) {
        std::copy_n(bytes_.data() + offset, into.size(), into.data());
        return;
    }
    while (!into.empty()) {
        const ssize_t got = ::pread(descriptor_, into.data(), into.size(), static_cast<off_t>(offset));
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) throw read_error(path_, system_cause(errno));
        if (got == 0) throw read_error(path_, "the file became shorter while it was read");
        into = into.subspan(static_cast<std::size_t>(got));
        offset += static_cast<std::uint64_t>(got);
    }
}

std::string InputFile::read(std::uint64_t offset, std::uint64_t count) const {
    if (offset > size_ || count > size_ - offset)
        throw read_error(path_, "the file ends too early, after " + std::to_string(size_) + " bytes");
    std::string bytes(count, '\0');
    read(offset, std::span<char>(bytes));
    return bytes;
}

std::string InputFile::head(std::uint64_t count) const { return read(0, std::min(count, size_)); }

void write_file(const fs::path& path, std::string_view bytes) {
    if (must_be_written_directly(path)) {
        write_directly(path, bytes);
    } else {
        write_by_renaming(path, bytes);
    }
}

}  // namespace stenometry::io
