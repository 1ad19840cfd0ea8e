"""Draws the residuals of a scripted stream as SVG: python3 residuals.py DATASET SCORES.csv OUT.svg"""
import csv, html, sys

WIDTH, LEFT, TOP, ROW, GAP, CLIP, STEP = 960, 128, 108, 92, 12, 9.0, 4
INK, FAINT, LINE, MARK = "#1f2933", "#7b8794", "#2f6f8f", "#f3dcc4"


def read(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


labels, scores = read(sys.argv[1] + "/labels.csv"), read(sys.argv[2])
latents = [name[len("standardized."):] for name in scores[0] if name.startswith("standardized.")]
scale = (WIDTH - LEFT - 48) / len(scores)
height = TOP + len(latents) * (ROW + GAP) + 30
out = [
    f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="system-ui, sans-serif"'
    f' font-size="12" fill="{INK}" role="img" aria-label="Standardised residual of each latent over time, events shaded">',
    f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
]

spans, at = [], 0
while at < len(labels):
    end = at
    while end < len(labels) and labels[end]["residua.event"] == labels[at]["residua.event"]:
        end += 1
    if labels[at]["residua.event"]:
        spans.append([labels[at]["residua.event"], labels[at]["residua.event_node"], at, end])
    at = end
merged = []
for span in spans:  # an event whose frames come now and then is one event
    if merged and merged[-1][0] == span[0] and span[2] - merged[-1][3] < 60:
        merged[-1][3] = span[3]
    else:
        merged.append(span)
for kind, node, begin, end in merged:
    x, width = LEFT + begin * scale, max((end - begin) * scale, 3)
    rows = [i for i, latent in enumerate(latents) if latent == node] or range(len(latents))
    out.append(f'<rect x="{x:.1f}" y="{TOP}" width="{width:.1f}" height="{len(latents) * (ROW + GAP) - GAP}" fill="{MARK}" opacity=".45"/>')
    for i in rows:
        out.append(f'<rect x="{x:.1f}" y="{TOP + i * (ROW + GAP)}" width="{width:.1f}" height="{ROW}" fill="{MARK}"/>')
    label = html.escape(kind.replace("_", " "))
    out.append(f'<text transform="translate({x + width / 2 + 3:.1f} {TOP - 8}) rotate(-42)">{label}</text>')

for i, latent in enumerate(latents):
    top = TOP + i * (ROW + GAP)

    def y(value):
        return top + ROW / 2 - max(-CLIP, min(CLIP, value)) / CLIP * ROW / 2

    out.append(f'<text x="{LEFT - 12}" y="{top + ROW / 2 + 4}" text-anchor="end">{html.escape(latent.replace("_", " "))}</text>')
    for level in (-6, 0, 6):
        out.append(f'<line x1="{LEFT}" x2="{WIDTH - 48}" y1="{y(level):.1f}" y2="{y(level):.1f}" stroke="{FAINT}" stroke-width=".4"/>')
        out.append(f'<text x="{WIDTH - 45}" y="{y(level) + 3:.1f}" font-size="8" fill="{FAINT}">{level}</text>')
    path = []
    for begin in range(0, len(scores), STEP):
        values = [float(row["standardized." + latent]) for row in scores[begin:begin + STEP]]
        path.append(f"M{LEFT + begin * scale:.1f} {y(min(values)) + .5:.1f}V{y(max(values)) - .5:.1f}")
    out.append(f'<path d="{"".join(path)}" stroke="{LINE}" stroke-width=".9" fill="none"/>')
out.append(
    f'<text x="{LEFT}" y="{height - 10}" fill="{FAINT}" font-size="11">{len(scores):,} frames; residuals in standard deviations,'
    f" cut at {CLIP:g}; darker: the mechanism that was broken</text>")
out.append("</svg>")
with open(sys.argv[3], "w") as file:
    file.write("\n".join(out) + "\n")
