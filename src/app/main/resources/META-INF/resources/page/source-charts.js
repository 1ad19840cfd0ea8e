/* The charts of a source: residuals, and the drift statistic with its scales. */
import { h, text, attribute } from './dom.js';
import { SHARES, ScaleStrip, TimeChart, plotBox } from './charts.js';
import { button, help, panel } from './parts.js';
import { residualRange, residualTicks, shareRange } from './axes.js';
import { usualBand } from './calibration.js';
import { periods, sharesOf, sinceLastPause } from './series.js';
import { residualGaps } from './unreadable.js';
import { duration, integer, number, percent, signed, spoken } from './words.js';

const MAX_CHARTS = 12;
const PERIOD = 10000; // of a trend, in milliseconds
const SPANS = { frames: 'Last frames', quarter: '15 minutes' };
const WORDS_EVERY = 5000; // of screen readers
/** Columns of the drift rows. */
const [STATISTIC, THRESHOLD, PICTURE, PICTURE_THRESHOLD, SCALES] = [0, 1, 2, 3, 4];

const incidentSpans = ({ incidents }) =>
  incidents.map(({ openedAt, endedAt }) => [openedAt, endedAt]);

const learningGaps = spans => spans.map(span => [...span, 'learning']);

/** Times of the trends, which are of equal periods. */
const trendTimes = ({ trends, trendStart }) => trends[0].map((_, i) => trendStart + i * PERIOD);
const trendWindow = millis => (millis.length ? [millis[0], millis.at(-1) + PERIOD] : null);

/** A chart below its title. */
const chartBox = (title, small, value, ...content) =>
  h(
    'div',
    { class: 'chart' },
    h('header', null, h('h3', null, title, ' ', h('small', null, small)), value),
    content,
  );

export class ResidualsPanel {
  #state;
  #span = 'frames';
  #charts = [];
  #box = h('div', { class: 'charts' });
  #words = h('span', { class: 'soft small' });

  /** @param spanChanged gets the chosen span, of which both panels of charts are */
  constructor(state, spanChanged) {
    this.#state = state;
    const buttons = Object.entries(SPANS).map(([span, label]) => {
      const pressed = { 'aria-pressed': String(span === this.#span) };
      return button(label, () => choose(span), pressed);
    });
    const choose = span => {
      this.#span = span;
      Object.keys(SPANS).forEach((key, i) => attribute(buttons[i], 'aria-pressed', key === span));
      this.draw();
      spanChanged(span);
    };
    const group = { class: 'segments', role: 'group', 'aria-label': 'Time that charts show' };
    const aside = [h('div', group, buttons), help('residual', 'about residuals')];
    const options = { header: this.#words, aside };
    const body = h('div', { class: 'body' }, this.#box);
    this.element = panel('residuals', 'Residuals', options, body);
  }

  setGraph() {
    const { nodes } = this.#state.graph;
    this.destroy();
    const shown = nodes.slice(0, MAX_CHARTS);
    const boxes = shown.map(latent => this.#boxOf(latent));
    this.#box.replaceChildren(...boxes.map(({ element }) => element));
    if (nodes.length > MAX_CHARTS) {
      const more = `${nodes.length - MAX_CHARTS} further latents are in the table above.`;
      this.#box.append(h('p', { class: 'soft small' }, more));
    }
    // A chart takes the width of its box, so the box is on the page first.
    this.#charts = boxes.map((box, i) => this.#chartOf(box, i === shown.length - 1));
  }

  #boxOf(latent) {
    const parents = this.#state.parents(latent).map(spoken);
    const value = h('span', { class: 'value' });
    const plot = plotBox(`Residual of ${spoken(latent)} over time`);
    const small = parents.length
      ? `after ${parents.join(' and ')}`
      : 'has no causes: its distance from its usual values';
    return { latent, value, plot, element: chartBox(spoken(latent), small, value, plot) };
  }

  #chartOf({ latent, value, plot }, axis) {
    const chart = new TimeChart(plot, {
      height: axis ? 116 : 92,
      axis,
      band: usualBand(this.#state.usual(latent)),
      splits: residualTicks,
      series: [{ label: spoken(latent), colour: 'series-1', width: 1.4 }],
      range: residualRange,
    });
    return { latent, value, chart };
  }

  draw() {
    const { trends, commissioning, last, graph } = this.#state;
    const learned = commissioning?.latents.length;
    const unit = `standard deviations${learned ? ' of the model; the band is usual here' : ''}`;
    text(this.#words, `the part of each latent that its causes do not explain, in ${unit}`);
    const spans = incidentSpans(this.#state);
    const quarter = this.#span === 'quarter' && trends;
    const { millis, columns, window } = quarter ? this.#trend() : this.#rows();
    const residuals = columns.slice(0, graph.nodes.length);
    const hidden = new Set((last?.unreadable ?? []).map(one => one.latent));
    this.#charts.forEach(({ latent, value, chart }, i) => {
      chart.band(...usualBand(this.#state.usual(latent)));
      const causes = this.#state.parents(latent).map(name => graph.nodes.indexOf(name));
      const length = quarter ? PERIOD : 0;
      const gaps = residualGaps(millis, residuals, i, causes, !quarter, length);
      chart.set([millis, columns[i] ?? millis.map(() => null)], spans, window, gaps);
      this.#drawValue(value, latent, last?.standardized[i] ?? null, hidden.has(latent));
    });
  }

  #drawValue(value, latent, z, hidden) {
    const tested = z === null ? 'not tested' : `${signed(z)} sd`;
    const kind = z === null ? ' soft' : this.#state.isFar(latent, z) ? ' far' : '';
    text(value, hidden ? 'unreadable' : tested);
    attribute(value, 'class', `value num${hidden ? ' hidden' : kind}`);
  }

  #trend() {
    const millis = trendTimes(this.#state);
    return { millis, columns: this.#state.trends.slice(1), window: trendWindow(millis) };
  }

  #rows() {
    return { ...sinceLastPause(this.#state.scores), window: null };
  }

  destroy() {
    this.#charts.forEach(({ chart }) => chart.destroy());
    this.#charts = [];
  }
}

export class DriftPanel {
  #state;
  #span = 'frames';
  #box = plotBox('Drift statistic as a share of its threshold over time');
  #value = h('span', { class: 'value' });
  #words = h('p', { class: 'soft small' });
  #learningKey = h('span', { class: 'learning-span', hidden: true }, 'learning');
  #canvas = h('canvas', {
    class: 'strip',
    role: 'img',
    'aria-label': 'Drift statistic at every window length over time',
  });
  #scaleWords = h('p', { class: 'visually-hidden' });
  #scaleWordsAt = 0;
  #chart;
  #strip;

  constructor(state) {
    this.#state = state;
    const key = h('p', { class: 'key' }, h('span', null, 'residuals'));
    key.append(h('span', { class: 'second' }, 'picture'));
    key.append(h('span', { class: 'limit' }, 'threshold'));
    key.append(h('span', { class: 'fault-span' }, 'incident'), this.#learningKey);
    const share = ['Share of the threshold', '1 is a drift', this.#value];
    const scales = ['At every scale', 'window length in frames; red is beyond the threshold', null];
    const body = h(
      'div',
      { class: 'body charts' },
      chartBox(...share, this.#box, key),
      chartBox(...scales, this.#canvas, this.#scaleWords),
      this.#words,
    );
    this.element = panel('drift', 'Drift', { aside: help('drift', 'about the statistic') }, body);
    this.#chart = new TimeChart(this.#box, {
      height: 150,
      axis: true,
      series: [
        { label: 'picture', colour: 'series-2', width: 1.2 },
        { label: 'residuals', colour: 'series-1', width: 1.8 },
      ],
      limits: [{ value: 1, colour: 'bad', dash: [6, 4] }],
      range: shareRange,
      ...SHARES,
    });
    this.#strip = new ScaleStrip(this.#canvas);
  }

  setSpan(span) {
    this.#span = span;
    this.#drawCharts();
  }

  draw(update) {
    this.#drawCharts();
    this.#drawWords(update);
  }

  #drawCharts() {
    const spans = incidentSpans(this.#state);
    const learning =
      this.#span === 'quarter' && this.#state.trends
        ? this.#drawTrend(spans)
        : this.#drawRows(spans);
    this.#learningKey.hidden = !learning.length;
  }

  /** Draws 15 minutes, and returns the periods of learning in them. */
  #drawTrend(spans) {
    const [shares, residuals = []] = this.#state.trends;
    const millis = trendTimes(this.#state);
    const learns = this.#state.row.phase !== 'MODEL';
    const isLearning = i => learns && shares[i] === null && (residuals[i] ?? null) !== null;
    const learning = learningGaps(periods(millis, isLearning, PERIOD));
    const picture = millis.map(() => null);
    this.#chart.set([millis, picture, shares], spans, trendWindow(millis), learning);
    this.#strip.set(this.#state.scales, [], []);
    return learning;
  }

  /** Draws the last frames, and returns the periods of learning in them. */
  #drawRows(spans) {
    const { scales, drift } = this.#state;
    const { millis, columns } = sinceLastPause(drift);
    const share = (values, limits) => sharesOf(columns[values], columns[limits]);
    const learning = learningGaps(periods(millis, i => columns[STATISTIC][i] === null));
    const shares = [share(PICTURE, PICTURE_THRESHOLD), share(STATISTIC, THRESHOLD)];
    this.#chart.set([millis, ...shares], spans, null, learning);
    const rows = scales.map((_, i) => share(SCALES + i, THRESHOLD));
    this.#strip.set(scales, millis, rows);
    return learning;
  }

  #drawWords(update) {
    const { row, at, scales, drift } = this.#state;
    const known = row.threshold && row.statistic !== null;
    const far = known && row.statistic >= row.threshold;
    text(this.#value, known ? `${number(row.statistic)} of ${number(row.threshold)}` : '–');
    attribute(this.#value, 'class', `value num${far ? ' far' : ''}`);
    text(this.#words, this.#statisticWords(update));
    if (at - this.#scaleWordsAt > WORDS_EVERY && drift.millis.length) {
      this.#scaleWordsAt = at;
      const last = i => number(drift.columns[SCALES + i]?.at(-1));
      const words = scales.map((n, i) => `${n} frames: ${last(i)} of ${number(row.threshold)}`);
      text(this.#scaleWords, words.join('; '));
    }
  }

  #statisticWords({ samples, targetRunLength, quietRunLength }) {
    const { row, scales, isWatched, commissioning } = this.#state;
    if (!row.threshold) {
      return 'No drift score yet: the monitor has not evaluated a frame of this source.';
    }
    if (!isWatched && row.phase === 'LEARNING') {
      const progress = commissioning?.reasons[0] ?? percent(row.progress);
      return `No statistic until the source has learned its normal state: ${progress}.`;
    }
    if (!isWatched) return 'No statistic until the learned normal state is accepted.';
    if (row.unreadable.length) {
      const names = row.unreadable.map(spoken).join(' and ');
      return `Frames that do not show ${names} do not enter the statistic.`;
    }
    if (samples < scales.at(-1)) {
      return `Warming up: ${integer(samples)} of the ${integer(scales.at(-1))} frames that the longest window needs.`;
    }
    const pace = row.framesPerSecond;
    const time = pace ? `, ${duration((1000 * targetRunLength) / pace)} at this pace` : '';
    const quiet = quietRunLength
      ? ` The nominal frames of this source show one in ${integer(quietRunLength)}.`
      : '';
    return `The threshold is set for one false alarm in ${integer(targetRunLength)} frames on average${time}.${quiet}`;
  }

  destroy() {
    this.#chart.destroy();
    this.#strip.destroy();
  }
}
