/* Days and times of day of a long history, in local time. */

export const DAY = 86400e3;
const MINUTE = 60000;
const MONTH = 28 * DAY; // of the history that is kept

/** Lengths of time that the page of the past shows: [key, words, milliseconds]. */
export const SPANS = [
  ['PT1H', '1 hour', DAY / 24],
  ['PT6H', '6 hours', DAY / 4],
  ['P1D', '1 day', DAY],
  ['P7D', '7 days', 7 * DAY],
  ['P28D', '28 days', MONTH],
];
export const spanLength = key => SPANS.find(([span]) => span === key)?.[2];

/**
 * The end of the time that is shown after a step; 0 is now.
 *
 * @param until its end before, 0 for now
 * @param by number of lengths, negative for earlier
 */
export function movedEnd(until, length, by, now) {
  const end = Math.max(now - MONTH + length, Math.round((until || now) + by * length));
  return end >= now ? 0 : end;
}

/** The middles of the periods of a history. */
export const periodTimes = ({ from, period }, count) =>
  Array.from({ length: count }, (_, i) => from + (i + 0.5) * period);
export const periodWords = ({ period }) => (period < 15 * MINUTE ? 'minute' : 'quarter of an hour');

const local = millis => millis - new Date(millis).getTimezoneOffset() * MINUTE;
/** The number of a local day, which counts up by one every day, also when the clock changes. */
const dayOf = millis => Math.floor(local(millis) / DAY);

const LABEL = new Intl.DateTimeFormat(undefined, {
  day: 'numeric',
  month: 'short',
  timeZone: 'UTC',
});
export const dayLabel = day => LABEL.format(day * DAY);

/**
 * A history as rows of days and columns of times of day.
 *
 * @param values one per period, null without frames
 * @param from start of the first period
 * @param length of a period in milliseconds
 * @return { days, columns, cells }: numbers of the days up to today, the oldest first; periods per
 *     day; [row, column, value] for each value
 */
export function dayGrid(values, from, length, now) {
  const first = values.findIndex(value => value !== null);
  const today = dayOf(now);
  const oldest = first < 0 ? today : Math.min(today, dayOf(from + first * length));
  const days = Array.from({ length: today - oldest + 1 }, (_, i) => oldest + i);
  const cells = [];
  values.forEach((value, i) => {
    if (value === null) return;
    const at = local(from + i * length);
    const row = Math.floor(at / DAY) - oldest;
    if (row < days.length) cells.push([row, Math.floor((at % DAY) / length), value]);
  });
  return { days, columns: Math.round(DAY / length), cells };
}
