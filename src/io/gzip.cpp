#include "io/gzip.h"

#include <algorithm>
#include <new>

namespace stenometry::io {

namespace {

constexpr std::uint64_t block_bytes = 1 << 16;

/// The largest window, and either header or none: zlib.h on inflateInit2.
int window_of(Wrapping wrapping) { return wrapping == Wrapping::none ? -MAX_WBITS : MAX_WBITS + 32; }

}  // namespace

InflatedFile::InflatedFile(const InputFile& file, std::uint64_t offset, Wrapping wrapping)
    : file_(&file), begin_(offset), next_(offset) {
    if (inflateInit2(&stream_, window_of(wrapping)) != Z_OK) throw std::bad_alloc();
}

InflatedFile::~InflatedFile() { inflateEnd(&stream_); }

void InflatedFile::restart() {
    inflateReset(&stream_);
    stream_.avail_in = 0;
    next_ = begin_;
    position_ = 0;
    ended_ = false;
}

/// Takes the next compressed bytes from the file where none are left; false at its end.
bool InflatedFile::refill() {
    if (stream_.avail_in > 0) return true;
    if (next_ >= file_->size()) return false;
    block_ = file_->read(next_, std::min(block_bytes, file_->size() - next_));
    next_ += block_.size();
    stream_.next_in = reinterpret_cast<Bytef*>(block_.data());
    stream_.avail_in = static_cast<uInt>(block_.size());
    return true;
}

/// Fills as much of `into` as one step gives; 0 at the end of the data.
std::size_t InflatedFile::inflate_some(std::span<char> into) {
    stream_.next_out = reinterpret_cast<Bytef*>(into.data());
    stream_.avail_out = static_cast<uInt>(std::min<std::size_t>(into.size(), 1u << 30));
    const uInt room = stream_.avail_out;
    for (bool more = true; more && stream_.avail_out == room && !ended_;) {
        more = refill();  // without more, zlib may still hold bytes of a match that had no room
        const int state = inflate(&stream_, Z_NO_FLUSH);
        ended_ = state == Z_STREAM_END;
        if (state != Z_OK && state != Z_STREAM_END && state != Z_BUF_ERROR)
            throw read_error(file_->path(), "the compressed pixels are damaged");
    }
    position_ += room - stream_.avail_out;
    return room - stream_.avail_out;
}

void InflatedFile::read(std::uint64_t offset, std::span<char> into) {
    if (offset < position_) restart();
    std::string passed_over(block_bytes, '\0');
    const auto fill = [&](std::span<char> target) {
        const std::size_t got = inflate_some(target);
        if (got == 0) throw read_error(file_->path(), "the compressed pixels are cut short");
        return got;
    };
    while (position_ < offset)
        fill(std::span(passed_over).first(std::min<std::uint64_t>(block_bytes, offset - position_)));
    while (!into.empty()) into = into.subspan(fill(into));
}

std::string InflatedFile::head(std::size_t count) {
    restart();
    std::string bytes;  // grows with what there is: most data sets are far shorter than they may be
    std::size_t done = 0;
    try {
        for (std::size_t got = 1; got > 0 && done < count; done += got) {
            if (done == bytes.size()) bytes.resize(std::min<std::size_t>(count, 2 * done + block_bytes));
            got = inflate_some(std::span(bytes).subspan(done));
        }
    } catch (const IoError&) {
        // What came before the damage is still the beginning.
    }
    bytes.resize(done);
    return bytes;
}

}  // namespace stenometry::io
