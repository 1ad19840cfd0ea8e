/* Keyboard shortcuts of all pages, and the finder of sources. */
import { h } from './dom.js';
import { get } from './api.js';
import { chip, term } from './parts.js';
import { debounced } from './timing.js';
import { conditionColour, conditionWord, sourceLink } from './words.js';

const PLACES = {
  s: ['#/', 'sources'],
  w: ['#/wall', 'wall'],
  i: ['#/incidents', 'incidents'],
  f: ['#/feedback', 'feedback'],
  m: ['#/models', 'models'],
  t: ['#/settings', 'settings'],
  e: ['#/explain', 'help'],
};
const KEYS = [
  ['?', 'this list'],
  ['Ctrl K', 'find a source'],
  ['/', 'search, if the page has a search'],
  ...Object.entries(PLACES).map(([key, [, words]]) => [`g ${key}`, words]),
  ['← →', 'earlier and later, on the past of a source'],
  ['Esc', 'close a dialog'],
];
const SEQUENCE = 1500; // milliseconds between g and the next key

let startedAt = 0;
const isTyping = event => event.target.closest?.('input, select, textarea, dialog');

addEventListener('keydown', event => {
  const control = event.ctrlKey || event.metaKey;
  if (control && event.key.toLowerCase() === 'k') {
    event.preventDefault();
    if (!document.querySelector('dialog')) new Finder();
    return;
  }
  if (isTyping(event) || control || event.altKey) return;
  const second = Date.now() - startedAt < SEQUENCE;
  startedAt = 0;
  if (event.key === '?') showKeys();
  else if (second && PLACES[event.key]) location.hash = PLACES[event.key][0];
  else if (event.key === 'g') startedAt = Date.now();
});

function open(...content) {
  const dialog = h('dialog', { class: 'keys' }, content);
  dialog.addEventListener('close', () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

function showKeys() {
  const marked = keys => keys.split(' ').map(key => h('kbd', null, key));
  const list = h(
    'dl',
    null,
    KEYS.map(([keys, words]) => term(marked(keys), words)),
  );
  const close = h('div', { class: 'actions' }, h('button', { class: 'primary' }, 'Close'));
  open(h('h2', null, 'Keys'), list, h('form', { method: 'dialog' }, close));
}

/** A dialog in which a source is found by a part of its name. */
class Finder {
  #input = h('input', {
    type: 'search',
    placeholder: 'Name of a source',
    'aria-label': 'Name of a source',
    autocomplete: 'off',
    role: 'combobox',
    'aria-expanded': 'true',
    'aria-controls': 'found-sources',
  });
  #found = h('ul', { id: 'found-sources', role: 'listbox', 'aria-label': 'Sources found' });
  #dialog;
  #rows = [];
  #at = 0;

  constructor() {
    const title = h('h2', { class: 'visually-hidden' }, 'Find a source');
    this.#dialog = open(title, this.#input, this.#found);
    const typed = debounced(120, () => this.#ask());
    this.#input.addEventListener('input', () => typed());
    this.#input.addEventListener('keydown', event => this.#key(event));
    this.#ask();
  }

  async #ask() {
    const words = this.#input.value;
    const path = `api/sources?size=10&text=${encodeURIComponent(words.trim())}`;
    const rows = await get(path).then(
      found => found.rows,
      () => [],
    );
    if (words !== this.#input.value) return; // the answer to the new words follows
    this.#rows = rows;
    this.#at = 0;
    this.#show();
  }

  #key(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      this.#at = Math.max(0, Math.min(this.#rows.length - 1, this.#at + step));
      this.#show();
    }
    if (event.key === 'Enter' && this.#rows[this.#at]) {
      event.preventDefault();
      this.#go(this.#rows[this.#at]);
    }
  }

  #show() {
    const items = this.#rows.map((row, i) => {
      const chosen = String(i === this.#at);
      const attributes = { id: `found-${i}`, role: 'option', 'aria-selected': chosen };
      const state = chip(conditionWord(row.condition), conditionColour(row.condition));
      return h(
        'li',
        { ...attributes, onclick: () => this.#go(row) },
        h('b', null, row.name),
        ' ',
        state,
      );
    });
    this.#found.replaceChildren(...items);
    this.#input.setAttribute('aria-activedescendant', items.length ? `found-${this.#at}` : '');
  }

  #go({ name }) {
    this.#dialog.close();
    location.hash = sourceLink(name);
  }
}
