#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "stenometry/export.h"
#include "stenometry/frame.h"

STENOMETRY_EXPORT_BEGIN

/// Neural networks that tell vessels from everything else: the component `network` of the package, a library
/// of its own, `stenometry::network`, because what runs networks takes time to load.
namespace stenometry {

/// How a frame comes to the size of a network's input.
enum class NetworkFit {
    resize,  ///< the whole frame, stretched or shrunk, whatever its shape; the probability goes back the same
             ///< way
    tile,  ///< in its own pixels, in tiles that overlap by a quarter of their sides and fade into each other
};

/// What is done to the network's output.
enum class NetworkActivation {
    none,     ///< it is a probability already
    sigmoid,  ///< 1 / (1 + exp(-output))
};

/// What a network expects, as its author trained it. What `FILE.json` says of `FILE.onnx` has the same names;
/// an empty object is what stands here.
struct NetworkSettings {
    /// `input_size`, [width, height] of the input in pixels, or "any", here {0, 0}, for the frame's own;
    /// absent: what the model says, any where it leaves it open.
    std::optional<std::pair<int, int>> input_size;
    /// Where the input has any size: the frame is made larger, by its last row and column, to a multiple of
    /// this; 1..1024.
    int multiple_of = 1;
    NetworkFit fit = NetworkFit::resize;  ///< "resize" or "tile"
    int channels = 0;  ///< 1, or 3 with the same grey in each; 0 or absent: what the model says, else 1
    /// Pixel values that become 0 and 1 before anything else, what is beyond them too; absent: the lowest and
    /// the highest of the frame's valid region.
    std::optional<std::pair<double, double>> grey_range;
    bool vessels_bright = false;     ///< `vessels`, "dark" or "bright": bright networks get 1 minus the grey
    std::vector<double> mean{0.0};   ///< is subtracted from the grey; one, or one for each channel
    std::vector<double> scale{1.0};  ///< is multiplied with the difference, not 0; as many
    NetworkActivation activation = NetworkActivation::none;  ///< "none" or "sigmoid"

    /// \throws InvalidInput naming the field and its value.
    void validate() const;
};

/// Reads settings from a JSON file.
/// \throws IoError naming the file and the key that is unknown, of the wrong type, or out of range.
NetworkSettings read_network_settings(const std::filesystem::path& path);

/// A network with one image as input and one probability for each of its pixels as output, in ONNX, the Open
/// Neural Network Exchange format. It is run by OpenCV, on the processor.
class VesselNetwork {
  public:
    /// \throws IoError naming the file if it cannot be read, is not ONNX, has not one input of four axes
    /// (image, channel, row, column) and one output, contradicts the settings, or holds an operation that is
    /// not known.
    VesselNetwork(const std::filesystem::path& model, const NetworkSettings& settings);
    /// \param settings the JSON file with the settings; empty: `FILE.json` beside `FILE.onnx`
    /// \throws IoError as above, and as `read_network_settings`.
    explicit VesselNetwork(const std::filesystem::path& model, const std::filesystem::path& settings = {});
    ~VesselNetwork();
    VesselNetwork(VesselNetwork&&) noexcept;
    VesselNetwork& operator=(VesselNetwork&&) noexcept;

    /// Probability of vessel of every pixel of the frame, 0 outside its valid region: for `external_mask`.
    /// Not safe from several threads at once.
    /// \throws InvalidInput if the frame is invalid; IoError naming the model if it cannot be run, its output
    /// has another size than its input, or is no probability.
    Image<float> operator()(const Frame& frame);

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace stenometry

STENOMETRY_EXPORT_END
