/* Feedback: the share of true alarms, and proposals that would have avoided false ones. */
import { h, svg, text } from './dom.js';
import { get, Refused } from './api.js';
import { decide } from './actions.js';
import {
  button,
  cell,
  chip,
  fact,
  help,
  numberCell,
  panel,
  right,
  rowHead,
  table,
} from './parts.js';
import { repeatedly } from './timing.js';
import { shellQuoted, weekBars, weekWords } from './feedback-words.js';
import {
  counted,
  duration,
  fullSentence,
  incidentLink,
  integer,
  moment,
  rounded,
  sentenceCase,
  sourceLink,
  subjectWords,
} from './words.js';

const EVERY = 5000;
const MAX_LINKS = 12;
const MAX_SOURCES = 5;
const WIDE = 12;
const TALL = 26;
const KINDS = {
  suppress: 'let small shifts pass',
  learn: 'learn again',
  budget: 'fewer false alarms',
};
const NO_PROPOSAL =
  'None: a proposal needs three false alarms of the last four weeks that one change would have avoided.';
const NO_VERDICT =
  'None: no incident has a verdict yet. Each can be called a true or a false alarm on its page.';

export function feedback(root) {
  const page = new Feedback(root);
  const polling = repeatedly(EVERY, signal => page.ask(signal));
  page.again = polling.again;
  return polling.end;
}

class Feedback {
  again = () => {};
  #totals = h('div', { class: 'facts' });
  #count = chip('…', 'plain');
  #proposals = h('div', { class: 'incidents' });
  #none = h('p', { class: 'empty soft' });
  #decided = h('ul', { class: 'decided soft small', hidden: true });
  #precision = h('div');
  #problem = h('p', { class: 'empty soft', role: 'status', hidden: true });
  #shown = '';

  constructor(root) {
    const proposals = { header: this.#count, aside: help('proposals', 'how they are made') };
    const precision = { aside: help('precision', 'about precision') };
    const parts = [this.#proposals, this.#none, this.#decided];
    root.append(
      h('h1', null, 'Feedback'),
      this.#totals,
      this.#problem,
      panel('proposals', 'Proposals', proposals, parts),
      panel('precision', 'Precision of the alarms', precision, this.#precision),
    );
  }

  async ask(signal) {
    try {
      this.#draw(await get('api/feedback', signal));
      this.#problem.hidden = true;
    } catch (e) {
      if (!(e instanceof Refused)) throw e;
      this.#problem.hidden = false;
      text(this.#problem, e.message);
    }
  }

  #draw({ at, from, total, proposals, decisions, weeks, precision }) {
    const key = JSON.stringify([total, proposals, decisions, precision]);
    if (key === this.#shown) return;
    this.#shown = key;
    const { incidents, trueAlarms, falseAlarms } = total;
    const reviewed = trueAlarms + falseAlarms;
    const totals = [
      fact('Incidents known', integer(incidents)),
      fact('Reviewed', integer(reviewed)),
      fact('True', integer(trueAlarms)),
      fact('False', integer(falseAlarms)),
    ];
    if (incidents) totals.push(fact('Over', duration(at - from)));
    this.#totals.replaceChildren(...totals);
    text(this.#count, integer(proposals.length));
    this.#none.hidden = proposals.length > 0;
    text(this.#none, reviewed ? NO_PROPOSAL : NO_VERDICT);
    this.#proposals.replaceChildren(...proposals.map(one => this.#card(one)));
    this.#decided.hidden = !decisions.length;
    this.#decided.replaceChildren(...decisions.map(decisionLine));
    const empty = h('p', { class: 'empty soft' }, 'No incident is known yet.');
    this.#precision.replaceChildren(precision.length ? precisionTable(precision, weeks) : empty);
  }

  #card(proposal) {
    const { kind, sentence, effect, id, sources, incidents } = proposal;
    const decision = apply => () => decide(proposal, apply, () => this.again());
    const apply = button('Apply …', decision(true), { class: 'primary needs-change' });
    const dismiss = button('Dismiss …', decision(false), { class: 'needs-change' });
    const command = h('code', null, `./residua proposals backtest ${shellQuoted(id)}`);
    const words = [
      h('b', null, fullSentence(sentence)),
      h('p', { class: 'soft' }, fullSentence(effect)),
      h('p', { class: 'soft small' }, 'Evaluate stored frames with it: ', command),
    ];
    const meta = [sourceLinks(sources), alarmLinks(incidents)];
    return h(
      'article',
      { class: 'incident proposal' },
      chip(KINDS[kind], 'info'),
      h('div', { class: 'sentence' }, words),
      h('div', { class: 'actions' }, apply, dismiss),
      h('div', { class: 'meta' }, meta),
    );
  }
}

const joined = (elements, between) => elements.flatMap((one, i) => (i ? [between, one] : [one]));

function sourceLinks(sources) {
  if (sources.length > MAX_SOURCES) {
    return h('span', null, counted(sources.length, 'source', 'sources'));
  }
  const links = sources.map(name => h('a', { href: sourceLink(name) }, name));
  return h('span', null, joined(links, ', '));
}

function alarmLinks(incidents) {
  const links = incidents.slice(0, MAX_LINKS).map((id, i) => {
    const label = { href: incidentLink(id), 'aria-label': `false alarm ${i + 1}` };
    return h('a', label, `${i + 1}`);
  });
  const more = incidents.length - MAX_LINKS;
  return h('span', null, 'false alarms ', joined(links, ' '), more > 0 && ` and ${more} more`);
}

function decisionLine({ applied, proposal, by, at, reason }) {
  const label = chip(applied ? 'applied' : 'dismissed', applied ? 'good' : 'plain');
  return h('li', null, label, ` ${proposal} by ${by}, ${moment(at)}: ${reason}`);
}

function precisionTable(precision, weeks) {
  const scenes = new Set(precision.map(({ scene }) => scene)).size > 1;
  const most = Math.max(1, ...precision.flatMap(row => row.weeks.map(week => week.incidents)));
  const legend = Object.entries({ good: 'true ', warn: 'false ', calm: 'not reviewed' });
  const marks = legend.map(([kind, words]) => [h('i', { class: kind }), words]);
  const byWeek = [
    `By week, ${weeks.length} weeks `,
    h('span', { class: 'legend soft small' }, marks),
  ];
  const columns = [
    ...(scenes ? ['Scene'] : []),
    'Subject',
    ...['Sources', 'Incidents', 'True', 'False', 'Precision'].map(right),
    { words: byWeek },
  ];
  const rows = precision.map(row => precisionRow(row, weeks, most, scenes));
  return table(columns, rows, { class: 'precision' });
}

function precisionRow(row, weeks, most, scenes) {
  const { scene, subject, sources, incidents, trueAlarms, falseAlarms } = row;
  const query = new URLSearchParams({ state: 'all', subject, scene });
  const link = h('a', { href: `#/incidents?${query}` }, sentenceCase(subjectWords(subject)));
  const interval = `${rounded(row.low)} to ${rounded(row.high)}`;
  const small = h('span', { class: 'soft small', title: '95 % interval' }, interval);
  const none = h('span', { class: 'soft' }, 'not reviewed');
  const counts = [sources, incidents, trueAlarms, falseAlarms];
  return h(
    'tr',
    null,
    scenes && cell(scene),
    rowHead(link),
    counts.map(n => numberCell(integer(n))),
    numberCell(row.precision === null ? none : [h('b', null, rounded(row.precision)), ' ', small]),
    cell(bars(row.weeks, weeks, most)),
  );
}

/** A bar per week: true, false and other incidents above each other. */
function bars(counts, weeks, most) {
  const words = weekWords(counts, weeks);
  const width = counts.length * WIDE;
  const rects = weekBars(counts, most, WIDE, TALL).map(bar => svg('rect', bar));
  const label = words || 'no incident in these weeks';
  return svg(
    'svg',
    { class: 'weeks', role: 'img', 'aria-label': label, width, height: TALL + 1 },
    svg('title', null, words),
    rects,
    svg('line', { x1: 0, x2: width, y1: TALL + 0.5, y2: TALL + 0.5 }),
  );
}
