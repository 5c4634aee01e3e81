#!/usr/bin/python3
"""Draws how often an expert's vessel lies where `stenometry segment` gives a probability.

  STENOMETRY_DATA=DIR reliability.py PROGRAM OUT.svg

Reads DIR/dca1_train/N.png and N_gt.png. Needs python3-numpy and python3-opencv.
"""
import glob
import os
import subprocess
import sys
import tempfile

import cv2
import numpy as np

BINS = 10


def counts(program, image, drawn):
    """Pixels, sum of probabilities and drawn pixels in each bin of probability."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "probability.png")
        subprocess.run([program, "segment", image, "--probability", path], check=True)
        probability = cv2.imread(path, cv2.IMREAD_UNCHANGED) / 65535.0
    vessel = cv2.imread(drawn, cv2.IMREAD_GRAYSCALE) > 127
    bins = np.minimum((probability * BINS).astype(int), BINS - 1).ravel()
    return np.stack([np.bincount(bins, weights, BINS) for weights in (None, probability.ravel(), vessel.ravel())])


def svg(given, found):
    place = lambda x, y: f"{40 + 240 * x:.1f},{260 - 240 * y:.1f}"
    points = " ".join(place(x, y) for x, y in zip(given, found))
    dots = "".join('<circle cx="%s" cy="%s" r="3"/>' % tuple(place(x, y).split(",")) for x, y in zip(given, found))
    return f"""<svg xmlns="http://www.w3.org/2000/svg" width="300" height="300" font-family="sans-serif" font-size="11">
<rect width="300" height="300" fill="white"/><rect x="40" y="20" width="240" height="240" fill="none" stroke="#888"/>
<polyline points="{place(0, 0)} {place(1, 1)}" stroke="#bbb"/>
<polyline points="{points}" fill="none" stroke="#06c"/><g fill="#06c">{dots}</g>
<text x="100" y="285">probability given</text><text transform="translate(22,200) rotate(-90)">share drawn as vessel</text>
<text x="36" y="274">0</text><text x="276" y="274">1</text><text x="28" y="26">1</text>
</svg>
"""


def main(program, out):
    folder = os.path.join(os.environ["STENOMETRY_DATA"], "dca1_train")
    drawn = sorted(glob.glob(os.path.join(folder, "*_gt.png")))
    pixels, given, vessel = sum(counts(program, name.replace("_gt", ""), name) for name in drawn)
    given, found = given / np.maximum(pixels, 1), vessel / np.maximum(pixels, 1)
    for n, g, f in zip(pixels, given, found):
        print(f"{int(n):8d} pixels, probability {g:.3f}, drawn {f:.3f}")
    print(f"expected calibration error {np.sum(pixels * np.abs(given - found)) / pixels.sum():.4f}")
    with open(out, "w") as file:
        file.write(svg(given[pixels > 0], found[pixels > 0]))


if __name__ == "__main__":
    if len(sys.argv) != 3 or "STENOMETRY_DATA" not in os.environ:
        sys.exit(__doc__)
    main(*sys.argv[1:])
