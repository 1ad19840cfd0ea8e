/* Marking runs of frames in which a factor was held. */
import { h, text, attribute } from '../page/dom.js';

export function holds(root, app) {
  const total = app.state.set.frames,
    page = innerWidth < 720 ? 24 : 60;
  const grid = h('div', {
    class: 'film',
    role: 'group',
    'aria-label': 'Frames in the order of time',
  });
  const slider = h('input', {
    type: 'range',
    min: 0,
    max: Math.max(0, total - page),
    value: 0,
    step: 1,
    'aria-label': 'First frame shown',
  });
  const jump = h('input', {
    type: 'number',
    min: 0,
    max: total - 1,
    value: 0,
    name: 'first-shown',
    'aria-label': 'Show from frame',
  });
  const preview = h('figure', { class: 'large' });
  const range = h('p', { class: 'range-words', role: 'status' });
  const mark = h('button', { type: 'button', class: 'primary', onclick: store });
  const clear = h(
    'button',
    {
      type: 'button',
      onclick: () => {
        ends = [];
        draw();
      },
    },
    'Clear',
  );
  const list = h('ul', { class: 'runs' });
  root.append(
    h(
      'section',
      { class: 'holding' },
      h(
        'div',
        { class: 'stack small-gap' },
        h(
          'div',
          null,
          h('h1', null, 'In which frames was something held?'),
          h(
            'p',
            { class: 'soft' },
            'A run in which somebody kept one factor constant while everything else varied. Click its first and its last frame.',
          ),
        ),
        h(
          'div',
          { class: 'film-bar' },
          h(
            'button',
            { type: 'button', onclick: () => move(-page), 'aria-label': 'Frames before' },
            '‹',
          ),
          slider,
          h(
            'button',
            { type: 'button', onclick: () => move(page), 'aria-label': 'Frames after' },
            '›',
          ),
          jump,
        ),
        grid,
      ),
      h(
        'div',
        { class: 'stack small-gap' },
        h(
          'div',
          { class: 'panel' },
          h(
            'div',
            { class: 'body stack small-gap' },
            preview,
            range,
            h('div', { class: 'actions' }, mark, clear),
          ),
        ),
        h('div', { class: 'panel' }, h('header', null, h('h2', null, 'Marked runs')), list),
      ),
    ),
  );
  let first = 0,
    ends = [],
    playing = 0,
    at = 0;

  const selected = () => (ends.length === 2 ? [Math.min(...ends), Math.max(...ends)] : null);
  function move(by) {
    show(first + by);
  }
  function show(frame) {
    first = Math.max(0, Math.min(total - Math.min(page, total), frame));
    slider.value = first;
    jump.value = first;
    grid.replaceChildren(
      ...Array.from({ length: Math.min(page, total - first) }, (_, i) => {
        const n = first + i;
        return h(
          'button',
          {
            type: 'button',
            class: 'thumb',
            'data-frame': n,
            'aria-label': `Frame ${n}`,
            onclick: event => {
              if (event.detail) event.currentTarget.blur();
              pick(n, event.shiftKey);
            },
            onpointerenter: () => {
              if (!playing) look(n);
            },
          },
          app.image(n, ''),
          h('span', { class: 'num' }, n),
          h('i'),
        );
      }),
    );
    draw();
  }
  function pick(n, extend) {
    ends = ends.length === 1 || (extend && ends.length) ? [ends[0], n] : [n];
    draw();
    look(n);
  }
  function look(n) {
    at = n;
    preview.replaceChildren(app.image(n), h('figcaption', { class: 'soft small' }, `frame ${n}`));
  }
  function play() {
    clearInterval(playing);
    playing = 0;
    const run = selected();
    if (!run || run[0] === run[1]) return;
    at = run[0];
    playing = setInterval(() => {
      look(at);
      at = at >= run[1] ? run[0] : at + 1;
    }, 200);
  }
  function draw() {
    const run = selected();
    for (const thumb of grid.children) {
      const n = Number(thumb.dataset.frame);
      thumb.classList.toggle('in', run ? n >= run[0] && n <= run[1] : n === ends[0]);
      const held = app.state.holds.filter(hold => n >= hold.first && n <= hold.last);
      attribute(thumb, 'data-held', held.length ? held.map(hold => hold.factor).join(', ') : null);
      thumb.title = held.length ? `held: ${held.map(hold => hold.factor).join(', ')}` : '';
    }
    const valid = run && run[0] < run[1];
    text(
      range,
      !ends.length
        ? 'Click the first frame of a run.'
        : !valid
          ? `Frame ${ends[0]}. Now click the last one.`
          : `Frames ${run[0]} to ${run[1]}: ${run[1] - run[0] + 1} frames.`,
    );
    mark.replaceChildren(h('kbd', null, 'Enter'), h('span', null, `Held: ${app.factor}`));
    mark.disabled = !valid;
    clear.disabled = !ends.length;
    play();
    list.replaceChildren(
      ...(app.state.holds.length
        ? app.state.holds.map(hold =>
            h(
              'li',
              null,
              h(
                'button',
                { type: 'button', class: 'quiet', onclick: () => show(hold.first) },
                h('b', null, hold.factor),
                ` ${hold.first} to ${hold.last}`,
              ),
              h('span', { class: 'soft small' }, hold.who),
              h(
                'button',
                {
                  type: 'button',
                  class: 'quiet icon',
                  'aria-label': `Remove ${hold.factor} ${hold.first} to ${hold.last}`,
                  onclick: () =>
                    app
                      .remove('/holds', { first: hold.first, factor: hold.factor })
                      .catch(app.failed),
                },
                '×',
              ),
            ),
          )
        : [
            h(
              'li',
              { class: 'soft small' },
              'None yet. Without any, twice as many answers do the same.',
            ),
          ]),
    );
  }
  async function store() {
    const run = selected();
    if (!run || run[0] === run[1]) return;
    try {
      ends = [];
      await app.post('/holds', { first: run[0], last: run[1], factor: app.factor });
    } catch (e) {
      app.failed(e);
    }
    draw();
  }
  slider.addEventListener('input', () => show(Number(slider.value)));
  jump.addEventListener('change', () => show(Number(jump.value)));
  show(0);
  look(0);
  return {
    keys: {
      Enter: store,
      ArrowLeft: () => move(-page),
      ArrowRight: () => move(page),
      Escape: () => {
        ends = [];
        draw();
      },
    },
    factor: draw,
    changed: draw,
    leave: () => clearInterval(playing),
  };
}
