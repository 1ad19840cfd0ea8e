"""Runs an exported network on the frames of a bundle's self-test with Python's ONNX Runtime.

Arguments: ONNX file, JSON file, self-test entry. Prints the largest deviation of each output.
"""

import json
import struct
import sys

import numpy as np
import onnxruntime

onnx_file, json_file, test_file = sys.argv[1:]
with open(json_file, encoding="utf-8") as file:
    about = json.load(file)
with open(test_file, "rb") as file:
    test = file.read()
n, d, size = struct.unpack(">3i", test[8:20])
shape = [n] + about["input"]["shape"][1:]
frames = np.frombuffer(test, np.uint8, n * size, 20).reshape(shape)
numbers = np.frombuffer(test, ">f4", -1, 20 + n * size).astype(np.float64)
latents, expected, errors = np.split(numbers, [n * d, 2 * n * d])
latents = latents.reshape(n, d)
expected = expected.reshape(n, d)

session = onnxruntime.InferenceSession(onnx_file, providers=["CPUExecutionProvider"])
names = [output["name"] for output in about["outputs"]]
assert names == [output.name for output in session.get_outputs()], names
for output, given in zip(about["outputs"], session.get_outputs()):
    assert output["shape"] == given.shape, (output, given.shape)
out = dict(zip(names, session.run(names, {about["input"]["name"]: frames})))


def deviation(name, given, wanted):
    print("%s %.3e" % (name, np.max(np.abs(given - wanted) / (1 + np.abs(wanted)))))


deviation("latents", out["latents"], latents)
deviation("expected", out["expected"], expected)
deviation("residuals", out["residuals"], latents - expected)
deviation("reconstruction_error", out["reconstruction_error"], errors)
mean = np.mean((frames / 255 - out["reconstruction"]) ** 2, axis=(1, 2, 3))
deviation("reconstruction", mean, errors)
e = about["equations"]
z = out["latents"].astype(np.float64)
curves = np.cos(z @ np.array(e["frequencies"]) + np.array(e["phases"])) @ np.array(e["weights"])
deviation("equations", np.array(e["intercepts"]) + z @ np.array(e["slopes"]) + curves, expected)
