/* The causal graph: causes left, effects right. Own layout, since it takes 20 lines for at most
   twelve nodes in layers; a library (dagre, 49 kB) would replace only these. */
import { svg, attribute, text } from './dom.js';
import { spoken, signed } from './words.js';

const WIDTH = 150,
  HEIGHT = 48,
  GAP_X = 90,
  GAP_Y = 26,
  MARGIN = 16;
let marks = 0;

function columns({ nodes, edges }) {
  const depth = Object.fromEntries(nodes.map(n => [n, 0]));
  for (let round = 0; round < nodes.length; round++) {
    for (const e of edges) depth[e.to] = Math.max(depth[e.to], depth[e.from] + 1);
  }
  const found = [];
  for (const node of nodes) (found[depth[node]] ??= []).push(node);
  const place = {};
  found.forEach((column, c) => {
    if (c > 0) {
      const middle = node => {
        const causes = edges.filter(e => e.to === node).map(e => place[e.from] ?? 0);
        return causes.reduce((a, b) => a + b, 0) / Math.max(1, causes.length);
      };
      column.sort((a, b) => middle(a) - middle(b));
    }
    column.forEach((node, i) => {
      place[node] = i - (column.length - 1) / 2;
    });
  });
  return found;
}

/**
 * Draws a graph.
 *
 * @param graph { nodes, edges: [{ from, to, confidence }] }
 * @param marked edges to draw as new or gone: ({ from, to }) => class name or ''
 * @param plain whether nodes have no second line
 * @return { element, light(names), values(byName) }
 */
export function drawGraph(graph, marked = () => '', plain = false) {
  const found = columns(graph),
    id = ++marks;
  const rows = Math.max(...found.map(c => c.length));
  const width = 2 * MARGIN + found.length * WIDTH + (found.length - 1) * GAP_X;
  const height = 2 * MARGIN + rows * HEIGHT + (rows - 1) * GAP_Y;
  const at = {};
  found.forEach((column, c) =>
    column.forEach((node, i) => {
      const free = height - 2 * MARGIN - column.length * HEIGHT - (column.length - 1) * GAP_Y;
      at[node] = { x: MARGIN + c * (WIDTH + GAP_X), y: MARGIN + free / 2 + i * (HEIGHT + GAP_Y) };
    }),
  );
  const marker = (name, lit) =>
    svg(
      'marker',
      {
        id: `${name}-${id}`,
        class: lit ? 'lit' : null,
        viewBox: '0 0 10 10',
        refX: 9,
        refY: 5,
        markerWidth: 9,
        markerHeight: 9,
        markerUnits: 'userSpaceOnUse',
        orient: 'auto',
      },
      svg('path', { d: 'M0 0 10 5 0 10Z' }),
    );
  const described = graph.edges.length
    ? graph.edges.map(e => `${spoken(e.from)} causes ${spoken(e.to)}`).join(', ')
    : 'no latent causes another';
  const root = svg(
    'svg',
    {
      class: 'graph',
      width: Math.round(width * 1.1),
      viewBox: `0 0 ${width} ${height}`,
      role: 'img',
      'aria-label': `Causal graph: ${described}`,
    },
    svg('defs', null, marker('arrow', false), marker('arrow-lit', true)),
  );
  const edges = graph.edges.map(e => {
    const a = at[e.from],
      b = at[e.to];
    const x1 = a.x + WIDTH,
      y1 = a.y + HEIGHT / 2,
      x2 = b.x - 2,
      y2 = b.y + HEIGHT / 2;
    const bend = Math.max(40, (x2 - x1) / 2);
    const line = svg(
      'path',
      {
        class: `edge ${marked(e)}`,
        d: `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`,
        'stroke-width': 1 + 1.5 * e.confidence,
        'stroke-dasharray': e.confidence < 0.5 ? '4 4' : null,
        'marker-end': `url(#arrow-${id})`,
      },
      svg(
        'title',
        null,
        `${spoken(e.from)} causes ${spoken(e.to)}: in ${Math.round(100 * e.confidence)} % of half-samples`,
      ),
    );
    root.append(line);
    return { ...e, line };
  });
  const nodes = Object.fromEntries(
    graph.nodes.map(name => {
      const { x, y } = at[name];
      const value = svg('text', { class: 'value', x: x + WIDTH / 2, y: y + 38 }, '');
      const label = spoken(name);
      const title = svg(
        'text',
        { x: x + WIDTH / 2, y: y + (plain ? 29 : 21) },
        label.length > 19 ? `${label.slice(0, 18)}…` : label,
      );
      const halo = svg('rect', {
        class: 'halo',
        x: x - 3,
        y: y - 3,
        width: WIDTH + 6,
        height: HEIGHT + 6,
        rx: 11,
        visibility: 'hidden',
      });
      const node = svg(
        'g',
        { class: 'node' },
        halo,
        svg('rect', { x, y, width: WIDTH, height: HEIGHT, rx: 9 }),
        title,
        value,
        svg('title', null, label),
      );
      root.append(node);
      return [name, { node, value, halo }];
    }),
  );
  let lit = '';
  return {
    element: root,
    /**
     * Lights the mechanism of the first of these latents, its arrows included, and outlines the others, which explain
     * less of the finding.
     */
    light([first, ...others]) {
      const names = first === undefined ? [] : [first, ...others],
        key = names.join('\n');
      if (key === lit) return;
      lit = key;
      for (const [name, { node, halo }] of Object.entries(nodes)) {
        attribute(
          node,
          'class',
          name === first ? 'node lit' : others.includes(name) ? 'node named' : 'node',
        );
        attribute(halo, 'visibility', name === first ? 'visible' : 'hidden');
      }
      for (const edge of edges) {
        const on = edge.to === first;
        attribute(edge.line, 'class', `edge ${on ? 'lit' : marked(edge)}`);
        attribute(edge.line, 'marker-end', `url(#arrow${on ? '-lit' : ''}-${id})`);
      }
    },
    /** Shows a standardised residual in every latent. */
    values(byName) {
      for (const [name, z] of Object.entries(byName))
        if (nodes[name]) text(nodes[name].value, `residual ${signed(z)} sd`);
    },
  };
}
