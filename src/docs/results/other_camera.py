#!/usr/bin/env python3
"""The ten faults of the demo as another camera shows them: other_camera.py OUT

Run it in the folder of the repository; it needs Debian's python3-numpy. For seeds 77 and 78 it draws 1,800 normal frames
and the demo's faults, changes the pictures as another camera would, and prints what `./residua backtest` says of them:
faults found, kind and latent right, false incidents. The table is in fleet.md.

light      5 % less contrast, 9 grey levels more light, normal noise of 2 grey levels
displaced  the same, moved by a pixel, and through the quantisation of JPEG at quality 75

other_camera.py OUT --quiet counts the incidents of eight streams of 8,000 normal frames, as the model's camera and the
lighter one show them, at a budget of one false alarm in 2,000 frames.
"""
import json, shutil, subprocess, sys
from pathlib import Path
import numpy as np

QUIET, QUALITY, SEEDS = 1600, 75, (77, 78)
RIGHT = {"frozen_camera": "FROZEN", "brightness": "APPEARANCE_SHIFT", "sparse_anomalies": "OUTLIER"}
# The luminance table of ITU-T T.81, annex K, for every channel.
TABLE = np.array([
    [16, 11, 10, 16, 24, 40, 51, 61], [12, 12, 14, 19, 26, 58, 60, 55], [14, 13, 16, 24, 40, 57, 69, 56],
    [14, 17, 22, 29, 51, 87, 80, 62], [18, 22, 37, 56, 68, 109, 103, 77], [24, 35, 55, 64, 81, 104, 113, 92],
    [49, 64, 78, 87, 103, 121, 120, 101], [72, 92, 95, 98, 112, 100, 103, 99]], float)


def jpeg(pictures):
    steps = np.clip(np.floor((TABLE * (200 - 2 * QUALITY) + 50) / 100), 1, 255)[None, None, :, None, :, None]
    k = np.arange(8)
    cosines = np.sqrt(2 / 8) * np.cos((2 * k[None] + 1) * k[:, None] * np.pi / 16)
    cosines[0] /= np.sqrt(2)
    n, height, width, channels = pictures.shape
    blocks = pictures.reshape(n, height // 8, 8, width // 8, 8, channels) - 128
    waves = np.round(np.einsum("ij,najbkc,lk->naiblc", cosines, blocks, cosines) / steps) * steps
    blocks = np.einsum("ij,naiblc,lk->najbkc", cosines, waves, cosines)
    return np.clip(np.round(blocks.reshape(pictures.shape) + 128), 0, 255)


def photographed(source, target, displaced):
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target)
    drawn = np.load(source / "frames.npy")
    random = np.random.default_rng(5)
    seen = np.empty_like(drawn)
    for i in range(0, len(drawn), 500):
        pictures = drawn[i:i + 500].astype(float)
        if displaced:
            pictures = np.concatenate([pictures[:, :, :1], pictures[:, :, :-1]], 2)
        pictures = 0.95 * pictures + 9
        pictures = np.clip(np.round(pictures + 2 * random.standard_normal(pictures.shape)), 0, 255)
        seen[i:i + 500] = jpeg(pictures) if displaced else pictures
    for i in range(1, len(drawn)):
        if np.array_equal(drawn[i], drawn[i - 1]):  # a frozen camera repeats its noise
            seen[i] = seen[i - 1]
    np.save(target / "frames.npy", seen)


def residua(*words):
    return subprocess.run(["./residua", *words], check=True, capture_output=True, text=True).stdout


def judged(data, *options):
    result = json.loads(residua("backtest", "--data", str(data), "--json", *options))
    found = right = 0
    for kind, row in result["byKind"].items():
        if kind == "single_shock":  # an event, and no incident
            continue
        found += row["detected"]
        wanted = RIGHT.get(kind, kind.upper())
        called = sum(n for name, n in row["kinds"].items() if name.endswith(wanted))
        right += min(called, row["named"] if row["nameable"] else called)
    return found, right, result["falseIncidents"]


def quiet(out):
    out.mkdir(parents=True, exist_ok=True)
    counts = {"model": [], "light": []}
    for seed in range(500, 508):
        file = out / f"{seed}.json"
        file.write_text(json.dumps({"scene": "pendulum", "noise": [0.5, 0.4], "framesPerSecond": 20, "seed": seed,
                                    "frames": 8000, "events": []}))
        shutil.rmtree(out / "model", ignore_errors=True)
        residua("dataset", "generate", "--scenario", str(file), "--out", str(out / "model"))
        photographed(out / "model", out / "light", False)
        for name, found in counts.items():
            result = json.loads(residua("backtest", "--data", str(out / name), "--json", "--commissioned",
                                        "--false-alarms-per-week", str(7 * 86400 * 20 / 2000)))
            found.append(result["falseIncidents"])
    for name, found in counts.items():
        print(name, "camera, incidents:", found, "in all", sum(found))


def main(out):
    out.mkdir(parents=True, exist_ok=True)
    rows = {}
    for seed in SEEDS:
        scenario = json.loads(Path("src/training/main/resources/scenarios/demo.json").read_text())
        for event in scenario["events"]:
            event["at"] += QUIET
        scenario.update(seed=seed, frames=QUIET + 3300)
        file = out / f"{seed}.json"
        file.write_text(json.dumps(scenario))
        sets = {name: out / f"{name}-{seed}" for name in ("model", "light", "displaced")}
        shutil.rmtree(sets["model"], ignore_errors=True)
        residua("dataset", "generate", "--scenario", str(file), "--out", str(sets["model"]))
        photographed(sets["model"], sets["light"], False)
        photographed(sets["model"], sets["displaced"], True)
        for name, data in sets.items():
            for options in ((), ("--commissioned",)):
                row = rows.setdefault((name, "its own" if options else "the model's"), [])
                row.append(judged(data, *options))
    for (camera, calibration), parts in rows.items():
        print(camera, "camera,", calibration, "calibration: found, right, false:", *map(sum, zip(*parts)))


if __name__ == "__main__":
    if len(sys.argv) == 3 and sys.argv[2] == "--quiet":
        quiet(Path(sys.argv[1]))
    elif len(sys.argv) == 2:
        main(Path(sys.argv[1]))
    else:
        sys.exit(__doc__)
