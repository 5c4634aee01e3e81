#pragma once

#include <cstddef>
#include <memory>

namespace stenometry {

/// Memory from `large_allocation` goes back by this.
struct FreeLarge {
    void operator()(void* memory) const;
};

/// Memory in pages as large as the system has, on a cache line at least. To touch pages of 4 kB for the first
/// time takes as long as to run a network on them. \throws std::bad_alloc if there is none.
void* large_allocation(std::size_t bytes);

/// Numbers that nobody has set yet.
template <class T>
class LargeArray {
  public:
    LargeArray() = default;
    explicit LargeArray(std::size_t count)
        : memory_(static_cast<T*>(large_allocation(count * sizeof(T)))), size_(count) {}

    T* data() { return memory_.get(); }
    const T* data() const { return memory_.get(); }
    std::size_t size() const { return size_; }

  private:
    std::unique_ptr<T[], FreeLarge> memory_;
    std::size_t size_ = 0;
};

}  // namespace stenometry
