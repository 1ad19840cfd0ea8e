/* The units of latents. */
import { number } from './words.js';

const isMissing = value => value === null || value === undefined;

/**
 * A function that writes a value of a latent in the unit of its factor, which two readings of it
 * give; else in standard deviations.
 */
export function unitOf({ observed, expected, observedFactor, expectedFactor }) {
  const readings = [observed, expected, observedFactor, expectedFactor];
  if (readings.some(isMissing) || Math.abs(observed - expected) < 1e-6) {
    return value => `${number(value)} sd`;
  }
  const slope = (observedFactor - expectedFactor) / (observed - expected);
  return value => number(observedFactor + slope * (value - observed));
}
