#include "io/dicom_pixels.h"

#include <charls/charls.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <jpeglib.h>
#include <zlib.h>

#include <numeric>
#include <optional>

#include "io/dicom_tags.h"
#include "stenometry/io/cine.h"
#include "support/cine_reading.h"
#include "support/dicom_bytes.h"
#include "support/dicom_files.h"

namespace stenometry::io {
namespace {

using test::bytes_of;
using test::DicomPicture;
using test::element;
using test::encapsulated;
using test::fault_of;
using test::file_with;
using test::literal_runs;
using test::run_lengths;
using test::values_of;
using test::words_of;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* rle = "1.2.840.10008.1.2.5";

std::vector<float> values_of(const std::string& bytes, int frame = 0) {
    return values_of(open_cine(file_with(bytes, "made.dcm"))->read(frame));
}

std::string fault_of_bytes(const std::string& bytes) { return fault_of(file_with(bytes, "made.dcm")); }

std::string pixels(const std::string& cells) { return element(0x7fe00010, "OB", cells); }

// --- Colours ---

TEST(Colours, SharedByTwoPixelsLeaveEachItsOwnLuma) {
    const DicomPicture picture{.samples = 3, .photometric = "YBR_FULL_422"};
    // Luma, luma, and the two colours of both.
    const std::string cells = "\x0a\x14\x80\x81\x1e\x28\x80\x81\x32\x3c\x80\x81\x46\x50\x80\x81";
    EXPECT_THAT(values_of(picture.file(pixels(cells))), ElementsAre(10, 20, 30, 40, 50, 60, 70, 80));
}

TEST(Colours, SharedByTwoPixelsAreReadInEveryFrame) {
    const DicomPicture picture{
        .width = 2, .height = 1, .frames = 2, .samples = 3, .photometric = "YBR_FULL_422"};
    const std::string bytes = picture.file(pixels("\x0a\x14\x80\x81\x1e\x28\x80\x81"));
    EXPECT_THAT(values_of(bytes, 0), ElementsAre(10, 20));
    EXPECT_THAT(values_of(bytes, 1), ElementsAre(30, 40));
}

TEST(Colours, SaidToBeSharedButStoredForEachPixelAreReadAsStored) {
    const DicomPicture picture{.width = 2, .height = 1, .samples = 3, .photometric = "YBR_FULL_422"};
    EXPECT_THAT(values_of(picture.file(pixels("\x0a\x80\x81\x14\x80\x81"))), ElementsAre(10, 20));
}

TEST(Colours, ThatNoNumberOfPixelsCanShareAreRefused) {
    const DicomPicture odd{.width = 3, .height = 2, .samples = 3, .photometric = "YBR_FULL_422"};
    EXPECT_THAT(fault_of_bytes(odd.file(pixels(std::string(12, '\x50')))),
                HasSubstr("odd number of columns"));
    const DicomPicture quarter{.samples = 3, .photometric = "YBR_PARTIAL_420"};
    EXPECT_THAT(fault_of_bytes(quarter.file(pixels(std::string(12, '\x50')))), HasSubstr("YBR_PARTIAL_420"));
}

/// 16 x 8 pixels that all hold these three samples, in JPEG whose components are numbered 1, 2, 3.
std::string jpeg_of(std::array<unsigned char, 3> samples, bool jfif) {
    jpeg_compress_struct codec{};
    jpeg_error_mgr errors;
    codec.err = jpeg_std_error(&errors);
    jpeg_create_compress(&codec);
    unsigned char* buffer = nullptr;
    unsigned long size = 0;
    jpeg_mem_dest(&codec, &buffer, &size);
    codec.image_width = 16;
    codec.image_height = 8;
    codec.input_components = 3;
    codec.in_color_space = JCS_RGB;
    jpeg_set_defaults(&codec);
    jpeg_set_colorspace(&codec, JCS_RGB);  // as they are given
    jpeg_set_quality(&codec, 100, TRUE);
    codec.write_JFIF_header = jfif ? TRUE : FALSE;
    codec.write_Adobe_marker = FALSE;
    for (int i = 0; i < 3; ++i) codec.comp_info[i].component_id = i + 1;
    jpeg_start_compress(&codec, TRUE);
    std::vector<unsigned char> row;
    for (int x = 0; x < 16; ++x) row.insert(row.end(), samples.begin(), samples.end());
    for (int y = 0; y < 8; ++y) {
        JSAMPROW rows = row.data();
        jpeg_write_scanlines(&codec, &rows, 1);
    }
    jpeg_finish_compress(&codec);
    const std::string code(reinterpret_cast<const char*>(buffer), size);
    jpeg_destroy_compress(&codec);
    std::free(buffer);
    return code;
}

float grey_of_jpeg(const std::string& photometric, bool jfif) {
    const DicomPicture picture{.transfer_syntax = "1.2.840.10008.1.2.4.50",
                               .width = 16,
                               .height = 8,
                               .samples = 3,
                               .photometric = photometric};
    return values_of(picture.file(encapsulated({jpeg_of({200, 30, 60}, jfif)}))).front();
}

TEST(Colours, OfJpegWithoutMarkersAreWhatTheAttributesSay) {
    // Grey levels: the quantization of quality 100, and rounding in between.
    constexpr float tolerance = 2.0F;
    constexpr float luma_of_rgb = 0.299F * 200 + 0.587F * 30 + 0.114F * 60;
    EXPECT_NEAR(grey_of_jpeg("RGB", false), luma_of_rgb, tolerance);
    // As YCbCr they are so far from grey that red and green are cut at 0 and 255.
    const float as_ybr = grey_of_jpeg("YBR_FULL", false);
    EXPECT_GT(std::abs(as_ybr - luma_of_rgb), 20.0F);
    EXPECT_EQ(grey_of_jpeg("RGB", true), as_ybr) << "JFIF says that its colours are YCbCr";
}

TEST(Colours, OfJpegLsStayAsTheyWereEncoded) {
    const std::string rgb = "\xc8\x1e\x3c\xc8\x1e\x3c\xc8\x1e\x3c\xc8\x1e\x3c";
    charls::jpegls_encoder encoder;
    encoder.frame_info({.width = 2, .height = 2, .bits_per_sample = 8, .component_count = 3});
    encoder.interleave_mode(charls::interleave_mode::sample);
    std::string code(encoder.estimated_destination_size(), '\0');
    encoder.destination(code.data(), code.size());
    code.resize(encoder.encode(rgb.data(), rgb.size()));
    const auto read_as = [&](const char* photometric) {
        const DicomPicture picture{.transfer_syntax = "1.2.840.10008.1.2.4.80",
                                   .width = 2,
                                   .height = 2,
                                   .samples = 3,
                                   .photometric = photometric};
        return values_of(picture.file(encapsulated({code}))).front();
    };
    EXPECT_EQ(read_as("YBR_FULL"), 200.0F) << "the first sample is the luma";
    EXPECT_NEAR(read_as("RGB"), 0.299 * 200 + 0.587 * 30 + 0.114 * 60, 1e-3);
}

// --- Palettes ---

std::string table(int colour, const std::vector<int>& descriptor, const std::string& data) {
    return element(0x00281101 + static_cast<std::uint32_t>(colour), "US", words_of(descriptor)) +
           element(0x00281201 + static_cast<std::uint32_t>(colour), "OW", data);
}

std::vector<float> read_through(const std::string& tables, const std::string& cells) {
    const DicomPicture picture{.photometric = "PALETTE COLOR", .other = tables};
    return values_of(picture.file(pixels(cells)));
}

TEST(Palette, OfGreyGivesItsEntriesWhichHoldBeyondTheEnds) {
    std::string tables;
    for (int colour = 0; colour < 3; ++colour)
        tables += table(colour, {4, 10, 16}, words_of({100, 2000, 30000, 65535}));
    EXPECT_THAT(read_through(tables, "\x0a\x0b\x0c\x0d\x01\xff\x0b\x0a"),
                ElementsAre(100, 2000, 30000, 65535, 100, 65535, 2000, 100));
}

TEST(Palette, OfColoursGivesTheirLuma) {
    const std::string tables =
        table(0, {2, 0, 8}, "\x0a\xc8") + table(1, {2, 0, 8}, "\x0a\x1e") + table(2, {2, 0, 8}, "\x0a\x3c");
    const std::vector<float> values = read_through(tables, std::string("\0\1\0\1\0\1\0\1", 8));
    EXPECT_EQ(values[0], 10.0F);
    EXPECT_NEAR(values[1], 0.299 * 200 + 0.587 * 30 + 0.114 * 60, 1e-3);
}

TEST(Palette, InSegmentsOrWithoutATableIsRefusedByThat) {
    const DicomPicture bare{.photometric = "PALETTE COLOR"};
    EXPECT_THAT(fault_of_bytes(bare.file(pixels(std::string(8, '\0')))), HasSubstr("palette lacks a part"));
    const DicomPicture segmented{.photometric = "PALETTE COLOR",
                                 .other = element(0x00281221, "OW", words_of({0, 1, 5}))};
    EXPECT_THAT(fault_of_bytes(segmented.file(pixels(std::string(8, '\0')))), HasSubstr("segmented"));
}

// --- Fragments ---

/// Cells 0, 1, 2, ... of one frame of 4 x 2, from `first` on, as run lengths.
std::string counting_frame(int first) {
    std::string cells(8, '\0');
    std::iota(cells.begin(), cells.end(), static_cast<char>(first));
    return run_lengths(literal_runs(cells));
}

std::vector<float> counting(int first) {
    std::vector<float> values(8);
    std::iota(values.begin(), values.end(), static_cast<float>(first));
    return values;
}

struct Pieces {
    std::vector<std::string> fragments;
    std::vector<std::uint64_t> offsets;  ///< of the first fragment of each frame
};

/// Three frames, of which the second is in three fragments that could begin anything.
Pieces frames_in_pieces() {
    const std::string second = counting_frame(50);
    return {{counting_frame(0), second.substr(0, 32), second.substr(32, 38), second.substr(70),
             counting_frame(100)},
            {0, 82, 82 + 8 + 32 + 8 + 38 + 8 + second.size() - 70}};
}

void expect_three_frames(const std::string& bytes) {
    EXPECT_EQ(values_of(bytes, 0), counting(0));
    EXPECT_EQ(values_of(bytes, 1), counting(50));
    EXPECT_EQ(values_of(bytes, 2), counting(100));
}

TEST(Fragments, OfRunLengthsMayBeSeveralToAFrame) {
    const DicomPicture picture{.transfer_syntax = rle, .frames = 3};
    const Pieces pieces = frames_in_pieces();
    std::string table;
    for (const std::uint64_t offset : pieces.offsets) table += test::little_endian(offset, 4);
    ASSERT_EQ(pieces.fragments[0].size() + 8, pieces.offsets[1]);
    expect_three_frames(picture.file(encapsulated(pieces.fragments, table)));
}

TEST(Fragments, AreFoundByTheExtendedOffsetTable) {
    DicomPicture picture{.transfer_syntax = rle, .frames = 3};
    const Pieces pieces = frames_in_pieces();
    std::string table;
    for (const std::uint64_t offset : pieces.offsets) table += test::little_endian(offset, 8);
    picture.other = element(0x7fe00001, "OV", table);
    expect_three_frames(picture.file(encapsulated(pieces.fragments)));
}

TEST(Fragments, OfRunLengthsAreFoundByTheirHeadersWhereThereIsNoOffsetTableOrAWrongOne) {
    const DicomPicture picture{.transfer_syntax = rle, .frames = 3};
    const std::string second = counting_frame(50);
    const std::vector<std::string> fragments{counting_frame(0), second.substr(0, 70), second.substr(70),
                                             counting_frame(100)};
    expect_three_frames(picture.file(encapsulated(fragments)));
    const std::string wrong =
        test::little_endian(0, 4) + test::little_endian(3, 4) + test::little_endian(5, 4);
    expect_three_frames(picture.file(encapsulated(fragments, wrong)));
}

TEST(Fragments, MoreThanTheFramesDoNotSpoilTheLast) {
    const DicomPicture picture{.transfer_syntax = rle, .frames = 2};
    const std::string bytes =
        picture.file(encapsulated({counting_frame(0), counting_frame(50), counting_frame(100)}));
    EXPECT_EQ(values_of(bytes, 1), counting(50));
}

TEST(Fragments, AreAsLongAsTheySayWhateverTheyHold) {
    // Sequence delimiter, item and end of image among the pixels.
    const std::string cells("\xfe\xff\xdd\xe0\xfe\xff\0\xe0", 8);
    const DicomPicture picture{.transfer_syntax = rle};
    EXPECT_THAT(values_of(picture.file(encapsulated({run_lengths(literal_runs(cells))}))),
                ElementsAre(254, 255, 221, 224, 254, 255, 0, 224));
}

TEST(Fragments, ThatAreDamagedByADelimiterAreRefusedByThatName) {
    auto bytes = bytes_of(test::transcode(test::write_dicom_file(test::smooth_cine(16, 16, 1)),
                                          gdcm::TransferSyntax::JPEG2000Lossless));
    const std::size_t start = bytes.find("\xff\x4f\xff\x51");
    ASSERT_NE(start, std::string::npos);
    bytes.replace(start + 6, 4, "\xfe\xff\xdd\xe0");
    EXPECT_THAT(fault_of_bytes(bytes), HasSubstr("looks like a sequence delimiter"));
}

// --- Wrong sizes and streams cut short ---

TEST(RunLengths, OfALargerPictureAreRefused) {
    const DicomPicture half{.transfer_syntax = rle, .width = 4, .height = 2};
    const std::string cells(16, '\x11');
    EXPECT_THAT(fault_of_bytes(half.file(encapsulated({run_lengths(literal_runs(cells))}))),
                HasSubstr("longer than the picture"));
    // Two runs of eight: the first fills the picture exactly.
    const std::string runs = "\xf9\x11\xf9\x11";
    EXPECT_THAT(fault_of_bytes(half.file(encapsulated({run_lengths(runs)}))),
                HasSubstr("longer than the picture"));
}

TEST(RunLengths, MayEndInPadding) {
    const DicomPicture picture{.transfer_syntax = rle};
    const std::vector<float> seventeen(8, 17.0F);
    for (const std::string& padding : {std::string(), std::string("\x80\0", 2), std::string("\x80\x80\x80")})
        EXPECT_EQ(values_of(picture.file(encapsulated({run_lengths("\xf9\x11" + padding)}))), seventeen);
}

/// The cells of the picture, or nothing where it is refused.
std::optional<std::string> decoded(const std::string& code, const CellLayout& layout) {
    try {
        return decode_frame(uid::jpeg_ls, code, layout);
    } catch (const CodecError&) {
        return std::nullopt;
    }
}

TEST(JpegLs, CutShortAnywhereIsAnErrorWithAnEndMarkerOrWithoutOne) {
    const auto path = test::transcode(test::write_dicom_file(test::smooth_cine(48, 40, 1)),
                                      gdcm::TransferSyntax::JPEGLSLossless);
    const std::string bytes = bytes_of(path), end_marker = "\xff\xd9";
    const std::size_t begin = bytes.find("\xff\xd8\xff"), end = bytes.rfind(end_marker);
    ASSERT_LT(begin, end);
    const std::string code = bytes.substr(begin, end - begin);
    const CellLayout layout{.width = 48, .height = 40, .bits_allocated = 16, .bits_stored = 12};
    const auto whole = decoded(code + end_marker, layout);
    ASSERT_TRUE(whole.has_value());
    for (std::size_t size = 4; size < code.size(); size += size + 9 < code.size() ? 7 : 1)
        for (const std::string& ending : {std::string(), end_marker}) {
            const auto cut = decoded(code.substr(0, size) + ending, layout);
            // The last byte may be nothing but padding.
            EXPECT_TRUE(!cut || (size + 1 == code.size() && *cut == *whole)) << size;
        }
}

// --- Deflated data sets ---

std::string deflated(const std::string& bytes) {
    z_stream stream{};
    EXPECT_EQ(deflateInit2(&stream, 9, Z_DEFLATED, -MAX_WBITS, 9, Z_DEFAULT_STRATEGY), Z_OK);
    std::string packed(deflateBound(&stream, bytes.size()), '\0');
    std::string input = bytes;
    stream.next_in = reinterpret_cast<Bytef*>(input.data());
    stream.avail_in = static_cast<uInt>(input.size());
    stream.next_out = reinterpret_cast<Bytef*>(packed.data());
    stream.avail_out = static_cast<uInt>(packed.size());
    EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
    packed.resize(stream.total_out);
    deflateEnd(&stream);
    return packed;
}

constexpr const char* deflated_syntax = "1.2.840.10008.1.2.1.99";

TEST(Deflated, CineLongerThanIsKeptInMemoryIsReadInAnyOrder) {
    constexpr int frames = 70, side = 1024;
    const DicomPicture picture{
        .transfer_syntax = deflated_syntax, .width = side, .height = side, .frames = frames};
    std::string cells;
    for (int k = 0; k < frames; ++k) cells.append(std::size_t{side} * side, static_cast<char>(k));
    const auto path =
        file_with(picture.head() + deflated(picture.data_set(pixels(cells))), "long_deflated.dcm");
    const auto cine = open_cine(path);
    ASSERT_EQ(cine->frame_count(), frames);
    for (const int k : {0, 69, 3}) {
        const Frame frame = cine->read(k);
        EXPECT_EQ(frame.pixels(0, 0), static_cast<float>(k));
        EXPECT_EQ(frame.pixels(side - 1, side - 1), static_cast<float>(k));
    }
    const std::string bytes = bytes_of(path);
    const auto cut = open_cine(file_with(bytes.substr(0, bytes.size() - 8), "cut.dcm"));
    EXPECT_THROW(cut->read(frames - 1), IoError);
}

TEST(Deflated, ThatInflatesWithoutEndBeforeItsPixelsIsRefusedInLittleMemory) {
    // A private element of 80 MB, of which the file has a thousandth part.
    const std::string bytes = DicomPicture{.transfer_syntax = deflated_syntax}.head() +
                              deflated(element(0x00091010, "OB", std::string(80'000'000, '\0')) +
                                       DicomPicture().data_set(pixels(std::string(8, '\0'))));
    const auto path = file_with(bytes, "bomb.dcm");
    EXPECT_THAT(fault_of(path), HasSubstr("more than 64 MiB before its pixels"));
}

// --- High-Throughput JPEG 2000 ---

std::string bytes_of_hex(std::string_view digits) {
    std::string bytes;
    for (; !digits.empty(); digits.remove_prefix(2))
        bytes += static_cast<char>(std::stoi(std::string(digits.substr(0, 2)), nullptr, 16));
    return bytes;
}

/// 8 x 8 pixels of (100 x + 37 y) mod 4096 in 12 bits, lossless, by OpenJPH 0.31.
constexpr std::string_view high_throughput =
    "ff4fff5100294000000000080000000800000000000000000000000800000008000000000000000000010b0101"
    "ff500008000200000005ff52000c00020001000104044001ff5c00072068686868ff90000a0000000000490001"
    "ff93c002dfff5ff66fbedd6f2eb16389ba768c1f75286f17b1fa3ce500f597210031b800c002a600154046a3d1"
    "f8aa71027500480441fec01081ecb600ffd9";

std::string high_throughput_file(const std::string& syntax, const std::string& code) {
    const DicomPicture picture{.transfer_syntax = syntax, .width = 8, .height = 8, .bits = 16};
    return picture.file(encapsulated({code}));
}

TEST(HighThroughputJpeg2000, IsReadInEveryTransferSyntax) {
    for (const char* syntax :
         {"1.2.840.10008.1.2.4.201", "1.2.840.10008.1.2.4.202", "1.2.840.10008.1.2.4.203"}) {
        const auto cine =
            open_cine(file_with(high_throughput_file(syntax, bytes_of_hex(high_throughput)), "ht.dcm"));
        const Frame frame = cine->read(0);
        for (int y = 0; y < 8; ++y)
            for (int x = 0; x < 8; ++x)
                EXPECT_EQ(frame.pixels(x, y), static_cast<float>(100 * x + 37 * y)) << x << ' ' << y;
    }
}

TEST(HighThroughputJpeg2000, CutShortIsRefused) {
    const std::string code = bytes_of_hex(high_throughput);
    EXPECT_THAT(
        fault_of_bytes(high_throughput_file("1.2.840.10008.1.2.4.201", code.substr(0, code.size() - 20))),
        HasSubstr("cannot be decoded"));
}

// --- Gzipped files ---

std::string gzipped(const std::string& bytes) {
    const auto path = test::temporary_file("made.gz");
    gzFile file = gzopen(path.c_str(), "wb1");
    EXPECT_EQ(gzwrite(file, bytes.data(), static_cast<unsigned>(bytes.size())),
              static_cast<int>(bytes.size()));
    gzclose(file);
    return bytes_of(path);
}

TEST(Gzipped, DicomIsReadAsWhatItHolds) {
    const std::string bytes = DicomPicture{.width = 2, .height = 1}.file(pixels("\x0a\x14"));
    const auto path = file_with(gzipped(bytes), "image.dcm.gz");
    EXPECT_TRUE(is_dicom(path));
    EXPECT_THAT(values_of(open_cine(path)->read(0)), ElementsAre(10, 20));
}

TEST(Gzipped, DicomWithADeflatedDataSetIsRead) {
    const DicomPicture picture{.transfer_syntax = deflated_syntax, .width = 2, .height = 1};
    const std::string bytes = picture.head() + deflated(picture.data_set(pixels("\x0a\x14")));
    EXPECT_THAT(values_of(gzipped(bytes)), ElementsAre(10, 20));
}

TEST(Gzipped, DicomCutShortOrDamagedIsRefused) {
    const std::string whole = gzipped(DicomPicture{}.file(pixels(std::string(8, 'x'))));
    EXPECT_THAT(fault_of_bytes(whole.substr(0, whole.size() - 10)),
                HasSubstr("gzip file is damaged or cut short"));
    std::string damaged = whole;
    damaged[damaged.size() - 6] ^= 1;  // in the checksum
    EXPECT_THAT(fault_of_bytes(damaged), HasSubstr("damaged"));
}

TEST(Gzipped, CompressedFramesLongerThanAreKeptInMemoryAreReadInAnyOrder) {
    constexpr int frames = 70, side = 1024;
    std::vector<std::string> fragments;
    for (int k = 0; k < frames; ++k)
        fragments.push_back(
            run_lengths(literal_runs(std::string(std::size_t{side} * side, static_cast<char>(k)))));
    const DicomPicture picture{.transfer_syntax = rle, .width = side, .height = side, .frames = frames};
    const auto cine = open_cine(file_with(gzipped(picture.file(encapsulated(fragments))), "long.dcm.gz"));
    ASSERT_EQ(cine->frame_count(), frames);
    for (const int k : {0, 69, 3}) EXPECT_EQ(cine->read(k).pixels(side - 1, side - 1), static_cast<float>(k));
}

TEST(Gzipped, FilesOfOtherKindsAreRefused) {
    EXPECT_THAT(fault_of_bytes(gzipped("no picture")), HasSubstr("neither DICOM nor any image format"));
}

}  // namespace
}  // namespace stenometry::io
