#include "stenometry/filled_frames.h"

#include <algorithm>
#include <cstdlib>
#include <string>

#include "core/mat.h"
#include "segment/ridge_kinds.h"
#include "stenometry/error.h"
#include "stenometry/learned_evidence.h"
#include "stenometry/segment.h"

namespace stenometry {
namespace {

/// Part of the field that the largest piece of artery takes in one frame after the other.
class ArteryPart {
  public:
    double operator()(const Frame& frame) {
        evidence_(frame, probabilities_);
        const cv::Mat valid = frame.valid.empty()
                                  ? cv::Mat(as_mat(frame.pixels).size(), CV_8U, cv::Scalar(255))
                                  : as_mat(frame.valid);
        return largest_artery_part(as_mat(probabilities_.artery), valid);
    }

  private:
    LearnedEvidence evidence_;
    LearnedProbabilities probabilities_;
};

/// The frame farthest from `filled` that is filled, when `empty` is not and one change lies between them.
template <class IsFilled>
int last_filled(int filled, int empty, const IsFilled& is_filled) {
    while (std::abs(filled - empty) > 1) {
        const int middle = filled + (empty - filled) / 2;
        (is_filled(middle) ? filled : empty) = middle;
    }
    return filled;
}

}  // namespace

std::optional<FrameRange> find_filled_frames(int count, int best, const std::function<Frame(int)>& read) {
    if (best < 0 || best >= count)
        throw InvalidInput("the best frame, " + std::to_string(best) + ", is none of the cine's " +
                           std::to_string(count));
    const Frame frame = read(best);
    if (evidence_for(frame, Evidence::learned) == Evidence::classical) return {};
    // Before the bolus a puff from the catheter, and in every frame a cable that the network takes for an
    // artery, show far less than a filled tree.
    constexpr double least_of_best = 0.2;
    ArteryPart artery_part;
    const double best_part = artery_part(frame);
    if (best_part <= least_artery_part) return {};
    const double least = std::max(least_artery_part, least_of_best * best_part);
    const auto is_filled = [&](int index) { return artery_part(read(index)) > least; };
    return FrameRange{.first = last_filled(best, -1, is_filled), .last = last_filled(best, count, is_filled)};
}

}  // namespace stenometry
