/* Words and filters of the page of all sources. */
import {
  CONDITION_ORDER,
  PHASES,
  conditionWord,
  counted,
  integer,
  rounded,
  spoken,
} from './words.js';

/** A drift statistic against its threshold: "45 %", or "× 12" far beyond it. */
export function driftShare(statistic, threshold) {
  if (!threshold || statistic === null) return '';
  const share = statistic / threshold;
  return share < 9.995 ? rounded(share) : `× ${integer(share)}`;
}

/** The latents that frames of a source do not show: "level unreadable" or "2 unreadable". */
export const unreadableChip = latents =>
  `${latents.length === 1 ? spoken(latents[0]) : integer(latents.length)} unreadable`;

/** The states by which sources can be filtered, all of them first. */
export function stateFilters() {
  // A source that is not watched learns or needs a review, which have filters of their own.
  const conditions = CONDITION_ORDER.filter(condition => condition !== 'NOT_WATCHED');
  return [
    { condition: '', phase: '', word: 'all' },
    ...conditions.map(condition => ({ condition, phase: '', word: conditionWord(condition) })),
    ...Object.entries(PHASES).map(([phase, [word]]) => ({ condition: '', phase, word })),
  ];
}

/** A sentence about sources that learn, need a review or should be calibrated again. */
export function noticeWords(learning, review, proposed) {
  const learn = counted(learning, 'source learns', 'sources learn');
  const sentences = [];
  if (learning && review) {
    const need = `${integer(review)} ${review === 1 ? 'needs' : 'need'} a review`;
    sentences.push(`${learn} what is normal, ${need}.`);
  } else if (learning) {
    sentences.push(`${learn} what is normal.`);
  } else if (review) {
    sentences.push(`${counted(review, 'source needs', 'sources need')} a review.`);
  }
  if (proposed) {
    sentences.push(`Recalibration of ${counted(proposed, 'source', 'sources')} is proposed.`);
  }
  return sentences.join(' ');
}
