/* One source: its pictures, residuals, drift and events. */
import { h, text, attribute, toast } from './dom.js';
import { get, showAllowed } from './api.js';
import { acceptNormal, silence } from './actions.js';
import { editGeometry } from './geometry.js';
import { forecast } from './forecast.js';
import { whatIf } from './whatif.js';
import { why } from './why.js';
import { noFrames } from './overview.js';
import { button, fact, setChip } from './parts.js';
import { SourceState } from './source-state.js';
import { FramePanel, MechanismsPanel } from './source-frame.js';
import { NormalPanel } from './source-normal.js';
import { DriftPanel, ResidualsPanel } from './source-charts.js';
import { CommandsPanel, FaultPanel, Timeline } from './source-news.js';
import {
  ago,
  clock,
  conditionColour,
  conditionWord,
  number,
  phaseColour,
  PHASES,
  phaseWord,
} from './words.js';

export function source(root, { live, about }, name) {
  const page = new SourcePage(root, live, about, name);
  showAllowed(root, { source: name });
  return () => page.leave();
}

class SourcePage {
  #name;
  #live;
  #about;
  #state = new SourceState();
  #unknown = h('div', { class: 'panel empty', hidden: true });
  #head;
  #frame;
  #mechanisms;
  #parts;
  #normal;
  #timeline;
  #two;
  #filled;

  constructor(root, live, about, name) {
    this.#name = name;
    this.#live = live;
    this.#about = about;
    const state = this.#state;
    const actions = {
      pause: paused => this.#see(paused),
      region: motion => this.#editRegion(motion),
      whatIf: () => state.last && whatIf(state.last, latent => state.parents(latent)),
      forecast: () => forecast(name, state.longestForecast, state.graph.nodes),
      why: () => why(name).catch(e => toast(e.message)),
      showEvent: event => this.#frame.showEvent(event),
      showEvidence: incident => this.#frame.showEvidence(incident),
    };
    this.#head = new Head(name, actions);
    this.#frame = new FramePanel(state, name, () => this.#drawFrame());
    this.#mechanisms = new MechanismsPanel(state);
    this.#normal = new NormalPanel(state, name);
    this.#timeline = new Timeline(state, actions);
    const fault = new FaultPanel(state, actions);
    const commands = new CommandsPanel(state);
    const residuals = new ResidualsPanel(state, span => drift.setSpan(span));
    const drift = new DriftPanel(state);
    this.#two = h('div', { class: 'two' }, this.#frame.element, this.#mechanisms.element);
    this.#parts = { news: [fault, commands, this.#timeline], charts: [residuals, drift] };
    this.#filled = h(
      'div',
      { class: 'stack', hidden: true },
      [fault, commands].map(part => part.element),
      this.#two,
      [residuals, drift, this.#normal, this.#timeline].map(part => part.element),
    );
    root.append(this.#head.element, this.#unknown, this.#filled);
    this.#see(false);
  }

  #see(paused) {
    const view = paused ? { see: 'nothing' } : { see: 'source', name: this.#name };
    this.#live.see(view, message => this.#draw(message));
  }

  #draw(message) {
    const unknown = message.type === 'unknown';
    this.#unknown.hidden = !unknown;
    this.#filled.hidden = unknown;
    if (unknown) {
      if (!this.#unknown.firstChild) this.#unknown.append(...noFrames(this.#about));
      text(this.#unknown.querySelector('h2'), `No frame of ${this.#name} has arrived yet`);
      return;
    }
    const changed = this.#state.take(message.source);
    if (changed.graph) {
      this.#frame.setGraph();
      this.#mechanisms.setGraph();
      this.#parts.charts.forEach(part => part.setGraph?.());
    }
    if (changed.news) this.#parts.news.forEach(part => part.draw());
    this.#drawRest(message.source);
  }

  #drawRest(update) {
    const state = this.#state;
    const urgent = state.row.phase in PHASES;
    const next = urgent ? this.#two : this.#timeline.element;
    if (this.#normal.element.nextElementSibling !== next) {
      this.#filled.insertBefore(this.#normal.element, next);
    }
    this.#head.draw(state);
    this.#normal.draw(update.pValues);
    this.#drawFrame();
    this.#parts.charts.forEach(part => part.draw(update));
    document.title = `${state.openIncidents.length ? '(!) ' : ''}${this.#name} · Residua`;
    if (!state.shown) this.#frame.showLast(clock(state.last?.capturedAt ?? 0));
  }

  #drawFrame() {
    if (!this.#state.last) return;
    this.#frame.draw();
    this.#mechanisms.draw();
  }

  #editRegion(motion = null) {
    const { last } = this.#state;
    if (!last) return;
    const changed = () => this.#head.showRule();
    editGeometry(this.#name, last, changed, motion).catch(e => toast(e.message));
  }

  leave() {
    this.#frame.destroy();
    this.#parts.charts.forEach(part => part.destroy());
  }
}

const FACTS = {
  pace: 'Frames per second',
  frame: 'Last frame',
  sequence: 'Sequence',
  model: 'Model',
  rule: 'Rule',
};

/** Name and state of the source, buttons, and figures of the last frame. */
class Head {
  #name;
  #condition = h('span', { class: 'chip' }, '…');
  #phase = h('span', { class: 'chip', hidden: true });
  #accept;
  #forecast;
  #facts;
  #expectedPace = null;

  constructor(name, { pause, region, whatIf: ask, forecast: lookAhead, why: explain }) {
    this.#name = name;
    this.#forecast = button('Forecast …', lookAhead, { hidden: true });
    this.#accept = button('Accept as normal', () => acceptNormal(name), { class: 'needs-change' });
    const pausing = button('Pause', () => {
      const paused = pausing.textContent === 'Pause';
      attribute(pausing, 'aria-pressed', paused);
      text(pausing, paused ? 'Resume' : 'Pause');
      pause(paused);
    });
    attribute(pausing, 'aria-pressed', false);
    const past = h('a', { class: 'button', href: `#/history/${encodeURIComponent(name)}` }, 'Past');
    const actions = [
      pausing,
      past,
      this.#accept,
      button('Region …', () => region(), { class: 'needs-configure' }),
      button('Why …', explain),
      button('What if …', ask),
      this.#forecast,
      button('Silence …', () => silence(name), { class: 'needs-change' }),
    ];
    const facts = Object.entries(FACTS).map(([key, label]) => [key, fact(label, '–')]);
    this.#facts = Object.fromEntries(facts.map(([key, one]) => [key, one.lastElementChild]));
    const title = h('div', { class: 'title' }, h('h1', null, name), this.#condition, this.#phase);
    title.append(h('div', { class: 'actions' }, actions));
    const crumbs = h('p', { class: 'crumbs' }, h('a', { href: '#/' }, '← All sources'));
    const list = h(
      'div',
      { class: 'facts' },
      facts.map(([, one]) => one),
    );
    this.element = h('header', null, crumbs, title, list);
    this.showRule();
  }

  /** Shows the rule that applies to the source. */
  async showRule() {
    try {
      const path = `api/sources/rules?source=${encodeURIComponent(this.#name)}`;
      const { rules, why } = await get(path);
      const [rule] = rules;
      this.#expectedPace = rule?.settings.framesPerSecond ?? null;
      const words = rule ? rule.id : 'none: settings of the installation';
      const unmonitored = rule?.settings.enabled === false ? ' (not monitored)' : '';
      const link = h('a', { href: '#/settings', title: why }, words);
      this.#facts.rule.replaceChildren(link, unmonitored);
    } catch {
      text(this.#facts.rule, '–');
    }
  }

  draw(state) {
    const { row, last, at } = state;
    const commissioned = !(row.phase in PHASES);
    setChip(this.#condition, conditionWord(row.condition), conditionColour(row.condition));
    this.#condition.hidden = row.condition === 'NOT_WATCHED' && !commissioned;
    setChip(this.#phase, phaseWord(row.phase, row.progress), phaseColour(row.phase));
    this.#phase.hidden = commissioned;
    this.#accept.hidden = row.phase === 'NEEDS_REVIEW' || !state.isWatched;
    this.#forecast.hidden = state.longestForecast === null;
    text(this.#facts.pace, paceWords(row.framesPerSecond, this.#expectedPace));
    text(this.#facts.frame, ago(row.scoredAt, at));
    text(this.#facts.sequence, row.lastSequence ? String(row.lastSequence) : '–');
    text(this.#facts.model, last?.modelId ?? '–');
  }
}

/** The rate of frames, and the expected one if they differ by more than a quarter. */
function paceWords(pace, expected) {
  if (!pace) return '–';
  const differs = expected && (pace > 1.25 * expected || pace * 1.25 < expected);
  return `${number(pace, 1)}${differs ? ` (the rule says ${number(expected, 1)})` : ''}`;
}
