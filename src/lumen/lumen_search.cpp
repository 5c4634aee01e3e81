#include "lumen/lumen_search.h"

#include <cmath>
#include <cstdint>
#include <limits>
#include <type_traits>
#include <vector>

#include "core/statistics.h"
#include "lumen/cylinder_table.h"

namespace stenometry {
namespace {

using Eigen::Index;
using Eigen::MatrixXf;
using Eigen::VectorXf;

/// The states of one row: radii, each at all places across. A state's number is that of its radius times the
/// number of places plus that of its place.
struct States {
    States(double blur_px, double widest_px) {
        constexpr double ratio = 1.18;
        for (double r = 0.35 * blur_px; r < 1.15 * widest_px; r *= ratio) radii_px.push_back(r);
    }
    static constexpr Index farthest_px = 4, places = 2 * farthest_px + 1;
    Index count() const { return places * static_cast<Index>(radii_px.size()); }
    double radius_px(Index state) const { return radii_px[static_cast<std::size_t>(state / places)]; }
    static double axis_px(Index state) { return static_cast<double>(state % places - farthest_px); }
    std::vector<double> radii_px;
};

/// What the lumen of each state takes from a row of samples; one column per state.
MatrixXf shapes_of(const States& states, const ReformationGrid& grid, double attenuation_per_px,
                   double blur_px) {
    const LumenTable table(attenuation_per_px * blur_px, usual_curvature, states.radii_px.back() / blur_px);
    MatrixXf shapes(static_cast<Index>(grid.columns), states.count());
    LumenTable::Section section;
    for (Index s = 0; s < states.count(); ++s) {
        if (s % States::places == 0) table.cut(states.radius_px(s) / blur_px, section);
        for (std::size_t c = 0; c < grid.columns; ++c) {
            const double from_axis = grid.offset_px(static_cast<double>(c)) - States::axis_px(s);
            shapes(static_cast<Index>(c), s) = attenuation_of_loss(section.at(from_axis / blur_px).value);
        }
    }
    return shapes;
}

/// For each state of one row, the best score that a state of the row before can bring, less what the change
/// costs: as much as one or two standard errors that it must explain. Unlike those of `best_path`, states lie
/// in two dimensions: the best place first, then the best radius.
void best_moves(const VectorXf& score, VectorXf& moved, std::uint16_t* origin) {
    constexpr Index most_radii = 3, most_places = 1, places = States::places;
    constexpr float radius_cost = 1.0F, place_cost = 2.0F;
    const Index states = score.size();
    VectorXf sideways(states);
    std::vector<Index> from(static_cast<std::size_t>(states));
    const auto improve = [](float candidate, Index candidate_from, float& best, auto& best_from) {
        if (candidate > best)
            best = candidate,
            best_from = static_cast<std::remove_reference_t<decltype(best_from)>>(candidate_from);
    };
    for (Index s = 0; s < states; ++s) {
        float best = -std::numeric_limits<float>::infinity();
        for (Index d = -most_places; d <= most_places; ++d)
            if (const Index place = s % places + d; place >= 0 && place < places)
                improve(score(s + d) - place_cost * static_cast<float>(std::abs(d)), s + d, best,
                        from[static_cast<std::size_t>(s)]);
        sideways(s) = best;
    }
    for (Index s = 0; s < states; ++s) {
        float best = -std::numeric_limits<float>::infinity();
        for (Index d = -most_radii; d <= most_radii; ++d)
            if (const Index t = s + d * places; t >= 0 && t < states)
                improve(sideways(t) - radius_cost * static_cast<float>(std::abs(d)),
                        from[static_cast<std::size_t>(t)], best, origin[s]);
        moved(s) = best;
    }
}

/// The state of every row on the best path.
std::vector<Index> best_path(const MatrixXf& shapes, const LumenReformation& reformation,
                             const BackgroundModel& background) {
    constexpr int stride = 2;  // rows: the start need not be finer
    const Index states = shapes.cols();
    std::vector<VectorXf> norms(background.weight_count());
    VectorXf score = VectorXf::Zero(states), moved(states);
    Image<std::uint16_t> from(static_cast<int>(states), reformation.rows());
    for (int y = 0; y < reformation.rows(); y += stride) {
        const auto row = static_cast<std::size_t>(y);
        const MatrixXf& weight = background.weight(row);
        VectorXf& norm = norms[background.weight_index(row)];
        if (norm.size() == 0) norm = shapes.cwiseProduct(weight * shapes).colwise().sum().transpose();
        best_moves(score, moved, from.row(y));
        const Eigen::Map<const VectorXf> values(reformation.image.profiles.row(y), reformation.columns());
        const VectorXf gain = -(shapes.transpose() * (weight * values) + 0.5F * norm);
        score = moved + static_cast<float>(stride) * gain;
    }
    std::vector<Index> path(static_cast<std::size_t>(reformation.rows()));
    Index state = 0;
    score.maxCoeff(&state);
    for (int y = reformation.rows() - 1; y >= 0; --y) {
        path[static_cast<std::size_t>(y)] = state;
        if (y % stride == 0) state = from(static_cast<int>(state), y);
    }
    return path;
}

}  // namespace

LumenGeometry search_lumen(const LumenReformation& reformation, const BackgroundModel& background,
                           double attenuation_per_px, double blur_px, double widest_px) {
    const States states(blur_px, widest_px);
    const MatrixXf shapes = shapes_of(states, reformation.grid(), attenuation_per_px, blur_px);
    LumenGeometry found;
    for (const Index state : best_path(shapes, reformation, background)) {
        found.radius_px.push_back(states.radius_px(state));
        found.axis_px.push_back(States::axis_px(state));
    }
    constexpr double radius_smoothing_px = 1.5, axis_smoothing_px = 5.0;
    return {local_fit(found.radius_px, radius_smoothing_px / reformation.row_px, 0),
            local_fit(found.axis_px, axis_smoothing_px / reformation.row_px, 0)};
}

}  // namespace stenometry
