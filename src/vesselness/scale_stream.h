#pragma once

#include <array>
#include <memory>
#include <span>
#include <vector>

#include "kernels/ridge.h"
#include "stenometry/image.h"
#include "vesselness/scale_plan.h"

namespace stenometry::vesselness {

/// Rows of equal length with room on both sides, of which the newest few are kept.
class RowRing {
  public:
    RowRing() = default;
    /// \param margin columns on either side that may be touched
    RowRing(int width, int margin, int rows);

    /// Row `y` from its column 0, which is aligned to a cache line.
    float* row(int y) { return rows_.data() + offset(y); }
    const float* row(int y) const { return rows_.data() + offset(y); }

  private:
    std::size_t offset(int y) const { return first_ + (static_cast<unsigned>(y) & mask_) * stride_; }

    std::vector<float> rows_;
    std::size_t first_ = 0, stride_ = 0;
    unsigned mask_ = 0;
};

/// The picture of one level. Beyond it lies the finest picture's outermost pixel, repeated and smoothed: the
/// margin holds as much of that as is not constant.
class LevelImage {
  public:
    /// The finest level, whose pixels stay where they are. One of them is subtracted from all, so that what
    /// is constant is exactly 0 and leaves no rounding errors that could look like a line.
    explicit LevelImage(const Image<float>& image)
        : image_(image), offset_(image(image.width() / 2, image.height() / 2)) {}
    LevelImage(int width, int height) : image_(width + 2 * margin, height + 2 * margin), margin_(margin) {}

    int width() const { return image_.width() - 2 * margin_; }
    int height() const { return image_.height() - 2 * margin_; }

    /// Copies row `y`, wherever that is, and `reach` columns on either side of it.
    void copy_row(int y, int reach, float* out) const;
    float* margin_row(int y) { return image_.row(y + margin_); }

    static constexpr int margin = 6;

  private:
    Image<float> image_;
    int margin_ = 0;
    float offset_ = 0.0f;
};

/// The picture of every level of a plan.
class Pyramid {
  public:
    /// Fills the levels from `image`, which must live as long as they are used.
    void build(const Image<float>& image, const std::vector<ScaleLevel>& plan);
    const LevelImage& operator[](std::size_t level) const { return levels_[level]; }

  private:
    void halve(std::size_t level, std::span<const float> taps);

    std::vector<LevelImage> levels_;
    std::vector<RowRing> rings_, columns_;  ///< of each level but the finest
    std::vector<const float*> rows_;
};

/// Second derivatives of a picture at every scale of a level and of the coarser ones, row by row from top to
/// bottom, from rows that stay in the cache.
class HessianStream {
  public:
    HessianStream(const std::vector<ScaleLevel>& plan, const Pyramid& pyramid, std::size_t level = 0,
                  int reach = 0);

    /// The next row to be asked for is `y`. Derivatives xx and yy will come times `unit`, xy times
    /// `mixed_unit`.
    void start(int y, float unit = 1.0f, float mixed_unit = 1.0f);

    /// Second derivatives of row `y` at every scale, finer ones first.
    /// \pre `y` is the row that follows what was asked for before.
    void hessian(int y, std::span<const kernels::SecondDerivatives> out);

    /// Rows that are best done together: what one of them brought into the cache serves the next.
    static constexpr int batch = 4;

    struct Competition {
        kernels::Frangi frangi;
        float border_sigmas = 0.0f;  ///< pixels closer to invalid ones do not answer
    };

    /// A row in which scales compete.
    struct Row {
        kernels::BestRow best;
        const float* border_distance_px = nullptr;  ///< null where every pixel is valid
    };

    /// Lets every scale compete for the best Frangi response of the rows from `y` on, at most `batch` of
    /// them. The derivatives stay in registers.
    void frangi(int y, const Competition& competition, std::span<Row> rows);

    std::size_t scale_count() const { return level().steps.size() + coarse_count(); }
    /// The step of the i-th scale.
    const ScaleStep& step(std::size_t i) const;

  private:
    const ScaleLevel& level() const { return (*plan_)[level_]; }
    std::size_t coarse_count() const { return coarser_ ? coarser_->scale_count() : 0; }
    void scale_taps(float unit, float mixed_unit);
    void make_smooth(std::size_t k, int last);
    void make_doubled(int last);
    const float* make_down(std::size_t step, int y);
    void frangi_of_own(std::size_t step, int y, const Competition& competition, std::span<Row> rows);
    void frangi_of_coarser(std::size_t scale, int y, const Competition& competition, std::span<Row> rows);
    std::span<const float* const> rows_around(std::size_t k, int y, int radius, int column);
    std::array<const float*, 6> six_rows(std::size_t plane, int c) const;

    const std::vector<ScaleLevel>* plan_;
    const LevelImage* image_;
    std::size_t level_;
    int width_ = 0;
    int reach_ = 0;            ///< columns beyond either side that are asked for
    std::vector<int> margin_;  ///< columns of each smooth picture beside those asked for
    std::vector<int> ahead_;   ///< rows of it below the one asked for
    std::vector<std::vector<float>> first_, second_;  ///< taps of each step's derivatives, in their units
    std::vector<RowRing> smooth_;                     ///< the picture, then each step's
    std::vector<int> next_;                           ///< row that each of them lacks
    RowRing column_, down_;
    std::vector<const float*> rows_;
    std::unique_ptr<HessianStream> coarser_;
    std::vector<RowRing> coarse_, doubled_;  ///< xx, xy, yy of each coarser scale
    std::vector<kernels::SecondDerivatives> coarse_rows_;
    int next_doubled_ = 0;
};

}  // namespace stenometry::vesselness
