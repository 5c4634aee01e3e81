#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "output.h"
#include "stenometry/analysis.h"

/// Outputs that ITK writes, in a module that is loaded only for them.
namespace stenometry::program {

/// \throws Failure wrong_command, naming `option`, unless the name is that of a PNG, or of a NRRD, NIfTI or
/// MetaImage file where the program was built with ITK.
void require_image(const std::string& option, const std::filesystem::path& path);

/// \throws Failure wrong_command, naming `option`, unless the name ends in .tre and the program was built
/// with ITK.
void require_tubes(const std::string& option, const std::filesystem::path& path);

/// Write a mask, or a probability 0 to 1, in the format that the name of the file says; probabilities in a
/// PNG as 0 to 65535.
OutputFiles::Writer mask_writer(const Image<std::uint8_t>& mask, const Calibration& calibration);
OutputFiles::Writer probability_writer(const Image<float>& probability, const Calibration& calibration);

OutputFiles::Writer tube_writer(const Analysis& analysis);

}  // namespace stenometry::program
