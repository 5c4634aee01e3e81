#pragma once

#include <array>
#include <cstdint>

#include "io/dicom_data.h"

namespace stenometry::io {

/// Transfer syntaxes. Source: DICOM PS3.5 chapter 10 and annex A.
namespace uid {
inline constexpr const char* implicit_little = "1.2.840.10008.1.2";
inline constexpr const char* explicit_little = "1.2.840.10008.1.2.1";
inline constexpr const char* deflated = "1.2.840.10008.1.2.1.99";
inline constexpr const char* explicit_big = "1.2.840.10008.1.2.2";
inline constexpr const char* jpeg_baseline = "1.2.840.10008.1.2.4.50";
inline constexpr const char* jpeg_extended = "1.2.840.10008.1.2.4.51";
inline constexpr const char* jpeg_lossless = "1.2.840.10008.1.2.4.57";
inline constexpr const char* jpeg_lossless_first = "1.2.840.10008.1.2.4.70";
inline constexpr const char* jpeg_ls = "1.2.840.10008.1.2.4.80";
inline constexpr const char* jpeg_ls_near = "1.2.840.10008.1.2.4.81";
inline constexpr const char* jpeg_2000_lossless = "1.2.840.10008.1.2.4.90";
inline constexpr const char* jpeg_2000 = "1.2.840.10008.1.2.4.91";
inline constexpr const char* htj2k_lossless = "1.2.840.10008.1.2.4.201";
inline constexpr const char* htj2k_rpcl = "1.2.840.10008.1.2.4.202";
inline constexpr const char* htj2k = "1.2.840.10008.1.2.4.203";
inline constexpr const char* rle = "1.2.840.10008.1.2.5";
inline constexpr const char* xa_image_storage = "1.2.840.10008.5.1.4.1.1.12.1";
}  // namespace uid

/// Every attribute that is read or written, with its value representation (DICOM PS3.6). A macro, so that the
/// names below and the dictionary for files in implicit VR cannot drift apart.
#define STENOMETRY_DICOM_ATTRIBUTES(ATTRIBUTE)                         \
    ATTRIBUTE(meta_length, 0x00020000, 'U', 'L')                       \
    ATTRIBUTE(meta_version, 0x00020001, 'O', 'B')                      \
    ATTRIBUTE(media_sop_class, 0x00020002, 'U', 'I')                   \
    ATTRIBUTE(media_sop_instance, 0x00020003, 'U', 'I')                \
    ATTRIBUTE(transfer_syntax, 0x00020010, 'U', 'I')                   \
    ATTRIBUTE(implementation_class, 0x00020012, 'U', 'I')              \
    ATTRIBUTE(implementation_version, 0x00020013, 'S', 'H')            \
    ATTRIBUTE(first_record, 0x00041200, 'U', 'L')                      \
    ATTRIBUTE(directory_records, 0x00041220, 'S', 'Q')                 \
    ATTRIBUTE(next_record, 0x00041400, 'U', 'L')                       \
    ATTRIBUTE(lower_record, 0x00041420, 'U', 'L')                      \
    ATTRIBUTE(record_type, 0x00041430, 'C', 'S')                       \
    ATTRIBUTE(referenced_file, 0x00041500, 'C', 'S')                   \
    ATTRIBUTE(character_set, 0x00080005, 'C', 'S')                     \
    ATTRIBUTE(image_type, 0x00080008, 'C', 'S')                        \
    ATTRIBUTE(sop_class, 0x00080016, 'U', 'I')                         \
    ATTRIBUTE(sop_instance, 0x00080018, 'U', 'I')                      \
    ATTRIBUTE(study_date, 0x00080020, 'D', 'A')                        \
    ATTRIBUTE(content_date, 0x00080023, 'D', 'A')                      \
    ATTRIBUTE(study_time, 0x00080030, 'T', 'M')                        \
    ATTRIBUTE(content_time, 0x00080033, 'T', 'M')                      \
    ATTRIBUTE(accession_number, 0x00080050, 'S', 'H')                  \
    ATTRIBUTE(modality, 0x00080060, 'C', 'S')                          \
    ATTRIBUTE(manufacturer, 0x00080070, 'L', 'O')                      \
    ATTRIBUTE(referring_physician, 0x00080090, 'P', 'N')               \
    ATTRIBUTE(series_description, 0x0008103e, 'L', 'O')                \
    ATTRIBUTE(model_name, 0x00081090, 'L', 'O')                        \
    ATTRIBUTE(display_frame_rate, 0x00082144, 'I', 'S')                \
    ATTRIBUTE(patient_name, 0x00100010, 'P', 'N')                      \
    ATTRIBUTE(patient_id, 0x00100020, 'L', 'O')                        \
    ATTRIBUTE(patient_birth_date, 0x00100030, 'D', 'A')                \
    ATTRIBUTE(patient_sex, 0x00100040, 'C', 'S')                       \
    ATTRIBUTE(cine_rate, 0x00180040, 'I', 'S')                         \
    ATTRIBUTE(kvp, 0x00180060, 'D', 'S')                               \
    ATTRIBUTE(software_versions, 0x00181020, 'L', 'O')                 \
    ATTRIBUTE(frame_time, 0x00181063, 'D', 'S')                        \
    ATTRIBUTE(frame_time_vector, 0x00181065, 'D', 'S')                 \
    ATTRIBUTE(source_to_detector, 0x00181110, 'D', 'S')                \
    ATTRIBUTE(source_to_patient, 0x00181111, 'D', 'S')                 \
    ATTRIBUTE(magnification, 0x00181114, 'D', 'S')                     \
    ATTRIBUTE(exposure_time, 0x00181150, 'I', 'S')                     \
    ATTRIBUTE(tube_current, 0x00181151, 'I', 'S')                      \
    ATTRIBUTE(exposure, 0x00181152, 'I', 'S')                          \
    ATTRIBUTE(radiation_setting, 0x00181155, 'C', 'S')                 \
    ATTRIBUTE(imager_pixel_spacing, 0x00181164, 'D', 'S')              \
    ATTRIBUTE(positioner_motion, 0x00181500, 'C', 'S')                 \
    ATTRIBUTE(primary_angle, 0x00181510, 'D', 'S')                     \
    ATTRIBUTE(secondary_angle, 0x00181511, 'D', 'S')                   \
    ATTRIBUTE(primary_angle_increment, 0x00181520, 'D', 'S')           \
    ATTRIBUTE(secondary_angle_increment, 0x00181521, 'D', 'S')         \
    ATTRIBUTE(shutter_shape, 0x00181600, 'C', 'S')                     \
    ATTRIBUTE(shutter_left, 0x00181602, 'I', 'S')                      \
    ATTRIBUTE(shutter_right, 0x00181604, 'I', 'S')                     \
    ATTRIBUTE(shutter_upper, 0x00181606, 'I', 'S')                     \
    ATTRIBUTE(shutter_lower, 0x00181608, 'I', 'S')                     \
    ATTRIBUTE(shutter_center, 0x00181610, 'I', 'S')                    \
    ATTRIBUTE(shutter_radius, 0x00181612, 'I', 'S')                    \
    ATTRIBUTE(shutter_vertices, 0x00181620, 'I', 'S')                  \
    ATTRIBUTE(collimator_shape, 0x00181700, 'C', 'S')                  \
    ATTRIBUTE(collimator_left, 0x00181702, 'I', 'S')                   \
    ATTRIBUTE(collimator_right, 0x00181704, 'I', 'S')                  \
    ATTRIBUTE(collimator_upper, 0x00181706, 'I', 'S')                  \
    ATTRIBUTE(collimator_lower, 0x00181708, 'I', 'S')                  \
    ATTRIBUTE(collimator_center, 0x00181710, 'I', 'S')                 \
    ATTRIBUTE(collimator_radius, 0x00181712, 'I', 'S')                 \
    ATTRIBUTE(collimator_vertices, 0x00181720, 'I', 'S')               \
    ATTRIBUTE(frame_reference_time, 0x00189151, 'D', 'T')              \
    ATTRIBUTE(projection_calibration, 0x00189401, 'S', 'Q')            \
    ATTRIBUTE(source_to_isocenter, 0x00189402, 'F', 'L')               \
    ATTRIBUTE(object_pixel_spacing, 0x00189404, 'F', 'L')              \
    ATTRIBUTE(positioner_position, 0x00189405, 'S', 'Q')               \
    ATTRIBUTE(collimator_sequence, 0x00189407, 'S', 'Q')               \
    ATTRIBUTE(frame_acquisition, 0x00189417, 'S', 'Q')                 \
    ATTRIBUTE(frame_acquisition_kvp, 0x00189330, 'F', 'D')             \
    ATTRIBUTE(xray_geometry, 0x00189476, 'S', 'Q')                     \
    ATTRIBUTE(study_instance, 0x0020000d, 'U', 'I')                    \
    ATTRIBUTE(series_instance, 0x0020000e, 'U', 'I')                   \
    ATTRIBUTE(study_id, 0x00200010, 'S', 'H')                          \
    ATTRIBUTE(series_number, 0x00200011, 'I', 'S')                     \
    ATTRIBUTE(instance_number, 0x00200013, 'I', 'S')                   \
    ATTRIBUTE(patient_orientation, 0x00200020, 'C', 'S')               \
    ATTRIBUTE(frame_content, 0x00209111, 'S', 'Q')                     \
    ATTRIBUTE(samples_per_pixel, 0x00280002, 'U', 'S')                 \
    ATTRIBUTE(photometric, 0x00280004, 'C', 'S')                       \
    ATTRIBUTE(planar_configuration, 0x00280006, 'U', 'S')              \
    ATTRIBUTE(number_of_frames, 0x00280008, 'I', 'S')                  \
    ATTRIBUTE(frame_increment_pointer, 0x00280009, 'A', 'T')           \
    ATTRIBUTE(rows, 0x00280010, 'U', 'S')                              \
    ATTRIBUTE(columns, 0x00280011, 'U', 'S')                           \
    ATTRIBUTE(pixel_spacing, 0x00280030, 'D', 'S')                     \
    ATTRIBUTE(bits_allocated, 0x00280100, 'U', 'S')                    \
    ATTRIBUTE(bits_stored, 0x00280101, 'U', 'S')                       \
    ATTRIBUTE(high_bit, 0x00280102, 'U', 'S')                          \
    ATTRIBUTE(pixel_representation, 0x00280103, 'U', 'S')              \
    ATTRIBUTE(pixel_spacing_calibration_type, 0x00280a02, 'C', 'S')    \
    ATTRIBUTE(pixel_intensity_relationship, 0x00281040, 'C', 'S')      \
    ATTRIBUTE(pixel_intensity_relationship_sign, 0x00281041, 'S', 'S') \
    ATTRIBUTE(window_center, 0x00281050, 'D', 'S')                     \
    ATTRIBUTE(window_width, 0x00281051, 'D', 'S')                      \
    ATTRIBUTE(rescale_intercept, 0x00281052, 'D', 'S')                 \
    ATTRIBUTE(rescale_slope, 0x00281053, 'D', 'S')                     \
    ATTRIBUTE(red_palette_descriptor, 0x00281101, 'U', 'S')            \
    ATTRIBUTE(green_palette_descriptor, 0x00281102, 'U', 'S')          \
    ATTRIBUTE(blue_palette_descriptor, 0x00281103, 'U', 'S')           \
    ATTRIBUTE(red_palette, 0x00281201, 'O', 'W')                       \
    ATTRIBUTE(green_palette, 0x00281202, 'O', 'W')                     \
    ATTRIBUTE(blue_palette, 0x00281203, 'O', 'W')                      \
    ATTRIBUTE(segmented_red_palette, 0x00281221, 'O', 'W')             \
    ATTRIBUTE(lossy_compression, 0x00282110, 'C', 'S')                 \
    ATTRIBUTE(modality_lut, 0x00283000, 'S', 'Q')                      \
    ATTRIBUTE(lut_descriptor, 0x00283002, 'U', 'S')                    \
    ATTRIBUTE(lut_data, 0x00283006, 'O', 'W')                          \
    ATTRIBUTE(pixel_value_transformation, 0x00289145, 'S', 'Q')        \
    ATTRIBUTE(frame_pixel_data_properties, 0x00289443, 'S', 'Q')       \
    ATTRIBUTE(shared_functional_groups, 0x52009229, 'S', 'Q')          \
    ATTRIBUTE(per_frame_functional_groups, 0x52009230, 'S', 'Q')       \
    ATTRIBUTE(extended_offset_table, 0x7fe00001, 'O', 'V')             \
    ATTRIBUTE(pixel_data, 0x7fe00010, 'O', 'W')

namespace tags {
#define STENOMETRY_NAME_ATTRIBUTE(name, tag, a, b) inline constexpr Attribute name{tag, {a, b}};
STENOMETRY_DICOM_ATTRIBUTES(STENOMETRY_NAME_ATTRIBUTE)
#undef STENOMETRY_NAME_ATTRIBUTE
}  // namespace tags

/// UN for attributes that are not read.
constexpr std::array<char, 2> dictionary_vr(std::uint32_t tag) {
    switch (tag) {
#define STENOMETRY_LIST_ATTRIBUTE(name, number, a, b) \
    case number:                                      \
        return {a, b};
        STENOMETRY_DICOM_ATTRIBUTES(STENOMETRY_LIST_ATTRIBUTE)
#undef STENOMETRY_LIST_ATTRIBUTE
        default:
            return {'U', 'N'};
    }
}

}  // namespace stenometry::io
