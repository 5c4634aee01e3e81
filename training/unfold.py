"""Training goes on from weights as the library reads them: batch normalisation is put back without changing the network.

A folded convolution gives y + b. Normalised over frames that are typical, with the standard deviation of y as its scale and
b plus the mean of y as its offset, it gives the same.
"""
import struct

import numpy as np
import torch
from torch import nn

from export import KINDS, MAGIC
from network import OPERATIONS, Network


def folded_weights(path):
    """Weight and bias of every convolution of a file, by name; the file must hold the network of `network.py`."""
    data = open(path, "rb").read()
    assert data[:8] == MAGIC
    at = 8 + 4 + 5  # magic, number of operations, the input
    layers, channels = {}, {"input": struct.unpack_from("<I", data, 13)[0]}
    for name, kind, *rest in OPERATIONS:
        assert data[at] == KINDS[kind], f"{path} holds another network"
        at += 1
        if kind == "conv":
            source, out, kernel, _, _ = rest
            at += 17
            shape = (out, channels[source], kernel, kernel)
            weight = np.frombuffer(data, "<f2", int(np.prod(shape)), at).reshape(shape).astype(np.float32)
            bias = np.frombuffer(data, "<f4", out, at + 2 * weight.size)
            at += 2 * weight.size + 4 * out
            layers[name] = torch.from_numpy(weight), torch.from_numpy(bias.copy())
            channels[name] = out
        else:
            at += 4 * (len(rest) + (kind == "concat"))
            widths = [channels[r] for r in rest]
            channels[name] = sum(widths) if kind == "concat" else widths[0]
    assert at == len(data)
    return layers


def unfolded(path, examples):
    """A network that computes what the file says, ready to be trained; `examples` are typical inputs."""
    network = Network()
    for name, (weight, bias) in folded_weights(path).items():
        layer = network.layers[name]
        conv = layer if isinstance(layer, nn.Conv2d) else layer[0]
        conv.weight.data.copy_(weight)
        if conv is layer:
            conv.bias.data.copy_(bias)
        else:
            restore(layer[1], conv, bias)
    network.train()
    with torch.no_grad():
        network(examples)
    for layer in network.layers.values():
        if isinstance(layer, nn.Sequential):
            layer[1].momentum = 0.1
    return network


def restore(norm, conv, bias):
    """Sets scale and offset from the first batch that comes through."""

    def first(_, inputs, output):
        spread, mean = torch.var_mean(output, (0, 2, 3), unbiased=False)
        norm.weight.data.copy_(torch.sqrt(spread + norm.eps))
        norm.bias.data.copy_(mean + bias)
        hook.remove()

    norm.momentum = 1.0  # the statistics of these examples, whole
    hook = conv.register_forward_hook(first)
