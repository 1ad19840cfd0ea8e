/* Words, orders and shapes of single pages. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { page } from './page-scripts.mjs';

const { driftShare, noticeWords, stateFilters, unreadableChip } = await page('overview-words');
const { shellQuoted, weekBars, weekWords } = await page('feedback-words');
const { changeOf, comparedWith, modelsOf, othersOf, sceneNames, sceneOf, shownRuns } =
  await page('registry');
const { bearerProtocol, isAnswer, waitAfter } = await page('live-protocol');
const { exactly, summary } = await page('command-words');
const { unitOf } = await page('units');

test('should show a drift statistic against its threshold', () => {
  assert.equal(driftShare(9, 20), '45 %');
  assert.equal(driftShare(20, 20), '100 %');
  assert.equal(driftShare(199.8, 20), '999 %');
  assert.equal(driftShare(199.9, 20), '× 10');
  assert.equal(driftShare(60000, 20), '× 3,000');
  assert.equal(driftShare(null, 20), '');
  assert.equal(driftShare(5, null), '');
  assert.equal(driftShare(0, 20), '0 %');
});

test('should notify of sources that need a person', () => {
  assert.equal(noticeWords(0, 0, 0), '');
  assert.equal(noticeWords(2, 0, 0), '2 sources learn what is normal.');
  assert.equal(noticeWords(0, 1, 0), '1 source needs a review.');
  assert.equal(noticeWords(1, 1, 0), '1 source learns what is normal, 1 needs a review.');
  assert.equal(noticeWords(1, 2, 0), '1 source learns what is normal, 2 need a review.');
  assert.equal(noticeWords(0, 0, 1), 'Recalibration of 1 source is proposed.');
  assert.equal(
    noticeWords(0, 2, 3),
    '2 sources need a review. Recalibration of 3 sources is proposed.',
  );
});

test('should name one unreadable latent and count several', () => {
  assert.equal(unreadableChip(['water_level']), 'water level unreadable');
  assert.equal(unreadableChip(['a', 'b']), '2 unreadable');
});

test('should filter by every state once', () => {
  const words = stateFilters().map(({ word }) => word);
  assert.equal(words[0], 'all');
  assert.ok(!words.includes('not watched') && words.includes('needs a review'));
  assert.equal(new Set(words).size, words.length);
});

test('should quote a name for a shell', () => {
  assert.equal(shellQuoted("it's"), "'it'\\''s'");
  assert.equal(shellQuoted('$(rm)'), "'$(rm)'");
});

const week = (incidents, trueAlarms, falseAlarms) => ({ incidents, trueAlarms, falseAlarms });

test('should stack the incidents of a week', () => {
  const bars = weekBars([week(0, 0, 0), week(4, 1, 2)], 4, 10, 20);
  assert.deepEqual(bars, [
    { class: 'good', x: 10, width: 8, y: 15, height: 5 },
    { class: 'warn', x: 10, width: 8, y: 5, height: 10 },
    { class: 'calm', x: 10, width: 8, y: 0, height: 5 },
  ]);
});

test('should draw no bar of negative height', () => {
  const bars = weekBars([week(1, 1, 1)], 2, 10, 20);
  assert.deepEqual(
    bars.map(bar => bar.class),
    ['good', 'warn'],
  );
});

test('should describe the weeks with incidents', () => {
  const words = weekWords([week(0, 0, 0), week(1, 0, 1)], [0, 7 * 86400e3]);
  assert.match(words, /^week from .*: 1 incident, 0 true, 1 false$/);
  assert.equal(weekWords([], []), '');
});

const REGISTRY = {
  scenes: [{ name: 'lid', active: 'b' }],
  models: [
    { id: 'a', scene: 'default' },
    { id: 'b', scene: 'lid' },
    { id: 'c', scene: 'belt' },
    { id: 'd', scene: 'lid' },
  ],
  activations: [{ scene: 'lid', model: 'a' }],
};

test('should list scenes of models and of activations, the default one first', () => {
  assert.deepEqual(sceneNames(REGISTRY), ['default', 'belt', 'lid']);
  assert.deepEqual(sceneNames({ scenes: [], models: [] }), []);
});

test('should list the models of a scene, also those from another that it used', () => {
  const ids = scene => modelsOf(REGISTRY, scene).map(({ id }) => id);
  assert.deepEqual(ids('lid'), ['a', 'b', 'd']);
  assert.deepEqual(ids('default'), ['a']);
  assert.deepEqual(ids('none'), []);
});

test('should know nothing of an unknown scene', () => {
  assert.equal(sceneOf(REGISTRY, 'lid').active, 'b');
  assert.equal(sceneOf(REGISTRY, 'none').active, null);
  assert.deepEqual(sceneOf(null, 'x'), { name: 'x', active: null, previous: null, shadow: null });
});

test('should show trainings of the scene before others, and few of each', () => {
  const runs = Array.from({ length: 40 }, (_, i) => ({ id: i, scene: i % 2 ? 'lid' : 'belt' }));
  const shown = shownRuns(runs, 'lid').map(({ id }) => id);
  assert.deepEqual(shown.slice(0, 3), [1, 3, 5]);
  assert.deepEqual(shown.slice(11, 14), [23, 0, 2]);
  assert.equal(shown.length, 18);
});

test('should compare a model with its parent, the active one, or any other', () => {
  assert.deepEqual(othersOf(REGISTRY, 'b'), ['d']);
  assert.equal(comparedWith({ id: 'a', parent: 'c' }, ['b', 'c'], 'b'), 'c');
  assert.equal(comparedWith({ id: 'a', parent: 'gone' }, ['b', 'c'], 'c'), 'c');
  assert.equal(comparedWith({ id: 'a', parent: null }, ['b', 'c'], 'a'), 'b');
  assert.equal(comparedWith({ id: 'a', parent: null }, ['b', 'c'], 'other scene'), 'b');
});

test('should name the change of an edge', () => {
  assert.deepEqual(changeOf({ before: null, after: 0 }), ['added', 'new']);
  assert.deepEqual(changeOf({ before: 0, after: null }), ['gone', 'gone']);
  assert.deepEqual(changeOf({ before: 0, after: 0 }), ['', 'stays']);
});

test('should wait longer after every failure, but not without bound', () => {
  assert.deepEqual([0, 1, 2, 10, 2000].map(waitAfter), [500, 1000, 2000, 10000, 10000]);
});

test('should write a token in the alphabet of a subprotocol', () => {
  assert.equal(bearerProtocol('a?>ÿ'), `bearer.${Buffer.from('a?>ÿ').toString('base64url')}`);
  assert.equal(bearerProtocol('x'), 'bearer.eA');
  assert.doesNotMatch(bearerProtocol('~~~???>>>'), /[+/=]/);
});

test('should draw answers to the present view only', () => {
  const view = { see: 'source', name: 'cam1' };
  assert.equal(isAnswer({ type: 'source', name: 'cam1' }, view), true);
  assert.equal(isAnswer({ type: 'unknown', name: 'cam1' }, view), true);
  assert.equal(isAnswer({ type: 'source', name: 'cam2' }, view), false);
  assert.equal(isAnswer({ type: 'overview' }, view), false);
  assert.equal(isAnswer({ type: 'problem', name: 'cam1' }, view), false);
  assert.equal(isAnswer({ type: 'overview' }, { see: 'overview' }), true);
  assert.equal(isAnswer({ type: 'overview' }, null), false);
});

test('should match a name and no other', () => {
  const pattern = new RegExp(`^(?:${exactly('a.b+(c)|d')})$`);
  assert.match('a.b+(c)|d', pattern);
  assert.doesNotMatch('axb+(c)|d', pattern);
  assert.doesNotMatch('d', pattern);
});

test('should name one incident, and count more', () => {
  const incident = source => ({ source, headline: 'It moved' });
  assert.equal(summary([incident('a')]), 'a: It moved');
  assert.equal(summary([incident('a'), incident('a')]), '2 incidents of 1 source');
  assert.equal(summary([incident('a'), incident('b')]), '2 incidents of 2 sources');
});

test('should write a latent in the unit of its factor', () => {
  const reading = { observed: 1, expected: 0, observedFactor: 30, expectedFactor: 20 };
  assert.equal(unitOf(reading)(2), '40.00');
  assert.equal(unitOf(reading)(-3), '−10.00');
});

test('should write a latent in standard deviations if two readings give no unit', () => {
  const reading = { observed: 1, expected: 1, observedFactor: 30, expectedFactor: 30 };
  assert.equal(unitOf(reading)(2), '2.00 sd');
  assert.equal(unitOf({ ...reading, expected: 0, observedFactor: null })(2), '2.00 sd');
  assert.equal(unitOf({ observed: null, expected: null })(0), '0.00 sd');
});
