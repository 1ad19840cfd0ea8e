/* Calls that are delayed or repeated. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { page } from './page-scripts.mjs';

const shown = { hidden: false };
globalThis.document = shown;
const { debounced, repeatedly } = await page('timing');
const settled = () => new Promise(setImmediate);

/** A request that is answered when the test says so, and fails if it is aborted. */
function requests() {
  const open = [];
  const ask = signal =>
    new Promise((answer, fail) => {
      open.push(answer);
      signal.addEventListener('abort', () => fail(signal.reason));
    });
  return { open, ask };
}

test('should ask again an interval after each answer', async t => {
  // Given
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { open, ask } = requests();
  const polling = repeatedly(100, ask);
  // When, Then
  assert.equal(open.length, 1, 'at once');
  t.mock.timers.tick(1000);
  assert.equal(open.length, 1, 'not before the answer');
  open[0]();
  await settled();
  t.mock.timers.tick(99);
  assert.equal(open.length, 1);
  t.mock.timers.tick(1);
  assert.equal(open.length, 2);
  polling.end();
});

test('should have one interval, however often it was started again', async t => {
  // Given
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { open, ask } = requests();
  const polling = repeatedly(100, ask);
  // When
  polling.again();
  polling.again();
  open.forEach(answer => answer());
  await settled();
  t.mock.timers.tick(100);
  // Then
  assert.equal(open.length, 4, 'three at once, one an interval later');
  polling.end();
});

test('should abort a request whose answer nobody waits for', t => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const signals = [];
  const polling = repeatedly(100, async signal => signals.push(signal));
  polling.again();
  assert.deepEqual(
    signals.map(({ aborted }) => aborted),
    [true, false],
  );
  polling.end();
  assert.equal(signals[1].aborted, true);
});

test('should not ask after its end', async t => {
  // Given
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { open, ask } = requests();
  const polling = repeatedly(100, ask);
  // When
  polling.end();
  await settled();
  polling.again();
  t.mock.timers.tick(1000);
  // Then
  assert.equal(open.length, 1);
});

test('should not ask while the page is hidden', async t => {
  // Given
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { open, ask } = requests();
  shown.hidden = true;
  const polling = repeatedly(100, ask);
  await settled();
  assert.equal(open.length, 0);
  // When
  shown.hidden = false;
  t.mock.timers.tick(100);
  // Then
  assert.equal(open.length, 1);
  polling.end();
});

test('should call once after a pause, with the last arguments', t => {
  // Given
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const calls = [];
  const later = debounced(100, value => calls.push(value));
  // When
  later('a');
  t.mock.timers.tick(99);
  later('b');
  t.mock.timers.tick(99);
  // Then
  assert.deepEqual(calls, []);
  t.mock.timers.tick(1);
  assert.deepEqual(calls, ['b']);
  later('c');
  later.cancel();
  t.mock.timers.tick(1000);
  assert.deepEqual(calls, ['b']);
});
