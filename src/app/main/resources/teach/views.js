/* Comparing two pictures, and giving numbers. */
import { h, text, toast } from '../page/dom.js';

const WHY = {
  pictures_differ: 'Pictures that differ much. Nothing is known of this factor yet.',
  uncertain: 'An answer says most here: the order so far, or the models, are not sure.',
  far_apart: 'Far apart, as far as it is known: a check of the whole range.',
};
const key = name => h('kbd', null, name);

export function compare(root, app) {
  const title = h('h1', { class: 'question' });
  const pair = h('div', { class: 'pair' });
  const why = h('p', { class: 'soft small center' });
  const last = h('p', { class: 'soft small center last', role: 'status' });
  const choice = (word, keyName, words, kind) =>
    h(
      'button',
      { type: 'button', class: kind, onclick: () => answer(word) },
      keyName,
      h('span', null, words),
    );
  const left = choice('a', key('←'), 'Left is higher'),
    right = choice('b', key('→'), 'Right is higher');
  root.append(
    h(
      'section',
      { class: 'compare' },
      title,
      pair,
      h(
        'div',
        { class: 'choices' },
        left,
        choice('equal', key('↑'), 'No difference'),
        choice('unknown', key('↓'), 'Cannot be seen'),
        right,
      ),
      why,
      last,
    ),
  );
  let question = null,
    busy = true,
    gone = false;

  async function next() {
    try {
      const { factor } = app;
      const asked = await app.get('/question', { factor });
      const images = [
        app.image(asked.a, `Left: frame ${asked.a}`),
        app.image(asked.b, `Right: frame ${asked.b}`),
      ];
      await Promise.all(images.map(image => image.decode().catch(() => {})));
      if (gone || factor !== app.factor) return;
      question = asked;
      title.replaceChildren('In which picture is ', h('b', null, factor), ' higher?');
      pair.replaceChildren(
        ...images.map((image, i) =>
          h(
            'figure',
            { 'data-side': i ? 'b' : 'a', onclick: () => answer(i ? 'b' : 'a') },
            image,
            h('figcaption', { class: 'soft small' }, `frame ${i ? asked.b : asked.a}`),
          ),
        ),
      );
      text(why, WHY[asked.reason] ?? '');
      busy = false;
    } catch (e) {
      app.failed(e);
    }
  }

  async function answer(word) {
    if (busy || !question) return;
    busy = true;
    const { factor, a, b } = question;
    for (const figure of pair.children)
      figure.classList.toggle('chosen', word === 'equal' || figure.dataset.side === word);
    try {
      await app.post('/answers', { factor, a, b, answer: word });
      last.replaceChildren(
        'Stored: ',
        {
          a: `${factor} is higher in frame ${a} than in ${b}`,
          b: `${factor} is higher in frame ${b} than in ${a}`,
          equal: `no difference of ${factor} in frames ${a} and ${b}`,
          unknown: `${factor} cannot be seen in frames ${a} and ${b}`,
        }[word],
        '. ',
        key('U'),
        h('span', null, ' undoes it.'),
      );
      turn(app, factor);
    } catch (e) {
      await app.failed(e);
      busy = false;
      return;
    }
    await next();
  }

  next();
  return {
    keys: {
      ArrowLeft: () => answer('a'),
      ArrowRight: () => answer('b'),
      ArrowUp: () => answer('equal'),
      '=': () => answer('equal'),
      ArrowDown: () => answer('unknown'),
      ' ': () => answer('unknown'),
    },
    factor: () => {
      busy = true;
      next();
    },
    undone: () => last.replaceChildren('Undone.'),
    leave: () => {
      gone = true;
    },
  };
}

/** Goes on with the factor that needs most when one is complete. */
export function turn(app, factor) {
  if (app.progress(factor)?.share < 1) return;
  const rest = app.state.factors
    .filter(f => f.progress.share < 1)
    .sort((x, y) => x.progress.share - y.progress.share);
  if (rest.length && app.factor === factor) {
    toast(`${factor} is complete. Next: ${rest[0].name}.`);
    app.choose(rest[0].name);
  }
}

export function label(root, app) {
  const picture = h('figure', { class: 'large' });
  const rows = h('div', { class: 'rows' });
  const number = h('input', {
    type: 'number',
    min: 0,
    max: app.state.set.frames - 1,
    name: 'frame',
    'aria-label': 'Frame',
  });
  const note = h('p', { class: 'soft small', role: 'status' });
  root.append(
    h(
      'section',
      { class: 'labels' },
      picture,
      h(
        'div',
        { class: 'panel side' },
        h(
          'header',
          null,
          h('h1', { class: 'plain' }, 'Frame'),
          number,
          h(
            'span',
            { class: 'aside' },
            h(
              'button',
              { type: 'button', onclick: () => go(shown - 1), 'aria-label': 'Frame before' },
              '‹',
            ),
            h(
              'button',
              { type: 'button', onclick: () => go(shown + 1), 'aria-label': 'Frame after' },
              '›',
            ),
          ),
        ),
        h(
          'div',
          { class: 'body stack small-gap' },
          rows,
          h(
            'div',
            { class: 'actions' },
            h(
              'button',
              { type: 'button', class: 'primary', onclick: () => next() },
              key('Enter'),
              h('span', null, 'Next picture'),
            ),
          ),
          note,
          h(
            'p',
            { class: 'soft small' },
            'About 100 labels of each factor are enough without any comparison. Some of the last 30 % of the frames check the names. What you cannot read, leave empty.',
          ),
        ),
      ),
    ),
  );
  let shown = 0,
    values = {},
    gone = false;

  async function next() {
    try {
      draw(await app.get('/unlabelled', { factor: app.factor }));
    } catch (e) {
      app.failed(e);
    }
  }
  async function go(frame) {
    if (frame < 0 || frame >= app.state.set.frames || !Number.isInteger(frame)) return;
    try {
      draw(await app.get(`/frames/${frame}`));
    } catch (e) {
      app.failed(e);
    }
  }
  async function store(factor, value) {
    const before = values[factor] ?? null;
    if (value === before) return;
    try {
      await app.post('/labels', { frame: shown, factor, value, before });
      if (value === null) delete values[factor];
      else values[factor] = value;
      text(
        note,
        value === null
          ? `${factor} of frame ${shown} is removed.`
          : `Stored: ${factor} of frame ${shown} is ${value}.`,
      );
    } catch (e) {
      await app.failed(e);
      go(shown);
    }
  }
  function row(f) {
    const value = values[f.name],
      step = (f.high - f.low) / 200;
    const slider = h('input', {
      type: 'range',
      min: f.low,
      max: f.high,
      step,
      value: value ?? (f.low + f.high) / 2,
      class: value === undefined ? 'unset' : null,
      'aria-label': `${f.name}, slider`,
    });
    const exact = h('input', {
      type: 'number',
      step: 'any',
      value: value ?? '',
      name: `value-${f.name}`,
      'aria-label': f.name,
    });
    slider.addEventListener('input', () => {
      exact.value = rounded(Number(slider.value), step);
      slider.classList.remove('unset');
    });
    slider.addEventListener('change', () =>
      store(f.name, Number(rounded(Number(slider.value), step))),
    );
    exact.addEventListener('change', () => {
      if (exact.value === '') {
        slider.classList.add('unset');
        store(f.name, null);
        return;
      }
      slider.value = exact.value;
      slider.classList.remove('unset');
      store(f.name, Number(exact.value));
    });
    exact.addEventListener('keydown', event => {
      if (event.key === 'Enter') {
        event.preventDefault();
        exact.blur();
        next();
      }
    });
    return h(
      'div',
      { class: 'value-row' },
      h('b', null, f.name),
      exact,
      slider,
      h('span', { class: 'soft small' }, f.low),
      h('span', { class: 'soft small right' }, f.high),
    );
  }
  const rounded = (value, step) =>
    value.toFixed(Math.max(0, Math.min(6, Math.ceil(-Math.log10(step)))));
  function draw(labels) {
    if (gone) return;
    shown = labels.frame;
    values = { ...labels.values };
    number.value = shown;
    picture.replaceChildren(app.image(shown));
    rows.replaceChildren(...app.state.factors.map(row));
  }
  number.addEventListener('change', () => go(Number(number.value)));
  next();
  return {
    keys: { Enter: () => next(), ArrowLeft: () => go(shown - 1), ArrowRight: () => go(shown + 1) },
    factor: () => next(),
    undone: () => go(shown),
    leave: () => {
      gone = true;
    },
  };
}
