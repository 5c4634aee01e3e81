#include "itk_files.h"

#include <algorithm>
#include <cctype>
#include <cmath>

#include "failure.h"
#include "itk_module.h"
#include "module.h"
#include "stenometry/io/image.h"
#include "values.h"

namespace stenometry::program {
namespace {

namespace fs = std::filesystem;

const Module itk_module{.file = "stenometry_itk.so", .entry = itk_module_entry, .absence = "ITK"};

ItkWriters load_writers(const fs::path& path) {
    return reinterpret_cast<GetItkWriters>(load_module(path.string(), itk_module))();
}

bool is_itk_image(const fs::path& path) {
    const std::string ending = ending_of(path);
    return ending == ".nrrd" || ending == ".nii" || ending == ".mha" ||
           (ending == ".gz" && ending_of(path.stem()) == ".nii");
}

/// 0..1 as 0..65535.
Image<std::uint16_t> sixteen_bits(const Image<float>& probability) {
    Image<std::uint16_t> scaled(probability.width(), probability.height());
    for (int y = 0; y < scaled.height(); ++y)
        std::transform(
            probability.row(y), probability.row(y) + probability.width(), scaled.row(y), [](float p) {
                return static_cast<std::uint16_t>(std::lround(std::clamp(p, 0.0F, 1.0F) * 65535.0F));
            });
    return scaled;
}

}  // namespace

void require_image(const std::string& option, const fs::path& path) {
    if (path == "-")
        throw Failure(ExitCode::wrong_command, option + " -: pictures are not written to standard output");
    const std::string ending = ending_of(path);
    if (ending.empty() || ending == ".png") return;
    if (!is_itk_image(path))
        throw Failure(
            ExitCode::wrong_command,
            option + ' ' + path.string() + ": the name must end in .png, .nrrd, .nii, .nii.gz or .mha");
    require_module(option + ' ' + path.string(), itk_module);
}

void require_tubes(const std::string& option, const fs::path& path) {
    if (path.empty()) return;
    if (ending_of(path) != ".tre")
        throw Failure(ExitCode::wrong_command, option + ' ' + path.string() + ": the name must end in .tre");
    require_module(option + ' ' + path.string(), itk_module);
}

OutputFiles::Writer mask_writer(const Image<std::uint8_t>& mask, const Calibration& calibration) {
    return [=](const fs::path& path) {
        if (is_itk_image(path))
            load_writers(path).write_mask(path, mask, calibration);
        else
            io::write_png(path, mask);
    };
}

OutputFiles::Writer probability_writer(const Image<float>& probability, const Calibration& calibration) {
    return [=](const fs::path& path) {
        if (is_itk_image(path))
            load_writers(path).write_probability(path, probability, calibration);
        else
            io::write_png(path, sixteen_bits(probability));
    };
}

OutputFiles::Writer tube_writer(const Analysis& analysis) {
    return [analysis](const fs::path& path) { load_writers(path).write_tubes(path, analysis); };
}

}  // namespace stenometry::program
