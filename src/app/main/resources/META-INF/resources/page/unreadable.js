/* Latents that the picture does not show, and effects whose causes it does not show. */
import { periods } from './series.js';
import { figure, moment, signed, spoken } from './words.js';

const isMissing = value => value === null || value === undefined;
const names = latents => latents.map(({ latent }) => spoken(latent)).join(' and ');

/** A value of a latent in the unit of its factor, or else in standard deviations. */
export const readingWords = (value, factor) =>
  isMissing(factor) ? signed(value, 2) : figure(factor);

/** Since when a latent is unreadable, and its last value: "since 14:02:10, last value 7.3". */
export function unreadableWords({ since, observed, observedFactor }, now) {
  const from = moment(since, now);
  if (isMissing(observed)) return `since ${from} or earlier`;
  const unit = isMissing(observedFactor) ? ' sd' : '';
  return `since ${from}, last value ${readingWords(observed, observedFactor)}${unit}`;
}

/** Why a latent has no residual: "not tested: valve is unreadable"; empty if its causes are read. */
export function untestedWords(parents, unreadable) {
  const hidden = unreadable.filter(({ latent }) => parents.includes(latent));
  if (!hidden.length) return '';
  return `not tested: ${names(hidden)} ${hidden.length > 1 ? 'are' : 'is'} unreadable`;
}

/** Why the expected picture of a frame is not drawn, some of whose latents are unknown. */
export function undrawnWords(readings) {
  const hidden = readings.filter(({ observed }) => isMissing(observed));
  return hidden.length
    ? `not drawn: the frame does not show ${names(hidden)}`
    : 'not drawn: not all expectations are known yet';
}

/** A sentence about the mechanisms of a frame that does not show all latents. */
export function unreadableSentence(unreadable) {
  return `The picture does not show ${names(unreadable)}. Every latent that can be tested follows its causes.`;
}

/**
 * The times without a residual in a chart: [[from, to or null, kind]]. A latent is unreadable then,
 * or untested if a cause has no residual either.
 *
 * @param columns residuals of all latents; a time without any counts only if `all` is true
 * @param parents numbers of the causes of the latent
 */
export function residualGaps(millis, columns, latent, parents, all, length = 0) {
  const isNull = (k, i) => (columns[k]?.[i] ?? null) === null;
  const known = i => all || columns.some((_, k) => !isNull(k, i));
  const untested = i => parents.some(parent => isNull(parent, i));
  const gaps = (kind, test) =>
    periods(millis, i => isNull(latent, i) && known(i) && test(i), length).map(gap => [
      ...gap,
      kind,
    ]);
  return [...gaps('unreadable', i => !untested(i)), ...gaps('untested', untested)];
}
