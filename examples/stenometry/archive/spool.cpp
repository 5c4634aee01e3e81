#include "archive/spool.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "failure.h"

namespace stenometry::program {
namespace {

/// Not all file systems know files without a name.
int open_unnamed(const std::filesystem::path& folder) {
    const int descriptor = ::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (descriptor >= 0) return descriptor;
    std::string name = (folder / ".spool-XXXXXX").string();
    const int named = ::mkostemp(name.data(), O_CLOEXEC);
    if (named >= 0) ::unlink(name.c_str());
    return named;
}

}  // namespace

Spool::Spool(const std::filesystem::path& folder) : folder_(folder), descriptor_(open_unnamed(folder)) {
    if (descriptor_ < 0) fail(errno);
}

Spool::~Spool() { ::close(descriptor_); }

std::uint64_t Spool::append(const std::string& bytes) {
    const std::uint64_t offset = size_;
    for (std::size_t done = 0; done < bytes.size();) {
        const ssize_t put =
            ::pwrite(descriptor_, bytes.data() + done, bytes.size() - done, static_cast<off_t>(size_));
        if (put <= 0) fail(put < 0 ? errno : ENOSPC);
        done += static_cast<std::size_t>(put);
        size_ += static_cast<std::uint64_t>(put);
    }
    return offset;
}

std::string Spool::read(std::uint64_t offset, std::size_t count) const {
    std::string bytes(count, '\0');
    for (std::size_t done = 0; done < count;) {
        const ssize_t got =
            ::pread(descriptor_, bytes.data() + done, count - done, static_cast<off_t>(offset + done));
        if (got <= 0) fail(got < 0 ? errno : EIO);
        done += static_cast<std::size_t>(got);
    }
    return bytes;
}

void Spool::fail(int cause) const {
    throw Failure(ExitCode::unwritable, "cannot write to " + folder_.string() + ": " + std::strerror(cause));
}

void Bytes::put_aside(const std::shared_ptr<Spool>& spool) {
    if (spool_ || bytes_.empty()) return;
    offset_ = spool->append(bytes_);
    spool_ = spool;
    bytes_ = {};
}

}  // namespace stenometry::program
