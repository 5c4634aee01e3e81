"""Fits the confidence of lesions: how likely an expert would call a narrowing a lesion.

    lesion_confidence.py --rendered TERMS.csv --arcade TERMS.csv --regions FOLDER

The CSV files are what `lesion_terms` writes: of frames rendered by `stenometry phantom --kind cath-lab`, each with its truth
as NAME.json beside it, and of real frames. FOLDER has their images/ and mask_derived/, the regions that experts drew.

A logistic regression on the terms. Rendered and real narrowings weigh the same as groups. How many narrowings there are to a
lesion depends on the picture and on the least that is listed, and is no property of lesions: so the
ones that are none weigh twice as much as those that are, and a confidence of a half means even odds where they are that frequent.
"""
import argparse
import json
import os

import cv2
import numpy as np

TERMS = ("size", "from_end", "sides", "significance", "disagreement", "evidence", "depth")
REACH_PX = 8      # of a drawn region
LEAST_PERCENT = 25
OTHERS = 2.0      # narrowings that are no lesion to one that is
RIDGE = 4.0       # in units of one observation of a standardised term


def rows_of(file):
    for line in open(file):
        path, *numbers = line.rsplit(",", 3 + len(TERMS))
        yield path, np.array([float(n) for n in numbers])


def drawn_regions(path, folder):
    """Region by pixel, 0 for none, each wider by `REACH_PX`."""
    mask = cv2.imread(f"{folder}/mask_derived/{os.path.basename(path)}", 0) > 127
    count, parts = cv2.connectedComponents(mask.astype(np.uint8))
    wide, disk = np.zeros(mask.shape, np.int32), cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * REACH_PX + 1,) * 2)
    for k in range(1, count):
        wide[cv2.dilate((parts == k).astype(np.uint8), disk) > 0] = k
    return wide, count - 1


class Narrowings:
    """Terms and truths, with which lesion of which image each hits."""

    def __init__(self):
        self.terms, self.hits, self.images, self.lesions, self.percent = [], [], [], 0, []

    def add(self, image, terms, hit, percent):
        self.terms.append(terms), self.hits.append(hit), self.images.append(image), self.percent.append(percent)

    def arrays(self):
        self.terms, self.images = np.array(self.terms), np.array(self.images)
        self.true = np.array([h > 0 for h in self.hits], float)
        return self


def real(file, folder):
    found, cache = Narrowings(), {}
    for path, (x, y, percent, *terms) in rows_of(file):
        if path not in cache:
            cache[path] = *drawn_regions(path, folder), len(cache)
            found.lesions += cache[path][1]
        if percent < LEAST_PERCENT:
            continue
        wide, _, image = cache[path]
        row, column = (int(np.clip(round(v), 0, n - 1)) for v, n in zip((y, x), wide.shape))
        found.add(image, terms, int(wide[row, column]), percent)
    return found.arrays()


def rendered(file):
    found, cache = Narrowings(), {}
    for path, (x, y, percent, *terms) in rows_of(file):
        if path not in cache:
            truth = json.load(open(path[:-4] + ".json"))
            lesions = [s for v in truth["vessels"] for s in v["lesions"] if s["percent_ds"] >= LEAST_PERCENT]
            cache[path] = truth["pixel_mm"], lesions, len(cache)
            found.lesions += len(lesions)
        if percent < LEAST_PERCENT:
            continue
        pixel_mm, lesions, image = cache[path]
        hit = 0
        for k, s in enumerate(lesions, 1):
            if np.hypot(x - s["at_px"][0], y - s["at_px"][1]) * pixel_mm < max(2.0, 0.5 * s["length_mm"]):
                hit = k
        found.add(image, terms, hit, percent)
    return found.arrays()


def fit(x, y, weight):
    """Weights of standardised terms and the offset; Newton's method."""
    x = np.c_[x, np.ones(len(x))]
    w, ridge = np.zeros(x.shape[1]), np.diag([RIDGE] * (x.shape[1] - 1) + [0.0])
    for _ in range(50):
        p = 1 / (1 + np.exp(-x @ w))
        w -= np.linalg.solve((x * (weight * p * (1 - p))[:, None]).T @ x + ridge, x.T @ (weight * (p - y)) + ridge @ w)
    return w


def balanced(true):
    """As if there were `OTHERS` to a lesion; the mean is 1."""
    return np.where(true > 0, 1 / true.mean(), OTHERS / (1 - true.mean())) / (1 + OTHERS)


def score(found, confidence, least=0.5):
    use = confidence >= least
    hits = {(i, h) for i, h, u in zip(found.images, found.hits, use) if u and h}
    precision = found.true[use].mean() if use.any() else 0.0
    recall = len(hits) / max(1, found.lesions)
    return {"marks_per_image": round(use.sum() / (found.images.max() + 1), 2), "recall": round(recall, 3),
            "precision": round(float(precision), 3), "f1": round(float(2 * recall * precision / max(1e-9, recall + precision)), 3)}


def reliability(found, confidence):
    weight = balanced(found.true)
    for low in np.arange(0, 1, 0.2):
        use = (confidence >= low) & (confidence < low + 0.2)
        if use.any():
            print(f"  {low:.1f} to {low + 0.2:.1f}: {use.sum():5d} narrowings, mean confidence "
                  f"{np.average(confidence[use], weights=weight[use]):.2f}, lesions "
                  f"{np.average(found.true[use], weights=weight[use]):.2f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rendered", required=True)
    parser.add_argument("--arcade", required=True)
    parser.add_argument("--regions", required=True)
    parser.add_argument("--folds", type=int, default=10, help="of images, for the figures")
    o = parser.parse_args()
    groups = {"rendered": rendered(o.rendered), "real": real(o.arcade, o.regions)}
    x = np.concatenate([g.terms for g in groups.values()])
    y = np.concatenate([g.true for g in groups.values()])
    weight = np.concatenate([balanced(g.true) * len(x) / (len(groups) * len(g.true)) for g in groups.values()])
    middle, spread = x.mean(0), x.std(0)
    z = (x - middle) / spread
    fold = np.concatenate([g.images % o.folds for g in groups.values()])
    held_out = np.zeros(len(x))
    for k in range(o.folds):
        w = fit(z[fold != k], y[fold != k], weight[fold != k])
        held_out[fold == k] = 1 / (1 + np.exp(-(z[fold == k] @ w[:-1] + w[-1])))
    begin = 0
    for name, group in groups.items():
        confidence, begin = held_out[begin : begin + len(group.true)], begin + len(group.true)
        print(name, len(group.true), "narrowings,", group.lesions, "lesions; held out:", score(group, confidence))
        print("  at other thresholds:", {t: score(group, confidence, t)["f1"] for t in (0.3, 0.4, 0.6, 0.7)})
        reliability(group, confidence)
    w = fit(z, y, weight)
    print("standardised", {t: round(float(v), 2) for t, v in zip(TERMS, w)})
    print("weights", ", ".join(f"{v:.3f}" for v in w[:-1] / spread), "offset", f"{w[-1] - (w[:-1] * middle / spread).sum():.3f}")


if __name__ == "__main__":
    main()
