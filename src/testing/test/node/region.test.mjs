/* Region, rotation and mask of a camera's picture. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { page } from './page-scripts.mjs';

const region = await page('region');
const WHOLE = [0, 0, 1, 1];
const near = (found, expected) =>
  found.forEach((value, i) => assert.ok(Math.abs(value - expected[i]) < 1e-9, `${found}`));

test('should read a region, and the whole picture from any other text', () => {
  assert.deepEqual(region.regionOf(' 0.1, 0,0.5,1 '), [0.1, 0, 0.5, 1]);
  for (const text of [
    '',
    ' ',
    '0.1,0.2',
    '0,0,1,1,1',
    'a,b,c,d',
    '0,,1,1',
    '0,0,0,1',
    '0,0,1,-1',
  ]) {
    assert.deepEqual(region.regionOf(text), WHOLE, text);
  }
});

test('should read finished polygons only', () => {
  assert.deepEqual(region.polygonsOf(''), []);
  assert.deepEqual(region.polygonsOf('0,0 1,0 1,1; 0,0 0.5'), [
    [
      [0, 0],
      [1, 0],
      [1, 1],
    ],
  ]);
  assert.deepEqual(region.polygonsOf('0,0 1,x 1,1; ;0,0 1,0'), []);
});

test('should add a polygon to a mask', () => {
  const corners = [
    [0, 0],
    [1 / 3, 0],
    [0.5, 1],
  ];
  assert.equal(region.withPolygon('', corners), '0,0 0.3333,0 0.5,1');
  const both = region.withPolygon('0,0 1,0 1,1', corners);
  assert.equal(region.polygonsOf(both).length, 2);
});

test('should leave quarter turns of the rotation out', () => {
  const corner = degrees => region.conversion([100, 100], WHOLE, degrees).outside([0, 0]);
  for (const [degrees, fine] of [
    [90, 0],
    [100, 10],
    [45, -45],
    [-45, -45],
    [358, -2],
    [-361, -1],
  ]) {
    near(corner(degrees), corner(fine));
  }
  assert.notDeepEqual(corner(10), corner(0));
});

test('should place the corners of a region without rotation', () => {
  const { outside } = region.conversion([200, 100], [0.25, 0.5, 0.5, 0.25], 0);
  near(outside([0, 0]), [50, 50]);
  near(outside([1, 1]), [150, 75]);
  near(outside([0.5, 0.5]), [100, 62.5]);
});

test('should turn the region around its middle', () => {
  const { outside } = region.conversion([100, 100], WHOLE, 30);
  near(outside([0.5, 0.5]), [50, 50]);
  near(outside([1, 0.5]), [50 + 50 * Math.cos(Math.PI / 6), 50 - 50 * Math.sin(Math.PI / 6)]);
});

test('should find a point back, with any rotation', () => {
  for (const degrees of [0, 17, -30, 100, 358]) {
    const { inside, outside } = region.conversion([640, 480], [0.1, 0.2, 0.6, 0.5], degrees);
    for (const point of [
      [0, 0],
      [0.3, 0.9],
      [1, 0.5],
    ]) {
      near(inside(outside(point)), point);
    }
  }
});

test('should keep points in the region', () => {
  const { inside } = region.conversion([100, 100], [0.25, 0.25, 0.5, 0.5], 0);
  assert.deepEqual(inside([0, 100]), [0, 1]);
});

test('should drag a region in any direction, within the picture', () => {
  const size = [200, 100];
  near(region.regionBetween(size, [50, 25], [150, 75]), [0.25, 0.25, 0.5, 0.5]);
  near(region.regionBetween(size, [150, 75], [50, 25]), [0.25, 0.25, 0.5, 0.5]);
  near(region.regionBetween(size, [-20, 50], [400, 300]), [0, 0.5, 1, 0.5]);
  assert.equal(region.regionBetween(size, [50, 25], [51, 75]), null);
  assert.equal(region.regionBetween(size, [50, 25], [50, 25]), null);
});

test('should make an id of any name', () => {
  assert.equal(region.ruleIdOf('line1/cam 2'), 'line1-cam-2');
  assert.equal(region.ruleIdOf('/_x'), 'x');
  assert.equal(region.ruleIdOf('/../'), 'camera');
  assert.equal(region.ruleIdOf('ä'), 'camera');
  assert.equal(region.ruleIdOf('x'.repeat(300)).length, 100);
});

test('should leave settings without effect out of the rule', () => {
  const values = { region: '', rotation: '0', mask: '', aspect: 'stretch', by: '' };
  const shared = { match: 'line1/*', priority: 5, severity: 'critical' };
  assert.deepEqual(region.withRegion(shared, 'line1/a', values), {
    match: 'line1/a',
    severity: 'critical',
  });
});

test('should change the rule of the source itself, and keep its priority', () => {
  const values = { region: '0,0,1,0.5', rotation: '-3', mask: '', aspect: 'letterbox', by: 'ann' };
  const own = { match: 'line1/a', priority: 5, mask: '0,0 1,0 1,1' };
  assert.deepEqual(region.withRegion(own, 'line1/a', values), {
    match: 'line1/a',
    priority: 5,
    region: '0,0,1,0.5',
    rotation: '-3',
    aspect: 'letterbox',
    by: 'ann',
  });
});
