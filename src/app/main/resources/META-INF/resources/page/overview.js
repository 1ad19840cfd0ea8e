/* All sources at a glance, the most urgent first. */
import { h, text, attribute } from './dom.js';
import { sparkline } from './charts.js';
import {
  button,
  cell,
  chip,
  help,
  Pager,
  panel,
  right,
  setChip,
  showAges,
  table,
} from './parts.js';
import { incidentLine } from './incident-parts.js';
import { debounced } from './timing.js';
import { driftShare, noticeWords, stateFilters, unreadableChip } from './overview-words.js';
import {
  ago,
  conditionColour,
  conditionWord,
  incidentOf,
  integer,
  number,
  phaseColour,
  PHASES,
  phaseWord,
  sourceLink,
  spoken,
} from './words.js';

const SIZE = 50;
const CLOSED = 8;
const COLUMNS = [
  'Source',
  'State',
  'Drift, share of the threshold, 15 min',
  right('Frames per second'),
  right('Last frame'),
];

export function overview(root, { live, about }) {
  const page = new Overview(root, live, about);
  return () => page.leave();
}

class Overview {
  #live;
  #about;
  #view = { see: 'overview', text: '', condition: '', phase: '', page: 0, size: SIZE };
  #waiting;
  #filled;
  #figures = new Figures();
  #open = new OpenIncidents();
  #filter = new Filter(change => this.#look({ page: 0, ...change }));
  #notice = new Notice(() => this.#showReviews());
  #list;
  #rows = new Map();
  #body = h('tbody');
  #nothing = h('p', { class: 'empty soft', hidden: true }, 'No source matches.');
  #pager = new Pager('Pages of sources', SIZE, page => this.#look({ page }));

  constructor(root, live, about) {
    this.#live = live;
    this.#about = about;
    const waiting = h('p', { class: 'soft' }, 'Looking for sources …');
    this.#waiting = h('div', { class: 'panel empty center', role: 'status' }, waiting);
    const parts = [table(COLUMNS, this.#body, { class: 'sources' }), this.#nothing];
    parts.unshift(this.#filter.element);
    parts.push(this.#pager.element);
    this.#list = panel('sources', 'Sources', { aside: help('states', 'about the states') }, parts);
    const { panels } = this.#open;
    const all = [this.#figures.element, this.#notice.element, panels[0], this.#list, panels[1]];
    this.#filled = h('div', { class: 'stack', hidden: true }, all);
    root.append(h('h1', { class: 'visually-hidden' }, 'Sources'), this.#waiting, this.#filled);
    this.#look({});
  }

  #look(change) {
    Object.assign(this.#view, change);
    this.#filter.show(this.#view);
    this.#live.see(this.#view, message => this.#draw(message));
  }

  #showReviews() {
    this.#filter.clear();
    this.#look({ condition: '', phase: 'NEEDS_REVIEW', text: '', page: 0 });
    this.#list.scrollIntoView({ block: 'nearest' });
  }

  #draw({ type, overview: shown }) {
    if (type !== 'overview') return;
    const total = Object.values(shown.counts).reduce((sum, n) => sum + n, 0);
    const empty = total === 0 && shown.openCount === 0 && !shown.closed.length;
    this.#filled.hidden = empty;
    this.#waiting.hidden = !empty;
    if (empty) {
      const known = this.#waiting.querySelector('.command');
      if (!known) this.#waiting.replaceChildren(...noFrames(this.#about));
      return;
    }
    document.title = `${shown.openCount ? `(${shown.openCount}) ` : ''}Sources · Residua`;
    this.#figures.draw(shown, total);
    this.#open.draw(shown);
    this.#filter.count(shown, total);
    this.#notice.draw(shown);
    this.#nothing.hidden = shown.matching > 0;
    this.#view.page = shown.page;
    this.#pager.show(shown);
    this.#drawRows(shown);
  }

  #drawRows({ rows, at }) {
    const present = new Set(rows.map(({ name }) => name));
    for (const [name, row] of this.#rows) {
      if (present.has(name)) continue;
      row.element.remove();
      this.#rows.delete(name);
    }
    rows.forEach((source, i) => {
      const row = this.#rows.get(source.name) ?? new SourceRow(source.name);
      this.#rows.set(source.name, row);
      row.draw(source, at);
      const place = this.#body.children[i] ?? null;
      if (place !== row.element) this.#body.insertBefore(row.element, place);
    });
  }

  leave() {
    this.#filter.leave();
  }
}

/** Five figures about all sources. */
class Figures {
  #boxes = ['Open incidents', 'Sources', 'Frames per second', 'Refused frames', 'Model in use'].map(
    (name, i) => {
      const value = h('dd', { class: i === 4 ? 'text' : null }, '–');
      const note = h('dd', null, ' ');
      return { box: h('div', null, h('dt', null, name), value, note), value, note };
    },
  );
  element = h(
    'section',
    { class: 'panel', 'aria-label': 'Figures' },
    h(
      'dl',
      { class: 'figures' },
      this.#boxes.map(({ box }) => box),
    ),
  );

  draw(shown, total) {
    const { openCount, counts, framesPerSecond: pace, framesScored, modelId } = shown;
    const refused = Object.entries(shown.deadLetters);
    const attention = openCount === 1 ? 'needs attention' : 'need attention';
    const normal = `${integer(counts.NORMAL ?? 0)} normal, ${integer(counts.SILENT ?? 0)} silent`;
    const reasons = refused.map(([reason, n]) => `${n} ${spoken(reason)}`).join(', ');
    const sum = refused.reduce((all, [, n]) => all + n, 0);
    const figures = [
      [integer(openCount), openCount ? attention : 'none needs attention'],
      [integer(total), normal],
      [pace < 100 ? number(pace, 1) : integer(pace), `${integer(framesScored)} since the start`],
      [integer(sum), reasons || 'none since the start'],
      [modelId, 'its metrics'],
    ];
    figures.forEach(([value, note], i) => {
      text(this.#boxes[i].value, value);
      if (i < 4) text(this.#boxes[i].note, note);
    });
    attribute(this.#boxes[0].box, 'class', openCount ? 'alert' : null);
    const model = this.#boxes[4];
    attribute(model.value, 'title', modelId);
    if (!model.note.firstElementChild) {
      model.note.replaceChildren(h('a', { href: '#/models' }, 'its metrics'));
    }
  }
}

/** Open incidents, and those that ended recently. */
class OpenIncidents {
  #open = h('div', { class: 'incidents' });
  #closed = h('div', { class: 'incidents' });
  #count = chip('0', 'plain');
  #key = '';
  panels = [
    panel(
      'open',
      'Open incidents',
      {
        header: this.#count,
        aside: h('a', { class: 'help', href: '#/incidents' }, 'all incidents'),
      },
      this.#open,
    ),
    panel('closed', 'Recently ended', {}, this.#closed),
  ];

  draw({ openIncidents, openCount, closed, at }) {
    const open = openIncidents.map(incidentOf);
    const ended = closed.map(incidentOf);
    const key = JSON.stringify([
      open.map(i => [i.id, i.headline, i.explanation, i.severity, i.verdict, i.assignee]),
      ended.map(i => [i.id, i.endedAt, i.verdict]),
    ]);
    if (key !== this.#key) {
      this.#key = key;
      const none = h('p', { class: 'incident soft' }, 'Everything follows its causes.');
      const lines = open.map(incident => incidentLine(incident));
      this.#open.replaceChildren(...(lines.length ? lines : [none]));
      this.panels[1].hidden = !ended.length;
      this.#closed.replaceChildren(...ended.slice(0, CLOSED).map(one => incidentLine(one)));
    }
    setChip(this.#count, integer(openCount), `plain ${openCount ? 'bad' : 'good'}`);
    showAges(this.#open, at);
  }
}

/** The inputs that choose sources by name and state. */
class Filter {
  #find = h('input', {
    type: 'search',
    placeholder: 'Find a source',
    'aria-label': 'Find a source',
    autocomplete: 'off',
  });
  #typed;
  #chips;

  /** @param change gets the filters that were changed */
  constructor(change) {
    this.#typed = debounced(150, () => change({ text: this.#find.value }));
    this.#find.addEventListener('input', () => this.#typed());
    this.#chips = stateFilters().map(({ condition, phase, word }) => {
      const count = h('span', { class: 'num' });
      const choose = button([word, ' ', count], () => change({ condition, phase }));
      return { condition, phase, count, choose };
    });
    const group = { class: 'chips', role: 'group', 'aria-label': 'States' };
    const chips = h(
      'div',
      group,
      this.#chips.map(({ choose }) => choose),
    );
    this.element = h('div', { class: 'filters' }, this.#find, chips);
  }

  show(view) {
    for (const { condition, phase, choose } of this.#chips) {
      const chosen = condition === view.condition && phase === view.phase;
      attribute(choose, 'aria-pressed', chosen);
    }
  }

  /** Shows how many sources are in each state, and hides states without any. */
  count({ counts, phases }, total) {
    for (const { condition, phase, count, choose } of this.#chips) {
      const all = !condition && !phase;
      const n = all ? total : ((condition ? counts[condition] : phases[phase]) ?? 0);
      text(count, integer(n));
      choose.hidden = !all && !n && choose.getAttribute('aria-pressed') !== 'true';
    }
  }

  clear() {
    this.#find.value = '';
    this.leave();
  }

  leave() {
    this.#typed.cancel();
  }
}

/** A notice about sources that learn, need a review or should be calibrated again. */
class Notice {
  #words = h('p', { role: 'status' });
  #show;
  element;

  constructor(showReviews) {
    this.#show = button('Show sources to review', showReviews);
    this.element = h('div', { class: 'panel fault', hidden: true }, this.#words, this.#show);
  }

  draw({ phases, recalibrationsProposed }) {
    const review = phases.NEEDS_REVIEW ?? 0;
    const words = noticeWords(phases.LEARNING ?? 0, review, recalibrationsProposed);
    this.element.hidden = !words;
    attribute(this.element, 'class', `panel fault commissioning ${review ? 'warn' : 'info'}`);
    text(this.#words, words);
    this.#show.hidden = !review;
  }
}

class SourceRow {
  #condition = chip('');
  #phase = h('span', { class: 'chip', hidden: true });
  #proposal = h(
    'span',
    { class: 'chip info', hidden: true, title: 'p-values are no longer uniform' },
    'recalibrate?',
  );
  #unreadable = h('span', { class: 'chip warn', hidden: true });
  #reason = h('span', { class: 'small soft', hidden: true });
  #sentence = h('p');
  #spark = sparkline();
  #share = h('span', { class: 'num small soft' });
  #pace = h('td', { class: 'pace right num' });
  #last = h('td', { class: 'last right' });

  constructor(name) {
    const open = event => {
      if (!event.target.closest('a')) location.hash = sourceLink(name);
    };
    const states = h('div', null, this.#condition, this.#phase, this.#proposal);
    states.append(this.#unreadable);
    const drift = h('div', null, this.#spark.element, this.#reason, this.#share);
    const link = h('a', { href: sourceLink(name) }, name);
    const head = cell(link, this.#sentence);
    head.className = 'name';
    this.element = h(
      'tr',
      { class: 'link', onclick: open },
      head,
      h('td', { class: 'state' }, states),
      h('td', { class: 'drift' }, drift),
      this.#pace,
      this.#last,
    );
  }

  draw(source, now) {
    this.#drawState(source);
    this.#drawDrift(source);
    text(this.#sentence, source.sentence ?? '');
    attribute(this.#sentence, 'title', source.sentence);
    this.#sentence.hidden = !source.sentence;
    text(this.#pace, source.framesPerSecond ? number(source.framesPerSecond, 1) : '–');
    text(this.#last, ago(source.scoredAt, now));
  }

  #drawState({ condition, phase, progress, recalibrationProposed, unreadable }) {
    const commissioned = !(phase in PHASES);
    const hollow = condition === 'SILENT' || condition === 'MAINTENANCE' ? ' hollow' : '';
    setChip(this.#condition, conditionWord(condition), conditionColour(condition) + hollow);
    // The chip of the phase says more than that the source is not watched.
    this.#condition.hidden = condition === 'NOT_WATCHED' && !commissioned;
    setChip(this.#phase, phaseWord(phase, progress), phaseColour(phase));
    this.#phase.hidden = commissioned;
    this.#proposal.hidden = !recalibrationProposed;
    this.#unreadable.hidden = !unreadable.length;
    text(this.#unreadable, unreadableChip(unreadable));
    attribute(this.#unreadable, 'title', unreadable.map(spoken).join(', '));
  }

  #drawDrift({ phase, statistic, threshold, trend }) {
    const none = statistic === null && phase in PHASES && trend.every(share => share === null);
    attribute(this.#spark.element, 'hidden', none ? '' : null);
    this.#reason.hidden = !none;
    const learning = phase === 'LEARNING';
    text(
      this.#reason,
      learning ? 'no statistic while it learns' : 'no statistic before the review',
    );
    this.#spark.set(trend);
    text(this.#share, driftShare(statistic, threshold));
  }
}

/** Instructions for the first frame. */
export function noFrames({ kafka, framesTopic }) {
  const command = `kcat -b ${kafka || 'localhost:9092'} -P -t ${framesTopic} -k cam1 frame.png`;
  const copy = button('Copy', async () => {
    await navigator.clipboard?.writeText(command);
    text(copy, 'Copied');
  });
  const soft = (...words) => h('p', { class: 'soft' }, words);
  const link = h('a', { href: '#/explain/dead-letters' }, 'why frames are refused');
  return [
    h('h2', null, 'No frame has arrived yet'),
    soft(
      'Residua is ready. Send a PNG or JPEG file to the topic of frames; its key is the name of the camera:',
    ),
    h('div', { class: 'command' }, h('code', { tabindex: 0 }, command), copy),
    soft(
      'The source appears here as soon as its first frame is scored. Refused frames are counted with a reason; ',
      link,
      '.',
    ),
  ];
}
