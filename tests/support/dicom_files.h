#pragma once

#include <gdcmImageChangeTransferSyntax.h>
#include <gdcmImageReader.h>
#include <gdcmImageWriter.h>
#include <gdcmReader.h>
#include <gdcmSequenceOfItems.h>
#include <gdcmWriter.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <initializer_list>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "stenometry/io/dicom.h"
#include "support/temporary_files.h"

/// DICOM files for tests: written by the library, then changed and encoded by GDCM, which is another reader
/// and writer.
namespace stenometry::test {

/// A smooth picture with a different value range for each `seed`, in 12 bits.
inline Image<std::uint16_t> smooth_picture(int width, int height, int seed = 0) {
    Image<std::uint16_t> picture(width, height);
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x)
            picture(x, y) = static_cast<std::uint16_t>((300 * seed + 7 * x + 11 * y + (x * y) % 13) % 4096);
    return picture;
}

inline std::vector<Image<std::uint16_t>> smooth_cine(int width, int height, int frames) {
    std::vector<Image<std::uint16_t>> cine;
    for (int k = 0; k < frames; ++k) cine.push_back(smooth_picture(width, height, k));
    return cine;
}

inline std::filesystem::path write_dicom_file(std::span<const Image<std::uint16_t>> frames,
                                              io::DicomTags tags = {}) {
    const auto path = temporary_file("image.dcm");
    if (frames.size() > 1 && tags.frame_time_ms == 0.0) tags.frame_time_ms = 40.0;
    io::write_dicom(path, frames, tags);
    return path;
}

inline void require(bool holds, const char* what) {
    if (!holds) throw std::runtime_error(what);
}

/// Replaces an attribute; the value is padded as its kind needs.
inline void put(gdcm::DataSet& data, std::uint16_t group, std::uint16_t element, const char* vr,
                std::string value) {
    gdcm::DataElement made(gdcm::Tag(group, element));
    const auto type = gdcm::VR::GetVRType(vr);
    made.SetVR(type);
    if (value.size() % 2 != 0) value += gdcm::VR::IsASCII(type) ? ' ' : '\0';
    made.SetByteValue(value.data(), gdcm::VL(static_cast<std::uint32_t>(value.size())));
    data.Replace(made);
}

/// Words of 16 bits as bytes, lowest first.
inline std::string words(std::initializer_list<int> values) {
    std::string bytes;
    for (const int value : values) {
        bytes += static_cast<char>(value & 0xff);
        bytes += static_cast<char>(value >> 8 & 0xff);
    }
    return bytes;
}

/// Replaces a sequence by items that `fill` makes.
inline void put_sequence(gdcm::DataSet& data, std::uint16_t group, std::uint16_t element, int items,
                         const std::function<void(int, gdcm::DataSet&)>& fill) {
    const gdcm::SmartPointer<gdcm::SequenceOfItems> sequence = new gdcm::SequenceOfItems;
    sequence->SetLengthToUndefined();
    for (int i = 0; i < items; ++i) {
        gdcm::Item item;
        item.SetVLToUndefined();
        fill(i, item.GetNestedDataSet());
        sequence->AddItem(item);
    }
    gdcm::DataElement made(gdcm::Tag(group, element));
    made.SetVR(gdcm::VR::SQ);
    made.SetValue(*sequence);
    made.SetVLToUndefined();
    data.Replace(made);
}

inline void edit_dicom(const std::filesystem::path& path, const std::function<void(gdcm::DataSet&)>& change) {
    gdcm::Reader reader;
    reader.SetFileName(path.c_str());
    require(reader.Read(), "GDCM cannot read the file");
    change(reader.GetFile().GetDataSet());
    gdcm::Writer writer;
    writer.SetFile(reader.GetFile());
    writer.SetFileName(path.c_str());
    require(writer.Write(), "GDCM cannot write the file");
}

/// A copy in another transfer syntax.
inline std::filesystem::path transcode(const std::filesystem::path& path,
                                       gdcm::TransferSyntax::TSType syntax) {
    gdcm::ImageReader reader;
    reader.SetFileName(path.c_str());
    require(reader.Read(), "GDCM cannot read the image");
    gdcm::ImageChangeTransferSyntax change;
    change.SetTransferSyntax(syntax);
    change.SetInput(reader.GetImage());
    require(change.Change(), "GDCM cannot encode the image");
    gdcm::ImageWriter writer;
    writer.SetFile(reader.GetFile());
    writer.SetImage(change.GetOutput());
    const auto encoded = temporary_file("encoded.dcm");
    writer.SetFileName(encoded.c_str());
    require(writer.Write(), "GDCM cannot write the image");
    return encoded;
}

}  // namespace stenometry::test
