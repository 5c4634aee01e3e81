#include "io/dicom_meaning.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <opencv2/imgproc.hpp>
#include <string>

#include "core/mat.h"
#include "io/dicom_tags.h"
#include "io/luma.h"

namespace stenometry::io {

namespace {

/// The attribute in one of the macros of a functional group.
const Element* find_in_group(const DataSet& group, Attribute attribute) {
    for (const auto& [tag, macro] : group.elements)
        for (const DataSet& item : macro.items)
            if (const Element* found = item.find(attribute)) return found;
    return nullptr;
}

const Element* find_in_groups(const Element* groups, std::size_t index, Attribute attribute) {
    if (groups == nullptr || index >= groups->items.size()) return nullptr;
    return find_in_group(groups->items[index], attribute);
}

std::optional<double> number(const FrameAttributes& attributes, Attribute attribute) {
    return io::number(attributes.find(attribute));
}

// --- Pixel values ---

int stored_value(std::uint32_t cell, const StoredValues& stored) {
    const std::uint32_t mask = (1u << stored.bits_stored) - 1;
    const auto value = static_cast<int>((cell >> (stored.high_bit + 1 - stored.bits_stored)) & mask);
    const bool negative = stored.is_signed && value >> (stored.bits_stored - 1) != 0;
    return negative ? value - (1 << stored.bits_stored) : value;
}

std::vector<double> words_of(const std::string& value) {
    std::vector<double> words;
    for (std::size_t i = 0; i + 1 < value.size(); i += 2)
        words.push_back(static_cast<unsigned char>(value[i]) +
                        256 * static_cast<unsigned char>(value[i + 1]));
    return words;
}

std::vector<double> bytes_of(const std::string& value) {
    std::vector<double> bytes;
    for (const char c : value) bytes.push_back(static_cast<unsigned char>(c));
    return bytes;
}

const DataSet* modality_lut(const FrameAttributes& attributes) {
    const Element* sequence = attributes.find(tags::modality_lut);
    return sequence == nullptr || sequence->items.empty() ? nullptr : &sequence->items.front();
}

/// A table with one entry for each stored value from the first on; its ends hold for what lies beyond.
/// Source: DICOM PS3.3 C.11.1.1 and C.7.6.3.1.5.
class LookupTable {
  public:
    LookupTable() = default;

    /// Empty if it lacks a part.
    LookupTable(const Element* descriptor, const Element* data, bool is_signed) {
        const std::vector<double> stated = numbers(descriptor);
        if (stated.size() != 3 || data == nullptr) return;
        // 65536 entries do not fit into 16 bits and are written as 0.
        const std::size_t entries = stated[0] == 0.0 ? 65536 : static_cast<std::uint16_t>(stated[0]);
        // The first stored value is signed where the pixels are, whatever value representation the file gives
        // it.
        const auto first = static_cast<std::uint16_t>(static_cast<int>(stated[1]));
        first_ = is_signed ? static_cast<std::int16_t>(first) : first;
        // Entries of 8 bits may be packed two to a word.
        entries_ = data->value.size() >= 2 * entries ? words_of(data->value) : bytes_of(data->value);
        entries_.resize(std::min(entries_.size(), entries));
    }

    bool empty() const { return entries_.empty(); }
    double operator()(int stored) const {
        const auto last = static_cast<int>(entries_.size()) - 1;
        return entries_[static_cast<std::size_t>(std::clamp(stored - first_, 0, last))];
    }

  private:
    int first_ = 0;
    std::vector<double> entries_;
};

/// Modality LUT or rescale. Source: DICOM PS3.3 C.11.1.
class ModalityTransform {
  public:
    ModalityTransform(const FrameAttributes& attributes, bool is_signed)
        : slope_(number(attributes, tags::rescale_slope).value_or(1.0)),
          intercept_(number(attributes, tags::rescale_intercept).value_or(0.0)) {
        // A slope of zero would leave no image; files that have it mean no slope at all.
        if (slope_ == 0.0) slope_ = 1.0;
        if (const DataSet* item = modality_lut(attributes))
            table_ = {item->find(tags::lut_descriptor), item->find(tags::lut_data), is_signed};
    }

    double operator()(int stored) const {
        return table_.empty() ? slope_ * stored + intercept_ : table_(stored);
    }

  private:
    double slope_;
    double intercept_;
    LookupTable table_;
};

/// The tables of a palette for red, green and blue. Source: DICOM PS3.3 C.7.9.
std::array<LookupTable, 3> palette_of(const DataSet& image, bool is_signed) {
    return {
        LookupTable(image.find(tags::red_palette_descriptor), image.find(tags::red_palette), is_signed),
        LookupTable(image.find(tags::green_palette_descriptor), image.find(tags::green_palette), is_signed),
        LookupTable(image.find(tags::blue_palette_descriptor), image.find(tags::blue_palette), is_signed)};
}

/// Whether high values, after the modality transform, mean few X-rays.
bool is_inverted(const FrameAttributes& attributes, bool transform_falls) {
    if (const auto sign = number(attributes, tags::pixel_intensity_relationship_sign); sign && *sign != 0.0)
        return (*sign < 0.0) != transform_falls;
    return text(attributes.find(tags::photometric)) == "MONOCHROME1";
}

// --- Spacing ---

std::optional<double> positive(std::optional<double> value) {
    return value && *value > 0.0 ? value : std::nullopt;
}

/// DICOM gives the distance between rows first, then that between columns.
void read_pair(const FrameAttributes& attributes, Attribute attribute, std::optional<double>& x,
               std::optional<double>& y) {
    const std::vector<double> values = numbers(attributes.find(attribute));
    if (values.size() < 2) return;
    y = values[0];
    x = values[1];
}

// --- Time ---

std::optional<double> time_from_vector(const FrameAttributes& attributes, int frame_count) {
    const std::vector<double> steps = numbers(attributes.find(tags::frame_time_vector));
    if (steps.size() != static_cast<std::size_t>(frame_count)) return std::nullopt;
    return std::accumulate(steps.begin() + 1, steps.begin() + 1 + attributes.frame(), 0.0);
}

/// Milliseconds from one frame to the next.
std::optional<double> constant_frame_time(const FrameAttributes& attributes) {
    if (const auto time = positive(number(attributes, tags::frame_time))) return time;
    if (const auto rate = positive(number(attributes, tags::cine_rate))) return 1000.0 / *rate;
    if (const auto rate = positive(number(attributes, tags::display_frame_rate))) return 1000.0 / *rate;
    return std::nullopt;
}

bool points_at(const FrameAttributes& attributes, Attribute attribute) {
    const Element* pointer = attributes.find(tags::frame_increment_pointer);
    if (pointer == nullptr || pointer->value.size() != 4) return false;
    const auto byte = [&](std::size_t i) {
        return std::uint32_t{static_cast<unsigned char>(pointer->value[i])};
    };
    return (byte(1) << 24 | byte(0) << 16 | byte(3) << 8 | byte(2)) == attribute.tag;
}

/// Milliseconds since midnight of a date and time, YYYYMMDDHHMMSS.FFFFFF; nothing if the seconds are not
/// given.
std::optional<double> time_of_day(const Element* element) {
    const std::string moment = text(element);
    constexpr std::size_t seconds_end = 14;
    if (moment.size() < seconds_end) return std::nullopt;
    const std::string seconds = moment.substr(12, moment.find_first_of("+-") - 12);
    const auto digits = [&](std::size_t at) { return 10 * (moment[at] - '0') + (moment[at + 1] - '0'); };
    const Element as_number{.vr = {'D', 'S'}, .value = seconds};
    const std::optional<double> value = io::number(&as_number);
    if (!value) return std::nullopt;
    return 1000.0 * (*value + 60.0 * (digits(10) + 60.0 * digits(8)));
}

/// Frames of an enhanced image may say when each of them was taken.
std::optional<double> time_from_reference(const FrameAttributes& attributes) {
    const auto first = time_of_day(attributes.of_frame(0).find(tags::frame_reference_time));
    const auto own = time_of_day(attributes.find(tags::frame_reference_time));
    if (!first || !own) return std::nullopt;
    constexpr double day_ms = 24.0 * 3600.0 * 1000.0;
    return *own < *first ? *own + day_ms - *first : *own - *first;
}

/// Source: DICOM PS3.3 C.7.6.5.1 and C.7.6.6. FrameIncrementPointer says which attribute counts where both
/// are there.
std::optional<double> time_of(const FrameAttributes& attributes, int frame_count) {
    if (!points_at(attributes, tags::frame_time))
        if (const auto time = time_from_vector(attributes, frame_count)) return time;
    if (const auto step = constant_frame_time(attributes)) return *step * attributes.frame();
    return time_from_reference(attributes);
}

// --- Angles ---

/// One increment is the change from each frame to the next; as many as frames are offsets from the first
/// frame. Source: DICOM PS3.3 C.8.7.5.1.3.
std::optional<double> angle_of(const FrameAttributes& attributes, Attribute angle, Attribute increment,
                               int frame_count) {
    const std::optional<double> first = number(attributes, angle);
    if (!first) return std::nullopt;
    const std::vector<double> steps = numbers(attributes.find(increment));
    if (steps.size() == static_cast<std::size_t>(frame_count))
        return *first + steps[static_cast<std::size_t>(attributes.frame())];
    return steps.size() == 1 ? *first + steps[0] * attributes.frame() : *first;
}

// --- Shutters and collimators ---

/// The attributes of a shutter and those of a collimator, which have one layout.
struct ApertureTags {
    Attribute shape, left, right, upper, lower, center, radius, vertices;
};

constexpr ApertureTags shutter{tags::shutter_shape,  tags::shutter_left,    tags::shutter_right,
                               tags::shutter_upper,  tags::shutter_lower,   tags::shutter_center,
                               tags::shutter_radius, tags::shutter_vertices};
constexpr ApertureTags collimator{tags::collimator_shape,  tags::collimator_left,    tags::collimator_right,
                                  tags::collimator_upper,  tags::collimator_lower,   tags::collimator_center,
                                  tags::collimator_radius, tags::collimator_vertices};

bool has_shape(const FrameAttributes& attributes, const ApertureTags& aperture, const char* shape) {
    return text(attributes.find(aperture.shape)).find(shape) != std::string::npos;
}

/// Keeps of `valid` what is in `part`, unless that is nothing: then the attributes cannot be meant so.
void intersect(cv::Mat& valid, const cv::Mat& part) {
    const cv::Mat both = valid & part;
    if (cv::countNonZero(both) > 0) valid = both;
}

/// Rows and columns are counted from 1, and the edges themselves are seen.
void apply_rectangle(const FrameAttributes& attributes, const ApertureTags& aperture, cv::Mat& valid) {
    const auto edge = [&](Attribute attribute, int missing) {
        const double value = number(attributes, attribute).value_or(missing);
        return static_cast<int>(std::clamp(value, -1e6, 1e6));
    };
    const cv::Point first(edge(aperture.left, 1) - 1, edge(aperture.upper, 1) - 1);
    const cv::Point last(edge(aperture.right, valid.cols) - 1, edge(aperture.lower, valid.rows) - 1);
    if (last.x < first.x || last.y < first.y) return;
    cv::Mat part = cv::Mat::zeros(valid.size(), CV_8U);
    const cv::Rect seen = cv::Rect(first, last + cv::Point(1, 1)) & cv::Rect({0, 0}, valid.size());
    part(seen).setTo(255);
    intersect(valid, part);
}

void apply_circle(const FrameAttributes& attributes, const ApertureTags& aperture, cv::Mat& valid) {
    const std::vector<double> center = numbers(attributes.find(aperture.center));
    const auto radius = positive(number(attributes, aperture.radius));
    if (center.size() != 2 || !radius) return;
    cv::Mat part = cv::Mat::zeros(valid.size(), CV_8U);
    for (int y = 0; y < part.rows; ++y)
        for (int x = 0; x < part.cols; ++x)
            if (std::hypot(x + 1 - center[1], y + 1 - center[0]) <= *radius)
                part.at<std::uint8_t>(y, x) = 255;
    intersect(valid, part);
}

/// Vertices are pairs of row and column.
void apply_polygon(const FrameAttributes& attributes, const ApertureTags& aperture, cv::Mat& valid) {
    const std::vector<double> values = numbers(attributes.find(aperture.vertices));
    std::vector<cv::Point> vertices;
    for (std::size_t i = 0; i + 1 < values.size(); i += 2)
        vertices.emplace_back(static_cast<int>(std::clamp(values[i + 1], -3e4, 3e4)) - 1,
                              static_cast<int>(std::clamp(values[i], -3e4, 3e4)) - 1);
    if (vertices.size() < 3) return;
    cv::Mat part = cv::Mat::zeros(valid.size(), CV_8U);
    cv::fillPoly(part, std::vector{vertices}, cv::Scalar(255));
    intersect(valid, part);
}

void apply_aperture(const FrameAttributes& attributes, const ApertureTags& aperture, cv::Mat& valid) {
    if (has_shape(attributes, aperture, "RECTANGULAR")) apply_rectangle(attributes, aperture, valid);
    if (has_shape(attributes, aperture, "CIRCULAR")) apply_circle(attributes, aperture, valid);
    if (has_shape(attributes, aperture, "POLYGONAL")) apply_polygon(attributes, aperture, valid);
}

}  // namespace

const Element* FrameAttributes::find(Attribute attribute) const {
    const Element* own = image_->find(tags::per_frame_functional_groups);
    if (const Element* found = find_in_groups(own, static_cast<std::size_t>(frame_), attribute)) return found;
    if (const Element* found = find_in_groups(image_->find(tags::shared_functional_groups), 0, attribute))
        return found;
    return image_->find(attribute);
}

bool has_palette(const DataSet& image) { return text(image.find(tags::photometric)) == "PALETTE COLOR"; }

std::string palette_fault(const DataSet& image) {
    const auto tables = palette_of(image, false);
    if (std::none_of(tables.begin(), tables.end(), [](const LookupTable& table) { return table.empty(); }))
        return {};
    return image.find(tags::segmented_red_palette) != nullptr ? "segmented colour palettes are not read"
                                                              : "the colour palette lacks a part";
}

namespace {

std::vector<float> luma_of_cells(const DataSet& image, const StoredValues& stored, int bits_allocated) {
    const auto [red, green, blue] = palette_of(image, stored.is_signed);
    std::vector<float> values(std::size_t{1} << bits_allocated);
    for (std::size_t cell = 0; cell < values.size(); ++cell) {
        const int entry = stored_value(static_cast<std::uint32_t>(cell), stored);
        values[cell] = luma(static_cast<float>(red(entry)), static_cast<float>(green(entry)),
                            static_cast<float>(blue(entry)));
    }
    return values;
}

}  // namespace

std::vector<float> value_of_cells(const FrameAttributes& attributes, const StoredValues& stored,
                                  int bits_allocated) {
    if (has_palette(attributes.image()) && palette_fault(attributes.image()).empty())
        return luma_of_cells(attributes.image(), stored, bits_allocated);
    const ModalityTransform transform(attributes, stored.is_signed);
    const int lowest = stored.is_signed ? -(1 << (stored.bits_stored - 1)) : 0;
    const int highest = lowest + (1 << stored.bits_stored) - 1;
    const double sum = transform(lowest) + transform(highest);
    const bool inverted = is_inverted(attributes, transform(highest) < transform(lowest));
    std::vector<float> values(std::size_t{1} << bits_allocated);
    for (std::size_t cell = 0; cell < values.size(); ++cell) {
        const double value = transform(stored_value(static_cast<std::uint32_t>(cell), stored));
        values[cell] = static_cast<float>(inverted ? sum - value : value);
    }
    return values;
}

Intensity intensity_of(const FrameAttributes& attributes) {
    const std::string relationship = text(attributes.find(tags::pixel_intensity_relationship));
    if (relationship == "LIN") return Intensity::linear;
    // The modality LUT of a logarithmic image leads back to X-ray intensity (DICOM PS3.3 C.8.7.1.1.2).
    if (relationship == "LOG")
        return modality_lut(attributes) != nullptr ? Intensity::linear : Intensity::logarithmic;
    if (relationship == "DISP") return Intensity::display;
    return Intensity::unknown;
}

Calibration calibration_of(const FrameAttributes& attributes) {
    SpacingAttributes spacing;
    read_pair(attributes, tags::pixel_spacing, spacing.pixel_spacing_x_mm, spacing.pixel_spacing_y_mm);
    read_pair(attributes, tags::object_pixel_spacing, spacing.object_spacing_x_mm,
              spacing.object_spacing_y_mm);
    read_pair(attributes, tags::imager_pixel_spacing, spacing.imager_spacing_x_mm,
              spacing.imager_spacing_y_mm);
    const std::string type = text(attributes.find(tags::pixel_spacing_calibration_type));
    spacing.pixel_spacing_calibrated = type == "GEOMETRY" || type == "FIDUCIAL";
    spacing.magnification = number(attributes, tags::magnification);
    spacing.source_to_detector_mm = number(attributes, tags::source_to_detector);
    spacing.source_to_patient_mm = number(attributes, tags::source_to_patient);
    // The enhanced image names the isocentre where the older one means it.
    if (!positive(spacing.source_to_patient_mm))
        spacing.source_to_patient_mm = number(attributes, tags::source_to_isocenter);
    return resolve_spacing(spacing);
}

Acquisition acquisition_of(const FrameAttributes& attributes, int frame_count) {
    Acquisition acquisition;
    acquisition.primary_angle_deg =
        angle_of(attributes, tags::primary_angle, tags::primary_angle_increment, frame_count);
    acquisition.secondary_angle_deg =
        angle_of(attributes, tags::secondary_angle, tags::secondary_angle_increment, frame_count);
    acquisition.time_ms = time_of(attributes, frame_count);
    acquisition.tube_voltage_kv = positive(number(attributes, tags::kvp));
    acquisition.manufacturer = text(attributes.find(tags::manufacturer));
    return acquisition;
}

Image<std::uint8_t> valid_region_of(const FrameAttributes& attributes, int width, int height) {
    cv::Mat valid(height, width, CV_8U, cv::Scalar(255));
    apply_aperture(attributes, shutter, valid);
    apply_aperture(attributes, collimator, valid);
    if (cv::countNonZero(valid) == width * height) return {};
    return from_mat<std::uint8_t>(valid);
}

}  // namespace stenometry::io
