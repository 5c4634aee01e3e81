// Looks at one image through ITK: a pixel written through either is seen by both. Makes tubes of no vessels.
#include <stenometry/interop/itk.h>
#include <iostream>

int main() {
    using namespace stenometry;
    Image<float> image(4, 3, 0.0F);
    interop::to_itk(image)->SetPixel({1, 2}, 5.0F);
    const bool shared = image(1, 2) == 5.0F && interop::make_tubes({})->GetNumberOfChildren() == 0;
    std::cout << (shared ? "one image\n" : "the pixels were copied\n");
    return shared ? 0 : 1;
}
