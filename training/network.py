"""The network: a U-Net behind a stem of stride 2, written as a list of named operations.

The list is both what PyTorch trains and what `export.py` writes, so that the file cannot differ from the model.
Levels stand at strides 2, 4, 8, 16 and 32. The coarsest sees the whole frame: a catheter is told from an artery
less by its look than by where it comes from.
"""
import torch
from torch import nn
from torch.nn import functional as F

CLASSES = ("background", "artery", "catheter", "device")
INPUT_CHANNELS = 3

# Name, kind, inputs, and for a convolution: output channels, kernel, stride, relu.
OPERATIONS = (
    ("stem", "conv", "input", 16, 3, 2, True),
    ("level2", "conv", "stem", 16, 3, 1, True),
    ("down4", "conv", "level2", 24, 3, 2, True),
    ("level4", "conv", "down4", 24, 3, 1, True),
    ("down8", "conv", "level4", 48, 3, 2, True),
    ("level8", "conv", "down8", 48, 3, 1, True),
    ("down16", "conv", "level8", 64, 3, 2, True),
    ("level16", "conv", "down16", 64, 3, 1, True),
    ("down32", "conv", "level16", 64, 3, 2, True),
    ("middle32", "conv", "down32", 64, 3, 1, True),
    ("level32", "conv", "middle32", 64, 3, 1, True),
    ("up16", "up", "level32"),
    ("join16", "concat", "up16", "level16"),
    ("fuse16", "conv", "join16", 48, 3, 1, True),
    ("up8", "up", "fuse16"),
    ("join8", "concat", "up8", "level8"),
    ("fuse8", "conv", "join8", 24, 3, 1, True),
    ("up4", "up", "fuse8"),
    ("sum4", "sum", "up4", "level4"),
    ("fuse4", "conv", "sum4", 16, 3, 1, True),
    ("up2", "up", "fuse4"),
    ("sum2", "sum", "up2", "level2"),
    ("fuse2", "conv", "sum2", 16, 3, 1, True),
    ("logits", "conv", "fuse2", len(CLASSES), 3, 1, False),
)
STRIDE = 32  # sides of the input are multiples of this


def shapes(operations=OPERATIONS):
    """Channels and stride of every value, by name."""
    channels, stride = {"input": INPUT_CHANNELS}, {"input": 1}
    for name, kind, *rest in operations:
        if kind == "conv":
            channels[name], stride[name] = rest[1], stride[rest[0]] * rest[3]
        elif kind == "up":
            channels[name], stride[name] = channels[rest[0]], stride[rest[0]] // 2
        else:
            widths = [channels[r] for r in rest]
            channels[name] = sum(widths) if kind == "concat" else widths[0]
            stride[name] = stride[rest[0]]
    return channels, stride


def cost(size=512):
    """Parameters (weights and biases) and multiply-accumulates of one `size` x `size` frame."""
    channels, stride = shapes()
    parameters = operations = 0
    for name, kind, *rest in OPERATIONS:
        if kind == "conv":
            weights = channels[rest[0]] * rest[1] * rest[2] ** 2
            parameters += weights + rest[1]
            operations += weights * (size // stride[name]) ** 2
    return parameters, operations


class Network(nn.Module):
    """Input N x 3 x H x W as `normalise.py` makes it; output the logits at half resolution, N x 4 x H/2 x W/2."""

    def __init__(self):
        super().__init__()
        channels, _ = shapes()
        self.layers = nn.ModuleDict()
        for name, kind, *rest in OPERATIONS:
            if kind != "conv":
                continue
            source, out, kernel, stride, relu = rest
            # Batch normalisation has the bias; the last layer has no normalisation and its own.
            conv = nn.Conv2d(channels[source], out, kernel, stride, kernel // 2, bias=not relu)
            nn.init.kaiming_normal_(conv.weight, nonlinearity="relu" if relu else "linear")
            self.layers[name] = nn.Sequential(conv, nn.BatchNorm2d(out), nn.ReLU(inplace=True)) if relu else conv

    def forward(self, x):
        return self.values(x)[OPERATIONS[-1][0]]

    def values(self, x):
        """Everything that is computed on the way, by name."""
        values = {"input": x}
        for name, kind, *rest in OPERATIONS:
            if kind == "conv":
                values[name] = self.layers[name](values[rest[0]])
            elif kind == "up":
                values[name] = F.interpolate(values[rest[0]], scale_factor=2, mode="bilinear", align_corners=False)
            elif kind == "concat":
                values[name] = torch.cat([values[r] for r in rest], 1)
            else:
                values[name] = values[rest[0]] + values[rest[1]]
        return values


class Guided(nn.Module):
    """The network as it is trained: its coarse level also has to say which classes each square of 16 px holds.

    Arteries are learned from what lies near, and without this the levels that see far have little to learn from.
    """

    SQUARE = 16

    def __init__(self):
        super().__init__()
        self.network = Network()
        self.guide = nn.Conv2d(shapes()[0]["fuse16"], len(CLASSES) - 1, 1)

    def forward(self, x):
        values = self.network.values(x)
        return values[OPERATIONS[-1][0]], self.guide(values["fuse16"])


def full_resolution(logits):
    """Logits brought to the size of the frame."""
    return F.interpolate(logits, scale_factor=2, mode="bilinear", align_corners=False)
