#include "stenometry/network.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>
#include <iterator>
#include <limits>
#include <mutex>
#include <opencv2/core/utils/logger.hpp>
#include <opencv2/dnn.hpp>
#include <opencv2/imgproc.hpp>
#include <string>
#include <tuple>

#include "core/mat.h"
#include "core/usable_pixels.h"
#include "network/onnx.h"
#include "stenometry/error.h"

namespace stenometry {
namespace {

namespace fs = std::filesystem;

IoError read_error(const fs::path& path, const std::string& cause) {
    return IoError("cannot read " + path.string() + ": " + cause);
}

void require_file(const fs::path& path) {
    std::error_code none;
    if (!fs::exists(path, none)) throw read_error(path, "there is no such file");
    if (fs::is_directory(path, none)) throw read_error(path, "it is a directory");
}

/// Says first that there is no model, where neither it nor its settings are there.
NetworkSettings settings_for(const fs::path& model, const fs::path& settings) {
    require_file(model);
    return read_network_settings(settings.empty() ? fs::path(model).replace_extension(".json") : settings);
}

std::string bytes_of(const fs::path& path) {
    require_file(path);
    std::ifstream file(path, std::ios::binary);
    if (!file) throw read_error(path, "it may not be read");
    std::string bytes{std::istreambuf_iterator<char>(file), {}};
    if (file.bad()) throw read_error(path, "it cannot be read to its end");
    return bytes;
}

/// As long as one lives, OpenCV does not write to standard error what it also throws. It has one level for
/// all threads: the first who comes takes it down, the last who goes puts it back.
class QuietOpenCv {
  public:
    QuietOpenCv() {
        Level& level = level_of_all();
        const std::lock_guard lock(level.changing);
        if (level.users++ == 0)
            level.before = cv::utils::logging::setLogLevel(cv::utils::logging::LOG_LEVEL_SILENT);
    }
    ~QuietOpenCv() {
        Level& level = level_of_all();
        const std::lock_guard lock(level.changing);
        if (--level.users == 0) cv::utils::logging::setLogLevel(level.before);
    }
    QuietOpenCv(const QuietOpenCv&) = delete;
    QuietOpenCv& operator=(const QuietOpenCv&) = delete;

  private:
    struct Level {
        std::mutex changing;
        int users = 0;
        cv::utils::logging::LogLevel before = cv::utils::logging::LOG_LEVEL_WARNING;
    };
    static Level& level_of_all() {
        static Level level;
        return level;
    }
};

/// The first line of what OpenCV has to say.
std::string cause_of(const cv::Exception& error) { return error.err.substr(0, error.err.find('\n')); }

cv::dnn::Net load(const fs::path& path, const std::string& bytes) {
    const QuietOpenCv quiet;
    try {
        cv::dnn::Net net = cv::dnn::readNetFromONNX(bytes.data(), bytes.size());
        if (net.empty()) throw read_error(path, "the model holds no network");
        net.setPreferableBackend(cv::dnn::DNN_BACKEND_OPENCV);
        net.setPreferableTarget(cv::dnn::DNN_TARGET_CPU);
        return net;
    } catch (const cv::Exception& error) {
        throw read_error(path, "OpenCV does not run this model: " + cause_of(error));
    }
}

std::string count(std::size_t number, const std::string& what) {
    return std::to_string(number) + ' ' + what + (number == 1 ? "" : "s");
}

OnnxTensor input_of(const fs::path& path, const std::string& bytes) {
    const auto model = read_onnx_interface(bytes);
    if (!model) throw read_error(path, "it is no ONNX model");
    if (model->inputs.size() != 1 || model->outputs.size() != 1)
        throw read_error(path, "the network must have one input and one output, but has " +
                                   count(model->inputs.size(), "input") + " and " +
                                   count(model->outputs.size(), "output"));
    const OnnxTensor& input = model->inputs.front();
    if (input.axes.size() != 4)
        throw read_error(path, "the input must have the axes image, channel, row and column, but has " +
                                   count(input.axes.size(), "axis"));
    return input;
}

/// Settings in which nothing is left to the model, and nothing contradicts it.
NetworkSettings settled(NetworkSettings settings, const OnnxTensor& input, const fs::path& path) {
    const auto [images, channels, rows, columns] =
        std::tie(input.axes[0], input.axes[1], input.axes[2], input.axes[3]);
    const auto contradiction = [&](const std::string& what, std::int64_t model, std::int64_t stated) {
        return read_error(path, "the network has " + std::to_string(model) + ' ' + what +
                                    ", but the settings say " + std::to_string(stated));
    };
    if (settings.channels == 0) settings.channels = static_cast<int>(channels.value_or(1));
    if (channels && *channels != settings.channels)
        throw contradiction("channels", *channels, settings.channels);
    if (!settings.input_size)
        settings.input_size =
            std::pair(static_cast<int>(columns.value_or(0)), static_cast<int>(rows.value_or(0)));
    const auto [width, height] = *settings.input_size;
    if (columns && *columns != width) throw contradiction("columns", *columns, width);
    if (rows && *rows != height) throw contradiction("rows", *rows, height);
    try {
        settings.validate();
    } catch (const InvalidInput& error) {
        throw read_error(path, error.what());
    }
    if (settings.fit == NetworkFit::tile && width == 0)
        throw read_error(path, "tiles need a size, but the input has any");
    return settings;
}

std::pair<double, double> range_of(const Frame& frame) {
    const Image<std::uint8_t> usable = usable_pixels(frame);
    double low = 0.0, high = 0.0;
    cv::minMaxLoc(as_mat(frame.pixels), &low, &high, nullptr, nullptr, as_mat(usable));
    return {low, high};
}

/// Grey 0..1 by the range, with the vessels as bright or dark as the network has learned them. Empty for a
/// frame without a range: it shows nothing.
cv::Mat grey_of(const Frame& frame, const NetworkSettings& settings) {
    const auto [black, white] = settings.grey_range.value_or(range_of(frame));
    if (!(white > black)) return {};
    cv::Mat grey;
    as_mat(frame.pixels).convertTo(grey, CV_32F, 1.0 / (white - black), -black / (white - black));
    cv::patchNaNs(grey, 0.0);
    grey = cv::min(cv::max(grey, 0.0), 1.0);
    if (settings.vessels_bright) grey = 1.0 - grey;
    return grey;
}

/// Where the tiles of this length begin that cover `whole` with a quarter of overlap or more.
std::vector<int> tile_starts(int whole, int tile) {
    const int step = std::max(1, tile - tile / 4);
    const int count = whole <= tile ? 1 : 1 + (whole - tile + step - 1) / step;
    std::vector<int> starts;
    for (int k = 0; k < count; ++k)
        starts.push_back(count == 1 ? 0 : static_cast<int>(std::int64_t{whole - tile} * k / (count - 1)));
    return starts;
}

/// Weights of a tile: 1 in the middle, falling in a straight line over its outer quarters.
cv::Mat tile_weights(cv::Size size) {
    const auto weight = [](int at, int length) {
        const double edge = std::min(at, length - 1 - at) + 0.5;
        return std::min(1.0, edge / (0.25 * length));
    };
    cv::Mat weights(size, CV_32F);
    for (int y = 0; y < size.height; ++y)
        for (int x = 0; x < size.width; ++x)
            weights.at<float>(y, x) = static_cast<float>(weight(x, size.width) * weight(y, size.height));
    return weights;
}

/// The image with its last row and column repeated.
cv::Mat enlarged(const cv::Mat& image, cv::Size size) {
    cv::Mat large;
    cv::copyMakeBorder(image, large, 0, size.height - image.rows, 0, size.width - image.cols,
                       cv::BORDER_REPLICATE);
    return large;
}

int round_up(int value, int multiple) { return (value + multiple - 1) / multiple * multiple; }

cv::Mat resized(const cv::Mat& image, cv::Size size) {
    if (image.size() == size) return image;
    const bool shrinks = size.width < image.cols && size.height < image.rows;
    cv::Mat result;
    cv::resize(image, result, size, 0.0, 0.0, shrinks ? cv::INTER_AREA : cv::INTER_LINEAR);
    return result;
}

std::string shape_of(const cv::Mat& tensor) {
    std::string shape;
    for (int axis = 0; axis < tensor.dims; ++axis)
        shape += (axis == 0 ? "" : " x ") + std::to_string(tensor.size[axis]);
    return shape;
}

}  // namespace

struct VesselNetwork::Impl {
    fs::path path;
    NetworkSettings settings;
    cv::dnn::Net net;

    Impl(fs::path model, const NetworkSettings& given) : path(std::move(model)) {
        given.validate();
        const std::string bytes = bytes_of(path);
        settings = settled(given, input_of(path, bytes), path);
        net = load(path, bytes);
    }

    [[noreturn]] void fail(const std::string& cause) const {
        throw IoError("cannot run " + path.string() + ": " + cause);
    }

    /// The grey image as tensor, each channel normalised.
    cv::Mat tensor_of(const cv::Mat& grey) const {
        const std::array<int, 4> shape{1, settings.channels, grey.rows, grey.cols};
        cv::Mat tensor(4, shape.data(), CV_32F);
        for (int channel = 0; channel < settings.channels; ++channel) {
            const auto at = [channel](const std::vector<double>& list) {
                return list[list.size() == 1 ? 0 : static_cast<std::size_t>(channel)];
            };
            cv::Mat plane(grey.size(), CV_32F, tensor.ptr<float>(0, channel));
            grey.convertTo(plane, CV_32F, at(settings.scale), -at(settings.mean) * at(settings.scale));
        }
        return tensor;
    }

    cv::Mat forward(const cv::Mat& grey) {
        const QuietOpenCv quiet;
        try {
            net.setInput(tensor_of(grey));
            return net.forward().clone();
        } catch (const cv::Exception& error) {
            fail(cause_of(error));
        }
    }

    /// Probability of an image that has the size of the input.
    cv::Mat run(const cv::Mat& grey) {
        const cv::Mat output = forward(grey);
        const int axes = output.dims;
        if (output.total() != grey.total() || axes < 2 || output.size[axes - 2] != grey.rows ||
            output.size[axes - 1] != grey.cols || output.type() != CV_32F)
            fail("the output is " + shape_of(output) + ", but must be one value for each of " +
                 std::to_string(grey.rows) + " x " + std::to_string(grey.cols) + " pixels");
        cv::Mat probability = output.reshape(1, grey.rows);
        for (int y = 0; y < probability.rows; ++y)
            std::transform(probability.ptr<float>(y), probability.ptr<float>(y) + probability.cols,
                           probability.ptr<float>(y), [this](float value) { return activated(value); });
        return probability;
    }

    float activated(float value) const {
        if (settings.activation == NetworkActivation::sigmoid && !std::isnan(value))
            return 1.0F / (1.0F + std::exp(-value));
        constexpr float rounding = 1e-4F;
        if (!(value >= -rounding && value <= 1.0F + rounding))
            fail("its output of " + std::to_string(value) +
                 " is no probability; if it comes before a sigmoid, the settings must say so");
        return std::clamp(value, 0.0F, 1.0F);
    }

    cv::Mat run_at_any_size(const cv::Mat& grey) {
        const cv::Size size(round_up(grey.cols, settings.multiple_of),
                            round_up(grey.rows, settings.multiple_of));
        return run(enlarged(grey, size))(cv::Rect({}, grey.size()));
    }

    cv::Mat run_resized(const cv::Mat& grey, cv::Size input) {
        return resized(run(resized(grey, input)), grey.size());
    }

    cv::Mat run_tiled(const cv::Mat& grey, cv::Size tile) {
        const cv::Mat whole =
            enlarged(grey, {std::max(grey.cols, tile.width), std::max(grey.rows, tile.height)});
        const cv::Mat weights = tile_weights(tile);
        cv::Mat sum = cv::Mat::zeros(whole.size(), CV_32F), weight = sum.clone();
        for (const int y : tile_starts(whole.rows, tile.height))
            for (const int x : tile_starts(whole.cols, tile.width)) {
                const cv::Rect place({x, y}, tile);
                sum(place) += run(whole(place).clone()).mul(weights);
                weight(place) += weights;
            }
        return cv::Mat(sum / weight)(cv::Rect({}, grey.size()));
    }

    cv::Mat run_fitted(const cv::Mat& grey) {
        const cv::Size input(settings.input_size->first, settings.input_size->second);
        if (input.width == 0) return run_at_any_size(grey);
        return settings.fit == NetworkFit::tile ? run_tiled(grey, input) : run_resized(grey, input);
    }
};

VesselNetwork::VesselNetwork(const fs::path& model, const NetworkSettings& settings)
    : impl_(std::make_unique<Impl>(model, settings)) {}

VesselNetwork::VesselNetwork(const fs::path& model, const fs::path& settings)
    : VesselNetwork(model, settings_for(model, settings)) {}

VesselNetwork::~VesselNetwork() = default;
VesselNetwork::VesselNetwork(VesselNetwork&&) noexcept = default;
VesselNetwork& VesselNetwork::operator=(VesselNetwork&&) noexcept = default;

Image<float> VesselNetwork::operator()(const Frame& frame) {
    frame.validate();
    Image<float> probability(frame.width(), frame.height());
    cv::Mat target = as_mat(probability);
    const cv::Mat grey = grey_of(frame, impl_->settings);
    if (grey.empty()) return probability;
    impl_->run_fitted(grey).copyTo(target);
    if (!frame.valid.empty()) target.setTo(0.0F, as_mat(frame.valid) == 0);
    return probability;
}

}  // namespace stenometry
