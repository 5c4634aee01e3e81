#include "stenometry/interop/itk.h"

#include <itkImageFileWriter.h>
#include <itkMetaImageIO.h>
#include <itkNiftiImageIO.h>
#include <itkNrrdImageIO.h>
#include <itkSpatialObjectWriter.h>
#include <stdlib.h>  // NOLINT(modernize-deprecated-headers): mkdtemp

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstddef>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "stenometry/io/image.h"

namespace stenometry::interop {
namespace {

namespace fs = std::filesystem;
using Group = itk::GroupSpatialObject<3>;
using Tube = itk::TubeSpatialObject<3>;

/// A run of points of a vessel that all have a diameter: one tube.
struct Part {
    std::size_t begin = 0, end = 0;  ///< indices into the vessel's profile
    Tube::Pointer tube;
};

/// A lumen that is not significantly open has no number in reports, and none here.
bool has_radius(const Vessel& vessel, std::size_t i) {
    const double diameter = vessel.diameter.diameter_px[i];
    return is_finite(vessel.contour.centerline.points_px[i]) && diameter > 0.0 && std::isfinite(diameter) &&
           (i >= vessel.diameter.sd_px.size() || !(diameter < vessel.diameter.sd_px[i]));
}

/// A tube has two points at least.
std::vector<Part> parts_with_radius(const Vessel& vessel) {
    const std::size_t count =
        std::min(vessel.diameter.diameter_px.size(), vessel.contour.centerline.points_px.size());
    std::vector<Part> parts;
    for (std::size_t begin = 0; begin < count; ++begin) {
        std::size_t end = begin;
        while (end < count && has_radius(vessel, end)) ++end;
        if (end - begin >= 2) parts.push_back({.begin = begin, .end = end, .tube = {}});
        begin = end;
    }
    return parts;
}

Tube::Pointer make_tube(const Vessel& vessel, const Part& part, const Calibration& calibration) {
    const bool known = calibration.known();
    const double x_mm = known ? *calibration.mm_per_px_x : 1.0, y_mm = known ? *calibration.mm_per_px_y : 1.0;
    // Lengths in pixels are those of square ones of the same area.
    const double radius_mm = 0.5 * std::sqrt(x_mm * y_mm);
    auto tube = Tube::New();
    for (std::size_t i = part.begin; i < part.end; ++i) {
        const Point at = vessel.contour.centerline.points_px[i];
        Tube::PointType position;
        position[0] = at.x * x_mm, position[1] = at.y * y_mm, position[2] = 0.0;
        Tube::TubePointType point;
        point.SetId(static_cast<int>(i - part.begin));
        point.SetPositionInObjectSpace(position);
        point.SetRadiusInObjectSpace(radius_mm * vessel.diameter.diameter_px[i]);
        tube->AddPoint(point);
    }
    tube->GetProperty().SetName("vessel " + std::to_string(vessel.id));
    return tube;
}

/// Where a vessel leaves another one.
struct Parent {
    int vessel = -1;
    std::size_t index = 0;
};

const Vessel* find_vessel(const Analysis& analysis, int id) {
    const auto found = std::find_if(analysis.vessels.begin(), analysis.vessels.end(),
                                    [id](const Vessel& vessel) { return vessel.id == id; });
    return found == analysis.vessels.end() ? nullptr : &*found;
}

/// The point of the parent that lies nearest to where the vessel begins.
std::optional<Parent> parent_of(const Vessel& vessel, const Analysis& analysis) {
    const Vessel* parent = vessel.parent ? find_vessel(analysis, *vessel.parent) : nullptr;
    const Polyline& branch = vessel.contour.centerline.points_px;
    if (parent == nullptr || branch.empty()) return {};
    const Polyline& line = parent->contour.centerline.points_px;
    const auto nearest = std::min_element(line.begin(), line.end(), [&](Point a, Point b) {
        return distance(a, branch.front()) < distance(b, branch.front());
    });
    return Parent{parent->id, static_cast<std::size_t>(nearest - line.begin())};
}

/// Parents by the vessels' ids, without circles: what leaves its own descendant has no parent.
std::map<int, Parent> parents_of(const Analysis& analysis) {
    std::map<int, Parent> parents;
    const auto descends = [&](int vessel, int from) {
        for (auto at = parents.find(vessel); vessel != from; at = parents.find(vessel)) {
            if (at == parents.end()) return false;
            vessel = at->second.vessel;
        }
        return true;
    };
    for (const Vessel& vessel : analysis.vessels)
        if (const auto parent = parent_of(vessel, analysis); parent && !descends(parent->vessel, vessel.id))
            parents[vessel.id] = *parent;
    return parents;
}

/// Puts a tube below the part of its parent that the place lies on or next to, or below the group.
void hang_up(Tube& tube, const Parent* parent, const std::vector<Part>* of_parent, Group& group) {
    if (parent == nullptr || of_parent == nullptr || of_parent->empty()) {
        tube.SetRoot(true);
        group.AddChild(&tube);
        return;
    }
    const auto gap = [parent](const Part& part) {
        return parent->index < part.begin ? part.begin - parent->index
               : parent->index < part.end ? 0
                                          : parent->index - part.end + 1;
    };
    const Part& part = *std::min_element(of_parent->begin(), of_parent->end(),
                                         [&](const Part& a, const Part& b) { return gap(a) < gap(b); });
    const std::size_t place = std::clamp(parent->index, part.begin, part.end - 1);
    tube.SetParentPoint(static_cast<int>(place - part.begin));
    part.tube->AddChild(&tube);
}

/// A vessel that is interrupted goes on behind the last point before.
void hang_up_rest(const std::vector<Part>& parts) {
    for (std::size_t i = 1; i < parts.size(); ++i) {
        const Part& before = parts[i - 1];
        parts[i].tube->SetParentPoint(static_cast<int>(before.end - before.begin) - 1);
        before.tube->AddChild(parts[i].tube);
    }
}

/// A folder of its own, which goes with everything in it.
class TemporaryFolder {
  public:
    TemporaryFolder() {
        std::string name = (fs::temp_directory_path() / "stenometry-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr)
            throw IoError("cannot make a folder in " + fs::temp_directory_path().string());
        path_ = name;
    }
    ~TemporaryFolder() {
        std::error_code ignored;
        fs::remove_all(path_, ignored);
    }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    const fs::path& path() const { return path_; }

  private:
    fs::path path_;
};

[[noreturn]] void fail_to_write(const fs::path& path, std::string cause) {
    std::replace(cause.begin(), cause.end(), '\n', ' ');
    throw IoError("cannot write " + path.string() + ": " + cause);
}

/// ITK writes in place and leaves half a file where it fails; so it writes elsewhere first.
template <class Write>
void write_as_a_whole(const fs::path& path, const std::string& ending, const Write& write) {
    const TemporaryFolder folder;
    const fs::path temporary = folder.path() / ("file" + ending);
    try {
        write(temporary.string());
    } catch (const itk::ExceptionObject& error) {
        fail_to_write(path, error.GetDescription());
    }
    std::ifstream in(temporary, std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(in), {}};
    if (bytes.empty()) fail_to_write(path, "ITK wrote nothing");
    io::write_file(path, bytes);
}

bool ends_with(const fs::path& path, const std::string& ending) {
    std::string name = path.filename().string();
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return name.size() > ending.size() && name.ends_with(ending);
}

struct Format {
    std::string ending;
    itk::ImageIOBase::Pointer io;
};

Format format_of(const fs::path& path) {
    if (ends_with(path, ".nrrd")) return {".nrrd", itk::NrrdImageIO::New()};
    if (ends_with(path, ".nii.gz")) return {".nii.gz", itk::NiftiImageIO::New()};
    if (ends_with(path, ".nii")) return {".nii", itk::NiftiImageIO::New()};
    if (ends_with(path, ".mha")) return {".mha", itk::MetaImageIO::New()};
    throw InvalidInput(path.string() + ": the name must end in .nrrd, .nii, .nii.gz or .mha");
}

template <class T>
void write(const fs::path& path, const Image<T>& image, const Calibration& calibration) {
    const Format format = format_of(path);
    if (image.empty()) throw InvalidInput("the image has no pixels");
    const auto shown = to_itk(image, calibration);
    write_as_a_whole(path, format.ending, [&](const std::string& name) {
        auto writer = itk::ImageFileWriter<itk::Image<T, 2>>::New();
        writer->SetImageIO(format.io);
        writer->SetInput(shown);
        writer->SetFileName(name);
        writer->SetUseCompression(true);
        writer->Update();
    });
}

}  // namespace

itk::GroupSpatialObject<3>::Pointer make_tubes(const Analysis& analysis) {
    auto group = Group::New();
    group->GetProperty().SetName("vessels");
    std::map<int, std::vector<Part>> parts;
    for (const Vessel& vessel : analysis.vessels) {
        parts[vessel.id] = parts_with_radius(vessel);
        for (Part& part : parts[vessel.id]) part.tube = make_tube(vessel, part, analysis.calibration);
    }
    const std::map<int, Parent> parents = parents_of(analysis);
    for (const auto& [id, tubes] : parts) {
        if (tubes.empty()) continue;
        const auto parent = parents.find(id);
        const bool leaves = parent != parents.end() && parts.contains(parent->second.vessel);
        hang_up(*tubes.front().tube, leaves ? &parent->second : nullptr,
                leaves ? &parts.at(parent->second.vessel) : nullptr, *group);
        hang_up_rest(tubes);
    }
    group->FixIdValidity();
    group->Update();
    return group;
}

void write_tubes(const fs::path& path, const Analysis& analysis) {
    write_as_a_whole(path, ".tre", [&](const std::string& name) {
        auto writer = itk::SpatialObjectWriter<3>::New();
        writer->SetInput(make_tubes(analysis));
        writer->SetFileName(name);
        writer->Update();
    });
}

void write_image(const fs::path& path, const Image<std::uint8_t>& image, const Calibration& calibration) {
    write(path, image, calibration);
}

void write_image(const fs::path& path, const Image<float>& image, const Calibration& calibration) {
    write(path, image, calibration);
}

}  // namespace stenometry::interop
