#pragma once

#include <vector>

#include "core/parallel.h"
#include "evidence/convolutional_network.h"
#include "evidence/large_array.h"

namespace stenometry {

/// Rows of one channel, with a column of zeros on either side.
struct NetworkPlane {
    float* first = nullptr;
    std::ptrdiff_t stride = 0;

    float* row(int y) const { return first + y * stride; }
};

/// The two rows of an image between which row y of one of twice the size lies; the nearer counts three
/// quarters.
struct RowsAround {
    int near = 0, far = 0;
};
RowsAround rows_around(int y, int height);

/// Runs a network on images of one size after the other, and keeps its memory between them.
///
/// Channels lie row by row beside each other, so that a row of all channels is one piece of memory, whose
/// rows no power of two parts: caches and their ways stay filled evenly. Concatenation copies nothing.
class NetworkRun {
  public:
    /// \param network must live as long
    explicit NetworkRun(const ConvolutionalNetwork& network) : network_(network) {}

    /// Makes room for images of this size, filled up with zeros at the right and at the bottom to
    /// `ConvolutionalNetwork::multiple_of`; nothing happens where it has the size.
    void resize(int width, int height);

    /// A row of the input, for the caller to write up to the size's width.
    float* input_row(int channel, int y) { return values_.front().planes[std::size_t(channel)].row(y); }

    /// Computes the output of what was written to the input.
    void run();

    /// A row of the output; one value before it, and `kernels::read_beyond` behind, can be read.
    const float* output_row(int channel, int y) const {
        return values_.back().planes[std::size_t(channel)].row(y);
    }
    int output_height() const { return values_.back().height; }
    int output_width() const { return values_.back().width; }

  private:
    /// What comes out of an operation.
    struct Value {
        int width = 0, height = 0;
        std::vector<NetworkPlane> planes;
    };
    /// A part of the memory, which several values use in turn.
    struct Store {
        int level = 0, channels = 0;
        std::size_t last_use = 0;
        std::size_t begin = 0, end = 0;
    };
    struct Scratch {
        std::vector<const float*> taps;
        std::vector<float> halves;         ///< even and odd columns of rows for a convolution of stride 2
        std::vector<float> numbers, sums;  ///< of patches of all channels in, and out
    };
    /// Patches of several pairs of rows that are worked on together.
    struct Patches {
        int first_row = 0, end_row = 0;  ///< pairs of rows
        int first = 0, end = 0;          ///< patches of each row
        std::size_t of_row() const { return static_cast<std::size_t>(end - first); }
        std::size_t count() const { return static_cast<std::size_t>(end_row - first_row) * of_row(); }
        std::size_t pitch() const;
    };

    std::vector<std::size_t> last_uses() const;
    std::vector<std::size_t> plan_stores();
    std::size_t store_for(std::size_t operation, std::size_t last_use);
    void clear_margins(const Store& store);
    Value place(const NetworkOperation& operation, const Store& store);
    Value join(const NetworkOperation& operation) const;
    void convolve(const NetworkOperation& operation, const Value& out);
    void convolve_by_patches(const NetworkOperation& operation, const Value& in, const Value& out);
    void patches_to_numbers(const Value& in, const Patches& patches, Scratch& scratch) const;
    void sum_numbers(const NetworkOperation& operation, const Patches& patches, Scratch& scratch) const;
    void sums_to_pixels(const NetworkOperation& operation, const Value& out, const Patches& patches,
                        const Scratch& scratch) const;
    void convolve_row(const NetworkOperation& operation, const Value& in, const Value& out, int y);
    void gather_taps(const NetworkOperation& operation, const Value& in, int y, Scratch& scratch) const;
    void gather_halves(const NetworkOperation& operation, const Value& in, int y, Scratch& scratch) const;
    const float* row_or_zeros(const Value& in, const NetworkPlane& plane, int y) const;
    void enlarge(const Value& in, const Value& out) const;
    void add(const Value& a, const Value& b, const Value& out) const;

    const ConvolutionalNetwork& network_;
    int width_ = 0, height_ = 0;
    std::vector<Store> stores_;
    LargeArray<float> memory_;
    std::vector<Value> values_;  ///< of each operation
    std::vector<float> zeros_;   ///< a row beyond the border
    PerThread<Scratch> scratch_;
};

}  // namespace stenometry
