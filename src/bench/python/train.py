"""What a Python team would write instead of `./residua train`: the same network and losses with
PyTorch in single precision, one fused Adam, batches prepared by a thread of their own.

Prints milliseconds per step as JSON; the first fifth of the steps warms up and does not count. First it
repeats one step of the product, from the same weights on the same frames, and ends with an error where
losses or moved weights differ. Run by `residua bench train --versus python`.
"""

import argparse
import json
import math
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import modules

# Modules and the Debian packages that have them.
NEEDED = {"numpy": "python3-numpy", "torch": "python3-torch libopenblas0-pthread"}
LOSS_TOLERANCE = 1e-3  # relative
MOVED_ALIKE = 0.99  # least share of the weights that one step moves alike
DRAWS = 100  # of the permutations that the discrepancy depends on
MOST_DEVIATIONS = 6  # standard deviations of the discrepancy over these draws


class Differs(ValueError):
    """This program computes something else than the product."""


def has_fast_blas(torch):
    """Debian's PyTorch runs with the reference BLAS, which takes several times as long, if no other is there."""
    with open("/proc/self/maps") as maps:
        libraries = maps.read()
    return torch.backends.mkl.is_available() or "openblas" in libraries or "blis" in libraries


def median(values):
    return sorted(values)[len(values) // 2]


def learning_rate(highest, step, steps):
    """Linear warm-up over 5 % of the steps, flat to 30 %, then half a cosine down to 2 %."""
    done = (step + 1) / steps
    if done < 0.05:
        return highest * done / 0.05
    if done < 0.3:
        return highest
    part = min(1.0, (done - 0.3) / 0.7)
    return highest * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * part)))


def cooled(done):
    return 0.1 ** min(1.0, done / 0.75)


class Feeder:
    """Prepares the next batch while a step runs; blocks of 4x4 pixels are channels."""

    def __init__(self, np, blocks, mean, labels, labelled, options):
        self.np, self.blocks, self.mean = np, blocks, mean
        self.labels, self.labelled, self.options = labels, labelled, options
        self.random = np.random.default_rng(1)
        self.frames_left, self.labelled_left = [], []
        self.thread = ThreadPoolExecutor(1)
        self.ahead = self.thread.submit(self.prepare)

    def take(self, left, count, of):
        taken = []
        while len(taken) < count:
            if not left:
                left.extend(self.random.permutation(of).tolist())
            taken.append(left.pop())
        return taken

    def prepare(self):
        which = self.take(self.frames_left, self.options.batch, len(self.blocks))
        rows = self.take(self.labelled_left, self.options.labelled_batch, len(self.labelled))
        return self.batch(which + [self.labelled[row] for row in rows]), self.labels[rows]

    def batch(self, which):
        frames = self.blocks[which].astype(self.np.float32)
        frames *= self.np.float32(1 / 255)
        frames -= self.mean
        return frames

    def next(self):
        ready = self.ahead.result()
        self.ahead = self.thread.submit(self.prepare)
        return ready


def build(torch):
    """The classes that need PyTorch; it is imported only after its absence could be reported."""
    from torch import nn
    from torch.nn import functional as F

    class Network(nn.Module):
        def __init__(self, channels, side, d):
            super().__init__()
            self.d, self.side, flat = d, side, side * side * 64
            self.enc1 = nn.Conv2d(channels, 32, 3, 1, 1)
            self.enc2 = nn.Conv2d(32, 64, 4, 2, 1)
            self.enc3 = nn.Conv2d(64, 64, 4, 2, 1)
            self.enc4 = nn.Linear(flat, 128)
            self.enc5 = nn.Linear(128, 128)
            self.enc6 = nn.Linear(128, d)
            self.dec1 = nn.Linear(d, 128)
            self.dec2 = nn.Linear(128, 128)
            self.dec3 = nn.Linear(128, flat)
            self.dec4 = nn.ConvTranspose2d(64, 64, 4, 2, 1)
            self.dec5 = nn.ConvTranspose2d(64, 32, 4, 2, 1)
            self.dec6 = nn.Conv2d(32, channels, 3, 1, 1)
            h = 32
            self.mech1 = nn.ParameterDict({"w": torch.zeros(d, d, h), "b": torch.zeros(d, 1, h)})
            self.mech2 = nn.ParameterDict({"w": torch.zeros(d, h, h), "b": torch.zeros(d, 1, h)})
            self.mech3 = nn.ParameterDict({"w": torch.zeros(d, h, 1), "b": torch.zeros(d, 1, 1)})
            self.order = nn.Parameter(torch.zeros(d))
            self.edges = nn.Parameter(torch.zeros(d, d))
            self.to(memory_format=torch.channels_last)

        def arrays(self):
            """Name, tensor and the axes of the product's layout, in the order of its weights."""
            for name in ("enc1", "enc2", "enc3", "enc4", "enc5", "enc6", "dec1", "dec2", "dec3", "dec4", "dec5", "dec6"):
                layer = getattr(self, name)
                # [kH, kW, in, out], transposed convolution [kH, kW, out, in], dense [in, out]
                yield name + ".w", layer.weight, (2, 3, 1, 0) if layer.weight.dim() == 4 else (1, 0)
                yield name + ".b", layer.bias, (0,)
            for name in ("mech1", "mech2", "mech3"):
                yield name + ".w", getattr(self, name)["w"], (0, 1, 2)
                yield name + ".b", getattr(self, name)["b"], (0, 1, 2)
            yield "order", self.order, (0,)
            yield "edges", self.edges, (0, 1)

        def encode(self, frames):
            x = F.relu_(self.enc1(frames.permute(0, 3, 1, 2)))
            x = F.relu_(self.enc2(x))
            x = F.relu_(self.enc3(x))
            x = x.permute(0, 2, 3, 1).flatten(1)
            return self.enc6(F.relu_(self.enc5(F.relu_(self.enc4(x)))))

        def decode(self, z):
            x = F.relu_(self.dec3(F.relu_(self.dec2(F.relu_(self.dec1(z))))))
            x = x.view(len(z), self.side, self.side, 64).permute(0, 3, 1, 2)
            x = F.relu_(self.dec5(F.relu_(self.dec4(x))))
            return self.dec6(x).permute(0, 2, 3, 1)

        def expected(self, z, graph):
            h = z.unsqueeze(0) * graph.t().reshape(self.d, 1, self.d)
            h = F.silu(torch.baddbmm(self.mech1["b"], h, self.mech1["w"]))
            h = F.silu(torch.baddbmm(self.mech2["b"], h, self.mech2["w"]))
            return torch.baddbmm(self.mech3["b"], h, self.mech3["w"]).reshape(self.d, -1).t()

    class Losses:
        """All losses of a step; what depends on the shapes only is made once."""

        def __init__(self, network, options):
            n, d = options.batch, network.d
            self.network, self.options = network, options
            self.scales = 2 * d * torch.tensor([0.1, 0.2, 0.5, 1, 2, 5, 10]).view(-1, 1, 1)
            within, across = 1 / (n * (n - 1)), -1 / (n * n)
            self.pairs = torch.full((2 * n, 2 * n), across)
            self.pairs[:n, :n] = within
            self.pairs[n:, n:] = within
            self.pairs.fill_diagonal_(0)
            self.before = torch.triu(torch.ones(d, d), 1)
            self.others = 1 - torch.eye(d)

        def draw(self, done):
            """A hard graph that passes gradients on as if it was soft."""
            temperature = cooled(done)
            d = self.network.d
            uniform = torch.rand(d + d * d).clamp_(1e-7, 1 - 1e-7)
            scores = self.network.order - torch.log(-torch.log(uniform[:d]))
            order = torch.argsort(scores, descending=True)
            soft = torch.softmax(-(scores[order].unsqueeze(1) - scores).abs() / temperature, 1)
            ranks = F.one_hot(order, d) + (soft - soft.detach())
            u = uniform[d:].view(d, d)
            logits = self.network.edges + torch.log(u) - torch.log1p(-u)
            gates = torch.sigmoid(logits / temperature) * self.others
            gates = (gates > 0.5).float() + (gates - gates.detach())
            return gates * (ranks.t() @ self.before @ ranks)

        def sparsity(self):
            prior = 0.05
            q = torch.sigmoid(self.network.edges).clamp(1e-7, 1 - 1e-7)
            each = q * torch.log(q / prior) + (1 - q) * torch.log((1 - q) / (1 - prior))
            return (each * self.others).sum()

        def residuals(self, z, graph):
            mean = z.mean(0, keepdim=True)
            centred = z - mean
            variance = (centred * centred).mean(0, keepdim=True)
            standardized = centred / torch.sqrt(variance + 1e-6)
            logarithm = torch.log(variance + 1e-6)
            pin = (mean * mean + logarithm * logarithm).sum()
            return standardized - self.network.expected(standardized, graph), pin

        def discrepancy(self, residuals):
            """Between the residuals and themselves with every column in an order of its own."""
            centred = residuals - residuals.mean(0, keepdim=True)
            x = centred / torch.sqrt((centred * centred).mean(0, keepdim=True) + 1e-6)
            shuffled = x.detach().gather(0, torch.rand_like(x).argsort(0))
            points = torch.cat((x, shuffled))
            squares = (points * points).sum(1, keepdim=True)
            distances = squares + squares.t() - 2 * (points @ points.t())
            kernels = (self.scales / (distances.unsqueeze(0) + self.scales)).sum(0)
            return (kernels * self.pairs).sum()

        def of(self, frames, labels, graph, mmd_weight):
            """The whole loss, and its parts: reconstruction, labels, discrepancy, structural."""
            n = self.options.batch
            z = self.network.encode(frames)
            difference = self.network.decode(z) - frames
            reconstruction = (difference * difference).sum() / len(frames)
            label = ((z[n:, : labels.shape[1]] - labels) ** 2).mean()
            residuals, pin = self.residuals(z[:n], graph)
            mmd = self.discrepancy(residuals)
            centred = residuals - residuals.mean(0, keepdim=True)
            structural = torch.log((centred * centred).mean(0) + 1e-3).mean()
            loss = reconstruction + 100 * label + 0.1 * pin + mmd_weight * mmd + 0.3 * structural
            return loss, torch.stack((reconstruction, label, mmd, structural)).detach(), residuals

    def optimizer(network):
        graph = {id(network.order), id(network.edges)}
        usual = [p for p in network.parameters() if id(p) not in graph]
        return torch.optim.Adam(
            [{"params": usual}, {"params": [network.order]}, {"params": [network.edges]}], fused=True
        )

    return Network, Losses, optimizer


def set_rates(adam, step, steps):
    for group, highest in zip(adam.param_groups, (1.5e-3, 1e-2, 3e-3)):
        group["lr"] = learning_rate(highest, step, steps)


def read_weights(np, torch, path, network, pixels):
    """Fills a network with the product's weights and returns the mean image in the order of frames."""
    values = np.frombuffer(open(path, "rb").read(), ">f4", offset=32).astype(np.float32)
    at = pixels
    with torch.no_grad():
        for name, tensor, axes in network.arrays():
            shape = [tensor.shape[axis] for axis in axes]
            size = tensor.numel()
            array = torch.from_numpy(values[at : at + size].reshape(shape))
            tensor.copy_(array.permute([axes.index(k) for k in range(len(axes))]))
            at += size
    if at != len(values):
        raise Differs("the product's network has %d weights, this one %d" % (len(values) - pixels, at - pixels))
    return values[:pixels], at - pixels


def check(torch, np, options, network, losses, adam, frames, labels):
    """Repeats one step of the product. Returns the largest deviation and the share moved alike."""
    expected = json.loads(options.losses)
    graph = torch.tensor(json.loads(options.graph), dtype=torch.float32)
    loss, parts, residuals = losses.of(frames, labels, graph, 0)
    deviations = {}
    for name, value in zip(("reconstruction", "label", "mmd", "structural"), parts.tolist()):
        if name != "mmd":
            deviations[name] = abs(value - expected[name]) / max(0.01, abs(expected[name]))
    with torch.no_grad():
        draws = [float(losses.discrepancy(residuals)) for _ in range(DRAWS)]
    mean = sum(draws) / DRAWS
    spread = math.sqrt(sum((draw - mean) ** 2 for draw in draws) / DRAWS)
    if not abs(expected["mmd"] - mean) <= MOST_DEVIATIONS * spread:
        raise Differs("the product's mmd is %g, this program's %g +- %g" % (expected["mmd"], mean, spread))
    worst = max(deviations.values())
    if not worst <= LOSS_TOLERANCE:
        raise Differs("losses of the same step differ: %s of %s" % (deviations, expected))
    loss.backward()
    set_rates(adam, 0, 1)
    network.order.grad = network.edges.grad = None
    rate = adam.param_groups[0]["lr"]
    adam.step()
    ours = [tensor.detach().clone() for _, tensor, _ in network.arrays()]
    read_weights(np, torch, options.after, network, frames[0].numel())
    alike = total = 0
    for (_, tensor, _), mine in zip(network.arrays(), ours):
        alike += int(((tensor - mine).abs() < 0.5 * rate).sum())
        total += tensor.numel()
    if not alike >= MOVED_ALIKE * total:
        raise Differs("the same step moves only %d of %d weights as the product does" % (alike, total))
    return worst, alike / total


def standardized(np, values):
    return ((values - values.mean(0)) / values.std(0)).astype(np.float32)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--frames", help="unsigned bytes [n][height][width][channels]")
    parser.add_argument("--shape", help="HEIGHTxWIDTHxCHANNELS")
    parser.add_argument("--labels", help="JSON: frame numbers, and their factors")
    parser.add_argument("--before", help="the product's weights before the step that is repeated")
    parser.add_argument("--after", help="and after it")
    parser.add_argument("--losses", help="JSON: the product's losses in that step")
    parser.add_argument("--graph", help="JSON: rows of 0 and 1 that it used, causes first")
    parser.add_argument("--batch", type=int)
    parser.add_argument("--labelled-batch", type=int)
    parser.add_argument("--steps", type=int)
    parser.add_argument("--threads", type=int)
    options = parser.parse_args()
    modules.require(NEEDED)
    import numpy as np
    import torch

    if not has_fast_blas(torch):
        modules.missing(NEEDED["torch"])
    if options.check:
        return
    torch.set_num_threads(options.threads)
    torch.manual_seed(1)
    height, width, channels = map(int, options.shape.split("x"))
    pixels = height * width * channels
    data = np.fromfile(options.frames, np.uint8).reshape(-1, height, width, channels)
    labels = json.load(open(options.labels))
    numbers, factors = labels["frames"], np.array(labels["factors"])

    def to_blocks(images):
        n = len(images)
        blocks = images.reshape(n, height // 4, 4, width // 4, 4, channels).transpose(0, 1, 3, 2, 4, 5)
        return np.ascontiguousarray(blocks).reshape(n, height // 4, width // 4, 16 * channels)

    Network, Losses, optimizer = build(torch)
    network = Network(16 * channels, height // 16, factors.shape[1])
    mean, parameters = read_weights(np, torch, options.before, network, pixels)
    mean = to_blocks(mean.reshape(1, height, width, channels))[0]
    losses = Losses(network, options)
    feeder = Feeder(np, to_blocks(data), mean, standardized(np, factors), numbers, options)
    first = options.labelled_batch
    worst, alike = check(
        torch,
        np,
        options,
        network,
        losses,
        optimizer(network),
        torch.from_numpy(feeder.batch(list(range(options.batch)) + numbers[:first])),
        torch.from_numpy(standardized(np, factors[:first])),
    )

    adam = optimizer(network)
    nanos, computed = [], []
    for step in range(options.steps):
        began, thread = time.perf_counter_ns(), time.thread_time_ns()
        frames, known = feeder.next()
        done = step / options.steps
        adam.zero_grad(set_to_none=True)
        loss, parts, _ = losses.of(torch.from_numpy(frames), torch.from_numpy(known), losses.draw(done), 10)
        warm = max(0.0, min(1.0, (done - 0.3) / 0.2))
        (loss + 0.02 * warm * losses.sparsity()).backward()
        set_rates(adam, step, options.steps)
        adam.step()
        if not all(map(math.isfinite, parts.tolist())):
            raise Differs("the loss became NaN or infinite at step %d" % (step + 1))
        nanos.append(time.perf_counter_ns() - began)
        computed.append(time.thread_time_ns() - thread)
    kept = sorted(nanos[len(nanos) // 5 :])
    print(
        json.dumps(
            {
                "medianMillis": median(kept) / 1e6,
                "p90Millis": kept[min(len(kept) - 1, int(0.9 * len(kept)))] / 1e6,
                "threadMillis": median(computed[len(nanos) // 5 :]) / 1e6,
                "parameters": parameters,
                "largestLossDeviation": worst,
                "shareOfWeightsMovedAlike": alike,
                "torch": torch.__version__,
            }
        )
    )
    feeder.thread.shutdown()


if __name__ == "__main__":
    try:
        main()
    except Differs as problem:
        sys.exit("train.py: %s" % problem)
