#pragma once

#include <string>
#include <vector>

#include "io/dicom_data.h"
#include "stenometry/io/dicom.h"

/// The directory of a medium with DICOM files, a file called DICOMDIR; private to the readers.
namespace stenometry::io {

/// Whether the attributes are those of a directory, and not of an image.
bool is_directory(const DataSet& data);

/// As `list_dicomdir` says. \param path of the directory
std::vector<ListedImage> listed_images(const DataSet& directory, const std::filesystem::path& path);

/// What to do with a directory where one image is wanted, for a message.
std::string directory_advice(const std::vector<ListedImage>& images);

}  // namespace stenometry::io
