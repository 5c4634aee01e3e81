#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "support/network_bytes.h"

namespace stenometry::testing {

/// Channels of an image as loops see them.
struct PlainImage {
    int channels = 0, width = 0, height = 0;
    std::vector<double> values;

    PlainImage(int c, int w, int h)
        : channels(c), width(w), height(h), values(std::size_t(c) * std::size_t(w) * std::size_t(h)) {}
    double& at(int c, int x, int y) { return values[std::size_t((c * height + y) * width + x)]; }
    double at(int c, int x, int y) const { return values[std::size_t((c * height + y) * width + x)]; }
    double or_zero(int c, int x, int y) const {
        return x >= 0 && y >= 0 && x < width && y < height ? at(c, x, y) : 0.0;
    }
};

inline PlainImage convolved(const PlainImage& in, const PlainOperation& operation) {
    const int stride = int(operation.stride), side = int(operation.kernel), reach = side / 2;
    PlainImage out(int(operation.channels), in.width / stride, in.height / stride);
    for (int k = 0; k < out.channels; ++k)
        for (int y = 0; y < out.height; ++y)
            for (int x = 0; x < out.width; ++x) {
                double sum = double{operation.bias[std::size_t(k)]};
                for (int c = 0; c < in.channels; ++c)
                    for (int v = 0; v < side; ++v)
                        for (int u = 0; u < side; ++u)
                            sum += double{operation.weights[std::size_t(
                                       ((k * in.channels + c) * side + v) * side + u)]} *
                                   in.or_zero(c, x * stride + u - reach, y * stride + v - reach);
                out.at(k, x, y) = operation.rectified ? std::max(sum, 0.0) : sum;
            }
    return out;
}

inline PlainImage enlarged_twice(const PlainImage& in) {
    PlainImage out(in.channels, 2 * in.width, 2 * in.height);
    const auto place = [](int i, int n) { return std::clamp((i + 0.5) / 2 - 0.5, 0.0, n - 1.0); };
    for (int c = 0; c < in.channels; ++c)
        for (int y = 0; y < out.height; ++y)
            for (int x = 0; x < out.width; ++x) {
                const double px = place(x, in.width), py = place(y, in.height);
                const int x0 = int(px), y0 = int(py);
                const int x1 = std::min(x0 + 1, in.width - 1), y1 = std::min(y0 + 1, in.height - 1);
                const double fx = px - x0, fy = py - y0;
                out.at(c, x, y) = (1 - fy) * ((1 - fx) * in.at(c, x0, y0) + fx * in.at(c, x1, y0)) +
                                  fy * ((1 - fx) * in.at(c, x0, y1) + fx * in.at(c, x1, y1));
            }
    return out;
}

/// What a network is by its definition.
inline PlainImage run_plainly(const std::vector<PlainOperation>& operations, const PlainImage& input) {
    std::vector<PlainImage> made;
    for (const PlainOperation& operation : operations) {
        const auto in = [&](std::size_t i) -> const PlainImage& { return made[operation.inputs[i]]; };
        switch (operation.kind) {
            case PlainOperation::input:
                made.push_back(input);
                break;
            case PlainOperation::convolution:
                made.push_back(convolved(in(0), operation));
                break;
            case PlainOperation::enlargement:
                made.push_back(enlarged_twice(in(0)));
                break;
            case PlainOperation::concatenation: {
                PlainImage joined(int(operation.channels), in(0).width, in(0).height);
                joined.values.clear();
                for (std::size_t i = 0; i < operation.inputs.size(); ++i)
                    joined.values.insert(joined.values.end(), in(i).values.begin(), in(i).values.end());
                made.push_back(std::move(joined));
                break;
            }
            case PlainOperation::sum: {
                PlainImage both = in(0);
                for (std::size_t i = 0; i < both.values.size(); ++i) both.values[i] += in(1).values[i];
                made.push_back(std::move(both));
                break;
            }
        }
    }
    return made.back();
}

}  // namespace stenometry::testing
