/* A dialog that shows a frame as it would be if some of its latents had other values. */
import { h, text, attribute } from './dom.js';
import { get, Refused } from './api.js';
import { PictureRow, button, cell, numberCell, right, rowHead, table } from './parts.js';
import { debounced } from './timing.js';
import { unitOf } from './units.js';
import { spoken } from './words.js';

const RANGE = 3;
const STEP = 0.05;
const PAUSE = 80;
const COLUMNS = [
  'Latent',
  right('Is'),
  'Set',
  right('Would be'),
  { words: 'Free again', hidden: true },
];

/**
 * Opens the dialog on one frame.
 *
 * @param frame { modelId, sequence, readings } as the page of a source has it
 * @param parents of a latent, by name
 */
export function whatIf(frame, parents) {
  new WhatIf(frame, parents).open();
}

class WhatIf {
  #frame;
  #observed;
  #set = new Map();
  #rows;
  #pictures = new PictureRow([['As it is'], ['As it would be']], 'drawing …', 'pair');
  #problem = h('p', { class: 'error', role: 'alert', hidden: true });
  #dialog;
  #later = debounced(PAUSE, () => this.#draw());
  #asking = new AbortController();

  constructor(frame, parents) {
    this.#frame = frame;
    this.#observed = frame.readings.map(({ observed }) => observed ?? 0);
    this.#rows = frame.readings.map((reading, i) => this.#row(reading, i, parents));
    const words = `Frame ${frame.sequence}. Move a latent: its effects follow by the equations, and the unexplained part stays as it is. The result is valid if the graph is correct, and within the values of the training.`;
    const reset = button('Reset', () => this.#change(() => this.#set.clear()));
    const close = h('button', { class: 'primary', type: 'submit' }, 'Close');
    const form = h(
      'form',
      { method: 'dialog' },
      h('h2', { id: 'whatif-title' }, 'Other values'),
      h('p', { class: 'soft' }, words),
      this.#pictures.element,
      table(
        COLUMNS,
        this.#rows.map(({ row }) => row),
      ),
      this.#problem,
      h('div', { class: 'actions' }, reset, close),
    );
    this.#dialog = h('dialog', { class: 'wide whatif', 'aria-labelledby': 'whatif-title' }, form);
    this.#dialog.addEventListener('close', () => this.#close());
  }

  open() {
    document.body.append(this.#dialog);
    this.#dialog.showModal();
    this.#draw();
  }

  #row(reading, i, parents) {
    const { latent } = reading;
    const value = this.#observed[i];
    const unit = unitOf(reading);
    const slider = h('input', { type: 'range', min: -RANGE, max: RANGE, step: STEP });
    slider.value = value;
    attribute(slider, 'aria-label', spoken(latent));
    slider.addEventListener('input', () => {
      this.#change(() => this.#set.set(i, Number(slider.value)));
    });
    const would = numberCell(unit(value));
    const release = () => this.#change(() => this.#set.delete(i));
    const free = button('free', release, { class: 'quiet', disabled: true });
    const from = parents(latent).map(spoken).join(', ');
    const head = rowHead(spoken(latent), from && h('small', { class: 'soft' }, ` from ${from}`));
    const row = h('tr', null, head, numberCell(unit(value)), cell(slider), would, cell(free));
    return { slider, would, free, unit, row };
  }

  #change(change) {
    change();
    this.#later();
  }

  async #draw() {
    this.#asking.abort();
    const { signal } = (this.#asking = new AbortController());
    const model = `model=${encodeURIComponent(this.#frame.modelId)}`;
    const vector = values => `latents=${values.map(value => value.toFixed(4)).join()}`;
    const names = this.#frame.readings.map(({ latent }) => latent);
    const set = [...this.#set].map(([i, value]) => `${names[i]}:${value}`).join();
    const query = `${model}&${vector(this.#observed)}&set=${encodeURIComponent(set)}`;
    try {
      const { latents } = await get(`api/pictures/whatif?${query}`, signal);
      this.#rows.forEach((row, i) => this.#show(row, i, latents[i]));
      const path = values => `api/pictures/decoded?${model}&${vector(values)}`;
      await this.#pictures.load([path(this.#observed), path(latents)], '', '', signal);
      this.#problem.hidden = true;
    } catch (e) {
      if (e.name === 'AbortError') return;
      if (!(e instanceof Refused)) throw e;
      this.#problem.hidden = false;
      text(this.#problem, e.message);
    }
  }

  #show({ would, free, slider, unit }, i, value) {
    text(would, unit(value));
    const far = Math.abs(value - this.#observed[i]) > 0.05;
    attribute(would, 'class', `right num${far ? ' far' : ''}`);
    free.disabled = !this.#set.has(i);
    slider.value = value;
  }

  #close() {
    this.#later.cancel();
    this.#asking.abort();
    this.#pictures.destroy();
    this.#dialog.remove();
  }
}
