#include "sr.h"

#include <algorithm>

#include "archive/digest.h"
#include "failure.h"
#include "module.h"
#include "sr_module.h"
#include "stenometry/error.h"
#include "values.h"

namespace stenometry::program {
namespace {

namespace fs = std::filesystem;

const Module sr_module{.file = "stenometry_sr.so", .entry = sr_module_entry, .absence = "DCMTK"};

std::string sr_option(const fs::path& path) { return "--sr " + path.string(); }

StructuredReports load_reports(const fs::path& path) {
    return reinterpret_cast<GetStructuredReports>(load_module(sr_option(path), sr_module))();
}

__extension__ using Bits128 = unsigned __int128;

/// Half of the SHA-256 of the text as a UID of the arc for UUIDs: DICOM PS3.5 B.2.
std::string derived_uid(std::string_view text) {
    Bits128 number = 0;
    for (const char digit : sha256(text).substr(0, 32))
        number = number * 16 + static_cast<unsigned>(digit <= '9' ? digit - '0' : digit - 'a' + 10);
    std::string digits;
    do {
        digits += static_cast<char>('0' + static_cast<int>(number % 10));
        number /= 10;
    } while (number != 0);
    std::reverse(digits.begin(), digits.end());
    return "2.25." + digits;
}

}  // namespace

void require_structured_report(const fs::path& path) {
    if (path.empty()) return;
    if (ending_of(path) != ".dcm")
        throw Failure(ExitCode::wrong_command, sr_option(path) + ": the name must end in .dcm");
    require_module(sr_option(path), sr_module);
}

void require_source_of_report(const fs::path& path, const fs::path& image) {
    if (path.empty()) return;
    try {
        load_reports(path).require_image(image);
    } catch (const IoError& error) {
        throw Failure(ExitCode::wrong_command, sr_option(path) + ": " + error.what());
    }
}

OutputFiles::Writer structured_report_writer(const Analysis& analysis, const ReportInput& input) {
    // Where the image lies does not change what was found in it.
    ReportInput anywhere = input;
    anywhere.path.clear();
    const StructuredReport report{.image = input.path,
                                  .frame = input.frame,
                                  .fingerprint = sha256(to_json(analysis, anywhere)),
                                  .uid_of = derived_uid};
    return [=](const fs::path& path) { load_reports(path).write(path, analysis, report); };
}

}  // namespace stenometry::program
