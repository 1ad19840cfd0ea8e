/* Places and labels on the axes of charts. */

/**
 * The place of a share of a threshold on an axis that is linear up to 2 and logarithmic above, so
 * that a statistic of thousands leaves the threshold in sight.
 */
export const compressed = share =>
  share === null || share === undefined || share <= 2 ? share : 2 + 1.5 * Math.log10(share / 2);

/** The share at a place of that axis. */
export const expanded = place => (place <= 2 ? place : 2 * 10 ** ((place - 2) / 1.5));

const HALVES = [0.5, 1.5];
/** Labels of that axis up to a place; halves only if the axis is short. */
export const shareTicks = top =>
  [0, 0.5, 1, 1.5, 2, 10, 100, 1e3, 1e4, 1e5, 1e6]
    .filter(share => compressed(share) <= top && (top <= 2.2 || !HALVES.includes(share)))
    .map(compressed);

/** Labels of an axis of residuals in standard deviations. */
export function residualTicks(max) {
  const far = max < 9 ? 3 : Math.floor(max / 2);
  return [-far, 0, far];
}

/** A range of residuals around zero. */
export function residualRange(min, max) {
  const far = Math.max(4.5, Math.abs(min), Math.abs(max)) * 1.05;
  return [-far, far];
}

/** A range of shares of a threshold, which has the threshold in sight. */
export const shareRange = (min, max) => [0, Math.max(1.2, max * 1.05)];

const HOUR = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
});
const DATE = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });

/** A time on the axis: the time of day, or the day at midnight and on an axis of several days. */
export function timeTick(millis, seconds) {
  const at = new Date(millis);
  const midnight = at.getHours() === 0 && at.getMinutes() === 0;
  return (seconds > 3 * 86400 || midnight ? DATE : HOUR).format(millis);
}
