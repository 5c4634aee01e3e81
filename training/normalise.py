"""What the network sees of a frame: how far every pixel stands out from three neighbourhoods.

The library computes the same numbers. A fixed display curve cannot be assumed, so no grey value reaches the network as it
is; and pixels outside the field of view take no part, or the edge of the collimator would look like a vessel.
"""
import cv2
import numpy as np

RADII_PX = (6, 20, 64)  # windows of (2 r + 1)^2 pixels
LIMIT = 4.0             # channels are clamped to -LIMIT..LIMIT
FLOOR = 0.1             # of the frame's standard deviation: quiet regions are not blown up
EPSILON = 1e-6


def _window_sum(values, radius):
    side = 2 * radius + 1
    return cv2.boxFilter(values, -1, (side, side), normalize=False, borderType=cv2.BORDER_CONSTANT)


def normalise(image, valid):
    """Channels 3 x H x W (float32) of an H x W `image`, whose pixels count where `valid` is not 0."""
    inside = (valid > 0).astype(np.float64)
    count = max(1.0, inside.sum())
    # Standard deviations do not change with the offset; without it the squares are small and the sums exact.
    x = image.astype(np.float64)
    x = (x - (x * inside).sum() / count) * inside
    floor = FLOOR * (np.sqrt((x * x).sum() / count) + EPSILON)
    channels = []
    for radius in RADII_PX:
        pixels = np.maximum(_window_sum(inside, radius), 1.0)
        mean = _window_sum(x, radius) / pixels
        deviation = np.sqrt(np.maximum(_window_sum(x * x, radius) / pixels - mean * mean, 0.0))
        channels.append(np.clip((x - mean) / (deviation + floor), -LIMIT, LIMIT) * inside)
    return np.stack(channels).astype(np.float32)


def padded(channels, multiple):
    """Zeros at right and bottom, up to sides that the network can halve as often as it does."""
    height, width = channels.shape[1:]
    return np.pad(channels, ((0, 0), (0, -height % multiple), (0, -width % multiple)))
