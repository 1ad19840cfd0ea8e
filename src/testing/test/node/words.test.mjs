/* Numbers, times and names in words. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { page } from './page-scripts.mjs';

process.env.TZ = 'Europe/Berlin';
const words = await page('words');

/** Checks a function on [argument, result], or [arguments, result] for more than one. */
const check = (f, cases) => {
  for (const [given, expected] of cases) {
    const values = Array.isArray(given) ? given : [given];
    assert.equal(f(...values), expected, `${f.name}(${values.join(', ')})`);
  }
};

test('should write figures of any size in a few characters', () => {
  check(words.figure, [
    [null, '–'],
    [undefined, '–'],
    [NaN, '–'],
    [-Infinity, '–'],
    [0, '0'],
    [-0, '0'],
    [7, '7'],
    [-7, '−7'],
    [12345, '12,345'],
    [1e15, '1.00 × 10¹⁵'],
    [0.5, '0.5'],
    [1.25, '1.25'],
    [1.23456, '1.235'],
    [100.04, '100'],
    [0.001, '0.001'],
    [0.0012346, '0.001235'],
    [0.00012, '1.20 × 10⁻⁴'],
    [-0.00012, '−1.20 × 10⁻⁴'],
    [123456.7, '1.23 × 10⁵'],
  ]);
});

test('should not shorten a figure that rounds to a multiple of ten', () => {
  check(words.figure, [
    [999.96, '1,000'],
    [1000.4, '1,000'],
    [1230.4, '1,230'],
    [12345.6, '12,346'],
    [99999.6, '100,000'],
  ]);
});

test('should write numbers with the sign of mathematics, and zero without one', () => {
  check(words.number, [
    [[1.005, 1], '1.0'],
    [[-1.25, 2], '−1.25'],
    [[-0.001, 2], '0.00'],
    [[0, 0], '0'],
    [[null], '–'],
    [[NaN], '–'],
  ]);
  check(words.signed, [
    [[0.04], '0.0'],
    [[-0.04], '0.0'],
    [[0.5], '+0.5'],
    [[2.5], '+2.5'],
    [[-2.5, 2], '−2.50'],
    [[undefined], '–'],
    [[NaN], '–'],
  ]);
});

test('should write p-values down to one in a thousand', () => {
  check(words.pValue, [
    [0, '< 0.001'],
    [0.00099, '< 0.001'],
    [0.001, '0.001'],
    [1, '1.000'],
    [null, '–'],
    [NaN, '–'],
  ]);
});

test('should write 100 % only if nothing is missing, and no percent too few', () => {
  check(words.percent, [
    [0, '0 %'],
    [0.29, '29 %'],
    [0.57, '57 %'],
    [0.999, '99 %'],
    [1, '100 %'],
    [null, '–'],
    [NaN, '–'],
  ]);
  for (let n = 0; n <= 100; n++) assert.equal(words.percent(n / 100), `${n} %`);
});

test('should round a share', () => {
  check(words.rounded, [
    [0.994, '99 %'],
    [0.996, '100 %'],
    [null, '–'],
  ]);
});

test('should write durations in the unit that fits', () => {
  check(words.duration, [
    [-5, '0 s'],
    [0, '0 s'],
    [89_400, '89 s'],
    [89_600, '2 min'],
    [5_399_000, '90 min'],
    [5_400_000, '2 h'],
    [129_599_000, '36 h'],
    [129_600_000, '2 days'],
    [NaN, '–'],
    [Infinity, '–'],
    [null, '–'],
  ]);
});

test('should write the age of a moment', () => {
  check(words.ago, [
    [[0, 5000], 'never'],
    [[null, 5000], 'never'],
    [[4000, 5000], 'now'],
    [[9000, 5000], 'now'],
    [[1000, 5000], '4 s ago'],
  ]);
});

test('should write sizes', () => {
  check(words.bytes, [
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1 kB'],
    [1600, '2 kB'],
    [999_499, '999 kB'],
    [999_600, '1.0 MB'],
    [4_540_000, '4.5 MB'],
  ]);
});

test('should count with the right verb', () => {
  check(words.counted, [
    [[0, 'source learns', 'sources learn'], '0 sources learn'],
    [[1, 'source learns', 'sources learn'], '1 source learns'],
    [[1200, 'source', 'sources'], '1,200 sources'],
  ]);
});

test('should say which items a page has', () => {
  check(words.pageWords, [
    [[0, 50, 0], ''],
    [[0, 50, 1], '1 to 1 of 1'],
    [[1, 50, 5000], '51 to 100 of 5,000'],
    [[1, 50, 51], '51 to 51 of 51'],
    [[2, 50, 100], ''],
  ]);
});

test('should show the time of today, and the day of any other', () => {
  // Given a moment after midnight in Berlin, which is the day before in UTC
  const now = Date.UTC(2026, 4, 1, 22, 30);
  // When, Then
  assert.equal(words.moment(now, now), '00:30:00');
  assert.equal(words.moment(now - 29 * 60000, now), '00:01:00');
  assert.match(words.moment(now - 31 * 60000, now), /\b1\b.*23:59$/);
  assert.doesNotMatch(words.moment(now - 31 * 60000, now), /:59:/);
});

test('should fill an input of local time and read it back, in summer and in winter', () => {
  check(words.timeInput, [
    ['2026-07-01T10:00:00Z', '2026-07-01T12:00'],
    ['2026-01-01T10:00:00Z', '2026-01-01T11:00'],
    ['2026-01-01T23:30:00Z', '2026-01-02T00:30'],
    ['', ''],
    [undefined, ''],
    ['yesterday', ''],
  ]);
  for (const at of ['2026-07-01T10:00:00.000Z', '2026-01-01T23:30:00.000Z']) {
    assert.equal(words.isoOf(words.timeInput(at)), at);
  }
  assert.equal(words.isoOf(''), '');
});

test('should keep the hours on both sides of a change of the clock', () => {
  // Given 2026-03-29, when 02:00 is followed by 03:00
  check(words.timeInput, [
    ['2026-03-29T00:59:00Z', '2026-03-29T01:59'],
    ['2026-03-29T01:00:00Z', '2026-03-29T03:00'],
  ]);
});

test('should name subjects and kinds', () => {
  check(words.subjectWords, [
    ['mechanism:shadow_length', 'mechanism of shadow length'],
    ['sensor:moved', 'sensor moved'],
    ['silence', 'silence'],
    ['root:line:speed', 'root line:speed'],
  ]);
  check(words.kindWords, [
    ['INTERVENTION.HARD_INTERVENTION', 'held constant'],
    ['DRIFT.RESIDUAL', 'drift: residual'],
    ['SILENCE', 'silence'],
  ]);
});

test('should leave digests out of the name of a model, and nothing else', () => {
  check(words.modelName, [
    ['mine-869b8eb9-1-tpaf4n-graph-869b8e-ae88ccee', 'mine'],
    ['residua-frames-0aff86c2-1-tp0y6r', 'residua-frames'],
    ['old-facade-camera', 'old-facade-camera'],
    ['pendulum', 'pendulum'],
    ['-0aff86c2-1-x', '-0aff86c2-1-x'],
  ]);
});

test('should make sentences', () => {
  check(words.fullSentence, [
    ['it has no name', 'It has no name.'],
    ['Is it?', 'Is it?'],
    ['done.', 'Done.'],
  ]);
  assert.equal(words.sentenceCase(''), '');
});

test('should word every state, also one that it does not know', () => {
  assert.equal(words.conditionWord('NOT_WATCHED'), 'not watched');
  assert.equal(words.conditionWord('NEW_STATE'), 'new state');
  assert.equal(words.conditionColour('NEW_STATE'), 'calm');
  assert.equal(words.phaseWord('LEARNING', 0.4), 'learning 40 %');
  assert.equal(words.phaseWord('NEEDS_REVIEW', 1), 'needs a review');
  assert.equal(words.phaseWord('ARMED', 1), 'armed');
  assert.equal(words.severityColour('INFO'), 'info');
  assert.equal(words.conditionColour('DRIFTING'), 'warn');
  assert.equal(words.phaseColour('NEEDS_REVIEW'), 'warn');
  assert.equal(words.phaseColour('ARMED'), 'calm');
  assert.equal(words.integer(1999.6), '2,000');
});

test('should escape names in addresses', () => {
  assert.equal(words.sourceLink('line 1/cam#2?'), '#/sources/line%201%2Fcam%232%3F');
});

test('should give an incident its identity and its times in milliseconds', () => {
  // When
  const incident = words.incidentOf({
    incidentId: 'a',
    openedAt: '2026-05-01T10:00:00Z',
    updatedAt: '2026-05-01T10:00:01Z',
    endedAt: null,
  });
  // Then
  assert.equal(incident.id, 'a');
  assert.equal(incident.openedAt, Date.UTC(2026, 4, 1, 10));
  assert.equal(incident.updatedAt - incident.openedAt, 1000);
  assert.equal(incident.endedAt, null);
  assert.equal(words.incidentOf({}).endedAt, null);
});

test('should give an event its identity and the time of its last frame', () => {
  const event = words.eventOf({ eventId: 'e', lastAt: '2026-05-01T10:00:00.5Z', kind: 'SPIKE' });
  const at = Date.UTC(2026, 4, 1, 10, 0, 0, 500);
  assert.deepEqual([event.id, event.at, event.kind], ['e', at, 'SPIKE']);
});
