/* Days and times of day in local time, also when the clock changes. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { page } from './page-scripts.mjs';

process.env.TZ = 'Europe/Berlin';
const { DAY, SPANS, dayGrid, dayLabel, movedEnd, periodTimes, periodWords, spanLength } =
  await page('calendar');
const HOUR = 3600e3;
const QUARTER = HOUR / 4;

test('should know the lengths of its spans', () => {
  assert.equal(spanLength('PT6H'), 6 * HOUR);
  assert.equal(spanLength('P28D'), 28 * DAY);
  assert.equal(spanLength('P2D'), undefined);
  assert.equal(spanLength(null), undefined);
  const hours = SPANS.map(([, , millis]) => millis / HOUR);
  assert.deepEqual(hours, [1, 6, 24, 7 * 24, 28 * 24]);
});

test('should move the shown time, but neither into the future nor before the history', () => {
  const now = 100 * DAY;
  assert.equal(movedEnd(0, DAY, -1, now), 99 * DAY);
  assert.equal(movedEnd(99 * DAY, DAY, 1, now), 0, 'now again');
  assert.equal(movedEnd(98 * DAY, DAY, 1, now), 99 * DAY);
  assert.equal(movedEnd(73 * DAY, DAY, -1, now), 73 * DAY, 'the oldest day');
  assert.equal(movedEnd(0, 28 * DAY, -1, now), 0, 'all of the history ends now');
});

test('should place the value of a period at its middle', () => {
  assert.deepEqual(periodTimes({ from: 1000, period: 60 }, 3), [1030, 1090, 1150]);
  assert.deepEqual(periodTimes({ from: 1000, period: 60 }, 0), []);
  assert.equal(periodWords({ period: 60e3 }), 'minute');
  assert.equal(periodWords({ period: QUARTER }), 'quarter of an hour');
});

test('should have one row for today without any value', () => {
  const grid = dayGrid([null, null], 0, QUARTER, Date.UTC(2026, 0, 1));
  assert.equal(grid.days.length, 1);
  assert.equal(grid.columns, 96);
  assert.deepEqual(grid.cells, []);
});

test('should place values by local day and quarter of an hour', () => {
  // Given values from 23:45 on in Berlin, which is 22:45 in UTC
  const from = Date.UTC(2026, 0, 10, 22, 45);
  // When
  const grid = dayGrid([1, 2, null, 3], from, QUARTER, from + DAY);
  // Then
  assert.deepEqual(grid.cells, [
    [0, 95, 1],
    [1, 0, 2],
    [1, 2, 3],
  ]);
  assert.equal(grid.days.length, 2);
});

test('should place a value by the quarter of an hour in which its period begins', () => {
  const from = Date.UTC(2026, 0, 10, 11, 10);
  assert.deepEqual(dayGrid([1, 2], from, QUARTER, from + HOUR).cells, [
    [0, 48, 1],
    [0, 49, 2],
  ]);
});

test('should begin with the first day that has a value', () => {
  const from = Date.UTC(2026, 0, 1, 11);
  const values = new Array(96 * 3).fill(null);
  values[96 * 2] = 7;
  const grid = dayGrid(values, from, QUARTER, from + 3 * DAY);
  assert.deepEqual(grid.cells, [[0, 48, 7]]);
  assert.equal(grid.days.length, 2);
});

for (const [direction, change] of [
  ['forward', Date.UTC(2026, 2, 29, 1)],
  ['back', Date.UTC(2026, 9, 25, 1)],
]) {
  test(`should label each day once when the clock goes ${direction}`, () => {
    // Given a history over the change, seen shortly after and shortly before midnight
    const from = change - 3 * DAY;
    const values = new Array(96 * 6).fill(0);
    for (const now of [change + 3 * DAY - 2.5 * HOUR, change + 2 * DAY - 3.5 * HOUR]) {
      // When
      const { days } = dayGrid(values, from, QUARTER, now);
      const labels = days.map(day => Number(dayLabel(day).replace(/\D/g, '')));
      // Then
      const today = new Date(now);
      const dateOf = i => today.getDate() - labels.length + 1 + i;
      const expected = labels.map((_, i) => new Date(2026, today.getMonth(), dateOf(i)).getDate());
      assert.deepEqual(labels, expected);
    }
  });

  test(`should keep values at their time of day when the clock goes ${direction}`, () => {
    // Given a value at 12:00 of Berlin on the days before and after
    const noons = [-1, 0, 1].map(day => new Date(change).setHours(12) + day * DAY);
    const local = noons.map(noon => new Date(noon).setHours(12));
    const from = change - 2 * DAY;
    const values = new Array(96 * 5).fill(null);
    for (const noon of local) values[(noon - from) / QUARTER] = 1;
    // When
    const { cells } = dayGrid(values, from, QUARTER, change + 2 * DAY);
    // Then
    assert.deepEqual(
      cells.map(([row, column]) => [row, column]),
      [
        [0, 48],
        [1, 48],
        [2, 48],
      ],
    );
  });
}
