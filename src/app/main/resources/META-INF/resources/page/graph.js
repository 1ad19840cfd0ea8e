/* A drawing of the causal graph. */
import { svg, attribute, text } from './dom.js';
import { placed, shortened } from './layout.js';
import { signed, spoken } from './words.js';

const SIZE = { width: 150, height: 48, gapX: 90, gapY: 26, margin: 16 };
let drawings = 0;

/**
 * Draws a graph.
 *
 * @param graph { nodes, edges: [{ from, to, confidence }] }
 * @param marked edges to draw as new or gone: ({ from, to }) => class name or ''
 * @param plain true if nodes have no second line
 */
export const drawGraph = (graph, marked = () => '', plain = false) =>
  new Drawing(graph, marked, plain);

class Drawing {
  #id = ++drawings;
  #marked;
  #edges;
  #nodes;
  #lit = '';

  constructor(graph, marked, plain) {
    this.#marked = marked;
    const { width, height, at } = placed(graph, SIZE);
    this.#edges = graph.edges.map(edge => ({
      to: edge.to,
      edge,
      line: this.#line(edge, at[edge.from], at[edge.to]),
    }));
    this.#nodes = new Map(graph.nodes.map(name => [name, nodeOf(name, at[name], plain)]));
    const attributes = {
      class: 'graph',
      width: Math.round(width * 1.1),
      viewBox: `0 0 ${width} ${height}`,
      role: 'img',
      'aria-label': `Causal graph: ${graphWords(graph)}`,
    };
    this.element = svg(
      'svg',
      attributes,
      svg('defs', null, this.#arrow('arrow', null), this.#arrow('arrow-lit', 'lit')),
      this.#edges.map(({ line }) => line),
      [...this.#nodes.values()].map(({ node }) => node),
    );
  }

  #arrow(name, kind) {
    const size = { markerWidth: 9, markerHeight: 9, markerUnits: 'userSpaceOnUse' };
    const place = { viewBox: '0 0 10 10', refX: 9, refY: 5, orient: 'auto' };
    const attributes = { id: `${name}-${this.#id}`, class: kind, ...place, ...size };
    return svg('marker', attributes, svg('path', { d: 'M0 0 10 5 0 10Z' }));
  }

  #line(edge, cause, effect) {
    const x1 = cause.x + SIZE.width;
    const y1 = cause.y + SIZE.height / 2;
    const x2 = effect.x - 2;
    const y2 = effect.y + SIZE.height / 2;
    const bend = Math.max(40, (x2 - x1) / 2);
    const share = Math.round(100 * edge.confidence);
    const words = `${spoken(edge.from)} causes ${spoken(edge.to)}: in ${share} % of half-samples`;
    const attributes = {
      class: `edge ${this.#marked(edge)}`,
      d: `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`,
      'stroke-width': 1 + 1.5 * edge.confidence,
      'stroke-dasharray': edge.confidence < 0.5 ? '4 4' : null,
      'marker-end': `url(#arrow-${this.#id})`,
    };
    return svg('path', attributes, svg('title', null, words));
  }

  /**
   * Lights the mechanism of the first of these latents, its arrows included, and outlines the
   * others, which explain less of the finding.
   */
  light([first, ...others]) {
    const key = [first, ...others].join('\n');
    if (key === this.#lit) return;
    this.#lit = key;
    for (const [name, { node, halo }] of this.#nodes) {
      const kind = others.includes(name) ? 'node named' : 'node';
      attribute(node, 'class', name === first ? 'node lit' : kind);
      attribute(halo, 'visibility', name === first ? 'visible' : 'hidden');
    }
    for (const { to, edge, line } of this.#edges) {
      const lit = to === first;
      attribute(line, 'class', `edge ${lit ? 'lit' : this.#marked(edge)}`);
      attribute(line, 'marker-end', `url(#arrow${lit ? '-lit' : ''}-${this.#id})`);
    }
  }

  /**
   * Shows standardised residuals: [latent, residual], null if it is not tested.
   *
   * @param unreadable set of latents
   */
  values(residuals, unreadable) {
    for (const [name, z] of residuals) {
      const { node, value } = this.#nodes.get(name);
      const hidden = unreadable.has(name);
      const tested = z === null ? 'not tested' : `residual ${signed(z)} sd`;
      text(value, hidden ? 'unreadable' : tested);
      attribute(node, 'data-hidden', hidden ? '' : null);
    }
  }
}

function nodeOf(name, { x, y }, plain) {
  const { width, height } = SIZE;
  const label = spoken(name);
  const middle = x + width / 2;
  const value = svg('text', { class: 'value', x: middle, y: y + 38 }, '');
  const title = svg('text', { x: middle, y: y + (plain ? 29 : 21) }, shortened(label));
  const around = { x: x - 3, y: y - 3, width: width + 6, height: height + 6, rx: 11 };
  const halo = svg('rect', { class: 'halo', ...around, visibility: 'hidden' });
  const box = svg('rect', { x, y, width, height, rx: 9 });
  const node = svg('g', { class: 'node' }, halo, box, title, value, svg('title', null, label));
  return { node, value, halo };
}

const graphWords = ({ edges }) =>
  edges.map(({ from, to }) => `${spoken(from)} causes ${spoken(to)}`).join(', ') ||
  'no latent causes another';
