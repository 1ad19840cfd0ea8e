/* Charts over time, drawn by uPlot, and two that it does not have. */
import uPlot from '../webjars/uplot/1.6.30/dist/uPlot.esm.js';
import { h, svg, colour, framed, attribute } from './dom.js';
import { clock, compressed, expanded, shareTicks, figure } from './words.js';

const all = new Set();

/** Colours are baked into what is drawn: draw everything again when they change. */
export function recolour() {
  palette = null;
  all.forEach(chart => chart.rebuild());
}

/** Calls a function whenever colours change; returns what ends that. */
export function onRecolour(rebuild) {
  const one = { rebuild };
  all.add(one);
  return () => all.delete(one);
}

let palette = null;
function colours() {
  palette ??= Object.fromEntries(
    [
      'ink',
      'soft',
      'line',
      'line-strong',
      'grid',
      'band',
      'bad',
      'bad-soft',
      'accent',
      'accent-soft',
      'warn',
      'surface',
      'calm-soft',
      'series-1',
      'series-2',
    ].map(name => [name, colour(`--${name}`)]),
  );
  return palette;
}

const HOUR = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
});
const DATE = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });
/** A time on the axis: of day, or the day where midnight is or several days are shown. */
const tick = (millis, seconds) =>
  (seconds > 3 * 86400 || (new Date(millis).getHours() === 0 && new Date(millis).getMinutes() === 0)
    ? DATE
    : HOUR
  ).format(millis);

/** Options of a chart of shares of a threshold. */
export const SHARES = { to: compressed, from: expanded, splits: shareTicks };

const CURSOR = uPlot.sync('residua');

/**
 * A chart over time that fills its box.
 *
 * @param series [{ label, colour, width, dash }]
 * @param limits [{ value, colour }] horizontal lines
 * @param range of y: (min, max) => [min, max]
 * @param band [low, high] of values that are usual; `band()` changes it
 * @param splits where the axis has labels: max => [...]
 * @param to where a value stands on the axis of y, if that is not linear; `from` is its inverse
 * @param axis whether the times stand below
 * @param days whether the times may be of several days
 */
export class TimeChart {
  #options;
  #plot = null;
  #data;
  #box;
  #spans = [];
  #learning = [];
  #observer;
  #draw;
  #window = null;

  constructor(box, options) {
    this.#box = box;
    this.#options = options;
    this.#data = [[], ...options.series.map(() => [])];
    this.#draw = framed(() => this.#plot?.setData(this.#data, true));
    this.rebuild();
    this.#observer = new ResizeObserver(framed(() => this.#resize()));
    this.#observer.observe(box);
    all.add(this);
  }

  #resize() {
    const width = Math.floor(this.#box.clientWidth);
    if (width > 0 && this.#plot && width !== this.#plot.width)
      this.#plot.setSize({ width, height: this.#options.height });
  }

  rebuild() {
    const c = colours(),
      options = this.#options;
    this.#plot?.destroy();
    const axis = {
      stroke: c.soft,
      font: '12px system-ui, sans-serif',
      grid: { stroke: c.grid, width: 1 },
      ticks: { stroke: c.grid, width: 1, size: 4 },
    };
    this.#plot = new uPlot(
      {
        width: Math.max(200, Math.floor(this.#box.clientWidth)),
        height: options.height,
        legend: { show: false },
        cursor: {
          sync: { key: CURSOR.key },
          y: false,
          drag: { x: false, y: false },
          points: { show: false },
        },
        padding: [8, 8, options.axis ? 0 : 4, 0],
        scales: {
          x: { time: true, range: (u, min, max) => this.#window ?? [min, max] },
          y: { range: (u, min, max) => options.range(min ?? 0, max ?? 0) },
        },
        axes: [
          // A label that the edge would cut is left out.
          {
            ...axis,
            show: options.axis,
            size: 28,
            space: 90,
            values: (u, splits) =>
              splits.map(s =>
                u.valToPos(s, 'x') > u.bbox.width / devicePixelRatio - 26
                  ? ''
                  : options.days
                    ? tick(1000 * s, splits.at(-1) - splits[0])
                    : clock(1000 * s),
              ),
          },
          {
            ...axis,
            size: 52,
            space: 26,
            splits: options.splits ? (u, i, min, max) => options.splits(max) : undefined,
            ...(options.from && {
              values: (u, places) =>
                places.map(p => figure(Number(options.from(p).toPrecision(3)))),
            }),
          },
        ],
        series: [
          {},
          ...options.series.map(s => ({
            label: s.label,
            stroke: c[s.colour],
            width: s.width ?? 1.5,
            dash: s.dash,
            points: options.days ? { size: 4, fill: c[s.colour] } : { show: false },
            spanGaps: false,
          })),
        ],
        hooks: {
          drawClear: [u => this.#under(u)],
          draw: [u => this.#over(u)],
          setCursor: [u => options.onCursor?.(u.cursor.idx, this.#data)],
        },
      },
      this.#data,
      this.#box,
    );
  }

  #under(u) {
    const c = colours(),
      context = u.ctx,
      { left, top, width, height } = u.bbox;
    context.save();
    context.beginPath();
    context.rect(left, top, width, height);
    context.clip();
    if (this.#options.band) {
      const [low, high] = this.#options.band.map(v => u.valToPos(v, 'y', true));
      context.fillStyle = c.band;
      context.fillRect(left, high, width, low - high);
    }
    const each = (spans, paint) => {
      for (const [from, to] of spans) {
        const a = Math.max(left, u.valToPos(from / 1000, 'x', true)),
          b = to === null ? left + width : Math.min(left + width, u.valToPos(to / 1000, 'x', true));
        if (b > a) paint(a, b);
      }
    };
    context.fillStyle = c['accent-soft'];
    each(this.#learning, (a, b) => context.fillRect(a, top, b - a, height));
    context.fillStyle = c['bad-soft'];
    each(this.#spans, (a, b) => context.fillRect(a, top, b - a, height));
    context.fillStyle = c.accent;
    context.font = `${13 * devicePixelRatio}px system-ui, sans-serif`;
    context.textAlign = 'center';
    context.textBaseline = 'middle';
    each(this.#learning, (a, b) => {
      const words = ['learning, no statistic yet', 'learning'].find(
        w => context.measureText(w).width + 16 * devicePixelRatio < b - a,
      );
      if (words) context.fillText(words, (a + b) / 2, top + height / 2);
    });
    context.restore();
  }

  #over(u) {
    const c = colours(),
      options = this.#options,
      context = u.ctx,
      { left, width } = u.bbox;
    context.save();
    context.lineWidth = devicePixelRatio;
    for (const limit of this.#options.limits ?? []) {
      const y =
        Math.round(u.valToPos(options.to ? options.to(limit.value) : limit.value, 'y', true)) + 0.5;
      context.strokeStyle = c[limit.colour];
      context.setLineDash(limit.dash ?? []);
      context.beginPath();
      context.moveTo(left, y);
      context.lineTo(left + width, y);
      context.stroke();
    }
    context.restore();
  }

  /**
   * @param data [times in milliseconds, values, ...]
   * @param spans [[from, to or null]] in milliseconds, to be marked
   * @param window [from, to] in milliseconds; all of the data without it
   * @param learning [[from, to or null]] in milliseconds without a statistic, as the source learned
   */
  set(data, spans = [], window = null, learning = []) {
    this.#spans = spans;
    this.#learning = learning;
    this.#window = window && window.map(t => t / 1000);
    const to = this.#options.to;
    this.#data = [
      data[0].map(t => t / 1000),
      ...(to ? data.slice(1).map(column => column.map(to)) : data.slice(1)),
    ];
    this.#draw();
  }

  /** Changes the values that are usual; takes effect with the next data. */
  band(low, high) {
    this.#options.band = [low, high];
  }

  destroy() {
    all.delete(this);
    this.#observer.disconnect();
    this.#plot?.destroy();
  }
}

/** The statistic at every window length over time: rows are windows, dark is near the threshold. */
export class ScaleStrip {
  #canvas;
  #scales = [];
  #data = null;
  #draw;
  #observer;

  constructor(canvas) {
    this.#canvas = canvas;
    this.#draw = framed(() => this.#paint());
    this.#observer = new ResizeObserver(() => this.#draw());
    this.#observer.observe(canvas);
    all.add(this);
  }

  rebuild() {
    this.#draw();
  }

  /** @param rows shares of the threshold, [scale][time] */
  set(scales, millis, rows, window = null) {
    this.#scales = scales;
    this.#data = { millis, rows, window };
    this.#draw();
  }

  #paint() {
    const c = colours(),
      canvas = this.#canvas,
      ratio = devicePixelRatio;
    const width = canvas.clientWidth,
      height = canvas.clientHeight;
    if (!width || !height) return;
    if (
      canvas.width !== Math.round(width * ratio) ||
      canvas.height !== Math.round(height * ratio)
    ) {
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(height * ratio);
    }
    const context = canvas.getContext('2d');
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    const left = 44,
      right = width - 8,
      row = height / Math.max(1, this.#scales.length);
    context.font = '12px system-ui, sans-serif';
    context.textAlign = 'right';
    context.textBaseline = 'middle';
    this.#scales.forEach((scale, i) => {
      context.fillStyle = c.soft;
      context.fillText(String(scale), left - 8, (i + 0.5) * row);
      context.fillStyle = c['calm-soft'];
      context.fillRect(left, i * row + 1, right - left, row - 2);
    });
    const data = this.#data;
    if (!data || !data.millis.length) return;
    const [from, to] = data.window ?? [data.millis[0], data.millis.at(-1)];
    const columns = Math.floor(right - left),
      span = Math.max(1, to - from);
    this.#scales.forEach((_, i) => {
      // The largest value of each pixel column.
      const largest = new Float32Array(columns).fill(-1);
      for (let k = 0; k < data.millis.length; k++) {
        const x = Math.floor(((data.millis[k] - from) / span) * (columns - 1));
        if (x >= 0 && x < columns && data.rows[i][k] !== null)
          largest[x] = Math.max(largest[x], data.rows[i][k]);
      }
      // Where there are fewer rows than columns, a column without one shows the one before.
      const reach = 2 * Math.ceil(columns / data.millis.length);
      let last = -1,
        since = 0;
      for (let x = 0; x < columns; x++) {
        if (largest[x] >= 0) {
          last = largest[x];
          since = x;
        }
        if (last <= 0 || x - since > reach) continue;
        context.globalAlpha = last >= 1 ? 1 : Math.min(0.85, 0.1 + 0.75 * last);
        context.fillStyle = last >= 1 ? c.bad : c.accent;
        context.fillRect(left + x, i * row + 1, 1, row - 2);
      }
    });
    context.globalAlpha = 1;
  }

  destroy() {
    all.delete(this);
    this.#observer.disconnect();
  }
}

/** A line in a few pixels: share of the threshold over time, with the part beyond it in red. */
export function sparkline() {
  const WIDTH = 180,
    HEIGHT = 32,
    TOP = 2;
  const limit = svg('line', { class: 'limit', x1: 0, x2: WIDTH });
  const line = svg('path', { class: 'line' }),
    over = svg('path', { class: 'over' }),
    dot = svg('circle', { class: 'dot', r: 2.2 });
  const element = svg(
    'svg',
    {
      class: 'spark',
      viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
      preserveAspectRatio: 'none',
      'aria-hidden': 'true',
    },
    limit,
    line,
    over,
    dot,
  );
  let drawn = '';
  return {
    element,
    set(values) {
      const key = values.join();
      if (key === drawn) return;
      drawn = key;
      const most = Math.max(1.25, ...values.filter(v => v !== null));
      const y = v => HEIGHT - 1 - ((HEIGHT - 1 - TOP) * Math.min(v, most)) / most;
      const x = i => (i / Math.max(1, values.length - 1)) * (WIDTH - 3);
      let path = '',
        red = '',
        pen = false,
        redPen = false,
        lastX = null,
        lastY = null;
      values.forEach((v, i) => {
        if (v === null) {
          pen = false;
          redPen = false;
          return;
        }
        const point = `${x(i).toFixed(1)} ${y(v).toFixed(1)}`;
        path += `${pen ? 'L' : 'M'}${point}`;
        if (v >= 1 || (values[i - 1] ?? 0) >= 1) {
          red += `${redPen ? 'L' : 'M'}${point}`;
          redPen = true;
        } else redPen = false;
        pen = true;
        lastX = x(i);
        lastY = y(v);
      });
      attribute(line, 'd', path);
      attribute(over, 'd', red);
      attribute(limit, 'y1', y(1));
      attribute(limit, 'y2', y(1));
      attribute(dot, 'visibility', lastX === null ? 'hidden' : null);
      if (lastX !== null) {
        attribute(dot, 'cx', lastX);
        attribute(dot, 'cy', lastY);
      }
    },
  };
}

/** A residual as a bar from the middle, in standard deviations. */
export function zBar() {
  const WIDTH = 120,
    MOST = 6;
  const value = svg('rect', { class: 'value', y: 2, height: 10, rx: 2 });
  const at = z => WIDTH / 2 + ((z / MOST) * WIDTH) / 2;
  const element = svg(
    'svg',
    { class: 'zbar', viewBox: `0 0 ${WIDTH} 14`, 'aria-hidden': 'true' },
    svg('rect', { class: 'track', x: 0, y: 2, width: WIDTH, height: 10, rx: 3 }),
    value,
    [-3, 0, 3].map(z => svg('line', { x1: at(z), x2: at(z), y1: z ? 3 : 0, y2: z ? 11 : 14 })),
  );
  return {
    element,
    set(z, far = Math.abs(z ?? 0) >= 3) {
      const cut = Math.max(-MOST, Math.min(MOST, z ?? 0));
      attribute(value, 'x', Math.min(at(0), at(cut)).toFixed(1));
      attribute(value, 'width', Math.abs(at(cut) - at(0)).toFixed(1));
      attribute(value, 'class', far ? 'value far' : 'value');
    },
  };
}

/** Level and spread of a latent at its source, above the same of the model's calibration. */
export function normalBar() {
  const WIDTH = 220,
    HEIGHT = 18;
  const rect = (name, y, height) => svg('rect', { class: name, y, height, rx: 2 });
  const model = rect('model', 2, 14),
    own = rect('own', 5, 8),
    zero = svg('line', { class: 'zero', y1: 0, y2: HEIGHT }),
    level = svg('line', { class: 'level', y1: 3, y2: 15 });
  const element = svg(
    'svg',
    { class: 'normalbar', viewBox: `0 0 ${WIDTH} ${HEIGHT}`, 'aria-hidden': 'true' },
    model,
    zero,
    own,
    level,
  );
  return {
    element,
    /** @param most largest number of standard deviations that is shown */
    set(mean, spread, most) {
      const at = z => WIDTH / 2 + (Math.max(-most, Math.min(most, z)) / most) * (WIDTH / 2 - 1);
      const place = (node, low, high) => {
        attribute(node, 'x', at(low).toFixed(1));
        attribute(node, 'width', Math.max(2, at(high) - at(low)).toFixed(1));
      };
      place(model, -1, 1);
      place(own, mean - spread, mean + spread);
      for (const [line, z] of [
        [zero, 0],
        [level, mean],
      ]) {
        attribute(line, 'x1', at(z).toFixed(1));
        attribute(line, 'x2', at(z).toFixed(1));
      }
    },
  };
}

export const plotBox = label => h('div', { class: 'plot', role: 'img', 'aria-label': label });
