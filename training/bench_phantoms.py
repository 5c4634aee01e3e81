"""Phantoms of single vessels as frames to train on: the core of each lumen is artery, as in `training_labels.cpp`.

    bench_phantoms.py FOLDER OUT

FOLDER is what `bench_phantoms.sh` writes: NAME.png and NAME_labels.png, all of one size.
"""
import argparse
import glob
import os

import cv2
import numpy as np

from renders import IGNORE

DRAWN = 0.82       # of the radius, as annotators draw it ...
LEAST_PX = 1.1     # ... but at least so much; thinner vessels may not be seen


def labels_of(true):
    lumen = (true == 1).astype(np.uint8)
    depth = cv2.distanceTransform(lumen, cv2.DIST_L2, 5)
    radius = cv2.dilate(depth, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (15, 15)))
    core = (radius > LEAST_PX) & ((depth >= (1 - DRAWN) * radius) | (depth >= radius - LEAST_PX))
    return np.where(lumen > 0, np.where(core, 1, IGNORE), true).astype(np.uint8)


def displayed(image, logarithm):
    """Eight bits between the darkest and the brightest pixels."""
    grey = image.astype(np.float32)
    if logarithm:
        grey = np.log(np.maximum(grey, 1))
    low, high = np.percentile(grey, [0.1, 99.9])
    return np.clip((grey - low) / (high - low) * 235 + 10, 0, 255).astype(np.uint8)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder")
    parser.add_argument("out")
    o = parser.parse_args()
    rng = np.random.default_rng(5)
    arrays = {"images": [], "labels": [], "valid": []}
    for file in sorted(glob.glob(f"{o.folder}/*_labels.png")):
        image = displayed(cv2.imread(file.replace("_labels", ""), cv2.IMREAD_ANYDEPTH), rng.random() < 0.5)
        arrays["images"].append(image)
        arrays["labels"].append(labels_of(cv2.imread(file, 0)))
        arrays["valid"].append(np.full(image.shape, 255, np.uint8))
    os.makedirs(o.out, exist_ok=True)
    for name, frames in arrays.items():
        np.save(f"{o.out}/{name}.npy", np.stack(frames))


if __name__ == "__main__":
    main()
