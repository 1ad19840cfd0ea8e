/* The frame of a source: its pictures, latents and mechanisms. */
import { h, text, attribute } from './dom.js';
import { get } from './api.js';
import { zBar } from './charts.js';
import { drawGraph } from './graph.js';
import { PictureRow, button, cell, help, panel, right, rowHead, table } from './parts.js';
import {
  readingWords,
  undrawnWords,
  unreadableSentence,
  unreadableWords,
  untestedWords,
} from './unreadable.js';
import { clock, moment, pValue, signed, spoken } from './words.js';

const PICTURE_PAUSE = 250;
const SHOTS = [
  ['Seen', 'the frame, as the model reads it'],
  ['Expected', 'as its causes explain it'],
  ['Difference', 'black: none, white: most'],
];
const EVIDENCE = ['frame', 'expected', 'heatmap'];
const COLUMNS = [
  'Latent',
  { words: 'Observed', kind: 'right wide' },
  { words: 'Expected', kind: 'right wide' },
  'Residual, sd',
  { words: 'Residual as a number', kind: 'right', hidden: true },
  { words: 'p-value', kind: 'right model-p' },
];

/** Pictures and latents: of the last frame, of an event, or of the evidence of an incident. */
export class FramePanel {
  #state;
  #name;
  #changed;
  #pictures = new PictureRow(SHOTS, 'no frame yet');
  #title = h('span', { class: 'soft small num' });
  #back = button('Back to live', () => this.#show(null), { hidden: true });
  #rows = [];
  #body = h('tbody');
  #table = table(COLUMNS, this.#body, { class: 'latents' }, 'Latents of the frame');
  #key = '';
  #loading = null;
  #loadedAt = 0;

  /** @param changed called if another frame is shown */
  constructor(state, name, changed) {
    this.#state = state;
    this.#name = name;
    this.#changed = changed;
    const aside = [this.#back, help('pictures', 'how to read these')];
    const pictures = h('div', { class: 'body' }, this.#pictures.element);
    const options = { header: this.#title, aside };
    this.element = panel('now', 'Frame', options, pictures, this.#table);
  }

  setGraph() {
    this.#rows = this.#state.graph.nodes.map(latent => latentRow(latent, this.#state));
    this.#body.replaceChildren(...this.#rows.map(row => row.element));
  }

  draw() {
    const { shown, frame, row, causes, unreadable } = this.#state;
    const readings = shown ? shown.readings : frame.readings;
    const ofModel = row.phase === 'MODEL';
    this.#table.hidden = readings.length === 0; // stored evidence has pictures only
    this.#rows.forEach((one, i) => {
      const reading = readings[i];
      const difference = reading ? reading.observed - reading.expected : null;
      const z = shown ? difference : frame.standardized[i];
      one.show(reading, z, shown || !ofModel ? '–' : pValue(frame.pValues[i]), causes);
      one.showGap(z, unreadable, this.#state.at);
    });
    // With a calibration of the source, its panel has the p-values.
    attribute(this.#table, 'class', ofModel ? 'scroll' : 'scroll own-normal');
  }

  /** Keeps the pictures at an event or an incident; null returns to the last frame. */
  #show(shown) {
    this.#state.shown = shown;
    this.#back.hidden = !shown;
    this.#loading?.abort();
    this.#loading = null;
    this.#key = '';
    this.#pictures.caption(2);
    this.#changed();
    if (shown) {
      this.element.scrollIntoView({ block: 'nearest' });
      this.#back.focus();
    }
  }

  showLast(words) {
    const { last } = this.#state;
    if (last) this.#loadFrame(last, last.readings, words, last);
  }

  showEvent(event) {
    this.#show(event);
    const { partition, offset } = event.frame;
    const place = { partition, offset, modelId: event.modelId };
    const words = `event at ${clock(event.at)}, frame ${event.lastSequence}`;
    this.#loadFrame(place, event.readings, words, null);
  }

  /** Shows the stored pictures of an incident, which need neither its frame nor its model. */
  async showEvidence(incident) {
    const shown = { causes: incident.causes, readings: [], headline: incident.headline };
    this.#show(shown);
    const path = `api/incidents/${encodeURIComponent(incident.id)}/evidence`;
    let stored = null;
    let missing = 'not drawn: the sensor is at fault';
    try {
      stored = await get(path);
    } catch (e) {
      missing = String(e.message);
    }
    if (this.#state.shown !== shown) return;
    const latent = /^(?:mechanism|root):(.+)$/.exec(stored?.subject ?? '')?.[1];
    if (latent) {
      this.#pictures.caption(2, `where the deviation of ${spoken(latent)} shows`);
    }
    const words = stored
      ? `evidence from ${moment(stored.capturedAt)}, frame ${stored.sequence}, model ${stored.modelId}`
      : 'evidence';
    const found = name => (stored?.pictures.includes(name) ? `${path}/${name}` : null);
    this.#load(`evidence of ${incident.id}`, EVIDENCE.map(found), missing, words, null);
  }

  #loadFrame({ partition, offset, modelId }, readings, words, frame) {
    const latents = this.#state.explained(readings);
    const model = `model=${encodeURIComponent(modelId)}`;
    const source = `source=${encodeURIComponent(this.#name)}`;
    const frameQuery = `${model}&${source}&partition=${partition}&offset=${offset}`;
    const seen = `api/pictures/frame?${frameQuery}`;
    const values = latents.map(value => Math.max(-999, Math.min(999, value)).toFixed(3)).join();
    const drawn = [
      `api/pictures/decoded?${model}&latents=${values}`,
      `api/pictures/difference?${frameQuery}&latents=${values}`,
    ];
    const unknown = latents.includes(null);
    const paths = [seen, ...(unknown ? [null, null] : drawn)];
    const missing = unknown ? undrawnWords(readings) : '';
    this.#load(`${partition}@${offset}`, paths, missing, words, frame);
  }

  /** @param frame the figures of these pictures; null if they are not shown with them */
  async #load(key, paths, missing, words, frame) {
    if (key === this.#key) return;
    if (!this.#state.shown) {
      const soon = performance.now() - this.#loadedAt < PICTURE_PAUSE;
      if (this.#loading || document.hidden || soon) return;
    }
    const loading = new AbortController();
    this.#loading = loading;
    this.#loadedAt = performance.now();
    if (!(await this.#pictures.load(paths, missing, words, loading.signal))) return;
    this.#loading = null;
    this.#key = key;
    text(this.#title, words);
    if (frame) {
      this.#state.pictured = frame;
      this.#changed();
    }
  }

  destroy() {
    this.#loading?.abort();
    this.#pictures.destroy();
  }
}

/** The row of one latent. */
function latentRow(latent, state) {
  const parents = state.parents(latent);
  const bar = zBar();
  const observed = h('td', { class: 'right num wide' });
  const expected = h('td', { class: 'right num wide' });
  const residual = h('td', { class: 'right num' });
  const p = h('td', { class: 'right num' });
  const from = parents.length ? `from ${parents.map(spoken).join(', ')}` : 'root';
  const head = rowHead(spoken(latent), h('small', null, from));
  const measured = [cell(bar.element), residual, p];
  const chip = h('a', { class: 'chip warn', href: '#/explain/unreadable' }, 'unreadable');
  const words = h('span', { class: 'soft' });
  const gap = h('td', { colspan: measured.length, hidden: true }, h('div', null, chip, words));
  attribute(gap, 'class', 'gap');
  const element = h('tr', null, head, observed, expected, measured, gap);
  return {
    element,
    /** Shows in place of a missing residual why it is missing. */
    showGap(z, unreadable, now) {
      const own = unreadable.find(one => one.latent === latent);
      const why = own ? unreadableWords(own, now) : untestedWords(parents, unreadable);
      const missing = Boolean(own || ((z ?? null) === null && why));
      measured.forEach(one => attribute(one, 'hidden', missing ? '' : null));
      gap.hidden = !missing;
      chip.hidden = !own;
      if (own) text(observed, readingWords(null)); // a value between such frames is often wrong
      text(words, why);
      attribute(gap, 'title', own && `in ${own.frames} of the last 32 frames`);
    },
    show(reading, z, pWords, causes) {
      text(observed, readingWords(reading?.observed, reading?.observedFactor));
      text(expected, readingWords(reading?.expected, reading?.expectedFactor));
      bar.set(z, state.isFar(latent, z));
      text(residual, signed(z));
      text(p, pWords);
      attribute(element, 'class', causeClass(latent, causes));
    },
  };
}

function causeClass(latent, causes) {
  if (latent === causes[0]) return 'lit';
  return causes.includes(latent) ? 'named' : null;
}

const CHANNELS = [
  ['Residual', 'a mechanism is broken', 'jointPValue'],
  ['Reconstruction', 'the model cannot redraw the frame', 'reconstructionPValue'],
  ['Appearance', 'pixels that never vary have changed', 'appearancePValue'],
];

/** The causal graph with the residuals of the frame, and the p-values of its channels. */
export class MechanismsPanel {
  #state;
  #graph = null;
  #box = h('div', { class: 'body' });
  #note = h('p', { class: 'graph-note' });
  #ofModel = h(
    'p',
    { class: 'graph-note soft small', hidden: true },
    'These p-values are by the calibration of the model, not of this source.',
  );
  #channels = CHANNELS.map(([title, words, key]) => {
    const value = h('td', { class: 'right num' }, '–');
    return { key, value, row: h('tr', null, rowHead(title, h('small', null, words)), value) };
  });

  constructor(state) {
    this.#state = state;
    const columns = ['Channel of the frame', right(help('p-value', 'p-value'))];
    const rows = this.#channels.map(channel => channel.row);
    this.element = panel(
      'graph',
      'Mechanisms',
      { aside: help('graph', 'how to read the graph') },
      this.#box,
      this.#note,
      table(columns, rows, { class: 'latents' }),
      this.#ofModel,
    );
  }

  setGraph() {
    this.#graph = drawGraph(this.#state.graph);
    this.#box.replaceChildren(this.#graph.element);
  }

  draw() {
    const { frame, graph, row, causes, unreadable } = this.#state;
    for (const { key, value } of this.#channels) {
      const p = frame[key];
      const unknown = key === 'reconstructionPValue' && p === null;
      text(value, unknown ? 'not computed' : pValue(p));
    }
    this.#ofModel.hidden = row.phase === 'MODEL';
    const hidden = new Set(unreadable.map(({ latent }) => latent));
    this.#graph.values(
      graph.nodes.map((latent, i) => [latent, frame.standardized[i]]),
      hidden,
    );
    this.#graph.light(causes);
    text(this.#note, this.#noteWords());
  }

  #noteWords() {
    const { shown, openIncidents, causes, isWatched, unreadable } = this.#state;
    const about = shown ?? openIncidents[0];
    const ofUnreadable = !shown && about?.subject === 'sensor:unreadable';
    if (about && !(ofUnreadable && unreadable.length)) {
      return causes.length
        ? about.headline
        : `${about.headline}. No single mechanism is the cause.`;
    }
    if (!isWatched) return 'No mechanism is tested while the source is not watched.';
    return unreadable.length ? unreadableSentence(unreadable) : 'Every latent follows its causes.';
  }
}
