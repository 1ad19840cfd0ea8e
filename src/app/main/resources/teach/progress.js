/* Progress of teaching, and selections of frames, without a document. */
import { counted, integer, percent } from '../page/words.js';

/** The remaining time of a person: "about 8 minutes to go". */
function timeLeft(seconds) {
  if (seconds < 45) return 'less than a minute to go';
  if (seconds < 90) return 'about a minute to go';
  return seconds < 5400
    ? `about ${Math.round(seconds / 60)} minutes to go`
    : `about ${(seconds / 3600).toFixed(1)} hours to go`;
}

/** The progress of all factors in a sentence. */
export function goalWords({ factors, answersLeft, share, secondsLeft }) {
  if (!factors.length) return 'Names: nothing yet';
  if (answersLeft === 0) return 'Names: 100 %, ready to train';
  return `Names: ${percent(share)}, ${timeLeft(secondsLeft)}`;
}

/** Everything that was taught, in numbers. */
export function taughtWords({ factors, set, answers, secondsPerAnswer }) {
  if (!factors.length) {
    return '400 answers and 500 held pairs, or 800 answers, or 100 labels of each factor are recommended.';
  }
  const sum = name => factors.reduce((all, { progress }) => all + progress[name], 0);
  const parts = [
    counted(answers, 'answer', 'answers'),
    counted(sum('pairs'), 'held pair', 'held pairs'),
    counted(sum('labels'), 'label', 'labels'),
  ];
  const pace = `${secondsPerAnswer.toFixed(1)} s per answer`;
  return `${set.name}, ${integer(set.frames)} frames: ${parts.join(', ')}; ${pace}`;
}

/** The factor that needs most answers if a given one is complete; null if it is not, or all are. */
export function nextFactor(factors, name) {
  if (factors.find(factor => factor.name === name)?.progress.share < 1) return null;
  const rest = factors.filter(({ progress }) => progress.share < 1);
  return rest.sort((a, b) => a.progress.share - b.progress.share)[0]?.name ?? null;
}

/** A list with one element at another place. */
export function moved(list, from, to) {
  const rest = list.toSpliced(from, 1);
  return rest.toSpliced(to, 0, list[from]);
}

/** The comparisons that the order of a number of pictures gives. */
export const pairsOf = n => (n * (n - 1)) / 2;

/** The ends of a run of frames after a click on one: a second click completes it. */
export const picked = (ends, frame, extend) =>
  ends.length === 1 || (extend && ends.length) ? [ends[0], frame] : [frame];

/** The run [first, last] between two ends; null for any other number of ends. */
export const runOf = ends => (ends.length === 2 ? [Math.min(...ends), Math.max(...ends)] : null);

/** The words about a run that is being marked. */
export function runWords(ends) {
  const run = runOf(ends);
  if (!ends.length) return 'Click the first frame of a run.';
  if (!run || run[0] === run[1]) return `Frame ${ends[0]}. Now click the last one.`;
  return `Frames ${run[0]} to ${run[1]}: ${run[1] - run[0] + 1} frames.`;
}

/** A value with the digits that the step of a slider can show, at most six. */
export const rounded = (value, step) =>
  value.toFixed(Math.max(0, Math.min(6, Math.ceil(-Math.log10(step)))));

/** Frames at equal distances in a set. */
export const sampled = (frames, max) => {
  const n = Math.min(max, frames);
  return Array.from({ length: n }, (_, i) => Math.floor((i * frames) / n));
};
