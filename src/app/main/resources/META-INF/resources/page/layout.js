/* The layout of a causal graph in columns: causes left, effects right. A library (dagre, 49 kB)
   would replace only this. */

/** The longest way from a root to each node, in edges. */
function depths({ nodes, edges }) {
  const depth = Object.fromEntries(nodes.map(node => [node, 0]));
  for (let round = 0; round < nodes.length; round++) {
    for (const { from, to } of edges) depth[to] = Math.max(depth[to], depth[from] + 1);
  }
  return depth;
}

/** The nodes by column; in a column they are ordered by the middle of their causes. */
function columnsOf(graph) {
  const depth = depths(graph);
  const columns = [];
  for (const node of graph.nodes) (columns[depth[node]] ??= []).push(node);
  const place = {};
  const middle = node => {
    const causes = graph.edges.filter(({ to }) => to === node).map(({ from }) => place[from]);
    return causes.reduce((sum, at) => sum + at, 0) / Math.max(1, causes.length);
  };
  columns.forEach((column, c) => {
    if (c > 0) column.sort((a, b) => middle(a) - middle(b));
    column.forEach((node, i) => {
      place[node] = i - (column.length - 1) / 2;
    });
  });
  return columns;
}

/**
 * Places nodes of one size.
 *
 * @param size { width, height, gapX, gapY, margin }
 * @return { width, height, at }: size of the whole, and { x, y } of each node by its name
 */
export function placed(graph, { width, height, gapX, gapY, margin }) {
  const columns = columnsOf(graph);
  const rows = Math.max(0, ...columns.map(column => column.length));
  const length = (n, one, gap) => Math.max(0, n * one + (n - 1) * gap);
  const tall = length(rows, height, gapY);
  const at = {};
  columns.forEach((column, c) => {
    const top = margin + (tall - length(column.length, height, gapY)) / 2;
    column.forEach((node, i) => {
      at[node] = { x: margin + c * (width + gapX), y: top + i * (height + gapY) };
    });
  });
  const wide = length(columns.length, width, gapX);
  return { width: 2 * margin + wide, height: 2 * margin + tall, at };
}

/** A name that fits into a node. */
export const shortened = (name, max = 19) =>
  name.length > max ? `${name.slice(0, max - 1)}…` : name;
