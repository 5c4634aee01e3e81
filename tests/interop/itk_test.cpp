#include "stenometry/interop/itk.h"

#include <gmock/gmock.h>
#include <itkImageFileReader.h>
#include <itkMetaImageIO.h>
#include <itkNiftiImageIO.h>
#include <itkNrrdImageIO.h>
#include <itkSpatialObjectReader.h>

#include <limits>
#include <map>
#include <string>
#include <vector>

#include "stenometry/io/mask.h"
#include "support/temporary_files.h"

namespace stenometry::interop {
namespace {

using testing::HasSubstr;

template <class T>
class EveryItkPixelType : public testing::Test {};
using PixelTypes = testing::Types<std::uint8_t, std::uint16_t, std::int16_t, int, float, double>;
TYPED_TEST_SUITE(EveryItkPixelType, PixelTypes);

template <class T>
typename itk::Image<T, 2>::Pointer itk_image(unsigned width, unsigned height, T value) {
    auto image = itk::Image<T, 2>::New();
    image->SetRegions(typename itk::Image<T, 2>::SizeType{width, height});
    image->Allocate();
    image->FillBuffer(value);
    return image;
}

TYPED_TEST(EveryItkPixelType, OfThisLibraryIsSeenWithoutACopyAndKeptAlive) {
    Image<TypeParam> image(4, 3, TypeParam{1});
    const auto seen = to_itk(image);
    seen->SetPixel({3, 2}, TypeParam{9});
    EXPECT_EQ(image(3, 2), TypeParam{9});
    const TypeParam* pixels = image.row(0);
    image = {};
    EXPECT_EQ(seen->GetBufferPointer(), pixels);
    EXPECT_EQ(seen->GetPixel({3, 2}), TypeParam{9});
}

TYPED_TEST(EveryItkPixelType, OfItkIsSeenWithoutACopyAndKeptAlive) {
    auto image = itk_image<TypeParam>(4, 3, TypeParam{2});
    ItkImage<TypeParam> seen = from_itk(image);
    image->SetPixel({1, 2}, TypeParam{7});
    image = nullptr;
    EXPECT_EQ(seen.pixels.width(), 4);
    EXPECT_EQ(seen.pixels.height(), 3);
    EXPECT_EQ(seen.pixels(1, 2), TypeParam{7});
    EXPECT_EQ(seen.pixels(0, 0), TypeParam{2});
}

TEST(Itk, IsSeenThroughEveryKindOfPointer) {
    const auto image = itk_image<float>(2, 2, 3.0F);
    const itk::Image<float, 2>::ConstPointer constant = image.GetPointer();
    const itk::Image<float, 2>* bare = image;
    const float* pixels = image->GetBufferPointer();
    EXPECT_EQ(from_itk(image).pixels.row(0), pixels);
    EXPECT_EQ(from_itk(constant).pixels.row(0), pixels);
    EXPECT_EQ(from_itk(bare).pixels.row(0), pixels);
}

TEST(Itk, TakesTheSpacingOfTheCalibration) {
    const Image<float> image(2, 2);
    const auto spacing = to_itk(image, {.mm_per_px_x = 0.2, .mm_per_px_y = 0.3})->GetSpacing();
    EXPECT_DOUBLE_EQ(spacing[0], 0.2);
    EXPECT_DOUBLE_EQ(spacing[1], 0.3);
    EXPECT_DOUBLE_EQ(to_itk(image)->GetSpacing()[0], 1.0);
}

TEST(Itk, GivesSpacingOriginAndDirectionBack) {
    ItkPlace place{.origin_mm = {-12.5, 40.0}};
    place.direction(0, 0) = -1.0;
    const Calibration calibration{.mm_per_px_x = 0.2, .mm_per_px_y = 0.3};
    const ItkImage<float> back = from_itk(to_itk(Image<float>(3, 2, 0.0F), calibration, place));
    EXPECT_EQ(back.calibration.mm_per_px_x, 0.2);
    EXPECT_EQ(back.calibration.mm_per_px_y, 0.3);
    EXPECT_EQ(back.calibration.source, SpacingSource::user);
    EXPECT_EQ(back.place.origin_mm, (Point{-12.5, 40.0}));
    EXPECT_EQ(back.place.direction, place.direction);
}

TEST(Itk, KnowsNoSpacingWhereItSaysOne) {
    EXPECT_FALSE(from_itk(to_itk(Image<float>(3, 2, 0.0F))).calibration.known());
}

TEST(Itk, SaysWhereThePartBeginsThatIsInMemory) {
    auto image = itk::Image<float, 2>::New();
    image->SetRegions(itk::Image<float, 2>::RegionType({10, 20}, {4, 3}));
    image->Allocate();
    const double spacing[2] = {0.5, 0.25}, origin[2] = {1.0, 2.0};
    image->SetSpacing(spacing);
    image->SetOrigin(origin);
    EXPECT_EQ(from_itk(image).place.origin_mm, (Point{6.0, 7.0}));
}

TEST(Itk, RefusesWhatHoldsNoPixels) {
    EXPECT_THROW(from_itk(itk::Image<float, 2>::Pointer()), InvalidInput);
    EXPECT_THROW(from_itk(itk::Image<float, 2>::New()), InvalidInput);
}

TEST(Itk, RefusesRowsThatAreNotPacked) {
    Image<float> whole(4, 4);
    const Image<float> part(2, 2, 4, whole.pixels());
    EXPECT_THROW(to_itk(part), InvalidInput);
    EXPECT_NO_THROW(to_itk(part.clone()));
}

TEST(FrameOfAnItkImage, HasItsPixelsSpacingAndMeaning) {
    auto image = itk_image<std::int16_t>(3, 2, -7);
    const double spacing[2] = {0.2, 0.2};
    image->SetSpacing(spacing);
    const Frame frame = frame_from_itk(image, Intensity::logarithmic);
    EXPECT_EQ(frame.pixels(2, 1), -7.0F);
    EXPECT_EQ(frame.calibration.mm_per_px(), 0.2);
    EXPECT_EQ(frame.intensity, Intensity::logarithmic);
}

TEST(FrameOfAnItkImage, SharesFloats) {
    const auto image = itk_image<float>(3, 2, 1.0F);
    EXPECT_EQ(frame_from_itk(image, Intensity::linear).pixels.row(0), image->GetBufferPointer());
}

TEST(FrameOfAnItkImage, RefusesASpacingThatNoDetectorHas) {
    auto image = itk_image<float>(3, 2, 1.0F);
    const double spacing[2] = {0.1, 5.0};
    image->SetSpacing(spacing);
    EXPECT_THROW(frame_from_itk(image, Intensity::linear), InvalidInput);
}

/// Two vessels with points that binary fractions hold exactly: the second leaves the first at its third
/// point.
Analysis two_vessels() {
    Analysis analysis;
    analysis.calibration = Calibration::from_user(0.25);
    Vessel main{.id = 0}, branch{.id = 1};
    main.contour.centerline.points_px = {{10, 20}, {12, 20}, {14, 20}, {16, 20}};
    main.diameter.diameter_px = {8, 8, 7, 6};
    main.diameter.sd_px = {0.1, 0.1, 0.1, 0.1};
    branch.parent = 0;
    branch.contour.centerline.points_px = {{14, 20}, {14, 22}, {14, 24}};
    branch.diameter.diameter_px = {4, 4, 3};
    branch.diameter.sd_px = {0.1, 0.1, 0.1};
    analysis.vessels = {main, branch};
    return analysis;
}

using Tube = itk::TubeSpatialObject<3>;

std::vector<Tube*> tubes_of(itk::GroupSpatialObject<3>* group) {
    std::vector<Tube*> tubes;
    const std::unique_ptr<itk::GroupSpatialObject<3>::ChildrenListType> children(
        group->GetChildren(itk::GroupSpatialObject<3>::MaximumDepth));
    for (const auto& child : *children)
        if (auto* tube = dynamic_cast<Tube*>(child.GetPointer())) tubes.push_back(tube);
    return tubes;
}

std::vector<std::vector<double>> points_of(const Tube& tube) {
    std::vector<std::vector<double>> points;
    for (const auto& point : tube.GetPoints()) {
        const auto at = point.GetPositionInObjectSpace();
        points.push_back({at[0], at[1], at[2], point.GetRadiusInObjectSpace()});
    }
    return points;
}

void expect_two_vessels(itk::GroupSpatialObject<3>* group) {
    const std::vector<Tube*> tubes = tubes_of(group);
    ASSERT_EQ(tubes.size(), 2U);
    const bool main_first = tubes[0]->GetProperty().GetName() == "vessel 0";
    const Tube& main = *tubes[main_first ? 0 : 1];
    const Tube& branch = *tubes[main_first ? 1 : 0];
    EXPECT_EQ(branch.GetProperty().GetName(), "vessel 1");
    using Points = std::vector<std::vector<double>>;
    EXPECT_EQ(points_of(main), (Points{{2.5, 5, 0, 1}, {3, 5, 0, 1}, {3.5, 5, 0, 0.875}, {4, 5, 0, 0.75}}));
    EXPECT_EQ(points_of(branch), (Points{{3.5, 5, 0, 0.5}, {3.5, 5.5, 0, 0.5}, {3.5, 6, 0, 0.375}}));
    EXPECT_EQ(branch.GetParent(), &main);
    EXPECT_EQ(branch.GetParentPoint(), 2);
}

TEST(Tubes, HaveThePointsAndRadiiOfTheVesselsInMillimetres) { expect_two_vessels(make_tubes(two_vessels())); }

TEST(Tubes, AreRootsUnlessTheyLeaveAnother) {
    const auto group = make_tubes(two_vessels());
    for (const Tube* tube : tubes_of(group))
        EXPECT_EQ(tube->GetRoot(), tube->GetProperty().GetName() == "vessel 0");
}

itk::GroupSpatialObject<3>::Pointer read_tubes(const std::filesystem::path& path) {
    auto reader = itk::SpatialObjectReader<3>::New();
    reader->SetFileName(path.string());
    reader->Update();
    return reader->GetGroup();
}

TEST(Tubes, AreReadBackByItkAsTheyWereWritten) {
    const auto path = test::temporary_file("tree.tre");
    write_tubes(path, two_vessels());
    const auto group = read_tubes(path);
    expect_two_vessels(group);
}

TEST(Tubes, AreInPixelsWithoutACalibration) {
    Analysis analysis = two_vessels();
    analysis.calibration = {};
    const auto group = make_tubes(analysis);
    EXPECT_EQ(points_of(*tubes_of(group)[0])[0], (std::vector<double>{10, 20, 0, 4}));
}

TEST(Tubes, AreInterruptedWhereTheLumenWasNotMeasured) {
    constexpr double nan = std::numeric_limits<double>::quiet_NaN();
    Analysis analysis = two_vessels();
    Vessel& vessel = analysis.vessels[0];
    // The branch begins at the seventh point.
    vessel.contour.centerline.points_px = {{2, 20},  {4, 20},  {6, 20},  {8, 20},
                                           {10, 20}, {12, 20}, {14, 20}, {16, 20}};
    vessel.diameter.diameter_px = {8, 8, nan, 8, 0.05, 8, 8, 8};  // the third: less than its standard error
    vessel.diameter.sd_px.assign(8, 0.1);
    const auto group = make_tubes(analysis);
    std::map<std::size_t, const Tube*> of_size;  // single points are no tube
    const Tube* branch = nullptr;
    for (const Tube* tube : tubes_of(group))
        (tube->GetProperty().GetName() == "vessel 1" ? branch : of_size[tube->GetPoints().size()]) = tube;
    ASSERT_EQ(of_size.size(), 2U);
    const Tube *before = of_size.at(2), *behind = of_size.at(3);
    EXPECT_EQ(behind->GetParent(), before);
    EXPECT_EQ(behind->GetParentPoint(), 1);
    EXPECT_EQ(branch->GetParent(), behind);
    EXPECT_EQ(branch->GetParentPoint(), 1);
}

TEST(Tubes, OfVesselsThatLeaveEachOtherAreListedOnceEach) {
    Analysis analysis = two_vessels();
    analysis.vessels[0].parent = 1;
    EXPECT_EQ(tubes_of(make_tubes(analysis)).size(), 2U);
    analysis.vessels[0].parent = 0;
    analysis.vessels[1].parent = 7;
    EXPECT_EQ(tubes_of(make_tubes(analysis)).size(), 2U);
}

TEST(Tubes, OfAnEmptyAnalysisAreNone) {
    const auto path = test::temporary_file("none.tre");
    write_tubes(path, {});
    EXPECT_TRUE(tubes_of(read_tubes(path)).empty());
}

TEST(Tubes, ThatCannotBeWrittenNameTheFile) {
    try {
        write_tubes("absent/tree.tre", two_vessels());
        FAIL() << "written into a folder that is not there";
    } catch (const IoError& error) {
        EXPECT_THAT(error.what(), HasSubstr("absent/tree.tre"));
    }
}

template <class T>
typename itk::Image<T, 2>::Pointer read_image(const std::filesystem::path& path, itk::ImageIOBase* io) {
    auto reader = itk::ImageFileReader<itk::Image<T, 2>>::New();
    reader->SetImageIO(io);
    reader->SetFileName(path.string());
    reader->Update();
    return reader->GetOutput();
}

itk::ImageIOBase::Pointer reader_of(const std::string& ending) {
    if (ending == ".nrrd") return itk::NrrdImageIO::New().GetPointer();
    if (ending == ".mha") return itk::MetaImageIO::New().GetPointer();
    return itk::NiftiImageIO::New().GetPointer();
}

class ImageFiles : public testing::TestWithParam<const char*> {};

TEST_P(ImageFiles, AreReadBackByItkAndByThisLibrary) {
    const auto path = test::temporary_file("mask" + std::string(GetParam()));
    Image<std::uint8_t> mask(7, 5, 0);
    mask(2, 1) = mask(6, 4) = 255;
    write_image(path, mask, {.mm_per_px_x = 0.25, .mm_per_px_y = 0.5});

    const auto back = read_image<std::uint8_t>(path, reader_of(GetParam()));
    EXPECT_EQ(back->GetBufferedRegion().GetSize(), (itk::Size<2>{7, 5}));
    EXPECT_DOUBLE_EQ(back->GetSpacing()[0], 0.25);
    EXPECT_DOUBLE_EQ(back->GetSpacing()[1], 0.5);
    const Image<std::uint8_t> own = io::read_mask(path);
    for (int y = 0; y < 5; ++y)
        for (int x = 0; x < 7; ++x) {
            EXPECT_EQ(back->GetPixel({x, y}), mask(x, y));
            EXPECT_EQ(own(x, y), mask(x, y));
        }
}

TEST_P(ImageFiles, HoldProbabilities) {
    const auto path = test::temporary_file("probability" + std::string(GetParam()));
    Image<float> probability(3, 2, 0.25F);
    probability(2, 1) = 0.875F;
    write_image(path, probability);
    EXPECT_EQ(read_image<float>(path, reader_of(GetParam()))->GetPixel({2, 1}), 0.875F);
    EXPECT_EQ(io::read_probability(path)(2, 1), 0.875F);
}

INSTANTIATE_TEST_SUITE_P(EveryFormat, ImageFiles, testing::Values(".nrrd", ".nii", ".nii.gz", ".mha"));

TEST(ImageFile, IsWrittenUnderKnownEndingsOnly) {
    const Image<std::uint8_t> mask(2, 2, 0);
    for (const char* name : {"m.png", "m.mhd", "m.nhdr", "m", ".nrrd", "m.gz"})
        EXPECT_THROW(write_image(name, mask), InvalidInput) << name;
    EXPECT_THROW(write_image("m.nrrd", Image<std::uint8_t>()), InvalidInput);
}

TEST(ImageFile, ThatCannotBeWrittenIsNamed) {
    try {
        write_image("absent/m.nrrd", Image<std::uint8_t>(2, 2, 0));
        FAIL() << "written into a folder that is not there";
    } catch (const IoError& error) {
        EXPECT_THAT(error.what(), HasSubstr("absent/m.nrrd"));
    }
}

}  // namespace
}  // namespace stenometry::interop
