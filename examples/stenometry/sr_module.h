#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "stenometry/analysis.h"

namespace stenometry::program {

/// What a DICOM structured report says besides the measurements.
struct StructuredReport {
    std::filesystem::path image;  ///< the DICOM file that was measured
    int frame = 0;                ///< which of its frames, from 0
    std::string fingerprint;      ///< the same for the same results, and for no others
    std::string (*uid_of)(std::string_view text) = nullptr;  ///< a UID of its own for each text
};

/// What the module does that is loaded where a structured report is asked for, which DCMTK writes.
struct StructuredReports {
    /// \throws IoError naming the image and why a report cannot refer to it.
    void (*require_image)(const std::filesystem::path& image);
    /// \throws IoError naming the file and the cause.
    void (*write)(const std::filesystem::path& path, const Analysis&, const StructuredReport&);
};

using GetStructuredReports = StructuredReports (*)();

inline constexpr const char* sr_module_entry = "stenometry_structured_reports";

}  // namespace stenometry::program
