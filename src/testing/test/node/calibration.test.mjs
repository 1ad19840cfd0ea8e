/* The normal state of a source. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { page } from './page-scripts.mjs';

const calibration = await page('calibration');
const PHASES = ['MODEL', 'LEARNING', 'ARMED', 'NEEDS_REVIEW'];
const report = (values = {}) => ({
  latents: [],
  proposals: [],
  provisional: false,
  revision: 3,
  ...values,
});

test('should watch a source with a calibration of any kind', () => {
  const watched = (phase, statistic, threshold) =>
    calibration.isWatched({ phase, statistic, threshold });
  assert.equal(watched('MODEL', null, 20), true);
  assert.equal(watched('ARMED', 0, 20), true);
  assert.equal(watched('LEARNING', null, 20), false);
  assert.equal(watched('LEARNING', null, null), true, 'before the first evaluated frame');
});

test('should use the band of the source, or else of the model', () => {
  const own = { latent: 'a', level: 1, spread: 2 };
  const commissioning = { latents: [own] };
  assert.deepEqual(calibration.usualBand(calibration.usual(commissioning, 'a')), [-5, 7]);
  assert.deepEqual(calibration.usualBand(calibration.usual(commissioning, 'b')), [-3, 3]);
  assert.deepEqual(calibration.usualBand(calibration.usual(null, 'a')), [-3, 3]);
});

test('should call a residual far from three spreads on, on both sides', () => {
  const usual = { level: 1, spread: 2 };
  assert.equal(calibration.isFar(usual, 7), true);
  assert.equal(calibration.isFar(usual, -5), true);
  assert.equal(calibration.isFar(usual, 6.9), false);
  assert.equal(calibration.isFar(usual, null), false);
  assert.equal(calibration.isFar(usual, undefined), false);
});

test('should name every state of a calibration', () => {
  assert.deepEqual(calibration.calibrationChip('MODEL', null), ['from the model', 'calm']);
  assert.deepEqual(calibration.calibrationChip('ARMED', null), ['learned', 'good']);
  const provisional = report({ provisional: true });
  assert.deepEqual(calibration.calibrationChip('ARMED', provisional), [
    'learned, provisional',
    'good',
  ]);
  const proposed = report({ proposals: [{}] });
  assert.deepEqual(calibration.calibrationChip('ARMED', proposed), [
    'recalibration proposed',
    'info',
  ]);
  for (const phase of PHASES) assert.equal(calibration.calibrationChip(phase, null).length, 2);
});

test('should say by which calibration a source is watched meanwhile', () => {
  const words = calibration.calibrationWords;
  assert.match(words('LEARNING', true, report({ latents: [{}] })), /below, revision 3\.$/);
  assert.match(words('LEARNING', true, null), /its last calibration\.$/);
  assert.match(words('LEARNING', false, null), /before it is watched\..*silence are reported\.$/);
  assert.match(words('NEEDS_REVIEW', false, null), /Until then it is not watched/);
  assert.match(words('ARMED', true, report({ provisional: true })), /less than a day/);
  assert.doesNotMatch(words('ARMED', true, report()), /provisional/);
  for (const phase of PHASES) assert.match(words(phase, true, null), /\.$/);
});

test('should say how far a model in shadow has learned', () => {
  const words = phase =>
    calibration.challengerWords({ phase, progress: 0.4, reasons: ['z1 varies', 'z2 moved'] });
  assert.match(words('LEARNING'), /^40 % learned/);
  assert.match(words('NEEDS_REVIEW'), /as z1 varies; z2 moved\. /);
  assert.match(words('ARMED'), /from its first frame\.$/);
});
