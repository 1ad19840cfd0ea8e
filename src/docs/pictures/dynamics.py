"""Draws time-memory.svg, time-delay.svg and time-innovation.svg of a tank: python3 dynamics.py DIRECTORY"""
import math, random, sys

WIDTH, LEFT, RIGHT, ROW, GAP, TOP = 960, 128, 24, 92, 14, 18
INK, FAINT, LINE, OTHER, MARK = "#1f2933", "#7b8794", "#2f6f8f", "#b3541e", "#f3dcc4"
SECONDS, LEAK = 0.5, 0.15  # between frames; part of the mean inflow


def tank(frames, valve, leak_from=None, noise=0.002, seed=1):
    """Levels by the equation of the scene "tank": a wheel fills it, gravity empties it."""
    draw, level, levels = random.Random(seed), 0.5, []
    for t in range(frames):
        leak = LEAK * 0.011 if leak_from is not None and t >= leak_from else 0
        inflow = 0.02 * (0.55 + 0.35 * valve[t])
        level += inflow - 0.0155 * math.sqrt(max(0, level)) - leak + noise * draw.gauss(0, 1)
        levels.append(level)
    return levels


def wandering(frames, seed):
    draw, value, values = random.Random(seed), 0.0, []
    for _ in range(frames):
        value += -value / 60 + 0.35 * math.sqrt(2 / 60) * draw.gauss(0, 1)
        values.append(value)
    return values


def picture(path, label, rows, marks=(), note=""):
    """Rows of lines over time: (name, [(values, colour)])."""
    frames = len(rows[0][1][0][0])
    scale = (WIDTH - LEFT - RIGHT) / frames
    height = TOP + len(rows) * (ROW + GAP) + 16
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="system-ui, sans-serif"'
        f' font-size="12" fill="{INK}" role="img" aria-label="{label}">',
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
    ]
    for begin, end, text in marks:
        bottom = TOP + len(rows) * (ROW + GAP) - GAP
        out.append(f'<rect x="{LEFT + begin * scale:.1f}" y="{TOP}" width="{(end - begin) * scale:.1f}" height="{bottom - TOP}" fill="{MARK}"/>')
        out.append(f'<text x="{LEFT + begin * scale + 6:.1f}" y="{TOP - 5}" fill="{FAINT}">{text}</text>')
    for i, (name, lines) in enumerate(rows):
        top = TOP + i * (ROW + GAP)
        low = min(min(values) for values, _ in lines)
        high = max(max(values) for values, _ in lines)
        for k, word in enumerate(name.split("|")):
            out.append(f'<text x="{LEFT - 12}" y="{top + ROW / 2 + 4 + 15 * (k - name.count("|") / 2):.1f}" text-anchor="end">{word}</text>')
        out.append(f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{top + ROW}" y2="{top + ROW}" stroke="{FAINT}" stroke-width=".4"/>')
        for values, colour in lines:
            points = " ".join(
                f"{LEFT + t * scale:.1f},{top + ROW - (value - low) / (high - low) * ROW:.1f}"
                for t, value in enumerate(values) if t % (1 + frames // 1000) == 0)
            out.append(f'<polyline points="{points}" stroke="{colour}" stroke-width="1.3" fill="none"/>')
    out.append(f'<text x="{LEFT}" y="{height - 6}" fill="{FAINT}" font-size="11">{note}</text></svg>')
    with open(path, "w") as file:
        file.write("\n".join(out) + "\n")


folder = sys.argv[1]

frames = 400
step = [0.6 if 80 <= t < 240 else -0.3 for t in range(frames)]
picture(
    folder + "/time-memory.svg",
    "The valve is opened and closed; the level follows over 90 frames",
    [("valve", [(step, LINE)]), ("level", [(tank(frames, step, noise=0.0005), LINE)])],
    note=f"{frames * SECONDS:.0f} s. The level depends on all inflow before, and forgets half of it in 31 s.")

frames = 160
levels = tank(frames, wandering(frames, 5), noise=0.004, seed=6)
gauge = [levels[max(0, t - 8)] for t in range(frames)]
picture(
    folder + "/time-delay.svg",
    "The gauge repeats the level 8 frames later",
    [("level, and|gauge (brown)", [(levels, LINE), (gauge, OTHER)])],
    note=f"{frames * SECONDS:.0f} s. A gauge that is 8 frames late: the difference at one moment is not an error of the gauge.")

frames, onset, reading = 1800, 1080, 0.012
valve = wandering(frames, 8)
draw = random.Random(9)
levels = [level + reading * draw.gauss(0, 1) for level in tank(frames, valve, onset, seed=10)]


def static(levels):
    """Residual of a straight line of the valve, fitted before the leak."""
    n = onset
    mean_v, mean_l = sum(valve[:n]) / n, sum(levels[:n]) / n
    slope = sum((v - mean_v) * (level - mean_l) for v, level in zip(valve[:n], levels[:n]))
    slope /= sum((v - mean_v) ** 2 for v in valve[:n])
    return [level - mean_l - slope * (v - mean_v) for v, level in zip(valve, levels)]


def innovations(levels):
    """One-step innovations of the Kalman filter of the tank's equation."""
    state, variance, found = levels[0], reading ** 2, []
    for t, level in enumerate(levels):
        state += 0.02 * (0.55 + 0.35 * valve[t]) - 0.0155 * math.sqrt(max(0.01, state))
        variance = variance * (1 - 0.0155 / (2 * math.sqrt(max(0.01, state)))) ** 2 + 0.002 ** 2
        gain = variance / (variance + reading ** 2)
        found.append((level - state) / math.sqrt(variance + reading ** 2))
        state += gain * (level - state)
        variance *= 1 - gain
    return found


def windowed(values, frames=100):
    return [sum(values[max(0, t - frames + 1):t + 1]) / math.sqrt(min(frames, t + 1)) for t in range(len(values))]


moves = innovations(levels)
picture(
    folder + "/time-innovation.svg",
    "A leak is lost in the residual of one moment, and shows in the innovations",
    [
        ("level", [(levels, LINE)]),
        ("residual of|one moment", [(static(levels), LINE)]),
        ("innovation", [(moves, LINE)]),
        ("its sum over|100 frames", [(windowed(moves), OTHER)]),
    ],
    [(onset, frames, f"leak of {100 * LEAK:.0f} % of the inflow")],
    note=f"{frames * SECONDS / 60:.0f} min. The residual of one moment is level minus a straight line of the valve.")
