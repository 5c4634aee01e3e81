#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <hwy/highway.h>

#include <cmath>
#include <functional>
#include <numbers>
#include <random>

#include "kernels/convolution.h"
#include "kernels/gaussian.h"
#include "kernels/local_contrast.h"
#include "kernels/ridge.h"
#include "kernels/scale_space.h"
#include "kernels/softmax.h"
#include "kernels/weighted_sum.h"
#include "kernels/winograd.h"

namespace stenometry::kernels {
namespace {

/// Runs `check(width)` on every kind of CPU that this one can stand for, for every length of a row's tail.
void on_every_target_and_width(const std::function<void(std::size_t)>& check) {
    for (const auto target : hwy::SupportedAndGeneratedTargets()) {
        SCOPED_TRACE(hwy::TargetName(target));
        hwy::SetSupportedTargetsForTest(target);
        for (std::size_t width = 0; width < 67; ++width) {
            SCOPED_TRACE(width);
            check(width);
        }
    }
    hwy::SetSupportedTargetsForTest(0);
}

std::vector<float> random_values(std::size_t count, unsigned seed, float low = -1.0f, float high = 1.0f) {
    std::mt19937 random(seed);
    std::uniform_real_distribution<float> uniform(low, high);
    std::vector<float> values(count);
    for (float& value : values) value = uniform(random);
    return values;
}

/// Every value within `tolerance`, and what lies behind the row untouched.
void expect_same(const std::vector<float>& fast, const std::vector<float>& plain, float tolerance) {
    ASSERT_EQ(fast.size(), plain.size());
    for (std::size_t i = 0; i < fast.size(); ++i) ASSERT_NEAR(fast[i], plain[i], tolerance) << "pixel " << i;
}

constexpr std::size_t guard = 16;  ///< values behind a row that no kernel may touch
constexpr float untouched = 12345.0f;

std::vector<float> output(std::size_t width) { return std::vector<float>(width + guard, untouched); }

/// A rectangle of random rows.
struct Rows {
    std::vector<std::vector<float>> values;
    std::vector<const float*> pointers;

    Rows(std::size_t count, std::size_t width) {
        for (std::size_t i = 0; i < count; ++i)
            values.push_back(random_values(width, static_cast<unsigned>(i + 1)));
        for (const auto& row : values) pointers.push_back(row.data());
    }
};

/// A row of Hessians of all kinds: random ones, zero, isotropic and one-dimensional ones.
struct HessianRow {
    std::vector<float> xx, xy, yy;

    explicit HessianRow(std::size_t width)
        : xx(random_values(width, 1)), xy(random_values(width, 2)), yy(random_values(width, 3)) {
        for (std::size_t x = 0; x < width; ++x) {
            if (x % 7 == 3) xx[x] = xy[x] = yy[x] = 0.0f;
            if (x % 7 == 4) xy[x] = 0.0f, yy[x] = xx[x];
            if (x % 7 == 5) xy[x] = yy[x] = 0.0f;
        }
    }
};

/// The four rows that a ridge measure updates, half of them with a response that is hard to beat.
struct BestRows {
    std::vector<float> response, scale, cos2, sin2;

    explicit BestRows(std::size_t width)
        : response(output(width)), scale(output(width)), cos2(output(width)), sin2(output(width)) {
        for (std::size_t x = 0; x < width; ++x) {
            response[x] = x % 2 == 0 ? 0.0f : 0.3f;
            scale[x] = cos2[x] = sin2[x] = 0.0f;
        }
    }
    BestRow row() { return {response.data(), scale.data(), cos2.data(), sin2.data()}; }
};

using Measure = std::function<void(const HessianRow&, std::size_t, const BestRow&)>;

/// \param tolerance of the response; exponentials and roots of vectors are good to a few units in the last
/// place
void expect_same_measure(const Measure& fast, const Measure& plain, float tolerance = 5e-6f) {
    on_every_target_and_width([&](std::size_t width) {
        const HessianRow hessian(width);
        BestRows a(width), b(width);
        fast(hessian, width, a.row());
        plain(hessian, width, b.row());
        expect_same(a.response, b.response, tolerance);
        expect_same(a.scale, b.scale, 0.0f);
        expect_same(a.cos2, b.cos2, 1e-6f);
        expect_same(a.sin2, b.sin2, 1e-6f);
    });
}

class GaussianOfSigma : public testing::TestWithParam<double> {};

TEST_P(GaussianOfSigma, TapsDifferFromTheExactGaussianByLessThanAThousandth) {
    const double sigma = GetParam();
    const GaussianTaps taps = make_gaussian_taps(sigma);
    const double largest = 1.0 / (sigma * std::sqrt(2.0 * std::numbers::pi));
    for (std::size_t k = 0; k <= taps.radius(); ++k) {
        const double t = static_cast<double>(k) / sigma;
        const double g = std::exp(-0.5 * t * t) * largest;
        EXPECT_NEAR(taps.smooth[k], g, 1e-4 * largest);
        EXPECT_NEAR(taps.first[k], t * g, 1e-4 * largest);
        EXPECT_NEAR(taps.second[k], (t * t - 1.0) * g, 1e-3 * largest);
    }
}

TEST_P(GaussianOfSigma, ConstantsAnswerNothingAndRampsTheirSlope) {
    const double sigma = GetParam();
    const GaussianTaps taps = make_gaussian_taps(sigma);
    double constant = static_cast<double>(taps.smooth[0]), flat = static_cast<double>(taps.second[0]),
           ramp = 0.0;
    for (std::size_t k = 1; k <= taps.radius(); ++k) {
        constant += 2.0 * static_cast<double>(taps.smooth[k]);
        flat += 2.0 * static_cast<double>(taps.second[k]);
        ramp += 2.0 * static_cast<double>(k) * static_cast<double>(taps.first[k]);
    }
    EXPECT_NEAR(constant, 1.0, 1e-6);
    EXPECT_NEAR(flat, 0.0, 1e-6);
    EXPECT_NEAR(ramp, sigma, 2e-3 * sigma);  // 0.1 % of the second moment of a Gaussian lies beyond 4 sigma
}

INSTANTIATE_TEST_SUITE_P(Kernels, GaussianOfSigma, testing::Values(1.0, 1.26, 2.0, 3.7, 8.0));

TEST(Gaussian, HessianOfAGaussianBlobIsTheOneOnPaper) {
    // Blurring a Gaussian of deviation b by one of s gives one of sqrt(b^2 + s^2), whose curvature is known.
    constexpr double blob = 3.0, sigma = 2.0, variance = blob * blob + sigma * sigma;
    const GaussianTaps taps = make_gaussian_taps(sigma);
    const auto radius = static_cast<int>(taps.radius());
    const int size = 2 * radius + 1;
    std::vector<std::vector<float>> image;
    std::vector<const float*> rows;
    for (int y = -radius; y <= radius; ++y) {
        image.emplace_back();
        for (int x = -radius; x <= radius; ++x)
            image.back().push_back(static_cast<float>(
                std::exp(-((x - 1.0) * (x - 1.0) + (y + 2.0) * (y + 2.0)) / (2.0 * blob * blob))));
    }
    for (const auto& row : image) rows.push_back(row.data());
    std::vector<float> smooth(image[0].size()), first = smooth, second = smooth;
    gaussian_columns(rows.data(), taps, static_cast<std::size_t>(size), smooth.data(), first.data(),
                     second.data());
    float xx = 0.0f, xy = 0.0f, yy = 0.0f;
    hessian_row(smooth.data() + radius, first.data() + radius, second.data() + radius, taps, 1, &xx, &xy,
                &yy);
    const double x = -1.0, y = 2.0;  // from the middle of the blob
    const double height =
        blob * blob / variance * std::exp(-(x * x + y * y) / (2.0 * variance)) * sigma * sigma;
    // The largest of the taps' errors is 0.1 % of a response of 0.2.
    EXPECT_NEAR(xx, height * (x * x / variance - 1.0) / variance, 2e-4);
    EXPECT_NEAR(xy, height * x * y / (variance * variance), 2e-4);
    EXPECT_NEAR(yy, height * (y * y / variance - 1.0) / variance, 2e-4);
}

TEST(GaussianColumns, MatchesReferenceOnEveryTargetAndWidth) {
    const GaussianTaps taps = make_gaussian_taps(1.7);
    on_every_target_and_width([&](std::size_t width) {
        const Rows rows(2 * taps.radius() + 1, width);
        std::vector<float> fast[3], plain[3];
        for (int i = 0; i < 3; ++i) fast[i] = plain[i] = output(width);
        gaussian_columns(rows.pointers.data(), taps, width, fast[0].data(), fast[1].data(), fast[2].data());
        reference::gaussian_columns(rows.pointers.data(), taps, width, plain[0].data(), plain[1].data(),
                                    plain[2].data());
        // Sums of 15 products below 1, added in another order.
        for (int i = 0; i < 3; ++i) expect_same(fast[i], plain[i], 2e-6f);
    });
}

TEST(HessianRow, MatchesReferenceOnEveryTargetAndWidth) {
    const GaussianTaps taps = make_gaussian_taps(1.7);
    on_every_target_and_width([&](std::size_t width) {
        const Rows rows(3, width + 2 * taps.radius());
        const auto at = [&](std::size_t i) { return rows.pointers[i] + taps.radius(); };
        std::vector<float> fast[3], plain[3];
        for (int i = 0; i < 3; ++i) fast[i] = plain[i] = output(width);
        hessian_row(at(0), at(1), at(2), taps, width, fast[0].data(), fast[1].data(), fast[2].data());
        reference::hessian_row(at(0), at(1), at(2), taps, width, plain[0].data(), plain[1].data(),
                               plain[2].data());
        for (int i = 0; i < 3; ++i) expect_same(fast[i], plain[i], 2e-6f);
    });
}

TEST(RidgeNormRow, MatchesReferenceOnEveryTargetAndWidth) {
    on_every_target_and_width([](std::size_t width) {
        const HessianRow h(width);
        std::vector<float> fast = output(width), plain = output(width);
        ridge_norm_row(h.xx.data(), h.xy.data(), h.yy.data(), width, fast.data());
        reference::ridge_norm_row(h.xx.data(), h.xy.data(), h.yy.data(), width, plain.data());
        expect_same(fast, plain, 1e-6f);
    });
}

/// A root of 13 bits and a cubic for 2^x: a ten thousandth each.
constexpr float frangi_tolerance = 2e-4f;

TEST(FrangiRow, MatchesReferenceOnEveryTargetAndWidth) {
    const Frangi frangi = make_frangi(0.5, 0.4);
    const std::vector<float> distance = random_values(67, 8, 0.0f, 4.0f);
    for (const BorderRow& border : {BorderRow{}, BorderRow{distance.data(), 1.0f}})
        expect_same_measure(
            [&](const HessianRow& h, std::size_t n, const BestRow& best) {
                frangi_row(h.xx.data(), h.xy.data(), h.yy.data(), n, 2.0f, frangi, border, best);
            },
            [&](const HessianRow& h, std::size_t n, const BestRow& best) {
                reference::frangi_row(h.xx.data(), h.xy.data(), h.yy.data(), n, 2.0f, frangi, border, best);
            },
            frangi_tolerance);
}

TEST(FrangiRow, TheFirstScaleOverwritesWhatIsThere) {
    const Frangi frangi = make_frangi(0.5, 0.4);
    on_every_target_and_width([&](std::size_t width) {
        const HessianRow h(width);
        BestRows a(width), b(width);
        BestRow fast = a.row(), plain = b.row();
        fast.empty = plain.empty = true;
        frangi_row(h.xx.data(), h.xy.data(), h.yy.data(), width, 2.0f, frangi, {}, fast);
        reference::frangi_row(h.xx.data(), h.xy.data(), h.yy.data(), width, 2.0f, frangi, {}, plain);
        expect_same(a.response, b.response, frangi_tolerance);
        expect_same(a.scale, b.scale, 0.0f);
    });
}

/// Taps as derivatives of a scale space have them.
const std::vector<float> first_taps = {0.0f, 0.6f, -0.05f}, second_taps = {-2.2f, 1.2f, -0.1f};

TEST(FrangiOfSmoothRows, MatchesReferenceOnEveryTargetAndWidth) {
    const Frangi frangi = make_frangi(0.5, 0.8);
    on_every_target_and_width([&](std::size_t width) {
        const Rows rows(6, width + 4);
        std::vector<const float*> smooth;
        for (std::size_t i = 0; i < 5; ++i) smooth.push_back(rows.pointers[i] + 2);
        BestRows a(width), b(width);
        frangi_of_smooth_rows(smooth.data(), rows.pointers[5] + 2, {first_taps, second_taps}, width, 2.0f,
                              frangi, {}, a.row());
        reference::frangi_of_smooth_rows(smooth.data(), rows.pointers[5] + 2, {first_taps, second_taps},
                                         width, 2.0f, frangi, {}, b.row());
        expect_same(a.response, b.response, frangi_tolerance);
        expect_same(a.cos2, b.cos2, 1e-5f);
    });
}

TEST(FrangiOfMiddleRow, MatchesReferenceOnEveryTargetAndWidth) {
    const Frangi frangi = make_frangi(0.5, 0.8);
    on_every_target_and_width([&](std::size_t width) {
        const Rows rows(18, width);
        SixRows six;
        for (std::size_t i = 0; i < 6; ++i) {
            six.xx[i] = rows.pointers[i];
            six.xy[i] = rows.pointers[6 + i];
            six.yy[i] = rows.pointers[12 + i];
        }
        BestRows a(width), b(width);
        frangi_of_middle_row(six, width, 2.0f, frangi, {}, a.row());
        reference::frangi_of_middle_row(six, width, 2.0f, frangi, {}, b.row());
        expect_same(a.response, b.response, frangi_tolerance);
        expect_same(a.cos2, b.cos2, 1e-5f);
    });
}

/// Rows of one kernel that has the same arguments fast and plain, for taps of every length.
template <class Kernel>
void expect_same_sums(const Kernel& fast, const Kernel& plain, std::size_t columns_per_value) {
    for (const std::size_t radius : {1, 2, 3, 4, 5, 6, 9}) {
        const std::vector<float> taps = random_values(radius + 1, 4);
        on_every_target_and_width([&](std::size_t width) {
            const Rows rows(2 * radius + 1, columns_per_value * width + 2 * radius + 1);
            std::vector<float> a = output(width), b = output(width);
            fast(rows, radius, taps, width, a.data());
            plain(rows, radius, taps, width, b.data());
            expect_same(a, b, 5e-6f);  // sums of up to 19 products below 1, added in another order
        });
    }
}

using TapsKernel = std::function<void(const Rows&, std::size_t, std::span<const float>, std::size_t, float*)>;

TEST(ScaleSpaceRows, SumsOfTapsMatchTheReference) {
    const auto columns = [](auto kernel) -> TapsKernel {
        return [kernel](const Rows& rows, std::size_t, std::span<const float> taps, std::size_t n,
                        float* out) { kernel(rows.pointers.data(), taps, n, out); };
    };
    const auto along = [](auto kernel) -> TapsKernel {
        return [kernel](const Rows& rows, std::size_t radius, std::span<const float> taps, std::size_t n,
                        float* out) { kernel(rows.pointers[0] + radius, taps, n, out); };
    };
    expect_same_sums(columns(smooth_columns), columns(reference::smooth_columns), 1);
    expect_same_sums(columns(difference_columns), columns(reference::difference_columns), 1);
    expect_same_sums(along(smooth_row), along(reference::smooth_row), 1);
    expect_same_sums(along(halve_row), along(reference::halve_row), 2);
}

TEST(ScaleSpaceRows, InterpolationIsExactForFifthDegree) {
    const auto polynomial = [](double t) {
        return 0.3 - t + 0.2 * t * t + 0.05 * t * t * t - 0.002 * std::pow(t, 5);
    };
    std::vector<float> in;
    for (int i = 0; i < 12; ++i) in.push_back(static_cast<float>(polynomial(0.3 * (i - 6))));
    float out[14];
    reference::double_row(in.data() + 2, 7, out);
    for (int i = 0; i < 14; ++i) EXPECT_NEAR(out[i], polynomial(0.3 * (0.5 * i - 4)), 1e-6) << i;
}

TEST(ScaleSpaceRows, InterpolationMatchesTheReference) {
    on_every_target_and_width([](std::size_t width) {
        const Rows rows(6, width + 5);
        std::vector<float> a = output(2 * width), b = output(2 * width);
        double_row(rows.pointers[0] + 2, width, a.data());
        reference::double_row(rows.pointers[0] + 2, width, b.data());
        expect_same(a, b, 1e-6f);
        middle_row(rows.pointers.data(), width, a.data());
        reference::middle_row(rows.pointers.data(), width, b.data());
        expect_same(a, b, 1e-6f);
    });
}

TEST(ScaleSpaceRows, SecondDerivativesMatchTheReference) {
    on_every_target_and_width([](std::size_t width) {
        const Rows rows(6, width + 4);
        std::vector<const float*> smooth;
        for (std::size_t i = 0; i < 5; ++i) smooth.push_back(rows.pointers[i] + 2);
        std::vector<float> a[3], b[3];
        for (int i = 0; i < 3; ++i) a[i] = b[i] = output(width);
        const DerivativeTaps taps{first_taps, second_taps};
        second_derivatives_row(smooth.data(), rows.pointers[5] + 2, taps, width,
                               {a[0].data(), a[1].data(), a[2].data()});
        reference::second_derivatives_row(smooth.data(), rows.pointers[5] + 2, taps, width,
                                          {b[0].data(), b[1].data(), b[2].data()});
        for (int i = 0; i < 3; ++i) expect_same(a[i], b[i], 2e-6f);
    });
}

TEST(SatoRow, MatchesReferenceOnEveryTargetAndWidth) {
    expect_same_measure(
        [](const HessianRow& h, std::size_t n, const BestRow& best) {
            sato_row(h.xx.data(), h.xy.data(), h.yy.data(), n, 2.0f, best);
        },
        [](const HessianRow& h, std::size_t n, const BestRow& best) {
            reference::sato_row(h.xx.data(), h.xy.data(), h.yy.data(), n, 2.0f, best);
        });
}

TEST(JermanRow, MatchesReferenceOnEveryTargetAndWidth) {
    const JermanParameters p{0.75f, 1.5f};
    expect_same_measure(
        [&](const HessianRow& h, std::size_t n, const BestRow& best) {
            jerman_row(h.xx.data(), h.xy.data(), h.yy.data(), n, 2.0f, p, best);
        },
        [&](const HessianRow& h, std::size_t n, const BestRow& best) {
            reference::jerman_row(h.xx.data(), h.xy.data(), h.yy.data(), n, 2.0f, p, best);
        });
}

TEST(AddDirectionRow, MatchesReferenceOnEveryTargetAndWidth) {
    on_every_target_and_width([](std::size_t width) {
        const std::vector<float> response = random_values(width, 1);
        BestRows a(width), b(width);
        for (int repeat = 0; repeat < 2; ++repeat) {
            add_direction_row(response.data(), 0.8f, -0.6f, width, a.response.data(), a.cos2.data(),
                              a.sin2.data());
            reference::add_direction_row(response.data(), 0.8f, -0.6f, width, b.response.data(),
                                         b.cos2.data(), b.sin2.data());
        }
        expect_same(a.response, b.response, 0.0f);
        expect_same(a.cos2, b.cos2, 1e-6f);
        expect_same(a.sin2, b.sin2, 1e-6f);
    });
}

TEST(AddScaleRow, MatchesReferenceOnEveryTargetAndWidth) {
    on_every_target_and_width([](std::size_t width) {
        const std::vector<float> response = random_values(width, 1), cos2 = random_values(width, 2),
                                 sin2 = random_values(width, 3);
        std::vector<float> clutter = random_values(width, 4);
        for (float& c : clutter) c = 0.5f + std::abs(c);
        BestRows a(width), b(width);
        std::vector<float> squares_a(width), squares_b(width);
        for (const float sigma : {2.0f, 3.0f}) {
            add_scale_row(
                response.data(), cos2.data(), sin2.data(), clutter.data(), sigma, width,
                {squares_a.data(), a.response.data(), a.scale.data(), a.cos2.data(), a.sin2.data()});
            reference::add_scale_row(
                response.data(), cos2.data(), sin2.data(), clutter.data(), sigma, width,
                {squares_b.data(), b.response.data(), b.scale.data(), b.cos2.data(), b.sin2.data()});
            std::reverse(clutter.begin(), clutter.end());
        }
        expect_same(squares_a, squares_b, 1e-5f);
        expect_same(a.response, b.response, 1e-6f);
        expect_same(a.scale, b.scale, 0.0f);
        expect_same(a.cos2, b.cos2, 1e-5f);
        expect_same(a.sin2, b.sin2, 1e-5f);
    });
}

TEST(DirectionRow, MatchesReferenceOnEveryTargetAndWidth) {
    on_every_target_and_width([](std::size_t width) {
        std::vector<float> cos2 = random_values(width, 1), sin2 = random_values(width, 2);
        for (std::size_t x = 0; x < width; ++x) {
            if (x % 5 == 1) cos2[x] = 0.0f;
            if (x % 5 == 2) sin2[x] = x % 2 == 0 ? 0.0f : -0.0f;
            if (x % 5 == 3) cos2[x] = sin2[x] = 0.0f;
        }
        std::vector<float> fast = output(width), plain = output(width);
        direction_row(cos2.data(), sin2.data(), width, fast.data());
        reference::direction_row(cos2.data(), sin2.data(), width, plain.data());
        expect_same(fast, plain, 1e-5f);  // of the arctangent's polynomial, radians
    });
}

TEST(DirectionRow, AVerticalLineIsAtPlusAQuarterTurn) {
    const float cos2[] = {-1.0f, -1.0f, 1.0f, 0.0f}, sin2[] = {0.0f, -0.0f, -0.0f, -1.0f};
    float angle[4];
    reference::direction_row(cos2, sin2, 4, angle);
    const auto quarter = static_cast<float>(std::numbers::pi / 2.0);
    EXPECT_THAT(angle,
                testing::Pointwise(testing::FloatNear(1e-6f), {quarter, quarter, 0.0f, -0.5f * quarter}));
}

TEST(WeightedSumRow, MatchesReferenceOnEveryTargetAndWidth) {
    for (const std::size_t count : {0, 1, 2, 7}) {
        const std::vector<float> weights = random_values(count, 9);
        on_every_target_and_width([&](std::size_t width) {
            const Rows rows(count, width);
            std::vector<float> fast = output(width), plain = output(width);
            weighted_sum_row(rows.pointers.data(), weights.data(), count, width, fast.data());
            reference::weighted_sum_row(rows.pointers.data(), weights.data(), count, width, plain.data());
            expect_same(fast, plain, 2e-6f);
        });
    }
}

TEST(ConvolveRow, MatchesReferenceOnEveryTargetAndWidth) {
    for (const std::size_t taps : {1, 9, 27})
        for (const std::size_t outputs : {1, 2, 3, 4, 5, 6, 7, 13, 16}) {
            const FilterBank bank = make_filter_bank(random_values(taps * outputs, 3),
                                                     random_values(outputs, 4), outputs % 2 == 0);
            on_every_target_and_width([&](std::size_t width) {
                const Rows rows(taps, width + read_beyond);
                const std::size_t stride = width + 3;
                std::vector<float> fast = output(outputs * stride), plain = output(outputs * stride);
                convolve_row(rows.pointers.data(), bank, width, fast.data(), stride);
                reference::convolve_row(rows.pointers.data(), bank, width, plain.data(), stride);
                expect_same(fast, plain, 5e-6f);  // sums of up to 27 products below 1, added in another order
            });
        }
}

TEST(ConvolveRow, LongRowsMatchTheReferenceWhereTheyArePartedForTheCache) {
    constexpr std::size_t taps = 576, outputs = 10, width = 333;
    const FilterBank bank =
        make_filter_bank(random_values(taps * outputs, 3), random_values(outputs, 4), false);
    const Rows rows(taps, width + read_beyond);
    std::vector<float> fast = output(outputs * width), plain = output(outputs * width);
    convolve_row(rows.pointers.data(), bank, width, fast.data(), width);
    reference::convolve_row(rows.pointers.data(), bank, width, plain.data(), width);
    expect_same(fast, plain, 1e-4f);
}

TEST(ConvolveRow, GivesTheValuesOnPaper) {
    const float left[] = {1.0f, 2.0f, 3.0f}, right[] = {10.0f, 20.0f, 30.0f};
    const float* taps[] = {left, right};
    const float weights[] = {1.0f, 0.5f, -1.0f, 0.0f}, bias[] = {0.25f, 2.0f};
    float out[6];
    reference::convolve_row(taps, make_filter_bank(weights, bias, true), 3, out, 3);
    EXPECT_THAT(out, testing::ElementsAre(6.25f, 12.25f, 18.25f, 1.0f, 0.0f, 0.0f));
}

TEST(PatchNumbersRow, MatchesReferenceOnEveryTargetAndWidth) {
    on_every_target_and_width([](std::size_t width) {
        const Rows rows(4, 1 + 2 * width + read_beyond);
        std::vector<const float*> from;
        for (const float* row : rows.pointers) from.push_back(row + 1);
        const std::size_t stride = width + 5;
        std::vector<float> fast = output(patch_numbers * stride), plain = output(patch_numbers * stride);
        patch_numbers_row(from.data(), width, fast.data(), stride);
        reference::patch_numbers_row(from.data(), width, plain.data(), stride);
        expect_same(fast, plain, 1e-6f);
    });
}

TEST(PatchPixelsRow, MatchesReferenceOnEveryTargetAndWidth) {
    for (const bool rectified : {false, true})
        on_every_target_and_width([&](std::size_t width) {
            const std::size_t stride = width + 5;
            const std::vector<float> sums = random_values(patch_numbers * stride, 7);
            std::vector<float> a[2] = {output(2 * width), output(2 * width)}, b[2] = {a[0], a[1]};
            patch_pixels_row(sums.data(), stride, 0.1f, rectified, width, a[0].data(), a[1].data());
            reference::patch_pixels_row(sums.data(), stride, 0.1f, rectified, width, b[0].data(),
                                        b[1].data());
            for (int i = 0; i < 2; ++i) expect_same(a[i], b[i], 3e-6f);  // sums of nine
        });
}

TEST(PatchFilters, GiveTheConvolutionThatTheyComeFrom) {
    constexpr std::size_t channels = 3, outputs = 2, patches = 9, width = 2 * patches, stride = patches + 2;
    const std::vector<float> weights = random_values(channels * outputs * 9, 5);
    const std::vector<float> bias = random_values(outputs, 6);
    const std::vector<FilterBank> filters = make_patch_filters(weights, outputs);
    const Rows rows(4 * channels, width + 2);  // four of each channel, from column -1 on
    std::vector<float> numbers(channels * patch_numbers * stride), sums(outputs * patch_numbers * stride);
    for (std::size_t c = 0; c < channels; ++c) {
        const float* four[4];
        for (std::size_t i = 0; i < 4; ++i) four[i] = rows.pointers[4 * c + i] + 1;
        reference::patch_numbers_row(four, patches, numbers.data() + c * stride, channels * stride);
    }
    for (std::size_t k = 0; k < patch_numbers; ++k) {
        const float* taps[channels];
        for (std::size_t c = 0; c < channels; ++c) taps[c] = numbers.data() + (k * channels + c) * stride;
        reference::convolve_row(taps, filters[k], patches, sums.data() + k * outputs * stride, stride);
    }
    std::vector<const float*> taps[2];  // of the upper and of the lower row
    for (std::size_t lower = 0; lower < 2; ++lower)
        for (std::size_t c = 0; c < channels; ++c)
            for (std::size_t row = 0; row < 3; ++row)
                for (std::size_t column = 0; column < 3; ++column)
                    taps[lower].push_back(rows.pointers[4 * c + lower + row] + column);
    const FilterBank direct = make_filter_bank(weights, bias, true);
    std::vector<float> expected[2] = {output(outputs * width), output(outputs * width)};
    for (int i = 0; i < 2; ++i)
        reference::convolve_row(taps[i].data(), direct, width, expected[i].data(), width);
    for (std::size_t k = 0; k < outputs; ++k) {
        float upper[width], lower[width];
        reference::patch_pixels_row(sums.data() + k * stride, outputs * stride, bias[k], true, patches, upper,
                                    lower);
        for (std::size_t x = 0; x < width; ++x) {
            ASSERT_NEAR(upper[x], expected[0][k * width + x], 1e-5f) << k << ' ' << x;
            ASSERT_NEAR(lower[x], expected[1][k * width + x], 1e-5f) << k << ' ' << x;
        }
    }
}

TEST(SplitRow, MatchesReferenceOnEveryTargetAndWidth) {
    on_every_target_and_width([](std::size_t width) {
        const std::vector<float> in = random_values(2 * width, 1);
        std::vector<float> a[2] = {output(width), output(width)}, b[2] = {output(width), output(width)};
        split_row(in.data(), width, a[0].data(), a[1].data());
        reference::split_row(in.data(), width, b[0].data(), b[1].data());
        for (int i = 0; i < 2; ++i) expect_same(a[i], b[i], 0.0f);
    });
}

TEST(EnlargeRow, MatchesReferenceOnEveryTargetAndWidth) {
    on_every_target_and_width([](std::size_t width) {
        if (width == 0) return;
        const Rows rows(2, 1 + width + read_beyond);
        std::vector<float> fast = output(2 * width), plain = output(2 * width);
        enlarge_row(rows.pointers[0] + 1, rows.pointers[1] + 1, width, fast.data());
        reference::enlarge_row(rows.pointers[0] + 1, rows.pointers[1] + 1, width, plain.data());
        expect_same(fast, plain, 1e-6f);
    });
}

TEST(EnlargeRow, KeepsASlopeBetweenTheOutermostPixels) {
    std::vector<float> near, far;  // far one row above
    for (int x = 0; x < 20; ++x)
        near.push_back(static_cast<float>(x)), far.push_back(static_cast<float>(x) - 8);
    float out[40];
    reference::enlarge_row(near.data(), far.data(), 20, out);
    for (int x = 1; x < 39; ++x) EXPECT_FLOAT_EQ(out[x], 0.5f * static_cast<float>(x) - 0.25f - 2.0f) << x;
    EXPECT_FLOAT_EQ(out[0], -2.0f);
    EXPECT_FLOAT_EQ(out[39], 17.0f);
}

/// A row of a summed-area table whose upper row is zero.
std::vector<double> running_sums(const std::vector<float>& values) {
    std::vector<double> sums{0.0};
    for (const float value : values) sums.push_back(sums.back() + static_cast<double>(value));
    return sums;
}

TEST(LocalContrastRow, MatchesReferenceOnEveryTargetAndWidth) {
    constexpr std::size_t window = 13;
    on_every_target_and_width([](std::size_t width) {
        const std::vector<float> values = random_values(width + window, 1, -50.0f, 50.0f);
        std::vector<float> counted(width + window, 1.0f), squares;
        for (std::size_t x = 0; x < counted.size(); x += 5) counted[x] = 0.0f;
        for (const float value : values) squares.push_back(value * value);
        const std::vector<double> top(width + window + 1, 0.0),
            sums = running_sums(values), of_squares = running_sums(squares), counts = running_sums(counted);
        const WindowTables tables{
            {top.data(), sums.data()}, {top.data(), of_squares.data()}, {top.data(), counts.data()}, window};
        std::vector<float> fast = output(width), plain = output(width);
        local_contrast_row(values.data(), counted.data(), tables, 0.5f, 2.0f, width, fast.data());
        reference::local_contrast_row(values.data(), counted.data(), tables, 0.5f, 2.0f, width, plain.data());
        expect_same(fast, plain, 1e-5f);
    });
}

TEST(SoftmaxRows, MatchesReferenceOnEveryTargetAndWidth) {
    on_every_target_and_width([](std::size_t width) {
        std::vector<float> fast[4], plain[4];
        float *to_fast[4], *to_plain[4];
        for (unsigned i = 0; i < 4; ++i) {
            fast[i] = random_values(width, i, -30.0f, 30.0f);
            fast[i].resize(width + guard, untouched);
            plain[i] = fast[i];
            to_fast[i] = fast[i].data();
            to_plain[i] = plain[i].data();
        }
        softmax_rows(to_fast, 4, width);
        reference::softmax_rows(to_plain, 4, width);
        for (int i = 0; i < 4; ++i) expect_same(fast[i], plain[i], 1e-6f);
    });
}

TEST(SoftmaxRows, LogitsOfAnySizeGiveProbabilities) {
    float a[] = {1000.0f, -1000.0f, 0.0f}, b[] = {0.0f, -1000.0f, std::log(3.0f)};
    float* rows[] = {a, b};
    reference::softmax_rows(rows, 2, 3);
    EXPECT_THAT(a, testing::Pointwise(testing::FloatNear(1e-6f), {1.0f, 0.5f, 0.25f}));
}

TEST(FrangiReference, GivesTheValuesOnPaper) {
    // A line with curvature 2 across and 1 along: R = 1/2, S^2 = 5.
    for (const double beta : {0.1, 0.25, 0.5, 2.0}) {
        const Frangi frangi = make_frangi(beta, 2.0);
        const float u = frangi.unit;
        const float xx[] = {-u, u, 0.0f}, xy[] = {0.0f, 0.0f, 0.0f}, yy[] = {-2.0f * u, 2.0f * u, 0.0f};
        float response[3] = {}, scale[3] = {}, cos2[3] = {}, sin2[3] = {};
        reference::frangi_row(xx, xy, yy, 3, 4.0f, frangi, {}, {response, scale, cos2, sin2});
        // The polynomial of the likeness is interpolated at seven places.
        EXPECT_NEAR(response[0], std::exp(-0.125 / (beta * beta)) * (1.0 - std::exp(-5.0 / 8.0)), 1e-4)
            << beta;
        EXPECT_EQ(response[1], 0.0f);
        EXPECT_EQ(response[2], 0.0f);
        EXPECT_EQ(scale[0], 4.0f);
        EXPECT_EQ(scale[1], 0.0f);
    }
}

}  // namespace
}  // namespace stenometry::kernels
