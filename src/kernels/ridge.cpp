#include "kernels/ridge.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/ridge.cpp"
#include <hwy/foreach_target.h>  // compiles the rest of this file once for every kind of CPU
#include <hwy/highway.h>

#include <hwy/contrib/math/math-inl.h>

#include "kernels/row-inl.h"
#include "kernels/taps-inl.h"

HWY_BEFORE_NAMESPACE();
namespace stenometry::kernels::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;
using Tag = hn::ScalableTag<float>;
using Vec = hn::Vec<Tag>;

/// Second derivatives of neighbouring pixels, and the curvatures that follow from them.
struct Surface {
    Vec xx, xy, yy;
    Vec across, along;
};

HWY_INLINE HWY_ATTR Surface load_surface(const float* xx, const float* xy, const float* yy, std::size_t x) {
    const Tag d;
    Surface s{hn::LoadU(d, xx + x), hn::LoadU(d, xy + x), hn::LoadU(d, yy + x), hn::Zero(d), hn::Zero(d)};
    const Vec mean = hn::Mul(hn::Set(d, -0.5f), hn::Add(s.xx, s.yy));
    const Vec difference = hn::Mul(hn::Set(d, 0.5f), hn::Sub(s.xx, s.yy));
    const Vec radius = hn::Sqrt(hn::MulAdd(difference, difference, hn::Mul(s.xy, s.xy)));
    s.across = hn::Add(mean, radius);
    s.along = hn::Sub(mean, radius);
    return s;
}

HWY_INLINE HWY_ATTR hn::Mask<Tag> is_bright_line(const Surface& s) {
    return hn::Gt(hn::Add(s.across, s.along), hn::Zero(Tag()));
}

HWY_INLINE HWY_ATTR void keep_stronger(Vec response, float sigma, const Surface& s, std::size_t x,
                                       const BestRow& best) {
    const Tag d;
    const auto stronger = hn::Gt(response, hn::LoadU(d, best.response + x));
    hn::BlendedStore(response, stronger, d, best.response + x);
    hn::BlendedStore(hn::Set(d, sigma), stronger, d, best.scale + x);
    hn::BlendedStore(hn::Sub(s.xx, s.yy), stronger, d, best.cos2 + x);
    hn::BlendedStore(hn::Add(s.xy, s.xy), stronger, d, best.sin2 + x);
}

void ridge_norm_row(const float* xx, const float* xy, const float* yy, std::size_t n, float* norm) {
    const Tag d;
    if (n < hn::Lanes(d)) return reference::ridge_norm_row(xx, xy, yy, n, norm);
    for_each_vector(d, n, [&](std::size_t x) HWY_ATTR {
        const Surface s = load_surface(xx, xy, yy, x);
        const Vec length = hn::Sqrt(hn::MulAdd(s.across, s.across, hn::Mul(s.along, s.along)));
        hn::StoreU(hn::IfThenElseZero(is_bright_line(s), length), d, norm + x);
    });
}

/// 1 / sqrt(v) to 13 bits at least: a ten thousandth of a response.
HWY_INLINE HWY_ATTR Vec reciprocal_square_root(Vec v) {
    const Vec guess = hn::ApproximateReciprocalSqrt(v);
#if HWY_TARGET <= HWY_AVX3
    return guess;
#else
    const Vec half = hn::Mul(hn::Set(Tag(), 0.5f), hn::Mul(v, guess));
    return hn::Mul(guess, hn::NegMulAdd(half, guess, hn::Set(Tag(), 1.5f)));
#endif
}

/// 1 / v to 20 bits at least.
HWY_INLINE HWY_ATTR Vec reciprocal(Vec v) {
    const Vec guess = hn::ApproximateReciprocal(v);
    const Vec better = hn::Mul(guess, hn::NegMulAdd(v, guess, hn::Set(Tag(), 2.0f)));
#if HWY_TARGET <= HWY_AVX3
    return better;
#else
    return hn::Mul(better, hn::NegMulAdd(v, better, hn::Set(Tag(), 2.0f)));
#endif
}

/// 2^-v for v >= 0, relative error 1e-4: the whole part goes into the exponent, a polynomial gives the
/// rest.
HWY_INLINE HWY_ATTR Vec two_to_minus(Vec v) {
    const Tag d;
    const hn::RebindToSigned<Tag> integer;
    // Less than this is nothing, and far from the denormal numbers, which are slow.
    v = hn::Min(v, hn::Set(d, 60.0f));
    const Vec shift = hn::Set(d, 12582912.0f);  // 1.5 * 2^23: a sum's lowest bits are then the whole number
    const Vec whole = hn::Sub(shift, v);
    const Vec rest = hn::Sub(hn::Sub(shift, whole), v);
    // Fitted on -1/2..1/2, exact at 0: nothing must answer to nothing.
    Vec power = hn::MulAdd(rest, hn::Set(d, 0.05500956f), hn::Set(d, 0.24221109f));
    power = hn::MulAdd(rest, power, hn::Set(d, 0.69328285f));
    power = hn::MulAdd(rest, power, hn::Set(d, 1.0f));
    const auto exponent = hn::ShiftLeft<23>(hn::BitCast(integer, whole));
    return hn::BitCast(d, hn::Add(hn::BitCast(integer, power), exponent));
}

/// Frangi's likeness of a line from the product m r and m^2 + r^2, both times the same.
HWY_INLINE HWY_ATTR Vec likeness_of_line(const Frangi& frangi, Vec q) {
    const Tag d;
    Vec likeness = hn::Set(d, frangi.likeness.back());
    for (std::size_t i = frangi.likeness.size() - 1; i-- > 0;)
        likeness = hn::MulAdd(likeness, q, hn::Set(d, frangi.likeness[i]));
    for (int i = 0; i < frangi.squarings; ++i) likeness = hn::Mul(likeness, likeness);
    return likeness;
}

/// Lets one scale compete by Frangi's measure. `hessian_at(x)` gives the second derivatives in its unit.
template <bool is_first, class HessianAt>
HWY_INLINE HWY_ATTR void compete(std::size_t n, float sigma, Frangi frangi, BorderRow border, BestRow best,
                                 const HessianAt& hessian_at) {
    const Tag d;
    for_each_vector(d, n, [&](std::size_t x) HWY_ATTR {
        // Twice the mean of the eigenvalues, and twice half their difference, as a vector.
        const Hessian h = hessian_at(x);
        const Vec mean = hn::Add(h.xx, h.yy), cos2 = hn::Sub(h.xx, h.yy), sin2 = h.xy;
        const Vec radius2 = hn::MulAdd(cos2, cos2, hn::MulAdd(sin2, sin2, hn::Set(d, 1e-12f)));
        const Vec norm2 = hn::MulAdd(mean, mean, radius2);
        // radius / norm2, without a division.
        const Vec per_norm =
            hn::Mul(radius2, reciprocal_square_root(hn::Mul(radius2, hn::Mul(norm2, norm2))));
        const Vec likeness = likeness_of_line(frangi, hn::Mul(mean, per_norm));
        Vec response = hn::NegMulAdd(likeness, two_to_minus(norm2), likeness);
        auto stronger = hn::Lt(mean, hn::Zero(d));
        if (border.distance_px)
            stronger =
                hn::And(stronger, hn::Ge(hn::LoadU(d, border.distance_px + x), hn::Set(d, border.reach_px)));
        if constexpr (is_first) {
            // Of numbers so large that their squares are none, nothing is known.
            stronger = hn::And(stronger, hn::Gt(response, hn::Zero(d)));
            hn::StoreU(hn::IfThenElseZero(stronger, response), d, best.response + x);
            hn::StoreU(hn::IfThenElseZero(stronger, hn::Set(d, sigma)), d, best.scale + x);
            hn::StoreU(hn::IfThenElseZero(stronger, cos2), d, best.cos2 + x);
            hn::StoreU(hn::IfThenElseZero(stronger, sin2), d, best.sin2 + x);
            return;
        }
        const Vec before = hn::LoadU(d, best.response + x);
        stronger = hn::And(stronger, hn::Gt(response, before));
        hn::StoreU(hn::IfThenElse(stronger, response, before), d, best.response + x);
        hn::BlendedStore(hn::Set(d, sigma), stronger, d, best.scale + x);
        hn::BlendedStore(cos2, stronger, d, best.cos2 + x);
        hn::BlendedStore(sin2, stronger, d, best.sin2 + x);
    });
}

template <class HessianAt>
HWY_INLINE HWY_ATTR void compete(std::size_t n, float sigma, const Frangi& frangi, const BorderRow& border,
                                 const BestRow& best, const HessianAt& hessian_at) {
    if (best.empty)
        compete<true>(n, sigma, frangi, border, best, hessian_at);
    else
        compete<false>(n, sigma, frangi, border, best, hessian_at);
}

void frangi_row(const float* xx, const float* xy, const float* yy, std::size_t n, float sigma,
                const Frangi& frangi, const BorderRow& border, const BestRow& best) {
    const Tag d;
    if (n < hn::Lanes(d)) return reference::frangi_row(xx, xy, yy, n, sigma, frangi, border, best);
    compete(n, sigma, frangi, border, best, [&](std::size_t x) HWY_ATTR {
        return Hessian{hn::LoadU(d, xx + x), hn::LoadU(d, xy + x), hn::LoadU(d, yy + x)};
    });
}

void frangi_of_smooth_rows(const float* const* rows, const float* down, const DerivativeTaps& taps,
                           std::size_t n, float sigma, const Frangi& frangi, const BorderRow& border,
                           const BestRow& best) {
    if (n < hn::Lanes(Tag()))
        return reference::frangi_of_smooth_rows(rows, down, taps, n, sigma, frangi, border, best);
    with_derivative_taps(taps, [&](const auto& fixed) HWY_ATTR {
        compete(n, sigma, frangi, border, best,
                [&](std::size_t x) HWY_ATTR { return second_derivatives(rows, down, fixed, x); });
    });
}

void frangi_of_middle_row(const SixRows& rows, std::size_t n, float sigma, const Frangi& frangi,
                          const BorderRow& border, const BestRow& best) {
    const Tag d;
    if (n < hn::Lanes(d)) return reference::frangi_of_middle_row(rows, n, sigma, frangi, border, best);
    compete(n, sigma, frangi, border, best, [&](std::size_t x) HWY_ATTR {
        const auto middle = [&](const std::array<const float*, 6>& six) HWY_ATTR {
            const auto at = [&](std::size_t k) HWY_ATTR { return hn::LoadU(d, six[k] + x); };
            return half_way(at(0), at(1), at(2), at(3), at(4), at(5));
        };
        return Hessian{middle(rows.xx), middle(rows.xy), middle(rows.yy)};
    });
}

void sato_row(const float* xx, const float* xy, const float* yy, std::size_t n, float sigma,
              const BestRow& best) {
    const Tag d;
    if (n < hn::Lanes(d)) return reference::sato_row(xx, xy, yy, n, sigma, best);
    for_each_vector(d, n, [&](std::size_t x) HWY_ATTR {
        const Surface s = load_surface(xx, xy, yy, x);
        const auto bright = hn::Gt(s.across, hn::Zero(d));
        const Vec across = hn::IfThenElse(bright, s.across, hn::Set(d, 1.0f));
        const Vec inverse_alpha =
            hn::IfThenElse(hn::Gt(s.along, hn::Zero(d)), hn::Set(d, 2.0f), hn::Set(d, 0.5f));
        const Vec ratio = hn::Div(hn::Mul(s.along, inverse_alpha), across);
        const Vec like_line = hn::Exp(d, hn::Mul(hn::Set(d, -0.5f), hn::Mul(ratio, ratio)));
        keep_stronger(hn::IfThenElseZero(bright, hn::Mul(across, like_line)), sigma, s, x, best);
    });
}

void jerman_row(const float* xx, const float* xy, const float* yy, std::size_t n, float sigma,
                const JermanParameters& parameters, const BestRow& best) {
    const Tag d;
    if (n < hn::Lanes(d)) return reference::jerman_row(xx, xy, yy, n, sigma, parameters, best);
    const Vec floor = hn::Set(d, parameters.tau * parameters.strongest);
    for_each_vector(d, n, [&](std::size_t x) HWY_ATTR {
        const Surface s = load_surface(xx, xy, yy, x);
        const auto line = is_bright_line(s);
        const Vec across = hn::IfThenElse(line, s.across, hn::Set(d, 1.0f));
        const Vec regular = hn::Max(across, floor);
        const Vec sum = hn::Add(across, regular);
        const Vec rising =
            hn::Div(hn::Mul(hn::Mul(hn::Set(d, 27.0f), hn::Mul(across, across)), hn::Sub(regular, across)),
                    hn::Mul(sum, hn::Mul(sum, sum)));
        const auto full = hn::Ge(across, hn::Mul(hn::Set(d, 0.5f), regular));
        const Vec response = hn::IfThenElse(full, hn::Set(d, 1.0f), rising);
        keep_stronger(hn::IfThenElseZero(line, response), sigma, s, x, best);
    });
}

void add_direction_row(const float* response, float direction_cos2, float direction_sin2, std::size_t n,
                       float* strongest, float* cos2, float* sin2) {
    const Tag d;
    const Vec c = hn::Set(d, direction_cos2), s = hn::Set(d, direction_sin2);
    const auto add = [&](std::size_t x) HWY_ATTR {
        const Vec weight = hn::Max(hn::Zero(d), hn::LoadU(d, response + x));
        hn::StoreU(hn::Max(hn::LoadU(d, strongest + x), weight), d, strongest + x);
        hn::StoreU(hn::MulAdd(weight, c, hn::LoadU(d, cos2 + x)), d, cos2 + x);
        hn::StoreU(hn::MulAdd(weight, s, hn::LoadU(d, sin2 + x)), d, sin2 + x);
    };
    // Adding is not the same when it is done twice, so that the tail cannot overlap.
    const std::size_t whole = n - n % hn::Lanes(d);
    for (std::size_t x = 0; x < whole; x += hn::Lanes(d)) add(x);
    reference::add_direction_row(response + whole, direction_cos2, direction_sin2, n - whole,
                                 strongest + whole, cos2 + whole, sin2 + whole);
}

void add_scale_row(const float* response, const float* cos2, const float* sin2, const float* clutter,
                   float sigma, std::size_t n, const ScaleSumRow& sum) {
    const Tag d;
    const auto add = [&](std::size_t x) HWY_ATTR {
        const Vec one_over_clutter = hn::Div(hn::Set(d, 1.0f), hn::LoadU(d, clutter + x));
        const Vec multiple = hn::Mul(hn::Max(hn::Zero(d), hn::LoadU(d, response + x)), one_over_clutter);
        const Vec weight = hn::Mul(multiple, one_over_clutter), strongest = hn::LoadU(d, sum.strongest + x);
        hn::StoreU(hn::MulAdd(multiple, multiple, hn::LoadU(d, sum.squares + x)), d, sum.squares + x);
        hn::StoreU(hn::MulAdd(weight, hn::LoadU(d, cos2 + x), hn::LoadU(d, sum.cos2 + x)), d, sum.cos2 + x);
        hn::StoreU(hn::MulAdd(weight, hn::LoadU(d, sin2 + x), hn::LoadU(d, sum.sin2 + x)), d, sum.sin2 + x);
        hn::BlendedStore(hn::Set(d, sigma), hn::Gt(multiple, strongest), d, sum.sigma + x);
        hn::StoreU(hn::Max(multiple, strongest), d, sum.strongest + x);
    };
    // As above, the tail cannot overlap.
    const std::size_t whole = n - n % hn::Lanes(d);
    for (std::size_t x = 0; x < whole; x += hn::Lanes(d)) add(x);
    reference::add_scale_row(
        response + whole, cos2 + whole, sin2 + whole, clutter + whole, sigma, n - whole,
        {sum.squares + whole, sum.strongest + whole, sum.sigma + whole, sum.cos2 + whole, sum.sin2 + whole});
}

/// atan2 from the arctangent of the smaller over the larger, whose quotient is at most 1. Within 1e-5:
/// Abramowitz and Stegun, Handbook of Mathematical Functions, 4.4.47.
HWY_INLINE HWY_ATTR Vec arc_tangent(Vec y, Vec x) {
    const Tag d;
    const Vec ax = hn::Abs(x), ay = hn::Abs(y);
    const Vec larger = hn::Max(hn::Max(ax, ay), hn::Set(d, 1e-30f));
    const Vec quotient = hn::Mul(hn::Min(ax, ay), reciprocal(larger)), square = hn::Mul(quotient, quotient);
    Vec angle = hn::MulAdd(square, hn::Set(d, 0.0208351f), hn::Set(d, -0.0851330f));
    angle = hn::MulAdd(square, angle, hn::Set(d, 0.1801410f));
    angle = hn::MulAdd(square, angle, hn::Set(d, -0.3302995f));
    angle = hn::Mul(quotient, hn::MulAdd(square, angle, hn::Set(d, 0.9998660f)));
    angle = hn::IfThenElse(hn::Gt(ay, ax), hn::Sub(hn::Set(d, 1.57079632679f), angle), angle);
    angle = hn::IfThenElse(hn::Lt(x, hn::Zero(d)), hn::Sub(hn::Set(d, 3.14159265359f), angle), angle);
    return hn::IfThenElse(hn::Lt(y, hn::Zero(d)), hn::Neg(angle), angle);
}

void direction_row(const float* cos2, const float* sin2, std::size_t n, float* angle) {
    const Tag d;
    if (n < hn::Lanes(d)) return reference::direction_row(cos2, sin2, n, angle);
    for_each_vector(d, n, [&](std::size_t x) HWY_ATTR {
        const Vec quarter_turn = hn::Set(d, 1.57079632679f);
        const Vec half =
            hn::Mul(hn::Set(d, 0.5f), arc_tangent(hn::LoadU(d, sin2 + x), hn::LoadU(d, cos2 + x)));
        const auto downwards =
            hn::Le(half, hn::Neg(quarter_turn));  // a vertical line is at +pi/2, not at -pi/2
        hn::StoreU(hn::IfThenElse(downwards, quarter_turn, half), d, angle + x);
    });
}

}  // namespace
}  // namespace stenometry::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace stenometry::kernels {

HWY_EXPORT(ridge_norm_row);
HWY_EXPORT(frangi_row);
HWY_EXPORT(frangi_of_smooth_rows);
HWY_EXPORT(frangi_of_middle_row);
HWY_EXPORT(sato_row);
HWY_EXPORT(jerman_row);
HWY_EXPORT(add_direction_row);
HWY_EXPORT(add_scale_row);
HWY_EXPORT(direction_row);

void ridge_norm_row(const float* xx, const float* xy, const float* yy, std::size_t n, float* norm) {
    HWY_DYNAMIC_DISPATCH(ridge_norm_row)(xx, xy, yy, n, norm);
}

void frangi_row(const float* xx, const float* xy, const float* yy, std::size_t n, float sigma,
                const Frangi& frangi, const BorderRow& border, const BestRow& best) {
    HWY_DYNAMIC_DISPATCH(frangi_row)(xx, xy, yy, n, sigma, frangi, border, best);
}

void frangi_of_smooth_rows(const float* const* rows, const float* down, const DerivativeTaps& taps,
                           std::size_t n, float sigma, const Frangi& frangi, const BorderRow& border,
                           const BestRow& best) {
    HWY_DYNAMIC_DISPATCH(frangi_of_smooth_rows)(rows, down, taps, n, sigma, frangi, border, best);
}

void frangi_of_middle_row(const SixRows& rows, std::size_t n, float sigma, const Frangi& frangi,
                          const BorderRow& border, const BestRow& best) {
    HWY_DYNAMIC_DISPATCH(frangi_of_middle_row)(rows, n, sigma, frangi, border, best);
}

void sato_row(const float* xx, const float* xy, const float* yy, std::size_t n, float sigma,
              const BestRow& best) {
    HWY_DYNAMIC_DISPATCH(sato_row)(xx, xy, yy, n, sigma, best);
}

void jerman_row(const float* xx, const float* xy, const float* yy, std::size_t n, float sigma,
                const JermanParameters& parameters, const BestRow& best) {
    HWY_DYNAMIC_DISPATCH(jerman_row)(xx, xy, yy, n, sigma, parameters, best);
}

void add_direction_row(const float* response, float direction_cos2, float direction_sin2, std::size_t n,
                       float* strongest, float* cos2, float* sin2) {
    HWY_DYNAMIC_DISPATCH(add_direction_row)
    (response, direction_cos2, direction_sin2, n, strongest, cos2, sin2);
}

void add_scale_row(const float* response, const float* cos2, const float* sin2, const float* clutter,
                   float sigma, std::size_t n, const ScaleSumRow& sum) {
    HWY_DYNAMIC_DISPATCH(add_scale_row)(response, cos2, sin2, clutter, sigma, n, sum);
}

void direction_row(const float* cos2, const float* sin2, std::size_t n, float* angle) {
    HWY_DYNAMIC_DISPATCH(direction_row)(cos2, sin2, n, angle);
}

}  // namespace stenometry::kernels
#endif
