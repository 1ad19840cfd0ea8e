/* Charts over time, drawn by uPlot, and small ones that it does not have. */
import uPlot from '../webjars/uplot/1.6.30/dist/uPlot.esm.js';
import { h, svg, colour, framed, attribute } from './dom.js';
import { compressed, expanded, shareTicks, timeTick } from './axes.js';
import { fanPaths, pixelColumns, sparkPaths } from './series.js';
import { clock, figure } from './words.js';

const FONT = '12px system-ui, sans-serif';
const COLOURS = [
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
  'warn-soft',
  'surface',
  'calm-soft',
  'series-1',
  'series-2',
];
const all = new Set();
let palette = null;

/** Draws everything again, since a drawing has the colours of its time. */
export function recolour() {
  palette = null;
  all.forEach(chart => chart.rebuild());
}

/** Calls a function whenever colours change; returns a function that ends that. */
export function onRecolour(rebuild) {
  const one = { rebuild };
  all.add(one);
  return () => all.delete(one);
}

function colours() {
  palette ??= Object.fromEntries(COLOURS.map(name => [name, colour(`--${name}`)]));
  return palette;
}

/** Options of a chart of shares of a threshold. */
export const SHARES = { to: compressed, from: expanded, splits: shareTicks };

/** Why a chart has no values for a time: words, of which the longest that fits is drawn. */
const GAPS = {
  learning: {
    words: ['learning, no statistic yet', 'learning'],
    below: 'accent-soft',
    ink: 'accent',
  },
  unreadable: { words: ['unreadable'], below: 'warn-soft', ink: 'warn' },
  untested: {
    words: ['not tested: a cause is unreadable', 'not tested'],
    below: 'calm-soft',
    ink: 'soft',
  },
};

const CURSOR = uPlot.sync('residua');
const EDGE = 26; // pixels at the right edge without a label, which the edge would cut

/** The options of uPlot for a chart. */
function plotOptions(options, width, window, hooks) {
  const c = colours();
  const points = options.days
    ? series => ({ size: 4, fill: c[series.colour] })
    : () => ({ show: false });
  return {
    width: Math.max(200, width),
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
      x: { time: true, range: (u, min, max) => window() ?? [min, max] },
      y: { range: (u, min, max) => options.range(min ?? 0, max ?? 0) },
    },
    axes: [timeAxis(options, c), valueAxis(options, c)],
    series: [
      {},
      ...options.series.map(series => ({
        label: series.label,
        stroke: c[series.colour],
        width: series.width,
        points: points(series),
        spanGaps: false,
      })),
    ],
    hooks,
  };
}

const axisStyle = c => ({
  stroke: c.soft,
  font: FONT,
  grid: { stroke: c.grid, width: 1 },
  ticks: { stroke: c.grid, width: 1, size: 4 },
});

function timeAxis({ axis, days }, c) {
  const label = (seconds, span) => (days ? timeTick(1000 * seconds, span) : clock(1000 * seconds));
  const values = (u, splits) => {
    const right = u.bbox.width / devicePixelRatio - EDGE;
    const span = splits.at(-1) - splits[0];
    return splits.map(split => (u.valToPos(split, 'x') > right ? '' : label(split, span)));
  };
  return { ...axisStyle(c), show: axis, size: 28, space: 90, values };
}

function valueAxis({ splits, from }, c) {
  const axis = { ...axisStyle(c), size: 52, space: 26 };
  if (splits) axis.splits = (u, i, min, max) => splits(max);
  if (from) {
    axis.values = (u, places) => places.map(at => figure(Number(from(at).toPrecision(3))));
  }
  return axis;
}

/**
 * A chart over time that fills its box. Options:
 * - series [{ label, colour, width }], limits [{ value, colour, dash }] as horizontal lines
 * - range of y: (min, max) => [min, max]; band [low, high] of usual values, which `band()` changes
 * - splits: max => places of the labels of y; to: place of a value on the axis of y, if that is
 *   not linear; from: its inverse
 * - axis: true for labels of times below; days: true if the times may be of several days
 */
export class TimeChart {
  #options;
  #plot = null;
  #data;
  #box;
  #spans = [];
  #gaps = [];
  #observer;
  #draw = framed(() => this.#plot?.setData(this.#data, true));
  #window = null;

  constructor(box, options) {
    this.#box = box;
    this.#options = options;
    this.#data = [[], ...options.series.map(() => [])];
    this.rebuild();
    this.#observer = new ResizeObserver(framed(() => this.#resize()));
    this.#observer.observe(box);
    all.add(this);
  }

  #resize() {
    const width = Math.floor(this.#box.clientWidth);
    if (width > 0 && this.#plot && width !== this.#plot.width) {
      this.#plot.setSize({ width, height: this.#options.height });
    }
  }

  rebuild() {
    this.#plot?.destroy();
    const hooks = { drawClear: [u => this.#drawBelow(u)], draw: [u => this.#drawLimits(u)] };
    const width = Math.floor(this.#box.clientWidth);
    const options = plotOptions(this.#options, width, () => this.#window, hooks);
    this.#plot = new uPlot(options, this.#data, this.#box);
  }

  /** Draws the band and the spans, which are below the lines. */
  #drawBelow(u) {
    const c = colours();
    const context = u.ctx;
    const { left, top, width, height } = u.bbox;
    context.save();
    context.beginPath();
    context.rect(left, top, width, height);
    context.clip();
    if (this.#options.band) {
      const [low, high] = this.#options.band.map(value => u.valToPos(value, 'y', true));
      context.fillStyle = c.band;
      context.fillRect(left, high, width, low - high);
    }
    context.fillStyle = c['bad-soft'];
    for (const [from, to] of pixelSpans(u, this.#spans)) {
      context.fillRect(from, top, to - from, height);
    }
    for (const [from, to, kind] of pixelSpans(u, this.#gaps)) {
      const { words, below, ink } = GAPS[kind];
      context.fillStyle = c[below];
      context.fillRect(from, top, to - from, height);
      context.fillStyle = c[ink];
      labelSpan(context, words, [from, to], top + height / 2);
    }
    context.restore();
  }

  #drawLimits(u) {
    const c = colours();
    const { to = value => value, limits = [] } = this.#options;
    const context = u.ctx;
    const { left, width } = u.bbox;
    context.save();
    context.lineWidth = devicePixelRatio;
    for (const limit of limits) {
      const y = Math.round(u.valToPos(to(limit.value), 'y', true)) + 0.5;
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
   * @param gaps [[from, to or null, kind]] in milliseconds without values, of the kinds of GAPS
   */
  set([millis, ...columns], spans = [], window = null, gaps = []) {
    this.#spans = spans;
    this.#gaps = gaps;
    this.#window = window && window.map(at => at / 1000);
    const { to } = this.#options;
    const placed = to ? columns.map(column => column.map(to)) : columns;
    this.#data = [millis.map(at => at / 1000), ...placed];
    this.#draw();
  }

  /** Changes the band of usual values; takes effect with the next data. */
  band(low, high) {
    this.#options.band = [low, high];
  }

  destroy() {
    all.delete(this);
    this.#observer.disconnect();
    this.#plot?.destroy();
    this.#plot = null;
  }
}

/** The visible parts of spans in pixels of the canvas. */
function pixelSpans(u, spans) {
  const { left, width } = u.bbox;
  const end = left + width;
  const at = millis => u.valToPos(millis / 1000, 'x', true);
  return spans
    .map(([from, to, kind]) => [
      Math.max(left, at(from)),
      to === null ? end : Math.min(end, at(to)),
      kind,
    ])
    .filter(([from, to]) => to > from);
}

function labelSpan(context, labels, [from, to], y) {
  context.font = `${13 * devicePixelRatio}px system-ui, sans-serif`;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  const room = to - from - 16 * devicePixelRatio;
  const fits = words => context.measureText(words).width < room;
  const words = labels.find(fits);
  if (words) context.fillText(words, (from + to) / 2, y);
}

const SCALES_LEFT = 44;
const SCALES_RIGHT = 8;

/** The statistic at every window length over time: rows are windows, dark is near the threshold. */
export class ScaleStrip {
  #canvas;
  #scales = [];
  #data = { millis: [], rows: [] };
  #draw = framed(() => this.#paint());
  #observer = new ResizeObserver(() => this.#draw());

  constructor(canvas) {
    this.#canvas = canvas;
    this.#observer.observe(canvas);
    all.add(this);
  }

  rebuild() {
    this.#draw();
  }

  /** @param rows shares of the threshold, [scale][time] */
  set(scales, millis, rows) {
    this.#scales = scales;
    this.#data = { millis, rows };
    this.#draw();
  }

  #paint() {
    const { clientWidth: width, clientHeight: height } = this.#canvas;
    if (!width || !height) return;
    const context = this.#prepare(width, height);
    const row = height / Math.max(1, this.#scales.length);
    this.#scales.forEach((scale, i) => paintScale(context, scale, i * row, row, width));
    const { millis, rows } = this.#data;
    if (!millis.length) return;
    const count = Math.floor(width - SCALES_RIGHT - SCALES_LEFT);
    const window = [millis[0], millis.at(-1)];
    this.#scales.forEach((_, i) => {
      const shares = pixelColumns(millis, rows[i], window, count);
      shares.forEach((share, x) => paintShare(context, share, SCALES_LEFT + x, i * row, row));
    });
    context.globalAlpha = 1;
  }

  /** Sizes and clears the canvas. */
  #prepare(width, height) {
    const ratio = devicePixelRatio;
    const canvas = this.#canvas;
    const size = [width, height].map(length => Math.round(length * ratio));
    if (canvas.width !== size[0] || canvas.height !== size[1]) [canvas.width, canvas.height] = size;
    const context = canvas.getContext('2d');
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    context.font = FONT;
    context.textAlign = 'right';
    context.textBaseline = 'middle';
    return context;
  }

  destroy() {
    all.delete(this);
    this.#observer.disconnect();
  }
}

function paintScale(context, scale, top, height, width) {
  const c = colours();
  context.fillStyle = c.soft;
  context.fillText(String(scale), SCALES_LEFT - 8, top + height / 2);
  context.fillStyle = c['calm-soft'];
  context.fillRect(SCALES_LEFT, top + 1, width - SCALES_RIGHT - SCALES_LEFT, height - 2);
}

function paintShare(context, share, x, top, height) {
  if (share === null || share <= 0) return;
  const c = colours();
  context.globalAlpha = share >= 1 ? 1 : Math.min(0.85, 0.1 + 0.75 * share);
  context.fillStyle = share >= 1 ? c.bad : c.accent;
  context.fillRect(x, top + 1, 1, height - 2);
}

/** A line in a few pixels: share of the threshold over time, with the part beyond it in red. */
export function sparkline() {
  const [width, height, top] = [180, 32, 2];
  const limit = svg('line', { class: 'limit', x1: 0, x2: width });
  const line = svg('path', { class: 'line' });
  const over = svg('path', { class: 'over' });
  const dot = svg('circle', { class: 'dot', r: 2.2 });
  const box = { viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: 'none' };
  const attributes = { class: 'spark', ...box, 'aria-hidden': 'true' };
  let drawn = null;
  return {
    element: svg('svg', attributes, limit, line, over, dot),
    set(values) {
      const key = values.join();
      if (key === drawn) return;
      drawn = key;
      const paths = sparkPaths(values, width, height, top);
      attribute(line, 'd', paths.line);
      attribute(over, 'd', paths.over);
      attribute(limit, 'y1', paths.limit);
      attribute(limit, 'y2', paths.limit);
      attribute(dot, 'visibility', paths.last ? null : 'hidden');
      if (!paths.last) return;
      attribute(dot, 'cx', paths.last[0]);
      attribute(dot, 'cy', paths.last[1]);
    },
  };
}

/** Possible futures of a value: the range of nine of ten, their median, and a limit. */
export function fanChart() {
  const [width, height] = [180, 40];
  const band = svg('path', { class: 'band' });
  const line = svg('path', { class: 'line' });
  const bound = svg('line', { class: 'limit', x1: 0, x2: width, visibility: 'hidden' });
  const box = { viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: 'none' };
  return {
    element: svg('svg', { class: 'fan', ...box, 'aria-hidden': 'true' }, band, line, bound),
    set(now, times, limit) {
      const paths = fanPaths(now, times, limit, width, height);
      attribute(band, 'd', paths.band);
      attribute(line, 'd', paths.line);
      attribute(bound, 'visibility', paths.limit === null ? 'hidden' : null);
      if (paths.limit === null) return;
      attribute(bound, 'y1', paths.limit);
      attribute(bound, 'y2', paths.limit);
    },
  };
}

/** A value on a bar whose middle is zero; values beyond its ends are drawn at them. */
const onBar = (width, most, value) =>
  width / 2 + (Math.max(-most, Math.min(most, value)) / most) * (width / 2);

/** A residual as a bar from the middle, in standard deviations. */
export function zBar() {
  const width = 120;
  const at = z => onBar(width, 6, z);
  const value = svg('rect', { class: 'value', y: 2, height: 10, rx: 2 });
  const track = svg('rect', { class: 'track', x: 0, y: 2, width, height: 10, rx: 3 });
  const marks = [-3, 0, 3].map(z =>
    svg('line', { x1: at(z), x2: at(z), y1: z ? 3 : 0, y2: z ? 11 : 14 }),
  );
  const attributes = { class: 'zbar', viewBox: `0 0 ${width} 14`, 'aria-hidden': 'true' };
  return {
    element: svg('svg', attributes, track, value, marks),
    set(z, far) {
      const end = at(z ?? 0);
      attribute(value, 'x', Math.min(at(0), end).toFixed(1));
      attribute(value, 'width', Math.abs(end - at(0)).toFixed(1));
      attribute(value, 'class', far ? 'value far' : 'value');
    },
  };
}

/** Level and spread of a latent at its source, above those of the model's calibration. */
export function normalBar() {
  const [width, height] = [220, 18];
  const model = svg('rect', { class: 'model', y: 2, height: 14, rx: 2 });
  const own = svg('rect', { class: 'own', y: 5, height: 8, rx: 2 });
  const zero = svg('line', { class: 'zero', y1: 0, y2: height });
  const level = svg('line', { class: 'level', y1: 3, y2: 15 });
  const attributes = { class: 'normalbar', viewBox: `0 0 ${width} ${height}` };
  attributes['aria-hidden'] = 'true';
  return {
    element: svg('svg', attributes, model, zero, own, level),
    /** @param most largest number of standard deviations that is shown */
    set(mean, spread, most) {
      const at = z => 1 + onBar(width - 2, most, z);
      const place = (rect, low, high) => {
        attribute(rect, 'x', at(low).toFixed(1));
        attribute(rect, 'width', Math.max(2, at(high) - at(low)).toFixed(1));
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
