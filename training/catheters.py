"""The course of the catheter in a real frame whose arteries were drawn: from the drawn tree to the border of the field.

Nobody draws catheters. But a catheter ends in the ostium and comes in from above, or from the side where the aorta lies, so
that the cheapest way along ridges from the drawn tree to that border is its course, if it is cheap enough.
"""
import cv2
import numpy as np

SIDE = 256            # courses are looked for in the picture at this size
RIDGE_SIGMAS = (1.2, 1.8, 2.5)
OFF_RIDGE = 12.5      # price of a pixel without a ridge; on a clear one it is 0.5
DEAREST = 0.72        # mean price of a pixel of a course
ROUNDS = 900          # sweeps until no way gets cheaper
FAR = 1e6
NEAR_BORDER_PX = 7    # a course crosses the border, it does not follow it
MOST_NEAR_BORDER = 16


def ridges(image):
    """How far dark ridges stand out of those around them."""
    out = np.zeros(image.shape, np.float32)
    for sigma in RIDGE_SIGMAS:
        smooth = cv2.GaussianBlur(image, (0, 0), sigma)
        xx, yy, xy = (cv2.Sobel(smooth, cv2.CV_32F, dx, dy, ksize=3) for dx, dy in ((2, 0), (0, 2), (1, 1)))
        half = np.sqrt((xx - yy) ** 2 / 4 + xy**2) / 4
        middle = (xx + yy) / 8
        out = np.maximum(out, sigma**2 * np.maximum(0, middle + half - np.abs(middle - half)))
    around = np.sqrt(1e-6 + np.maximum(0, cv2.boxFilter(out * out, -1, (41, 41))))
    return out / (around + 0.3 * np.sqrt((out * out).mean()) + 1e-6)


NEIGHBOURS = [(dy, dx) for dy in (-1, 0, 1) for dx in (-1, 0, 1) if dy or dx]


def price_from(tree, cost):
    """The cheapest way from the tree to each pixel: Bellman and Ford, all pixels at once."""
    price = np.where(tree, 0, FAR).astype(np.float32)
    wide = np.full((price.shape[0] + 2, price.shape[1] + 2), FAR, np.float32)
    for _ in range(ROUNDS):
        wide[1:-1, 1:-1] = price
        best = price
        for dy, dx in NEIGHBOURS:
            moved = wide[1 + dy : wide.shape[0] - 1 + dy, 1 + dx : wide.shape[1] - 1 + dx]
            best = np.minimum(best, moved + cost * np.hypot(dy, dx))
        if np.array_equal(best, price):
            break
        price = best
    return price


def way_back(price, at):
    """Pixels (y, x) from a pixel to the tree."""
    way = [at]
    while price[at] > 0:
        y, x = at
        around = [(y + dy, x + dx) for dy, dx in NEIGHBOURS if 0 <= y + dy < SIDE and 0 <= x + dx < SIDE]
        at = min(around, key=lambda p: price[p])
        way.append(at)
    return way


def field_border(image):
    """Distance from what shutters and collimators leave black, or from the picture's border."""
    smooth = cv2.GaussianBlur(image, (0, 0), 2)
    dark = np.pad((smooth < 0.5 * np.median(smooth)).astype(np.uint8), 1, constant_values=1)
    _, parts = cv2.connectedComponents(dark, connectivity=4)
    return cv2.distanceTransform((parts != parts[0, 0]).astype(np.uint8), cv2.DIST_L2, 5)[1:-1, 1:-1]


def may_enter(y, x):
    return y < 0.35 * SIDE or (x < 0.3 * SIDE and y < 0.75 * SIDE)


def course(image, drawn, valid):
    """Points (y, x) of the catheter in pixels of `image`, from the border to the drawn tree; None where none is clear."""
    small = cv2.resize(image, (SIDE, SIDE), interpolation=cv2.INTER_AREA).astype(np.float32)
    tree = cv2.resize(drawn * 255, (SIDE, SIDE), interpolation=cv2.INTER_AREA) > 127
    inside = cv2.resize(valid, (SIDE, SIDE), interpolation=cv2.INTER_NEAREST) > 0
    cost = 1 / (1 / OFF_RIDGE + np.minimum(ridges(np.log(small + 20) * 50), 2.0))
    cost[~inside] = 4 * OFF_RIDGE
    price = price_from(tree, cost)
    rim = cv2.distanceTransform(np.pad(inside.astype(np.uint8), 1), cv2.DIST_L2, 5)[1:-1, 1:-1]
    best = None
    for y, x in zip(*np.where((rim <= 4) & inside)):
        if not may_enter(y, x) or price[y, x] > 1400:
            continue
        way = way_back(price, (y, x))
        mean = price[y, x] / len(way)
        if len(way) >= 12 and (best is None or mean + 6 / len(way) < best[0]):
            best = mean + 6 / len(way), mean, way
    if best is None or best[1] > DEAREST:
        return None
    near = np.array([field_border(small)[p] for p in best[2]]) < NEAR_BORDER_PX
    if near.sum() > MOST_NEAR_BORDER or near[len(near) // 2 :].all():
        return None
    scale = np.array(image.shape) / SIDE
    return (np.array(best[2]) + 0.5) * scale - 0.5
