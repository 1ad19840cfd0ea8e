/* The difference of two models: graphs next to each other, and the numbers that differ. */
import { h } from './dom.js';
import { get } from './api.js';
import { drawGraph } from './graph.js';
import { cell, rowHead, select, table } from './parts.js';
import { changeOf, comparedWith } from './registry.js';
import { figure, rounded, spoken } from './words.js';

const sure = confidence => (confidence === null ? 'absent' : `${rounded(confidence)} sure`);

export class ModelDifference {
  #model;
  #choice;
  #body = h('div', { class: 'body stack' });

  /** @param others ids of the models that it can be compared with */
  constructor(model, others, active) {
    this.#model = model;
    const options = others.map(id => [id, id]);
    this.#choice = select({ 'aria-label': 'Compare with' }, options);
    this.#choice.value = comparedWith(model, others, active);
    this.#choice.addEventListener('change', () => this.#compare());
    const header = h('header', null, h('h2', null, 'Difference'));
    header.append(h('span', { class: 'aside' }, this.#choice));
    this.element = h('section', { class: 'panel' }, header, this.#body);
    this.#compare();
  }

  async #compare() {
    const from = this.#choice.value;
    const { id } = this.#model;
    const path = model => `api/models/${encodeURIComponent(model)}`;
    try {
      const [difference, before] = await Promise.all([
        get(`${path(id)}/difference?from=${encodeURIComponent(from)}`),
        get(path(from)),
      ]);
      if (this.#choice.value === from) this.#draw(difference, before);
    } catch (e) {
      this.#body.replaceChildren(h('p', { class: 'soft' }, e.message));
    }
  }

  #draw({ edges, latentsGone, latentsNew, settings, figures }, before) {
    const { id, graph } = this.#model;
    const mark = ({ from, to }) => {
      const edge = edges.find(({ cause, effect }) => cause === from && effect === to);
      return { added: 'new', gone: 'gone' }[edge && changeOf(edge)[0]] ?? '';
    };
    const drawn = (one, name) => {
      const caption = h('figcaption', { class: 'soft small' }, name);
      return h('figure', null, drawGraph(one, mark, true).element, caption);
    };
    const graphs = [drawn(before.graph, before.id), drawn(graph, id)];
    const changes = [
      ...latentsGone.map(name => h('li', { class: 'gone' }, `latent ${spoken(name)} is gone`)),
      ...latentsNew.map(name => h('li', { class: 'added' }, `latent ${spoken(name)} is new`)),
      ...edges.map(edgeItem),
    ];
    const same = h('p', { class: 'soft' }, 'Both have the same latents and the same graph.');
    const columns = [before.id, id];
    this.#body.replaceChildren(
      h('div', { class: 'two even' }, graphs),
      changes.length ? h('ul', { class: 'small' }, changes) : same,
      twoColumns('Settings', settings, columns, value => value ?? '–'),
      twoColumns('Figures', figures, columns, figure),
    );
  }
}

function edgeItem(edge) {
  const { cause, effect, before, after } = edge;
  const [kind, words] = changeOf(edge);
  const sureness = `${sure(before)} before, ${sure(after)} now`;
  return h('li', { class: kind }, `${spoken(cause)} → ${spoken(effect)}: ${words}, ${sureness}`);
}

/** The values of two models that differ; nothing if there are none. */
function twoColumns(title, values, columns, words) {
  const rows = Object.entries(values).map(([name, pair]) =>
    h(
      'tr',
      null,
      rowHead(name),
      pair.map(value => cell(words(value))),
    ),
  );
  if (!rows.length) return '';
  const summary = h('summary', null, `${title} that differ: ${rows.length}`);
  return h('details', null, summary, table([title, ...columns], rows));
}
