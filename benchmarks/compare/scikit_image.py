#!/usr/bin/env python3
"""Times scikit-image on the image that the comparison wrote, on one thread.

  scikit_image.py FOLDER

FOLDER holds task.json (width, height, sigmas, beta, gamma, repetitions), image.f32 and mask.u8; response.f32 and
answer.json (milliseconds of each repetition) are written beside them.
"""
import json
import os
import sys
import time

for library in ("OMP", "OPENBLAS", "MKL"):
    os.environ[f"{library}_NUM_THREADS"] = "1"
import numpy as np
from skimage.filters import frangi
from skimage.morphology import skeletonize


def timed(work, repetitions):
    """The result, and the milliseconds that each repetition took."""
    milliseconds = []
    for _ in range(repetitions):
        start = time.perf_counter()
        result = work()
        milliseconds.append(1e3 * (time.perf_counter() - start))
    return result, milliseconds


folder = sys.argv[1]
with open(f"{folder}/task.json") as file:
    task = json.load(file)
shape = (task["height"], task["width"])
image = np.fromfile(f"{folder}/image.f32", np.float32).reshape(shape)
mask = np.fromfile(f"{folder}/mask.u8", np.uint8).reshape(shape) > 0
response, frangi_ms = timed(
    lambda: frangi(image, sigmas=task["sigmas"], beta=task["beta"], gamma=task["gamma"], black_ridges=False,
                   mode="nearest"), task["repetitions"])
_, thinning_ms = timed(lambda: skeletonize(mask), task["repetitions"])
response.astype(np.float32).tofile(f"{folder}/response.f32")
with open(f"{folder}/answer.json", "w") as file:
    json.dump({"frangi_ms": frangi_ms, "thinning_ms": thinning_ms}, file)
