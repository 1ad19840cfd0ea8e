/* All sources on one screen, for a control room: the most urgent first. */
import { h, text, attribute } from './dom.js';
import { get, Refused } from './api.js';
import { button, chip } from './parts.js';
import { repeatedly } from './timing.js';
import { CONDITION_ORDER, conditionColour, conditionWord, integer, sourceLink } from './words.js';

const EVERY = 3000;
const SIZE = 200;
const MAX = 2000;

export function wall(root) {
  const page = new Wall(root);
  const polling = repeatedly(EVERY, signal => page.ask(signal));
  return polling.end;
}

class Wall {
  #counts = h('div', { class: 'chips', role: 'status' });
  #tiles = h('div', { class: 'wall', role: 'list' });
  #problem = h('p', { class: 'empty soft', role: 'status', hidden: true });
  #known = new Map();

  constructor(root) {
    const toggle = () =>
      document.fullscreenElement ? document.exitFullscreen() : root.requestFullscreen();
    const actions = h('div', { class: 'actions' }, button('Full screen', toggle));
    const title = h('div', { class: 'title' }, h('h1', null, 'Wall'), this.#counts, actions);
    root.append(title, this.#problem, this.#tiles);
  }

  async ask(signal) {
    try {
      const { counts, matching, rows } = await allSources(signal);
      this.#draw(counts, rows);
      this.#problem.hidden = rows.length > 0 && matching <= MAX;
      const cut = `The ${integer(MAX)} most urgent of ${integer(matching)} sources are shown.`;
      text(this.#problem, rows.length ? cut : 'No source has sent a frame yet.');
      attribute(this.#tiles, 'data-old', null);
    } catch (e) {
      if (!(e instanceof Refused)) throw e;
      this.#problem.hidden = false;
      text(this.#problem, `${e.message} The states below are old.`);
      attribute(this.#tiles, 'data-old', 'true');
    }
  }

  #draw(counts, rows) {
    const present = CONDITION_ORDER.filter(condition => counts[condition]);
    const chips = present.map(condition =>
      chip(`${integer(counts[condition])} ${conditionWord(condition)}`, conditionColour(condition)),
    );
    this.#counts.replaceChildren(...chips);
    attribute(this.#tiles, 'class', `wall ${density(rows.length)}`);
    const names = new Set(rows.map(({ name }) => name));
    for (const [name, { box }] of this.#known) {
      if (names.has(name)) continue;
      box.remove();
      this.#known.delete(name);
    }
    rows.forEach((row, i) => {
      const tile = this.#known.get(row.name) ?? tileOf(row.name);
      this.#known.set(row.name, tile);
      tile.draw(row);
      const place = this.#tiles.children[i] ?? null;
      if (place !== tile.box) this.#tiles.insertBefore(tile.box, place);
    });
  }
}

/** The most urgent sources, and how many there are in each state. */
async function allSources(signal) {
  const path = `api/sources?size=${SIZE}`;
  const { counts, matching, rows } = await get(path, signal);
  const found = new Map(rows.map(row => [row.name, row]));
  for (let page = 1; page * SIZE < Math.min(MAX, matching); page++) {
    const more = await get(`${path}&page=${page}`, signal);
    // A source that moved between two pages meanwhile is on both of them.
    for (const row of more.rows) if (!found.has(row.name)) found.set(row.name, row);
  }
  return { counts, matching, rows: [...found.values()] };
}

function density(tiles) {
  if (tiles > 200) return 'many';
  return tiles > 40 ? 'some' : 'few';
}

function tileOf(name) {
  const words = h('span', { class: 'soft small' });
  const bar = h('i');
  const parts = [h('b', null, name), words, h('span', { class: 'bar' }, bar)];
  const box = h(
    'div',
    { role: 'listitem' },
    h('a', { href: sourceLink(name), title: name }, parts),
  );
  return {
    box,
    draw({ condition, statistic, threshold }) {
      attribute(box, 'class', `tile ${conditionColour(condition)}`);
      text(words, conditionWord(condition));
      const share = threshold > 0 ? Math.min(1, statistic / threshold) : 0;
      bar.style.width = `${Math.round(100 * share)}%`;
    },
  };
}
