/* Numbers over time: kept, cut, and reduced to the points that a chart draws. */

/** Rows that arrive a few at a time; the oldest of too many are dropped. */
export class RollingRows {
  millis = [];
  columns = [];
  #max;

  constructor(max) {
    this.#max = max;
  }

  /** Adds rows, or replaces all if they are a new start or have other columns. */
  add({ reset, millis, columns }) {
    if (reset || this.columns.length !== columns.length) {
      this.millis = [];
      this.columns = columns.map(() => []);
    }
    if (!millis.length) return;
    const newest = (old, more) => old.concat(more).slice(-this.#max);
    this.millis = newest(this.millis, millis);
    this.columns = this.columns.map((column, i) => newest(column, columns[i]));
  }
}

const LONG_PAUSE = 30000;
const USUAL_OVER = 32; // rows

/** The median distance of rows; 0 without two rows. */
function usualDistance(millis) {
  const distances = millis.slice(1).map((at, i) => at - millis[i]);
  return distances.sort((a, b) => a - b)[Math.floor(distances.length / 2)] ?? 0;
}

/** The rows since the last long pause, so that older ones do not press them together. */
export function sinceLastPause({ millis, columns }) {
  const pause = Math.max(LONG_PAUSE, 20 * usualDistance(millis.slice(-USUAL_OVER)));
  let first = millis.length - 1;
  while (first > 0 && millis[first] - millis[first - 1] < pause) first--;
  if (first <= 0) return { millis, columns };
  return { millis: millis.slice(first), columns: columns.map(column => column.slice(first)) };
}

/**
 * Periods of the rows that pass a test: [[from, to]].
 *
 * @param test gets the index of a row
 * @param length of a row in milliseconds, which ends the last period; without it, the end of a
 *     period that continues is null
 */
export function periods(millis, test, length = 0) {
  const found = [];
  let from = null;
  millis.forEach((at, i) => {
    if (test(i)) {
      from ??= at;
    } else if (from !== null) {
      found.push([from, at]);
      from = null;
    }
  });
  if (from !== null) found.push([from, length ? millis.at(-1) + length : null]);
  return found;
}

/** Each value as a share of its limit; null without either. */
export const sharesOf = (values, limits) =>
  (values ?? []).map((value, i) => (value !== null && limits[i] > 0 ? value / limits[i] : null));

/**
 * The largest value of each pixel column. If there are fewer rows than columns, a column without a
 * row repeats the last one, up to twice the usual distance of rows.
 *
 * @param window [from, to] in milliseconds
 * @return a value or null per column
 */
export function pixelColumns(millis, values, [from, to], count) {
  const columns = new Array(Math.max(0, count)).fill(null);
  const span = Math.max(1, to - from);
  millis.forEach((at, i) => {
    const x = Math.floor(((at - from) / span) * (count - 1));
    const value = values[i] ?? null;
    if (x >= 0 && x < count && value !== null) columns[x] = Math.max(columns[x] ?? value, value);
  });
  const reach = 2 * Math.ceil(count / Math.max(1, millis.length));
  let known = -Infinity;
  return columns.map((value, x) => {
    if (value !== null) known = x;
    return x - known <= reach ? columns[known] : null;
  });
}

/**
 * The lines of a small chart of shares of a threshold.
 *
 * @return { line, over, limit, last }: paths of all values and of those beyond the threshold, the
 *     height of the threshold, and the place [x, y] of the last value or null
 */
export function sparkPaths(values, width, height, top) {
  const max = Math.max(1.25, ...values.filter(value => value !== null));
  const y = value => height - 1 - ((height - 1 - top) * Math.min(value, max)) / max;
  const x = i => (i / Math.max(1, values.length - 1)) * (width - 3);
  let line = '';
  let over = '';
  let last = null;
  let wasOver = false;
  values.forEach((value, i) => {
    const before = values[i - 1] ?? null;
    // The line that leads back to the threshold is beyond it too.
    const isOver = value !== null && (value >= 1 || before >= 1);
    if (value !== null) {
      const point = `${x(i).toFixed(1)} ${y(value).toFixed(1)}`;
      line += `${before === null ? 'M' : 'L'}${point}`;
      if (isOver) over += `${wasOver ? 'L' : 'M'}${point}`;
      last = [x(i), y(value)];
    }
    wasOver = isOver;
  });
  return { line, over, limit: y(1), last };
}

const LENGTHS = [1, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200, 21600, 86400];

/** Lengths of time in seconds to choose from, up to the longest; the last six of them. */
export function lengthsUpTo(longest) {
  const fit = LENGTHS.filter(length => length <= longest);
  return fit.length ? fit.slice(-6) : [longest];
}

/** Decimals that tell two values apart. */
export function digitsOf([low, high]) {
  const spread = Math.abs((high ?? 0) - (low ?? 0)) || Math.abs(high ?? 0) || 1;
  return Math.min(6, Math.max(0, -Math.floor(Math.log10(spread / 20))));
}

/**
 * The lines of a small chart of possible futures.
 *
 * @param now value of the last frame; null if unknown
 * @param times [{ seconds, median, low, high }], null if unknown
 * @param limit that is shown; null for none
 * @return { band, line, limit }: paths of the range and of the median, and the height of the limit
 *     or null
 */
export function fanPaths(now, times, limit, width, height) {
  const start = now === null ? [] : [{ seconds: 0, median: now, low: now, high: now }];
  const points = [...start, ...times.filter(({ median }) => median !== null)];
  const values = points.flatMap(({ low, high }) => [low, high]);
  if (limit !== null) values.push(limit);
  const [min, max] = [Math.min(...values), Math.max(...values)];
  const last = times.at(-1).seconds;
  const x = seconds => ((width * seconds) / last).toFixed(1);
  const y = value => (height - 2 - ((height - 4) * (value - min)) / (max - min || 1)).toFixed(1);
  const path = (key, of) => of.map(point => `${x(point.seconds)} ${y(point[key])}`).join('L');
  if (!points.length) return { band: '', line: '', limit: null };
  return {
    band: `M${path('high', points)}L${path('low', [...points].reverse())}Z`,
    line: `M${path('median', points)}`,
    limit: limit === null ? null : y(limit),
  };
}
