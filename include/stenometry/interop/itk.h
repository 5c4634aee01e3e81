#pragma once

#include <itkImage.h>
#include <itkImportImageFilter.h>

#include <memory>

#include "stenometry/error.h"
#include "stenometry/frame.h"

/// Images of ITK looked at as images of this library and the other way round, without copying pixels.
namespace stenometry::interop {

/// An image over the pixels of a two-dimensional ITK image, which it keeps alive.
template <class T>
Image<T> from_itk(itk::Image<T, 2>* image) {
    const auto size = image->GetBufferedRegion().GetSize();
    const typename itk::Image<T, 2>::Pointer keep = image;
    std::shared_ptr<T> pixels(image->GetBufferPointer(), [keep](T*) {});
    return {static_cast<int>(size[0]), static_cast<int>(size[1]), static_cast<std::ptrdiff_t>(size[0]),
            std::move(pixels)};
}

/// An ITK image over the pixels of `image`, which must outlive it. Spacing is 1 without a calibration.
/// \throws InvalidInput if the rows are not packed: ITK has no stride. `image.clone()` packs them.
template <class T>
typename itk::Image<T, 2>::Pointer to_itk(const Image<T>& image, const Calibration& calibration = {}) {
    if (image.stride() != image.width())
        throw InvalidInput("the rows of the image are not packed: clone it first");
    using Importer = itk::ImportImageFilter<T, 2>;
    auto importer = Importer::New();
    typename Importer::RegionType region;
    region.SetSize(0, static_cast<itk::SizeValueType>(image.width()));
    region.SetSize(1, static_cast<itk::SizeValueType>(image.height()));
    importer->SetRegion(region);
    const double spacing[2] = {calibration.mm_per_px_x.value_or(1.0), calibration.mm_per_px_y.value_or(1.0)};
    importer->SetSpacing(spacing);
    importer->SetImportPointer(const_cast<T*>(image.row(0)), image.size(), false);
    importer->Update();
    return importer->GetOutput();
}

}  // namespace stenometry::interop
