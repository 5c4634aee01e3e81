#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "io/file.h"
#include "io/gzip.h"

/// The attributes of a DICOM file. They are parsed here and not by GDCM, because Debian's GDCM keeps its
/// assertions, and a damaged file must not end the process.
namespace stenometry::io {

/// A tag with the value representation that it has where the file, being in implicit VR, does not say it.
struct Attribute {
    std::uint32_t tag;
    std::array<char, 2> vr;
};

struct DataSet;

struct Element {
    std::array<char, 2> vr;      ///< of the file, or of the dictionary; UN where neither knows
    std::string value;           ///< as in the file, numbers little endian
    std::vector<DataSet> items;  ///< of a sequence
};

struct DataSet {
    std::uint64_t offset = 0;  ///< of an item: where it begins in the file
    std::map<std::uint32_t, Element> elements;

    const Element* find(Attribute attribute) const;
};

/// The value without padding; empty if there is none.
std::string text(const Element* element);

/// All values as numbers, whether they are stored as text or in binary; empty if one of them is no number.
std::vector<double> numbers(const Element* element);
std::optional<double> number(const Element* element);

/// Where the pixels are in the file.
struct PixelElement {
    bool encapsulated = false;
    bool words = false;        ///< whether bytes are stored as words of 16 bits (OW)
    std::uint64_t offset = 0;  ///< of the first byte, or of the first item
    std::uint64_t length = 0;  ///< as stated; of encapsulated pixels, to the end of the file
};

/// A deflated data set or gzipped file whose pixels are too many to stand in memory: they are inflated when
/// they are read.
struct DeflatedData {
    DeflatedData(InputFile of, std::uint64_t offset, Wrapping wrapping)
        : file(std::move(of)), inflated(file, offset, wrapping) {}

    InputFile file;
    InflatedFile inflated;
};

struct DicomFile {
    InputFile file;  ///< what `pixels` points into; in memory where the file is deflated or gzipped
    std::string transfer_syntax;
    bool big_endian = false;
    DataSet data;
    std::optional<PixelElement> pixels;
    std::unique_ptr<DeflatedData> deflated;  ///< what `pixels` points into where `file` is but its beginning

    /// How many bytes there are from `offset` on; of a deflated file, how many there may be at most.
    std::uint64_t bytes_from(std::uint64_t offset) const;

    /// \throws IoError if the file ends before the last of them.
    std::string read(std::uint64_t offset, std::uint64_t count) const;
};

/// Whether a file that begins with these bytes is a DICOM file, with or without a preamble.
bool looks_like_dicom(std::string_view head);

/// Whether it is one, also a gzipped one.
bool holds_dicom(const InputFile& file);

/// Reads all attributes up to the pixels, of a gzipped file, too.
/// \throws IoError if the file is damaged.
DicomFile parse_dicom(InputFile file);

}  // namespace stenometry::io
