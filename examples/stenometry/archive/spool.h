#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

namespace stenometry::program {

/// A file without a name, for what would fill the memory until it is written to its place. It goes with the
/// program, however that ends.
class Spool {
  public:
    /// \throws Failure unwritable if nothing can be written to the folder.
    explicit Spool(const std::filesystem::path& folder);
    ~Spool();
    Spool(const Spool&) = delete;
    Spool& operator=(const Spool&) = delete;

    /// Where the bytes are from now on. Not safe from several threads at once.
    /// \throws Failure unwritable
    std::uint64_t append(const std::string& bytes);
    std::string read(std::uint64_t offset, std::size_t count) const;

  private:
    [[noreturn]] void fail(int cause) const;

    std::filesystem::path folder_;
    int descriptor_;
    std::uint64_t size_ = 0;
};

/// Bytes in memory, or put aside.
class Bytes {
  public:
    Bytes() = default;
    Bytes(std::string bytes) : bytes_(std::move(bytes)), size_(bytes_.size()) {}

    bool empty() const { return size_ == 0; }
    std::string get() const { return spool_ ? spool_->read(offset_, size_) : bytes_; }
    void put_aside(const std::shared_ptr<Spool>& spool);

  private:
    std::string bytes_;
    std::size_t size_ = 0;
    std::shared_ptr<const Spool> spool_;
    std::uint64_t offset_ = 0;
};

}  // namespace stenometry::program
