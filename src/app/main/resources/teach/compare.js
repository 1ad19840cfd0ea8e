/* Comparing two pictures by one factor. */
import { h, text } from '../page/dom.js';
import { button } from '../page/parts.js';

const REASONS = {
  pictures_differ: 'Pictures that differ much. Nothing is known of this factor yet.',
  uncertain: 'An answer helps most here: the order so far, or the models, are not sure.',
  far_apart: 'Far apart, as far as it is known: a check of the whole range.',
};
const ANSWERS = {
  a: ['←', 'Left is higher'],
  equal: ['↑', 'No difference'],
  unknown: ['↓', 'Cannot be seen'],
  b: ['→', 'Right is higher'],
};
const key = name => h('kbd', null, name);

export const compare = (root, app) => new Compare(root, app);

class Compare {
  #app;
  #title = h('h1', { class: 'question' });
  #pair = h('div', { class: 'pair' });
  #reason = h('p', { class: 'soft small center' });
  #last = h('p', { class: 'soft small center last', role: 'status' });
  #question = null;
  #busy = true;
  #gone = false;
  keys = {
    ArrowLeft: () => this.#answer('a'),
    ArrowRight: () => this.#answer('b'),
    ArrowUp: () => this.#answer('equal'),
    '=': () => this.#answer('equal'),
    ArrowDown: () => this.#answer('unknown'),
    ' ': () => this.#answer('unknown'),
  };

  constructor(root, app) {
    this.#app = app;
    const choices = Object.entries(ANSWERS).map(([answer, [name, words]]) =>
      button([key(name), h('span', null, words)], () => this.#answer(answer)),
    );
    const bar = h('div', { class: 'choices' }, choices);
    const parts = [this.#title, this.#pair, bar, this.#reason, this.#last];
    root.append(h('section', { class: 'compare' }, parts));
    this.#next();
  }

  async #next() {
    const { factor } = this.#app;
    try {
      const asked = await this.#app.get('/question', { factor });
      const { a, b, reason } = asked;
      const images = [
        this.#app.image(a, `Left: frame ${a}`),
        this.#app.image(b, `Right: frame ${b}`),
      ];
      await Promise.all(images.map(image => image.decode().catch(() => {})));
      if (this.#gone || factor !== this.#app.factor) return;
      this.#question = asked;
      this.#title.replaceChildren('In which picture is ', h('b', null, factor), ' higher?');
      this.#pair.replaceChildren(this.#side('a', images[0], a), this.#side('b', images[1], b));
      text(this.#reason, REASONS[reason] ?? '');
      this.#busy = false;
    } catch (e) {
      this.#app.failed(e);
    }
  }

  #side(side, image, frame) {
    const caption = h('figcaption', { class: 'soft small' }, `frame ${frame}`);
    const attributes = { 'data-side': side, onclick: () => this.#answer(side) };
    return h('figure', attributes, image, caption);
  }

  async #answer(answer) {
    if (this.#busy || !this.#question) return;
    this.#busy = true;
    const { factor, a, b } = this.#question;
    for (const side of this.#pair.children) {
      side.classList.toggle('chosen', answer === 'equal' || side.dataset.side === answer);
    }
    try {
      await this.#app.post('/answers', { factor, a, b, answer });
    } catch (e) {
      await this.#app.failed(e);
      this.#busy = false;
      return;
    }
    const undo = h('span', null, ' undoes it.');
    this.#last.replaceChildren(`Stored: ${answerWords(answer, factor, a, b)}. `, key('U'), undo);
    this.#app.chooseNext(factor);
    await this.#next();
  }

  /** Asks about another factor. */
  factor() {
    this.#busy = true;
    this.#next();
  }

  undone() {
    this.#last.replaceChildren('Undone.');
  }

  leave() {
    this.#gone = true;
  }
}

const answerWords = (answer, factor, a, b) =>
  ({
    a: `${factor} is higher in frame ${a} than in ${b}`,
    b: `${factor} is higher in frame ${b} than in ${a}`,
    equal: `no difference of ${factor} in frames ${a} and ${b}`,
    unknown: `${factor} cannot be seen in frames ${a} and ${b}`,
  })[answer];
