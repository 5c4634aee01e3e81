#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <opencv2/videoio.hpp>

#include "io/open.h"
#include "io/video.h"
#include "stenometry/io/cine.h"
#include "support/cine_reading.h"
#include "support/peak_memory.h"
#include "support/temporary_files.h"

namespace stenometry::io {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr double per_second = 15.0;
constexpr int frames = 6;
constexpr float step = 40.0F;  ///< of grey from one frame to the next

/// A test picture of one grey, with a dark square in its upper left part.
cv::Mat picture(int index, cv::Size size = {64, 48}) {
    cv::Mat bgr(size, CV_8UC3, cv::Scalar::all(step * static_cast<float>(index)));
    bgr(cv::Rect(0, 0, 16, 16)).setTo(cv::Scalar::all(0));
    return bgr;
}

class Videos : public testing::Test {
  protected:
    /// \return false where this machine has no encoder of that kind
    bool write(const std::filesystem::path& path, const char* fourcc, int backend, int count = frames) const {
        cv::VideoWriter writer(path.string(), backend,
                               cv::VideoWriter::fourcc(fourcc[0], fourcc[1], fourcc[2], fourcc[3]),
                               per_second, {64, 48});
        for (int i = 0; writer.isOpened() && i < count; ++i) writer.write(picture(i));
        return writer.isOpened();
    }

    std::filesystem::path motion_jpeg(int count = frames) const {
        const auto path = test::temporary_file("cine.avi");
        EXPECT_TRUE(write(path, "MJPG", cv::CAP_OPENCV_MJPEG, count)) << "OpenCV writes it by itself";
        return path;
    }

    static void expect_frames(Cine& cine, double tolerance) {
        ASSERT_EQ(cine.frame_count(), frames);
        for (const int index : {0, 1, 5, 2, 4}) {
            const Frame frame = cine.read(index);
            EXPECT_EQ(frame.width(), 64);
            EXPECT_EQ(frame.height(), 48);
            EXPECT_NEAR(frame.pixels(50, 30), step * static_cast<float>(index), tolerance);
            EXPECT_NEAR(frame.pixels(4, 4), 0.0F, tolerance) << "the square is in the upper left part";
            EXPECT_EQ(frame.index, index);
            EXPECT_EQ(frame.count, frames);
            EXPECT_NEAR(frame.acquisition.time_ms.value(), 1000.0 * index / per_second, 0.1);
        }
    }
};

/// A GIF file of 8 x 8 pixels, each picture of one grey and shown for 40 ms. Its codes have four bits and are
/// never more than the dictionary holds, because it is cleared after every pixel.
std::string gif_bytes(const std::vector<int>& greys) {
    const auto word = [](int value) {
        return std::string{static_cast<char>(value), static_cast<char>(value >> 8)};
    };
    std::string gif = "GIF89a" + word(8) + word(8) + std::string("\xa2\0\0", 3);
    for (int grey = 0; grey < 8; ++grey) gif += std::string(3, static_cast<char>(32 * grey));
    for (const int grey : greys) {
        gif += std::string("\x21\xf9\x04\x04\x04\0\0\0", 8) + "," + std::string(4, '\0') + word(8) + word(8) +
               '\0' + '\x03';
        std::string codes;
        for (int i = 0; i < 64; ++i) codes += static_cast<char>(8 | grey << 4);  // clear, then the pixel
        gif += static_cast<char>(codes.size() + 1) + codes + '\x09' + '\0';      // and the end
    }
    return gif + ";";
}

TEST_F(Videos, OfMotionJpegAreCinesInAnyOrderOfReading) {
    expect_frames(*open_cine(motion_jpeg()), 2.0);  // grey levels, as JPEG rounds
}

TEST_F(Videos, OfMpeg4AreCines) {
    const auto path = test::temporary_file("cine.mp4");
    if (!write(path, "mp4v", cv::CAP_FFMPEG)) GTEST_SKIP() << "this machine has no encoder of MPEG-4";
    expect_frames(*open_cine(path), 6.0);  // grey levels, as the encoder rounds
}

TEST_F(Videos, AreKnownByTheirContent) {
    const auto path = test::temporary_file("cine.png");
    std::filesystem::rename(motion_jpeg(), path);
    EXPECT_EQ(open_cine(path)->frame_count(), frames);
}

TEST_F(Videos, WereMadeForViewing) {
    EXPECT_EQ(open_cine(motion_jpeg())->read(0).intensity, Intensity::display);
}

TEST_F(Videos, HaveNoFrameBeyondTheLast) {
    const auto cine = open_cine(motion_jpeg());
    EXPECT_THROW(cine->read(frames), InvalidInput);
    EXPECT_THROW(cine->read(-1), InvalidInput);
}

TEST_F(Videos, ThatAreCutShortAreRefusedWithWhatIsLeft) {
    const std::string whole = test::bytes_of(motion_jpeg(40));
    const auto path = test::file_with(whole.substr(0, whole.size() / 2), "short.avi");
    test::StandardError printed;
    EXPECT_THAT(test::fault_of(path),
                AllOf(HasSubstr("short.avi"), HasSubstr("cut short"), Not(HasSubstr("\n"))));
    EXPECT_EQ(printed.text(), "");
}

TEST_F(Videos, OfNothingButAHeadAreRefused) {
    const auto path = test::file_with("RIFF" + std::string(4, '\0') + "AVI LIST", "empty.avi");
    test::StandardError printed;
    EXPECT_THAT(test::fault_of(path), AllOf(HasSubstr("empty.avi"), HasSubstr("AVI")));
    EXPECT_EQ(printed.text(), "");
}

/// A decoder of three pictures whose times, rate and number are as a file might state them.
struct Stated {
    std::vector<double> times_ms;
    double per_second = 0.0, count = 3.0;
};
Stated stated;

class StatedDecoder : public VideoDecoder {
  public:
    bool advance() override { return ++at_ < 3; }
    bool take(VideoPicture& picture) override {
        picture = {.width = 1, .height = 1, .bgr = {10, 20, 30}};
        return true;
    }
    double time_ms() const override { return stated.times_ms.at(static_cast<std::size_t>(at_)); }
    double pictures_per_second() const override { return stated.per_second; }
    double declared_pictures() const override { return stated.count; }

  private:
    int at_ = -1;
};

std::unique_ptr<Cine> open_stated(const std::string& head) {
    const InputFile file(test::file_with(head, "stated.video"));
    return open_video(file, [](const std::string&) -> std::unique_ptr<VideoDecoder> {
        return std::make_unique<StatedDecoder>();
    });
}

TEST_F(Videos, TellTimesByTheirRateWhereTheirOwnAreLost) {
    stated = {.times_ms = {5, 45, 95}, .per_second = 25.0};
    EXPECT_EQ(open_stated("GIF89a\1\1\1\1")->read(2).acquisition.time_ms, 90.0);
    stated.times_ms = {5, 45, 0};
    EXPECT_EQ(open_stated("GIF89a\1\1\1\1")->read(2).acquisition.time_ms, 80.0);
    stated.per_second = 0.0;
    EXPECT_FALSE(open_stated("GIF89a\1\1\1\1")->read(2).acquisition.time_ms);
}

TEST_F(Videos, OfWhichTheContainerGuessesTheNumberAreNotCalledCutShort) {
    stated = {.times_ms = {0, 40, 80}, .count = 5.0};
    EXPECT_EQ(open_stated("GIF89a\1\1\1\1")->frame_count(), 3);
    EXPECT_THROW(open_stated("RIFF....AVI LIST"), IoError);
}

TEST_F(Videos, InColourBecomeLuma) {
    stated = {.times_ms = {0, 40, 80}};
    EXPECT_EQ(open_stated("GIF89a\1\1\1\1")->read(0).pixels(0, 0),
              (299 * 30 + 587 * 20 + 114 * 10) / 1000.0F);
}

TEST_F(Videos, FromAPipeAreRefusedWithAdvice) {
    try {
        open_cine(InputFile("pipe", test::bytes_of(motion_jpeg())));
        FAIL() << "it was read";
    } catch (const IoError& error) {
        EXPECT_THAT(error.what(), HasSubstr("save it first"));
    }
}

TEST_F(Videos, OfAThousandFramesTakeTheMemoryOfAFew) {
    if (!test::memory_is_reused) GTEST_SKIP() << "this build holds freed memory back";
    const auto cine = open_cine(motion_jpeg(1000));
    ASSERT_EQ(cine->frame_count(), 1000);
    cine->read(0);
    const long before = test::peak_memory_kb();
    for (int index = 0; index < 1000; index += 10) cine->read(index);
    EXPECT_LT(test::peak_memory_kb() - before, 4 * 1024) << "kB; all frames would be 12 MB as floats";
}

TEST_F(Videos, InGifHaveItsPicturesAndTimes) {
    const auto cine = open_cine(test::file_with(gif_bytes({1, 5, 3}), "cine.gif"));
    ASSERT_EQ(cine->frame_count(), 3);
    EXPECT_EQ(cine->read(2).pixels(7, 7), 96.0F);
    EXPECT_EQ(cine->read(0).pixels(0, 0), 32.0F);
    EXPECT_EQ(cine->read(1).pixels(3, 3), 160.0F);
    EXPECT_NEAR(cine->read(2).acquisition.time_ms.value(), 80.0, 0.1);
}

TEST_F(Videos, InGifOfAHugeScreenAreRefusedBeforeMemoryIsTaken) {
    std::string gif = gif_bytes({1});
    gif.replace(6, 4, "\xff\xff\xff\xff");
    EXPECT_THAT(test::fault_of(test::file_with(gif, "huge.gif")), HasSubstr("65535 x 65535"));
}

}  // namespace
}  // namespace stenometry::io
