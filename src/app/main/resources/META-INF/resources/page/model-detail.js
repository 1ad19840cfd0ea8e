/* Everything about one model: verdicts, gate, difference from another, graph and provenance. */
import { h } from './dom.js';
import { get } from './api.js';
import { drawGraph } from './graph.js';
import { button, cell, chip, help, numberCell, right, rowHead, table, term } from './parts.js';
import { ModelDifference } from './model-difference.js';
import { othersOf } from './registry.js';
import { figure, integer, modelLink, modelName, spoken } from './words.js';

const GRADES = { good: 'good', doubtful: 'warn', bad: 'bad' };
const GATE_COLUMNS = [
  'Rule',
  right('In use'),
  right('This'),
  right('Bound'),
  { words: 'Passed', hidden: true },
  'Reason',
];
const UNCOMPARED =
  'This model was not compared with another: it is the first, or a person put it into the registry.';

const part = (title, header, ...content) =>
  h('section', { class: 'panel' }, h('header', null, h('h2', null, title), header), content);
const aside = (...content) => h('span', { class: 'aside' }, content);

export class ModelDetail {
  #acts;
  #registry = null;
  #scene = null;
  #shown = null;
  #key = '';
  #loading = new AbortController();
  #actions = h('div', { class: 'actions' });
  element = h('div', { class: 'stack' });

  /** @param acts promote and rollBack, by the id of a model */
  constructor(acts) {
    this.#acts = acts;
  }

  /** Shows a model; one that is shown already gets new buttons only. */
  show(id, registry, scene) {
    this.#registry = registry;
    this.#scene = scene;
    if (id === this.#shown) {
      this.#drawActions();
      return;
    }
    this.#shown = id;
    this.#load(id);
  }

  async #load(id) {
    this.#loading.abort();
    const { signal } = (this.#loading = new AbortController());
    const reading = { class: 'panel empty soft', role: 'status' };
    this.element.replaceChildren(h('div', reading, 'Reading the bundle …'));
    this.#key = '';
    try {
      const model = await get(`api/models/${encodeURIComponent(id)}`, signal);
      this.#drawActions();
      const entry = this.#registry.models.find(one => one.id === id);
      const others = othersOf(this.#registry, id);
      const { active } = this.#scene;
      const difference = others.length > 0 && new ModelDifference(model, others, active);
      const parts = [
        this.#verdicts(model, entry),
        model.warnings.length > 0 && warnings(model.warnings),
        gate(model.gate),
        difference && difference.element,
        graphPart(model.graph),
        details(model, others),
      ];
      this.element.replaceChildren(...parts.filter(Boolean));
    } catch (e) {
      if (e.name === 'AbortError') return;
      this.#shown = null;
      const words = h('p', { class: 'soft' }, e.message);
      this.element.replaceChildren(h('div', { class: 'panel empty' }, h('h2', null, id), words));
    }
  }

  #drawActions() {
    const id = this.#shown;
    const { models, activations } = this.#registry;
    const { name, active } = this.#scene;
    if (!models.some(model => model.id === id)) return;
    const used = activations.some(({ model, scene }) => model === id && scene === name);
    const key = [name, id, id === active, used].join(' ');
    if (key === this.#key) return;
    this.#key = key;
    if (id === active) {
      this.#actions.replaceChildren(chip('in use', 'good'));
      return;
    }
    const main = { class: 'primary needs-administer' };
    const promote = button('Promote …', () => this.#acts.promote(id), main);
    const administer = { class: 'needs-administer' };
    const back = button('Roll back to it …', () => this.#acts.rollBack(id), administer);
    this.#actions.replaceChildren(promote, ...(used ? [back] : []));
  }

  #verdicts({ id, verdicts, readings }, entry) {
    const header = [h('h2', { title: id }, modelName(id)), aside(this.#actions)];
    return h(
      'section',
      { class: 'panel', 'aria-label': 'Model' },
      h('header', null, header),
      h('p', { class: 'body soft small mono clipped', title: id }, id),
      h('div', { class: 'verdicts body' }, verdicts.map(verdict)),
      readings.length > 0 &&
        h(
          'ul',
          { class: 'body' },
          readings.map(words => h('li', null, words)),
        ),
      entry?.findings.length > 0 && acceptance(id, entry.acceptedBy),
    );
  }

  leave() {
    this.#loading.abort();
  }
}

function verdict({ aspect, grade, evidence, next }) {
  const command = next && h('span', { class: 'mono' }, next);
  const words = [
    h('p', null, evidence),
    next && h('p', { class: 'soft small' }, 'Next: ', command),
  ];
  return [h('strong', null, spoken(aspect)), chip(grade, GRADES[grade]), h('div', null, words)];
}

function acceptance(id, acceptedBy) {
  const note = { class: 'note soft' };
  if (acceptedBy)
    return h('p', note, `${acceptedBy} accepted the factors that this model cannot read.`);
  const command = `residua model promote ${id} --accept --reason TEXT`;
  return h(
    'p',
    note,
    'Nobody accepted the factors that this model cannot read, so it cannot be promoted here. To use it nevertheless: ',
    h('span', { class: 'mono' }, command),
  );
}

function warnings(all) {
  const items = all.map(warning => h('li', null, warning));
  const body = h('div', { class: 'body' }, h('h2', null, 'Warnings'), h('ul', null, items));
  return h('section', { class: 'panel fault warn' }, body);
}

function gate(result) {
  const about = aside(help('gate', 'about the gate'));
  if (!result) return part('Gate', about, h('p', { class: 'note soft' }, UNCOMPARED));
  const { promoted, sentence, champion, frames, faults, rulings } = result;
  const label = chip(promoted ? 'let through' : 'not let through', promoted ? 'good' : 'warn');
  const compared = ` Compared with ${champion} on ${integer(frames)} held-out frames and ${integer(faults)} injected faults.`;
  const small = h('span', { class: 'soft small' }, compared);
  const words = h('p', { class: 'body' }, sentence, small);
  return part('Gate', [label, about], words, table(GATE_COLUMNS, rulings.map(ruling)));
}

function ruling({ rule, measures, champion, candidate, bound, passed, sentence }) {
  return h(
    'tr',
    null,
    rowHead(spoken(rule), h('div', { class: 'soft small' }, measures)),
    [champion, candidate, bound].map(value => numberCell(figure(value))),
    cell(chip(passed ? 'passed' : 'broken', passed ? 'good' : 'bad')),
    h('td', { class: 'small' }, sentence),
  );
}

const graphPart = graph =>
  part(
    'Graph',
    aside(help('graph', 'how to read it')),
    h('div', { class: 'body' }, drawGraph(graph, undefined, true).element),
  );

function details(model, others) {
  const { metrics, hyperParameters } = model;
  const figures = Object.entries(metrics).map(([name, value]) => [name, figure(value)]);
  const list = pairs =>
    h(
      'dl',
      { class: 'props many' },
      pairs.map(([name, value]) => h('div', null, term(name, value))),
    );
  const stack = h(
    'div',
    { class: 'stack' },
    h('dl', { class: 'props' }, provenance(model, others)),
    h('h3', null, 'Figures of the training'),
    list(figures),
    h('h3', null, 'Settings'),
    list(Object.entries(hyperParameters)),
  );
  const summary = h('summary', null, 'Details');
  return h('section', { class: 'panel' }, h('details', { class: 'body' }, summary, stack));
}

function provenance(model, others) {
  const { parent, startedAt, finishedAt, graph, anchored } = model;
  const known = others.includes(parent);
  const named = node => spoken(node) + (anchored.includes(node) ? '' : ' (unnamed)');
  const facts = {
    Parent: known ? h('a', { href: modelLink(parent) }, parent) : parent,
    Architecture: model.architecture,
    Images: model.image,
    Trained: `${startedAt.slice(0, 19).replace('T', ' ')} to ${finishedAt.slice(11, 19)}`,
    Data: `${model.data}, ${model.dataRange}`,
    'Labelled frames': integer(model.labelledFrames),
    Latents: graph.nodes.map(named).join(', '),
    Seed: String(model.seed),
    Code: model.codeVersion,
    Digest: h('span', { class: 'mono' }, model.digest),
  };
  return Object.entries(facts)
    .filter(([, value]) => value !== null && value !== undefined && value !== '')
    .map(([name, value]) => term(name, value));
}
