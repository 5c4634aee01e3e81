"""Figures of how well a probability tells one class from the rest."""
import numpy as np


def area_under_roc(score, truth):
    """Probability that a pixel of the class scores above one that is not of it; NaN where either is missing."""
    order = np.argsort(score, kind="stable")
    _, inverse, count = np.unique(score[order], return_inverse=True, return_counts=True)
    rank = (np.cumsum(count) - (count - 1) / 2)[inverse]
    inside = truth[order]
    n = int(inside.sum())
    if n == 0 or n == len(inside):
        return float("nan")
    return float((rank[inside].sum() - n * (n + 1) / 2) / (n * (len(inside) - n)))


def best_dice(probability, truth, steps=200):
    """Highest Dice over `steps` thresholds between 0 and 1, and that threshold."""
    bins = np.minimum((probability * steps).astype(int), steps - 1)
    hits = np.cumsum(np.bincount(bins[truth], minlength=steps)[::-1])[::-1]
    taken = np.cumsum(np.bincount(bins, minlength=steps)[::-1])[::-1]
    dice = 2 * hits / np.maximum(1, taken + truth.sum())
    best = int(np.argmax(dice))
    return float(dice[best]), best / steps
