/* The audit log: all changes with their authors and times, also the denied ones. */
import { h, text } from './dom.js';
import { get, download } from './api.js';
import { Pager, button, cell, chip, panel, select, table } from './parts.js';
import { debounced } from './timing.js';
import { fullSentence, integer, isoOf, moment, spoken } from './words.js';

const SIZE = 50;
const PAUSE = 250;
const CHIPS = { DONE: 'good', DENIED: 'warn', FAILED: 'bad' };
const OUTCOMES = [
  ['', 'every outcome'],
  ['done', 'done'],
  ['denied', 'denied'],
  ['failed', 'failed'],
];
const COLUMNS = ['Time', 'Person', 'Action', 'Concerned', 'Outcome', 'Details'];

export function audit(root) {
  const page = new Audit(root);
  return () => page.leave();
}

class Audit {
  #changed = debounced(PAUSE, () => this.#load(0));
  #find;
  #outcome;
  #from;
  #to;
  #count = chip('…', 'plain');
  #rows = h('tbody');
  #table = table(COLUMNS, this.#rows);
  #problem = h('p', { class: 'empty soft', role: 'status', hidden: true });
  #pager = new Pager('Pages of entries', SIZE, page => this.#load(page), ['Newer', 'Older']);
  #loading = new AbortController();

  constructor(root) {
    const changed = () => this.#changed();
    const placeholder = 'Name, action, source, reason …';
    const search = { type: 'search', name: 'text', placeholder, oninput: changed };
    this.#find = h('input', { ...search, 'aria-label': 'Text in the entries' });
    const outcome = { name: 'outcome', 'aria-label': 'Outcome', onchange: changed };
    this.#outcome = select(outcome, OUTCOMES);
    const time = label =>
      h('input', { type: 'datetime-local', 'aria-label': label, onchange: changed });
    this.#from = time('From');
    this.#to = time('To');
    const to = h('span', { class: 'soft small' }, 'to');
    const range = h('span', { class: 'range' }, this.#from, to, this.#to);
    const filters = h('div', { class: 'filters' }, this.#find, this.#outcome, range);
    const exports = [this.#export('csv', 'Export CSV'), this.#export('jsonl', 'Export JSON lines')];
    const aside = h('span', { class: 'actions' }, exports);
    const options = { level: 'h1', header: this.#count, aside };
    const parts = [filters, this.#table, this.#problem, this.#pager.element];
    root.append(panel('audit', 'Audit', options, parts));
    this.#load(0);
  }

  #export(format, words) {
    return button(words, () => {
      const path = `api/audit/export?${this.#query({ format })}`;
      download(path, `residua-audit.${format}`).catch(e => this.#failed(e));
    });
  }

  #query(more) {
    const all = {
      text: this.#find.value,
      outcome: this.#outcome.value,
      from: isoOf(this.#from.value),
      to: isoOf(this.#to.value),
      ...more,
    };
    return new URLSearchParams(Object.entries(all).filter(([, value]) => value !== ''));
  }

  async #load(page) {
    this.#loading.abort();
    const { signal } = (this.#loading = new AbortController());
    try {
      this.#draw(await get(`api/audit?${this.#query({ page, size: SIZE })}`, signal));
    } catch (e) {
      if (e.name !== 'AbortError') this.#failed(e);
    }
  }

  #draw(found) {
    text(this.#count, integer(found.matching));
    this.#rows.replaceChildren(...found.entries.map(entryRow));
    this.#table.hidden = !found.entries.length;
    this.#problem.hidden = !this.#table.hidden;
    text(this.#problem, 'No entry matches.');
    this.#pager.show(found);
  }

  #failed(e) {
    this.#table.hidden = true;
    this.#problem.hidden = false;
    text(this.#problem, fullSentence(e.message));
    text(this.#count, '–');
    this.#pager.show({ page: 0, matching: 0 });
  }

  leave() {
    this.#changed.cancel();
    this.#loading.abort();
  }
}

function entryRow({ at, by, action, target, sources, sourceCount, scene, outcome, detail }) {
  const all = sources.join(', ');
  const concerned = () => {
    if (scene) return `scene ${scene}`;
    if (sourceCount === 0) return '–';
    const few = sourceCount === sources.length && sourceCount <= 3;
    return few ? all : `${integer(sourceCount)} sources`;
  };
  return h(
    'tr',
    null,
    h('td', { class: 'num' }, moment(at)),
    cell(by),
    cell(spoken(action), h('div', { class: 'soft small' }, target)),
    h('td', { title: all }, concerned()),
    cell(chip(spoken(outcome), CHIPS[outcome])),
    cell(detail),
  );
}
