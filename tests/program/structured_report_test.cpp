// What --sr writes, as tools of others read it: DCMTK's dsrdump, and dciodvfy of dicom3tools, which knows
// what a DICOM object must hold.
#if defined(STENOMETRY_PROGRAM) && defined(STENOMETRY_HAS_SR)

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>
#include <regex>
#include <string>
#include <vector>

#include "stenometry/io/dicom.h"
#include "stenometry/phantom.h"
#include "support/phantom_pixels.h"
#include "support/running_program.h"

namespace stenometry {
namespace {

using test::Ending;
using ::testing::HasSubstr;
using ::testing::Not;

bool has_tool(const std::string& name) {
    return std::system(("command -v " + name + " >/dev/null").c_str()) == 0;
}

/// Two frames with a vessel of 3 mm from left to right, narrowed by 60 % in its middle.
class ProgramOnXrayAngiography : public test::Program {
  protected:
    void SetUp() override {
        Program::SetUp();
        for (const char* tool : {"dsrdump", "dciodvfy", "dcmdump"})
            if (!has_tool(tool)) GTEST_SKIP() << tool << " is not installed";
        write_cine("cine.dcm", 0.35);
    }

    void write_cine(const std::string& name, double detector_pixel_mm) const {
        phantom::Scene scene{.width_px = 160, .height_px = 160, .mm_per_px = 0.25};
        phantom::Tube tube = phantom::straight_tube(3.0, 60.0);
        tube.lesions.push_back({.at_mm = 30.0, .length_mm = 8.0, .percent_diameter = 60.0});
        scene.tubes.push_back(tube);
        const Image<std::uint16_t> pixels = test::sixteen_bit_pixels(phantom::render(scene));
        const io::DicomTags tags{.patient_name = "Müller^Jörg",
                                 .imager_pixel_spacing_mm = detector_pixel_mm,
                                 .source_to_detector_mm = 1050.0,
                                 .source_to_patient_mm = 750.0,
                                 .frame_time_ms = 66.7};
        io::write_dicom(path(name), std::vector<Image<std::uint16_t>>(2, pixels), tags);
    }

    /// Measures the second frame. The JSON of the analysis.
    nlohmann::json measure(const std::string& image, const std::string& to_x, const std::string& report,
                           const std::vector<std::string>& more = {}) const {
        std::vector<std::string> arguments{"measure", image,          "--frame", "1", "--from", "20,79.5",
                                           "--to",    to_x + ",79.5", "--json",  "-", "--sr",   report};
        arguments.insert(arguments.end(), more.begin(), more.end());
        const Ending ending = run(arguments);
        EXPECT_EQ(ending.code, 0) << ending.err;
        return nlohmann::json::parse(ending.out, nullptr, false);
    }

    std::string output_of(const std::string& tool, const std::string& report) const {
        const std::string to = path(".tool");
        EXPECT_NE(std::system((tool + " '" + path(report) + "' >'" + to + "' 2>&1").c_str()), -1);
        return test::contents(to);
    }

    /// The UIDs of the report itself, of patient and study, and of its lesions.
    std::vector<std::string> uids_of(const std::string& report) const {
        const std::string dump = output_of("dcmdump", report);
        const std::regex uid(R"(\((0008,0018|0020,000e|0040,a124)\) UI \[([0-9.]+)\])");
        std::vector<std::string> uids;
        for (std::sregex_iterator at(dump.begin(), dump.end(), uid), end; at != end; ++at)
            uids.push_back((*at)[2]);
        return uids;
    }

    void expect_no_error(const std::string& report) const {
        const std::string found = output_of("dciodvfy", report);
        EXPECT_THAT(found, HasSubstr("ComprehensiveSR"));
        EXPECT_THAT(found, Not(HasSubstr("Error")));
    }
};

/// The numbers of the measurements in their order, and their units.
std::vector<std::pair<double, std::string>> measurements_in(const std::string& dump) {
    const std::regex number(R"re(NUM:\(,,"[^"]*"\)="([^"]*)" \(([^,]*),UCUM)re");
    std::vector<std::pair<double, std::string>> found;
    for (std::sregex_iterator at(dump.begin(), dump.end(), number), end; at != end; ++at)
        found.emplace_back(std::stod((*at)[1]), (*at)[2]);
    return found;
}

TEST_F(ProgramOnXrayAngiography, ReportHoldsTheNumbersOfTheJsonInMillimetres) {
    const auto lesion = measure("cine.dcm", "140", "sr.dcm")["vessels"][0]["stenoses"][0];
    expect_no_error("sr.dcm");
    const std::vector<std::pair<double, std::string>> expected{{lesion["mld_mm"], "mm"},
                                                               {lesion["reference_mm"], "mm"},
                                                               {lesion["percent_diameter_stenosis"], "%"},
                                                               {lesion["length_mm"], "mm"}};
    EXPECT_EQ(measurements_in(output_of("dsrdump", "sr.dcm")), expected);
}

TEST_F(ProgramOnXrayAngiography, ReportIsInPixelsWhereTheirSizeIsUnknown) {
    write_cine("unknown.dcm", 0.0);
    const auto lesion = measure("unknown.dcm", "140", "sr.dcm")["vessels"][0]["stenoses"][0];
    expect_no_error("sr.dcm");
    const std::vector<std::pair<double, std::string>> expected{{lesion["mld_px"], "{pixels}"},
                                                               {lesion["reference_px"], "{pixels}"},
                                                               {lesion["percent_diameter_stenosis"], "%"},
                                                               {lesion["length_px"], "{pixels}"}};
    EXPECT_EQ(measurements_in(output_of("dsrdump", "sr.dcm")), expected);
}

TEST_F(ProgramOnXrayAngiography, ReportRefersToTheFrameAndBelongsToThePatient) {
    measure("cine.dcm", "140", "sr.dcm");
    const std::string dump = output_of("dsrdump", "sr.dcm");
    EXPECT_THAT(dump, HasSubstr(R"("Source of Measurement")=(XA image,,2)")) << "frames count from 1";
    EXPECT_THAT(dump, HasSubstr("Müller^Jörg"));
    EXPECT_THAT(output_of("dcmdump", "sr.dcm"), HasSubstr("ISO_IR 192"));
}

TEST_F(ProgramOnXrayAngiography, ReportSaysHowTheReferenceWasFound) {
    measure("cine.dcm", "140", "curve.dcm");
    EXPECT_THAT(output_of("dsrdump", "curve.dcm"), HasSubstr("(122489,DCM,\"Curve Fitted Reference\")"));
    measure("cine.dcm", "140", "given.dcm", {"--reference-diameter", "3mm"});
    expect_no_error("given.dcm");
    EXPECT_THAT(output_of("dsrdump", "given.dcm"), Not(HasSubstr("Reference Method")));
}

TEST_F(ProgramOnXrayAngiography, SameResultsHaveTheSameUidsWhereverTheImageLies) {
    std::filesystem::copy(path("cine.dcm"), path("copy.dcm"));
    measure("cine.dcm", "140", "sr.dcm");
    measure("copy.dcm", "140", "again.dcm");
    measure("cine.dcm", "130", "other.dcm");
    const std::vector<std::string> uids = uids_of("sr.dcm"), other = uids_of("other.dcm");
    EXPECT_EQ(uids_of("again.dcm"), uids);
    ASSERT_EQ(uids.size(), other.size());
    EXPECT_GE(uids.size(), 4U) << "instance, series, device and lesion";
    EXPECT_NE(uids.front(), other.front());
}

TEST_F(ProgramOnXrayAngiography, WithoutALesionTheReportHasNoMeasurement) {
    measure("cine.dcm", "50", "sr.dcm");
    expect_no_error("sr.dcm");
    EXPECT_TRUE(measurements_in(output_of("dsrdump", "sr.dcm")).empty());
}

TEST_F(ProgramOnXrayAngiography, ReportNeedsADicomImage) {
    ASSERT_EQ(run({"export", "cine.dcm", "--frame", "0", "frame.png"}).code, 0);
    const std::vector<std::string> measured{"measure", "frame.png", "--from", "20,79.5",
                                            "--to",    "140,79.5",  "--sr",   "sr.dcm"};
    expect_failure(2, measured, "frame.png is no DICOM file");
    expect_failure(2, {"analyze", "cine.dcm", "--sr", "sr.json"}, "the name must end in .dcm");
    EXPECT_FALSE(std::filesystem::exists(path("sr.dcm")));
}

}  // namespace
}  // namespace stenometry

#endif
