/* The normal state of a source: how its residuals usually vary, and sentences about that. */
import { percent } from './words.js';

/** Returns true if a calibration applies to the source; without one it has no statistic. */
export const isWatched = row => row.phase === 'MODEL' || row.statistic !== null || !row.threshold;

const OF_MODEL = { level: 0, spread: 1 };
/** Level and spread of a latent in the standard deviations of the model. */
export const usual = (commissioning, latent) =>
  commissioning?.latents.find(one => one.latent === latent) ?? OF_MODEL;

export const usualBand = ({ level, spread }) => [level - 3 * spread, level + 3 * spread];

/** Returns true if a residual is outside its usual band; false without a residual. */
export const isFar = ({ level, spread }, z) =>
  z !== null && z !== undefined && Math.abs(z - level) >= 3 * spread;

/** The state of a calibration as the words and the colour of a chip. */
export function calibrationChip(phase, commissioning) {
  const proposed = commissioning?.proposals.length > 0;
  const learned = commissioning?.provisional ? 'learned, provisional' : 'learned';
  return {
    MODEL: ['from the model', 'calm'],
    LEARNING: ['learning', 'info'],
    ARMED: proposed ? ['recalibration proposed', 'info'] : [learned, 'good'],
    NEEDS_REVIEW: ['needs a review', 'warn'],
  }[phase];
}

const UNWATCHED = 'only faults of the camera and silence are reported.';

/** The first paragraph about the normal state of a source. */
export function calibrationWords(phase, watched, commissioning) {
  const meanwhile = commissioning?.latents.length
    ? `the calibration below, revision ${commissioning.revision}`
    : 'its last calibration';
  const provisional =
    ' That is provisional: it rests on less than a day, so changes within a day are not known yet.';
  const review =
    'The normal state that this source learned differs too much from the accepted one. If the camera shows what it should, accept it; otherwise correct the camera and let it learn again.';
  return {
    MODEL: 'This source is watched with the calibration of its model.',
    LEARNING: watched
      ? `This source learns its normal state again. Meanwhile it is watched with ${meanwhile}.`
      : `This source learns its normal state before it is watched. Until then ${UNWATCHED}`,
    ARMED: `This source is watched with its learned normal state.${commissioning?.provisional ? provisional : ''}`,
    NEEDS_REVIEW: watched
      ? `${review} Meanwhile it is watched with ${meanwhile}.`
      : `${review} Until then it is not watched: ${UNWATCHED}`,
  }[phase];
}

/** The state of a source under a model in shadow. */
export const challengerWords = ({ phase, progress, reasons }) =>
  ({
    LEARNING: `${percent(progress)} learned of its normal state under that model.`,
    ARMED: 'its normal state under that model is learned, so it is watched from its first frame.',
    NEEDS_REVIEW: `it would need a review under that model, as ${reasons.join('; ')}. To accept this source accepts that too.`,
  })[phase];
