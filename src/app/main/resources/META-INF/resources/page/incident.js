/* Everything about one incident. */
import { h, text, attribute } from './dom.js';
import { get, showAllowed, Refused } from './api.js';
import { acceptNormal, acknowledge, assign, remark, resolve } from './actions.js';
import {
  button,
  cell,
  fact,
  help,
  numberCell,
  panel,
  PictureRow,
  right,
  rowHead,
  setChip,
  showAges,
  since,
  table,
  when,
} from './parts.js';
import { incidentLine, verdictButtons } from './incident-parts.js';
import { repeatedly } from './timing.js';
import {
  duration,
  eventOf,
  figure,
  fullSentence,
  incidentLink,
  incidentOf,
  kindWords,
  modelLink,
  moment,
  percent,
  sentenceCase,
  severityColour,
  sourceLink,
  spoken,
  subjectWords,
} from './words.js';

const EVERY = 2000;
const PICTURES = ['frame', 'expected', 'heatmap'];
const SHOTS = [
  ['Seen', 'the frame, as the model reads it'],
  ['Expected', 'as its causes explain it'],
  ['Difference', 'black: none, white: most'],
];
const CAUSE_COLUMNS = ['Latent', 'Is caused by', right('Share'), right('p-value')];
const GROUP_COLUMNS = ['Source', 'Subject', 'State'];
const COMMANDS = {
  silence: 'Silenced',
  announce: 'Change announced',
  suppress: 'Suppressed',
  'accept-normal': 'The current state was accepted as normal',
  arm: 'The learned state was accepted as normal',
  learn: 'Learning started again',
  resolve: 'Resolved',
  note: 'Note',
  'true-alarm': 'Called a true alarm',
  'false-alarm': 'Called a false alarm',
};

export function incident(root, context, id) {
  const page = new IncidentPage(root, id);
  const polling = repeatedly(EVERY, signal => page.ask(signal));
  return () => {
    polling.end();
    page.destroy();
  };
}

class IncidentPage {
  #root;
  #id;
  #head = new Head();
  #unknown = h('div', { class: 'panel empty', role: 'status', hidden: true });
  #next = h('div', { class: 'body stack' });
  #nextPanel = panel('next', 'To check next', { kind: 'fault' }, this.#next);
  #pictures = new PictureRow(SHOTS, 'loading …');
  #pictured = h('span', { class: 'soft small num' });
  #evidence;
  #causes = h('div');
  #causesPanel = panel(
    'causes',
    'Causes',
    { aside: help('graph', 'how to read them') },
    this.#causes,
  );
  #happened = h('ol', { class: 'events' });
  #group = h('div');
  #groupPanel = panel('group', 'Notified together', {}, this.#group);
  #similar = h('div', { class: 'incidents' });
  #similarPanel = panel('similar', 'Earlier incidents of this kind', {}, this.#similar);
  #filled;
  #shown = '';
  #loaded = false;

  constructor(root, id) {
    this.#root = root;
    this.#id = id;
    const options = { header: this.#pictured, aside: help('pictures', 'how to read these') };
    const pictures = h('div', { class: 'body' }, this.#pictures.element);
    this.#evidence = panel('evidence', 'Evidence', options, pictures);
    const story = panel('story', 'History', {}, h('div', { class: 'body' }, this.#happened));
    const side = h(
      'div',
      { class: 'stack' },
      this.#causesPanel,
      this.#groupPanel,
      this.#similarPanel,
    );
    const two = h('div', { class: 'two' }, this.#evidence, side);
    this.#filled = h('div', { class: 'stack', hidden: true }, this.#nextPanel, two, story);
    root.append(this.#head.element, this.#unknown, this.#filled);
  }

  async ask(signal) {
    try {
      const found = await get(`api/incidents/${encodeURIComponent(this.#id)}`, signal);
      const shown = incidentOf(found.incident);
      this.#unknown.hidden = true;
      this.#filled.hidden = false;
      this.#draw(shown, found);
      if (shown.subject !== 'silence') await this.#loadPictures(shown, signal);
    } catch (e) {
      if (!(e instanceof Refused)) throw e;
      this.#drawUnknown(e.message);
    }
  }

  #drawUnknown(reason) {
    this.#unknown.hidden = false;
    this.#filled.hidden = true;
    const title = h('h2', null, 'This incident is not known here');
    this.#unknown.replaceChildren(title, h('p', { class: 'soft' }, fullSentence(reason)));
    this.#head.drawUnknown(this.#id);
  }

  #draw(shown, found) {
    const open = !shown.endedAt;
    document.title = `${open ? '(!) ' : ''}${shown.source}: ${subjectWords(shown.subject)} · Residua`;
    const { steps, events, commands, group, escalations } = found;
    const similar = found.similar.map(incidentOf);
    const states = similar.map(e => [e.id, e.state]);
    const key = JSON.stringify([shown, steps, events, commands, states, group, escalations]);
    if (!this.#shown) showAllowed(this.#root, { source: shown.source });
    if (key !== this.#shown) {
      this.#shown = key;
      this.#head.draw(shown);
      this.#drawNext(shown);
      this.#drawCauses(shown);
      this.#drawGroup(group);
      this.#happened.replaceChildren(...storyOf(found).map(storyLine));
      this.#similarPanel.hidden = !similar.length;
      this.#similar.replaceChildren(...similar.map(one => incidentLine(one)));
      this.#evidence.hidden = shown.subject === 'silence';
    }
    showAges(this.#root, found.at);
  }

  #drawNext({ endedAt, note, follows, mergedInto, severity, advice }) {
    const open = !endedAt;
    const colour = open ? severityColour(severity) : 'info';
    this.#nextPanel.hidden = !open && !note && !follows && !mergedInto;
    attribute(this.#nextPanel, 'class', `panel fault ${colour}`);
    text(this.#nextPanel.querySelector('h2'), open ? 'To check next' : 'The end of the incident');
    const soft = (...words) => h('p', { class: 'soft small' }, words);
    const link = other => h('a', { href: incidentLink(other) }, 'another incident');
    const parts = [
      open && h('p', null, advice),
      note && soft(`Note: ${note}`),
      follows && soft('It continues ', link(follows), '.'),
      mergedInto && soft('It turned out to be part of ', link(mergedInto), '.'),
    ];
    this.#next.replaceChildren(...parts.filter(Boolean));
  }

  #drawCauses({ causes }) {
    this.#causesPanel.hidden = !causes.length;
    const rows = causes.map(({ latent, parents, share, pValue }) =>
      h(
        'tr',
        null,
        rowHead(spoken(latent)),
        cell(parents.length ? parents.map(spoken).join(', ') : 'nothing: a root'),
        numberCell(percent(share)),
        numberCell(figure(pValue)),
      ),
    );
    this.#causes.replaceChildren(table(CAUSE_COLUMNS, rows));
  }

  #drawGroup(group) {
    this.#groupPanel.hidden = !group;
    if (!group) return;
    const { id, headline, incidents, children } = group;
    const rows = children.map(({ incidentId, source, subject, open }) =>
      h(
        'tr',
        null,
        rowHead(h('a', { href: incidentLink(incidentId) }, source)),
        cell(subjectWords(subject)),
        cell(open ? 'open' : 'ended'),
      ),
    );
    const more = incidents - children.length;
    this.#group.replaceChildren(
      h('p', { class: 'body' }, fullSentence(headline)),
      table(GROUP_COLUMNS, rows),
      h('p', { class: 'body soft small' }, `${more ? `And ${more} more. ` : ''}Id: ${id}`),
    );
  }

  /** Loads the stored pictures once they exist; they do not change afterwards. */
  async #loadPictures({ source }, signal) {
    if (this.#loaded) return;
    const path = `api/incidents/${encodeURIComponent(this.#id)}/evidence`;
    let stored;
    try {
      stored = await get(path, signal);
    } catch (e) {
      if (!(e instanceof Refused)) throw e;
      this.#pictures.note(e.message);
      return;
    }
    text(this.#pictured, `${moment(stored.capturedAt)}, frame ${stored.sequence}`);
    const paths = PICTURES.map(one => (stored.pictures.includes(one) ? `${path}/${one}` : null));
    const missing = 'not drawn: the sensor is at fault';
    const words = `frame ${stored.sequence} of ${source}`;
    this.#loaded = await this.#pictures.load(paths, missing, words, signal);
  }

  destroy() {
    this.#pictures.destroy();
  }
}

/** Headline, state, commands, explanation and facts of the incident. */
class Head {
  #title = h('h1', null, '…');
  #explanation = h('p', { class: 'lead', hidden: true });
  #chip = h('span', { class: 'chip' }, '…');
  #actions = h('div', { class: 'actions' });
  #facts = h('div', { class: 'facts' });

  constructor() {
    const crumbs = h('p', { class: 'crumbs' }, h('a', { href: '#/incidents' }, '← All incidents'));
    const parts = [this.#title, this.#chip, this.#explanation, this.#actions];
    const title = h('div', { class: 'title' }, parts);
    this.element = h('header', null, crumbs, title, this.#facts);
  }

  drawUnknown(id) {
    text(this.#title, id);
    this.#chip.hidden = true;
  }

  draw(shown) {
    const { headline, explanation, endedAt, severity } = shown;
    text(this.#title, headline);
    text(this.#explanation, fullSentence(explanation));
    this.#explanation.hidden = false;
    this.#chip.hidden = false;
    setChip(this.#chip, stateWords(shown), endedAt ? 'good' : severityColour(severity));
    this.#facts.replaceChildren(...factsOf(shown));
    this.#actions.replaceChildren(...this.#buttons(shown).filter(Boolean));
  }

  #buttons(shown) {
    const { endedAt, subject, source } = shown;
    const open = !endedAt;
    const change = (words, act) => button(words, act, { class: 'needs-change' });
    return [
      open && change('Acknowledge …', () => acknowledge([shown])),
      open && change('Assign …', () => assign([shown])),
      change('Note …', () => remark([shown])),
      ...verdictButtons(shown),
      open && change('Resolve', () => resolve([shown])),
      open && subject !== 'silence' && change('Accept as normal', () => acceptNormal(source)),
    ];
  }
}

function stateWords({ endedAt, state, reason, severity }) {
  if (endedAt) return spoken(reason ?? state);
  const unsteady = state === 'SUSPENDED' || state === 'FLAPPING';
  return unsteady ? `${spoken(severity)}, ${spoken(state)}` : `open, ${spoken(severity)}`;
}

function factsOf(shown) {
  const { source, openedAt, endedAt, labels, verdict, modelId, modelDigest, changePoint } = shown;
  const lasting = endedAt
    ? fact('Lasted', `${duration(endedAt - openedAt)}, until ${moment(endedAt)}`)
    : fact('Since', moment(openedAt), ', ', since(openedAt));
  const given = verdict === 'true' ? 'true alarm' : 'false alarm';
  return [
    fact('Source', h('a', { href: sourceLink(source) }, source)),
    fact('Subject', subjectWords(shown.subject)),
    fact('Kind', kindWords(shown.kind)),
    lasting,
    ...(shown.threshold ? [fact('Threshold', shown.threshold)] : []),
    ...(changePoint ? [fact('Changed', changeWords(changePoint))] : []),
    fact('Looked after by', shown.assignee ?? 'nobody'),
    ...(verdict ? [fact('Verdict', given)] : []),
    ...Object.entries(labels).map(([name, value]) => fact(sentenceCase(name), value)),
    fact('Frames', `${shown.openedSequence} to ${shown.updatedSequence}`),
    fact('Model', h('a', { href: modelLink(modelId), title: `SHA-256 ${modelDigest}` }, modelId)),
    fact('Id', shown.id),
  ];
}

/** Time, number and place of the first frame of a change. */
function changeWords({ at, sequence, frame }) {
  const place = frame ? ` (partition ${frame.partition}, offset ${frame.offset})` : '';
  return `${moment(Date.parse(at))}, frame ${sequence}${place}`;
}

/** Steps, commands, events and escalations in the order of time. */
function storyOf({ steps, commands, events, escalations }) {
  return [
    ...steps.map(({ at, reason, state, headline, note, severity, subject }) => ({
      at,
      title: spoken(reason ?? state),
      words: [headline, note && h('span', { class: 'soft' }, ` (${note})`)],
      meta: `${spoken(severity)}, ${subjectWords(subject)}`,
    })),
    ...commands.map(({ at, kind, assignee, reason, by }) => ({
      at,
      title: assignee ? `${assignee} looks after it` : (COMMANDS[kind] ?? spoken(kind)),
      words: reason,
      meta: `by ${by}`,
    })),
    ...events.map(eventOf).map(event => ({
      at: event.at,
      title: `${spoken(event.what)}: ${spoken(event.kind)}`,
      words: [`${event.headline}. `, h('span', { class: 'soft' }, fullSentence(event.explanation))],
      meta: eventFigures(event),
    })),
    ...escalations.map(({ at, receiver }) => ({
      at,
      title: `Escalated to ${receiver}`,
      words: 'Nobody acknowledged it in time.',
      meta: 'by the alerting role',
    })),
  ].sort((a, b) => a.at - b.at);
}

const eventFigures = ({ lastSequence, statistic, threshold, pValue }) =>
  [
    `frame ${lastSequence}`,
    statistic !== null && `statistic ${figure(statistic)} of ${figure(threshold)}`,
    pValue !== null && `p = ${figure(pValue)}`,
  ]
    .filter(Boolean)
    .join(', ');

const storyLine = ({ at, title, words, meta }) =>
  h(
    'li',
    null,
    h('p', null, h('b', null, title), ' ', words),
    h('p', { class: 'meta' }, when(at), h('span', null, meta)),
  );
