/* Giving numbers to the factors of a frame. */
import { h, text } from '../page/dom.js';
import { button } from '../page/parts.js';
import { rounded } from './progress.js';

const STEPS = 200; // of a slider
const HINT =
  'About 100 labels of each factor are enough without any comparison. Some of the last 30 % of the frames check the names. Leave a value empty if you cannot read it.';

export const label = (root, app) => new Label(root, app);

class Label {
  #app;
  #picture = h('figure', { class: 'large' });
  #rows = h('div', { class: 'rows' });
  #number;
  #note = h('p', { class: 'soft small', role: 'status' });
  #shown = 0;
  #values = {};
  #gone = false;
  keys = {
    Enter: () => this.#next(),
    ArrowLeft: () => this.#go(this.#shown - 1),
    ArrowRight: () => this.#go(this.#shown + 1),
  };

  constructor(root, app) {
    this.#app = app;
    const range = { type: 'number', min: 0, max: app.state.set.frames - 1 };
    this.#number = h('input', { ...range, name: 'frame', 'aria-label': 'Frame' });
    this.#number.addEventListener('change', () => this.#go(Number(this.#number.value)));
    const step = (words, label, by) =>
      button(words, () => this.#go(this.#shown + by), { 'aria-label': label });
    const steps = [step('‹', 'Frame before', -1), step('›', 'Frame after', 1)];
    const aside = h('span', { class: 'aside' }, steps);
    const words = [h('kbd', null, 'Enter'), h('span', null, 'Next picture')];
    const next = button(words, () => this.#next(), { class: 'primary' });
    const actions = h('div', { class: 'actions' }, next);
    const hint = h('p', { class: 'soft small' }, HINT);
    const body = [this.#rows, actions, this.#note, hint];
    const side = h(
      'div',
      { class: 'panel side' },
      h('header', null, h('h1', { class: 'plain' }, 'Frame'), this.#number, aside),
      h('div', { class: 'body stack small-gap' }, body),
    );
    root.append(h('section', { class: 'labels' }, this.#picture, side));
    this.#next();
  }

  async #next() {
    await this.#load('/unlabelled', { factor: this.#app.factor });
  }

  async #go(frame) {
    const known = Number.isInteger(frame) && frame >= 0 && frame < this.#app.state.set.frames;
    if (known) await this.#load(`/frames/${frame}`);
  }

  async #load(path, parameters) {
    try {
      this.#draw(await this.#app.get(path, parameters));
    } catch (e) {
      this.#app.failed(e);
    }
  }

  #draw({ frame, values }) {
    if (this.#gone) return;
    this.#shown = frame;
    this.#values = { ...values };
    this.#number.value = frame;
    this.#picture.replaceChildren(this.#app.image(frame));
    this.#rows.replaceChildren(...this.#app.state.factors.map(factor => this.#row(factor)));
  }

  #row({ name, low, high }) {
    const value = this.#values[name];
    const step = (high - low) / STEPS;
    const range = { type: 'range', min: low, max: high, step, 'aria-label': `${name}, slider` };
    const slider = h('input', { ...range, value: value ?? (low + high) / 2 });
    slider.classList.toggle('unset', value === undefined);
    const input = { type: 'number', step: 'any', value: value ?? '', name: `value-${name}` };
    const exact = h('input', { ...input, 'aria-label': name });
    const sliderWords = () => rounded(Number(slider.value), step);
    slider.addEventListener('input', () => {
      exact.value = sliderWords();
      slider.classList.remove('unset');
    });
    slider.addEventListener('change', () => this.#store(name, Number(sliderWords())));
    exact.addEventListener('change', () => {
      const given = exact.value !== '';
      if (given) slider.value = exact.value;
      slider.classList.toggle('unset', !given);
      this.#store(name, given ? Number(exact.value) : null);
    });
    exact.addEventListener('keydown', event => {
      if (event.key !== 'Enter') return;
      event.preventDefault();
      exact.blur();
      this.#next();
    });
    const least = h('span', { class: 'soft small' }, low);
    const most = h('span', { class: 'soft small right' }, high);
    return h('div', { class: 'value-row' }, h('b', null, name), exact, slider, least, most);
  }

  async #store(factor, value) {
    const frame = this.#shown;
    const before = this.#values[factor] ?? null;
    if (value === before) return;
    try {
      await this.#app.post('/labels', { frame, factor, value, before });
      if (frame === this.#shown) {
        if (value === null) delete this.#values[factor];
        else this.#values[factor] = value;
      }
      const removed = `${factor} of frame ${frame} is removed.`;
      text(
        this.#note,
        value === null ? removed : `Stored: ${factor} of frame ${frame} is ${value}.`,
      );
    } catch (e) {
      await this.#app.failed(e);
      this.#go(this.#shown);
    }
  }

  factor() {
    this.#next();
  }

  undone() {
    this.#go(this.#shown);
  }

  leave() {
    this.#gone = true;
  }
}
