/* Numbers over time, and the points that charts draw of them. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { page } from './page-scripts.mjs';

const {
  RollingRows,
  digitsOf,
  fanPaths,
  lengthsUpTo,
  periods,
  pixelColumns,
  sharesOf,
  sinceLastPause,
  sparkPaths,
} = await page('series');

test('should keep the newest rows', () => {
  // Given
  const rows = new RollingRows(3);
  rows.add({ reset: false, millis: [1, 2], columns: [[10, 20]] });
  // When
  rows.add({ reset: false, millis: [3, 4], columns: [[30, null]] });
  // Then
  assert.deepEqual(rows.millis, [2, 3, 4]);
  assert.deepEqual(rows.columns, [[20, 30, null]]);
});

test('should start again after a reset, or with other columns', () => {
  // Given
  const rows = new RollingRows(10);
  rows.add({ reset: false, millis: [1], columns: [[10]] });
  // When, Then
  rows.add({ reset: true, millis: [], columns: [[]] });
  assert.deepEqual([rows.millis, rows.columns], [[], [[]]]);
  rows.add({ reset: false, millis: [2], columns: [[1], [2]] });
  assert.deepEqual(rows.columns, [[1], [2]]);
  rows.add({ reset: false, millis: [3], columns: [[5]] });
  assert.deepEqual([rows.millis, rows.columns], [[3], [[5]]]);
});

test('should cut rows at the last long pause', () => {
  // Given frames every second, with a pause of a minute
  const millis = [0, 1000, 2000, 62000, 63000];
  // When
  const cut = sinceLastPause({ millis, columns: [[1, 2, 3, 4, 5]] });
  // Then
  assert.deepEqual(cut, { millis: [62000, 63000], columns: [[4, 5]] });
});

test('should not call the usual distance of rare frames a pause', () => {
  const rows = { millis: [0, 60e3, 120e3, 180e3], columns: [[1, 2, 3, 4]] };
  assert.deepEqual(sinceLastPause(rows), rows);
});

test('should take the median distance of the last rows as the usual one', () => {
  // Given two frames in a burst, then one every ten seconds, and a pause of 201 s
  const seconds = [0, 0, 10, 20, 221, 231];
  const cut = pause => {
    const millis = seconds.map((at, i) => 1000 * (at + (i > 3 ? pause : 0)));
    return sinceLastPause({ millis, columns: [] }).millis.length;
  };
  // When, Then
  assert.equal(cut(-2), 6, 'of less than twenty distances');
  assert.equal(cut(-1), 2);
});

test('should leave no row and one row as they are', () => {
  for (const rows of [
    { millis: [], columns: [[]] },
    { millis: [5], columns: [[1]] },
  ]) {
    assert.deepEqual(sinceLastPause(rows), rows);
  }
});

test('should find periods, of which the last one may continue', () => {
  const millis = [0, 10, 20, 30, 40];
  const isEven = i => [0, 1, 4].includes(i);
  assert.deepEqual(periods(millis, isEven), [
    [0, 20],
    [40, null],
  ]);
  assert.deepEqual(periods(millis, isEven, 10), [
    [0, 20],
    [40, 50],
  ]);
  assert.deepEqual(
    periods([], () => true),
    [],
  );
  assert.deepEqual(
    periods(millis, () => false),
    [],
  );
});

test('should begin a period at time zero', () => {
  assert.deepEqual(
    periods([0, 10], () => true),
    [[0, null]],
  );
});

test('should divide values by their limits', () => {
  assert.deepEqual(sharesOf([1, null, 3, 4, 1], [2, 2, 0, null, 0.5]), [0.5, null, null, null, 2]);
  assert.deepEqual(sharesOf(undefined, undefined), []);
});

test('should keep the largest value of each pixel', () => {
  for (const start of [0, 1e12]) {
    const millis = [0, 1, 2, 3, 4].map(at => start + at);
    const columns = pixelColumns(millis, [1, 5, 2, 9, 3], [start, start + 4], 3);
    assert.deepEqual(columns, [5, 9, 3]);
  }
});

test('should repeat a value over pixels without a row, but not over a gap', () => {
  // Given rows at the start and the end of twenty pixels, of four rows
  const columns = pixelColumns([0, 1, 18, 19], [7, 8, 1, 2], [0, 19], 20);
  // Then a row reaches ten pixels
  assert.deepEqual(columns.slice(0, 12), [7, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8]);
  assert.deepEqual(columns.slice(12, 18), [null, null, null, null, null, null]);
  assert.deepEqual(columns.slice(18), [1, 2]);
});

test('should leave out rows outside the window, missing values, and charts without width', () => {
  assert.deepEqual(pixelColumns([-5, 0, 50], [1, null, 2], [0, 10], 2), [null, null]);
  assert.deepEqual(pixelColumns([], [], [0, 1], 2), [null, null]);
  assert.deepEqual(pixelColumns([0], [1], [0, 0], 2), [1, 1]);
  assert.deepEqual(pixelColumns([0], [1], [0, 1], -4), []);
});

test('should keep negative values of a pixel', () => {
  assert.deepEqual(pixelColumns([0, 0], [-3, -1], [0, 1], 1), [-1]);
});

test('should draw a line with gaps', () => {
  // Given a box of 13 by 11 pixels, so that values are two pixels apart
  const { line, over, last } = sparkPaths([0, 0.5, null, 1.25, 1, 0.25], 13, 11, 0);
  // Then
  assert.equal(line, 'M0.0 10.0L2.0 6.0M6.0 0.0L8.0 2.0L10.0 8.0');
  assert.equal(over, 'M6.0 0.0L8.0 2.0L10.0 8.0');
  assert.deepEqual(last, [10, 8]);
});

test('should draw the line back to the threshold, and start again beyond it', () => {
  const { line, over } = sparkPaths([1, 0.75, 0.5, 0.25, 1, 1, 0.5, null, 0.5], 19, 11, 1);
  assert.equal(over, 'M0.0 2.8L2.0 4.6M8.0 2.8L10.0 2.8L12.0 6.4');
  assert.equal(line.split('M').length, 3, 'two lines');
});

test('should keep the threshold in sight, and shrink for larger values', () => {
  assert.equal(sparkPaths([], 10, 11, 0).limit, 2);
  assert.equal(sparkPaths([5], 10, 11, 0).limit, 8);
});

test('should draw nothing of missing values', () => {
  const { line, over, last } = sparkPaths([null, null], 10, 11, 0);
  assert.deepEqual([line, over, last], ['', '', null]);
  assert.deepEqual(sparkPaths([0.5], 10, 11, 0).last, [0, 6]);
});

test('should offer lengths up to the longest', () => {
  assert.deepEqual(lengthsUpTo(750), [10, 30, 60, 120, 300, 600]);
  assert.deepEqual(lengthsUpTo(5), [1, 5]);
  assert.deepEqual(lengthsUpTo(0.4), [0.4]);
});

test('should write as many decimals as tell two values apart', () => {
  const cases = [
    [[0.29, 0.77], 2],
    [[-0.6, 0.6], 2],
    [[2, 45], 0],
    [[2, 9], 1],
    [[0.0102, 0.0108], 5],
    [[5, 5], 1],
    [[null, null], 2],
  ];
  for (const [range, digits] of cases) assert.equal(digitsOf(range), digits, String(range));
});

test('should draw the range of futures around their median', () => {
  // Given a value of 0 that is between -1 and 1 in 10 s, around 0.5
  const times = [{ seconds: 10, median: 0.5, low: -1, high: 1 }];
  // When, Then
  assert.deepEqual(fanPaths(0, times, null, 100, 44), {
    band: 'M0.0 22.0L100.0 2.0L100.0 42.0L0.0 22.0Z',
    line: 'M0.0 22.0L100.0 12.0',
    limit: null,
  });
  assert.equal(fanPaths(0, times, 3, 100, 44).limit, '2.0');
});

test('should draw no future that is unknown', () => {
  const unknown = { seconds: 10, median: null, low: null, high: null };
  assert.deepEqual(fanPaths(null, [unknown], 1, 100, 44), { band: '', line: '', limit: null });
  assert.equal(fanPaths(2, [unknown], null, 100, 44).line, 'M0.0 42.0');
});
