#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <utility>

#include "io/dicom_cine.h"
#include "io/dicom_directory.h"
#include "io/dicom_meaning.h"
#include "io/dicom_pixels.h"
#include "io/dicom_tags.h"
#include "stenometry/io/dicom.h"

namespace stenometry::io {

namespace {

std::map<std::string, std::string> identifiers_of(const DataSet& image) {
    const std::pair<const char*, Attribute> keywords[]{{"PatientName", tags::patient_name},
                                                       {"PatientID", tags::patient_id},
                                                       {"PatientBirthDate", tags::patient_birth_date},
                                                       {"PatientSex", tags::patient_sex},
                                                       {"AccessionNumber", tags::accession_number},
                                                       {"StudyDate", tags::study_date},
                                                       {"StudyID", tags::study_id},
                                                       {"StudyInstanceUID", tags::study_instance},
                                                       {"SeriesInstanceUID", tags::series_instance},
                                                       {"SOPInstanceUID", tags::sop_instance}};
    std::map<std::string, std::string> identifiers;
    for (const auto& [keyword, attribute] : keywords)
        if (std::string value = text(image.find(attribute)); !value.empty())
            identifiers[keyword] = std::move(value);
    return identifiers;
}

class DicomCine : public Cine {
  public:
    explicit DicomCine(DicomFile dicom) : dicom_(std::move(dicom)), pixels_(dicom_) {}

    int frame_count() const override { return pixels_.frame_count(); }

    CineDescription describe() const override {
        const auto side = [this](Attribute attribute) {
            return static_cast<int>(
                std::clamp(number(dicom_.data.find(attribute)).value_or(0.0), 0.0, 65535.0));
        };
        return {.width = side(tags::columns),
                .height = side(tags::rows),
                .modality = text(dicom_.data.find(tags::modality)),
                .identifiers = identifiers_of(dicom_.data)};
    }

    Frame read(int index) override {
        if (index < 0 || index >= frame_count())
            throw InvalidInput("there is no frame " + std::to_string(index) + ": the cine has frames 0 to " +
                               std::to_string(frame_count() - 1));
        const FrameAttributes attributes(dicom_.data, index);
        Frame frame;
        frame.pixels = pixels_.read(index, attributes);
        frame.valid = valid_region_of(attributes, frame.width(), frame.height());
        frame.intensity = intensity_of(attributes);
        frame.calibration = calibration_of(attributes);
        if (pixels_.is_grey()) frame.polarity = Polarity::stated;
        frame.acquisition = acquisition_of(attributes, frame_count());
        frame.index = index;
        frame.count = frame_count();
        return frame;
    }

  private:
    DicomFile dicom_;
    DicomPixels pixels_;
};

}  // namespace

std::unique_ptr<Cine> open_dicom(InputFile file) {
    if (!holds_dicom(file)) throw read_error(file.path(), "it is not a DICOM file");
    DicomFile dicom = parse_dicom(std::move(file));
    if (const auto& path = dicom.file.path(); is_directory(dicom.data))
        throw read_error(path, directory_advice(listed_images(dicom.data, path)));
    return std::make_unique<DicomCine>(std::move(dicom));
}

std::unique_ptr<Cine> open_dicom(const std::filesystem::path& path) { return open_dicom(InputFile(path)); }

bool is_dicom(const std::filesystem::path& path) { return holds_dicom(InputFile(path)); }

bool is_dicomdir(const std::filesystem::path& path) {
    InputFile file(path);
    return holds_dicom(file) && is_directory(parse_dicom(std::move(file)).data);
}

std::vector<ListedImage> list_dicomdir(const std::filesystem::path& path) {
    InputFile file(path);
    if (!holds_dicom(file)) throw read_error(path, "it is not a DICOM file");
    const DicomFile dicom = parse_dicom(std::move(file));
    if (!is_directory(dicom.data)) throw read_error(path, "it is not the directory of a medium (DICOMDIR)");
    return listed_images(dicom.data, path);
}

}  // namespace stenometry::io
