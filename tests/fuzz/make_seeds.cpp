#include <SQLiteCpp/Database.h>
#include <charls/charls.h>
#include <unistd.h>
#include <zlib.h>

#include <array>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <opencv2/imgcodecs.hpp>
#include <random>

#include "archive/ledger_tables.h"
#include "io/dicom_tags.h"
#include "io/still_codecs.h"
#include "stenometry/io/dicom.h"
#include "stenometry/io/image.h"
#include "support/dicom_bytes.h"
#include "support/network_bytes.h"
#include "support/onnx_files.h"

/// Writes the seeds of the fuzz targets: small files of every kind that they read, each in the folder of its
/// target. Usage: make_seeds FOLDER
namespace {

namespace fs = std::filesystem;
using namespace stenometry;
using namespace std::string_literals;

constexpr int width = 12, height = 10;

/// With the letters DICM; without both, more of what varies in a file counts.
constexpr std::size_t preamble_bytes = 132;

std::string gzip(const std::string& bytes, int window_bits) {
    z_stream stream{};
    if (deflateInit2(&stream, 9, Z_DEFLATED, window_bits, 9, Z_DEFAULT_STRATEGY) != Z_OK) std::abort();
    std::string packed(deflateBound(&stream, bytes.size()), '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    stream.avail_in = static_cast<uInt>(bytes.size());
    stream.next_out = reinterpret_cast<Bytef*>(packed.data());
    stream.avail_out = static_cast<uInt>(packed.size());
    if (deflate(&stream, Z_FINISH) != Z_STREAM_END) std::abort();
    packed.resize(stream.total_out);
    deflateEnd(&stream);
    return packed;
}

cv::Mat picture(int type, cv::Size size = {width, height}) {
    cv::Mat made(size, type);
    std::mt19937 random(5);
    for (int y = 0; y < size.height; ++y)
        for (int x = 0; x < size.width * made.channels(); ++x) {
            const auto value = static_cast<int>(8 * x + 5 * y + static_cast<int>(random() % 7));
            if (made.depth() == CV_8U) made.ptr<std::uint8_t>(y)[x] = static_cast<std::uint8_t>(value);
            if (made.depth() == CV_16U)
                made.ptr<std::uint16_t>(y)[x] = static_cast<std::uint16_t>(16 * value);
            if (made.depth() == CV_32F) made.ptr<float>(y)[x] = static_cast<float>(value) / 200.0F;
        }
    return made;
}

std::string encoded(const std::string& extension, int type, const std::vector<int>& parameters = {}) {
    std::vector<unsigned char> bytes;
    cv::imencode(extension, picture(type), bytes, parameters);
    return {bytes.begin(), bytes.end()};
}

/// What the header of a layout is for `decode_cells`: width, height, kind, bits.
std::string layout(bool colour, bool words, int bits, cv::Size size = {width, height}) {
    return {static_cast<char>(size.width - 1), static_cast<char>(size.height - 1),
            static_cast<char>((colour ? 1 : 0) | (words ? 2 : 0)), static_cast<char>(bits - 1)};
}

std::string from_hex(std::string_view digits) {
    std::string bytes;
    for (std::size_t i = 0; i + 1 < digits.size(); i += 2)
        bytes += static_cast<char>(std::stoi(std::string(digits.substr(i, 2)), nullptr, 16));
    return bytes;
}

std::string jpeg_ls(int type, int bits) {
    const cv::Mat pixels = picture(type);
    charls::jpegls_encoder encoder;
    encoder.frame_info({width, height, bits, pixels.channels()});
    if (pixels.channels() == 3) encoder.interleave_mode(charls::interleave_mode::sample);
    std::string code(encoder.estimated_destination_size(), '\0');
    encoder.destination(code.data(), code.size());
    code.resize(encoder.encode(pixels.data, pixels.total() * pixels.elemSize()));
    return code;
}

constexpr int jpeg_2000_side = 40;  // the encoder needs room for its resolutions

std::string jpeg_2000(int type) {
    std::vector<unsigned char> bytes;
    cv::imencode(".jp2", picture(type, {jpeg_2000_side, jpeg_2000_side}), bytes);
    return {bytes.begin(), bytes.end()};
}

/// The code stream in a JP2 file.
std::string bare_jpeg_2000(int type) {
    const std::string file = jpeg_2000(type);
    return file.substr(file.find("\xff\x4f\xff\x51"));
}

// A lossless JPEG of 4 x 3 with restarts, and an extended one of 20 x 18 with 12 bits.
constexpr std::string_view lossless_jpeg =
    "ffd8ffc3000b080003000401011100ffc4001500000200000000000000000000000000000003ffdd00040004"
    "ffda0008010100010000681fffd0481fffd1681fffd9";
constexpr std::string_view extended_jpeg =
    "ffd8ffe000104a46494600010100000100010000ffdb0043000302020302020303030304030304050805050404050a07070608"
    "0c0a0c0c0b0a0b0b0d0e12100d0e110e0b0b1016101113141515150c0f171816141812141514ffc1000b0c0012001401011100"
    "ffc4001600010101000000000000000000000000000d0b0cffc40034100000040304050a070000000000000000010203040506"
    "080007090c0a11122241131417252731425161c20b212428354352ffda0008010100003f00c03983c500c3e5b834af0884401b"
    "42e14c1ba0d59b164d8a8a0d912140a9a69a65002908528000140000000002cbed64a2211d13e55eb426e55d9e479831ad3dce"
    "ed5b75b17f0a7bed571bee9bbb43886ff971f51b09ad84950dfe1babff008f0595edc9de423a27cb2c6871cabb3c8f3063583b"
    "9ddab6eb16fb94f7da9a37dd37768710dff2e3ea361a9f0928734ea6fa547c1fac2ca55e5228a0865bb7444c8980264063569a"
    "8a5f9007ddcdf3f0b693df871f84950d57be0b95137815374634f75173e436a563d026334decdd640e688a3587272c4aeba6c9"
    "274fdaaaa91b95572e142a4530100ebaa600d67308ff00ffffd9";

using Seeds = std::map<std::string, std::vector<std::string>>;

void add_decoders(Seeds& seeds) {
    const auto jpeg = [](int type) { return encoded(".jpg", type, {cv::IMWRITE_JPEG_QUALITY, 80}); };
    seeds["jpeg"] = {layout(false, false, 8) + jpeg(CV_8UC1), layout(true, false, 8) + jpeg(CV_8UC3),
                     "\x03\x02\x02\x0b"s + from_hex(lossless_jpeg),
                     "\x13\x11\x02\x0b"s + from_hex(extended_jpeg)};
    seeds["jpeg_ls"] = {layout(false, false, 8) + jpeg_ls(CV_8UC1, 8),
                        layout(true, false, 8) + jpeg_ls(CV_8UC3, 8),
                        layout(false, true, 12) + jpeg_ls(CV_16UC1, 12)};
    const cv::Size large(jpeg_2000_side, jpeg_2000_side);
    seeds["jpeg_2000"] = {layout(false, false, 8, large) + bare_jpeg_2000(CV_8UC1),
                          layout(false, false, 8, large) + jpeg_2000(CV_8UC1),
                          layout(true, false, 8, large) + bare_jpeg_2000(CV_8UC3),
                          layout(false, true, 16, large) + jpeg_2000(CV_16UC1)};
    const std::string runs(120, '\x21');
    seeds["rle"] = {layout(false, false, 8) + test::run_lengths(test::literal_runs(runs)),
                    layout(false, false, 8) + test::run_lengths("\x89\x07")};
}

std::string written_by_the_library() {
    const fs::path path = fs::temp_directory_path() / "stenometry_seed.dcm";
    const Image<std::uint16_t> frame(width, height, 300);
    const io::DicomTags tags{.imager_pixel_spacing_mm = 0.3,
                             .source_to_detector_mm = 1100.0,
                             .source_to_patient_mm = 765.0,
                             .frame_time_ms = 66.0,
                             .primary_angle_deg = -30.0,
                             .tube_voltage_kv = 75.0};
    io::write_dicom(path, std::vector{frame, frame}, tags);
    const io::InputFile file(path);
    std::string bytes = file.all();
    fs::remove(path);
    return bytes.substr(preamble_bytes);  // the reader takes it without a preamble, too
}

/// Attributes that the library does not write: shutters, tables, functional groups.
std::string other_attributes() {
    using test::element;
    using test::item;
    const std::string spacing = element(0x00181164, "DS", "0.3\\0.3");
    const std::string groups = element(0x00189405, "SQ", item(element(0x00181510, "DS", "5")));
    const std::string lut = element(0x00283002, "US", test::words_of({4, 1, 16})) +
                            element(0x00283006, "OW", test::words_of({1, 20, 300, 4000}));
    return element(0x00181065, "DS", "0\\30") + spacing +
           element(0x00181600, "CS", "RECTANGULAR\\CIRCULAR\\POLYGONAL") + element(0x00181602, "IS", "2") +
           element(0x00181604, "IS", "9") + element(0x00181606, "IS", "1") + element(0x00181608, "IS", "8") +
           element(0x00181610, "IS", "4\\5") + element(0x00181612, "IS", "3") +
           element(0x00181620, "IS", "1\\1\\1\\9\\8\\9") + element(0x00181520, "DS", "1.5") +
           element(0x00281052, "DS", "-10") + element(0x00281053, "DS", "0.5") +
           element(0x00283000, "SQ", item(lut)) + element(0x52009229, "SQ", item(groups)) +
           element(0x52009230, "SQ", item(groups) + item(groups));
}

std::string palette() {
    std::string tables;
    for (std::uint32_t colour = 0; colour < 3; ++colour)
        tables += test::element(0x00281101 + colour, "US", test::words_of({4, 0, 16})) +
                  test::element(0x00281201 + colour, "OW", test::words_of({1, 20, 300, 4000}));
    return tables;
}

std::string encapsulated(const char* syntax, bool colour, const std::vector<std::string>& codes,
                         cv::Size size = {width, height}) {
    return test::DicomPicture{.transfer_syntax = syntax,
                              .width = size.width,
                              .height = size.height,
                              .frames = static_cast<int>(codes.size()),
                              .samples = colour ? 3 : 1,
                              .photometric = colour ? "RGB" : "MONOCHROME2"}
        .file(test::encapsulated(codes))
        .substr(preamble_bytes);
}

void add_dicom(Seeds& seeds) {
    const std::string pixels = test::element(0x7fe00010, "OB", std::string(24, '\2'));
    const test::DicomPicture plain{.other = other_attributes()};
    const test::DicomPicture deflated{.transfer_syntax = io::uid::deflated};
    const test::DicomPicture shared_colours{.samples = 3, .photometric = "YBR_FULL_422"};
    const test::DicomPicture with_palette{.photometric = "PALETTE COLOR", .other = palette()};
    const std::vector<std::string> files{
        written_by_the_library(), plain.file(pixels).substr(preamble_bytes),
        deflated.head().substr(preamble_bytes) + gzip(deflated.data_set(pixels), -MAX_WBITS),
        shared_colours.file(pixels).substr(preamble_bytes), with_palette.file(pixels).substr(preamble_bytes)};
    seeds["dicom_header"] = files;
    seeds["dicom_frames"] = files;
    const std::string runs = test::run_lengths("\x89\x07");
    for (const std::string& file : {encapsulated(io::uid::rle, false, {runs, runs}),
                                    encapsulated(io::uid::jpeg_baseline, true, {encoded(".jpg", CV_8UC3)}),
                                    encapsulated(io::uid::jpeg_ls, false, {jpeg_ls(CV_8UC1, 8)}),
                                    encapsulated(io::uid::jpeg_2000, false, {bare_jpeg_2000(CV_8UC1)},
                                                 {jpeg_2000_side, jpeg_2000_side})})
        seeds["dicom_frames"].push_back(file);
    seeds["dicom_gzip"] = seeds["dicom_frames"];
    const std::string long_runs = test::run_lengths(std::string(1200, '\x80') + "\x89\x07");
    seeds["dicom_gzip"].push_back(encapsulated(io::uid::rle, false, {long_runs, runs, long_runs}));
    seeds["dicom_directory"] = {
        test::directory_bytes({{.lower = 1, .kind = "PATIENT"},
                               {.lower = 2, .kind = "SERIES", .other = test::listed_series("XA")},
                               {.next = 3, .kind = "IMAGE", .other = test::listed_image("A\\IM1")},
                               {.kind = "IMAGE", .other = test::listed_image("IM2")}})
            .substr(preamble_bytes)};
}

/// Two pages of one file.
std::string two_pages() {
    const std::string path = fs::temp_directory_path() / "stenometry_pages.tif";
    if (!cv::imwritemulti(path, std::vector<cv::Mat>{picture(CV_8UC1), picture(CV_16UC1)})) std::abort();
    std::ifstream file(path, std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(file), {}};
    fs::remove(path);
    return bytes;
}

/// The head of every container, and what the decoder of that target says.
void add_videos(Seeds& seeds) {
    std::mt19937 random(4);
    std::string said;
    for (int i = 0; i < 60; ++i) said += static_cast<char>(random());
    for (const std::string& head :
         {"RIFF\x40\0\0\0AVI LIST"s, "\0\0\0\x18"s + "ftypmp42\0\0\0\0"s, "GIF89a\x08\0\x08\0\x80\0\0\0\0\0"s,
          "\x1a\x45\xdf\xa3\0\0\0\0\0\0\0\0\0\0\0\0"s})
        seeds["video"].push_back(head + said);
}

void add_stills(Seeds& seeds) {
    std::vector<std::string> files;
    for (const char* extension : {".png", ".jpg", ".tif", ".bmp", ".pgm"})
        files.push_back(encoded(extension, CV_8UC1));
    for (const char* extension : {".png", ".jpg", ".tif", ".bmp", ".ppm"})
        files.push_back(encoded(extension, CV_8UC3));
    for (const char* extension : {".png", ".tif", ".pgm"}) files.push_back(encoded(extension, CV_16UC1));
    files.push_back(encoded(".tif", CV_32FC1));
    files.push_back(encoded(".pgm", CV_8UC1, {cv::IMWRITE_PXM_BINARY, 0}));
    for (const int compression : {1, 5, 8, 32773})  // none, LZW, deflate, PackBits
        files.push_back(encoded(".tif", CV_8UC1, {cv::IMWRITE_TIFF_COMPRESSION, compression}));
    files.push_back("P4\n12 2\n\x55\x50\xaa\xa0");
    files.push_back(from_hex(extended_jpeg));
    std::string turned = encoded(".jpg", CV_8UC1);
    turned.insert(2,
                  "\xff\xe1\0\x22"s
                  "Exif\0\0II*\0\x08\0\0\0\1\0\x12\1\3\0\1\0\0\0\6\0\0\0\0\0\0\0"s);
    files.push_back(turned);
    files.push_back(two_pages());
    seeds["still_image"] = files;
    for (const std::string& file : files) seeds["mask"].push_back('\0' + file);
}

std::string nifti() {
    std::string header(352, '\0');
    const auto put = [&](std::size_t at, auto value) {
        std::memcpy(header.data() + at, &value, sizeof value);
    };
    put(0, std::int32_t{348});
    for (const std::int16_t axis : {0, 1, 2, 3})
        put(40 + 2 * static_cast<std::size_t>(axis),
            std::array<std::int16_t, 4>{3, 4, 3, 2}[static_cast<std::size_t>(axis)]);
    put(70, std::int16_t{2});
    put(108, 352.0F);
    put(112, 1.0F);
    header.replace(344, 4, "n+1\0"s);
    return header + std::string(24, '\5');
}

void add_volumes(Seeds& seeds) {
    const std::string nrrd =
        "NRRD0004\n# made\ntype: uint8\ndimension: 3\nsizes: 4 3 2\nkinds: domain domain time\n";
    const std::string mha = "ObjectType = Image\nNDims = 2\nBinaryData = True\nDimSize = 4 3\n";
    const std::string pixels(24, '\7');
    seeds["volume"] = {
        nrrd + "encoding: raw\n\n" + pixels,
        nrrd + "encoding: gzip\nendian: big\n\n" + gzip(pixels, MAX_WBITS + 16),
        "NRRD0004\ntype: float\ndimension: 2\nsizes: 3 2\nline skip: 1\nbyte skip: 2\nencoding: "
        "text\n\nline\n  1 2.5 3\n-4e1 5 6\n",
        mha + "ElementType = MET_SHORT\nElementByteOrderMSB = False\nElementDataFile = LOCAL\n" + pixels,
        mha + "ElementType = MET_UCHAR\nCompressedData = True\nElementDataFile = LOCAL\n" +
            gzip(pixels, MAX_WBITS),
        mha + "ElementType = MET_UCHAR\nHeaderSize = -1\nElementDataFile = LOCAL\n" + pixels,
        nifti(),
        gzip(nifti(), MAX_WBITS + 16)};
    for (const std::string& file : seeds["volume"]) seeds["mask"].push_back('\1' + file);
}

void add_texts(Seeds& seeds) {
    const nlohmann::json coco = {
        {"images", {{{"id", 1}, {"file_name", "a.png"}, {"width", 24}, {"height", 16}}}},
        {"categories", {{{"id", 1}, {"name", "lad"}}, {{"id", 2}, {"name", "stenosis"}}}},
        {"annotations",
         {{{"image_id", 1}, {"category_id", 1}, {"segmentation", {{1, 1, 20, 2, 18.5, 12}}}},
          {{"image_id", 1}, {"category_id", 2}, {"segmentation", {{3, 3, 9, 4, 8, 12}}}}}}};
    seeds["coco"] = {coco.dump()};
    seeds["model_settings"] = {
        "{}",
        R"({"input_size": [64, 48], "fit": "tile", "channels": 3, "mean": [0.4, 0.5, 0.6], "scale": [4, 4, 4]})",
        R"({"input_size": "any", "multiple_of": 32, "fit": "resize", "grey_range": [0, 255], "vessels": "bright",)"
        R"("activation": "sigmoid", "mean": 0.5, "scale": 2})"};
    seeds["onnx"] = {onnx::Network{}.file(), onnx::Network{.width = 8, .height = 6, .sigmoid = true}.file(),
                     onnx::Network{.second_input = true, .second_output = true}.file()};
}

void add_manifests(Seeds& seeds) {
    seeds["manifest"] = {
        "path,frame,spacing,from,to,via\n"
        "a.dcm,3,0.2,\"10,20\",\"30,40\",\"15,25;20,30\"\n\"b \"\"c\"\".png\",,,,,\n",
        "path,catheter-french,catheter,keep-catheter,model,#note\r\n"
        "x.png,6,\"1,2;3,4\",true,net.onnx,mine\r\n",
        "path,evidence,min-length,reference-diameter,exclude,frames\na,fused,3mm,9px,\"1mm,2mm\",all\n"};
}

/// Small pages, so that there are many in a file that is worth varying.
void add_ledgers(Seeds& seeds) {
    const fs::path path = fs::temp_directory_path() / ("seed-ledger-" + std::to_string(::getpid()));
    {
        SQLite::Database ledger(path.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
        ledger.exec("PRAGMA page_size = 512; PRAGMA application_id = 0x53544e4c; PRAGMA user_version = 1");
        ledger.exec(program::ledger_tables);
        ledger.exec(
            "INSERT INTO run VALUES ('2026', '0', 'n', '{}', 'o');"
            "INSERT INTO input VALUES (1, 'a.png', 1, 'done', NULL, 0, 1, 9, 'd', '{}', 'o', '0', 'n', NULL, "
            "1, 0.5, '2');"
            "INSERT INTO input VALUES (7, 'b.png', 1, 'failed', 'why', 3, 0, 9, NULL, '{}', 'o', '0', 'n', "
            "NULL, 1, 1, '2');"
            "INSERT INTO frame VALUES (1, 0, 'done', NULL, '{}', x'ffd8');"
            "INSERT INTO vessel (input, frame, vessel, length_px) VALUES (1, 0, 0, 2.5);"
            "INSERT INTO lesion (input, frame, vessel, lesion, mld_px, ostial) VALUES (1, 0, 0, 0, 1.5, 1);"
            "INSERT INTO warning VALUES (1, 0, 0, 'overlap', 'm', 0, 0)");
    }
    std::ifstream file(path, std::ios::binary);
    seeds["ledger_merge"] = {std::string(std::istreambuf_iterator<char>(file), {})};
    fs::remove(path);
}

void add_networks(Seeds& seeds) {
    testing::NetworkWriter small(2);
    small.convolve(small.concatenate({0, small.enlarge(small.convolve(0, 2, 3, 2))}), 1, 1, 1, false);
    for (const testing::NetworkWriter& net : {small, testing::small_unet()}) {
        const std::vector<std::byte> file = net.bytes();
        seeds["network_file"].emplace_back(reinterpret_cast<const char*>(file.data()), file.size());
    }
}

void add_frames(Seeds& seeds) {
    std::mt19937 random(3);
    for (int i = 0; i < 24; ++i) {
        std::string bytes;
        for (int k = 0; k < 200; ++k) bytes += static_cast<char>(random());
        seeds["measure"].push_back(bytes);
    }
}

void write(const fs::path& folder, const std::vector<std::string>& files) {
    fs::create_directories(folder);
    for (std::size_t i = 0; i < files.size(); ++i)
        io::write_file(folder / ("seed_" + std::to_string(i)), files[i]);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 2) return 2;
    Seeds seeds;
    add_decoders(seeds);
    add_dicom(seeds);
    add_stills(seeds);
    add_videos(seeds);
    add_volumes(seeds);
    add_texts(seeds);
    add_manifests(seeds);
    add_ledgers(seeds);
    add_networks(seeds);
    add_frames(seeds);
    for (const auto& [target, files] : seeds) write(fs::path(argv[1]) / target, files);
}
