// Looks at one image through OpenCV: a pixel written through either is seen by both. Makes a frame of a
// matrix.
#include <stenometry/interop/opencv.h>
#include <iostream>

int main() {
    using namespace stenometry;
    Image<float> image(4, 3, 0.0F);
    interop::as_mat(image).at<float>(2, 3) = 7.0F;
    const Frame frame = interop::frame_from_mat(cv::Mat(3, 4, CV_16U, cv::Scalar(500)), Intensity::linear);
    const bool shared = image(3, 2) == 7.0F && frame.pixels(3, 2) == 500.0F;
    std::cout << (shared ? "one image\n" : "the pixels were copied\n");
    return shared ? 0 : 1;
}
