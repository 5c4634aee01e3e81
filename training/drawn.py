"""Real frames on which the large arteries were drawn, as frames to train on.

    drawn.py FOLDER OUT --network WEIGHTS.stn

FOLDER holds images/ and mask_derived/, as ARCADE's training part does: segments of 1.5 mm and more are drawn, catheters and
small branches are not, and sometimes a large vessel is not either. So what counts is
- artery: the core of what is drawn; how wide an artery is drawn is a habit, and the rendered frames say how wide it is;
- catheter: its course, found by `catheters.py`, where it is clear;
- no artery: what neither is drawn nor looks like a vessel, a catheter or a device to a network that knows rendered frames.
The rest is ignored. OUT/catheter has the frames with a catheter, OUT/plain the others.
"""
import argparse
import glob
import os

import cv2
import numpy as np
import torch

import catheters
from evaluate import field_of_view, logits_of, probabilities
from export import read_network
from renders import IGNORE, NO_ARTERY

# From here on a pixel may be a small vessel, a catheter, a device.
POSSIBLE = {1: 0.12, 2: 0.2, 3: 0.3}
CORE = 0.5            # of the radius, from the edge inwards, that is ignored
CATHETER_PX = 7       # wide, in frames of 512; half as much beside it is ignored


def disk(diameter):
    return cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (diameter, diameter))


def draw_catheter(label, course):
    smooth = cv2.blur(course[:, ::-1].astype(np.float32), (1, 9), borderType=cv2.BORDER_REPLICATE)
    line = np.zeros(label.shape, np.uint8)
    cv2.polylines(line, [np.round(smooth).astype(np.int32)], False, 1, 1)
    label[cv2.dilate(line, disk(CATHETER_PX + 4)) > 0] = IGNORE
    label[cv2.dilate(line, disk(CATHETER_PX)) > 0] = 2


def draw_arteries(label, drawn):
    beside = cv2.dilate(drawn, disk(7)) > 0
    label[beside & (label != 2)] = IGNORE
    depth = cv2.distanceTransform(drawn, cv2.DIST_L2, 5)
    label[(drawn > 0) & (depth >= CORE * cv2.dilate(depth, disk(9)))] = 1


def labels_of(drawn, p, course):
    possible = np.any([p[k] > least for k, least in POSSIBLE.items()], 0).astype(np.uint8)
    label = np.where(cv2.dilate(possible, disk(5)) > 0, IGNORE, NO_ARTERY).astype(np.uint8)
    if course is not None:
        draw_catheter(label, course)
    draw_arteries(label, drawn)
    return label


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder")
    parser.add_argument("out")
    parser.add_argument("--network", required=True)
    o = parser.parse_args()
    torch.set_num_threads(1)
    network = read_network(o.network)
    groups = {"catheter": ([], [], []), "plain": ([], [], [])}
    for file in sorted(glob.glob(f"{o.folder}/images/*.png")):
        image = cv2.imread(file, 0)
        drawn = (cv2.imread(file.replace("/images/", "/mask_derived/"), 0) > 127).astype(np.uint8)
        valid = field_of_view(image)
        course = catheters.course(image, drawn, valid)
        label = labels_of(drawn, probabilities(logits_of(network, image)), course)
        for arrays, array in zip(groups["plain" if course is None else "catheter"], (image, label, valid)):
            arrays.append(array)
    for group, arrays in groups.items():
        os.makedirs(f"{o.out}/{group}", exist_ok=True)
        for name, array in zip(("images", "labels", "valid"), arrays):
            np.save(f"{o.out}/{group}/{name}.npy", np.stack(array))


if __name__ == "__main__":
    main()
