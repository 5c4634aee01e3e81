"""Trains the network on rendered frames alone. Beside the weights it keeps the log and the validation curve.

    train.py --plain DIR --devices DIR --validation DIR --out DIR [--steps N]

Every number follows from the seed and the step, and the schedule from the steps, never from the clock.
"""
import argparse
import csv
import json
import math
import os
import time

import numpy as np
import torch
from torch.nn import functional as F

from measures import area_under_roc, best_dice
from network import CLASSES, Network, full_resolution
from renders import IGNORE, Renders


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--plain", required=True, help="renders without devices")
    parser.add_argument("--devices", required=True, help="renders with catheters and devices")
    parser.add_argument("--validation", required=True, help="renders of other seeds")
    parser.add_argument("--out", required=True)
    parser.add_argument("--steps", type=int, default=6000)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--rate", type=float, default=3e-3, help="highest learning rate")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--every", type=int, default=250, help="steps between validations and checkpoints")
    parser.add_argument("--start", help="weights (.pt) to go on from")
    parser.add_argument("--first-share", type=float, default=0.3, help="share of renders with devices at the start")
    return parser.parse_args()


def learning_rate(step, o):
    """Rises over the first 200 steps, then falls as half a cosine."""
    return o.rate * min(1.0, (step + 1) / 200) * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * step / o.steps)))


def device_share(step, o):
    """Devices hurt a young network: few of them first, most of the frames hold some at the end."""
    return o.first_share + (0.75 - o.first_share) * min(1.0, step / (0.5 * o.steps))


def loss_of(logits, label):
    """Cross entropy, arteries and catheters counted more, and one minus the soft Dice of the artery."""
    weights = torch.tensor([1.0, 1.5, 2.0, 1.5])
    entropy = F.cross_entropy(logits, label, weight=weights, ignore_index=IGNORE)
    counts = label != IGNORE
    artery, truth = logits.softmax(1)[:, 1] * counts, (label == 1).float()
    dice = (2 * (artery * truth).sum() + 1) / (artery.sum() + truth.sum() + 1)
    return entropy + 0.3 * (1 - dice)


class Average:
    """Exponential mean of the weights, which is what is kept: it validates better than any one step."""

    def __init__(self, model, decay=0.998):
        self.decay, self.state = decay, {k: v.clone() for k, v in model.state_dict().items()}

    def update(self, model, step):
        decay = min(self.decay, (step + 1) / (step + 10))
        for key, value in model.state_dict().items():
            if value.dtype.is_floating_point:
                self.state[key].mul_(decay).add_(value, alpha=1 - decay)
            else:
                self.state[key].copy_(value)


def validate(state, folder):
    """Area under the curve and best Dice of the artery, and Dice of catheter and devices, over all pixels."""
    model = Network()
    model.load_state_dict(state)
    model.eval()
    probabilities, labels = [], []
    frames = Renders([folder], len(np.load(f"{folder}/images.npy", mmap_mode="r")), 0, augment=False)
    with torch.no_grad():
        for channels, label in torch.utils.data.DataLoader(frames, batch_size=8):
            p = full_resolution(model(channels)).softmax(1)
            counts = label != IGNORE
            probabilities.append(p.permute(0, 2, 3, 1)[counts].numpy())
            labels.append(label[counts].numpy())
    p, label = np.concatenate(probabilities), np.concatenate(labels)
    figures = {"auc": area_under_roc(p[:, 1], label == 1), "dice": best_dice(p[:, 1], label == 1)[0]}
    for k, name in enumerate(CLASSES[2:], 2):
        figures[f"{name}_dice"] = best_dice(p[:, k], label == k)[0]
    return figures


def main():
    o = arguments()
    os.makedirs(o.out, exist_ok=True)
    torch.manual_seed(o.seed)
    torch.set_num_threads(o.threads)
    model = Network()
    if o.start:
        model.load_state_dict(torch.load(o.start)["state"])
    model = model.to(memory_format=torch.channels_last)
    optimiser = torch.optim.AdamW(model.parameters(), weight_decay=1e-4)
    average = Average(model)
    frames = Renders([o.plain, o.devices], o.steps * o.batch, o.seed, lambda i: device_share(i / o.batch, o))
    loader = torch.utils.data.DataLoader(frames, batch_size=o.batch, num_workers=1, prefetch_factor=8)
    curve = csv.writer(open(f"{o.out}/curve.csv", "w", newline=""))
    curve.writerow(["step", "seconds", "loss", "auc", "dice", "catheter_dice", "device_dice"])
    log = open(f"{o.out}/log.txt", "w")
    print(json.dumps(vars(o)), file=log, flush=True)
    began, losses = time.time(), []
    for step, (channels, label) in enumerate(loader):
        for group in optimiser.param_groups:
            group["lr"] = learning_rate(step, o)
        logits = full_resolution(model(channels.to(memory_format=torch.channels_last)))
        loss = loss_of(logits, label)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 2.0)
        optimiser.step()
        average.update(model, step)
        losses.append(loss.item())
        if (step + 1) % 50 == 0:
            print(f"step {step + 1} loss {np.mean(losses[-50:]):.4f} seconds {time.time() - began:.0f}", file=log, flush=True)
        if (step + 1) % o.every == 0 or step + 1 == o.steps:
            figures = validate(average.state, o.validation)
            torch.save({"state": average.state, "step": step + 1, "figures": figures, "options": vars(o)},
                       f"{o.out}/weights.pt.part")
            os.replace(f"{o.out}/weights.pt.part", f"{o.out}/weights.pt")
            curve.writerow([step + 1, round(time.time() - began), round(float(np.mean(losses[-o.every:])), 5)]
                           + [round(v, 5) for v in figures.values()])
            print(f"step {step + 1} {figures}", file=log, flush=True)


if __name__ == "__main__":
    main()
