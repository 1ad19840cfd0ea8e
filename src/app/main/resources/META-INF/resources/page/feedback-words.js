/* Words and bars of the page of feedback. */
import { counted, full } from './words.js';

/** A name as a shell reads it back. */
export const shellQuoted = name => `'${name.replaceAll("'", "'\\''")}'`;

/** The weeks with incidents in words. */
export const weekWords = (counts, weeks) =>
  counts
    .map(({ incidents, trueAlarms, falseAlarms }, i) => {
      if (!incidents) return '';
      const all = counted(incidents, 'incident', 'incidents');
      return `week from ${full(weeks[i])}: ${all}, ${trueAlarms} true, ${falseAlarms} false`;
    })
    .filter(Boolean)
    .join('; ');

/**
 * The bars of a chart: per week the true, false and other incidents above each other.
 *
 * @param most incidents of a week, which has the full height
 */
export function weekBars(counts, most, wide, tall) {
  return counts
    .flatMap(({ incidents, trueAlarms, falseAlarms }, week) => {
      const parts = { good: trueAlarms, warn: falseAlarms };
      parts.calm = Math.max(0, incidents - trueAlarms - falseAlarms);
      let below = 0;
      return Object.entries(parts).map(([kind, n]) => {
        below += n;
        const [y, height] = [tall - (below * tall) / most, (n * tall) / most];
        return { class: kind, x: week * wide, width: wide - 2, y, height };
      });
    })
    .filter(({ height }) => height > 0);
}
