#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <vector>

#include "lumen/lumen_model.h"
#include "lumen/lumen_reformation.h"
#include "lumen/texture.h"

namespace stenometry {

/// What stands behind and beside a lumen, as noise: how much each row of samples counts is the inverse of its
/// covariance.
class BackgroundModel {
  public:
    /// \param overlapping by how much overlapping structures show in each sample, 0 where they do not
    /// \param known 0 where a sample says nothing
    BackgroundModel(const Texture& texture, Image<float> overlapping, const Image<std::uint8_t>& known,
                    double row_px);

    /// Inverse covariance of a row of samples. Neighbouring rows share one; rows without overlapping
    /// structures or gaps share the first.
    const Eigen::MatrixXf& weight(std::size_t row) const { return weights_[weight_of_[row]]; }
    std::size_t weight_index(std::size_t row) const { return weight_of_[row]; }
    std::size_t weight_count() const { return weights_.size(); }
    const Image<float>& overlapping() const { return overlapping_; }

  private:
    Image<float> overlapping_;
    std::vector<Eigen::MatrixXf> weights_;
    std::vector<std::size_t> weight_of_;  ///< one per row
};

/// Of the samples of one row of texture and noise, for whatever changes slowly along the vessel. Level and
/// slope of the background are free.
Eigen::MatrixXd row_covariance(const Texture& texture, std::size_t columns, double row_px);

/// What overlapping structures and gaps add to the covariance of samples of one row.
/// \param columns of the samples \param heights by how much structures show there \param known whether they
/// are
Eigen::MatrixXd extra_covariance(const std::vector<Eigen::Index>& columns, const std::vector<double>& heights,
                                 const std::vector<bool>& known, double row_px);

/// Learns the texture beside a lumen, and what overlaps it there.
/// \param before what was found to overlap before: it is no texture
/// \param depth what the vessel takes from the grey values where it is wide
BackgroundModel learn_background(const LumenReformation& reformation, const RenderedLumen& lumen,
                                 const Image<float>& before, double depth, bool lumen_is_known);

}  // namespace stenometry
