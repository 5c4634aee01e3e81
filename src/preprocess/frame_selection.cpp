#include "stenometry/frame_selection.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <opencv2/imgproc.hpp>
#include <optional>
#include <string>
#include <vector>

#include "core/grey_scale.h"
#include "core/mat.h"
#include "stenometry/error.h"

namespace stenometry {
namespace {

/// Frames are compared at this size at most: vessels of 1 mm are still a pixel wide, and a thousand frames
/// fit into memory.
constexpr int reduced_side_px = 256;
/// Dark structures up to about this part of the image's side can be vessels.
constexpr double widest_vessel_fraction = 0.035;

/// Grey levels that a cine uses, and what they mean, from its first frame.
struct CineScale {
    explicit CineScale(const Frame& frame) : meaning(cautious_meaning_of(frame)) {
        const cv::Mat mask = frame.valid.empty() ? cv::Mat() : as_mat(frame.valid);
        cv::minMaxLoc(as_mat(frame.pixels), &low, &high, nullptr, nullptr, mask);
        if (!(high > low)) high = low + 1.0;
    }
    Intensity meaning;
    double low = 0.0, high = 1.0;
};

/// The frame, reduced, in a scale in which the same vessel is as dark in front of lung as in front of the
/// spine.
cv::Mat reduced(const Frame& frame, const CineScale& grey) {
    const double scale =
        std::min(1.0, static_cast<double>(reduced_side_px) / std::max(frame.width(), frame.height()));
    cv::Mat small;
    cv::resize(as_mat(frame.pixels), small, {}, scale, scale, cv::INTER_AREA);
    small = (small - grey.low) / (grey.high - grey.low);
    // Over a whole picture a viewing curve is not linear in the logarithm: as intensities do, it shows
    // vessels in front of the spine fainter. What is measured along one vessel needs less of it.
    if (grey.meaning == Intensity::logarithmic) return small;
    constexpr double floor = 0.05;  // the darkest pixels are noise: their logarithm must not dominate
    small = cv::max(small, 0.0) + floor;
    cv::log(small, small);
    return small;
}

/// What is dark and narrow: the closing by a disc less the image, in 255 steps.
cv::Mat dark_and_narrow(const cv::Mat& image) {
    const int width = std::max(
        3, 2 * static_cast<int>(0.5 * widest_vessel_fraction * std::max(image.rows, image.cols)) + 1);
    cv::Mat smooth, narrow, steps;
    cv::GaussianBlur(image, smooth, {0, 0}, 0.8);
    cv::morphologyEx(smooth, narrow, cv::MORPH_BLACKHAT,
                     cv::getStructuringElement(cv::MORPH_ELLIPSE, {width, width}));
    narrow.convertTo(steps, CV_8U, 255.0);
    return steps;
}

/// Value below which the fraction `q` of the frames lies, per pixel.
cv::Mat over_time(const std::vector<cv::Mat>& frames, double q) {
    cv::Mat result(frames.front().size(), CV_8U);
    std::vector<std::uint8_t> values(frames.size());
    const auto nth = static_cast<std::ptrdiff_t>(q * static_cast<double>(frames.size() - 1));
    for (int y = 0; y < result.rows; ++y)
        for (int x = 0; x < result.cols; ++x) {
            for (std::size_t i = 0; i < frames.size(); ++i) values[i] = frames[i].at<std::uint8_t>(y, x);
            std::nth_element(values.begin(), values.begin() + nth, values.end());
            result.at<std::uint8_t>(y, x) = values[static_cast<std::size_t>(nth)];
        }
    return result;
}

void normalise(std::vector<double>& values) {
    const double most = *std::max_element(values.begin(), values.end());
    if (most > 0.0)
        for (double& value : values) value /= most;
}

/// How much of each frame is darker and narrower than it is in the frames without contrast.
std::vector<double> filling_of(const std::vector<cv::Mat>& narrow) {
    // A cine begins before the contrast and often ends after it: a quarter of its frames show the vessels
    // empty. What is there in those as well (catheter, wires, ribs) is no filling.
    const cv::Mat empty = over_time(narrow, 0.25);
    cv::Mat spread;
    cv::subtract(over_time(narrow, 0.5), empty, spread);
    const double noise =
        3.0 + 3.0 * cv::mean(spread)[0];  // steps: rounding, and what the picture moves on average
    std::vector<double> filling;
    for (const cv::Mat& frame : narrow) {
        cv::Mat more;
        cv::subtract(frame, empty, more);  // saturates at 0
        cv::subtract(more, noise, more);
        filling.push_back(cv::sum(more)[0]);
    }
    normalise(filling);
    return filling;
}

}  // namespace

std::vector<FrameScore> score_frames(int count, const std::function<Frame(int)>& read) {
    if (count < 1) throw InvalidInput("a cine needs at least one frame, but has " + std::to_string(count));
    std::vector<cv::Mat> narrow;
    std::vector<double> motion;
    cv::Mat before;
    std::optional<CineScale> scale;
    for (int i = 0; i < count; ++i) {
        const Frame frame = read(i);
        frame.validate();
        if (!scale) scale.emplace(frame);
        const cv::Mat small = reduced(frame, *scale);
        if (!before.empty() && before.size() != small.size())
            throw InvalidInput("frame " + std::to_string(i) + " has another size than the first");
        narrow.push_back(dark_and_narrow(small));
        motion.push_back(
            before.empty() ? 0.0 : cv::norm(small, before, cv::NORM_L1) / static_cast<double>(small.total()));
        before = small;
    }
    if (count > 1) motion[0] = motion[1];  // nothing is known of the way into the first frame
    normalise(motion);
    const std::vector<double> filling = count > 1 ? filling_of(narrow) : std::vector<double>{1.0};

    constexpr double cost_of_motion =
        0.4;  // the fastest frame must be filled by this part more than a still one
    std::vector<FrameScore> scores;
    for (int i = 0; i < count; ++i) {
        const auto at = static_cast<std::size_t>(i);
        scores.push_back({.index = i,
                          .filling = filling[at],
                          .motion = motion[at],
                          .score = filling[at] * (1.0 - cost_of_motion * motion[at])});
    }
    return scores;
}

int best_frame(const std::vector<FrameScore>& scores) {
    assert(!scores.empty());
    return std::max_element(scores.begin(), scores.end(),
                            [](const FrameScore& a, const FrameScore& b) { return a.score < b.score; })
        ->index;
}

}  // namespace stenometry
