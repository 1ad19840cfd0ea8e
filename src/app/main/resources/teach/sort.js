/* Sorting ten pictures by dragging, or with the arrow keys. */
import { h, text, toast } from '../page/dom.js';
import { button } from '../page/parts.js';
import { moved, pairsOf } from './progress.js';

const STEPS = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 };
const HINT =
  'Drag a picture to its place, or select it and press ← or →. Remove pictures in which you cannot see the factor.';

export const sort = (root, app) => new Sort(root, app);

class Sort {
  #app;
  #title = h('h1', { class: 'question' });
  #list = h('ol', { class: 'cards', 'aria-label': 'Pictures from lowest to highest' });
  #storing = button('Store', () => this.#store(), { class: 'primary' });
  #cards = [];
  #dragged = null;
  #gone = false;

  constructor(root, app) {
    this.#app = app;
    const ends = [h('span', null, 'lowest'), h('i'), h('span', null, 'highest')];
    const actions = [this.#storing, button('Other pictures', () => this.#load())];
    const section = h(
      'section',
      { class: 'sorting' },
      this.#title,
      h('div', { class: 'ends' }, ends),
      this.#list,
      h('div', { class: 'actions center' }, actions),
      h('p', { class: 'soft small center', role: 'status' }, HINT),
    );
    root.append(section);
    this.#load();
  }

  async #load() {
    const { factor } = this.#app;
    try {
      const { frames } = await this.#app.get('/series', { factor });
      if (this.#gone || factor !== this.#app.factor) return;
      this.#title.replaceChildren('Sort by ', h('b', null, factor));
      this.#cards = frames.map(frame => this.#card(frame));
      this.#draw();
    } catch (e) {
      this.#app.failed(e);
    }
  }

  #card(frame) {
    const place = h('span', { class: 'place', 'aria-hidden': 'true' });
    const image = this.#app.image(frame);
    const drop = button('×', () => this.#drop(card), {
      class: 'quiet icon',
      'aria-label': `Remove frame ${frame}`,
      title: 'Cannot be seen: leave it out',
    });
    const attributes = { class: 'card', tabindex: 0, 'data-frame': frame };
    const card = { frame, place, element: h('li', attributes, image, place, drop) };
    this.#listen(card);
    return card;
  }

  #listen(card) {
    const { element } = card;
    element.addEventListener('pointerdown', event => {
      if (event.button !== 0 || event.target.closest('button')) return;
      this.#dragged = card;
      element.setPointerCapture(event.pointerId);
      element.classList.add('dragged');
    });
    element.addEventListener('pointermove', event => {
      if (this.#dragged === card) this.#dragOver(event);
    });
    const end = () => this.#endDrag(card);
    element.addEventListener('pointerup', end);
    element.addEventListener('pointercancel', end);
    element.addEventListener('keydown', event => this.#key(card, event));
  }

  #drop(card) {
    this.#cards = this.#cards.filter(one => one !== card);
    this.#draw();
  }

  #endDrag(card) {
    if (this.#dragged !== card) return;
    this.#dragged = null;
    card.element.classList.remove('dragged');
    this.#draw();
    card.element.focus({ preventScroll: true });
  }

  #key(card, event) {
    const step = STEPS[event.key];
    if (!step || event.target !== card.element) return;
    event.preventDefault();
    event.stopPropagation();
    const at = this.#cards.indexOf(card);
    if (!this.#cards[at + step]) return;
    this.#cards = moved(this.#cards, at, at + step);
    this.#draw();
    card.element.focus();
  }

  /**
   * While a card is dragged, places change by their order in the layout: moving the element itself
   * would end the capture of the pointer.
   */
  #dragOver({ clientX, clientY }) {
    const target = document.elementFromPoint(clientX, clientY)?.closest('.card');
    const to = this.#cards.findIndex(({ element }) => element === target);
    const from = this.#cards.indexOf(this.#dragged);
    if (to < 0 || to === from) return;
    this.#cards = moved(this.#cards, from, to);
    this.#cards.forEach(({ element }, i) => {
      element.style.order = i;
    });
    this.#number();
  }

  #number() {
    const n = this.#cards.length;
    this.#cards.forEach(({ frame, place, element }, i) => {
      text(place, i + 1);
      element.setAttribute('aria-label', `Frame ${frame}, place ${i + 1} of ${n}`);
    });
    text(this.#storing, `Store this order: ${pairsOf(n)} answers`);
    this.#storing.disabled = n < 2;
  }

  #draw() {
    for (const { element } of this.#cards) element.style.order = '';
    this.#list.replaceChildren(...this.#cards.map(({ element }) => element));
    this.#number();
  }

  async #store() {
    const { factor } = this.#app;
    const frames = this.#cards.map(({ frame }) => frame);
    this.#storing.disabled = true;
    try {
      await this.#app.post('/sorted', { factor, frames });
    } catch (e) {
      this.#storing.disabled = false;
      this.#app.failed(e);
      return;
    }
    toast(`Stored: ${pairsOf(frames.length)} answers on ${factor}.`);
    this.#app.chooseNext(factor);
    if (factor === this.#app.factor) await this.#load();
  }

  factor() {
    this.#load();
  }

  leave() {
    this.#gone = true;
  }
}
