/* Keyboard shortcuts of all pages, and the finder of sources. */
import { h } from './dom.js';
import { get } from './api.js';
import { sourceLink, conditionWord, conditionColour } from './words.js';

const PLACES = {
  s: ['#/', 'sources'],
  w: ['#/wall', 'wall'],
  i: ['#/incidents', 'incidents'],
  f: ['#/feedback', 'feedback'],
  m: ['#/models', 'models'],
  t: ['#/settings', 'settings'],
  e: ['#/explain', 'explained'],
};
const KEYS = [
  ['?', 'this list'],
  ['Ctrl K', 'find a source'],
  ['/', 'search, where a page has one'],
  ...Object.entries(PLACES).map(([key, [, words]]) => [`g ${key}`, words]),
  ['← →', 'earlier and later, on the past of a source'],
  ['Esc', 'close a dialog'],
];

let waiting = 0;
const typing = event => event.target.closest?.('input, select, textarea, dialog');

addEventListener('keydown', event => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
    event.preventDefault();
    if (!document.querySelector('dialog')) finder();
    return;
  }
  if (typing(event) || event.ctrlKey || event.metaKey || event.altKey) return;
  const after = Date.now() - waiting < 1500;
  waiting = 0;
  if (event.key === '?') list();
  else if (after && PLACES[event.key]) location.hash = PLACES[event.key][0];
  else if (event.key === 'g') waiting = Date.now();
});

function open(...content) {
  const dialog = h('dialog', { class: 'keys' }, content);
  dialog.addEventListener('close', () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

function list() {
  open(
    h('h2', null, 'Keys'),
    h(
      'dl',
      null,
      KEYS.flatMap(([key, words]) => [
        h(
          'dt',
          null,
          key.split(' ').map(k => h('kbd', null, k)),
        ),
        h('dd', null, words),
      ]),
    ),
    h(
      'form',
      { method: 'dialog' },
      h('div', { class: 'actions' }, h('button', { class: 'primary' }, 'Close')),
    ),
  );
}

function finder() {
  const input = h('input', {
    type: 'search',
    placeholder: 'Name of a source',
    'aria-label': 'Name of a source',
    autocomplete: 'off',
    role: 'combobox',
    'aria-expanded': 'true',
    'aria-controls': 'found-sources',
  });
  const found = h('ul', { id: 'found-sources', role: 'listbox', 'aria-label': 'Sources found' });
  const dialog = open(h('h2', { class: 'visually-hidden' }, 'Find a source'), input, found);
  let rows = [],
    at = 0,
    timer = 0;
  const go = row => {
    dialog.close();
    location.hash = sourceLink(row.name);
  };
  const show = () => {
    found.replaceChildren(
      ...rows.map((row, i) =>
        h(
          'li',
          {
            id: `found-${i}`,
            role: 'option',
            'aria-selected': String(i === at),
            onclick: () => go(row),
          },
          h('b', null, row.name),
          ' ',
          h(
            'span',
            { class: `chip ${conditionColour(row.condition)}` },
            conditionWord(row.condition),
          ),
        ),
      ),
    );
    input.setAttribute('aria-activedescendant', rows.length ? `found-${at}` : '');
  };
  const ask = async () => {
    const words = input.value;
    const found = await get(`api/sources?size=10&text=${encodeURIComponent(words.trim())}`).then(
      answer => answer.rows,
      () => [],
    );
    if (words === input.value) {
      rows = found;
      at = 0;
      show();
    } // else another answer follows
  };
  input.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(ask, 120);
  });
  input.addEventListener('keydown', event => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      at = Math.max(0, Math.min(rows.length - 1, at + (event.key === 'ArrowDown' ? 1 : -1)));
      show();
    }
    if (event.key === 'Enter' && rows[at]) {
      event.preventDefault();
      go(rows[at]);
    }
  });
  ask();
}
