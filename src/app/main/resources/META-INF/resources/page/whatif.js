/* What a frame would show if some of its latents had other values. */
import { h, text, attribute } from './dom.js';
import { get, picture, Refused } from './api.js';
import { number, spoken } from './words.js';

const RANGE = 3,
  STEP = 0.05,
  PAUSE = 80;

/**
 * Opens a dialog on one frame.
 *
 * @param frame { modelId, sequence, readings } as the page of a source has it
 * @param parents of a latent, by name
 */
export function whatIf(frame, parents) {
  const names = frame.readings.map(r => r.latent),
    observed = frame.readings.map(r => r.observed ?? 0);
  const units = frame.readings.map(unit),
    set = new Map();
  let timer = 0,
    url = [null, null],
    asking = new AbortController();
  const shots = ['As it is', 'As it would be'].map(label => {
    const image = h('img', { alt: '', hidden: true }),
      note = h('p', null, 'drawing …');
    return {
      label,
      image,
      note,
      box: h(
        'figure',
        null,
        h('div', { class: 'frame' }, image, note),
        h('figcaption', null, label),
      ),
    };
  });
  const rows = names.map((name, i) => {
    const slider = h('input', {
      type: 'range',
      min: -RANGE,
      max: RANGE,
      step: STEP,
      value: observed[i],
      'aria-label': spoken(name),
      oninput: () => {
        set.set(i, Number(slider.value));
        later();
      },
    });
    const is = h('td', { class: 'right num' }, units[i](observed[i])),
      would = h('td', { class: 'right num' }, units[i](observed[i]));
    const free = h(
      'button',
      {
        type: 'button',
        class: 'quiet',
        disabled: true,
        onclick: () => {
          set.delete(i);
          later();
        },
      },
      'free',
    );
    return {
      slider,
      would,
      free,
      row: h(
        'tr',
        null,
        h(
          'th',
          { scope: 'row' },
          spoken(name),
          parents(name).length
            ? h('small', { class: 'soft' }, ` from ${parents(name).map(spoken).join(', ')}`)
            : '',
        ),
        is,
        h('td', null, slider),
        would,
        h('td', null, free),
      ),
    };
  });
  const problem = h('p', { class: 'error', role: 'alert', hidden: true });
  const dialog = h(
    'dialog',
    { class: 'wide whatif', 'aria-labelledby': 'whatif-title' },
    h(
      'form',
      { method: 'dialog' },
      h('h2', { id: 'whatif-title' }, 'What if …'),
      h(
        'p',
        { class: 'soft' },
        `Frame ${frame.sequence}. Move a latent: its effects follow by the equations, and what nothing explains stays as it is. It holds where the graph is right, and within the values that the model was trained on.`,
      ),
      h(
        'div',
        { class: 'pictures pair' },
        shots.map(s => s.box),
      ),
      h(
        'div',
        { class: 'scroll' },
        h(
          'table',
          null,
          h(
            'thead',
            null,
            h(
              'tr',
              null,
              ['Latent', 'Is', 'Set', 'Would be', ''].map((word, k) =>
                h(
                  'th',
                  { scope: 'col', class: k === 1 || k === 3 ? 'right' : null },
                  word || h('span', { class: 'visually-hidden' }, 'Free again'),
                ),
              ),
            ),
          ),
          h(
            'tbody',
            null,
            rows.map(r => r.row),
          ),
        ),
      ),
      problem,
      h(
        'div',
        { class: 'actions' },
        h(
          'button',
          {
            type: 'button',
            onclick: () => {
              set.clear();
              later();
            },
          },
          'Reset',
        ),
        h('button', { class: 'primary', type: 'submit' }, 'Close'),
      ),
    ),
  );

  /** A value of a latent in the unit of its factor, by two readings of it; else in standard deviations. */
  function unit({ observed: z, expected: f, observedFactor: a, expectedFactor: b }) {
    if (a === null || a === undefined || b === null || b === undefined || Math.abs(z - f) < 1e-6)
      return value => `${number(value)} sd`;
    const slope = (a - b) / (z - f);
    return value => number(a + slope * (value - z));
  }

  function later() {
    clearTimeout(timer);
    timer = setTimeout(draw, PAUSE);
  }

  async function draw() {
    asking.abort();
    asking = new AbortController();
    const model = `model=${encodeURIComponent(frame.modelId)}`,
      vector = values => values.map(v => v.toFixed(4)).join();
    const given = [...set].map(([i, value]) => `${names[i]}:${value}`).join();
    try {
      const { latents } = await get(
        `api/pictures/whatif?${model}&latents=${vector(observed)}&set=${encodeURIComponent(given)}`,
        asking.signal,
      );
      rows.forEach((r, i) => {
        text(r.would, units[i](latents[i]));
        attribute(
          r.would,
          'class',
          `right num${Math.abs(latents[i] - observed[i]) > 0.05 ? ' far' : ''}`,
        );
        r.free.disabled = !set.has(i);
        r.slider.value = latents[i];
      });
      const drawn = await Promise.all(
        [observed, latents].map(values =>
          picture(`api/pictures/decoded?${model}&latents=${vector(values)}`, asking.signal),
        ),
      );
      url.forEach(one => one && URL.revokeObjectURL(one));
      url = drawn.map(one => URL.createObjectURL(one));
      shots.forEach((shot, k) => {
        shot.image.hidden = false;
        shot.note.hidden = true;
        shot.image.src = url[k];
        shot.image.alt = shot.label;
      });
      problem.hidden = true;
    } catch (e) {
      if (e.name === 'AbortError') return;
      if (!(e instanceof Refused)) throw e;
      problem.hidden = false;
      text(problem, e.message);
    }
  }

  dialog.addEventListener('close', () => {
    clearTimeout(timer);
    asking.abort();
    url.forEach(one => one && URL.revokeObjectURL(one));
    dialog.remove();
  });
  document.body.append(dialog);
  dialog.showModal();
  draw();
}
