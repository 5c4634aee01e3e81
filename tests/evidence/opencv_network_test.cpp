#include <gtest/gtest.h>

#include <cmath>
#include <opencv2/dnn.hpp>

#include "evidence/network_run.h"
#include "support/network_bytes.h"

namespace stenometry::testing {
namespace {

std::string name_of(std::size_t operation) { return "operation" + std::to_string(operation); }

cv::dnn::LayerParams convolution(const PlainOperation& operation, int channels_in) {
    const int out = int(operation.channels), side = int(operation.kernel);
    cv::dnn::LayerParams layer;
    layer.type = "Convolution";
    layer.set("kernel_size", side);
    layer.set("stride", int(operation.stride));
    layer.set("pad", side / 2);
    layer.set("num_output", out);
    layer.set("bias_term", true);
    const std::vector<int> shape{out, channels_in, side, side};
    layer.blobs = {cv::Mat(shape, CV_32F, const_cast<float*>(operation.weights.data())).clone(),
                   cv::Mat(1, out, CV_32F, const_cast<float*>(operation.bias.data())).clone()};
    return layer;
}

cv::dnn::LayerParams layer_of(const PlainOperation& operation, int channels_in) {
    if (operation.kind == PlainOperation::convolution) return convolution(operation, channels_in);
    cv::dnn::LayerParams layer;
    if (operation.kind == PlainOperation::enlargement) {
        layer.type = "Resize";
        layer.set("interpolation", "opencv_linear");
        layer.set("zoom_factor_x", 2);
        layer.set("zoom_factor_y", 2);
    } else {
        layer.type = operation.kind == PlainOperation::sum ? "Eltwise" : "Concat";
    }
    return layer;
}

/// The same network as OpenCV has it, built layer by layer.
cv::dnn::Net in_opencv(const std::vector<PlainOperation>& operations) {
    cv::dnn::Net net;
    std::vector<int> made{0};  // the input
    for (std::size_t i = 1; i < operations.size(); ++i) {
        const PlainOperation& operation = operations[i];
        const int channels_in = int(operations[operation.inputs[0]].channels);
        cv::dnn::LayerParams layer = layer_of(operation, channels_in);
        int id = net.addLayer(name_of(i), layer.type, layer);
        for (std::size_t k = 0; k < operation.inputs.size(); ++k)
            net.connect(made[operation.inputs[k]], 0, id, int(k));
        if (operation.rectified) {
            cv::dnn::LayerParams relu;
            const int after = net.addLayer(name_of(i) + "relu", "ReLU", relu);
            net.connect(id, 0, after, 0);
            id = after;
        }
        made.push_back(id);
    }
    net.setPreferableBackend(cv::dnn::DNN_BACKEND_OPENCV);
    return net;
}

/// The greatest difference between the two, for one picture of noise.
double greatest_difference(const NetworkWriter& writer, int width, int height) {
    const ConvolutionalNetwork network = read_network(writer.bytes(), "made here");
    const int channels = network.input().channels;
    const std::vector<int> shape{1, channels, height, width};
    cv::Mat input(shape, CV_32F);
    cv::randn(input, 0.0, 1.5);
    NetworkRun run(network);
    run.resize(width, height);
    for (int c = 0; c < channels; ++c)
        for (int y = 0; y < height; ++y)
            std::copy_n(input.ptr<float>(0, c) + y * width, width, run.input_row(c, y));
    run.run();
    cv::dnn::Net net = in_opencv(writer.operations());
    net.setInput(input);
    const cv::Mat theirs = net.forward();
    EXPECT_EQ(theirs.size[2], run.output_height());
    EXPECT_EQ(theirs.size[3], run.output_width());
    double greatest = 0;
    for (int c = 0; c < network.output().channels; ++c)
        for (int y = 0; y < run.output_height(); ++y)
            for (int x = 0; x < run.output_width(); ++x)
                greatest =
                    std::max(greatest, std::abs(double{run.output_row(c, y)[x]} -
                                                double{theirs.ptr<float>(0, c)[y * theirs.size[3] + x]}));
    return greatest;
}

TEST(NetworkInOpenCV, IsTheSameToOneInTenThousand) {
    for (const unsigned seed : {1U, 2U, 3U}) {
        EXPECT_LT(greatest_difference(small_unet(seed), 128, 96), 1e-4) << seed;
        EXPECT_LT(greatest_difference(small_unet(seed), 72, 200), 1e-4) << seed;
    }
    EXPECT_LT(greatest_difference(large_unet(), 512, 512), 1e-4);
    EXPECT_LT(greatest_difference(large_unet(), 320, 96), 1e-4);
}

}  // namespace
}  // namespace stenometry::testing
