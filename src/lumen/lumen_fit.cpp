#include "lumen/lumen_fit.h"

#include <Eigen/Dense>
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numbers>
#include <numeric>
#include <random>
#include <type_traits>

#include "core/statistics.h"
#include "lumen/bordered_band.h"
#include "lumen/cylinder_table.h"
#include "lumen/lumen_reformation.h"
#include "lumen/spline_basis.h"

namespace stenometry {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::MatrixXf;
using Eigen::VectorXf;

/// What varies along the vessel, each a spline; then what all of it has in common.
enum Parameter : std::size_t {
    radius,
    axis,
    courses,
    ln_attenuation = courses,
    drift,
    ln_blur,
    curvature,
    parameters
};
constexpr std::size_t commons = parameters - courses;

/// Scatter of a third of the background, as behind a grid, bends the grey scale to 1 / (1 - 1/3); see
/// `LumenTable`.
constexpr double usual_curvature = 1.5, curvature_sd = 0.3;
/// Of a grey scale of unknown unit and course.
constexpr double scaled_curvature_sd = 0.5;
/// What a wide coronary artery takes from the logarithm of the intensity, scatter included: fixes the unit
/// where it is unknown.
constexpr double usual_depth = 0.25;
/// Relative standard errors of what the fit starts from, and of the contrast between the ends of the vessel.
constexpr double attenuation_sd = 0.5, blur_sd = 0.2, drift_sd = 0.05;
/// No image follows the model more closely than this part of the background.
constexpr double model_error = 3e-3;
constexpr double rows_apart_px = 1.0, margin_px = 7.0;
constexpr double knots_apart_blur = 1.8;  ///< what is finer the blur has taken
constexpr int posterior_samples = 48;
/// The covariance of the fit knows noise and texture. That it takes the texture's measured spectrum and the
/// learned bends for true makes its standard errors too small by this factor, as measured in
/// benchmarks/accuracy.
constexpr double understated = 1.2;

/// Of what is left of the intensity, with the sign turned.
float logarithm_of_loss(float loss) {
    constexpr float least_left = 0.05F;  // less is no lumen's
    return loss == 0.0F ? 0.0F : -std::log(std::max(least_left, 1.0F - loss));
}

class JointFit {
  public:
    JointFit(const Frame& frame, const Polyline& line, const std::vector<double>& start_px, double blur_px);
    /// \param line the points to report; its first and last are those of the first and the last row
    LumenFit run(const Polyline& line);

  private:
    using Parameters = std::vector<double>;
    using Derivatives = Eigen::Matrix<float, Eigen::Dynamic, parameters, Eigen::RowMajor>;
    struct Linearised;

    std::size_t rows() const { return static_cast<std::size_t>(strip_.rows()); }
    std::size_t columns() const { return static_cast<std::size_t>(strip_.columns()); }
    std::size_t splines() const { return courses * basis_.knots(); }
    std::size_t place_of(Parameter common) const { return splines() + common - courses; }
    double value(const Parameters& p, Parameter common) const { return p[place_of(common)]; }
    double knot_px() const { return basis_.rows_per_knot() * strip_.row_px; }
    /// Second difference of knots at which the radius bends by its widest value over that length squared.
    double bend_unit() const { return knot_px() * knot_px() / widest_; }
    double course_at(const Parameters& p, Parameter course, double row) const;
    LumenCourse lumen(const Parameters& p) const;
    Eigen::Map<const VectorXf> row_of(const Image<float>& image, std::size_t row) const;

    /// Two rows and how far a place lies from the first to the second.
    struct RowPair {
        std::size_t first;
        float part;
    };
    RowPair row_pair(double row) const {
        const auto first = std::min(static_cast<std::size_t>(row), rows() - 2);
        return {first, static_cast<float>(row - static_cast<double>(first))};
    }
    float loss_at(const RowPair& pair, std::size_t column) const {
        const float a = losses_[pair.first * columns() + column].value,
                    b = losses_[(pair.first + 1) * columns() + column].value;
        return a + pair.part * (b - a);
    }

    void start(const std::vector<double>& start_px);
    void search();
    void look_beside(bool lumen_is_known);
    void weigh();
    MatrixXd covariance() const;
    void draw_vessel(const Parameters& p);
    double data_cost();
    double prior_cost(const Parameters& p) const;
    Linearised linearise(const Parameters& p);
    void add_row(Linearised& to, std::size_t row, Index first, const Derivatives& derivatives);
    void add_prior(Linearised& to, const Parameters& p) const;
    double cost_of(const Parameters& p);
    void improve(double enough_cost);
    void learn_bends();
    /// How deep the lumen is over how wide it is, and by how much (relative) that is known.
    struct Depth {
        double ratio = std::numeric_limits<double>::quiet_NaN(), sd = ratio;
    };
    Depth depth_around(double middle, const BorderedBand& factor) const;
    void find_depths(LumenFit& fit, const std::vector<double>& places, const BorderedBand& factor) const;

    Strip strip_;
    double widest_;
    SplineBasis basis_;
    Parameters start_, now_;
    std::vector<double> bend_sd_;
    double axis_bend_sd_;
    Image<float> strangers_;
    Texture texture_;
    std::vector<MatrixXf> weights_;       ///< inverse covariances of a row; the first for rows that are whole
    std::vector<std::size_t> weight_of_;  ///< one per row
    // The vessel as of the last `draw_vessel`: logarithm of the loss, and derivatives of the loss itself.
    Image<float> vessel_;
    std::vector<LumenTable::Loss> losses_;
    /// As of the last `linearise`, one per row: what its residuals pull the attenuation by, and the products
    /// of the attenuation's derivatives with all others.
    struct PullOnAttenuation {
        double pull = 0.0;
        Eigen::Matrix<double, parameters, 1> products = Eigen::Matrix<double, parameters, 1>::Zero();
    };
    std::vector<PullOnAttenuation> on_attenuation_;
    MatrixXf weighted_rest_;  ///< as of the last `data_cost`, one column per row of the strip
    Parameters drawn_;
    double damping_ = 1e-3;
};

/// Normal equations of the data, to which the prior can be added.
struct JointFit::Linearised {
    BorderedBand matrix;
    std::vector<double> gradient;  ///< downhill
};

JointFit::JointFit(const Frame& frame, const Polyline& line, const std::vector<double>& start_px,
                   double blur_px)
    : strip_(make_strip(frame, line, std::ceil(quantile(start_px, 0.95) + 2.5 * blur_px + margin_px))),
      widest_(*std::max_element(start_px.begin(), start_px.end())),
      basis_(rows(), knots_apart_blur * blur_px / strip_.row_px, blur_px / strip_.row_px),
      now_(splines() + commons, 0.0),
      bend_sd_(basis_.knots(), bend_unit()),
      axis_bend_sd_(0.05 * bend_unit()),
      strangers_(strip_.columns(), strip_.rows(), 0.0F),
      vessel_(strip_.columns(), strip_.rows(), 0.0F),
      losses_(rows() * columns()),
      weighted_rest_(static_cast<Index>(columns()), static_cast<Index>(rows())) {
    now_[place_of(ln_blur)] = std::log(blur_px);
    now_[place_of(curvature)] = usual_curvature;
    start(start_px);
    start_ = now_;
}

double weighted_sum(const std::vector<double>& parameters, const SplineBasis::Weights& weights,
                    Parameter course) {
    double sum = 0.0;
    for (std::size_t k = 0; k < SplineBasis::support; ++k)
        sum += weights.of[k] * parameters[(weights.first + k) * courses + course];
    return sum;
}

double JointFit::course_at(const Parameters& p, Parameter course, double row) const {
    return weighted_sum(p, basis_.at(row), course);
}

LumenCourse JointFit::lumen(const Parameters& p) const {
    LumenCourse course;
    for (std::size_t row = 0; row < rows(); ++row) {
        course.radius_px.push_back(course_at(p, radius, static_cast<double>(row)));
        course.axis_px.push_back(course_at(p, axis, static_cast<double>(row)));
    }
    return course;
}

Eigen::Map<const VectorXf> JointFit::row_of(const Image<float>& image, std::size_t row) const {
    return {image.row(static_cast<int>(row)), strip_.columns()};
}

/// Radii as given, and the attenuation from what the wide parts take away.
void JointFit::start(const std::vector<double>& start_px) {
    const double blur = std::exp(value(now_, ln_blur));
    for (std::size_t k = 0; k < basis_.knots(); ++k) {
        const double row = std::clamp(basis_.row_of(k), 0.0, static_cast<double>(rows() - 1));
        now_[k * courses + radius] = start_px[static_cast<std::size_t>(std::lround(row))];
    }
    std::vector<double> per_px;
    for (std::size_t row = 0; row < rows(); ++row) {
        const double r = start_px[row], beside = r + 2.0 * blur;
        constexpr double strip_px = 4.0;
        if (r < 0.7 * widest_ && r < 2.5 * blur) continue;
        const double background = 0.5 * (strip_.values.mean(row, -beside - strip_px, -beside) +
                                         strip_.values.mean(row, beside, beside + strip_px));
        constexpr double mean_chord = 1.9;  // over the inner 0.4 of the radius, in radii
        per_px.push_back((background - strip_.values.mean(row, -0.4 * r, 0.4 * r)) / (mean_chord * r));
    }
    constexpr double faintest = 1e-3;
    double attenuation = per_px.empty() ? faintest : std::max(faintest, median(per_px));
    if (strip_.scaled) {
        const double unit = usual_depth / (2.0 * widest_ * attenuation);
        for (int y = 0; y < strip_.rows(); ++y)
            for (int x = 0; x < strip_.columns(); ++x)
                strip_.values.profiles(x, y) *= static_cast<float>(unit);
        attenuation *= unit;
    }
    now_[place_of(ln_attenuation)] = std::log(attenuation);
}

/// Of the samples of one row, for whatever changes slowly along the vessel. Level and slope of the background
/// are free.
MatrixXd JointFit::covariance() const {
    const auto n = static_cast<Index>(columns());
    constexpr double free = 0.1;      // more than any background varies by across a vessel
    constexpr double bend_px = 12.0;  // over which a lumen narrows and widens
    MatrixXd sum(n, n);
    for (Index i = 0; i < n; ++i)
        for (Index j = 0; j < n; ++j) {
            const auto place = [&](Index k) {
                return 2.0 * static_cast<double>(k) / static_cast<double>(n - 1) - 1.0;
            };
            sum(i, j) = texture_.summed_covariance(static_cast<double>(i - j), bend_px) +
                        free * (1.0 + place(i) * place(j));
        }
    sum.diagonal().array() += texture_.white + model_error * model_error;
    return sum / strip_.row_px;
}

/// The weight of a row some of whose samples vary by more than the others do, which is cheaper than another
/// inverse (Woodbury).
/// \param more covariance to add among the samples `odd`
MatrixXd weight_with(const MatrixXd& weight, const std::vector<Index>& odd, const MatrixXd& more) {
    const MatrixXd across = weight(Eigen::all, odd);
    const MatrixXd capacity = MatrixXd::Identity(more.rows(), more.cols()) + weight(odd, odd) * more;
    return weight - across * more * capacity.partialPivLu().solve(across.transpose());
}

/// Two neighbouring rows share a weight. Samples that are not known vary by more than any image does. What
/// strangers show is of unknown height and smooth: a wall that stands out sharply beside them still counts.
void JointFit::weigh() {
    constexpr double stranger_px = 3.0, anything = 100.0;
    const double summed = std::sqrt(2.0 * std::numbers::pi) * stranger_px / strip_.row_px;
    const auto n = static_cast<Index>(columns());
    const MatrixXd whole = covariance().llt().solve(MatrixXd(MatrixXd::Identity(n, n)));
    weights_.assign(1, whole.cast<float>());
    weight_of_.assign(rows(), 0);
    for (int row = 0; row < strip_.rows(); row += 2) {
        const int last = std::min(row + 1, strip_.rows() - 1);
        const auto strange = [&](Index c) {
            const int x = static_cast<int>(c);
            return static_cast<double>(std::max(strangers_(x, row), strangers_(x, last)));
        };
        const auto known = [&](Index c) {
            const int x = static_cast<int>(c);
            return strip_.known(x, row) != 0 && strip_.known(x, last) != 0;
        };
        std::vector<Index> odd;
        for (Index c = 0; c < n; ++c)
            if (!known(c) || strange(c) > 0.0) odd.push_back(c);
        if (odd.empty()) continue;
        const auto count = static_cast<Index>(odd.size());
        MatrixXd more(count, count);
        for (Index i = 0; i < count; ++i)
            for (Index j = 0; j < count; ++j) {
                const Index a = odd[static_cast<std::size_t>(i)], b = odd[static_cast<std::size_t>(j)];
                const double apart = static_cast<double>(a - b) / stranger_px;
                more(i, j) = summed * strange(a) * strange(b) * std::exp(-0.5 * apart * apart) +
                             (a == b && !known(a) ? anything : 0.0);
            }
        weight_of_[static_cast<std::size_t>(row)] = weight_of_[static_cast<std::size_t>(last)] =
            weights_.size();
        weights_.push_back(weight_with(whole, odd, more).cast<float>());
    }
}

/// Learns the texture beside the lumen, and what is none.
void JointFit::look_beside(bool lumen_is_known) {
    Image<float> background(strip_.columns(), strip_.rows());
    Image<std::uint8_t> counted = strip_.known.clone();
    for (int y = 0; y < strip_.rows(); ++y)
        for (int x = 0; x < strip_.columns(); ++x) {
            background(x, y) = strip_.values.profiles(x, y) + vessel_(x, y);
            if (strangers_(x, y) != 0.0F) counted(x, y) = 0;
        }
    const LumenCourse course = lumen(now_);
    const double blur = std::exp(value(now_, ln_blur));
    texture_ = texture_beside(strip_, background, counted, course, blur);
    const double depth = 2.0 * widest_ * std::exp(value(now_, ln_attenuation));
    strangers_ = find_strangers(strip_, background, course, texture_, {depth, 2.0 * blur, lumen_is_known});
    weigh();
}

/// For each state of one row, the best score that a state of the row before can bring, less what the change
/// costs: as much as one or two standard errors that it must explain. States are radii, each at all places.
void best_moves(const VectorXf& score, Index places, VectorXf& moved, std::uint16_t* origin) {
    constexpr Index most_radii = 3, most_places = 1;
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

/// The most likely of coarse radii and places, as a path through both along the vessel (Viterbi): no wrong
/// wall that the fit started from can mislead what follows.
void JointFit::search() {
    const double blur = std::exp(value(now_, ln_blur)),
                 attenuation = std::exp(value(now_, ln_attenuation)) * blur;
    constexpr double ratio = 1.18;
    constexpr int reach = 4, places = 2 * reach + 1;
    std::vector<double> radii;
    for (double r = 0.35 * blur; r < 1.15 * widest_; r *= ratio) radii.push_back(r);
    const int sizes = static_cast<int>(radii.size()), states = places * sizes;
    const LumenTable table(attenuation, usual_curvature, radii.back() / blur);

    MatrixXf shapes(static_cast<Index>(columns()), static_cast<Index>(states));
    LumenTable::Section section;
    for (int s = 0; s < states; ++s) {
        if (s % places == 0) table.cut(radii[static_cast<std::size_t>(s / places)] / blur, section);
        for (std::size_t c = 0; c < columns(); ++c) {
            const double from_axis = strip_.values.offset_px(static_cast<double>(c)) - (s % places - reach);
            shapes(static_cast<Index>(c), s) = logarithm_of_loss(section.at(from_axis / blur).value);
        }
    }
    constexpr std::size_t stride = 2;  // rows: the start need not be finer
    std::vector<VectorXf> norms(weights_.size());
    VectorXf score = VectorXf::Zero(states), moved(states);
    Image<std::uint16_t> from(states, strip_.rows());
    for (std::size_t row = 0; row < rows(); row += stride) {
        const std::size_t w = weight_of_[row];
        if (norms[w].size() == 0)
            norms[w] = shapes.cwiseProduct(weights_[w] * shapes).colwise().sum().transpose();
        best_moves(score, places, moved, from.row(static_cast<int>(row)));
        const VectorXf gain =
            -(shapes.transpose() * (weights_[w] * row_of(strip_.values.profiles, row)) + 0.5F * norms[w]);
        score = moved + static_cast<float>(stride) * gain;
    }
    LumenCourse found{std::vector<double>(rows()), std::vector<double>(rows())};
    Index state = 0;
    score.maxCoeff(&state);
    for (std::size_t row = rows(); row-- > 0;) {
        found.radius_px[row] = radii[static_cast<std::size_t>(state / places)];
        found.axis_px[row] = static_cast<double>(state % places - reach);
        if (row % stride == 0) state = from(static_cast<int>(state), static_cast<int>(row));
    }
    const std::vector<double> r = local_fit(found.radius_px, 1.5 / strip_.row_px, 0),
                              a = local_fit(found.axis_px, 5.0 / strip_.row_px, 0);
    for (std::size_t k = 0; k < basis_.knots(); ++k) {
        const auto row = static_cast<std::size_t>(
            std::lround(std::clamp(basis_.row_of(k), 0.0, static_cast<double>(rows() - 1))));
        now_[k * courses + radius] = r[row];
        now_[k * courses + axis] = a[row];
    }
}

/// Sets what the vessel takes from every sample. Across the vessel the table blurs; along it, three rows do
/// (Gauss and Hermite).
void JointFit::draw_vessel(const Parameters& p) {
    const double blur = std::exp(value(p, ln_blur)), attenuation = std::exp(value(p, ln_attenuation)) * blur;
    const LumenCourse course = lumen(p);
    const double largest = *std::max_element(course.radius_px.begin(), course.radius_px.end()) / blur;
    const LumenTable table(attenuation, value(p, curvature), largest);
    LumenTable::Section section;
    for (std::size_t row = 0; row < rows(); ++row) {
        table.cut(course.radius_px[row] / blur, section);
        for (std::size_t c = 0; c < columns(); ++c)
            losses_[row * columns() + c] =
                section.at((strip_.values.offset_px(static_cast<double>(c)) - course.axis_px[row]) / blur);
    }
    drawn_ = p;
    const double away = std::sqrt(3.0) * blur / strip_.row_px, last = static_cast<double>(rows() - 1);
    for (std::size_t row = 0; row < rows(); ++row) {
        const auto at = static_cast<double>(row);
        const RowPair before = row_pair(std::max(0.0, at - away)),
                      behind = row_pair(std::min(last, at + away));
        const auto drifted = static_cast<float>(attenuation * value(p, drift) * (at / last - 0.5));
        for (std::size_t c = 0; c < columns(); ++c) {
            const LumenTable::Loss& own = losses_[row * columns() + c];
            const float loss = (4.0F * own.value + loss_at(before, c) + loss_at(behind, c)) / 6.0F +
                               drifted * own.by_attenuation;
            vessel_(static_cast<int>(c), static_cast<int>(row)) = logarithm_of_loss(loss);
        }
    }
}

/// Half the sum of squares in units of the noise; keeps the weighted residuals for `linearise`.
double JointFit::data_cost() {
    double cost = 0.0;
    for (std::size_t row = 0; row < rows(); ++row) {
        const int y = static_cast<int>(row);
        const VectorXf rest = row_of(strip_.values.profiles, row) + row_of(vessel_, row);
        weighted_rest_.col(y).noalias() = weights_[weight_of_[row]] * rest;
        cost += 0.5 * static_cast<double>(rest.dot(weighted_rest_.col(y)));
    }
    return cost;
}

/// \param derivatives of the row's samples from column `first` on; beyond them there is no vessel
void JointFit::add_row(Linearised& to, std::size_t row, Index first, const Derivatives& derivatives) {
    const Index count = derivatives.rows();
    const Derivatives weighted = weights_[weight_of_[row]].block(first, first, count, count) * derivatives;
    const Eigen::Matrix<double, parameters, 1> downhill =
        -(derivatives.transpose() * weighted_rest_.col(static_cast<Index>(row)).segment(first, count))
             .cast<double>();
    const Eigen::Matrix<double, parameters, parameters> product =
        (derivatives.transpose() * weighted).cast<double>();
    on_attenuation_[row] = {downhill(ln_attenuation), product.col(ln_attenuation)};
    const SplineBasis::Weights& knots = basis_.blurred(row);
    const auto place = [&](std::size_t parameter, std::size_t k) {
        return (knots.first + k) * courses + parameter;
    };
    for (std::size_t i = 0; i < parameters; ++i) {
        const auto gi = static_cast<Index>(i);
        if (i >= courses) {
            to.gradient[splines() + i - courses] += downhill(gi);
            for (std::size_t j = courses; j <= i; ++j)
                to.matrix.corner(i - courses, j - courses) += product(gi, static_cast<Index>(j));
            continue;
        }
        for (std::size_t a = 0; a < SplineBasis::support; ++a) {
            const std::size_t x = place(i, a);
            to.gradient[x] += knots.of[a] * downhill(gi);
            for (std::size_t j = courses; j < parameters; ++j)
                to.matrix.border(j - courses, x) += knots.of[a] * product(gi, static_cast<Index>(j));
            for (std::size_t j = 0; j < courses; ++j)
                for (std::size_t b = 0; b < SplineBasis::support; ++b)
                    if (const std::size_t y = place(j, b); y <= x)
                        to.matrix.band(x, y) +=
                            knots.of[a] * knots.of[b] * product(gi, static_cast<Index>(j));
        }
    }
}

/// \pre `data_cost` was asked for the same parameters
JointFit::Linearised JointFit::linearise(const Parameters& p) {
    const double blur = std::exp(value(p, ln_blur)), attenuation = std::exp(value(p, ln_attenuation)) * blur;
    const LumenCourse course = lumen(p);
    Linearised result{BorderedBand(splines(), courses * SplineBasis::support - 1, commons),
                      std::vector<double>(p.size(), 0.0)};
    const auto per_px = static_cast<float>(1.0 / blur);
    on_attenuation_.assign(rows(), {});
    Derivatives derivatives;
    for (std::size_t row = 0; row < rows(); ++row) {
        const auto* losses = losses_.data() + row * columns();
        const auto seen = [&](std::size_t c) { return losses[c].value != 0.0F; };
        std::size_t first = 0, end = columns();
        while (first < end && !seen(first)) ++first;
        while (end > first && !seen(end - 1)) --end;
        if (first == end) continue;
        derivatives.resize(static_cast<Index>(end - first), Eigen::NoChange);
        const auto along =
                       static_cast<float>(static_cast<double>(row) / static_cast<double>(rows() - 1) - 0.5),
                   rho = static_cast<float>(course.radius_px[row] / blur);
        for (std::size_t c = first; c < end; ++c) {
            const LumenTable::Loss& loss = losses[c];
            const float over_passed = std::exp(vessel_(static_cast<int>(c), static_cast<int>(row)));
            const auto u = static_cast<float>(
                (strip_.values.offset_px(static_cast<double>(c)) - course.axis_px[row]) / blur);
            const float by_contrast = static_cast<float>(attenuation) * loss.by_attenuation;
            auto d = derivatives.row(static_cast<Index>(c - first));
            d(radius) = loss.by_radius * per_px;
            d(axis) = -loss.by_offset * per_px;
            d(ln_attenuation) = by_contrast;
            d(drift) = by_contrast * along;
            d(ln_blur) = by_contrast - u * loss.by_offset - rho * loss.by_radius;
            d(curvature) = loss.by_curvature;
            d *= over_passed;
        }
        add_row(result, row, static_cast<Index>(first), derivatives);
    }
    return result;
}

/// Independent numbers of a standard normal distribution, the same in every run.
class NormalNumbers {
  public:
    explicit NormalNumbers(unsigned seed) : bits_(seed) {}
    double operator()() { return normal_(bits_); }

  private:
    std::mt19937_64 bits_;
    std::normal_distribution<double> normal_;
};

struct Pull {
    Parameter parameter;
    double sd;
};
std::array<Pull, commons> pulls(bool scaled) {
    return {{{ln_attenuation, attenuation_sd},
             {drift, drift_sd},
             {ln_blur, blur_sd},
             {curvature, scaled ? scaled_curvature_sd : curvature_sd}}};
}

constexpr std::array<double, 3> bend_stencil{1.0, -2.0, 1.0};

/// Second difference of a course at three knots.
double bend(const std::vector<double>& p, Parameter course, std::size_t knot) {
    double sum = 0.0;
    for (std::size_t i = 0; i < bend_stencil.size(); ++i)
        sum += bend_stencil[i] * p[(knot + i) * courses + course];
    return sum;
}

double variance_of_bend(const BorderedBand& covariance, Parameter course, std::size_t knot) {
    double sum = 0.0;
    for (std::size_t i = 0; i < bend_stencil.size(); ++i)
        for (std::size_t j = 0; j < bend_stencil.size(); ++j)
            sum += bend_stencil[i] * bend_stencil[j] *
                   covariance.band((knot + std::max(i, j)) * courses + course,
                                   (knot + std::min(i, j)) * courses + course);
    return sum;
}

double JointFit::prior_cost(const Parameters& p) const {
    double sum = 0.0;
    for (std::size_t k = 0; k + 2 < basis_.knots(); ++k)
        sum += std::pow(bend(p, radius, k) / bend_sd_[k], 2) + std::pow(bend(p, axis, k) / axis_bend_sd_, 2);
    for (const Pull& pull : pulls(strip_.scaled))
        sum += std::pow((value(p, pull.parameter) - value(start_, pull.parameter)) / pull.sd, 2);
    return 0.5 * sum;
}

void JointFit::add_prior(Linearised& to, const Parameters& p) const {
    for (const Parameter course : {radius, axis})
        for (std::size_t k = 0; k + 2 < basis_.knots(); ++k) {
            const double sd = course == radius ? bend_sd_[k] : axis_bend_sd_, weight = 1.0 / (sd * sd),
                         bent = bend(p, course, k);
            for (std::size_t i = 0; i < bend_stencil.size(); ++i) {
                const std::size_t x = (k + i) * courses + course;
                to.gradient[x] -= weight * bend_stencil[i] * bent;
                for (std::size_t j = 0; j <= i; ++j)
                    to.matrix.band(x, (k + j) * courses + course) +=
                        weight * bend_stencil[i] * bend_stencil[j];
            }
        }
    for (const Pull& pull : pulls(strip_.scaled)) {
        const std::size_t x = place_of(pull.parameter), k = pull.parameter - courses;
        to.gradient[x] -= (p[x] - start_[x]) / (pull.sd * pull.sd);
        to.matrix.corner(k, k) += 1.0 / (pull.sd * pull.sd);
    }
}

/// Raises the diagonal by a part of itself.
void damp(BorderedBand& matrix, double part) {
    for (std::size_t i = 0; i < matrix.size(); ++i) matrix.band(i, i) *= 1.0 + part;
    for (std::size_t k = 0; k < matrix.borders(); ++k) matrix.corner(k, k) *= 1.0 + part;
}

double JointFit::cost_of(const Parameters& p) {
    if (drawn_ != p) draw_vessel(p);
    return data_cost() + prior_cost(p);
}

/// Steps downhill (Levenberg and Marquardt) until the next would gain less than `enough_cost`.
void JointFit::improve(double enough_cost) {
    constexpr int most_steps = 8;
    double cost = cost_of(now_);
    Linearised data = linearise(now_);
    for (int k = 0; k < most_steps; ++k) {
        Linearised equations = data;
        add_prior(equations, now_);
        damp(equations.matrix, damping_);
        if (!equations.matrix.factorize()) {
            damping_ = std::max(1e-4, 10.0 * damping_);
            continue;
        }
        std::vector<double> step = std::move(equations.gradient);
        equations.matrix.solve(step);

        Parameters next = now_;
        for (std::size_t i = 0; i < next.size(); ++i) {
            const double limit = i < splines() ? 1.5 : 0.3;  // pixels, and parts of the common parameters
            next[i] += std::clamp(step[i], -limit, limit);
        }
        for (std::size_t knot = 0; knot < basis_.knots(); ++knot)
            next[knot * courses + radius] =
                std::clamp(next[knot * courses + radius], 0.02, 2.0 * widest_ + 3.0);
        const double after = cost_of(next);
        if (!(after < cost)) {
            damping_ = std::max(1e-4, 10.0 * damping_);
            continue;
        }
        const bool done = cost - after < enough_cost;
        now_ = std::move(next), cost = after, damping_ = std::max(1e-6, 0.2 * damping_);
        if (done || k + 1 == most_steps) break;
        data = linearise(now_);
    }
    if (drawn_ != now_) cost_of(now_);
}

/// How much the radius bends differs along the vessel: hardly at all in health, more in a lesion, most at its
/// shoulders. So the spread of the bends is learned from the data around each knot, by expectation
/// maximisation on the quadratic form of the last linearisation.
void JointFit::learn_bends() {
    constexpr int iterations = 8;
    constexpr double window_knots = 5.5, straightest = 0.02;
    const Linearised data = linearise(now_);
    for (int iteration = 0; iteration < iterations; ++iteration) {
        Linearised equations = data;
        add_prior(equations, now_);
        if (!equations.matrix.factorize()) return;
        std::vector<double> expected = std::move(equations.gradient);
        equations.matrix.solve(expected);
        for (std::size_t i = 0; i < expected.size(); ++i) expected[i] += now_[i];

        const BorderedBand covariance = equations.matrix.inverse();
        std::vector<double> squares(basis_.knots() - 2);
        for (std::size_t k = 0; k < squares.size(); ++k)
            squares[k] = std::pow(bend(expected, radius, k), 2) + variance_of_bend(covariance, radius, k);
        squares = local_fit(squares, window_knots, 0);
        for (std::size_t k = 0; k < squares.size(); ++k)
            bend_sd_[k] = std::max(straightest * bend_unit(), std::sqrt(squares[k]));
    }
}

/// The step that the attenuation would take if it were free over the stretch about which the lumen is as wide
/// as in the middle (a score test: everything else follows to first order). Where the lumen is so narrow that
/// width and depth look alike, its error is large. \param factor of the normal equations
JointFit::Depth JointFit::depth_around(double middle, const BorderedBand& factor) const {
    constexpr double farthest_px = 15.0, as_wide = 0.25;
    const auto centre = std::min(static_cast<std::size_t>(std::lround(middle)), rows() - 1),
               reach = static_cast<std::size_t>(farthest_px / strip_.row_px);
    const double own = course_at(now_, radius, static_cast<double>(centre));
    const auto like_centre = [&](std::size_t row) {
        return std::abs(course_at(now_, radius, static_cast<double>(row)) - own) < as_wide * own;
    };
    std::size_t begin = centre, end = centre + 1;
    while (begin > 0 && centre - begin < reach && like_centre(begin - 1)) --begin;
    while (end < rows() && end - centre <= reach && like_centre(end)) ++end;
    double pull = 0.0, known = 0.0;
    std::vector<double> shared(now_.size(), 0.0);
    for (std::size_t row = begin; row < end; ++row) {
        const auto& [own_pull, products] = on_attenuation_[row];
        pull += own_pull;
        known += products(ln_attenuation);
        const SplineBasis::Weights& knots = basis_.blurred(row);
        for (std::size_t i = 0; i < courses; ++i)
            for (std::size_t k = 0; k < SplineBasis::support; ++k)
                shared[(knots.first + k) * courses + i] += knots.of[k] * products(static_cast<Index>(i));
        for (std::size_t i = courses; i < parameters; ++i)
            shared[splines() + i - courses] += products(static_cast<Index>(i));
    }
    std::vector<double> followed = shared;
    factor.solve(followed);
    known -= std::inner_product(shared.begin(), shared.end(), followed.begin(), 0.0);
    if (!(known > 0.0)) return {};
    return {std::exp(pull / known), understated / std::sqrt(known)};
}

/// \param places rows, ascending
void JointFit::find_depths(LumenFit& fit, const std::vector<double>& places,
                           const BorderedBand& factor) const {
    constexpr double step_px = 6.0;  // less than what one estimate takes in
    const double step = step_px / strip_.row_px;
    std::vector<Depth> depths;
    for (double row = 0.0; row < static_cast<double>(rows()) + step; row += step)
        depths.push_back(depth_around(row, factor));
    for (const double place : places) {
        const auto k = static_cast<std::size_t>(place / step);
        const double part = place / step - static_cast<double>(k);
        fit.depth_ratio.push_back(std::lerp(depths[k].ratio, depths[k + 1].ratio, part));
        fit.depth_ratio_sd.push_back(std::lerp(depths[k].sd, depths[k + 1].sd, part));
    }
}

LumenFit JointFit::run(const Polyline& line) {
    const std::size_t points = line.size();
    constexpr int rounds = 3;
    draw_vessel(now_);
    for (int round = 0; round < rounds; ++round) {
        const bool last = round + 1 == rounds;
        look_beside(last);
        if (round == 0) search();
        // In halves of a squared standard error: of all parameters together, and roughly on the way.
        improve(last ? 0.05 : 3.0);
        if (!last) learn_bends();
    }
    Linearised equations = linearise(now_);
    add_prior(equations, now_);
    // Without noise, what the parameters have in common is known so well that rounding counts.
    constexpr double rounding = 1e-7;
    damp(equations.matrix, rounding);
    if (!equations.matrix.factorize()) return {};

    LumenFit fit{.found = true, .blur_px = std::exp(value(now_, ln_blur))};
    std::size_t known = 0;
    for (int y = 0; y < strip_.rows(); ++y)
        known += static_cast<std::size_t>(
            std::count(strip_.known.row(y), strip_.known.row(y) + strip_.columns(), 1));
    fit.misfit = 2.0 * data_cost() * strip_.row_px / static_cast<double>(known);
    std::vector<double> places;
    std::vector<SplineBasis::Weights> weights;
    for (std::size_t i = 0; i < points; ++i) {
        places.push_back(static_cast<double>(i) * static_cast<double>(rows() - 1) /
                         static_cast<double>(points - 1));
        weights.push_back(basis_.at(places.back()));
    }
    const auto course = [&](const Parameters& p, Parameter which) {
        std::vector<double> values;
        for (const SplineBasis::Weights& w : weights) values.push_back(weighted_sum(p, w, which));
        return values;
    };
    fit.radius_px = course(now_, radius);
    const std::vector<double> offsets = course(now_, axis);
    const std::vector<Point> normals = right_normals(line, normal_span(strip_));
    for (std::size_t i = 0; i < points; ++i) fit.axis_px.push_back(line[i] + offsets[i] * normals[i]);
    find_depths(fit, places, equations.matrix);
    NormalNumbers random(1);
    for (int d = 0; d < posterior_samples; ++d) {
        Parameters sample(now_.size());
        for (double& z : sample) z = understated * random();
        equations.matrix.correlate(sample);
        for (std::size_t i = 0; i < sample.size(); ++i) sample[i] += now_[i];
        fit.samples_px.push_back(course(sample, radius));
    }
    return fit;
}

}  // namespace

LumenFit fit_lumen(const Frame& frame, const Polyline& line, const std::vector<double>& radius_px,
                   double blur_px) {
    const auto rows = static_cast<std::size_t>(std::max(8L, std::lround(length(line) / rows_apart_px)));
    // One row per pixel of arc; the first and the last point stay.
    Polyline thinned;
    std::vector<double> radii;
    for (std::size_t i = 0; i <= rows; ++i) {
        const double place =
            static_cast<double>(i) * static_cast<double>(line.size() - 1) / static_cast<double>(rows);
        const auto k = std::min(static_cast<std::size_t>(place), line.size() - 2);
        thinned.push_back(lerp(line[k], line[k + 1], place - static_cast<double>(k)));
        radii.push_back(std::lerp(radius_px[k], radius_px[k + 1], place - static_cast<double>(k)));
    }
    return JointFit(frame, thinned, radii, blur_px).run(line);
}

}  // namespace stenometry
