/* Elements that several pages share. */
import { h, text, attribute } from './dom.js';
import { picture, Refused } from './api.js';
import { duration, full, moment, pageWords } from './words.js';

export const button = (words, onclick, attributes = {}) =>
  h('button', { type: 'button', onclick, ...attributes }, words);

export const chip = (words, colour = '') => h('span', { class: `chip ${colour}` }, words);

/** Sets the words and the colour of a chip. */
export function setChip(element, words, colour) {
  text(element, words);
  attribute(element, 'class', `chip ${colour}`);
}

/** A link to an entry of the page that explains. */
export const help = (anchor, words) =>
  h('a', { class: 'help', href: `#/explain/${anchor}` }, words);

export const fact = (label, ...value) => h('span', null, label, ' ', h('b', null, value));
export const term = (label, value) => [h('dt', null, label), h('dd', null, value)];

const iso = millis => new Date(millis).toISOString();
/** A moment with the full time as its title. */
export const when = millis =>
  h('time', { class: 'soft small', datetime: iso(millis), title: full(millis) }, moment(millis));
/** A moment whose age showAges writes into it. */
export const since = millis =>
  h('time', { datetime: iso(millis), title: full(millis), 'data-since': millis });
export function showAges(root, now) {
  for (const time of root.querySelectorAll('time[data-since]')) {
    text(time, `for ${duration(now - Number(time.dataset.since))}`);
  }
}

/**
 * A section with a title.
 *
 * @param options level of the heading, kind as further classes, header of parts next to the title
 *     and aside of those at its end
 */
export function panel(id, title, options, ...content) {
  const { level = 'h2', kind = '', header = [], aside } = options;
  const heading = h(level, { id: `${id}-title` }, title);
  return h(
    'section',
    { class: `panel ${kind}`.trim(), 'aria-labelledby': `${id}-title` },
    h('header', null, heading, header, aside && h('span', { class: 'aside' }, aside)),
    content,
  );
}

const head = column => {
  const { words, kind, title, hidden } = typeof column === 'string' ? { words: column } : column;
  const label = hidden ? h('span', { class: 'visually-hidden' }, words) : words;
  return h('th', { scope: 'col', class: kind, title }, label);
};
/** A column whose cells stand at the right. */
export const right = words => ({ words, kind: 'right' });

/**
 * A table that scrolls if it is too wide.
 *
 * @param columns words, or { words, kind, title, hidden }
 * @param rows elements, or the body of the table
 */
export function table(columns, rows, attributes = {}, caption = null) {
  const body = rows instanceof Element ? rows : h('tbody', null, rows);
  const described = caption && h('caption', { class: 'visually-hidden' }, caption);
  const heads = h('thead', null, h('tr', null, columns.map(head)));
  return h('div', { class: 'scroll' }, h('table', attributes, described, heads, body));
}
export const cell = (...content) => h('td', null, content);
export const numberCell = (...content) => h('td', { class: 'right num' }, content);
export const rowHead = (...content) => h('th', { scope: 'row' }, content);

export const select = (attributes, options) =>
  h(
    'select',
    attributes,
    options.map(([value, words]) => h('option', { value }, words)),
  );

/** The buttons that go through the pages of a list. */
export class Pager {
  #size;
  #page = 0;
  #before;
  #after;
  #place = h('span', { class: 'soft small num' });

  /**
   * @param label for screen readers
   * @param go gets the number of the wanted page, from 0
   */
  constructor(label, size, go, [before, after] = ['Previous', 'Next']) {
    this.#size = size;
    this.#before = button(before, () => go(this.#page - 1));
    this.#after = button(after, () => go(this.#page + 1));
    this.element = h(
      'nav',
      { class: 'pages', 'aria-label': label, hidden: true },
      this.#before,
      this.#after,
      this.#place,
    );
  }

  show({ page, matching }) {
    this.#page = page;
    this.element.hidden = matching <= this.#size;
    this.#before.disabled = page === 0;
    this.#after.disabled = (page + 1) * this.#size >= matching;
    text(this.#place, pageWords(page, this.#size, matching));
  }
}

/** Pictures next to each other, with a note instead of each that is missing. */
export class PictureRow {
  #shots;
  #urls = [];

  /** @param shots [title, words below it] of each picture */
  constructor(shots, note, kind = '') {
    this.#shots = shots.map(([title, words]) => shot(title, words, note));
    const boxes = this.#shots.map(one => one.box);
    this.element = h('div', { class: `pictures ${kind}` }, boxes);
  }

  /** Sets the words below a picture; those of the start without new ones. */
  caption(index, words = this.#shots[index].words) {
    text(this.#shots[index].caption, words);
  }

  /** Says in place of all pictures why there are none. */
  note(words) {
    this.#shots.forEach(one => text(one.note, words));
  }

  /**
   * Loads all pictures, then shows them; returns false if that was aborted.
   *
   * @param paths null for a picture that does not exist
   * @param missing the reason for that
   * @param words describe all of them
   */
  async load(paths, missing, words, signal) {
    const asked = paths.map(path =>
      path ? picture(path, signal) : Promise.reject(new Refused(404, missing)),
    );
    const found = await Promise.allSettled(asked);
    if (signal.aborted) return false;
    const old = this.#urls;
    this.#urls = found.map(one => (one.value ? URL.createObjectURL(one.value) : null));
    this.#shots.forEach((one, i) => showShot(one, this.#urls[i], words, found[i].reason));
    revoke(old);
    return true;
  }

  destroy() {
    revoke(this.#urls);
  }
}

const revoke = urls => urls.forEach(url => url && URL.revokeObjectURL(url));

function shot(title, words, missing) {
  const image = h('img', { alt: '', hidden: true });
  const note = h('p', null, missing);
  const caption = words && h('span', null, words);
  const frame = h('div', { class: 'frame' }, image, note);
  const box = h('figure', null, frame, h('figcaption', null, title, caption));
  return { title, words, image, note, caption, box };
}

function showShot({ title, image, note }, url, words, problem) {
  image.hidden = !url;
  note.hidden = Boolean(url);
  if (url) {
    image.src = url;
    image.alt = words ? `${title}, ${words}` : title;
  } else {
    text(note, problem instanceof Refused ? problem.message : 'This picture cannot be loaded.');
  }
}
