"""Trains the network on rendered frames alone. Beside the weights it keeps the log and the validation curve.

    train.py --plain DIR --devices DIR --validation DIR --out DIR [--steps N]

Every number follows from the seed and the step, and the schedule from the steps, never from the clock.
"""
import argparse
import json
import math
import os
import time

import numpy as np
import torch
from torch.nn import functional as F

from measures import area_under_roc, best_dice
from network import CLASSES, Guided, Network, full_resolution
from renders import IGNORE, NO_ARTERY, Renders, Unchanged
from unfold import unfolded


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--plain", required=True, nargs="+", help="renders without devices")
    parser.add_argument("--devices", required=True, nargs="+", help="renders with catheters and devices")
    parser.add_argument("--drawn", nargs="*", default=[], help="real frames with labels, as drawn.py makes them")
    parser.add_argument("--drawn-share", type=float, default=0.5, help="of all frames, where there are any")
    parser.add_argument("--validation", required=True, help="renders of other seeds")
    parser.add_argument("--out", required=True)
    parser.add_argument("--steps", type=int, default=6000)
    parser.add_argument("--stop", type=int, help="end after so many steps of the schedule")
    parser.add_argument("--batch", type=int, default=6)
    parser.add_argument("--rate", type=float, default=3e-3, help="highest learning rate")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--side", type=int, default=256, help="of what is seen of a frame at a time, a multiple of 32")
    parser.add_argument("--workers", type=int, default=2, help="processes, each of which takes `batch` frames a step")
    parser.add_argument("--meet", type=int, default=10, help="steps between meetings of the workers")
    parser.add_argument("--keep", type=float, default=0.998, help="of the mean of the weights, a step")
    parser.add_argument("--every", type=int, default=200, help="steps between validations and checkpoints")
    parser.add_argument("--start", help="weights (.pt or .stn) to go on from")
    parser.add_argument("--catheter", type=float, default=2.0, help="weight of the catheter's pixels; 1 of the background's")
    parser.add_argument("--guide", type=float, default=1.0, help="weight of what the coarse level says")
    parser.add_argument("--first-share", type=float, default=0.3, help="share of renders with devices at the start")
    parser.add_argument("--last-share", type=float, default=0.75, help="the same from half of the steps on")
    return parser.parse_args()


def learning_rate(step, o):
    """Rises over the first twentieth, then falls as half a cosine."""
    return o.rate * min(1.0, 20 * (step + 1) / o.steps) * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * step / o.steps)))


def device_share(step, o):
    """Devices hurt a young network: few of them first, most of the frames hold some at the end."""
    return o.first_share + (o.last_share - o.first_share) * min(1.0, step / (0.5 * o.steps))


def loss_of(logits, label, catheter):
    """Cross entropy, arteries and catheters counted more, and one minus the soft Dice of the artery."""
    weights = torch.tensor([1.0, 1.5, catheter, 1.5])
    log_p = logits.log_softmax(1)
    # Where all that is known is that there is no artery, the other classes share the pixel as they like.
    other = torch.cat([log_p[:, :1], log_p[:, 2:]], 1).logsumexp(1)
    known = torch.where(label >= NO_ARTERY, 0, label)
    log_likelihood = torch.where(label == NO_ARTERY, other, log_p.gather(1, known[:, None])[:, 0])
    weight = weights[known] * (label != IGNORE)
    entropy = -(weight * log_likelihood).sum() / weight.sum().clamp(min=1)
    artery, truth = log_p[:, 1].exp() * (label != IGNORE), (label == 1).float()
    dice = (2 * (artery * truth).sum() + 1) / (artery.sum() + truth.sum() + 1)
    return entropy + 0.3 * (1 - dice)


def guide_loss(guide, label):
    """Whether each square holds artery, catheter or device; ignored pixels hold nothing."""
    holds = torch.stack([(label == k).float() for k in range(1, len(CLASSES))], 1)
    return F.binary_cross_entropy_with_logits(guide, F.max_pool2d(holds, Guided.SQUARE))


class Average:
    """Exponential mean of the weights, which is what is kept: it validates better than any one step."""

    def __init__(self, model, decay):
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
    with torch.no_grad():
        for channels, label in torch.utils.data.DataLoader(Unchanged(folder), batch_size=8):
            p = full_resolution(model(channels)).softmax(1)
            counts = label != IGNORE
            probabilities.append(p.permute(0, 2, 3, 1)[counts].numpy())
            labels.append(label[counts].numpy())
    p, label = np.concatenate(probabilities), np.concatenate(labels)
    figures = {"auc": area_under_roc(p[:, 1], label == 1), "dice": best_dice(p[:, 1], label == 1)[0]}
    for k, name in enumerate(CLASSES[2:], 2):
        figures[f"{name}_dice"] = best_dice(p[:, k], label == k)[0]
    return figures


class Together:
    """Workers that learn on their own and share the mean of their weights now and then.

    Each works with one thread and waits for no other between two meetings: on a machine that is busy with other things too
    that is twice as fast as two threads in one step. What comes out depends on the number of workers, not on their pace.
    """

    def __init__(self, workers, size):
        self.weights = torch.zeros(workers, size).share_memory_()
        self.barrier = torch.multiprocessing.get_context("spawn").Barrier(workers)

    def meet(self, rank, model):
        tensors = [t for t in model.state_dict().values() if t.dtype.is_floating_point]
        self.weights[rank] = torch.cat([t.flatten() for t in tensors])
        self.barrier.wait()
        mean = self.weights.mean(0)
        for tensor, part in zip(tensors, mean.split([t.numel() for t in tensors])):
            tensor.copy_(part.view_as(tensor))
        self.barrier.wait()


class Record:
    """The log, the validation curve and the weights so far."""

    def __init__(self, o):
        self.o, self.began, self.losses = o, time.time(), []
        self.log = open(f"{o.out}/log.txt", "w")
        self.curve = open(f"{o.out}/curve.csv", "w")
        print("step,seconds,loss,auc,dice,catheter_dice,device_dice", file=self.curve, flush=True)
        print(json.dumps(vars(o)), file=self.log, flush=True)

    def step(self, number, loss):
        self.losses.append(loss)
        if number % 50 == 0:
            print(f"step {number} loss {np.mean(self.losses[-50:]):.4f} seconds {time.time() - self.began:.0f}",
                  file=self.log, flush=True)

    def keep(self, number, state):
        figures = validate(state, self.o.validation)
        path = f"{self.o.out}/weights.pt"
        torch.save({"state": state, "step": number, "figures": figures, "options": vars(self.o)}, path + ".part")
        os.replace(path + ".part", path)
        row = [float(np.mean(self.losses[-self.o.every :])), *figures.values()]
        print(number, round(time.time() - self.began), *(f"{v:.5f}" for v in row), sep=",", file=self.curve, flush=True)


def new_model(o):
    torch.manual_seed(o.seed)
    model = Guided()
    if o.start and o.start.endswith(".stn"):
        frames = Renders(o, 24, lambda _: o.last_share)
        model.network = unfolded(o.start, batch(frames, 0, len(frames))[0])
    elif o.start:
        model.network.load_state_dict(torch.load(o.start)["state"])
    return model.to(memory_format=torch.channels_last)


def batch(frames, first, size):
    """Examples `first`.. of `frames`."""
    channels, labels = zip(*(frames[i] for i in range(first, first + size)))
    return (torch.from_numpy(np.stack(channels)).to(memory_format=torch.channels_last),
            torch.from_numpy(np.stack(labels)))


def learn(model, optimiser, channels, label, o):
    logits, guide = model(channels)
    loss = loss_of(full_resolution(logits), label, o.catheter) + o.guide * guide_loss(guide, label)
    optimiser.zero_grad(set_to_none=True)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 2.0)
    optimiser.step()
    return loss.item()


def work(rank, o, together):
    torch.set_num_threads(1)
    model = new_model(o)
    optimiser = torch.optim.AdamW(model.parameters(), weight_decay=1e-4)
    average, record = Average(model.network, o.keep ** o.meet), Record(o) if rank == 0 else None
    share = lambda i: device_share(i / (o.batch * o.workers), o)
    frames = Renders(o, o.steps * o.workers * o.batch, share)
    last = o.stop or o.steps
    for step in range(last):
        for group in optimiser.param_groups:
            group["lr"] = learning_rate(step, o)
        loss = learn(model, optimiser, *batch(frames, (step * o.workers + rank) * o.batch, o.batch), o)
        done = step + 1
        if done % o.meet == 0:
            together.meet(rank, model)
            average.update(model.network, done // o.meet)
        if record:
            record.step(done, loss)
            if done % o.every == 0 or done == last:
                record.keep(done, average.state)


def main():
    o = arguments()
    os.makedirs(o.out, exist_ok=True)
    size = sum(t.numel() for t in Guided().state_dict().values() if t.dtype.is_floating_point)
    torch.multiprocessing.spawn(work, (o, Together(o.workers, size)), o.workers)


if __name__ == "__main__":
    main()
