"""Scores weights on real frames with drawn vessels: for measuring only, nothing is learned here.

    evaluate.py WEIGHTS.stn --dca1 DIR --arcade DIR [--classical-dca1 DIR] [--classical-arcade DIR] [--montage FILE --frames FILE...]

`--classical-*` hold the classical probabilities, as `stenometry segment --probability` writes them, under the frames' names.
"""
import argparse
import glob
import json
import os

import cv2
import numpy as np
import torch

from export import read_network
from measures import area_under_roc, best_dice
from network import STRIDE, full_resolution
from normalise import normalise, padded


def logits_of(network, image, valid=None, scale=1.0):
    """Logits 4 x H x W of a grey image, looked at `scale` times its size."""
    height, width = image.shape
    valid = field_of_view(image) if valid is None else valid
    if scale != 1.0:
        size = round(width * scale), round(height * scale)
        image = cv2.resize(image, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
        valid = cv2.resize(valid, size, interpolation=cv2.INTER_NEAREST)
    channels = normalise(image, valid)
    with torch.no_grad():
        y = full_resolution(network(torch.from_numpy(padded(channels, STRIDE))[None]))[0].numpy()
    y = y[:, : image.shape[0], : image.shape[1]]
    return y if scale == 1.0 else np.stack([cv2.resize(c, (width, height), interpolation=cv2.INTER_LINEAR) for c in y])


def field_of_view(image):
    """Everything but black corners and borders; the library looks closer (`valid_region`)."""
    dark = (cv2.medianBlur(image, 5) < 12).astype(np.uint8)
    count, parts, boxes, _ = cv2.connectedComponentsWithStats(dark)
    outside = np.zeros_like(dark)
    height, width = dark.shape
    for k in range(1, count):
        x, y, w, h, area = boxes[k]
        if area > 100 and (x == 0 or y == 0 or x + w == width or y + h == height):
            outside[parts == k] = 1
    return (1 - cv2.dilate(outside, np.ones((5, 5), np.uint8))) * 255


def probabilities(logits):
    e = np.exp(logits - logits.max(0))
    return e / e.sum(0)


def log_odds(p):
    p = np.clip(p, 1e-4, 1 - 1e-4)
    return np.log(p / (1 - p))


def pairs(folder):
    """Frames and their drawn vessels: NAME.png beside NAME_gt.png, or images/ beside mask_derived/."""
    nested = os.path.isdir(f"{folder}/images")
    files = sorted(glob.glob(f"{folder}/images/*.png" if nested else f"{folder}/*.png"))
    for f in files:
        if not f.endswith("_gt.png"):
            yield f, f.replace("/images/", "/mask_derived/") if nested else f[:-4] + "_gt.png"


def recall_at_area(p, truth, share):
    """Part of the drawn centerline within 3 px of the `share` of the pixels with the highest probability."""
    taken = p >= np.quantile(p, 1 - share)
    line = cv2.ximgproc.thinning(truth.astype(np.uint8) * 255) > 0
    far = cv2.distanceTransform((~taken).astype(np.uint8), cv2.DIST_L2, 5)
    return float((far[line] <= 3).mean())


def score(network, folder, classical, scales, limit=None):
    """Mean over the frames, of the network alone and of both in the mean of their log odds."""
    rows = {"alone": [], "fused": []}
    for image_file, truth_file in list(pairs(folder))[:limit]:
        image, truth = cv2.imread(image_file, 0), cv2.imread(truth_file, 0) > 127
        p = probabilities(np.mean([logits_of(network, image, scale=s) for s in scales], 0))
        both = {"alone": p[1]}
        if classical:
            other = cv2.imread(f"{classical}/{os.path.basename(image_file)}", -1) / 65535.0
            both["fused"] = 1 / (1 + np.exp(-0.5 * (log_odds(p[1]) + log_odds(other))))
        for name, q in both.items():
            rows[name].append((area_under_roc(q.ravel(), truth.ravel()), best_dice(q.ravel(), truth.ravel())[0],
                               recall_at_area(q, truth, 0.08), [dice(q > t, truth) for t in THRESHOLDS]))
    return {name: summary(r) for name, r in rows.items() if r}


THRESHOLDS = np.arange(0.3, 0.95, 0.05)


def dice(taken, truth):
    return 2 * (taken & truth).sum() / max(1, taken.sum() + truth.sum())


def summary(rows):
    """Means over the frames; `dice` is at one threshold for all of them, the best."""
    auc, own, recall, at = zip(*rows)
    mean = np.mean(at, 0)
    best = int(np.argmax(mean))
    return {"frames": len(rows), "auc": round(float(np.mean(auc)), 4), "dice": round(float(mean[best]), 4),
            "threshold": round(float(THRESHOLDS[best]), 2), "dice_own_threshold": round(float(np.mean(own)), 4),
            "centerline_recall_at_8_percent": round(float(np.mean(recall)), 4)}


def montage(network, files, out, scales):
    """Each frame above itself with artery in red, catheter in blue, other devices in green."""
    tiles = []
    for f in files:
        image = cv2.imread(f, 0)
        p = probabilities(np.mean([logits_of(network, image, scale=s) for s in scales], 0))
        grey = cv2.cvtColor(image, cv2.COLOR_GRAY2BGR)
        paint = np.stack([p[2], p[3], p[1]], -1)
        shown = np.clip(grey * (1 - 0.7 * paint.max(-1, keepdims=True)) + 200 * paint, 0, 255).astype(np.uint8)
        tiles.append(cv2.resize(np.vstack([grey, shown]), (400, 800), interpolation=cv2.INTER_AREA))
    rows = [np.hstack(tiles[k : k + 4]) for k in range(0, len(tiles) // 4 * 4, 4)]
    cv2.imwrite(out, np.vstack(rows))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("weights")
    for name in ("dca1", "arcade"):
        parser.add_argument(f"--{name}")
        parser.add_argument(f"--classical-{name}")
    parser.add_argument("--scales", type=float, nargs="+", default=[1.0])
    parser.add_argument("--limit", type=int)
    parser.add_argument("--montage")
    parser.add_argument("--frames", nargs="+", default=[])
    o = parser.parse_args()
    torch.set_num_threads(1)
    network = read_network(o.weights)
    for name, folder, classical in (("dca1", o.dca1, o.classical_dca1), ("arcade", o.arcade, o.classical_arcade)):
        if folder:
            print(name, json.dumps(score(network, folder, classical, o.scales, o.limit)))
    if o.montage:
        montage(network, o.frames, o.montage, o.scales)


if __name__ == "__main__":
    main()
