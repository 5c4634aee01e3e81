#include "stenometry/io/image.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <itkMetaImageIO.h>
#include <itkNiftiImageIO.h>
#include <itkNrrdImageIO.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cmath>
#include <csignal>
#include <limits>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#include <random>
#include <thread>

#include "stenometry/error.h"
#include "stenometry/interop/opencv.h"
#include "stenometry/io/cine.h"
#include "support/cine_reading.h"
#include "support/temporary_files.h"

namespace stenometry::io {
namespace {

namespace fs = std::filesystem;
using test::bytes_of;
using test::fault_of;
using test::file_with;
using test::temporary_file;
using test::temporary_folder;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr int width = 37;
constexpr int height = 23;

template <class T>
Image<T> picture_of(double step) {
    Image<T> picture(width, height);
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x) picture(x, y) = static_cast<T>(step * (3 * x + 2 * y + x * y % 5));
    return picture;
}

template <class T>
void expect_same(const Frame& frame, const Image<T>& picture, double tolerance = 0.0) {
    ASSERT_TRUE(same_size(frame.pixels, picture));
    for (int y = 0; y < picture.height(); ++y)
        for (int x = 0; x < picture.width(); ++x)
            ASSERT_NEAR(static_cast<double>(frame.pixels(x, y)), static_cast<double>(picture(x, y)),
                        tolerance)
                << x << ", " << y;
}

template <class T>
fs::path encoded(const Image<T>& picture, const std::string& extension,
                 const std::vector<int>& parameters = {}) {
    const auto path = temporary_file("picture" + extension);
    cv::imwrite(path.string(), interop::as_mat(picture), parameters);
    return path;
}

// --- Still images ---

class LosslessFormat : public testing::TestWithParam<const char*> {};

TEST_P(LosslessFormat, GivesEightBitsAsTheyAre) {
    const auto picture = picture_of<std::uint8_t>(1.0);
    expect_same(read_image(encoded(picture, GetParam())), picture);
}

TEST_P(LosslessFormat, IsKnownByItsContentAndNotByItsName) {
    const auto picture = picture_of<std::uint8_t>(1.0);
    const auto named = temporary_file("picture.dcm");
    fs::copy(encoded(picture, GetParam()), named);
    expect_same(read_image(named), picture);
}

TEST_P(LosslessFormat, ColourBecomesGrey) {
    // Where all three colours are equal, any luma gives their value back, but for rounding to whole levels.
    const auto grey = picture_of<std::uint8_t>(1.0);
    Image<Rgb> colour(width, height);
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x) colour(x, y) = {grey(x, y), grey(x, y), grey(x, y)};
    const std::string extension = std::string(GetParam()) == ".pgm" ? ".ppm" : GetParam();
    expect_same(read_image(encoded(colour, extension)), grey, 1.0);
}

INSTANTIATE_TEST_SUITE_P(Every, LosslessFormat, testing::Values(".png", ".tif", ".bmp", ".pgm"));

class DeepFormat : public testing::TestWithParam<const char*> {};

TEST_P(DeepFormat, GivesSixteenBitsAsTheyAre) {
    const auto picture = picture_of<std::uint16_t>(400.0);
    expect_same(read_image(encoded(picture, GetParam())), picture);
}

INSTANTIATE_TEST_SUITE_P(Every, DeepFormat, testing::Values(".png", ".tif", ".pgm"));

TEST(ReadImage, JpegIsWithinItsQuantization) {
    Image<std::uint8_t> plane(width, height);
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x) plane(x, y) = static_cast<std::uint8_t>(20 + 3 * x + 4 * y);
    expect_same(read_image(encoded(plane, ".jpg", {cv::IMWRITE_JPEG_QUALITY, 95})), plane, 3.0);
}

TEST(ReadImage, TiffMayBeCompressedTiledAndFloating) {
    const auto picture = picture_of<float>(0.125);
    expect_same(read_image(encoded(picture, ".tif")), picture);
    constexpr int lzw = 5;
    const auto words = picture_of<std::uint16_t>(7.0);
    expect_same(read_image(encoded(words, ".tif", {cv::IMWRITE_TIFF_COMPRESSION, lzw})), words);
}

TEST(ReadImage, PgmAsTextIsThatInBinary) {
    const auto picture = picture_of<std::uint8_t>(1.0);
    expect_same(read_image(encoded(picture, ".pgm", {cv::IMWRITE_PXM_BINARY, 0})), picture);
    const Frame frame =
        read_image(file_with("P2\n# a comment\n3 2 # another\n1000\n0 1 2\n500 999 1000\n", "text.pgm"));
    EXPECT_EQ(frame.pixels(2, 1), 1000.0f);
    EXPECT_EQ(frame.pixels(1, 0), 1.0f);
}

TEST(ReadImage, PbmHasBlackForOne) {
    const Frame frame = read_image(file_with("P1\n3 1\n010\n", "text.pbm"));
    EXPECT_LT(frame.pixels(1, 0), frame.pixels(0, 0));
    const Frame packed = read_image(file_with("P4\n9 1\n\x40\x80", "packed.pbm"));
    EXPECT_LT(packed.pixels(1, 0), packed.pixels(0, 0));
    EXPECT_LT(packed.pixels(8, 0), packed.pixels(7, 0));
}

TEST(ReadImage, CalibrationOfTheCallerOverridesThatOfTheFile) {
    const auto path = encoded(picture_of<std::uint8_t>(1.0), ".png");
    EXPECT_FALSE(read_image(path).calibration.known());
    const Frame frame = read_image(path, Calibration::from_user(0.25));
    EXPECT_EQ(frame.calibration.source, SpacingSource::user);
    EXPECT_DOUBLE_EQ(frame.calibration.mm_per_px(), 0.25);
}

TEST(ReadImage, SaysNothingAboutTheMeaningOfTheValues) {
    const Frame frame = read_image(encoded(picture_of<std::uint8_t>(1.0), ".png"));
    EXPECT_EQ(frame.intensity, Intensity::unknown);
    EXPECT_TRUE(frame.valid.empty());
    EXPECT_EQ(frame.count, 1);
}

TEST(ReadImage, PixelsThatAreNotNumbersAreInvalidAndFinite) {
    auto picture = picture_of<float>(1.0);
    picture(3, 4) = std::numeric_limits<float>::quiet_NaN();
    picture(0, 0) = std::numeric_limits<float>::infinity();
    picture(width - 1, height - 1) = -std::numeric_limits<float>::infinity();
    const Frame frame = read_image(encoded(picture, ".tif"));
    int invalid = 0;
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x) {
            EXPECT_TRUE(std::isfinite(frame.pixels(x, y)));
            EXPECT_EQ(frame.is_valid(x, y), std::isfinite(picture(x, y)));
            invalid += !frame.is_valid(x, y);
        }
    EXPECT_EQ(invalid, 3);
    EXPECT_EQ(frame.pixels(5, 5), picture(5, 5));
}

TEST(ReadImage, OfNothingButNaNIsAllInvalid) {
    const Image<float> picture(4, 4, std::numeric_limits<float>::quiet_NaN());
    const Frame frame = read_image(encoded(picture, ".tif"));
    EXPECT_FALSE(frame.is_valid(2, 2));
    EXPECT_EQ(frame.pixels(2, 2), 0.0f);
}

TEST(ReadImage, OfOnePixelIsAnImage) {
    for (const char* extension : {".png", ".tif", ".bmp", ".pgm", ".jpg"})
        EXPECT_EQ(read_image(encoded(Image<std::uint8_t>(1, 1, 128), extension)).pixels(0, 0), 128.0f)
            << extension;
}

// --- Images of another library's formats, which ITK writes ---

struct Format {
    const char* name;
    const char* extension;
    itk::ImageIOBase::Pointer (*make)();
    bool compressed;
};

template <class ImageIO>
itk::ImageIOBase::Pointer make() {
    return ImageIO::New().GetPointer();
}

template <class T>
constexpr itk::IOComponentEnum component_of() {
    return itk::ImageIOBase::MapPixelType<T>::CType;
}

/// Writes `frames` one after the other; one frame gives a two-dimensional image.
template <class T>
fs::path write_volume(const Format& format, const std::vector<Image<T>>& frames) {
    const auto path = temporary_file(std::string("volume") + format.extension);
    const auto io = format.make();
    const unsigned axes = frames.size() > 1 ? 3 : 2;
    const std::array<std::size_t, 3> size{static_cast<std::size_t>(frames[0].width()),
                                          static_cast<std::size_t>(frames[0].height()), frames.size()};
    io->SetFileName(path.string());
    io->SetNumberOfDimensions(axes);
    itk::ImageIORegion region(axes);
    for (unsigned axis = 0; axis < axes; ++axis) {
        std::vector<double> direction(axes, 0.0);
        direction[axis] = 1.0;
        io->SetDimensions(axis, size[axis]);
        io->SetSpacing(axis, 0.3);
        io->SetOrigin(axis, 0.0);
        io->SetDirection(axis, direction);
        region.SetSize(axis, size[axis]);
    }
    io->SetIORegion(region);
    io->SetPixelType(itk::IOPixelEnum::SCALAR);
    io->SetComponentType(component_of<T>());
    io->SetNumberOfComponents(1);
    io->SetUseCompression(format.compressed);
    std::vector<T> values;
    for (const auto& frame : frames) values.insert(values.end(), frame.row(0), frame.row(0) + frame.size());
    io->WriteImageInformation();
    io->Write(values.data());
    return path;
}

class VolumeFormat : public testing::TestWithParam<Format> {
  protected:
    template <class T>
    void expect_round_trip(double step) const {
        const auto picture = picture_of<T>(step);
        expect_same(read_image(write_volume(GetParam(), std::vector{picture})), picture);
    }
};

TEST_P(VolumeFormat, GivesEveryPixelTypeAsItIs) {
    expect_round_trip<std::uint8_t>(1.0);
    expect_round_trip<std::uint16_t>(300.0);
    expect_round_trip<std::int16_t>(-70.0);
    expect_round_trip<std::int32_t>(-1000.0);
    expect_round_trip<float>(0.1);
    expect_round_trip<double>(0.125);
}

TEST_P(VolumeFormat, OfThreeDimensionsIsACineReadInAnyOrder) {
    std::vector<Image<std::uint16_t>> frames;
    for (int k = 0; k < 5; ++k) frames.push_back(picture_of<std::uint16_t>(10.0 + k));
    const auto cine = open_cine(write_volume(GetParam(), frames));
    ASSERT_EQ(cine->frame_count(), 5);
    for (const int k : {3, 0, 4, 4, 1, 2}) {
        const Frame frame = cine->read(k);
        expect_same(frame, frames[static_cast<std::size_t>(k)]);
        EXPECT_EQ(frame.index, k);
        EXPECT_EQ(frame.count, 5);
    }
    EXPECT_THROW(cine->read(5), InvalidInput);
    EXPECT_THROW(cine->read(-1), InvalidInput);
}

TEST_P(VolumeFormat, SpacingOfUnknownPlaneIsNotTaken) {
    EXPECT_FALSE(
        read_image(write_volume(GetParam(), std::vector{picture_of<std::uint8_t>(1.0)})).calibration.known());
}

TEST_P(VolumeFormat, PixelsThatAreNotNumbersAreInvalid) {
    auto picture = picture_of<float>(1.0);
    picture(2, 1) = std::numeric_limits<float>::quiet_NaN();
    const Frame frame = read_image(write_volume(GetParam(), std::vector{picture}));
    EXPECT_FALSE(frame.is_valid(2, 1));
    EXPECT_TRUE(frame.is_valid(1, 2));
    EXPECT_TRUE(std::isfinite(frame.pixels(2, 1)));
}

TEST_P(VolumeFormat, CutShortAnywhereIsAnErrorThatNamesTheFile) {
    const std::string whole =
        bytes_of(write_volume(GetParam(), std::vector{picture_of<std::uint16_t>(10.0)}));
    test::StandardError standard_error;
    // The end of a compressed stream is its checksum: without it, all pixels are there.
    for (std::size_t size = 1; size + 12 < whole.size(); size += 1 + whole.size() / 60) {
        const auto path = file_with(whole.substr(0, size), "short" + std::string(GetParam().extension));
        ASSERT_THAT(fault_of(path), AllOf(HasSubstr(path.string()), Not(HasSubstr("\n")))) << size;
    }
    EXPECT_EQ(standard_error.text(), "");
}

INSTANTIATE_TEST_SUITE_P(Every, VolumeFormat,
                         testing::Values(Format{"Nrrd", ".nrrd", make<itk::NrrdImageIO>, false},
                                         Format{"NrrdCompressed", ".nrrd", make<itk::NrrdImageIO>, true},
                                         Format{"NrrdWithDataApart", ".nhdr", make<itk::NrrdImageIO>, false},
                                         Format{"Mha", ".mha", make<itk::MetaImageIO>, false},
                                         Format{"MhaCompressed", ".mha", make<itk::MetaImageIO>, true},
                                         Format{"MhdWithDataApart", ".mhd", make<itk::MetaImageIO>, false},
                                         Format{"Nifti", ".nii", make<itk::NiftiImageIO>, false},
                                         Format{"NiftiZipped", ".nii.gz", make<itk::NiftiImageIO>, true}),
                         [](const auto& format) { return format.param.name; });

TEST(ReadImage, NrrdMayBeBigEndianOrText) {
    using namespace std::string_literals;
    const Frame big = read_image(
        file_with("NRRD0004\ntype: uint16\ndimension: 2\nsizes: 2 1\nencoding: raw\nendian: big\n\n\1\0\0\2"s,
                  "big.nrrd"));
    EXPECT_EQ(big.pixels(0, 0), 256.0f);
    EXPECT_EQ(big.pixels(1, 0), 2.0f);
    const Frame text = read_image(file_with(
        "NRRD0004\ntype: float\ndimension: 2\nsizes: 2 2\nencoding: ascii\n\n1 2.5\n-3e2 4\n", "text.nrrd"));
    EXPECT_EQ(text.pixels(1, 0), 2.5f);
    EXPECT_EQ(text.pixels(0, 1), -300.0f);
}

TEST(ReadImage, NrrdInColourOrOfUnknownEncodingIsRefusedByName) {
    const auto refused = [](const std::string& lines) {
        return fault_of(file_with("NRRD0004\n" + lines + "\n", "refused.nrrd"));
    };
    EXPECT_THAT(
        refused("type: uchar\ndimension: 3\nsizes: 3 2 2\nkinds: RGB-color domain domain\nencoding: raw\n"),
        HasSubstr("RGB-color"));
    EXPECT_THAT(refused("type: uchar\ndimension: 2\nsizes: 2 2\nencoding: bzip2\n"), HasSubstr("bzip2"));
    EXPECT_THAT(refused("type: block\ndimension: 2\nsizes: 2 2\nencoding: raw\n"), HasSubstr("block"));
    EXPECT_THAT(refused("dimension: 2\nsizes: 2 2\nencoding: raw\n"), HasSubstr("lacks type"));
    EXPECT_THAT(refused("type: uchar\ndimension: 3\nsizes: 2 2\nencoding: raw\n"), HasSubstr("do not agree"));
}

TEST(LongCine, OfTwoGigabytesOfNrrdIsReadInTheMemoryOfAFewFrames) {
    if (!test::memory_is_reused) GTEST_SKIP() << "a sanitizer holds memory back";
    const auto path = file_with(
        "NRRD0004\ntype: uint16\ndimension: 3\nsizes: 1024 1024 1000\nencoding: raw\nendian: little\n\n",
        "long.nrrd");
    fs::resize_file(path, fs::file_size(path) + 2ull * 1024 * 1024 * 1000);  // the file system keeps no zeros
    test::expect_memory_of_a_few_frames(path, 41);
}

// --- Files that cannot be read ---

TEST(Unreadable, MissingFilesFoldersAndEmptyFilesAreNamedWithTheCause) {
    const auto missing = temporary_folder() / "not there.png";
    EXPECT_THAT(fault_of(missing), AllOf(HasSubstr(missing.string()), HasSubstr("No such file")));
    EXPECT_THAT(fault_of("/"), AllOf(HasSubstr("cannot read /:"), HasSubstr("folder")));
    EXPECT_THAT(fault_of(file_with("", "empty.png")), HasSubstr("empty"));
    EXPECT_THAT(fault_of(temporary_folder() / "a.png" / "b.png"), Not(testing::IsEmpty()));
}

TEST(Unreadable, FileWithoutPermissionIsNamed) {
    if (::geteuid() == 0) GTEST_SKIP() << "root may read everything";
    const auto path = encoded(picture_of<std::uint8_t>(1.0), ".png");
    fs::permissions(path, fs::perms::none);
    EXPECT_THAT(fault_of(path), AllOf(HasSubstr(path.string()), HasSubstr("Permission denied")));
}

TEST(Unreadable, MessageIsOneLineWhateverTheFileIsCalled) {
    const auto path = file_with("text", "two\nlines.png");
    EXPECT_THAT(fault_of(path), Not(HasSubstr("\n")));
}

TEST(Unreadable, AnythingElseIsNoImage) {
    for (const char* bytes : {"a", "P", "BM", "P7 3 3", "NRRD", "plain text\n", "\x1f\x8b", "\xff\xd8\xff"})
        EXPECT_NE(fault_of(file_with(bytes, "unknown.png")), "") << bytes;
}

class StillFormat : public testing::TestWithParam<const char*> {
  protected:
    std::string whole() const { return bytes_of(encoded(picture_of<std::uint8_t>(1.0), GetParam())); }
};

TEST_P(StillFormat, TellsItsSizeBeforeItIsDecoded) {
    const auto cine = open_cine(file_with(whole(), "whole.image"));
    const CineDescription description = cine->describe();
    const Frame frame = cine->read(0);
    EXPECT_EQ(description.width, frame.width());
    EXPECT_EQ(description.height, frame.height());
}

TEST_P(StillFormat, CutShortAnywhereIsAnErrorThatNamesTheFile) {
    const std::string bytes = whole();
    test::StandardError standard_error;
    // The last four bytes of a TIFF file say that there is no other image: without them, all pixels are
    // there.
    for (std::size_t size = 1; size + 4 < bytes.size(); size += 1 + bytes.size() / 150) {
        const auto path = file_with(bytes.substr(0, size), "short.image");
        ASSERT_THAT(fault_of(path), AllOf(HasSubstr(path.string()), Not(HasSubstr("\n")))) << size;
    }
    EXPECT_EQ(standard_error.text(), "");
}

TEST_P(StillFormat, DamagedIsReadOrRefusedButNeverCrashesOrPrints) {
    const std::string bytes = whole();
    std::mt19937 random(11);
    test::StandardError standard_error;
    for (int i = 0; i < 200; ++i) {
        std::string damaged = bytes;
        const std::size_t reach = i % 2 == 0 ? damaged.size() : std::min<std::size_t>(damaged.size(), 60);
        for (int k = 0; k < 2; ++k) damaged[random() % reach] = static_cast<char>(random());
        EXPECT_NO_THROW(fault_of(file_with(damaged, "damaged.image"))) << i;
    }
    EXPECT_EQ(standard_error.text(), "");
}

INSTANTIATE_TEST_SUITE_P(Every, StillFormat, testing::Values(".png", ".jpg", ".tif", ".bmp", ".pgm"));

/// A PNG header that says any size, with its checksum.
std::string png_of_size(const std::string& big_endian_size) {
    std::string bytes = bytes_of(encoded(Image<std::uint8_t>(1, 1), ".png"));
    bytes.replace(16, 8, big_endian_size);
    std::uint32_t crc = 0xffffffff;  // of the PNG specification, annex D
    for (std::size_t i = 12; i < 29; ++i) {
        crc ^= static_cast<unsigned char>(bytes[i]);
        for (int k = 0; k < 8; ++k) crc = (crc & 1) != 0 ? crc >> 1 ^ 0xedb88320 : crc >> 1;
    }
    crc = ~crc;
    for (std::size_t i = 0; i < 4; ++i) bytes[29 + i] = static_cast<char>(crc >> (24 - 8 * i));
    return bytes;
}

TEST(Unreadable, ImagesWithoutPixelsOrTooLargeAreRefusedByTheirSize) {
    using namespace std::string_literals;
    const auto too_large = HasSubstr("20000 x 20000 pixels, and more than 16384");
    EXPECT_THAT(fault_of(file_with(png_of_size("\0\0\x4e\x20\0\0\x4e\x20"s), "large.png")), too_large);
    EXPECT_THAT(fault_of(file_with("P5\n20000 20000\n255\n", "large.pgm")), too_large);
    EXPECT_THAT(
        fault_of(file_with("NRRD0004\ntype: uchar\ndimension: 2\nsizes: 20000 20000\nencoding: raw\n\n",
                           "large.nrrd")),
        too_large);
    EXPECT_THAT(
        fault_of(file_with("ObjectType = Image\nNDims = 2\nDimSize = 20000 20000\nElementType = MET_UCHAR\n"
                           "ElementDataFile = LOCAL\n",
                           "large.mha")),
        too_large);
    std::string bmp = bytes_of(encoded(Image<std::uint8_t>(1, 1), ".bmp"));
    bmp.replace(18, 8, "\x20\x4e\0\0\x20\x4e\0\0"s);
    EXPECT_THAT(fault_of(file_with(bmp, "large.bmp")), too_large);
    std::string jpeg = bytes_of(encoded(Image<std::uint8_t>(8, 8), ".jpg"));
    jpeg.replace(jpeg.find("\xff\xc0"s) + 5, 4, "\x4e\x20\x4e\x20");
    EXPECT_THAT(fault_of(file_with(jpeg, "large.jpg")), too_large);
    EXPECT_THAT(fault_of(file_with(png_of_size("\0\0\0\0\0\0\0\0"s), "none.png")), HasSubstr("0 x 0 pixels"));
    EXPECT_THAT(fault_of(file_with("P5\n0 0\n255\n", "none.pgm")), HasSubstr("0 x 0 pixels"));
}

TEST(ReadImage, FromAPipeIsAsFromAFile) {
    const auto picture = picture_of<std::uint8_t>(1.0);
    const std::string bytes = bytes_of(encoded(picture, ".png"));
    const auto pipe = temporary_file("pipe");
    ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
    std::thread writer([&] { std::ofstream(pipe, std::ios::binary) << bytes; });
    const Frame frame = read_image(pipe);
    writer.join();
    expect_same(frame, picture);
}

// --- Writing ---

TEST(WritePng, ComesBackAsWritten) {
    const auto path = temporary_file("written.png");
    const auto bytes = picture_of<std::uint8_t>(1.0);
    write_png(path, bytes);
    expect_same(read_image(path), bytes);
    const auto words = picture_of<std::uint16_t>(400.0);
    write_png(path, words);
    expect_same(read_image(path), words);
    Image<Rgb> colour(2, 1);
    colour(0, 0) = {255, 0, 0};
    colour(1, 0) = {1, 2, 3};
    write_png(path, colour);
    const cv::Mat read = cv::imread(path.string());
    EXPECT_EQ(read.at<cv::Vec3b>(0, 0), cv::Vec3b(0, 0, 255));
    EXPECT_EQ(read.at<cv::Vec3b>(0, 1), cv::Vec3b(3, 2, 1));
}

TEST(ToJpeg, IsWithinItsQuantizationOfWhatWasWritten) {
    Image<std::uint8_t> plane(width, height);
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x) plane(x, y) = static_cast<std::uint8_t>(20 + 3 * x + 4 * y);
    expect_same(read_image(file_with(to_jpeg(plane, 95), "written.jpg")), plane, 3.0);
    EXPECT_EQ(from_jpeg(to_jpeg(plane, 95)).width(), plane.width());
    EXPECT_THROW(from_jpeg("no stream"), IoError);
    EXPECT_THROW(to_jpeg({}), InvalidInput);
    EXPECT_THROW(to_jpeg(plane, 101), InvalidInput);
}

TEST(WritePng, OfPartOfAnImageWritesThatPart) {
    auto whole = picture_of<std::uint8_t>(1.0);
    const Image<std::uint8_t> part(5, 4, whole.stride(),
                                   std::shared_ptr<std::uint8_t>(whole.pixels(), &whole(3, 2)));
    const auto path = temporary_file("part.png");
    write_png(path, part);
    expect_same(read_image(path), part);
}

TEST(WritePng, WithoutPixelsIsTheCallersMistake) {
    EXPECT_THROW(write_png(temporary_file("none.png"), Image<std::uint8_t>()), InvalidInput);
    EXPECT_THROW(write_png(temporary_file("none.png"), Image<Rgb>()), InvalidInput);
}

std::string write_fault(const fs::path& path, std::string_view bytes = "text") {
    try {
        write_file(path, bytes);
    } catch (const IoError& e) {
        return e.what();
    }
    return {};
}

/// A folder of its own, so that everything left behind in it shows.
fs::path empty_folder() {
    const auto folder = temporary_file("folder");
    fs::create_directory(folder);
    return folder;
}

std::vector<std::string> names_in(const fs::path& folder) {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder)) names.push_back(entry.path().filename());
    return names;
}

TEST(WriteFile, ReplacesTheWholeFileAndLeavesNothingElse) {
    const auto folder = empty_folder();
    write_file(folder / "a.txt", "a long text before");
    write_file(folder / "a.txt", "short");
    EXPECT_EQ(bytes_of(folder / "a.txt"), "short");
    EXPECT_THAT(names_in(folder), testing::ElementsAre("a.txt"));
    write_file(folder / "empty.txt", "");
    EXPECT_EQ(fs::file_size(folder / "empty.txt"), 0u);
}

TEST(WriteFile, KeepsThePermissionsOfTheFileItReplaces) {
    const auto path = file_with("before", "mode.txt");
    fs::permissions(path, fs::perms::owner_read | fs::perms::owner_write | fs::perms::group_read);
    write_file(path, "after");
    EXPECT_EQ(fs::status(path).permissions(),
              fs::perms::owner_read | fs::perms::owner_write | fs::perms::group_read);
}

TEST(WriteFile, ASymbolicLinkStaysOneAndItsTargetIsReplaced) {
    const auto folder = empty_folder();
    write_file(folder / "target.txt", "before");
    fs::create_symlink("target.txt", folder / "link.txt");
    write_file(folder / "link.txt", "after");
    EXPECT_TRUE(fs::is_symlink(folder / "link.txt"));
    EXPECT_EQ(bytes_of(folder / "target.txt"), "after");
}

TEST(WriteFile, FailuresNameTheFileAndTheCauseAndLeaveNothing) {
    const auto folder = empty_folder();
    const auto nowhere = folder / "missing" / "a.txt";
    EXPECT_THAT(write_fault(nowhere),
                AllOf(HasSubstr(nowhere.string()), HasSubstr("No such file or directory")));
    EXPECT_THAT(write_fault(folder), AllOf(HasSubstr(folder.string()), HasSubstr("directory")));
    EXPECT_THAT(write_fault(""), HasSubstr("cannot write"));
    EXPECT_THAT(names_in(folder), testing::IsEmpty());
}

TEST(WriteFile, AFullDeviceIsAnError) {
    if (!fs::exists("/dev/full")) GTEST_SKIP() << "there is no /dev/full";
    EXPECT_THAT(write_fault("/dev/full"), AllOf(HasSubstr("/dev/full"), HasSubstr("No space left")));
    EXPECT_FALSE(fs::is_regular_file("/dev/full"));
}

TEST(WriteFile, AFullDiskLeavesTheFileThatWasThere) {
    const auto folder = empty_folder();
    write_file(folder / "a.txt", "before");
    // A limit on the size of files stops the writing halfway, as a full disk does.
    rlimit before{};
    getrlimit(RLIMIT_FSIZE, &before);
    const auto handler = std::signal(SIGXFSZ, SIG_IGN);
    const rlimit small{4096, before.rlim_max};
    setrlimit(RLIMIT_FSIZE, &small);
    const std::string fault = write_fault(folder / "a.txt", std::string(100'000, 'x'));
    setrlimit(RLIMIT_FSIZE, &before);
    std::signal(SIGXFSZ, handler);
    EXPECT_THAT(fault, AllOf(HasSubstr("a.txt"), HasSubstr("too large")));
    EXPECT_EQ(bytes_of(folder / "a.txt"), "before");
    EXPECT_THAT(names_in(folder), testing::ElementsAre("a.txt"));
}

TEST(WriteFile, APipeIsWrittenToAndStaysOne) {
    const auto pipe = temporary_file("pipe");
    ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
    std::string got;
    std::thread reader([&] { got = bytes_of(pipe); });
    write_file(pipe, "through the pipe");
    reader.join();
    EXPECT_EQ(got, "through the pipe");
    EXPECT_TRUE(fs::is_fifo(pipe));
}

TEST(WriteFile, StandardOutputThatIsAFileKeepsWhatIsInIt) {
    const auto path = file_with("before ", "output.txt");
    const int descriptor = ::open(path.c_str(), O_WRONLY | O_APPEND);
    ASSERT_GE(descriptor, 0);
    write_file("/dev/fd/" + std::to_string(descriptor), "after");
    ::close(descriptor);
    EXPECT_EQ(bytes_of(path), "before after");
}

}  // namespace
}  // namespace stenometry::io
