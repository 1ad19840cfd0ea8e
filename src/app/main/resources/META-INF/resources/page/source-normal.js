/* The normal state of a source: the progress of learning it, reviews, and the learned numbers. */
import { h, text } from './dom.js';
import { arm, learnAgain } from './actions.js';
import { normalBar } from './charts.js';
import {
  button,
  cell,
  help,
  numberCell,
  panel,
  right,
  rowHead,
  setChip,
  table,
  term,
  when,
} from './parts.js';
import { calibrationChip, calibrationWords, challengerWords } from './calibration.js';
import { fullSentence, integer, number, pValue, percent, signed, spoken } from './words.js';

const PROPOSED =
  'The p-values of this source are no longer uniform, so recalibration is proposed. A slow fault can look the same, so look at the pictures first. Correct the fault; if you find none, let the source learn again.';
const COLUMNS = [
  'Latent',
  {
    words: 'Against the model',
    title: 'The bar is the usual range of this source, the field behind it that of the model',
  },
  right('Level, sd'),
  right('Spread, sd'),
  { ...right('Lag-one correlation'), title: 'Correlation of consecutive frames' },
  {
    ...right('Slope'),
    title: 'Of the observed on the expected value; 1 if the equation of the model is correct',
  },
  right('p-value now'),
];

const TIMES = new Map([
  [60, 'Within a minute'],
  [3600, 'Within an hour'],
  [86400, 'Within a day'],
]);

export class NormalPanel {
  #state;
  #name;
  #chip = h('span', { class: 'chip' });
  #body = h('div', { class: 'body normal' });
  #key = '';
  #pCells = new Map();

  constructor(state, name) {
    this.#state = state;
    this.#name = name;
    const options = { header: this.#chip, aside: help('normal', 'how it is learned') };
    this.element = panel('normal', 'Normal state', options, this.#body);
  }

  /** @param pValues of the last evaluated frame, in the order of the latents */
  draw(pValues) {
    const { row, report, isWatched, graph } = this.#state;
    const key = JSON.stringify([row.phase, row.progress, isWatched, report, graph?.edges]);
    if (key !== this.#key) {
      this.#key = key;
      this.#pCells.clear();
      setChip(this.#chip, ...calibrationChip(row.phase, report));
      this.#body.replaceChildren(...this.#parts().filter(Boolean));
    }
    for (const [latent, one] of this.#pCells) {
      text(one, pValue(pValues[graph?.nodes.indexOf(latent)]));
    }
  }

  #parts() {
    const { row, report, isWatched } = this.#state;
    const { phase, progress } = row;
    const ofModel = phase === 'MODEL';
    const words = calibrationWords(phase, isWatched, report);
    const learned = !ofModel && report?.latents.length > 0;
    return [
      h('p', { class: ofModel ? 'soft' : null }, words),
      phase === 'LEARNING' ? progressOf(progress, report) : reasonsOf(phase, report),
      ...(report?.proposals.length ? proposalsOf(report) : []),
      report?.challenger && challengerOf(report.challenger),
      !ofModel && this.#actions(phase, isWatched),
      learned && quantities(phase, report),
      learned && this.#table(report),
      learned && report.latents.some(one => one.smallest.length) && smallestOf(report),
    ];
  }

  #actions(phase, watched) {
    const accept = button('Accept as normal …', () => arm(this.#name), {
      class: 'primary needs-change',
    });
    const again = button('Learn again …', () => learnAgain(this.#name, watched), {
      class: 'needs-change',
    });
    return h('div', { class: 'actions' }, phase === 'NEEDS_REVIEW' && accept, again);
  }

  #table({ latents }) {
    const far = latents.map(({ level, spread }) => Math.abs(level) + spread);
    const most = 1.1 * Math.max(3, ...far);
    const rows = latents.map(one => this.#row(one, most));
    const caption = 'Normal state of each latent, in standard deviations of the model';
    return table(COLUMNS, rows, { class: 'latents normals' }, caption);
  }

  #row({ latent, level, spread, lagOne, slope }, most) {
    const bar = normalBar();
    bar.set(level, spread, most);
    const p = numberCell('–');
    this.#pCells.set(latent, p);
    const root = this.#state.graph && !this.#state.parents(latent).length;
    return h(
      'tr',
      null,
      rowHead(spoken(latent)),
      cell(bar.element),
      numberCell(signed(level, 2)),
      numberCell(number(spread)),
      numberCell(number(lagOne)),
      numberCell(root ? h('span', { class: 'soft' }, 'root') : number(slope)),
      p,
    );
  }
}

/** Table of the smallest changes that the detector finds, each in the unit of its latent. */
function smallestOf({ latents }) {
  const columns = ['Latent', ...[...TIMES.values()].map(right)];
  const rows = latents.map(({ latent, smallest }) => {
    const texts = new Map(smallest.map(({ withinSeconds, text: words }) => [withinSeconds, words]));
    const cells = [...TIMES.keys()].map(seconds => numberCell(texts.get(seconds) ?? '–'));
    return h('tr', null, rowHead(spoken(latent)), cells);
  });
  const caption = 'Smallest lasting change that is found, on average';
  const words = h('p', null, caption, ' ', help('smallest', 'how it follows'));
  return h(
    'div',
    { class: 'smallest' },
    words,
    table(columns, rows, { class: 'latents normals' }, caption),
  );
}

function progressOf(progress, report) {
  const reasons = report?.reasons.length
    ? [report.reasons.join('; '), ', as of ', when(report.at)]
    : 'no report yet';
  const share = h('b', { class: 'num' }, percent(progress));
  const words = h('div', null, share, h('span', { class: 'soft small' }, reasons));
  const attributes = { max: 1, value: progress, 'aria-label': 'Progress of the learning' };
  return h('div', { class: 'learning' }, words, h('progress', attributes));
}

function reasonsOf(phase, report) {
  if (!report?.reasons.length) return null;
  const review = phase === 'NEEDS_REVIEW';
  const words = reason => (review ? fullSentence(reason) : `Still learning: ${reason}.`);
  const items = report.reasons.map(reason => h('li', null, words(reason)));
  return h('ul', { class: review ? 'reasons' : 'soft small' }, items);
}

const proposalsOf = ({ proposals }) => [
  h('p', null, PROPOSED),
  h(
    'ul',
    { class: 'reasons' },
    proposals.map(proposal => h('li', null, fullSentence(proposal.text))),
  ),
];

const challengerOf = challenger =>
  h(
    'p',
    { class: 'soft' },
    `${challenger.modelId} scores it in shadow: ${challengerWords(challenger)}`,
  );

function quantities(phase, { revision, frames, effectiveSamples, provisional, at, sequence }) {
  const facts = [
    ['Revision', String(revision)],
    ['Learned from', `${integer(frames)} frames`],
    ['Effective samples', integer(effectiveSamples)],
    ['Covers a day', provisional ? 'not yet' : 'yes'],
  ];
  if (phase !== 'LEARNING') facts.push(['As of', [when(at), `, frame ${sequence}`]]);
  return h(
    'dl',
    { class: 'quantities' },
    facts.map(([label, value]) => h('div', null, term(label, value))),
  );
}
