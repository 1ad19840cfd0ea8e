/* The layout of the causal graph. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { page } from './page-scripts.mjs';

const { placed, shortened } = await page('layout');
const SIZE = { width: 10, height: 4, gapX: 6, gapY: 2, margin: 1 };
const graph = (nodes, ...edges) => ({
  nodes: [...nodes],
  edges: edges.map(([from, to]) => ({ from, to })),
});

test('should place causes left of their effects', () => {
  const { at, width, height } = placed(graph('ba', 'ab'), SIZE);
  assert.deepEqual(at, { a: { x: 1, y: 1 }, b: { x: 17, y: 1 } });
  assert.deepEqual([width, height], [28, 6]);
});

test('should place a node behind the last of its causes', () => {
  const { at } = placed(graph('abc', 'ac', 'ab', 'bc'), SIZE);
  assert.deepEqual([at.a.x, at.b.x, at.c.x], [1, 17, 33]);
});

test('should centre a short column', () => {
  const { at, height } = placed(graph('abc', 'ac', 'bc'), SIZE);
  assert.deepEqual([at.a.y, at.b.y, at.c.y], [1, 7, 4]);
  assert.equal(height, 12);
});

test('should order effects like their causes, so that arrows do not cross', () => {
  const { at } = placed(graph('abcd', 'ad', 'bc'), SIZE);
  assert.ok(at.d.y < at.c.y);
});

test('should keep the order of nodes whose causes are equally high', () => {
  const { at } = placed(graph('axyz', 'az', 'ax', 'ay'), SIZE);
  assert.ok(at.x.y < at.y.y && at.y.y < at.z.y);
});

test('should place no node and one node', () => {
  assert.deepEqual(placed(graph(''), SIZE), { width: 2, height: 2, at: {} });
  assert.deepEqual(placed(graph('a'), SIZE).at, { a: { x: 1, y: 1 } });
});

test('should shorten long names only', () => {
  assert.equal(shortened('a'.repeat(19)), 'a'.repeat(19));
  assert.equal(shortened('a'.repeat(20)), `${'a'.repeat(18)}…`);
  assert.equal(shortened(''), '');
});
