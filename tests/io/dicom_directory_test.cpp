#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "stenometry/io/dicom.h"
#include "stenometry/io/image.h"
#include "support/cine_reading.h"
#include "support/dicom_bytes.h"
#include "support/temporary_files.h"

namespace stenometry::io {
namespace {

namespace fs = std::filesystem;

using test::directory_bytes;
using test::element;
using test::listed_image;
using test::listed_series;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// Two series, written level by level: the records do not stand in the order of the walk.
std::string two_series() {
    return directory_bytes({{.lower = 1, .kind = "PATIENT"},
                            {.lower = 2, .kind = "STUDY"},
                            {.next = 3, .lower = 4, .kind = "SERIES", .other = listed_series("XA")},
                            {.lower = 6, .kind = "SERIES", .other = listed_series("OT")},
                            {.next = 5, .kind = "IMAGE", .other = listed_image("A\\IM1")},
                            {.kind = "IMAGE", .other = listed_image("A\\IM2")},
                            {.kind = "IMAGE", .other = listed_image("B\\IM3")}});
}

std::vector<std::string> listed_in(const fs::path& directory) {
    std::vector<std::string> names;
    for (const ListedImage& listed : list_dicomdir(directory))
        names.push_back(listed.file.lexically_relative(directory.parent_path()).string() + ' ' +
                        listed.modality);
    return names;
}

TEST(DicomDirectory, ListsImagesInTheOrderOfItsRecordsWithTheirModality) {
    const auto path = test::file_with(two_series(), "DICOMDIR");
    EXPECT_TRUE(is_dicomdir(path));
    EXPECT_THAT(listed_in(path), ElementsAre("A/IM1 XA", "A/IM2 XA", "B/IM3 OT"));
}

TEST(DicomDirectory, FindsFilesWhoseNamesHaveSmallLetters) {
    const auto path = test::file_with(two_series(), "DICOMDIR");
    const fs::path folder = path.parent_path() / "a";
    fs::create_directory(folder);
    write_file(folder / "im2", "anything");
    EXPECT_EQ(list_dicomdir(path)[1].file, folder / "im2");
    fs::remove_all(folder);
}

TEST(DicomDirectory, IsNoImageAndSaysWhichToName) {
    const auto path = test::file_with(two_series(), "DICOMDIR");
    EXPECT_THAT(test::fault_of(path),
                AllOf(HasSubstr("3 images, 2 of them angiograms (XA)"), HasSubstr("A/IM1")));
    EXPECT_THAT(test::fault_of(test::file_with(directory_bytes({}), "DICOMDIR")), HasSubstr("lists none"));
}

TEST(DicomDirectory, WithCirclesHasAnEnd) {
    const auto path = test::file_with(
        directory_bytes({{.next = 0, .lower = 1, .kind = "SERIES", .other = listed_series("XA")},
                         {.next = 1, .lower = 0, .kind = "IMAGE", .other = listed_image("IM1")}}),
        "DICOMDIR");
    EXPECT_THAT(listed_in(path), ElementsAre("IM1 XA"));
}

TEST(DicomDirectory, LeadsOutOfItsFolderNowhere) {
    const auto path =
        test::file_with(directory_bytes({{.next = 1, .kind = "IMAGE", .other = listed_image("..\\IM1")},
                                         {.next = 2, .kind = "IMAGE", .other = listed_image("/etc/passwd")},
                                         {.kind = "IMAGE", .other = listed_image("")}}),
                        "DICOMDIR");
    EXPECT_THAT(listed_in(path), IsEmpty());
}

TEST(DicomDirectory, IsNothingElse) {
    const auto path = test::file_with(
        test::DicomPicture{}.file(element(0x7fe00010, "OB", std::string(8, '\0'))), "image.dcm");
    EXPECT_FALSE(is_dicomdir(path));
    EXPECT_THROW(list_dicomdir(path), IoError);
    EXPECT_FALSE(is_dicomdir(test::file_with("text", "text")));
}

}  // namespace
}  // namespace stenometry::io
