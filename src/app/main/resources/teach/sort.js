/* Sorting ten pictures by dragging, or with the arrow keys. */
import { h, text, toast } from '../page/dom.js';
import { turn } from './views.js';

export function sort(root, app) {
  const title = h('h1', { class: 'question' });
  const list = h('ol', { class: 'cards', 'aria-label': 'Pictures from lowest to highest' });
  const store = h('button', { type: 'button', class: 'primary', onclick: save }, 'Store');
  const note = h(
    'p',
    { class: 'soft small center', role: 'status' },
    'Drag a picture to its place, or select it and press ← or →. Remove pictures in which you cannot see it.',
  );
  root.append(
    h(
      'section',
      { class: 'sorting' },
      title,
      h('div', { class: 'ends' }, h('span', null, 'lowest'), h('i'), h('span', null, 'highest')),
      list,
      h(
        'div',
        { class: 'actions center' },
        store,
        h('button', { type: 'button', onclick: () => load() }, 'Other pictures'),
      ),
      note,
    ),
  );
  let cards = [],
    dragged = null,
    gone = false;

  async function load() {
    try {
      const { factor } = app;
      const series = await app.get('/series', { factor });
      if (gone || factor !== app.factor) return;
      title.replaceChildren('Sort by ', h('b', null, factor));
      cards = series.frames.map(card);
      draw();
    } catch (e) {
      app.failed(e);
    }
  }

  function card(frame) {
    const place = h('span', { class: 'place', 'aria-hidden': 'true' });
    const element = h(
      'li',
      { class: 'card', tabindex: 0, 'data-frame': frame },
      app.image(frame),
      place,
      h(
        'button',
        {
          type: 'button',
          class: 'quiet icon',
          'aria-label': `Remove frame ${frame}`,
          title: 'Cannot be seen: leave it out',
          onclick: () => {
            cards = cards.filter(c => c !== one);
            draw();
          },
        },
        '×',
      ),
    );
    const one = { frame, element, place };
    element.addEventListener('pointerdown', event => {
      if (event.button !== 0 || event.target.closest('button')) return;
      dragged = one;
      element.setPointerCapture(event.pointerId);
      element.classList.add('dragged');
    });
    element.addEventListener('pointermove', event => {
      if (dragged === one) over(event);
    });
    const end = () => {
      if (dragged !== one) return;
      dragged = null;
      element.classList.remove('dragged');
      draw();
      element.focus({ preventScroll: true });
    };
    element.addEventListener('pointerup', end);
    element.addEventListener('pointercancel', end);
    element.addEventListener('keydown', event => {
      const step = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[event.key];
      if (!step || event.target !== element) return;
      event.preventDefault();
      event.stopPropagation();
      const at = cards.indexOf(one),
        to = at + step;
      if (to < 0 || to >= cards.length) return;
      [cards[at], cards[to]] = [cards[to], cards[at]];
      draw();
      element.focus();
    });
    return one;
  }

  /* While a card is dragged, places change by their order in the layout: moving the element itself would end the capture of the pointer. */
  function over(event) {
    const target = document.elementFromPoint(event.clientX, event.clientY)?.closest('.card');
    const to = cards.findIndex(c => c.element === target),
      from = cards.indexOf(dragged);
    if (to < 0 || to === from) return;
    cards.splice(to, 0, cards.splice(from, 1)[0]);
    cards.forEach((c, i) => {
      c.element.style.order = i;
    });
    number();
  }

  function number() {
    cards.forEach((c, i) => {
      text(c.place, i + 1);
      c.element.setAttribute('aria-label', `Frame ${c.frame}, place ${i + 1} of ${cards.length}`);
    });
    const n = (cards.length * (cards.length - 1)) / 2;
    text(store, `Store this order: ${n} answers`);
    store.disabled = n < 1;
  }
  function draw() {
    for (const c of cards) c.element.style.order = '';
    list.replaceChildren(...cards.map(c => c.element));
    number();
  }

  async function save() {
    const { factor } = app;
    store.disabled = true;
    try {
      const frames = cards.map(c => c.frame);
      await app.post('/sorted', { factor, frames });
      toast(`Stored: ${(frames.length * (frames.length - 1)) / 2} answers on ${factor}.`);
      turn(app, factor);
      if (factor === app.factor) await load();
    } catch (e) {
      store.disabled = false;
      app.failed(e);
    }
  }

  load();
  return {
    factor: load,
    undone: () => {},
    leave: () => {
      gone = true;
    },
  };
}
