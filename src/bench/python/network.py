"""The network of a .residua bundle as torch modules with its weights."""

import struct
import zipfile

import numpy as np
import torch
from torch import nn

BLOCK = 4  # pixels on a side of what the first layer takes as one position
TOLERANCE = 1e-3  # of the self-test, in units of a latent plus the same share of the value


class BadModel(ValueError):
    """A bundle that this script cannot build, or whose self-test fails."""


class Weights:
    """The arrays of network/plan.bin by name; its layout is in NetworkPlanCodec.java."""

    def __init__(self, bundle):
        plan = bundle.read("network/plan.bin")
        mark, version, width, height, colours, d, block, encoder, decoder, centres, cosines = struct.unpack(
            ">11i", plan[:44]
        )
        if mark != 0x52534E50 or version != 1 or block != BLOCK:
            raise BadModel("network/plan.bin is not of version 1 with blocks of %d pixels" % BLOCK)
        if centres > 0:
            raise BadModel("the model corrects its latents, which this script does not build")
        self.at = 44 + 28 * (encoder + decoder) + 8
        self.plan = plan
        self.tensors = {}
        self.take("error.scale", 1)
        self.take("mean.image", 1, block * block * colours, height // block, width // block)
        for i in range(encoder + decoder):
            kind, ins, outs, kernel = struct.unpack(">4i", plan[44 + 28 * i : 60 + 28 * i])
            name = "enc%d" % (i + 1) if i < encoder else "dec%d" % (i + 1 - encoder)
            first, second = (outs, ins) if kind == 1 else (ins, outs)
            self.take(name + ".w", first, second, *(() if kind == 0 else (kernel, kernel)))
            self.take(name + ".b", outs)
        self.take("equation.intercept", d)
        self.take("equation.linear", d, d)
        self.take("equation.frequency", d, cosines)
        self.take("equation.phase", cosines)
        self.take("equation.weight", cosines, d)

    def take(self, name, *shape):
        values = np.frombuffer(self.plan, ">f4", int(np.prod(shape)), self.at).astype(np.float32)
        self.at += values.nbytes
        self.tensors[name] = torch.from_numpy(values.reshape(shape))

    def __getitem__(self, name):
        if name not in self.tensors:
            raise BadModel("the network has no '%s': it is of another architecture" % name)
        return self.tensors[name]

    def fill(self, layer, name, weight):
        layer.weight.data = weight.contiguous()
        layer.bias.data = self[name + ".b"]
        return layer

    def conv(self, name, stride):
        w = self[name + ".w"]  # [out, in, kernel, kernel]
        return self.fill(nn.Conv2d(w.shape[1], w.shape[0], w.shape[2], stride, 1), name, w)

    def deconv(self, name):
        w = self[name + ".w"]  # [in, out, kernel, kernel]
        return self.fill(nn.ConvTranspose2d(w.shape[0], w.shape[1], w.shape[2], 2, 1), name, w)

    def dense(self, name):
        w = self[name + ".w"]  # [in, out]
        return self.fill(nn.Linear(w.shape[0], w.shape[1]), name, w.t())


class Scorer(nn.Module):
    """Frames (unsigned bytes, [n, height, width, colours]) to latents, expected latents and, where
    wanted, reconstruction errors ([n, d], [n, d], [n]).

    Channels last, which measured faster than channels first, TorchScript and torch.compile.
    """

    def __init__(self, weights, precision, reconstruct):
        super().__init__()
        self.precision = precision
        self.reconstruct = reconstruct
        relu = nn.ReLU(inplace=True)
        self.encoder = nn.Sequential(
            weights.conv("enc1", 1), relu, weights.conv("enc2", 2), relu, weights.conv("enc3", 2), relu
        )
        self.code = nn.Sequential(
            weights.dense("enc4"), relu, weights.dense("enc5"), relu, weights.dense("enc6")
        )
        self.decoder_dense = nn.Sequential(
            weights.dense("dec1"), relu, weights.dense("dec2"), relu, weights.dense("dec3"), relu
        )
        self.decoder = nn.Sequential(
            weights.deconv("dec4"), relu, weights.deconv("dec5"), relu, weights.conv("dec6", 1)
        )
        self.to(precision).to(memory_format=torch.channels_last).eval()
        mean = weights["mean.image"]  # [1, block * block * colours, rows, columns], grey levels
        self.mean = mean.permute(0, 2, 3, 1).contiguous()
        self.channels, self.rows, self.columns = mean.shape[1:]
        self.deep = weights["dec4.w"].shape[0]
        self.linear = weights["equation.linear"]
        self.intercept = weights["equation.intercept"]
        self.frequency = weights["equation.frequency"]
        self.phase = weights["equation.phase"]
        self.weight = weights["equation.weight"]
        self.error_scale = float(weights["error.scale"][0])

    @property
    def image(self):
        """Height, width and colours of a frame."""
        return self.rows * BLOCK, self.columns * BLOCK, self.channels // BLOCK**2

    def forward(self, frames):
        n = frames.shape[0]
        blocks = frames.view(n, self.rows, BLOCK, self.columns, BLOCK, -1).permute(0, 1, 3, 2, 4, 5)
        blocks = blocks.reshape(n, self.rows, self.columns, self.channels)
        centred = (blocks - self.mean).to(self.precision).permute(0, 3, 1, 2)
        code = self.code(self.encoder(centred).flatten(1))
        latents = code.float()
        expected = torch.addmm(
            torch.addmm(self.intercept, latents, self.linear),
            torch.addmm(self.phase, latents, self.frequency).cos_(),
            self.weight,
        )
        if not self.reconstruct:
            return latents, expected, None
        deep = self.decoder_dense(code).view(n, self.deep, self.rows // 4, self.columns // 4)
        deep = deep.contiguous(memory_format=torch.channels_last)
        difference = (centred - self.decoder(deep)).float()
        errors = difference.square_().sum((1, 2, 3)) * self.error_scale
        return latents, expected, errors


def load(path, precision, reconstruct):
    """Builds the network of a bundle and scores the frames of its self-test.

    Returns the scorer and the largest deviations by output. Raises BadModel where one is beyond
    TOLERANCE in single precision.
    """
    with zipfile.ZipFile(path) as bundle:
        scorer = Scorer(Weights(bundle), precision, reconstruct)
        test = bundle.read("selftest/frames.bin")
    _, _, n, d, size = struct.unpack(">5i", test[:20])
    height, width, colours = scorer.image
    if size != height * width * colours:
        raise BadModel("the self-test has frames of %d bytes, not %dx%dx%d" % (size, width, height, colours))
    pixels = np.frombuffer(test, np.uint8, n * size, 20).copy()
    numbers = np.frombuffer(test, ">f4", -1, 20 + n * size).astype(np.float32)
    wanted = {
        "latents": numbers[: n * d],
        "expected": numbers[n * d : 2 * n * d],
        "reconstructionError": numbers[2 * n * d :],
    }
    with torch.inference_mode():
        given = scorer(torch.from_numpy(pixels).view(n, height, width, colours))
    deviations = {}
    for (name, want), got in zip(wanted.items(), given):
        if got is None:
            continue
        deviation = np.abs(got.numpy().ravel() - want)
        deviations[name] = float(deviation.max())
        if precision == torch.float32 and np.any(deviation > TOLERANCE * (1 + np.abs(want))):
            raise BadModel(
                "%s deviates by up to %g from the bundle's self-test, at most %g is allowed"
                % (name, deviations[name], TOLERANCE)
            )
    return scorer, deviations
