#include "sr_module.h"

#include <dcmtk/config/osconfig.h>
// DCMTK asks for its own configuration first.
#include <dcmtk/dcmdata/dctk.h>
#include <dcmtk/dcmsr/cmr/tid1500.h>
#include <dcmtk/dcmsr/codes/dcm.h>
#include <dcmtk/dcmsr/codes/ucum.h>
#include <dcmtk/dcmsr/dsrdoc.h>

#include <charconv>
#include <type_traits>

#include "stenometry/error.h"
#include "stenometry/version.h"

namespace stenometry::program {
namespace {

namespace fs = std::filesystem;

// Codes that DCMTK 3.6.7 has no names for: SNOMED CT, in the place of G-0364, R-101BB and R-101BC, the codes
// for what is measured in a vessel before 2018. CODE_DCM_... are those of PS3.16 annex D.
const DSRCodedEntryValue vessel_lumen_diameter("397413000", "SCT", "Vessel lumen diameter");
const DSRCodedEntryValue lumen_diameter_stenosis("408715008", "SCT", "Lumen Diameter Stenosis");
const DSRCodedEntryValue stenotic_lesion_length("408716009", "SCT", "Stenotic Lesion Length");
const DSRCodedEntryValue coronary_artery("41801008", "SCT", "Coronary artery");
const DSRCodedEntryValue percent("%", "UCUM", "Percent");

using Group = CMR_TID1501_in_TID1500;
using Measure = CMR_TID300_in_TID1501_in_TID1500;
using Name = CID7469_GenericIntensityAndSizeMeasurements;
using Unit = CID7181_AbstractMultiDimensionalImageModelComponentUnits;

/// \throws IoError of that file if a step of DCMTK did not succeed.
void require_good(const OFCondition& condition, const fs::path& path) {
    if (condition.bad()) throw IoError(path.string() + ": " + condition.text());
}

std::string text_of(DcmDataset& image, const DcmTagKey& tag) {
    OFString value;
    image.findAndGetOFString(tag, value);
    return {value.data(), value.size()};
}

/// The file without its pixels.
void read_header(DcmFileFormat& file, const fs::path& path) {
    if (file.loadFileUntilTag(path.c_str(), EXS_Unknown, EGL_noChange, DCM_MaxReadLength, ERM_fileOnly,
                              DCM_PixelData)
            .bad())
        throw IoError(path.string() + " is no DICOM file, to which a structured report could refer");
    for (const DcmTagKey& tag :
         {DCM_StudyInstanceUID, DCM_SeriesInstanceUID, DCM_SOPClassUID, DCM_SOPInstanceUID})
        if (text_of(*file.getDataset(), tag).empty())
            throw IoError(path.string() + " has no " + DcmTag(tag).getTagName() +
                          ", by which a structured report could refer to it");
}

// DCMTK writes to standard error, where the program has one line for what went wrong.
void silence_dcmtk() { OFLog::configure(OFLogger::OFF_LOG_LEVEL); }

/// A decimal string may have 16 characters. Rounded as in the JSON.
OFString decimal(double value, int digits) {
    char text[32];
    const auto end = std::to_chars(text, text + sizeof text, value, std::chars_format::fixed, digits);
    return {text, static_cast<std::size_t>(end.ptr - text)};
}

/// A length in the unit that the report has: mm where the size of a pixel is known.
struct Quantity {
    DSRCodedEntryValue name, unit;
    std::optional<double> value;
    int digits = 4;
};

Quantity length(const DSRCodedEntryValue& name, std::optional<double> px, const Calibration& calibration) {
    if (!calibration.known()) return {.name = name, .unit = CODE_UCUM_Pixels, .value = px, .digits = 3};
    return {.name = name, .unit = CODE_UCUM_Millimeter, .value = px ? calibration.to_mm(*px) : std::nullopt};
}

Group::MeasurementValue measured_value(const Quantity& quantity) {
    if (!quantity.value) return CID42_NumericValueQualifier(CID42_NumericValueQualifier::MeasurementFailure);
    return {decimal(*quantity.value, quantity.digits), Unit(quantity.unit)};
}

/// Writes what one lesion is into one measurement group (PS3.16 TID 1501).
class LesionWriter {
  public:
    LesionWriter(Group& group, const fs::path& path, const DSRImageReferenceValue& image)
        : group_(group), path_(path), image_(image) {}

    void write(const Stenosis& lesion, ReferenceMethod method) {
        write_diameter(lesion);
        write_reference(lesion, method);
        add({.name = lumen_diameter_stenosis,
             .unit = percent,
             .value = lesion.percent_diameter_stenosis,
             .digits = 2});
        add(length(stenotic_lesion_length, lesion.length_px, lesion.calibration));
    }

  private:
    Measure& add(const Quantity& quantity) {
        good(group_.addMeasurement(Name(quantity.name), measured_value(quantity)));
        Measure& measure = group_.getMeasurement();
        good(measure.addImage(CODE_DCM_SourceOfMeasurement, image_));
        return measure;
    }

    void write_diameter(const Stenosis& lesion) {
        Measure& measure = add(length(vessel_lumen_diameter, lesion.mld_px, lesion.calibration));
        good(measure.setDerivation(CID7464_GeneralRegionOfInterestMeasurementModifiers::Minimum));
        // The middle of the first pixel is 0,0 here, and 0.5,0.5 in DICOM (PS3.3 C.18.6).
        DSRSpatialCoordinatesValue place(DSRTypes::GT_Point);
        place.getGraphicDataList().addItem(static_cast<Float32>(lesion.mld_at_px.x + 0.5),
                                           static_cast<Float32>(lesion.mld_at_px.y + 0.5));
        good(measure.addSpatialCoordinates(CODE_DCM_SiteOfLumenMinimum, place, image_));
    }

    void write_reference(const Stenosis& lesion, ReferenceMethod method) {
        Measure& measure = add(length(vessel_lumen_diameter, lesion.reference_px, lesion.calibration));
        if (const DSRCodedEntryValue code = code_of(method); !code.isEmpty())
            good(measure.addModifier(CODE_DCM_ReferenceMethod, code));
        good(measure.setEquivalentMeaningOfConceptName("Reference diameter"));
    }

    /// PS3.16 CID 3465, which has none for a diameter that the user gave.
    static DSRCodedEntryValue code_of(ReferenceMethod method) {
        switch (method) {
            case ReferenceMethod::curve_fitted:
                return CODE_DCM_CurveFittedReference;
            case ReferenceMethod::interpolated_local:
                return CODE_DCM_InterpolatedLocalReference;
            case ReferenceMethod::mean_local:
                return CODE_DCM_MeanLocalReference;
            case ReferenceMethod::given:
                break;
        }
        return {};
    }

    void good(const OFCondition& condition) const { require_good(condition, path_); }

    Group& group_;
    const fs::path& path_;
    const DSRImageReferenceValue& image_;
};

/// One structured report of one image: PS3.16 TID 1500.
class ReportWriter {
  public:
    ReportWriter(const fs::path& path, const StructuredReport& report) : path_(path), report_(report) {
        read_header(image_, report.image);
    }

    void write(const Analysis& analysis) {
        describe();
        bool first = true;
        for (const Vessel& vessel : analysis.vessels)
            for (const Stenosis& lesion : lesions(vessel)) {
                if (!first) good(template_.addIndividualMeasurements());
                add_lesion(vessel, lesion);
                first = false;
            }
        save();
    }

  private:
    void describe() {
        good(template_.setLanguage(CID5000_Languages::English));
        // The name of the program, and of nobody.
        good(template_.getObservationContext().addDeviceObserver(
            report_.uid_of("stenometry " + std::string(version())).c_str(), "stenometry", "stenometry",
            "stenometry", OFString(version().data(), version().size())));
        // The narrowest that PS3.16 CID 100 offers.
        good(
            template_.addProcedureReported(CID100_QuantitativeDiagnosticImagingProcedures::ImagingProcedure));
        good(template_.getImageLibrary().createNewImageLibrary());
        good(template_.getImageLibrary().addImageGroup());
        good(template_.getImageLibrary().addImageEntry(data(), TID1600_ImageLibrary::withoutDescriptors));
    }

    void add_lesion(const Vessel& vessel, const Stenosis& lesion) {
        const std::string id =
            "vessel " + std::to_string(vessel.id) + ", lesion " + std::to_string(lesion.id);
        Group& group = template_.getIndividualMeasurements();
        good(group.setTrackingIdentifier(id.c_str()));
        good(group.setTrackingUniqueIdentifier(uid(id).c_str()));
        good(group.addFindingSite(coronary_artery));
        LesionWriter(group, path_, source()).write(lesion, vessel.reference.method);
    }

    /// The frame that was measured. An image of one frame is referred to as a whole.
    DSRImageReferenceValue source() {
        DSRImageReferenceValue reference(text_of(data(), DCM_SOPClassUID).c_str(),
                                         text_of(data(), DCM_SOPInstanceUID).c_str());
        Sint32 frames = 1;
        data().findAndGetSint32(DCM_NumberOfFrames, frames);
        if (frames > 1) reference.getFrameList().addItem(report_.frame + 1);
        return reference;
    }

    void save() {
        DSRDocument document(DSRTypes::DT_ComprehensiveSR);
        good(document.readStudyData(data()));
        copy_character_set(document);
        good(document.setTreeFromRootTemplate(template_));
        good(document.getCurrentRequestedProcedureEvidence().addItem(data()));
        document.setSeriesDescription("Coronary stenosis by stenometry");
        document.setManufacturer("stenometry");
        document.setManufacturerModelName("stenometry");
        document.setSoftwareVersions(OFString(version().data(), version().size()));
        // Nobody has looked at it.
        good(document.setPreliminaryFlag(DSRTypes::PF_Preliminary));
        good(document.completeDocument());

        DcmFileFormat file;
        good(document.write(*file.getDataset()));
        // The template makes it an Enhanced SR. A Comprehensive SR may hold all that one may, and is what
        // quantitative arteriography is stored as.
        good(file.getDataset()->putAndInsertString(DCM_SOPClassUID, UID_ComprehensiveSRStorage));
        good(file.getDataset()->putAndInsertString(DCM_SeriesInstanceUID, uid("series").c_str()));
        good(file.getDataset()->putAndInsertString(DCM_SOPInstanceUID, uid("instance").c_str()));
        good(file.saveFile(path_.c_str(), EXS_LittleEndianExplicit));
    }

    /// What the names of patient and study are written in.
    void copy_character_set(DSRDocument& document) {
        OFString sets;
        if (data().findAndGetOFStringArray(DCM_SpecificCharacterSet, sets).good() && !sets.empty())
            good(document.setSpecificCharacterSet(sets));
    }

    /// The same for the same results in the same image.
    std::string uid(const std::string& what) {
        return report_.uid_of(text_of(data(), DCM_SOPInstanceUID) + ' ' + report_.fingerprint + ' ' + what);
    }

    DcmDataset& data() { return *image_.getDataset(); }
    void good(const OFCondition& condition) const { require_good(condition, path_); }

    const fs::path& path_;
    const StructuredReport& report_;
    DcmFileFormat image_;
    TID1500_MeasurementReport template_{CID7021_MeasurementReportDocumentTitles::ImagingMeasurementReport};
};

void require_image(const fs::path& image) {
    silence_dcmtk();
    DcmFileFormat file;
    read_header(file, image);
}

void write_report(const fs::path& path, const Analysis& analysis, const StructuredReport& report) {
    silence_dcmtk();
    ReportWriter(path, report).write(analysis);
}

}  // namespace
}  // namespace stenometry::program

extern "C" stenometry::program::StructuredReports stenometry_structured_reports() {
    return {.require_image = stenometry::program::require_image, .write = stenometry::program::write_report};
}

// It is what the program takes it for.
static_assert(
    std::is_same_v<decltype(&stenometry_structured_reports), stenometry::program::GetStructuredReports>);
