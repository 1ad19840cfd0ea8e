/* A source over hours and weeks: drift, residuals, incidents, and days next to each other. */
import { h, text, attribute, framed } from './dom.js';
import { get, Refused } from './api.js';
import { SHARES, TimeChart, onRecolour, plotBox } from './charts.js';
import { DayMap } from './day-map.js';
import { button, help, panel, select, when } from './parts.js';
import { DAY, SPANS, movedEnd, periodTimes, periodWords, spanLength } from './calendar.js';
import { shareRange } from './axes.js';
import { repeatedly } from './timing.js';
import {
  counted,
  incidentLink,
  incidentOf,
  moment,
  sourceLink,
  spoken,
  subjectWords,
} from './words.js';

const EVERY = 20000;
const WEEKS_EVERY = 300e3;
const WEEKS = 28 * DAY;
const MAX_INCIDENTS = 50;
const DEFAULT_SPAN = 'P1D';

export function history(root, context, name, query) {
  const page = new History(root, name, query);
  return () => page.leave();
}

class History {
  #name;
  #view;
  #spans;
  #later;
  #latest;
  #words = h('span', { class: 'soft small num', role: 'status' });
  #problem = h('p', { class: 'panel empty soft', role: 'status', hidden: true });
  #filled;
  #drift;
  #residuals = new Residuals();
  #incidents = h('ol', { class: 'events' });
  #incidentPanel;
  #latent;
  #days = new DayMap();
  #weeks = null;
  #drawDays = framed(() => this.#showDays());
  #polling;
  #ends;

  constructor(root, name, query) {
    this.#name = name;
    this.#view = {
      span: spanLength(query.get('span')) ? query.get('span') : DEFAULT_SPAN,
      until: Number(query.get('until')) || 0,
      latent: query.get('latent') ?? '',
    };
    const box = plotBox('Drift statistic as a share of its threshold over time');
    const body = h('div', { class: 'body' }, this.#incidents);
    this.#incidentPanel = panel('open', 'Incidents of this time', {}, body);
    this.#incidentPanel.hidden = true;
    const parts = [this.#driftPanel(box), this.#residuals.element, this.#incidentPanel];
    this.#filled = h('div', { class: 'stack' }, parts, this.#daysPanel());
    root.append(this.#head(), this.#problem, this.#filled);
    this.#drift = new TimeChart(box, {
      height: 150,
      axis: true,
      days: true,
      series: [{ label: 'residuals', colour: 'series-1', width: 1.6 }],
      limits: [{ value: 1, colour: 'bad', dash: [6, 4] }],
      range: shareRange,
      ...SHARES,
    });
    this.#polling = repeatedly(EVERY, signal => this.#ask(signal));
    this.#show();
    this.#listen();
  }

  #head() {
    const buttons = SPANS.map(([span, label]) => button(label, () => this.#look({ span })));
    this.#spans = buttons;
    const step = (label, title, by) => button(label, () => this.#move(by), { title });
    this.#later = step('later →', 'later (right arrow)', 1);
    this.#latest = button('now', () => this.#look({ until: 0 }));
    const group = { class: 'segments', role: 'group', 'aria-label': 'Time that charts show' };
    const actions = [h('div', group, buttons), step('← earlier', 'earlier (left arrow)', -1)];
    actions.push(this.#later, this.#latest);
    const back = h('a', { href: sourceLink(this.#name) }, `← ${this.#name}, live`);
    return h(
      'header',
      null,
      h('p', { class: 'crumbs' }, back),
      h(
        'div',
        { class: 'title' },
        h('h1', null, `${this.#name}, past`),
        h('div', { class: 'actions' }, actions),
      ),
    );
  }

  #driftPanel(box) {
    const small = h('small', null, 'largest of each period; 1 is a drift');
    const title = h('header', null, h('h3', null, 'Share of the threshold ', small));
    const body = h('div', { class: 'body charts' }, h('div', { class: 'chart' }, title, box));
    const options = { header: this.#words, aside: help('drift', 'about the statistic') };
    return panel('past', 'Drift', options, body);
  }

  #daysPanel() {
    const choose = event => {
      this.#view.latent = event.target.value;
      this.#show();
      this.#drawDays();
    };
    this.#latent = select({ 'aria-label': 'Latent of the heat map', onchange: choose }, []);
    const options = { header: this.#latent, aside: help('days', 'how to read them') };
    const body = h('div', { class: 'body' }, this.#days.elements);
    return panel('days', 'Days next to each other', options, body);
  }

  #listen() {
    const keys = event => this.#key(event);
    addEventListener('keydown', keys);
    addEventListener('resize', this.#drawDays);
    this.#ends = [
      () => removeEventListener('keydown', keys),
      () => removeEventListener('resize', this.#drawDays),
      onRecolour(this.#drawDays),
    ];
  }

  #key(event) {
    const { key, target, ctrlKey, altKey, metaKey } = event;
    if (ctrlKey || altKey || metaKey) return;
    if (target.closest('input, select, textarea, dialog')) return;
    if (key === 'ArrowLeft') this.#move(-1);
    if (key === 'ArrowRight' && this.#view.until) this.#move(1);
  }

  #look(change) {
    Object.assign(this.#view, change);
    this.#show();
    this.#polling.again();
  }

  /** Shows the view in the address and in the buttons. */
  #show() {
    const { span, until } = this.#view;
    const given = Object.entries(this.#view).filter(([, value]) => value && value !== DEFAULT_SPAN);
    const query = given.length ? `?${new URLSearchParams(given)}` : '';
    const address = `#/history/${encodeURIComponent(this.#name)}${query}`;
    window.history.replaceState(null, '', address);
    this.#spans.forEach((one, i) => attribute(one, 'aria-pressed', SPANS[i][0] === span));
    this.#later.disabled = !until;
    this.#latest.disabled = !until;
  }

  #move(by) {
    const { span, until } = this.#view;
    this.#look({ until: movedEnd(until, spanLength(span), by, Date.now()) });
  }

  async #ask(signal) {
    const to = this.#view.until || Date.now();
    const from = to - spanLength(this.#view.span);
    try {
      this.#draw(await this.#get(from, to, signal), from, to);
      const now = Date.now();
      if (this.#weeks && now - this.#weeks.at < WEEKS_EVERY) return;
      this.#weeks = await this.#get(now - WEEKS + 1000, now, signal);
      this.#drawDays();
    } catch (e) {
      if (!(e instanceof Refused)) throw e;
      this.#problem.hidden = false;
      this.#filled.hidden = true;
      text(this.#problem, e.message);
    }
  }

  #get(from, to, signal) {
    const [start, end] = [from, to].map(millis => new Date(millis).toISOString());
    const query = new URLSearchParams({ source: this.#name, from: start, to: end });
    return get(`api/history?${query}`, signal);
  }

  #draw(found, from, to) {
    const incidents = found.incidents.map(incidentOf);
    this.#problem.hidden = true;
    this.#filled.hidden = false;
    const millis = periodTimes(found, found.drift.length);
    const spans = incidents.map(({ openedAt, endedAt }) => [openedAt, endedAt]);
    text(this.#words, `${moment(from)} to ${moment(to)}, by the ${periodWords(found)}`);
    this.#drift.set([millis, found.drift], spans, [from, to]);
    if (this.#residuals.setLatents(found.latents)) {
      const options = found.latents.map(latent => h('option', { value: latent }, spoken(latent)));
      this.#latent.replaceChildren(...options);
    }
    this.#residuals.draw(millis, found, spans, [from, to]);
    this.#incidentPanel.hidden = !incidents.length;
    this.#incidents.replaceChildren(...incidentItems(incidents));
  }

  #showDays() {
    if (!this.#weeks || !this.#filled.isConnected) return;
    const { latents, means } = this.#weeks;
    const i = Math.max(0, latents.indexOf(this.#view.latent));
    this.#latent.value = latents[i] ?? '';
    this.#days.draw(this.#weeks, means[i] ?? [], this.#latent.value);
  }

  leave() {
    this.#polling.end();
    this.#drift.destroy();
    this.#residuals.destroy();
    this.#ends.forEach(end => end());
  }
}

/** Charts of the residuals, one for each latent. */
class Residuals {
  #latents = [];
  #charts = [];
  #box = h('div', { class: 'charts' });
  element = panel(
    'res',
    'Residuals',
    { aside: help('residual', 'about residuals') },
    h('div', { class: 'body' }, this.#box),
  );

  /** Makes the charts; returns false if the latents are those shown. */
  setLatents(latents) {
    if (latents.join('\n') === this.#latents.join('\n')) return false;
    this.destroy();
    this.#latents = latents;
    const boxes = latents.map(latent => plotBox(`Residual of ${spoken(latent)} over time`));
    const titled = boxes.map((box, i) => {
      const words = i ? 'sd' : 'mean, and the furthest from zero, in sd';
      const title = h('h3', null, spoken(latents[i]), ' ', h('small', null, words));
      return h('div', { class: 'chart' }, h('header', null, title), box);
    });
    this.#box.replaceChildren(...titled);
    this.#charts = boxes.map((box, i) => chartOf(box, i === latents.length - 1));
    return true;
  }

  draw(millis, { extremes, means }, spans, window) {
    this.#charts.forEach((chart, i) => chart.set([millis, extremes[i], means[i]], spans, window));
  }

  destroy() {
    this.#charts.forEach(chart => chart.destroy());
    this.#charts = [];
  }
}

const chartOf = (box, axis) =>
  new TimeChart(box, {
    height: axis ? 130 : 105,
    axis,
    days: true,
    band: [-2, 2],
    series: [
      { label: 'furthest', colour: 'line-strong', width: 1 },
      { label: 'mean', colour: 'series-1', width: 1.8 },
    ],
    range: (min, max) => [Math.min(-4, min * 1.05), Math.max(4, max * 1.05)],
  });

function incidentItems(incidents) {
  const items = incidents.slice(0, MAX_INCIDENTS).map(({ openedAt, id, headline, subject }) => {
    const meta = h('div', { class: 'meta' }, h('span', null, subjectWords(subject)));
    return h('li', null, when(openedAt), ' ', h('a', { href: incidentLink(id) }, headline), meta);
  });
  const more = incidents.length - MAX_INCIDENTS;
  if (more > 0)
    items.push(h('li', { class: 'soft small' }, `and ${counted(more, 'more', 'more')}`));
  return items;
}
