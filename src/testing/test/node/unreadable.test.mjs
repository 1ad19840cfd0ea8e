/* Words and gaps of latents that the picture does not show. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { page } from './page-scripts.mjs';

const {
  readingWords,
  residualGaps,
  undrawnWords,
  unreadableSentence,
  unreadableWords,
  untestedWords,
} = await page('unreadable');

const NOW = new Date(2026, 4, 1, 15, 0).getTime();
const SINCE = new Date(2026, 4, 1, 14, 2, 10).getTime();
const hidden = (latent, values = {}) => ({
  latent,
  since: SINCE,
  frames: 32,
  observed: -1,
  observedFactor: null,
  ...values,
});

test('should write a reading in the unit of its factor, else in standard deviations', () => {
  assert.equal(readingWords(0.5, 7.31234), '7.312');
  assert.equal(readingWords(0.5, null), '+0.50');
  assert.equal(readingWords(null, null), '–');
});

test('should say since when a latent is unreadable and its last value', () => {
  const words = values => unreadableWords(hidden('level', values), NOW);
  assert.equal(words({ observedFactor: 7.3 }), 'since 14:02:10, last value 7.3');
  assert.equal(words({}), 'since 14:02:10, last value −1.00 sd');
  assert.equal(words({ observed: null }), 'since 14:02:10 or earlier');
});

test('should say which cause keeps a latent from being tested', () => {
  const unreadable = [hidden('water_level'), hidden('valve')];
  assert.equal(untestedWords([], unreadable), '');
  assert.equal(untestedWords(['pump'], unreadable), '');
  assert.equal(untestedWords(['water_level'], unreadable), 'not tested: water level is unreadable');
  assert.equal(
    untestedWords(['valve', 'water_level'], unreadable),
    'not tested: water level and valve are unreadable',
  );
});

test('should say why no expected picture is drawn', () => {
  assert.equal(
    undrawnWords([{ latent: 'level', observed: null, expected: 1 }]),
    'not drawn: the frame does not show level',
  );
  assert.equal(
    undrawnWords([{ latent: 'level', observed: 1, expected: null }]),
    'not drawn: not all expectations are known yet',
  );
});

test('should name all unreadable latents of a frame', () => {
  assert.equal(
    unreadableSentence([hidden('water_level'), hidden('valve')]),
    'The picture does not show water level and valve. Every latent that can be tested follows its causes.',
  );
});

const MILLIS = [0, 10, 20, 30];

test('should tell a latent that is unreadable from one whose cause is', () => {
  // Given
  const cause = [1, null, null, 1];
  const effect = [1, null, null, null];
  const gaps = (latent, parents) => residualGaps(MILLIS, [cause, effect], latent, parents, true);
  // When, Then
  assert.deepEqual(gaps(0, []), [[10, 30, 'unreadable']]);
  assert.deepEqual(gaps(1, [0]), [
    [30, null, 'unreadable'],
    [10, 30, 'untested'],
  ]);
});

test('should not take a time without frames for a gap', () => {
  const columns = [
    [null, null, 1, null],
    [null, 2, 1, 1],
  ];
  assert.deepEqual(residualGaps(MILLIS, columns, 0, [], false, 10), [
    [10, 20, 'unreadable'],
    [30, 40, 'unreadable'],
  ]);
  assert.deepEqual(residualGaps(MILLIS, columns, 0, [], true, 10), [
    [0, 20, 'unreadable'],
    [30, 40, 'unreadable'],
  ]);
});
