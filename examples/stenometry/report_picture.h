#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string_view>

#include "report_data.h"

namespace stenometry::program {

/// The picture that an analysis was made of, read again.
/// \param input of the analysis
/// \param beside the folder that the analysis lies in: where its input is looked for, too
/// \param image where it is, if that is known; else empty
/// \returns without bytes, and why, where it is not found, cannot be read or is another picture.
/// \throws Failure unreadable where that is so of `image`.
ReportPicture find_picture(const nlohmann::json& input, const std::filesystem::path& beside,
                           const std::filesystem::path& image);

/// A small one of a JPEG, as a URI; null where it cannot be decoded.
PageJson thumbnail_of(const ReportPicture& picture);

}  // namespace stenometry::program
