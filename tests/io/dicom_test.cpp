#include "stenometry/io/dicom.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <random>

#include "io/codec.h"
#include "io/dicom_tags.h"
#include "stenometry/error.h"
#include "stenometry/io/cine.h"
#include "stenometry/io/image.h"
#include "support/cine_reading.h"
#include "support/dicom_files.h"

namespace stenometry::io {
namespace {

using test::bytes_of;
using test::edit_dicom;
using test::fault_of;
using test::file_with;
using test::put;
using test::put_sequence;
using test::smooth_cine;
using test::smooth_picture;
using test::temporary_file;
using test::transcode;
using test::values_of;
using test::words;
using test::write_dicom_file;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr double tiny = 1e-9;

template <class T>
double largest_difference(const Frame& frame, const Image<T>& picture) {
    if (!same_size(frame.pixels, picture)) return std::numeric_limits<double>::infinity();
    double largest = 0.0;
    for (int y = 0; y < picture.height(); ++y)
        for (int x = 0; x < picture.width(); ++x)
            largest = std::max(largest, std::abs(static_cast<double>(frame.pixels(x, y)) -
                                                 static_cast<double>(picture(x, y))));
    return largest;
}

/// One picture of two rows and four columns, whose cells are `cells`, after `change`.
Frame read_changed(const std::vector<int>& cells, int bits_stored,
                   const std::function<void(gdcm::DataSet&)>& change) {
    Image<std::uint16_t> picture(4, 2);
    std::copy(cells.begin(), cells.end(), picture.row(0));
    DicomTags tags;
    tags.bits_stored = bits_stored;
    tags.intensity = Intensity::unknown;
    const auto path = write_dicom_file(std::vector{picture}, tags);
    edit_dicom(path, [&](gdcm::DataSet& data) {
        data.Remove(gdcm::Tag(0x0028, 0x1041));
        change(data);
    });
    return open_dicom(path)->read(0);
}

// --- Writing ---

TEST(WriteDicom, FramesComeBackAsWritten) {
    const auto cine = smooth_cine(33, 21, 3);
    const auto read = open_dicom(write_dicom_file(cine));
    ASSERT_EQ(read->frame_count(), 3);
    for (const int k : {2, 0, 1}) {
        const Frame frame = read->read(k);
        EXPECT_EQ(largest_difference(frame, cine[static_cast<std::size_t>(k)]), 0.0);
        EXPECT_EQ(frame.index, k);
        EXPECT_EQ(frame.count, 3);
    }
}

TEST(WriteDicom, EightBitsOfAnOddSizeComeBackAsWritten) {
    Image<std::uint16_t> picture(3, 3, 200);
    picture(1, 2) = 255;
    const auto path = write_dicom_file(std::vector{picture}, {.bits_stored = 8});
    EXPECT_EQ(largest_difference(open_dicom(path)->read(0), picture), 0.0);
}

TEST(WriteDicom, SaysHowTheFramesWereTaken) {
    const DicomTags tags{.imager_pixel_spacing_mm = 0.308,
                         .source_to_detector_mm = 1100.0,
                         .source_to_patient_mm = 765.0,
                         .frame_time_ms = 66.0,
                         .primary_angle_deg = -30.5,
                         .secondary_angle_deg = 20.0,
                         .tube_voltage_kv = 75.0,
                         .intensity = Intensity::logarithmic};
    const Frame frame = open_dicom(write_dicom_file(smooth_cine(8, 8, 2), tags))->read(1);
    EXPECT_EQ(frame.calibration.source, SpacingSource::dicom_isocenter);
    // Decimal strings have 16 characters.
    EXPECT_NEAR(frame.calibration.mm_per_px(), 0.308 * 765.0 / 1100.0, 1e-12);
    EXPECT_NEAR(frame.acquisition.time_ms.value(), 66.0, tiny);
    EXPECT_NEAR(frame.acquisition.primary_angle_deg.value(), -30.5, tiny);
    EXPECT_NEAR(frame.acquisition.secondary_angle_deg.value(), 20.0, tiny);
    EXPECT_NEAR(frame.acquisition.tube_voltage_kv.value(), 75.0, tiny);
    EXPECT_EQ(frame.acquisition.manufacturer, "stenometry");
    EXPECT_EQ(frame.intensity, Intensity::logarithmic);
    EXPECT_TRUE(frame.valid.empty());
}

TEST(WriteDicom, IsReadByGdcmAsAnAngiogram) {
    const auto cine = smooth_cine(20, 10, 2);
    gdcm::ImageReader reader;
    reader.SetFileName(write_dicom_file(cine).c_str());
    ASSERT_TRUE(reader.Read());
    const gdcm::Image& image = reader.GetImage();
    EXPECT_EQ(image.GetDimension(0), 20u);
    EXPECT_EQ(image.GetDimension(1), 10u);
    EXPECT_EQ(image.GetDimension(2), 2u);
    std::vector<char> buffer(image.GetBufferLength());
    ASSERT_TRUE(image.GetBuffer(buffer.data()));
    const auto* cells = reinterpret_cast<const std::uint16_t*>(buffer.data());
    EXPECT_EQ(cells[200 + 3 * 20 + 5], cine[1](5, 3));
}

TEST(WriteDicom, SameInputGivesTheSameBytesAndAnotherInputAnotherIdentity) {
    const auto cine = smooth_cine(16, 16, 2);
    const std::string first = bytes_of(write_dicom_file(cine));
    EXPECT_EQ(first, bytes_of(write_dicom_file(cine)));
    auto other = smooth_cine(16, 16, 2);
    other[1](3, 3) ^= 1;
    const auto uid_of = [](const std::filesystem::path& path) {
        return text(parse_dicom(InputFile(path)).data.find(tags::sop_instance));
    };
    const std::string uid = uid_of(file_with(first, "first.dcm"));
    EXPECT_THAT(uid, AllOf(testing::StartsWith("2.25."), testing::SizeIs(testing::Le(64))));
    EXPECT_NE(uid, uid_of(write_dicom_file(other)));
}

TEST(WriteDicom, RefusesWhatNoFileCanHold) {
    const auto path = temporary_file("refused.dcm");
    const auto write = [&](const std::vector<Image<std::uint16_t>>& frames, const DicomTags& tags) {
        write_dicom(path, frames, tags);
    };
    const Image<std::uint16_t> picture(4, 4, 100);
    EXPECT_THROW(write({}, {}), InvalidInput);
    EXPECT_THROW(write({Image<std::uint16_t>()}, {}), InvalidInput);
    EXPECT_THROW(write({picture, Image<std::uint16_t>(4, 5)}, {.frame_time_ms = 40}), InvalidInput);
    EXPECT_THROW(write({picture, picture}, {}), InvalidInput) << "a cine without a frame time";
    EXPECT_THROW(write({Image<std::uint16_t>(2, 2, 4096)}, {.bits_stored = 12}), InvalidInput);
    EXPECT_THROW(write({picture}, {.bits_stored = 17}), InvalidInput);
    EXPECT_THROW(write({picture}, {.imager_pixel_spacing_mm = -0.1}), InvalidInput);
    EXPECT_THROW(write({picture}, {.source_to_detector_mm = std::nan("")}), InvalidInput);
    EXPECT_THROW(write({picture}, {.source_to_detector_mm = 700, .source_to_patient_mm = 1000}),
                 InvalidInput);
    EXPECT_THROW(write({picture}, {.secondary_angle_deg = 91}), InvalidInput);
    EXPECT_THROW(write({picture}, {.patient_name = "A\\B"}), InvalidInput);
    EXPECT_FALSE(std::filesystem::exists(path));
}

// --- Transfer syntaxes ---

struct Syntax {
    const char* name;
    gdcm::TransferSyntax::TSType type;
};

class LosslessSyntax : public testing::TestWithParam<Syntax> {};

TEST_P(LosslessSyntax, GivesThePixelsOfTheUncompressedFile) {
    const auto cine = smooth_cine(37, 29, 3);
    const auto read = open_dicom(transcode(write_dicom_file(cine), GetParam().type));
    ASSERT_EQ(read->frame_count(), 3);
    for (const int k : {0, 2, 1})
        EXPECT_EQ(largest_difference(read->read(k), cine[static_cast<std::size_t>(k)]), 0.0);
}

TEST_P(LosslessSyntax, GivesThePixelsOfEightBits) {
    Image<std::uint16_t> picture = smooth_picture(32, 16);
    for (int i = 0; i < 32 * 16; ++i) picture.row(0)[i] &= 255;
    const auto path = transcode(write_dicom_file(std::vector{picture}, {.bits_stored = 8}), GetParam().type);
    EXPECT_EQ(largest_difference(open_dicom(path)->read(0), picture), 0.0);
}

TEST_P(LosslessSyntax, CutShortAnywhereIsAnErrorThatNamesTheFile) {
    const std::string whole = bytes_of(transcode(write_dicom_file(smooth_cine(24, 20, 2)), GetParam().type));
    test::StandardError standard_error;
    // The last bytes of a compressed file are padding and the end of the sequence of fragments, without which
    // all pixels are there.
    for (std::size_t size = 1; size + 24 < whole.size(); size += 13) {
        const auto path = file_with(whole.substr(0, size), "short.dcm");
        ASSERT_THAT(fault_of(path), AllOf(HasSubstr(path.string()), Not(HasSubstr("\n")))) << size;
        std::filesystem::remove(path);
    }
    EXPECT_EQ(standard_error.text(), "");
}

TEST_P(LosslessSyntax, DamagedFilesAreReadOrRefusedButNeverCrashOrPrint) {
    const std::string whole = bytes_of(transcode(write_dicom_file(smooth_cine(24, 20, 2)), GetParam().type));
    std::mt19937 random(7);
    test::StandardError standard_error;
    for (int i = 0; i < 150; ++i) {
        std::string damaged = whole;
        const std::size_t reach = i % 2 == 0 ? whole.size() : std::min<std::size_t>(whole.size(), 1400);
        for (int k = 0; k < 3; ++k) damaged[random() % reach] = static_cast<char>(random());
        const auto path = file_with(damaged, "damaged.dcm");
        EXPECT_NO_THROW(fault_of(path)) << i;
        std::filesystem::remove(path);
    }
    EXPECT_EQ(standard_error.text(), "");
}

INSTANTIATE_TEST_SUITE_P(
    Every, LosslessSyntax,
    testing::Values(Syntax{"ImplicitLittleEndian", gdcm::TransferSyntax::ImplicitVRLittleEndian},
                    Syntax{"ExplicitLittleEndian", gdcm::TransferSyntax::ExplicitVRLittleEndian},
                    Syntax{"Deflated", gdcm::TransferSyntax::DeflatedExplicitVRLittleEndian},
                    Syntax{"ExplicitBigEndian", gdcm::TransferSyntax::ExplicitVRBigEndian},
                    Syntax{"JpegLossless", gdcm::TransferSyntax::JPEGLosslessProcess14},
                    Syntax{"JpegLosslessFirstOrder", gdcm::TransferSyntax::JPEGLosslessProcess14_1},
                    Syntax{"JpegLs", gdcm::TransferSyntax::JPEGLSLossless},
                    Syntax{"Jpeg2000", gdcm::TransferSyntax::JPEG2000Lossless},
                    Syntax{"Rle", gdcm::TransferSyntax::RLELossless}),
    [](const auto& syntax) { return syntax.param.name; });

TEST(OpenDicom, JpegBaselineIsWithinItsQuantization) {
    Image<std::uint16_t> picture(40, 24);
    for (int y = 0; y < 24; ++y)
        for (int x = 0; x < 40; ++x) picture(x, y) = static_cast<std::uint16_t>(3 * x + 4 * y + 20);
    const auto path = transcode(write_dicom_file(std::vector{picture}, {.bits_stored = 8}),
                                gdcm::TransferSyntax::JPEGBaselineProcess1);
    // Grey levels: GDCM encodes with a quality of 90 or more, and the picture is a plane.
    EXPECT_LE(largest_difference(open_dicom(path)->read(0), picture), 3.0);
}

/// Bytes from their hexadecimal digits.
std::string from_hex(std::string_view digits) {
    std::string bytes;
    for (std::size_t i = 0; i + 1 < digits.size(); i += 2)
        bytes += static_cast<char>(std::stoi(std::string(digits.substr(i, 2)), nullptr, 16));
    return bytes;
}

// 20 x 18 pixels of 12 bits in extended sequential JPEG, as the encoder of the Independent JPEG Group writes
// them with a quality of 90: value 300 + 40 x + 25 y left of column 10, 3900 - 30 x - 5 y right of it, 0 and
// 4095 in two corners.
constexpr std::string_view jpeg_of_12_bits =
    "ffd8ffe000104a46494600010100000100010000ffdb0043000302020302020303030304030304050805050404050a07070608"
    "0c0a0c0c0b0a0b0b0d0e12100d0e110e0b0b1016101113141515150c0f171816141812141514ffc1000b0c0012001401011100"
    "ffc4001600010101000000000000000000000000000d0b0cffc40034100000040304050a070000000000000000010203040506"
    "080007090c0a11122241131417252731425161c20b212428354352ffda0008010100003f00c03983c500c3e5b834af0884401b"
    "42e14c1ba0d59b164d8a8a0d912140a9a69a65002908528000140000000002cbed64a2211d13e55eb426e55d9e479831ad3dce"
    "ed5b75b17f0a7bed571bee9bbb43886ff971f51b09ad84950dfe1babff008f0595edc9de423a27cb2c6871cabb3c8f3063583b"
    "9ddab6eb16fb94f7da9a37dd37768710dff2e3ea361a9f0928734ea6fa547c1fac2ca55e5228a0865bb7444c8980264063569a"
    "8a5f9007ddcdf3f0b693df871f84950d57be0b95137815374634f75173e436a563d026334decdd640e688a3587272c4aeba6c9"
    "274fdaaaa91b95572e142a4530100ebaa600d67308ff00ffffd9";

std::vector<int> decode(const char* syntax, const std::string& code, const CellLayout& layout) {
    const std::string cells = decode_frame(syntax, code, layout);
    std::vector<int> values;
    for (std::size_t i = 0; i < cells.size(); i += 2)
        values.push_back(static_cast<unsigned char>(cells[i]) | static_cast<unsigned char>(cells[i + 1])
                                                                    << 8);
    return values;
}

TEST(DecodeFrame, JpegOf12BitsIsWithinItsQuantization) {
    const CellLayout layout{.width = 20, .height = 18, .bits_allocated = 16, .bits_stored = 12};
    const std::vector<int> values = decode(uid::jpeg_extended, from_hex(jpeg_of_12_bits), layout);
    for (int y = 0; y < 18; ++y)
        for (int x = 0; x < 20; ++x) {
            int truth = x < 10 ? 300 + 40 * x + 25 * y : 3900 - 30 * x - 5 * y;
            if (x == 0 && y == 0) truth = 0;
            if (x == 19 && y == 17) truth = 4095;
            // Grey levels of 4096: quantization steps are up to 24 here, and the corners hold every
            // frequency.
            ASSERT_NEAR(values[static_cast<std::size_t>(20 * y + x)], truth, 12) << x << ", " << y;
        }
}

TEST(DecodeFrame, JpegLosslessBeginsAnewAtRestartMarkers) {
    // Differences of 0 (code 00) and of 3 bits (code 01); every row of four is an interval of its own, which
    // begins with the middle of the range, 128, plus 5, minus 6, plus 5.
    const std::string code = from_hex(
        "ffd8"
        "ffc3000b080003000401011100"
        "ffc4001500"
        "00020000000000000000000000000000"
        "0003"
        "ffdd00040004"
        "ffda0008010100010000"
        "681fffd0481fffd1681fffd9");
    const CellLayout layout{.width = 4, .height = 3, .bits_allocated = 16};
    EXPECT_THAT(decode(uid::jpeg_lossless, code, layout),
                testing::ElementsAre(133, 133, 133, 133, 122, 122, 122, 122, 133, 133, 133, 133));
}

TEST(DecodeFrame, AnotherSizeThanTheAttributesSayIsAnError) {
    const CellLayout layout{.width = 21, .height = 18, .bits_allocated = 16, .bits_stored = 12};
    EXPECT_THROW(decode_frame(uid::jpeg_extended, from_hex(jpeg_of_12_bits), layout), CodecError);
}

TEST(OpenDicom, UnknownTransferSyntaxIsNamed) {
    const auto path =
        transcode(write_dicom_file(smooth_cine(16, 16, 1)), gdcm::TransferSyntax::JPEG2000Lossless);
    std::string bytes = bytes_of(path);
    const std::string syntax = "1.2.840.10008.1.2.4.90";
    bytes.replace(bytes.find(syntax), syntax.size(), "1.2.840.10008.1.2.4.99");
    EXPECT_THAT(fault_of(file_with(bytes, "unknown.dcm")), HasSubstr("1.2.840.10008.1.2.4.99"));
}

// --- Pixel values ---

TEST(PixelValues, BitsOutsideThoseStoredAreDropped) {
    // Ten bits up to bit 11; bits above and below hold something else, as overlays once did.
    const auto frame =
        read_changed({0x0000, 0xf003, 0xf7ff, 0x0ffc, 4, 8, 16, 32}, 16, [](gdcm::DataSet& data) {
            put(data, 0x0028, 0x0101, "US", words({10}));
            put(data, 0x0028, 0x0102, "US", words({11}));
        });
    EXPECT_THAT(values_of(frame), testing::ElementsAre(0, 0, 511, 1023, 1, 2, 4, 8));
}

TEST(PixelValues, AreSignedWhereThePixelRepresentationSaysSo) {
    const auto frame = read_changed({0, 1, 2047, 2048, 4095, 4094, 0, 0}, 12,
                                    [](gdcm::DataSet& data) { put(data, 0x0028, 0x0103, "US", words({1})); });
    EXPECT_THAT(values_of(frame), testing::ElementsAre(0, 1, 2047, -2048, -1, -2, 0, 0));
}

TEST(PixelValues, AreRescaled) {
    const auto frame = read_changed({0, 1, 2, 3, 100, 200, 300, 400}, 12, [](gdcm::DataSet& data) {
        put(data, 0x0028, 0x1052, "DS", "-1024");
        put(data, 0x0028, 0x1053, "DS", "0.5");
    });
    EXPECT_THAT(values_of(frame),
                testing::ElementsAre(-1024, -1023.5, -1023, -1022.5, -974, -924, -874, -824));
}

void put_modality_lut(gdcm::DataSet& data, const std::string& descriptor, const std::string& entries) {
    put_sequence(data, 0x0028, 0x3000, 1, [&](int, gdcm::DataSet& item) {
        put(item, 0x0028, 0x3002, "US", descriptor);
        put(item, 0x0028, 0x3006, "OW", entries);
    });
}

TEST(PixelValues, GoThroughTheModalityLutWhichHoldsItsEnds) {
    const auto frame = read_changed({0, 9, 10, 11, 12, 13, 14, 4095}, 12, [](gdcm::DataSet& data) {
        put_modality_lut(data, words({4, 10, 16}), words({5, 70, 900, 60000}));
    });
    EXPECT_THAT(values_of(frame), testing::ElementsAre(5, 5, 5, 70, 900, 60000, 60000, 60000));
}

TEST(PixelValues, ModalityLutMayBeginBelowZeroAndHaveEightBits) {
    const auto frame = read_changed({4094, 4095, 0, 1, 2, 0, 0, 0}, 12, [](gdcm::DataSet& data) {
        put(data, 0x0028, 0x0103, "US", words({1}));
        put_modality_lut(data, words({4, 0xfffe, 8}), "\x0a\x14\x1e\x28");
    });
    EXPECT_THAT(values_of(frame), testing::ElementsAre(10, 20, 30, 40, 40, 30, 30, 30));
}

struct Direction {
    const char* what;
    const char* photometric;
    int sign;  ///< of the pixel intensity relationship; 0: absent
    const char* slope;
    bool vessels_high;  ///< in the stored values
};

class PixelDirection : public testing::TestWithParam<Direction> {};

TEST_P(PixelDirection, VesselsAreDark) {
    const Direction& direction = GetParam();
    // Background 3000, vessel 500 or the other way round.
    const int background = direction.vessels_high ? 500 : 3000;
    const int vessel = direction.vessels_high ? 3000 : 500;
    const auto frame =
        read_changed({background, vessel, background, background, 0, 0, 0, 0}, 12, [&](gdcm::DataSet& data) {
            put(data, 0x0028, 0x0004, "CS", direction.photometric);
            put(data, 0x0028, 0x1053, "DS", direction.slope);
            put(data, 0x0028, 0x1052, "DS", "0");
            if (direction.sign != 0) put(data, 0x0028, 0x1041, "SS", words({direction.sign}));
        });
    EXPECT_LT(frame.pixels(1, 0), frame.pixels(0, 0));
    EXPECT_EQ(frame.pixels(0, 0) - frame.pixels(1, 0), 2500.0f) << "turning around must not stretch";
}

INSTANTIATE_TEST_SUITE_P(
    EveryCombination, PixelDirection,
    testing::Values(Direction{"nothing said", "MONOCHROME2", 0, "1", false},
                    Direction{"displayed with high values dark", "MONOCHROME1", 0, "1", true},
                    Direction{"sign +1", "MONOCHROME2", 1, "1", false},
                    Direction{"sign -1", "MONOCHROME2", -1, "1", true},
                    Direction{"sign +1 outweighs the display", "MONOCHROME1", 1, "1", false},
                    Direction{"sign -1 outweighs the display", "MONOCHROME1", -1, "1", true},
                    Direction{"falling rescale of sign -1", "MONOCHROME2", -1, "-1", true},
                    Direction{"falling rescale of sign +1", "MONOCHROME2", 1, "-1", false},
                    Direction{"falling rescale, displayed as it is", "MONOCHROME2", 0, "-1", true}),
    [](const auto& direction) { return "Case" + std::to_string(direction.index); });

TEST(PixelValues, TurnedAroundKeepTheirRange) {
    const auto frame = read_changed({0, 4095, 1, 4094, 0, 0, 0, 0}, 12, [](gdcm::DataSet& data) {
        put(data, 0x0028, 0x0004, "CS", "MONOCHROME1");
    });
    EXPECT_THAT(values_of(frame), testing::ElementsAre(4095, 0, 4094, 1, 4095, 4095, 4095, 4095));
}

TEST(PixelValues, MeanWhatTheRelationshipSays) {
    const std::vector<int> cells(8, 1);
    const auto intensity = [&](const char* relationship) {
        return read_changed(cells, 12,
                            [&](gdcm::DataSet& data) { put(data, 0x0028, 0x1040, "CS", relationship); })
            .intensity;
    };
    EXPECT_EQ(intensity("LIN"), Intensity::linear);
    EXPECT_EQ(intensity("LOG"), Intensity::logarithmic);
    EXPECT_EQ(intensity("DISP"), Intensity::display);
    EXPECT_EQ(intensity("?"), Intensity::unknown);
}

TEST(PixelValues, OfALogarithmicImageBecomeLinearThroughItsModalityLut) {
    const auto frame = read_changed({0, 1, 2, 3, 0, 0, 0, 0}, 12, [](gdcm::DataSet& data) {
        put(data, 0x0028, 0x1040, "CS", "LOG");
        put_modality_lut(data, words({4, 0, 16}), words({1, 10, 100, 1000}));
    });
    EXPECT_EQ(frame.intensity, Intensity::linear);
    EXPECT_EQ(frame.pixels(3, 0), 1000.0f);
}

TEST(PixelValues, OfColourAreItsLuma) {
    const auto path = write_dicom_file(std::vector{Image<std::uint16_t>(4, 2)}, {.bits_stored = 8});
    for (const bool planar : {false, true}) {
        edit_dicom(path, [&](gdcm::DataSet& data) {
            put(data, 0x0028, 0x0002, "US", words({3}));
            put(data, 0x0028, 0x0004, "CS", "RGB");
            put(data, 0x0028, 0x0006, "US", words({planar}));
            std::string cells;
            for (int i = 0; i < 24; ++i) cells += static_cast<char>((planar ? i / 8 : i % 3) == 0 ? 100 : 0);
            put(data, 0x7fe0, 0x0010, "OB", cells);
        });
        // Luma of pure red, ITU-R BT.601.
        EXPECT_NEAR(open_dicom(path)->read(0).pixels(2, 1), 29.9, 1e-4);
        edit_dicom(path, [](gdcm::DataSet& data) { put(data, 0x0028, 0x0004, "CS", "YBR_FULL"); });
        EXPECT_EQ(open_dicom(path)->read(0).pixels(2, 1), 100.0f);
    }
}

// --- Spacing, time, angles ---

Frame read_with(const std::function<void(gdcm::DataSet&)>& change, int frames = 1, int index = 0) {
    const auto path = write_dicom_file(smooth_cine(16, 12, frames));
    edit_dicom(path, change);
    return open_dicom(path)->read(index);
}

TEST(Spacing, OfRowsComesBeforeThatOfColumns) {
    const Frame frame = read_with([](gdcm::DataSet& data) {
        put(data, 0x0028, 0x0030, "DS", "0.40\\0.25");
        put(data, 0x0028, 0x0a02, "CS", "FIDUCIAL");
    });
    EXPECT_EQ(frame.calibration.source, SpacingSource::dicom_pixel_spacing);
    EXPECT_NEAR(frame.calibration.mm_per_px_x.value(), 0.25, tiny);
    EXPECT_NEAR(frame.calibration.mm_per_px_y.value(), 0.40, tiny);
}

TEST(Spacing, BarePixelSpacingLeavesTheImageUncalibrated) {
    EXPECT_FALSE(read_with([](gdcm::DataSet& data) {
                     put(data, 0x0028, 0x0030, "DS", "0.2\\0.2");
                 }).calibration.known());
}

TEST(Spacing, AtTheDetectorIsDividedByTheMagnification) {
    const Frame frame = read_with([](gdcm::DataSet& data) {
        put(data, 0x0018, 0x1164, "DS", "0.3\\0.3");
        put(data, 0x0028, 0x0030, "DS", "0.3\\0.3");
        put(data, 0x0018, 0x1114, "DS", "1.5");
    });
    EXPECT_EQ(frame.calibration.source, SpacingSource::dicom_isocenter);
    EXPECT_NEAR(frame.calibration.mm_per_px(), 0.2, tiny);
}

TEST(Spacing, AtTheDetectorAloneIsMarkedSo) {
    EXPECT_EQ(read_with([](gdcm::DataSet& data) {
                  put(data, 0x0018, 0x1164, "DS", "0.3\\0.3");
              }).calibration.source,
              SpacingSource::detector_plane);
}

TEST(Spacing, ThatIsNotANumberIsAbsent) {
    for (const char* text : {"", "0.3", "abc\\0.3", "0\\0", "-1\\-1", "nan\\nan", "1e999\\1"})
        EXPECT_FALSE(read_with([&](gdcm::DataSet& data) {
                         put(data, 0x0018, 0x1164, "DS", text);
                     }).calibration.known())
            << text;
}

TEST(FrameTime, IsASumOfTheFrameTimeVector) {
    const auto change = [](gdcm::DataSet& data) {
        put(data, 0x0018, 0x1065, "DS", "0\\30\\50\\10");
        put(data, 0x0028, 0x0009, "AT", words({0x0018, 0x1065}));
    };
    for (const auto& [index, time] :
         std::vector<std::pair<int, double>>{{0, 0.0}, {1, 30.0}, {2, 80.0}, {3, 90.0}})
        EXPECT_NEAR(read_with(change, 4, index).acquisition.time_ms.value(), time, tiny);
}

TEST(FrameTime, FollowsTheFrameIncrementPointer) {
    const auto change = [](gdcm::DataSet& data) {
        put(data, 0x0018, 0x1065, "DS", "0\\30\\50");
        put(data, 0x0018, 0x1063, "DS", "40");
        put(data, 0x0028, 0x0009, "AT", words({0x0018, 0x1063}));
    };
    EXPECT_NEAR(read_with(change, 3, 2).acquisition.time_ms.value(), 80.0, tiny);
}

TEST(FrameTime, ComesFromTheCineRateWhereNothingElseDoes) {
    const auto change = [](gdcm::DataSet& data) {
        data.Remove(gdcm::Tag(0x0018, 0x1063));
        data.Remove(gdcm::Tag(0x0008, 0x2144));
        put(data, 0x0018, 0x0040, "IS", "25");
    };
    EXPECT_NEAR(read_with(change, 3, 2).acquisition.time_ms.value(), 80.0, tiny);
}

TEST(FrameTime, IsUnknownOfASingleImage) {
    EXPECT_FALSE(read_with([](gdcm::DataSet&) {}).acquisition.time_ms.has_value());
}

TEST(Angles, ChangeByOneIncrementPerFrame) {
    const auto change = [](gdcm::DataSet& data) {
        put(data, 0x0018, 0x1510, "DS", "-30");
        put(data, 0x0018, 0x1520, "DS", "1.5");
    };
    EXPECT_NEAR(read_with(change, 4, 3).acquisition.primary_angle_deg.value(), -25.5, tiny);
}

TEST(Angles, ChangeByOffsetsFromTheFirstFrame) {
    const auto change = [](gdcm::DataSet& data) {
        put(data, 0x0018, 0x1511, "DS", "10");
        put(data, 0x0018, 0x1521, "DS", "0\\2\\5");
    };
    EXPECT_NEAR(read_with(change, 3, 1).acquisition.secondary_angle_deg.value(), 12.0, tiny);
    EXPECT_NEAR(read_with(change, 3, 2).acquisition.secondary_angle_deg.value(), 15.0, tiny);
}

// --- Shutters and collimators; rows and columns of the attributes are counted from 1 ---

int count_valid(const Frame& frame) {
    int count = 0;
    for (int y = 0; y < frame.height(); ++y)
        for (int x = 0; x < frame.width(); ++x) count += frame.is_valid(x, y);
    return count;
}

TEST(Shutter, ARectangleIsSeenUpToItsEdges) {
    const Frame frame = read_with([](gdcm::DataSet& data) {
        put(data, 0x0018, 0x1600, "CS", "RECTANGULAR");
        put(data, 0x0018, 0x1602, "IS", "3");
        put(data, 0x0018, 0x1604, "IS", "10");
        put(data, 0x0018, 0x1606, "IS", "2");
        put(data, 0x0018, 0x1608, "IS", "11");
    });
    EXPECT_EQ(count_valid(frame), 8 * 10);
    EXPECT_TRUE(frame.is_valid(2, 1));
    EXPECT_TRUE(frame.is_valid(9, 10));
    EXPECT_FALSE(frame.is_valid(1, 1));
    EXPECT_FALSE(frame.is_valid(9, 11));
}

TEST(Shutter, ACircleHasItsCenterInRowAndColumn) {
    const Frame frame = read_with([](gdcm::DataSet& data) {
        put(data, 0x0018, 0x1600, "CS", "CIRCULAR");
        put(data, 0x0018, 0x1610, "IS", "4\\9");
        put(data, 0x0018, 0x1612, "IS", "3");
    });
    EXPECT_TRUE(frame.is_valid(8, 3));
    EXPECT_TRUE(frame.is_valid(11, 3));
    EXPECT_TRUE(frame.is_valid(8, 6));
    EXPECT_FALSE(frame.is_valid(12, 3));
    EXPECT_FALSE(frame.is_valid(8, 7));
}

TEST(Shutter, APolygonHasItsVerticesInRowAndColumn) {
    const Frame frame = read_with([](gdcm::DataSet& data) {
        put(data, 0x0018, 0x1600, "CS", "POLYGONAL");
        put(data, 0x0018, 0x1620, "IS", "2\\2\\2\\12\\10\\12");
    });
    EXPECT_TRUE(frame.is_valid(10, 3));
    EXPECT_FALSE(frame.is_valid(2, 8));
    EXPECT_FALSE(frame.is_valid(0, 0));
    EXPECT_FALSE(frame.is_valid(13, 3));
}

TEST(Shutter, ShapesAndCollimatorAllApply) {
    const Frame frame = read_with([](gdcm::DataSet& data) {
        put(data, 0x0018, 0x1600, "CS", "RECTANGULAR\\CIRCULAR");
        put(data, 0x0018, 0x1602, "IS", "1");
        put(data, 0x0018, 0x1604, "IS", "16");
        put(data, 0x0018, 0x1606, "IS", "1");
        put(data, 0x0018, 0x1608, "IS", "6");
        put(data, 0x0018, 0x1610, "IS", "6\\8");
        put(data, 0x0018, 0x1612, "IS", "5");
        put(data, 0x0018, 0x1700, "CS", "RECTANGULAR");
        put(data, 0x0018, 0x1702, "IS", "8");
        put(data, 0x0018, 0x1704, "IS", "30");
        put(data, 0x0018, 0x1706, "IS", "-5");
        put(data, 0x0018, 0x1708, "IS", "40");
    });
    EXPECT_TRUE(frame.is_valid(8, 4));
    EXPECT_FALSE(frame.is_valid(8, 6)) << "below the rectangle";
    EXPECT_FALSE(frame.is_valid(14, 4)) << "outside the circle";
    EXPECT_FALSE(frame.is_valid(6, 4)) << "left of the collimator";
}

TEST(Shutter, ThatHidesEverythingOrNothingIsNoShutter) {
    const auto rectangle = [](const char* left, const char* right) {
        return read_with([&](gdcm::DataSet& data) {
            put(data, 0x0018, 0x1600, "CS", "RECTANGULAR");
            put(data, 0x0018, 0x1602, "IS", left);
            put(data, 0x0018, 0x1604, "IS", right);
        });
    };
    EXPECT_TRUE(rectangle("0", "17").valid.empty());
    EXPECT_TRUE(rectangle("12", "3").valid.empty());
    EXPECT_TRUE(rectangle("200", "300").valid.empty());
}

// --- Enhanced XA: attributes of single frames ---

TEST(EnhancedXa, AttributesOfAFrameComeBeforeThoseOfAllFrames) {
    const auto path = write_dicom_file(smooth_cine(8, 8, 2));
    edit_dicom(path, [](gdcm::DataSet& data) {
        put_sequence(data, 0x5200, 0x9229, 1, [](int, gdcm::DataSet& shared) {
            put_sequence(shared, 0x0018, 0x9405, 1,
                         [](int, gdcm::DataSet& item) { put(item, 0x0018, 0x1510, "DS", "5"); });
            put_sequence(shared, 0x0028, 0x9443, 1, [](int, gdcm::DataSet& item) {
                put(item, 0x0028, 0x1040, "CS", "LOG");
                put(item, 0x0028, 0x1041, "SS", words({-1}));
            });
        });
        put_sequence(data, 0x5200, 0x9230, 2, [](int frame, gdcm::DataSet& own) {
            put_sequence(own, 0x0028, 0x9145, 1, [&](int, gdcm::DataSet& item) {
                put(item, 0x0028, 0x1052, "DS", "0");
                put(item, 0x0028, 0x1053, "DS", frame == 0 ? "1" : "2");
            });
            if (frame == 1)
                put_sequence(own, 0x0018, 0x9405, 1,
                             [](int, gdcm::DataSet& item) { put(item, 0x0018, 0x1510, "DS", "7"); });
        });
    });
    const auto cine = open_dicom(path);
    const Frame first = cine->read(0);
    const Frame second = cine->read(1);
    EXPECT_EQ(first.intensity, Intensity::logarithmic);
    EXPECT_NEAR(first.acquisition.primary_angle_deg.value(), 5.0, tiny);
    EXPECT_NEAR(second.acquisition.primary_angle_deg.value(), 7.0, tiny);
    EXPECT_EQ(first.pixels(2, 3), 4095.0f - static_cast<float>(smooth_picture(8, 8, 0)(2, 3)));
    EXPECT_EQ(second.pixels(2, 3), 2.0f * (4095.0f - static_cast<float>(smooth_picture(8, 8, 1)(2, 3))));
}

TEST(EnhancedXa, FramesSayWhenTheyWereTaken) {
    const auto path = write_dicom_file(smooth_cine(8, 8, 2));
    edit_dicom(path, [](gdcm::DataSet& data) {
        data.Remove(gdcm::Tag(0x0018, 0x1063));
        data.Remove(gdcm::Tag(0x0008, 0x2144));
        put_sequence(data, 0x5200, 0x9230, 2, [](int frame, gdcm::DataSet& own) {
            put_sequence(own, 0x0020, 0x9111, 1, [&](int, gdcm::DataSet& item) {
                put(item, 0x0018, 0x9151, "DT",
                    frame == 0 ? "20200131235959.990" : "20200201000000.050+0100");
            });
        });
    });
    // ms; read from a decimal number of seconds.
    EXPECT_NEAR(open_dicom(path)->read(1).acquisition.time_ms.value(), 60.0, 1e-6);
}

TEST(OpenDicom, PassesOverAPreviewWithCompressedPixels) {
    const auto cine = smooth_cine(8, 8, 1);
    std::string bytes = bytes_of(write_dicom_file(cine));
    // IconImageSequence with one item, in which pixels of undefined length are in fragments; before
    // SamplesPerPixel.
    const std::string preview = from_hex(
        "88000002"
        "5351"
        "0000"
        "ffffffff"
        "feff00e0"
        "ffffffff"
        "e07f1000"
        "4f42"
        "0000"
        "ffffffff"
        "feff00e0"
        "00000000"
        "feff00e0"
        "04000000"
        "ffd8ffd9"
        "feffdde0"
        "00000000"
        "feff0de0"
        "00000000"
        "feffdde0"
        "00000000");
    bytes.insert(bytes.find(from_hex("280002005553")), preview);
    EXPECT_EQ(largest_difference(open_dicom(file_with(bytes, "preview.dcm"))->read(0), cine[0]), 0.0);
}

// --- Files that cannot be read ---

TEST(OpenDicom, WithoutPixelsSaysSo) {
    const auto path = write_dicom_file(smooth_cine(8, 8, 1));
    edit_dicom(path, [](gdcm::DataSet& data) { data.Remove(gdcm::Tag(0x7fe0, 0x0010)); });
    EXPECT_THAT(fault_of(path), AllOf(HasSubstr(path.string()), HasSubstr("no pixels")));
}

TEST(OpenDicom, FewerPixelsThanTheAttributesSayIsAnError) {
    const auto path = write_dicom_file(smooth_cine(8, 8, 2));
    edit_dicom(path, [](gdcm::DataSet& data) { put(data, 0x0028, 0x0008, "IS", "3"); });
    EXPECT_THAT(fault_of(path), HasSubstr("256 of 384 bytes"));
}

TEST(OpenDicom, FewerFragmentsThanFramesIsAnError) {
    const auto path = transcode(write_dicom_file(smooth_cine(8, 8, 2)), gdcm::TransferSyntax::RLELossless);
    edit_dicom(path, [](gdcm::DataSet& data) { put(data, 0x0028, 0x0008, "IS", "3"); });
    EXPECT_NE(fault_of(path), "");
}

struct BadLayout {
    std::uint16_t element;
    int value;
    const char* expected;
};

class ImpossibleLayout : public testing::TestWithParam<BadLayout> {};

TEST_P(ImpossibleLayout, IsRefusedBeforeAnythingIsAllocated) {
    const auto path = write_dicom_file(smooth_cine(8, 8, 1));
    edit_dicom(path, [](gdcm::DataSet& data) {
        put(data, 0x0028, GetParam().element, "US", words({GetParam().value}));
    });
    EXPECT_THAT(fault_of(path), AllOf(HasSubstr(path.string()), HasSubstr(GetParam().expected)));
}

INSTANTIATE_TEST_SUITE_P(Every, ImpossibleLayout,
                         testing::Values(BadLayout{0x0010, 0, "8 x 0"}, BadLayout{0x0011, 0, "0 x 8"},
                                         BadLayout{0x0010, 20000, "8 x 20000"},
                                         BadLayout{0x0010, 9, "128 of 144"}, BadLayout{0x0100, 32, "32 bits"},
                                         BadLayout{0x0100, 1, "1 bits"}, BadLayout{0x0101, 17, "17 bits"},
                                         BadLayout{0x0102, 16, "16"}, BadLayout{0x0002, 4, "4 samples"}),
                         [](const auto& layout) { return "Case" + std::to_string(layout.index); });

TEST(OpenDicom, OfOnePixelIsAnImage) {
    const auto path = write_dicom_file(std::vector{Image<std::uint16_t>(1, 1, 77)});
    EXPECT_EQ(open_dicom(path)->read(0).pixels(0, 0), 77.0f);
}

TEST(OpenDicom, TextNamedDcmIsNotDicom) {
    EXPECT_THAT(fault_of(file_with("This is a letter, not an angiogram.\n", "letter.dcm")),
                HasSubstr("neither DICOM"));
}

TEST(OpenDicom, PreambleMayBeThatOfATiffFile) {
    std::string bytes = bytes_of(write_dicom_file(smooth_cine(8, 8, 1)));
    bytes.replace(0, 4, std::string("II*\0", 4));
    EXPECT_EQ(fault_of(file_with(bytes, "both.dcm")), "");
}

TEST(OpenDicom, NeedsNoPreamble) {
    const auto cine = smooth_cine(8, 8, 1);
    const std::string bytes = bytes_of(write_dicom_file(cine));
    const auto bare = file_with(bytes.substr(132), "bare.dcm");
    EXPECT_TRUE(is_dicom(bare));
    EXPECT_EQ(largest_difference(open_cine(bare)->read(0), cine[0]), 0.0);
}

TEST(OpenDicom, AFrameThatIsNotThereIsTheCallersMistake) {
    const auto cine = open_dicom(write_dicom_file(smooth_cine(8, 8, 2)));
    EXPECT_THROW(cine->read(-1), InvalidInput);
    EXPECT_THROW(cine->read(2), InvalidInput);
}

// --- Long cines ---

TEST(LongCine, OfTwoGigabytesIsReadInTheMemoryOfAFewFrames) {
    if (!test::memory_is_reused) GTEST_SKIP() << "a sanitizer holds memory back";
    // The header of a real file, grown to 1000 frames of 1024 x 1024; the file system keeps no zeros.
    const auto path = write_dicom_file(smooth_cine(8, 8, 2));
    edit_dicom(path, [](gdcm::DataSet& data) {
        put(data, 0x0028, 0x0008, "IS", "1000");
        put(data, 0x0028, 0x0010, "US", words({1024}));
        put(data, 0x0028, 0x0011, "US", words({1024}));
    });
    std::string bytes = bytes_of(path);
    const std::size_t pixels = bytes.find(std::string("\xe0\x7f\x10\x00OW\0\0", 8)) + 12;
    constexpr std::uint32_t length = 1000u * 1024u * 1024u * 2u;
    for (std::size_t i = 0; i < 4; ++i) bytes[pixels - 4 + i] = static_cast<char>(length >> (8 * i));
    const auto grown = file_with(bytes.substr(0, pixels), "long.dcm");
    std::filesystem::resize_file(grown, pixels + length);

    test::expect_memory_of_a_few_frames(grown, 37);
}

// --- Real files ---

class RealDicom : public testing::Test {
  protected:
    void SetUp() override {
        const char* data = std::getenv("STENOMETRY_DATA");
        if (data == nullptr) GTEST_SKIP() << "STENOMETRY_DATA is not set";
        folder = std::filesystem::path(data) / "xa_dicom";
    }
    std::filesystem::path folder;
};

TEST_F(RealDicom, LosslessAndUncompressedNemaImagesHaveTheSamePixels) {
    const Frame plain = open_dicom(folder / "nema_wg04_XA1_uncompressed_cerebral.dcm")->read(0);
    const Frame lossless = open_dicom(folder / "nema_wg04_XA1_jpeglossless_cerebral.dcm")->read(0);
    EXPECT_EQ(plain.width(), 1024);
    EXPECT_EQ(plain.height(), 1024);
    EXPECT_EQ(largest_difference(lossless, plain.pixels), 0.0);
}

TEST_F(RealDicom, BaselineCineOfTheRightCoronaryArteryIsReadThroughout) {
    const auto cine = open_dicom(folder / "rubo_demo_rca_96f_jpegbaseline.dcm");
    ASSERT_EQ(cine->frame_count(), 96);
    for (int index = 0; index < 96; index += 19) {
        const Frame frame = cine->read(index);
        EXPECT_EQ(frame.width(), 512);
        EXPECT_EQ(frame.height(), 512);
        EXPECT_EQ(frame.index, index);
        EXPECT_FALSE(frame.calibration.known());
        EXPECT_EQ(frame.intensity, Intensity::linear);
        EXPECT_NEAR(frame.acquisition.time_ms.value(), 33.0 * index, tiny);
    }
}

}  // namespace
}  // namespace stenometry::io
