/* A dialog that shows futures of the latents of a source. */
import { h, text, attribute } from './dom.js';
import { get, Refused } from './api.js';
import { fanChart } from './charts.js';
import { button, cell, numberCell, right, rowHead, select, table } from './parts.js';
import { repeatedly, debounced } from './timing.js';
import { digitsOf, lengthsUpTo } from './series.js';
import { moment, number, sentenceCase, spoken } from './words.js';

const EVERY = 5000;
const PAUSE = 400;
const COLUMNS = [
  'Latent',
  right('Now'),
  'Until then',
  right('Then'),
  right('Nine of ten futures'),
  'Set to',
  'Limit',
];

/**
 * Opens the dialog on a source.
 *
 * @param name of the source
 * @param longest length of a forecast in seconds
 * @param latents names in the model's order
 */
export function forecast(name, longest, latents) {
  new Forecast(name, longest, latents).open();
}

class Forecast {
  #name;
  #rows;
  #length;
  #limits = h('ul', { class: 'reached', 'aria-live': 'polite' });
  #from = h('span', { class: 'soft small' });
  #problem = h('p', { class: 'error', role: 'alert', hidden: true });
  #dialog;
  #asking = null;
  #later = debounced(PAUSE, () => this.#asking?.again());

  constructor(name, longest, latents) {
    this.#name = name;
    const lengths = lengthsUpTo(longest);
    this.#length = select(
      { onchange: () => this.#asking.again() },
      lengths.map(seconds => [seconds, spokenLength(seconds)]),
    );
    this.#length.value = lengths[Math.floor(lengths.length / 2)];
    this.#rows = latents.map(latent => this.#row(latent));
    const words =
      'Drawn from the equations and their noise. Valid if nothing breaks, and within the values of the training.';
    const close = h('button', { class: 'primary', type: 'submit' }, 'Close');
    const rows = this.#rows.map(({ row }) => row);
    const form = h(
      'form',
      { method: 'dialog' },
      h('h2', { id: 'forecast-title' }, 'Forecast'),
      h('p', { class: 'soft' }, words),
      h('p', { class: 'length' }, h('label', null, 'Length', this.#length), this.#from),
      table(COLUMNS, rows),
      this.#limits,
      this.#problem,
      h(
        'div',
        { class: 'actions' },
        button('Reset', () => this.#reset()),
        close,
      ),
    );
    this.#dialog = h('dialog', { class: 'forecast', 'aria-labelledby': 'forecast-title' }, form);
    this.#dialog.addEventListener('close', () => this.#close());
  }

  open() {
    document.body.append(this.#dialog);
    this.#dialog.showModal();
    this.#asking = repeatedly(EVERY, signal => this.#ask(signal));
  }

  #row(latent) {
    const chart = fanChart();
    const [now, then, range] = [numberCell('–'), numberCell('–'), numberCell('–')];
    const input = label =>
      h('input', {
        type: 'number',
        step: 'any',
        'aria-label': `${label} ${spoken(latent)}`,
        oninput: () => this.#later(),
      });
    const [set, limit] = [input('Set'), input('Limit of')];
    const cells = [cell(chart.element), then, range, cell(set), cell(limit)];
    const row = h('tr', null, rowHead(spoken(latent)), now, cells);
    return { latent, chart, now, then, range, set, limit, row };
  }

  #reset() {
    for (const { set, limit } of this.#rows) set.value = limit.value = '';
    this.#asking.again();
  }

  async #ask(signal) {
    const given = key =>
      this.#rows
        .filter(row => row[key].value !== '')
        .map(row => `${row.latent}:${row[key].value}`)
        .join();
    const query = new URLSearchParams({
      source: this.#name,
      ahead: `${this.#length.value}s`,
      set: given('set'),
      limit: given('limit'),
    });
    try {
      this.#show(await get(`api/forecast?${query}`, signal));
      this.#problem.hidden = true;
    } catch (e) {
      if (!(e instanceof Refused)) throw e;
      this.#problem.hidden = false;
      text(this.#problem, e.message);
    }
  }

  #show({ at, latents, limits }) {
    text(this.#from, `from the frame of ${moment(at)}`);
    latents.forEach((of, i) => showRow(this.#rows[i], of));
    this.#limits.replaceChildren(
      ...limits.map(({ sentence }) => h('li', null, `${sentenceCase(spoken(sentence))}.`)),
    );
  }

  #close() {
    this.#asking.end();
    this.#later.cancel();
    this.#dialog.remove();
  }
}

function showRow({ chart, now, then, range, limit, row }, { unit, set, now: value, times }) {
  const last = times.at(-1);
  const digits = digitsOf([last.low, last.high]);
  const shown = one => (one === null ? '–' : number(one, digits));
  const sd = unit === 'factor' ? '' : ' sd';
  text(now, `${shown(value)}${sd}`);
  text(then, `${shown(last.median)}${sd}`);
  text(range, last.median === null ? 'unknown' : `${shown(last.low)} to ${shown(last.high)}`);
  chart.set(value, times, limit.value === '' ? null : Number(limit.value));
  attribute(row, 'class', set ? 'set' : null);
}

/** Such as 30 s, 5 min or 2 h. */
function spokenLength(seconds) {
  if (seconds < 60) return `${seconds} s`;
  return seconds < 3600 ? `${seconds / 60} min` : `${seconds / 3600} h`;
}
