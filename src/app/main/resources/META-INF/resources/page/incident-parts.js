/* Parts of incidents that several pages show. */
import { h } from './dom.js';
import { feedback } from './actions.js';
import { button, since } from './parts.js';
import {
  duration,
  full,
  fullSentence,
  incidentLink,
  kindWords,
  moment,
  severityColour,
  sourceLink,
  spoken,
  subjectWords,
} from './words.js';

const verdictWords = verdict => (verdict === 'true' ? 'true alarm' : 'false alarm');

/** The state of an incident: how it ended, or else how severe it is. */
function stateWords({ endedAt, state, reason, severity }) {
  if (endedAt) return spoken(reason ?? state);
  return spoken(state === 'SUSPENDED' || state === 'FLAPPING' ? state : severity);
}

/** One incident among others; `first` comes before it, such as a check box. */
export function incidentLine(incident, ...first) {
  const { id, source, headline, explanation, severity, openedAt, endedAt, subject, kind } =
    incident;
  const colour = severityColour(severity);
  const ended = () =>
    h('time', { datetime: new Date(endedAt).toISOString(), title: full(endedAt) }, moment(endedAt));
  const meta = [
    ...new Set([subjectWords(subject), kindWords(kind)]),
    endedAt ? `lasted ${duration(endedAt - openedAt)}` : `since ${moment(openedAt)}`,
    incident.assignee && `${incident.assignee} looks after it`,
    incident.verdict && verdictWords(incident.verdict),
  ].filter(Boolean);
  return h(
    'article',
    { class: `incident ${endedAt ? '' : `open ${colour}`}${first.length ? ' chosen' : ''}` },
    first,
    h('span', { class: `chip ${endedAt ? 'good' : colour}` }, stateWords(incident)),
    h(
      'div',
      { class: 'sentence' },
      h('a', { href: sourceLink(source) }, source),
      ' ',
      h('a', { class: 'of', href: incidentLink(id) }, headline),
    ),
    endedAt ? ended() : since(openedAt),
    h('p', { class: 'explanation', title: explanation }, fullSentence(explanation)),
    h(
      'div',
      { class: 'meta' },
      meta.map(words => h('span', null, words)),
    ),
  );
}

/** The two buttons that give a verdict; the given one is marked. */
export function verdictButtons(incident) {
  const verdictButton = (words, verdict) => {
    const given = incident.verdict === String(verdict);
    const attributes = { class: 'needs-change', 'aria-pressed': String(given) };
    return button(`${given ? '✓ ' : ''}${words}`, () => feedback([incident], verdict), attributes);
  };
  return [verdictButton('True alarm', true), verdictButton('False alarm', false)];
}
