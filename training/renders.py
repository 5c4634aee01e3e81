"""Rendered frames from disk, and what archives and consoles may yet have done to them."""
import cv2
import numpy as np
import torch

from normalise import normalise

IGNORE = 255


class Renders(torch.utils.data.Dataset):
    """Item `i` is a random frame of the folders, changed at random: a function of `seed` and `i` alone.

    `folders` are outputs of `render_scenes`. `share(i)` is the share of the last folder among the frames at item `i`.
    """

    def __init__(self, folders, items, seed, share=None, augment=True, first=0):
        self.folders = [tuple(np.load(f"{f}/{name}.npy", mmap_mode="r") for name in ("images", "labels", "valid"))
                        for f in folders]
        self.items, self.seed, self.share, self.augment, self.first = items, seed, share, augment, first

    def __len__(self):
        return self.items

    def __getitem__(self, index):
        cv2.setNumThreads(0)
        index += self.first
        rng = np.random.default_rng((self.seed, index))
        if self.share is None:
            folder, frame = 0, index % len(self.folders[0][0])
        else:
            folder = len(self.folders) - 1 if rng.random() < self.share(index) else rng.integers(len(self.folders) - 1)
            frame = rng.integers(len(self.folders[folder][0]))
        image, label, valid = (np.array(a[frame]) for a in self.folders[folder])
        if self.augment:
            image, label, valid = changed(image, label, valid, rng)
        label[valid == 0] = IGNORE
        return normalise(image, valid), label.astype(np.int64)


def changed(image, label, valid, rng):
    """Turned, scaled and mirrored together; then grey values as displays, filters and archives change them."""
    image, label, valid = turned(image, label, valid, rng)
    grey = image.astype(np.float32)
    if rng.random() < 0.5:
        grey = 255.0 * np.power(grey / 255.0, np.exp(rng.uniform(-0.5, 0.5)))
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


def turned(image, label, valid, rng):
    quarter, mirror = rng.integers(4), rng.random() < 0.5
    image, label, valid = (np.ascontiguousarray(np.rot90(a, quarter)[:, ::-1] if mirror else np.rot90(a, quarter))
                           for a in (image, label, valid))
    if rng.random() < 0.4:
        return image, label, valid
    size = image.shape[0]
    scale = np.exp(rng.uniform(np.log(0.75), np.log(1.4)))
    turn = cv2.getRotationMatrix2D((size / 2, size / 2), rng.uniform(-20, 20), scale)
    # A magnified frame shows any part of itself.
    turn[:, 2] += rng.uniform(-1, 1, 2) * abs(scale - 1) * size / 2
    warp = lambda a, how, border: cv2.warpAffine(a, turn, (size, size), flags=how, borderValue=border)
    return (warp(image, cv2.INTER_LINEAR, 0), warp(label, cv2.INTER_NEAREST, IGNORE),
            warp(valid, cv2.INTER_NEAREST, 0))


def equalised(grey, rng):
    clahe = cv2.createCLAHE(rng.uniform(1.0, 4.0), (int(rng.integers(4, 13)),) * 2)
    return clahe.apply(np.clip(grey, 0, 255).astype(np.uint8)).astype(np.float32)


def noise(shape, rng):
    grain = rng.standard_normal(shape).astype(np.float32) * rng.uniform(0.5, 6.0)
    return cv2.GaussianBlur(grain, (0, 0), rng.uniform(0.3, 1.0)) if rng.random() < 0.6 else grain
