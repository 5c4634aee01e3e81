#pragma once

#include <nlohmann/json.hpp>

#include "report_data.h"
#include "stenometry/cine_lesions.h"

namespace stenometry::program {

/// The lesions of a cine, from what was written of its frames.
class ReportedCine {
  public:
    /// Takes a frame that comes after those before it; others, such as one that was analysed twice, are left
    /// out. \throws nlohmann::json::exception if the analysis does not follow its schema.
    void add(const nlohmann::json& analysis);

    /// As a page draws them, in the order of `CineLesions::find`, most often seen first; empty for a single
    /// frame.
    PageJson lesions() const;

  private:
    CineLesions lesions_;
    int last_frame_ = -1;
    int frames_ = 0;
    bool calibrated_ = false;
};

/// The one of them that stands for the cine, as an index: the severest that a quarter of the frames shows and
/// more than one, or else the one that is seen most often. Null if there is none.
PageJson main_lesion(const PageJson& lesions);

}  // namespace stenometry::program
