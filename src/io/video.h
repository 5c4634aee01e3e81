#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "io/file.h"
#include "io/video_module.h"
#include "stenometry/io/cine.h"

namespace stenometry::io {

/// The container of moving pictures whose first bytes `head` are: "AVI", "MP4" (also MOV), "GIF", "Matroska"
/// (also WebM); empty if it is none of them.
std::string video_format(std::string_view head);

/// Opens a video, whose pictures are decoded one at a time, in their order; going back begins again. They are
/// counted first, because what the files say of it is often a guess.
/// \throws IoError if the file is no video that OpenCV's videoio reads, has no picture, or is cut short.
std::unique_ptr<Cine> open_video(const InputFile& file);

/// The same by the decoder that `open` gives.
std::unique_ptr<Cine> open_video(const InputFile& file, OpenVideo open);

}  // namespace stenometry::io
