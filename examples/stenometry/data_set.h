#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "stenometry/evaluation.h"
#include "stenometry/frame.h"

/// Folders of images whose truth is known, in the layouts in which they are published.
namespace stenometry::program {

/// What a drawn mask shows, where the data set does not say.
enum class Drawn { vessels, lesions };

/// A rendered angiogram, as the verb `phantom` describes it.
struct PhantomTruth {
    double mm_per_px = 0.0;
    int frame = 0;                                    ///< of a cine
    std::optional<std::pair<Point, Point>> ends;      ///< two points to measure the first vessel between
    std::vector<std::vector<TrueLesion>> of_vessels;  ///< lesions of each vessel
};

struct Truth {
    std::optional<Image<std::uint8_t>> vessels;  ///< as somebody has drawn them
    std::optional<Image<std::uint8_t>> regions;  ///< somebody has drawn around lesions
    std::optional<PhantomTruth> phantom;
};

struct Sample {
    std::string name;  ///< of the image without its ending
    std::filesystem::path image;
    std::filesystem::path phantom;  ///< description of a rendered angiogram beside it; empty: there is none

    /// What that file says; empty without one. It tells which frame of a cine is scored.
    /// \throws IoError if it cannot be read, or is no such description.
    std::optional<PhantomTruth> read_phantom_truth() const;

    /// The truth of this frame of the image, but for that of a phantom.
    /// \throws IoError if there is none, it cannot be read, or it does not fit the frame.
    std::function<Truth(const Frame&)> read_truth;
};

struct DataSet {
    std::string layout;                        ///< for people
    std::vector<Sample> samples;               ///< by name, numbers in their order
    std::vector<std::filesystem::path> files;  ///< images and truths that it consists of
};

/// Recognises, in this order:
/// images/ beside one annotations/*.json: COCO with polygons, as ARCADE has; categories named "stenosis" are
/// regions of lesions, all others vessels;
/// images/ beside masks/ (XCAD) or mask_derived/: masks of the same base name;
/// NAME.* beside NAME_gt.* (DCA1), or beside NAME_mask.* and NAME.json (phantoms), or one of them.
/// \throws Failure unreadable if the folder is none of them, naming it and the cause.
DataSet open_data_set(const std::filesystem::path& folder, Drawn drawn);

/// Files of a folder by their name without ending; of several with one name the first. Empty for no folder.
/// \param endings as ".json"; none: those of images
class FilesByName {
  public:
    FilesByName() = default;
    /// \throws Failure unreadable if there is no such folder.
    FilesByName(const std::filesystem::path& folder, const std::vector<std::string>& endings = {});

    /// \throws IoError naming the folder if it has no such file.
    std::filesystem::path at(const std::string& name) const;
    bool has(const std::string& name) const;
    std::vector<std::pair<std::string, std::filesystem::path>> all() const { return files_; }

  private:
    std::filesystem::path folder_;
    std::vector<std::pair<std::string, std::filesystem::path>> files_;
};

}  // namespace stenometry::program
