#include <itkBinaryThinningImageFilter.h>
#include <itkHessianToObjectnessMeasureImageFilter.h>
#include <itkImportImageFilter.h>
#include <itkMultiScaleHessianBasedMeasureImageFilter.h>

#include <algorithm>

#include "peers.h"

namespace stenometry::peers {
namespace {

/// ITK's view of a matrix's pixels.
template <class Pixel>
typename itk::ImportImageFilter<Pixel, 2>::Pointer import(const cv::Mat& image) {
    auto filter = itk::ImportImageFilter<Pixel, 2>::New();
    const itk::SizeValueType width = static_cast<unsigned>(image.cols),
                             height = static_cast<unsigned>(image.rows);
    filter->SetRegion(itk::ImageRegion<2>({0, 0}, {width, height}));
    auto* pixels = const_cast<Pixel*>(image.ptr<Pixel>());  // ITK only reads them
    filter->SetImportPointer(pixels, width * height, false);
    return filter;
}

template <class Image>
cv::Mat copy_of(Image& image, int type) {
    const auto size = image.GetBufferedRegion().GetSize();
    return cv::Mat(static_cast<int>(size[1]), static_cast<int>(size[0]), type, image.GetBufferPointer())
        .clone();
}

}  // namespace

FrangiAnswer frangi_by_itk(const FrangiTask& task) {
    using Picture = itk::Image<float, 2>;
    using Hessian = itk::Image<itk::SymmetricSecondRankTensor<double, 2>, 2>;
    auto measure = itk::HessianToObjectnessMeasureImageFilter<Hessian, Picture>::New();
    measure->SetObjectDimension(1);
    measure->SetBrightObject(true);
    measure->SetScaleObjectnessMeasure(false);
    measure->SetBeta(task.beta);
    measure->SetGamma(task.strength);
    auto filter = itk::MultiScaleHessianBasedMeasureImageFilter<Picture, Hessian, Picture>::New();
    const auto picture = import <float>(task.image);
    filter->SetInput(picture->GetOutput());
    filter->SetHessianToMeasureFilter(measure);
    filter->SetSigmaMinimum(*std::min_element(task.sigmas_px.begin(), task.sigmas_px.end()));
    filter->SetSigmaMaximum(*std::max_element(task.sigmas_px.begin(), task.sigmas_px.end()));
    filter->SetNumberOfSigmaSteps(static_cast<unsigned>(task.sigmas_px.size()));
    filter->SetSigmaStepMethodToLogarithmic();
    filter->GenerateScalesOutputOn();
    filter->Update();
    return {copy_of(*filter->GetOutput(), CV_32F), {}, {}};
}

cv::Mat thin_by_itk(const cv::Mat& mask) {
    using Picture = itk::Image<unsigned char, 2>;
    auto filter = itk::BinaryThinningImageFilter<Picture, Picture>::New();
    const auto picture = import <unsigned char>(mask);
    filter->SetInput(picture->GetOutput());
    filter->Update();
    return copy_of(*filter->GetOutput(), CV_8U);
}

}  // namespace stenometry::peers
