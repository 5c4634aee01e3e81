// Looks at one image through OpenCV and through ITK: a pixel written through either is seen by all.
#include <stenometry/interop/itk.h>
#include <stenometry/interop/opencv.h>
#include <iostream>

int main() {
    stenometry::Image<float> image(4, 3, 0.0F);
    stenometry::interop::as_mat(image).at<float>(2, 3) = 7.0F;
    stenometry::interop::to_itk(image)->SetPixel({1, 2}, 5.0F);
    const bool shared = image(3, 2) == 7.0F && image(1, 2) == 5.0F;
    std::cout << (shared ? "one image\n" : "the pixels were copied\n");
    return shared ? 0 : 1;
}
