#include "stenometry/learned_evidence.h"

#include <algorithm>
#include <array>
#include <vector>

#include "core/blocks.h"
#include "core/enlarge.h"
#include "core/mat.h"
#include "core/parallel.h"
#include "core/usable_pixels.h"
#include "evidence/local_contrast.h"
#include "evidence/network_run.h"
#include "evidence/vessel_network.h"
#include "kernels/softmax.h"
#include "vesselness/working_grid.h"

namespace stenometry {
namespace {

using Maps = std::array<Image<float>*, network_classes>;

Maps maps_of(LearnedProbabilities& p) { return {&p.background, &p.artery, &p.catheter, &p.device}; }

void make_size(LearnedProbabilities& probabilities, int width, int height) {
    for (Image<float>* map : maps_of(probabilities))
        if (map->width() != width || map->height() != height) *map = Image<float>::unfilled(width, height);
}

using ClassRows = std::array<float*, network_classes>;

ClassRows rows_of(LearnedProbabilities& probabilities, int y) {
    ClassRows rows{};
    std::ranges::transform(maps_of(probabilities), rows.begin(),
                           [y](Image<float>* map) { return map->row(y); });
    return rows;
}

/// Where nothing was seen everything is background.
void hide_invalid(const std::uint8_t* valid, std::size_t width, const ClassRows& rows) {
    if (std::find(valid, valid + width, 0) == valid + width) return;
    for (std::size_t k = 0; k < network_classes; ++k) {
        const float hidden = k == static_cast<std::size_t>(NetworkClass::background) ? 1.0F : 0.0F;
        for (std::size_t x = 0; x < width; ++x) rows[k][x] = valid[x] != 0 ? rows[k][x] : hidden;
    }
}

}  // namespace

struct LearnedEvidence::Impl {
    NetworkRun run{vessel_network()};
    LocalContrast contrast;
    Image<std::uint8_t> usable, small_usable;
    Image<float> small_pixels;
    LearnedProbabilities small;
    Enlarger enlarger;
    PerThread<std::vector<float>> logits;

    void evaluate(const Image<float>& pixels, const Image<std::uint8_t>& valid, LearnedProbabilities& out);
    void write_row(int y, const std::uint8_t* valid, LearnedProbabilities& out);
    void enlarge(int reduction, LearnedProbabilities& out);
};

/// One row of probabilities, from logits that have half the grid's size.
void LearnedEvidence::Impl::write_row(int y, const std::uint8_t* valid, LearnedProbabilities& out) {
    const auto width = static_cast<std::size_t>(out.artery.width());
    const auto half = static_cast<std::size_t>(run.output_width());
    const auto [near, far] = rows_around(y, run.output_height());
    std::vector<float>& wide = logits.local();  // the network's picture may be wider than the frame's
    wide.resize(2 * half);
    const ClassRows rows = rows_of(out, y);
    for (std::size_t k = 0; k < network_classes; ++k) {
        const int channel = static_cast<int>(k);
        float* to = width == 2 * half ? rows[k] : wide.data();
        kernels::enlarge_row(run.output_row(channel, near), run.output_row(channel, far), half, to);
        if (to != rows[k]) std::copy_n(to, width, rows[k]);
    }
    kernels::softmax_rows(rows.data(), rows.size(), width);
    hide_invalid(valid, width, rows);
}

void LearnedEvidence::Impl::evaluate(const Image<float>& pixels, const Image<std::uint8_t>& valid,
                                     LearnedProbabilities& out) {
    contrast.prepare(pixels, valid);
    run.resize(pixels.width(), pixels.height());
    parallel_for(0, pixels.height(), [&](int y) {
        for (std::size_t channel = 0; channel < LocalContrast::radii_px.size(); ++channel)
            contrast.write_row(channel, y, run.input_row(static_cast<int>(channel), y));
    });
    run.run();
    make_size(out, pixels.width(), pixels.height());
    parallel_for(0, pixels.height(), [&](int y) { write_row(y, valid.row(y), out); });
}

void LearnedEvidence::Impl::enlarge(int reduction, LearnedProbabilities& out) {
    const Maps from = maps_of(small), to = maps_of(out);
    for (std::size_t k = 0; k < network_classes; ++k)
        enlarger(as_mat(*from[k]), reduction, {usable.width(), usable.height()},
                 Enlarger::Interpolation::linear,
                 [&](int y, const float* values) { std::copy_n(values, usable.width(), to[k]->row(y)); });
    parallel_for(0, usable.height(), [&](int y) {
        hide_invalid(usable.row(y), static_cast<std::size_t>(usable.width()), rows_of(out, y));
    });
}

LearnedEvidence::LearnedEvidence() : impl_(std::make_unique<Impl>()) {}
LearnedEvidence::~LearnedEvidence() = default;
LearnedEvidence::LearnedEvidence(LearnedEvidence&&) noexcept = default;
LearnedEvidence& LearnedEvidence::operator=(LearnedEvidence&&) noexcept = default;

void LearnedEvidence::operator()(const Frame& frame, LearnedProbabilities& out) {
    frame.validate();
    usable_pixels(frame, impl_->usable);
    make_size(out, frame.width(), frame.height());
    const int reduction = working_reduction(frame.sized_calibration());
    if (reduction == 1) return impl_->evaluate(frame.pixels, impl_->usable, out);
    reduce(frame.pixels, impl_->usable, reduction, impl_->small_pixels, impl_->small_usable);
    impl_->evaluate(impl_->small_pixels, impl_->small_usable, impl_->small);
    impl_->enlarge(reduction, out);
}

LearnedProbabilities compute_learned_evidence(const Frame& frame) {
    LearnedProbabilities probabilities;
    LearnedEvidence()(frame, probabilities);
    return probabilities;
}

}  // namespace stenometry
