/* Progress of teaching, and selections of frames. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { teach } from './page-scripts.mjs';

const progress = await teach('progress');
const factor = (name, share, values = {}) => ({
  name,
  progress: { share, answers: 0, pairs: 0, labels: 0, ...values },
});
const goal = (secondsLeft, values = {}) =>
  progress.goalWords({
    factors: [factor('level', 0.5)],
    answersLeft: 9,
    share: 0.5,
    secondsLeft,
    ...values,
  });

test('should say how much is left to do', () => {
  assert.equal(goal(0), 'Names: 50 %, less than a minute to go');
  assert.equal(goal(45), 'Names: 50 %, about a minute to go');
  assert.equal(goal(90), 'Names: 50 %, about 2 minutes to go');
  assert.equal(goal(5399), 'Names: 50 %, about 90 minutes to go');
  assert.equal(goal(5400), 'Names: 50 %, about 1.5 hours to go');
  assert.equal(goal(0, { answersLeft: 0 }), 'Names: 100 %, ready to train');
  assert.equal(goal(0, { factors: [], answersLeft: 0 }), 'Names: nothing yet');
});

test('should count everything that was taught', () => {
  const words = progress.taughtWords({
    factors: [factor('a', 0, { pairs: 1, labels: 1000 }), factor('b', 0)],
    set: { name: 'tank', frames: 1400 },
    answers: 2,
    secondsPerAnswer: 2.04,
  });
  assert.equal(words, 'tank, 1,400 frames: 2 answers, 1 held pair, 1,000 labels; 2.0 s per answer');
  assert.match(progress.taughtWords({ factors: [] }), /are recommended\.$/);
});

test('should go to the factor that needs most when one is complete', () => {
  const factors = [factor('a', 1), factor('b', 0.8), factor('c', 0.2), factor('d', 0.2)];
  assert.equal(progress.nextFactor(factors, 'a'), 'c');
  assert.equal(progress.nextFactor(factors, 'b'), null);
  assert.equal(progress.nextFactor([factor('a', 1)], 'a'), null);
  assert.equal(progress.nextFactor([], 'a'), null);
  assert.deepEqual(
    factors.map(({ name }) => name),
    ['a', 'b', 'c', 'd'],
  );
});

test('should move a picture to another place', () => {
  assert.deepEqual(progress.moved(['a', 'b', 'c'], 0, 2), ['b', 'c', 'a']);
  assert.deepEqual(progress.moved(['a', 'b', 'c'], 2, 0), ['c', 'a', 'b']);
  assert.deepEqual(progress.moved(['a'], 0, 0), ['a']);
});

test('should count the comparisons of an order', () => {
  assert.deepEqual([1, 2, 10].map(progress.pairsOf), [0, 1, 45]);
});

test('should mark a run by its two ends, in any order', () => {
  let ends = progress.picked([], 7, false);
  assert.equal(progress.runOf(ends), null);
  assert.equal(progress.runWords(ends), 'Frame 7. Now click the last one.');
  ends = progress.picked(ends, 3, false);
  assert.deepEqual(progress.runOf(ends), [3, 7]);
  assert.equal(progress.runWords(ends), 'Frames 3 to 7: 5 frames.');
});

test('should start another run, or extend the last one', () => {
  assert.deepEqual(progress.picked([3, 7], 9, false), [9]);
  assert.deepEqual(progress.picked([3, 7], 9, true), [3, 9]);
  assert.deepEqual(progress.picked([], 9, true), [9]);
});

test('should not call one frame a run', () => {
  assert.equal(progress.runWords([4, 4]), 'Frame 4. Now click the last one.');
  assert.equal(progress.runWords([]), 'Click the first frame of a run.');
});

test('should write a value with the digits of its slider', () => {
  assert.equal(progress.rounded(12.3456, 0.5), '12.3');
  assert.equal(progress.rounded(12.3456, 0.01), '12.35');
  assert.equal(progress.rounded(12.3456, 5), '12');
  assert.equal(progress.rounded(-0.5, 1e-9), '-0.500000');
  assert.equal(progress.rounded(3, 0), '3.000000');
});

test('should sample frames at equal distances', () => {
  assert.deepEqual(progress.sampled(100, 4), [0, 25, 50, 75]);
  assert.deepEqual(progress.sampled(3, 8), [0, 1, 2]);
  assert.deepEqual(progress.sampled(0, 8), []);
});
