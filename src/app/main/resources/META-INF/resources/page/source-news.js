/* Incidents, events and commands of a source, which are drawn again only if one has changed. */
import { h, attribute, toast } from './dom.js';
import { remove } from './api.js';
import { ask, resolve } from './actions.js';
import { button, panel, help, chip, term, when } from './parts.js';
import { verdictButtons } from './incident-parts.js';
import {
  duration,
  figure,
  fullSentence,
  incidentLink,
  kindWords,
  moment,
  severityColour,
  spoken,
  subjectWords,
} from './words.js';

const COMMANDS = { silence: 'silenced', announce: 'announced', suppress: 'suppressed' };
const isUnsteady = ({ state }) => state === 'SUSPENDED' || state === 'FLAPPING';

/** The open incidents, each with its advice. */
export class FaultPanel {
  #state;
  #actions;
  #key = '';
  element = h('section', { class: 'panel fault', 'aria-label': 'Open incident', hidden: true });

  constructor(state, actions) {
    this.#state = state;
    this.#actions = actions;
  }

  draw() {
    const open = this.#state.openIncidents;
    this.element.hidden = !open.length;
    if (open.length) {
      attribute(this.element, 'class', `panel fault ${severityColour(open[0].severity)}`);
    }
    const key = JSON.stringify(
      open.map(i => [
        i.id,
        i.state,
        i.headline,
        i.explanation,
        i.severity,
        i.note,
        i.verdict,
        i.events,
      ]),
    );
    if (key === this.#key) return;
    this.#key = key;
    this.element.replaceChildren(...open.map(incident => this.#item(incident)));
  }

  #item(incident) {
    const { severity, headline, explanation, causes, advice, threshold, note } = incident;
    const soft = (...words) => h('p', { class: 'soft small' }, words);
    const origin = h('span', { class: 'soft small' }, originWords(incident));
    return h(
      'div',
      { class: 'body' },
      h('p', null, chip(spoken(severity), severityColour(severity)), ' ', origin),
      h('p', { class: 'sentence', role: 'status' }, headline),
      h('p', null, fullSentence(explanation)),
      causes.length > 0 && soft('Cause: ', causes.map(causeWords).join('; ')),
      threshold && soft(threshold),
      soft(`Advice: ${advice}`),
      note && soft(`Note: ${note}`),
      incidentButtons(incident, this.#state, this.#actions),
    );
  }
}

/** Subject, kind and start of an incident: "mechanism of ball: ..., since 10:00, frame 7". */
function originWords({ subject, kind, state, openedAt, openedSequence, flaps }) {
  const steadiness = { SUSPENDED: 'suspended, ', FLAPPING: 'comes and goes, ' }[state] ?? '';
  const times = flaps === 1 ? 'once' : `${flaps} times`;
  const reopened = flaps ? `, reopened ${times}` : '';
  const from = `since ${moment(openedAt)}, frame ${openedSequence}`;
  return `${subjectWords(subject)}: ${kindWords(kind)}, ${steadiness}${from}${reopened}`;
}

function causeWords({ latent, parents, share }) {
  const from = parents.length ? `caused by ${parents.map(spoken).join(', ')}` : 'root';
  return `${spoken(latent)} (${from}), ${Math.round(100 * share)} %`;
}

function incidentButtons(incident, state, { showEvidence, region }) {
  const { id, subject, endedAt } = incident;
  const moved = !endedAt && subject === 'sensor:moved';
  const evidence = button('Show its evidence', () => showEvidence(incident));
  const correct = button('Correct the region …', () => followCamera(incident, state, region), {
    class: 'needs-configure',
  });
  const close = button('Resolve', () => resolve([incident]), { class: 'needs-change' });
  return h(
    'div',
    { class: 'actions' },
    h('a', { class: 'button', href: incidentLink(id) }, 'Open'),
    subject !== 'silence' && evidence,
    verdictButtons(incident),
    moved && correct,
    !endedAt && close,
  );
}

/** Proposes the region that shows the scene again after the camera has moved. */
function followCamera(incident, state, region) {
  const event = state.eventsOf(incident).findLast(({ motion }) => motion);
  if (event) region(event.motion);
  else toast('This page no longer has the motion; it is in the event on the topic of anomalies.');
}

/** Commands in effect, with a button that takes each back. */
export class CommandsPanel {
  #state;
  element = h('div', { class: 'stack', hidden: true });

  constructor(state) {
    this.#state = state;
  }

  draw() {
    const { standing } = this.#state;
    this.element.hidden = !standing.length;
    this.element.replaceChildren(...standing.map(commandItem));
  }
}

function commandItem(command) {
  const { kind, reason, by, until } = command;
  const words = `${reason} (${by}${until ? `, until ${moment(until)}` : ''})`;
  return h(
    'div',
    { class: 'panel body incident' },
    chip(COMMANDS[kind], 'hollow'),
    h('div', { class: 'sentence' }, words),
    button('Take back', () => takeBack(command), { class: 'needs-change' }),
  );
}

const takeBack = ({ id, reason, by }) =>
  ask({
    title: 'Take the command back',
    explanation: `${reason} (${by})`,
    confirm: 'Take back',
    reason: false,
    send: async () => {
      await remove(`api/control/${encodeURIComponent(id)}`);
      return 'The command is taken back.';
    },
  });

/** Everything that has happened, the newest first. Open details stay open. */
export class Timeline {
  #state;
  #actions;
  #list = h('div', { class: 'timeline' });

  constructor(state, actions) {
    this.#state = state;
    this.#actions = actions;
    const options = { aside: help('events', 'about the events') };
    this.element = panel('timeline', 'Time line', options, this.#list);
  }

  draw() {
    const open = [...this.#list.querySelectorAll('details[open]')].map(({ dataset }) => dataset.id);
    const unfolded = new Set(open);
    const items = this.#state.timeline().map(item => this.#item(item, unfolded));
    const none = h('p', { class: 'note soft' }, 'Nothing has happened so far.');
    this.#list.replaceChildren(...(items.length ? items : [none]));
  }

  #item({ incident, event, command, words }, unfolded) {
    if (incident) return this.#incident(incident, unfolded.has(incident.id));
    if (event) return this.#event(event, unfolded.has(event.id));
    const { at, reason, by, id } = command;
    const inner = h('p', { class: 'inner soft small' }, `by ${by}`);
    const label = chip('command', 'plain');
    return details(id, unfolded.has(id), [at, `${words}: ${reason}`, label], inner);
  }

  #event(event, open) {
    const label = chip(spoken(event.what), 'plain');
    const inner = h('div', { class: 'inner' }, this.#lines(event));
    return details(event.id, open, [event.at, event.headline, label], inner);
  }

  #incident(incident, unfolded) {
    const { id, state, reason, openedAt, endedAt, headline, explanation, severity } = incident;
    const label = endedAt
      ? chip(spoken(reason ?? state), 'good')
      : chip(spoken(isUnsteady(incident) ? state : 'open'), severityColour(severity));
    const events = this.#state.eventsOf(incident);
    const items = events.map(event => h('li', null, this.#lines(event)));
    const forgotten = 'This page no longer has its events; they are on their topics.';
    const inner = h(
      'div',
      { class: 'inner' },
      h('p', null, fullSentence(explanation)),
      incidentFacts(incident),
      incidentButtons(incident, this.#state, this.#actions),
      events.length
        ? h('ul', { class: 'events', 'aria-label': 'Events of the incident' }, items)
        : h('p', { class: 'soft small' }, forgotten),
    );
    return details(id, unfolded, [openedAt, headline, label], inner);
  }

  #lines(event) {
    const { what, kind, explanation, at, lastSequence, statistic, threshold, pValue } = event;
    const figures = [
      `frame ${lastSequence}`,
      statistic !== null && `statistic ${figure(statistic)} of ${figure(threshold)}`,
      pValue !== null && `p = ${figure(pValue)}`,
    ].filter(Boolean);
    return [
      h(
        'p',
        null,
        h('b', null, `${spoken(what)}: ${spoken(kind)}`),
        ' ',
        fullSentence(explanation),
      ),
      h(
        'p',
        { class: 'meta' },
        when(at),
        figures.map(words => h('span', null, words)),
        button('Show its frame', () => this.#actions.showEvent(event)),
      ),
      event.condition && h('p', { class: 'meta' }, `valid if: ${event.condition}`),
    ];
  }
}

const details = (id, open, [at, words, label], inner) =>
  h(
    'details',
    { 'data-id': id, open },
    h('summary', null, when(at), h('span', { class: 'sentence' }, words), label),
    inner,
  );

function incidentFacts(incident) {
  const { subject, kind, advice, threshold, note, follows, mergedInto, openedAt, endedAt } =
    incident;
  const mono = words => h('span', { class: 'mono' }, words);
  const lasted = endedAt
    ? `${duration(endedAt - openedAt)}, until ${moment(endedAt)}`
    : `since ${moment(openedAt)}`;
  return h(
    'dl',
    { class: 'props' },
    term('Subject', subjectWords(subject)),
    term('Kind', kindWords(kind)),
    !endedAt && term('Advice', advice),
    threshold && term('Threshold', threshold),
    note && term('Note', note),
    follows && term('Follows', mono(follows)),
    mergedInto && term('Part of', mono(mergedInto)),
    term('Lasted', lasted),
    term('Frames', `${incident.openedSequence} to ${incident.updatedSequence}`),
    term('Incident', mono(incident.id)),
    term('Model', mono(incident.modelId)),
  );
}
