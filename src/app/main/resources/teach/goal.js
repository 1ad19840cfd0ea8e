/* The bar above the views: progress, factors, undo and export. */
import { h, svg, text } from '../page/dom.js';
import { button } from '../page/parts.js';
import { percent } from '../page/words.js';
import { goalWords, taughtWords } from './progress.js';

const FILES = ['answers.csv', 'holds.csv', 'labels.csv'];

export class Goal {
  #app;
  #box;

  constructor(app, box) {
    this.#app = app;
    this.#box = box;
  }

  clear() {
    this.#box.replaceChildren();
  }

  draw() {
    const { state } = this.#app;
    const buttons = () => [...this.#box.querySelectorAll('button')];
    const focused = buttons().indexOf(document.activeElement);
    const words = [
      h('p', { class: 'sentence', role: 'status' }, goalWords(state)),
      h('p', { class: 'soft small' }, taughtWords(state)),
    ];
    const label = { max: 1, value: state.share, 'aria-label': 'Progress of the names' };
    this.#box.replaceChildren(
      h('div', { class: 'line' }, h('div', null, words), this.#actions(state)),
      h('progress', label),
      this.#factors(state),
    );
    if (focused >= 0) buttons()[focused]?.focus();
  }

  #actions({ undo, redo }) {
    const act = (words, key, change, action) => {
      const title = change ? `${words}: ${change} (${key})` : null;
      return button(words, action, { class: 'quiet', disabled: !change, title });
    };
    const { download } = this.#app;
    const links = FILES.map(name => h('a', { href: download(name), download: name }, name));
    const summary = h('summary', { class: 'button quiet' }, 'Export');
    return h(
      'div',
      { class: 'actions' },
      act('Undo', 'U', undo, () => this.#app.undo()),
      act('Redo', 'Shift+U', redo, () => this.#app.redo()),
      h('details', { class: 'menu' }, summary, h('div', { class: 'items' }, links)),
    );
  }

  #factors({ factors }) {
    const add = button('+ Factor', () => factorDialog(this.#app, null), { class: 'factor new' });
    const chosen = factors.find(({ name }) => name === this.#app.factor);
    const change = button('Edit …', () => factorDialog(this.#app, chosen), {
      class: 'quiet small',
    });
    const group = { class: 'factors', role: 'group', 'aria-label': 'Factors' };
    return h(
      'div',
      group,
      factors.map(one => this.#factor(one)),
      add,
      chosen && change,
    );
  }

  #factor({ name, progress }) {
    const { answers, pairs, labels, share } = progress;
    const attributes = {
      class: 'factor',
      'aria-pressed': String(name === this.#app.factor),
      title: `${answers} answers, ${pairs} held pairs, ${labels} labels`,
    };
    const done = h('span', { class: 'num soft' }, percent(share));
    const words = [h('span', null, name), meter(share), done];
    return button(words, () => this.#app.choose(name), attributes);
  }
}

function meter(share) {
  const size = { viewBox: '0 0 40 6', width: 40, height: 6, 'aria-hidden': 'true' };
  const bar = (kind, width) => svg('rect', { class: kind, width, height: 6, rx: 3 });
  const kind = share >= 1 ? 'meter full' : 'meter';
  return svg(
    'svg',
    { class: kind, ...size },
    bar('track', 40),
    bar('value', 40 * Math.min(1, share)),
  );
}

const numberInput = (name, value) =>
  h('input', { name, type: 'number', step: 'any', required: true, value });

/** Opens a dialog that names a factor, or changes the range of an existing one. */
function factorDialog(app, existing) {
  const title = existing ? `Factor ${existing.name}` : 'New factor';
  const name = h('input', {
    name: 'factor-name',
    required: true,
    maxlength: 60,
    value: existing?.name ?? '',
    disabled: Boolean(existing),
    autocomplete: 'off',
    placeholder: 'water level',
  });
  const low = numberInput('factor-low', existing?.low ?? 0);
  const high = numberInput('factor-high', existing?.high ?? 100);
  const error = h('p', { class: 'error', role: 'alert', hidden: true });
  const attempt = change => async event => {
    event.preventDefault();
    try {
      await change();
      dialog.close();
    } catch (e) {
      error.hidden = false;
      text(error, e.message);
    }
  };
  const onsubmit = attempt(async () => {
    const range = { low: Number(low.value), high: Number(high.value) };
    await app.post('/factors', { name: name.value.trim(), ...range });
    if (!existing) app.added(name.value.trim());
  });
  const drop = attempt(() => app.remove(`/factors/${encodeURIComponent(existing.name)}`));
  const actions = [
    existing && button('Remove', drop, { class: 'danger left' }),
    button('Cancel', () => dialog.close()),
    h('button', { type: 'submit', class: 'primary' }, existing ? 'Save' : 'Add'),
  ];
  const parts = factorFields(title, { name, low, high });
  const form = h('form', { method: 'dialog', onsubmit }, parts, error);
  form.append(h('div', { class: 'actions' }, actions.filter(Boolean)));
  const dialog = h('dialog', { 'aria-label': title }, form);
  dialog.addEventListener('close', () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  (existing ? low : name).focus();
}

function factorFields(title, { name, low, high }) {
  const words =
    'A quantity that varies in the pictures and can be higher or lower: a level, an angle, a brightness.';
  const limits = [h('label', null, 'Lowest value', low), h('label', null, 'Highest value', high)];
  const hint = 'The range of the slider for labels. Comparisons need none.';
  return [
    h('h2', null, title),
    h('p', { class: 'soft' }, words),
    h('label', null, 'Name', name),
    h('div', { class: 'range' }, limits),
    h('p', { class: 'soft small' }, hint),
  ];
}
