"""Rendered frames from disk, and what archives and consoles may yet have done to them."""
import cv2
import numpy as np
import torch

from normalise import normalise

IGNORE = 255
NO_ARTERY = 254  # background, catheter or device: nobody said which


class Renders(torch.utils.data.Dataset):
    """Item `i` is a random frame, changed at random: a function of `seed` and `i` alone.

    `o.plain` and `o.devices` are outputs of `render_scenes`, `o.drawn` of `drawn.py`. `share(i)` is the share of renders
    with devices at item `i`.
    """

    def __init__(self, o, items, share):
        self.plain, self.devices, self.drawn = ([opened(f) for f in folders] for folders in (o.plain, o.devices, o.drawn))
        self.drawn_share = o.drawn_share if o.drawn else 0.0
        self.items, self.seed, self.share, self.side = items, o.seed, share, o.side

    def __len__(self):
        return self.items

    def __getitem__(self, index):
        cv2.setNumThreads(0)
        rng = np.random.default_rng((self.seed, index))
        folders = self.devices if rng.random() < self.share(index) else self.plain
        if self.drawn and rng.random() < self.drawn_share:
            folders = self.drawn
        folder = folders[rng.integers(len(folders))]
        frame = rng.integers(len(folder[0]))
        head_up = folders is self.drawn  # patients are; rendered frames teach vessels in every direction
        return example(*changed(*(np.array(a[frame]) for a in folder), self.side, rng, head_up))


class Unchanged(torch.utils.data.Dataset):
    """The frames of one folder as they were rendered, in turn."""

    def __init__(self, folder):
        self.frames = opened(folder)

    def __len__(self):
        return len(self.frames[0])

    def __getitem__(self, index):
        return example(*(np.array(a[index]) for a in self.frames))


def opened(folder):
    return tuple(np.load(f"{folder}/{name}.npy", mmap_mode="r") for name in ("images", "labels", "valid"))


def example(image, label, valid):
    label[valid == 0] = IGNORE
    return normalise(image, valid), label.astype(np.int64)


def changed(image, label, valid, side, rng, head_up=False):
    """Turned, scaled and mirrored together; then grey values as displays, filters and archives change them."""
    image, label, valid = turned(image, label, valid, side, rng, head_up)
    grey = image.astype(np.float32)
    for _ in range(rng.integers(1, 4) if rng.random() < 0.35 else 0):
        grey, label = with_ecg_clip(grey, label, rng)
    if rng.random() < 0.4:
        grey, label, valid = collimated(grey, label, valid, rng)
    if rng.random() < 0.5:
        grey = 255.0 * np.power(np.maximum(grey, 0) / 255.0, np.exp(rng.uniform(-0.5, 0.5)))
    if rng.random() < 0.4:
        grey = cv2.GaussianBlur(grey, (0, 0), rng.uniform(0.3, 1.1))
    if rng.random() < 0.2:
        grey = equalised(grey, rng)
    if rng.random() < 0.25:
        grey += rng.uniform(0.3, 2.0) * (grey - cv2.GaussianBlur(grey, (0, 0), rng.uniform(1.0, 4.0)))
    if rng.random() < 0.4:
        grey += noise(grey.shape, rng)
    middle = grey.mean()
    grey = middle + (grey - middle) * np.exp(rng.uniform(-0.7, 0.4)) + rng.uniform(-15, 15)
    grey = np.clip(grey + 0.5, 0, 255).astype(np.uint8)
    if rng.random() < 0.4:
        _, bytes_ = cv2.imencode(".jpg", grey, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(40, 96))])
        grey = cv2.imdecode(bytes_, cv2.IMREAD_GRAYSCALE)
    return grey, label, valid


def turned(image, label, valid, side, rng, head_up):
    quarter, mirror = (0, False) if head_up else (rng.integers(4), rng.random() < 0.5)
    image, label, valid = (np.ascontiguousarray(np.rot90(a, quarter)[:, ::-1] if mirror else np.rot90(a, quarter))
                           for a in (image, label, valid))
    size = image.shape[0]
    upright = rng.random() < 0.5
    scale = 1.0 if upright else np.exp(rng.uniform(np.log(0.75), np.log(1.4)))
    turn = cv2.getRotationMatrix2D((size / 2, size / 2), 0 if upright else rng.uniform(-20, 20), scale)
    # Of a frame that is larger than what is seen at a time, any part.
    turn[:, 2] += (side - size) / 2 + np.round(rng.uniform(-1, 1, 2) * abs(size * scale - side) / 2)
    if upright and side == size:
        return image, label, valid
    warp = lambda a, how, border: cv2.warpAffine(a, turn, (side, side), flags=how, borderValue=border)
    return (warp(image, cv2.INTER_LINEAR, 0), warp(label, cv2.INTER_NEAREST, IGNORE),
            warp(valid, cv2.INTER_NEAREST, 0))


DEVICE = 3


def with_ecg_clip(grey, label, rng):
    """A clip of an electrocardiograph's cable on the skin: plate, ring, two jaws that meet, rings of a snap, cable and bead.

    Over real frames too: there nothing else is metal for sure.
    """
    fine, side = 4, grey.shape[0]  # drawn four times as large, so that edges are smooth
    metal = np.zeros((side * fine, side * fine), np.float32)
    unit = fine * side / 352 * np.exp(rng.uniform(np.log(2.5), np.log(7.0)))  # pixels in about a millimetre
    at, angle = rng.uniform(0, side * fine, 2), rng.uniform(0, 2 * np.pi)

    def towards(turn, length):
        return at + unit * length * np.array([np.cos(angle + turn), np.sin(angle + turn)])

    def pixel(p):
        return tuple(int(v) for v in np.clip(np.round(p), -4000, 8000))

    def bar(a, b, width, value=1.0):
        cv2.line(metal, pixel(a), pixel(b), value, max(1, int(unit * width)))

    def ring(p, radius, width, value=1.0):
        cv2.circle(metal, pixel(p), max(1, int(unit * radius)), value, width if width < 0 else max(1, int(unit * width)))

    opening, tip = rng.uniform(0.1, 0.4), towards(0, rng.uniform(9, 15))
    if rng.random() < 0.8:
        ring(at, rng.uniform(2.0, 4.0), -1, rng.uniform(0.2, 0.7))
        ring(at, rng.uniform(2.0, 4.5), rng.uniform(0.4, 1.0))
        left, right = towards(opening, rng.uniform(3, 6)), towards(-opening, rng.uniform(3, 6))
        for a, b in ((left, tip), (right, tip), (left, right)):
            bar(a, b, rng.uniform(0.8, 2.2))
    for _ in range(rng.integers(0, 6)):
        ring(towards(rng.uniform(2, 4), rng.uniform(4, 14)), rng.uniform(1.0, 2.2), rng.uniform(0.4, 0.9))
    if rng.random() < 0.8:
        end = towards(rng.uniform(-0.3, 0.3), 1.5 * side * fine / unit)
        bend = tip + 0.3 * (end - tip) + unit * rng.normal(0, 6, 2)
        thick, faint = rng.uniform(0.7, 2.0), rng.uniform(0.15, 0.7)
        bar(tip, bend, thick, faint)
        bar(bend, end, thick, faint)
        ring(tip + 0.3 * (bend - tip), rng.uniform(1.0, 1.8), -1)
    metal = cv2.resize(metal, grey.shape[::-1], interpolation=cv2.INTER_AREA)
    shown = cv2.GaussianBlur(metal, (0, 0), rng.uniform(0.5, 1.5))
    dark = min(20.0, float(np.percentile(grey, 1)))
    grey = dark + (grey - dark) * np.exp(-np.exp(rng.uniform(np.log(0.25), np.log(1.6))) * shown)
    # Beside metal the edge is nobody's; an artery that is seen through a cable stays one.
    label = np.where((shown > 0.04) & (label != 1), IGNORE, label)
    return grey.astype(np.float32), np.where(metal > 0.3, DEVICE, np.where(metal > 0.1, np.where(label == 1, 1, DEVICE), label)).astype(np.uint8)


def collimated(grey, label, valid, rng):
    """Blades with soft edges, slightly askew, at some of the four sides. Half of the time nobody has found them."""
    height, width = grey.shape
    y, x = np.mgrid[:height, :width].astype(np.float32)
    inside = np.full(grey.shape, 1e3, np.float32)
    for distance in (x, width - 1 - x, y, height - 1 - y):
        if rng.random() < 0.6:
            askew = rng.normal(0, 0.01) * ((y if distance is x or rng.random() < 0.5 else x) - width / 2)
            inside = np.minimum(inside, distance + askew - rng.uniform(0, 0.14) * width)
    soft = np.exp(rng.uniform(np.log(0.4), np.log(5.0)))
    dark = rng.uniform(0, 0.7) * np.percentile(grey, 20)
    open_ = 1 / (1 + np.exp(-np.clip(inside / soft, -30, 30)))
    grey = dark + (grey - dark) * open_ + (1 - open_) * rng.uniform(0, 3) * rng.standard_normal(grey.shape)
    label = np.where(inside < -soft, 0, np.where((inside < 2 * soft) & (label > 0), IGNORE, label)).astype(np.uint8)
    if rng.random() < 0.5:
        valid = np.where(inside < rng.uniform(-1, 3) * soft, 0, valid).astype(np.uint8)
    return grey.astype(np.float32), label, valid


def equalised(grey, rng):
    clahe = cv2.createCLAHE(rng.uniform(1.0, 4.0), (int(rng.integers(4, 13)),) * 2)
    return clahe.apply(np.clip(grey, 0, 255).astype(np.uint8)).astype(np.float32)


def noise(shape, rng):
    grain = rng.standard_normal(shape).astype(np.float32) * rng.uniform(0.5, 6.0)
    return cv2.GaussianBlur(grain, (0, 0), rng.uniform(0.3, 1.0)) if rng.random() < 0.6 else grain
