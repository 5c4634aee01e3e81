"""Writes trained weights as the library reads them (`stenometry.network/1`) and as ONNX for cross checks.

    export.py WEIGHTS.pt OUT.stn [--onnx OUT.onnx] [--size 512]

Batch normalisation is folded into the convolutions and weights are rounded to half precision, in both files alike.
"""
import argparse
import json
import struct

import numpy as np
import torch
from torch import nn

from network import INPUT_CHANNELS, OPERATIONS, Network, cost

MAGIC = b"STNNET01"
KINDS = {"input": 0, "conv": 1, "up": 2, "concat": 3, "sum": 4}


def folded(model):
    """Weight (rounded to half precision) and bias of every convolution by name, batch normalisation included."""
    layers = {}
    for name, layer in model.layers.items():
        if isinstance(layer, nn.Conv2d):
            weight, bias = layer.weight, layer.bias
        else:
            conv, norm = layer[0], layer[1]
            scale = norm.weight / torch.sqrt(norm.running_var + norm.eps)
            weight, bias = conv.weight * scale[:, None, None, None], norm.bias - norm.running_mean * scale
        layers[name] = weight.detach().half().float(), bias.detach().float()
    return layers


def plain(model):
    """The same network without batch normalisation, with the weights that are written."""
    result = Network()
    for name, (weight, bias) in folded(model).items():
        layer = result.layers[name]
        conv = layer if isinstance(layer, nn.Conv2d) else layer[0]
        simple = nn.Conv2d(conv.in_channels, conv.out_channels, conv.kernel_size, conv.stride, conv.padding)
        simple.weight, simple.bias = nn.Parameter(weight), nn.Parameter(bias)
        result.layers[name] = simple if layer is conv else nn.Sequential(simple, nn.ReLU())
    return result.eval()


def write_network(path, model):
    """See the class `Network` of the library for the format; little-endian throughout."""
    layers, index = folded(model), {"input": 0}
    with open(path, "wb") as out:
        out.write(MAGIC + struct.pack("<I", len(OPERATIONS) + 1))
        out.write(struct.pack("<BI", KINDS["input"], INPUT_CHANNELS))
        for number, (name, kind, *rest) in enumerate(OPERATIONS, 1):
            index[name] = number
            out.write(struct.pack("<B", KINDS[kind]))
            if kind == "conv":
                source, channels, kernel, stride, relu = rest
                weight, bias = layers[name]
                out.write(struct.pack("<IIIIB", index[source], channels, kernel, stride, relu))
                out.write(weight.numpy().astype("<f2").tobytes() + bias.numpy().astype("<f4").tobytes())
            elif kind == "concat":
                out.write(struct.pack(f"<I{len(rest)}I", len(rest), *(index[r] for r in rest)))
            else:
                out.write(struct.pack(f"<{len(rest)}I", *(index[r] for r in rest)))


def read_network(path):
    """What `write_network` wrote, run as the library runs it: a function of channels that gives logits at half resolution."""
    data = open(path, "rb").read()
    assert data[:8] == MAGIC
    at = 8

    def take(form):
        nonlocal at
        values = struct.unpack_from("<" + form, data, at)
        at += struct.calcsize("<" + form)
        return values

    def array(form, shape):
        nonlocal at
        values = np.frombuffer(data, form, int(np.prod(shape)), at).reshape(shape)
        at += values.nbytes
        return torch.from_numpy(values.astype(np.float32))

    operations, channels = [], []
    for _ in range(take("I")[0]):
        kind = take("B")[0]
        if kind == KINDS["input"]:
            channels.append(take("I")[0])
            operations.append((kind,))
        elif kind == KINDS["conv"]:
            source, out, kernel, stride, relu = take("IIIIB")
            weight = array("<f2", (out, channels[source], kernel, kernel))
            operations.append((kind, source, weight, array("<f4", (out,)), stride, relu))
            channels.append(out)
        else:
            count = take('I')[0] if kind == KINDS['concat'] else 2 if kind == KINDS['sum'] else 1
            inputs = take(f'{count}I')
            operations.append((kind, inputs))
            channels.append(sum(channels[i] for i in inputs) if kind == KINDS["concat"] else channels[inputs[0]])
    assert at == len(data)
    return lambda x: run(operations, x)


def run(operations, x):
    values = []
    for kind, *rest in operations:
        if kind == KINDS["input"]:
            values.append(x)
        elif kind == KINDS["conv"]:
            source, weight, bias, stride, relu = rest
            y = nn.functional.conv2d(values[source], weight, bias, stride, weight.shape[2] // 2)
            values.append(y.relu() if relu else y)
        elif kind == KINDS["up"]:
            values.append(nn.functional.interpolate(values[rest[0][0]], scale_factor=2, mode="bilinear", align_corners=False))
        elif kind == KINDS["concat"]:
            values.append(torch.cat([values[i] for i in rest[0]], 1))
        else:
            values.append(values[rest[0][0]] + values[rest[0][1]])
    return values[-1]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("weights")
    parser.add_argument("out")
    parser.add_argument("--onnx")
    parser.add_argument("--size", type=int, default=512, help="side of the ONNX file's input")
    o = parser.parse_args()
    trained = torch.load(o.weights)
    model = Network()
    model.load_state_dict(trained["state"])
    model.eval()
    write_network(o.out, model)
    example = torch.randn(1, INPUT_CHANNELS, o.size, o.size, generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        expected, simple = model(example), plain(model)
        written = read_network(o.out)(example)
        # Against the model as trained: what rounding to half precision costs. Against the plain one: nothing.
        assert torch.allclose(written, simple(example), atol=1e-4)
        print(f"largest change of a logit by half precision: {(written - expected).abs().max():.4f}")
        if o.onnx:
            torch.onnx.export(simple, example, o.onnx, input_names=["channels"], output_names=["logits"], opset_version=11)
    parameters, operations = cost()
    with open(o.out.rsplit(".", 1)[0] + ".json", "w") as out:
        json.dump({"format": "stenometry.network/1", "parameters": parameters, "multiply_accumulates_512": operations,
                   "step": trained["step"], "validation": trained["figures"], "options": trained["options"]}, out, indent=1)


if __name__ == "__main__":
    main()
