/* Marking runs of frames in which a factor was held. */
import { h, text, attribute } from '../page/dom.js';
import { button, panel } from '../page/parts.js';
import { picked, runOf, runWords } from './progress.js';

const SMALL_PAGE = 24; // frames
const PAGE = 60;
const PLAY_EVERY = 200;

export const holds = (root, app) => new Holds(root, app);

class Holds {
  #app;
  #total;
  #page = innerWidth < 720 ? SMALL_PAGE : PAGE;
  #grid = h('div', { class: 'film', role: 'group', 'aria-label': 'Frames in the order of time' });
  #slider;
  #jump;
  #preview = h('figure', { class: 'large' });
  #words = h('p', { class: 'range-words', role: 'status' });
  #mark = button('', () => this.#store(), { class: 'primary' });
  #clear = button('Clear', () => this.#clearEnds());
  #list = h('ul', { class: 'runs' });
  #first = 0;
  #ends = [];
  #playing = 0;
  #at = 0;
  keys = {
    Enter: () => this.#store(),
    ArrowLeft: () => this.#show(this.#first - this.#page),
    ArrowRight: () => this.#show(this.#first + this.#page),
    Escape: () => this.#clearEnds(),
  };

  constructor(root, app) {
    this.#app = app;
    this.#total = app.state.set.frames;
    const actions = h('div', { class: 'actions' }, this.#mark, this.#clear);
    const marking = [this.#preview, this.#words, actions];
    const body = h('div', { class: 'body stack small-gap' }, marking);
    const side = [h('div', { class: 'panel' }, body), panel('runs', 'Marked runs', {}, this.#list)];
    const words =
      'A run in which somebody kept one factor constant while everything else varied. Click its first and its last frame.';
    const title = h('h1', null, 'In which frames was a factor held?');
    const head = h('div', null, title, h('p', { class: 'soft' }, words));
    const stack = (...content) => h('div', { class: 'stack small-gap' }, content);
    const film = stack(head, this.#bar(), this.#grid);
    root.append(h('section', { class: 'holding' }, film, stack(side)));
    this.#show(0);
    this.#look(0);
  }

  /** The buttons and inputs that choose the frames of the grid. */
  #bar() {
    const range = { type: 'range', min: 0, max: Math.max(0, this.#total - this.#page), step: 1 };
    this.#slider = h('input', { ...range, 'aria-label': 'First frame shown' });
    const number = { type: 'number', min: 0, max: this.#total - 1, name: 'first-shown' };
    this.#jump = h('input', { ...number, 'aria-label': 'Show from frame' });
    this.#slider.addEventListener('input', () => this.#show(Number(this.#slider.value)));
    this.#jump.addEventListener('change', () => this.#show(Number(this.#jump.value)));
    const step = (words, label, by) =>
      button(words, () => this.#show(this.#first + by), { 'aria-label': label });
    const before = step('‹', 'Frames before', -this.#page);
    const after = step('›', 'Frames after', this.#page);
    return h('div', { class: 'film-bar' }, before, this.#slider, after, this.#jump);
  }

  /** Shows a page of frames. */
  #show(frame) {
    const count = Math.min(this.#page, this.#total);
    this.#first = Math.max(0, Math.min(this.#total - count, frame));
    this.#slider.value = this.#first;
    this.#jump.value = this.#first;
    const thumbs = Array.from({ length: count }, (_, i) => this.#thumb(this.#first + i));
    this.#grid.replaceChildren(...thumbs);
    this.#draw();
  }

  #thumb(frame) {
    const onclick = event => {
      if (event.detail) event.currentTarget.blur();
      this.#ends = picked(this.#ends, frame, event.shiftKey);
      this.#draw();
      this.#look(frame);
    };
    const onpointerenter = () => {
      if (!this.#playing) this.#look(frame);
    };
    const attributes = { class: 'thumb', 'data-frame': frame, 'aria-label': `Frame ${frame}` };
    const number = h('span', { class: 'num' }, frame);
    const content = [this.#app.image(frame, ''), number, h('i')];
    return button(content, onclick, { ...attributes, onpointerenter });
  }

  #look(frame) {
    this.#at = frame;
    const caption = h('figcaption', { class: 'soft small' }, `frame ${frame}`);
    this.#preview.replaceChildren(this.#app.image(frame), caption);
  }

  /** Plays the run that is being marked. */
  #play() {
    this.leave();
    const run = this.#run();
    if (!run) return;
    const [first, last] = run;
    this.#at = first;
    this.#playing = setInterval(() => {
      this.#look(this.#at);
      this.#at = this.#at >= last ? first : this.#at + 1;
    }, PLAY_EVERY);
  }

  /** The run that is being marked; null unless it has at least two frames. */
  #run() {
    const run = runOf(this.#ends);
    return run && run[0] < run[1] ? run : null;
  }

  #clearEnds() {
    this.#ends = [];
    this.#draw();
  }

  #draw() {
    for (const thumb of this.#grid.children) this.#drawThumb(thumb);
    text(this.#words, runWords(this.#ends));
    const words = h('span', null, `Held: ${this.#app.factor}`);
    this.#mark.replaceChildren(h('kbd', null, 'Enter'), words);
    this.#mark.disabled = !this.#run();
    this.#clear.disabled = !this.#ends.length;
    this.#play();
    const none = 'None yet. Without runs, twice as many answers have this effect.';
    const items = this.#app.state.holds.map(hold => this.#holdItem(hold));
    if (!items.length) items.push(h('li', { class: 'soft small' }, none));
    this.#list.replaceChildren(...items);
  }

  #drawThumb(thumb) {
    const frame = Number(thumb.dataset.frame);
    const [first, last] = runOf(this.#ends) ?? [this.#ends[0], this.#ends[0]];
    thumb.classList.toggle('in', frame >= first && frame <= last);
    const holds = this.#app.state.holds.filter(hold => frame >= hold.first && frame <= hold.last);
    const names = holds.map(({ factor }) => factor).join(', ');
    attribute(thumb, 'data-held', names || null);
    thumb.title = names && `held: ${names}`;
  }

  #holdItem({ factor, first, last, who }) {
    const words = `${first} to ${last}`;
    const drop = () =>
      this.#app.remove('/holds', { first, factor }).catch(e => this.#app.failed(e));
    const label = { 'aria-label': `Remove ${factor} ${words}` };
    const name = [h('b', null, factor), ` ${words}`];
    return h(
      'li',
      null,
      button(name, () => this.#show(first), { class: 'quiet' }),
      h('span', { class: 'soft small' }, who),
      button('×', drop, { class: 'quiet icon', ...label }),
    );
  }

  async #store() {
    const run = this.#run();
    if (!run) return;
    const [first, last] = run;
    this.#ends = [];
    try {
      await this.#app.post('/holds', { first, last, factor: this.#app.factor });
    } catch (e) {
      this.#app.failed(e);
    }
    this.#draw();
  }

  factor() {
    this.#draw();
  }

  changed() {
    this.#draw();
  }

  leave() {
    clearInterval(this.#playing);
    this.#playing = 0;
  }
}
