#!/usr/bin/env python3
"""Two videos of a small plant and labels of the first: plant.py OUT [FRAMES]

Needs Debian's python3-cairo, python3-numpy and ffmpeg. The scene is 320x240 pixels at 4 frames per second, with camera
noise and mpeg4. A valve fills a tank (level), whose pressure moves a needle; a lamp lights a wall (glow); a box moves on
a belt. Valve, lamp and belt are autocorrelated (0.8). OUT/normal.mp4 shows FRAMES frames (4,000), OUT/broken.mp4 1,000:
the needle sticks from frame 200, the level is 0.14 too low from 500, and the lamp lights the wall to 0.35 of before
from 800, for 120 frames each. OUT/labels.csv has a row for every second frame of normal.mp4; 110 of them have the
factors, as a person reads them.
"""
import math, subprocess, sys
from pathlib import Path
import cairo
import numpy as np

WIDTH, HEIGHT, RHO = 320, 240, 0.8
LASTS, STICKS, LOW, DIM = 120, 200, 500, 800
NAMES = ("valve", "level", "needle", "lamp", "glow", "belt")


def roots(random, frames):
    noise = random.standard_normal((frames, 3))
    for i in range(1, frames):
        noise[i] = RHO * noise[i - 1] + math.sqrt(1 - RHO * RHO) * noise[i]
    return 0.5 + 0.4 * np.tanh(noise / 1.2)  # valve, lamp, belt


def causes(random, frames, broken):
    all = []
    stuck = 0
    for i, (valve, lamp, belt) in enumerate(roots(random, frames)):
        noise = random.standard_normal(3)
        level = 0.12 + 0.75 * valve + 0.045 * noise[0]
        if broken and LOW <= i < LOW + LASTS:
            level -= 0.14
        needle = 0.1 + 0.5 * level + 0.35 * level * level + 0.03 * noise[1]
        if broken and STICKS <= i < STICKS + LASTS:
            needle = stuck
        effect = 0.35 if broken and DIM <= i < DIM + LASTS else 1
        glow = 0.1 + 0.75 * (0.5 + effect * (lamp - 0.5)) + 0.04 * noise[2]
        stuck = needle
        all.append((valve, level, needle, lamp, glow, belt))
    return all


def draw(context, valve, level, needle, lamp, glow, belt):
    def box(x, y, width, height, *colour):
        context.set_source_rgb(*colour)
        context.rectangle(x, y, width, height)
        context.fill()

    def line(x, y, angle, length, width, *colour):
        context.set_source_rgb(*colour)
        context.set_line_width(width)
        context.move_to(x, y)
        context.line_to(x + length * math.cos(angle), y + length * math.sin(angle))
        context.stroke()

    box(0, 0, WIDTH, HEIGHT, 0.55, 0.57, 0.6)
    # The pipe with the handle of the valve, and the tank
    box(10, 62, 60, 12, 0.4, 0.42, 0.45)
    line(36, 68, math.pi * (-0.95 + 0.9 * valve), 40, 9, 0.75, 0.15, 0.1)
    box(70, 40, 70, 130, 0.88, 0.9, 0.92)
    box(74, 168 - 124 * level, 62, 124 * level, 0.1, 0.35, 0.7)
    # The gauge
    context.set_source_rgb(0.95, 0.95, 0.9)
    context.arc(195, 120, 42, 0, 2 * math.pi)
    context.fill()
    line(195, 120, math.pi * (0.75 + 1.5 * needle), 38, 6, 0.05, 0.05, 0.05)
    # The lamp, and the wall that it lights
    context.set_source_rgb(0.25 + 0.75 * lamp, 0.22 + 0.65 * lamp, 0.1 + 0.2 * lamp)
    context.arc(285, 30, 18, 0, 2 * math.pi)
    context.fill()
    box(250, 62, 66, 100, 0.12 + 0.8 * glow, 0.1 + 0.72 * glow, 0.1 + 0.4 * glow)
    # The belt with a box
    box(0, 205, WIDTH, 14, 0.2, 0.2, 0.2)
    box(15 + 255 * belt, 176, 36, 29, 0.5, 0.33, 0.15)


def film(target, factors):
    ffmpeg = subprocess.Popen(
        ["ffmpeg", "-loglevel", "error", "-y", "-f", "rawvideo", "-pix_fmt", "bgr0", "-s", f"{WIDTH}x{HEIGHT}",
         "-r", "4", "-i", "-", "-vf", "noise=alls=7:allf=t", "-c:v", "mpeg4", "-q:v", "5", "-threads", "1", str(target)],
        stdin=subprocess.PIPE)
    surface = cairo.ImageSurface(cairo.FORMAT_RGB24, WIDTH, HEIGHT)
    context = cairo.Context(surface)
    for values in factors:
        draw(context, *values)
        surface.flush()
        ffmpeg.stdin.write(surface.get_data())
    ffmpeg.stdin.close()
    if ffmpeg.wait() != 0:
        sys.exit("ffmpeg failed")


def main(out, frames):
    out.mkdir(parents=True, exist_ok=True)
    normal = causes(np.random.default_rng(1), frames, False)
    film(out / "normal.mp4", normal)
    film(out / "broken.mp4", causes(np.random.default_rng(2), 1000, True))
    reading = np.random.default_rng(3)
    labelled = set(2 * np.linspace(0, (frames - 1) // 2, 110).astype(int))
    lines = [",".join(NAMES)]
    for i in range(0, frames, 2):
        read = [f"{value + 0.01 * reading.standard_normal():.3f}" for value in normal[i]]
        lines.append(",".join(read) if i in labelled else "," * (len(NAMES) - 1))
    (out / "labels.csv").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 4000)
