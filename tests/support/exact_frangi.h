#pragma once

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>
#include <vector>

/// Frangi's measure as it is written: Gaussians sampled far into their tails, in double precision, one
/// two-dimensional convolution a derivative. Slow, and what the fast filter is held to.
namespace stenometry::test {

struct ExactHessian {
    cv::Mat xx, xy, yy;  ///< times sigma squared
};

inline ExactHessian exact_hessian(const cv::Mat& image, double sigma) {
    const int radius = static_cast<int>(std::ceil(6.5 * sigma));
    cv::Mat smooth(2 * radius + 1, 1, CV_64F), first = smooth.clone(), second = smooth.clone();
    for (int k = -radius; k <= radius; ++k)
        smooth.at<double>(k + radius) = std::exp(-0.5 * k * k / (sigma * sigma));
    smooth /= cv::sum(smooth)[0];
    for (int k = -radius; k <= radius; ++k) {
        const double t = k / sigma, g = smooth.at<double>(k + radius);
        first.at<double>(k + radius) = t * g;
        second.at<double>(k + radius) = (t * t - 1.0) * g;
    }
    second -= cv::sum(second)[0] * smooth;  // a constant has no derivative
    cv::Mat exact;
    image.convertTo(exact, CV_64F);
    const auto filter = [&](const cv::Mat& along, const cv::Mat& down) {
        cv::Mat out;
        cv::sepFilter2D(exact, out, CV_64F, along, down, {-1, -1}, 0.0, cv::BORDER_REPLICATE);
        return out;
    };
    return {filter(second, smooth), filter(first, first), filter(smooth, second)};
}

struct ExactFrangi {
    cv::Mat response;
    /// 255 where some scale's eigenvalues are equally large and opposite, within 1 % of their norm: there a
    /// bright line turns into a dark one, and the measure jumps from exp(-1 / (2 beta^2)) of its strength to
    /// 0.
    cv::Mat jumps;
};

/// \param strength Frangi's c
inline ExactFrangi exact_frangi(const std::vector<ExactHessian>& scales, double beta, double strength) {
    const cv::Size size = scales.front().xx.size();
    ExactFrangi exact{cv::Mat::zeros(size, CV_64F), cv::Mat::zeros(size, CV_8U)};
    for (const ExactHessian& h : scales)
        for (int y = 0; y < size.height; ++y)
            for (int x = 0; x < size.width; ++x) {
                const double xx = h.xx.at<double>(y, x), xy = h.xy.at<double>(y, x),
                             yy = h.yy.at<double>(y, x);
                const double mean = -0.5 * (xx + yy), radius = std::hypot(0.5 * (xx - yy), xy);
                const double across = mean + radius, along = mean - radius;
                const double norm2 = across * across + along * along;
                if (std::abs(mean) < 0.01 * std::sqrt(norm2)) exact.jumps.at<std::uint8_t>(y, x) = 255;
                if (mean <= 0.0) continue;
                const double blobness = along / across;
                double& best = exact.response.at<double>(y, x);
                best = std::max(best, std::exp(-blobness * blobness / (2.0 * beta * beta)) *
                                          (1.0 - std::exp(-norm2 / (2.0 * strength * strength))));
            }
    return exact;
}

/// Largest norm of any scale.
inline double largest_norm(const std::vector<ExactHessian>& scales) {
    double largest = 0.0;
    for (const ExactHessian& h : scales) {
        double here = 0.0;
        cv::minMaxLoc(h.xx.mul(h.xx) + 2.0 * h.xy.mul(h.xy) + h.yy.mul(h.yy), nullptr, &here);
        largest = std::max(largest, std::sqrt(here));
    }
    return largest;
}

struct Agreement {
    double correlation = 0.0;
    double largest_difference = 0.0;  ///< as a share of the largest exact response, jumps left out
    double jump_share = 0.0;          ///< of pixels that differ by more than 0.02 where the measure jumps
};

inline Agreement agreement(const cv::Mat& response, const ExactFrangi& exact) {
    cv::Mat got;
    response.convertTo(got, CV_64F);
    cv::Scalar mean, sd, exact_mean, exact_sd;
    cv::meanStdDev(got, mean, sd);
    cv::meanStdDev(exact.response, exact_mean, exact_sd);
    const double count = static_cast<double>(got.total());
    double largest = 0.0;
    cv::minMaxLoc(exact.response, nullptr, &largest);
    cv::Mat difference = cv::abs(got - exact.response) / largest;
    Agreement agreement;
    agreement.correlation =
        (got.dot(exact.response) / count - mean[0] * exact_mean[0]) / (sd[0] * exact_sd[0]);
    agreement.jump_share = cv::countNonZero((difference > 0.02) & exact.jumps) / count;
    difference.setTo(0.0, exact.jumps);
    cv::minMaxLoc(difference, nullptr, &agreement.largest_difference);
    return agreement;
}

}  // namespace stenometry::test
