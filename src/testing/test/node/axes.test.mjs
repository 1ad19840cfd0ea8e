/* Places and labels on the axes of charts. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { page } from './page-scripts.mjs';

process.env.TZ = 'Europe/Berlin';
const { compressed, expanded, residualRange, residualTicks, shareRange, shareTicks, timeTick } =
  await page('axes');

test('should be linear up to 2 and logarithmic above', () => {
  assert.equal(compressed(null), null);
  assert.equal(compressed(undefined), undefined);
  assert.equal(compressed(0), 0);
  assert.equal(compressed(1), 1);
  assert.equal(compressed(2), 2);
  assert.equal(compressed(20), 3.5);
  assert.ok(compressed(3000) < 7, 'a statistic of thousands leaves the threshold in sight');
  assert.ok(compressed(2.0001) > 2, 'larger shares are higher');
});

test('should give the share of a place back', () => {
  for (const share of [0, 0.4, 1, 2, 2.5, 10, 123, 4567]) {
    assert.ok(Math.abs(expanded(compressed(share)) - share) < 1e-9 * (1 + share));
  }
});

test('should label the threshold, and powers of ten above 2', () => {
  assert.deepEqual(shareTicks(0), [0]);
  assert.deepEqual(shareTicks(1.3), [0, 0.5, 1]);
  const ticks = shareTicks(compressed(150)).map(place => Math.round(expanded(place)));
  assert.deepEqual(ticks, [0, 1, 2, 10, 100]);
});

test('should label three standard deviations, or more on a high axis', () => {
  assert.deepEqual(residualTicks(4.7), [-3, 0, 3]);
  assert.deepEqual(residualTicks(9), [-4, 0, 4]);
  assert.deepEqual(residualTicks(101), [-50, 0, 50]);
});

test('should put zero into the middle of residuals, and the threshold into the range of shares', () => {
  assert.deepEqual(residualRange(0, 0), [-4.5 * 1.05, 4.5 * 1.05]);
  assert.deepEqual(residualRange(-20, 3), [-21, 21]);
  assert.deepEqual(shareRange(0, 0), [0, 1.2]);
  assert.deepEqual(shareRange(0, 2), [0, 2.1]);
});

test('should label hours, midnight by its day, and days on a long axis', () => {
  const midnight = Date.UTC(2026, 6, 1, 22); // in Berlin
  assert.equal(timeTick(midnight + 3600e3, 3600), '01:00');
  assert.match(timeTick(midnight, 3600), /\b2\b/);
  assert.doesNotMatch(timeTick(midnight, 3600), /:/);
  assert.match(timeTick(midnight + 3600e3, 7 * 86400), /\b2\b/);
});
