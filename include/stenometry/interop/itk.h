#pragma once

#include <itkGroupSpatialObject.h>
#include <itkImage.h>
#include <itkImportImageContainer.h>
#include <itkTubeSpatialObject.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <type_traits>
#include <utility>

#include "stenometry/analysis.h"
#include "stenometry/error.h"
#include "stenometry/export.h"
#include "stenometry/frame.h"

STENOMETRY_EXPORT_BEGIN

/// Images of ITK looked at as images of this library and the other way round, without copying pixels; trees
/// of vessels as spatial objects; and files of both, which 3D Slicer and ITKTubeTK read. The component `itk`
/// of the package, a library of its own, `stenometry::itk`.
namespace stenometry::interop {

/// Where the pixels of an image lie in ITK's physical space.
struct ItkPlace {
    Point origin_mm;  ///< centre of the first pixel
    itk::Matrix<double, 2, 2> direction = itk::Matrix<double, 2, 2>::GetIdentity();
};

/// What an ITK image holds.
template <class T>
struct ItkImage {
    Image<T> pixels;
    Calibration calibration;  ///< of the image's spacing, by the caller's word; none if the spacing is 1 by 1
    ItkPlace place;
};

/// The pixels of an ITK image, which they keep alive, and where they are. Pixels of a `const` image must not
/// be written to: as with `cv::Mat`, the type of an image does not say so.
///
/// A spacing of 1 by 1 is what ITK says where it knows none; it stands for no calibration.
/// \throws InvalidInput if there is no image, it holds no pixels, or its spacing is that of no frame.
template <class T>
ItkImage<T> from_itk(const itk::Image<T, 2>* image) {
    if (image == nullptr || image->GetBufferPointer() == nullptr)
        throw InvalidInput("the ITK image holds no pixels: update the filter that makes it first");
    const auto region = image->GetBufferedRegion();
    const typename itk::Image<T, 2>::ConstPointer keep = image;
    std::shared_ptr<T> pixels(const_cast<T*>(image->GetBufferPointer()), [keep](T*) {});
    const auto width = static_cast<int>(region.GetSize(0)), height = static_cast<int>(region.GetSize(1));

    ItkImage<T> result{.pixels = {width, height, width, std::move(pixels)}};
    const auto spacing = image->GetSpacing();
    if (spacing[0] != 1.0 || spacing[1] != 1.0)
        result.calibration = {
            .mm_per_px_x = spacing[0], .mm_per_px_y = spacing[1], .source = SpacingSource::user};
    typename itk::Image<T, 2>::PointType first;
    image->TransformIndexToPhysicalPoint(region.GetIndex(), first);
    result.place = {.origin_mm = {first[0], first[1]}, .direction = image->GetDirection()};
    return result;
}

/// The same of a smart pointer to an image, `const` or not.
template <class ItkImageType>
auto from_itk(const itk::SmartPointer<ItkImageType>& image) {
    return from_itk(static_cast<const std::remove_const_t<ItkImageType>*>(image.GetPointer()));
}

/// A frame of an ITK image of any scalar pixels: shared if they are floats and all of them finite, copied
/// otherwise, see `make_frame`.
/// \param intensity what the values mean
/// \throws InvalidInput as `from_itk`, and as `Frame::validate`.
template <class T>
Frame frame_from_itk(const itk::Image<T, 2>* image, Intensity intensity) {
    static_assert(std::is_arithmetic_v<T>, "a frame is grey: one number for a pixel");
    const ItkImage<T> from = from_itk(image);
    Image<float> pixels;
    if constexpr (std::is_same_v<T, float>) {
        pixels = from.pixels;
    } else {
        pixels = Image<float>::unfilled(from.pixels.width(), from.pixels.height());
        for (int y = 0; y < pixels.height(); ++y)
            std::transform(from.pixels.row(y), from.pixels.row(y) + pixels.width(), pixels.row(y),
                           [](T value) { return static_cast<float>(value); });
    }
    Frame frame = make_frame(std::move(pixels), intensity, from.calibration);
    frame.validate();
    return frame;
}

template <class ItkImageType>
Frame frame_from_itk(const itk::SmartPointer<ItkImageType>& image, Intensity intensity) {
    return frame_from_itk(static_cast<const std::remove_const_t<ItkImageType>*>(image.GetPointer()),
                          intensity);
}

namespace detail {

/// ITK's view of pixels that this library owns.
template <class T>
class SharedPixels : public itk::ImportImageContainer<itk::SizeValueType, T> {
  public:
    using Self = SharedPixels;
    using Superclass = itk::ImportImageContainer<itk::SizeValueType, T>;
    using Pointer = itk::SmartPointer<Self>;
    itkFactorylessNewMacro(Self);

    void share(const Image<T>& image) {
        pixels_ = image.pixels();
        this->SetImportPointer(const_cast<T*>(image.row(0)), image.size(), false);
    }

  private:
    std::shared_ptr<T> pixels_;
};

}  // namespace detail

/// An ITK image over the pixels of `image`, which it keeps alive. Its spacing is 1 without a calibration.
/// \throws InvalidInput if the rows are not packed: ITK has no stride. `image.clone()` packs them.
template <class T>
typename itk::Image<T, 2>::Pointer to_itk(const Image<T>& image, const Calibration& calibration = {},
                                          const ItkPlace& place = {}) {
    if (image.stride() != image.width())
        throw InvalidInput("the rows of the image are not packed: clone it first");
    auto shared = detail::SharedPixels<T>::New();
    shared->share(image);
    auto result = itk::Image<T, 2>::New();
    result->SetRegions(typename itk::Image<T, 2>::SizeType{static_cast<itk::SizeValueType>(image.width()),
                                                           static_cast<itk::SizeValueType>(image.height())});
    result->SetPixelContainer(shared);
    const double spacing[2] = {calibration.mm_per_px_x.value_or(1.0), calibration.mm_per_px_y.value_or(1.0)};
    const double origin[2] = {place.origin_mm.x, place.origin_mm.y};
    result->SetSpacing(spacing);
    result->SetOrigin(origin);
    result->SetDirection(place.direction);
    return result;
}

/// The vessels of an analysis as tubes in the plane z = 0, because 3D Slicer and ITKTubeTK read tubes in
/// space: points of the centerline and radii of the lumen, in mm where the image is calibrated and else in
/// pixels, the centre of the first pixel at the origin. Points without a diameter are left out; a vessel
/// that they interrupt becomes several tubes of its name, "vessel 0" for the one whose `Vessel::id` is 0.
///
/// A vessel that leaves another one is a child of its tube, and so is what lies behind an interruption;
/// `GetParentPoint` says at which point. All others are children of the group, and roots, which ITK's files
/// do not say.
itk::GroupSpatialObject<3>::Pointer make_tubes(const Analysis& analysis);

/// Writes the tubes of `make_tubes`, `.tre`, as a whole or not at all.
/// \throws IoError naming the file and the cause.
void write_tubes(const std::filesystem::path& path, const Analysis& analysis);

/// Writes an image in the format that the ending of the name says: NRRD (.nrrd), NIfTI (.nii, .nii.gz) or
/// MetaImage (.mha), with its spacing, which these formats cannot leave out: 1 without a calibration. NRRD
/// and MetaImage are compressed. The file is written as a whole or not at all.
/// \throws InvalidInput for any other ending, an image without pixels or with rows that are not packed;
/// IoError naming the file and the cause.
void write_image(const std::filesystem::path& path, const Image<std::uint8_t>& image,
                 const Calibration& calibration = {});
void write_image(const std::filesystem::path& path, const Image<float>& image,
                 const Calibration& calibration = {});

}  // namespace stenometry::interop

STENOMETRY_EXPORT_END
