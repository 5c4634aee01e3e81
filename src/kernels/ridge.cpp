#include "kernels/ridge.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/ridge.cpp"
#include <hwy/foreach_target.h>  // compiles the rest of this file once for every kind of CPU
#include <hwy/highway.h>

#include <hwy/contrib/math/math-inl.h>

#include "kernels/row-inl.h"

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

void frangi_row(const float* xx, const float* xy, const float* yy, std::size_t n, float sigma,
                const FrangiParameters& parameters, const BestRow& best) {
    const Tag d;
    if (n < hn::Lanes(d)) return reference::frangi_row(xx, xy, yy, n, sigma, parameters, best);
    const Vec blob_factor = hn::Set(d, -1.0f / (2.0f * parameters.beta * parameters.beta));
    const Vec norm_factor = hn::Set(d, -1.0f / (2.0f * parameters.strength * parameters.strength));
    for_each_vector(d, n, [&](std::size_t x) HWY_ATTR {
        const Surface s = load_surface(xx, xy, yy, x);
        const auto line = is_bright_line(s);
        const Vec across = hn::IfThenElse(line, s.across, hn::Set(d, 1.0f));
        const Vec blobness = hn::Div(s.along, across);
        const Vec norm2 = hn::MulAdd(s.across, s.across, hn::Mul(s.along, s.along));
        const Vec like_line = hn::Exp(d, hn::Mul(blob_factor, hn::Mul(blobness, blobness)));
        const Vec strong = hn::Sub(hn::Set(d, 1.0f), hn::Exp(d, hn::Mul(norm_factor, norm2)));
        keep_stronger(hn::IfThenElseZero(line, hn::Mul(like_line, strong)), sigma, s, x, best);
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

void keep_stronger_row(const BestRow& candidate, float sigma, std::size_t n, const BestRow& best) {
    const Tag d;
    if (n < hn::Lanes(d)) return reference::keep_stronger_row(candidate, sigma, n, best);
    for_each_vector(d, n, [&](std::size_t x) HWY_ATTR {
        const Vec response = hn::LoadU(d, candidate.response + x);
        const auto stronger = hn::Gt(response, hn::LoadU(d, best.response + x));
        hn::BlendedStore(response, stronger, d, best.response + x);
        hn::BlendedStore(hn::Set(d, sigma), stronger, d, best.scale + x);
        hn::BlendedStore(hn::LoadU(d, candidate.cos2 + x), stronger, d, best.cos2 + x);
        hn::BlendedStore(hn::LoadU(d, candidate.sin2 + x), stronger, d, best.sin2 + x);
    });
}

/// atan2 from the arctangent of the smaller over the larger, whose quotient is at most 1.
HWY_INLINE HWY_ATTR Vec arc_tangent(Vec y, Vec x) {
    const Tag d;
    const Vec ax = hn::Abs(x), ay = hn::Abs(y);
    const Vec larger = hn::Max(ax, ay), smaller = hn::Min(ax, ay);
    const Vec divisor = hn::IfThenElse(hn::Gt(larger, hn::Zero(d)), larger, hn::Set(d, 1.0f));
    Vec angle = hn::Atan(d, hn::Div(smaller, divisor));
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
HWY_EXPORT(sato_row);
HWY_EXPORT(jerman_row);
HWY_EXPORT(add_direction_row);
HWY_EXPORT(keep_stronger_row);
HWY_EXPORT(direction_row);

void ridge_norm_row(const float* xx, const float* xy, const float* yy, std::size_t n, float* norm) {
    HWY_DYNAMIC_DISPATCH(ridge_norm_row)(xx, xy, yy, n, norm);
}

void frangi_row(const float* xx, const float* xy, const float* yy, std::size_t n, float sigma,
                const FrangiParameters& parameters, const BestRow& best) {
    HWY_DYNAMIC_DISPATCH(frangi_row)(xx, xy, yy, n, sigma, parameters, best);
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

void keep_stronger_row(const BestRow& candidate, float sigma, std::size_t n, const BestRow& best) {
    HWY_DYNAMIC_DISPATCH(keep_stronger_row)(candidate, sigma, n, best);
}

void direction_row(const float* cos2, const float* sin2, std::size_t n, float* angle) {
    HWY_DYNAMIC_DISPATCH(direction_row)(cos2, sin2, n, angle);
}

}  // namespace stenometry::kernels
#endif
