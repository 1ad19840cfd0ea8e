/* All incidents, with filters in the address. */
import { h, text, attribute } from './dom.js';
import { get, Refused } from './api.js';
import { acceptNormal, acknowledge, assign, feedback, remark, resolve } from './actions.js';
import {
  button,
  cell,
  chip,
  help,
  numberCell,
  Pager,
  panel,
  right,
  rowHead,
  select,
  setChip,
  showAges,
  table,
} from './parts.js';
import { incidentLine } from './incident-parts.js';
import { addressOf, filtersOf, requestOf } from './incident-query.js';
import { debounced, repeatedly } from './timing.js';
import {
  incidentOf,
  integer,
  isoOf,
  sentenceCase,
  severityColour,
  spoken,
  subjectWords,
  timeInput,
} from './words.js';

const SIZE = 50;
const EVERY = 2000;
const STATES = { '': 'open', ended: 'ended', all: 'all' };
const SELECTS = {
  severity: [
    ['', 'any severity'],
    ['warning', 'warning or worse'],
    ['critical', 'critical'],
  ],
  subject: [
    ['', 'any subject'],
    ...['mechanism', 'root', 'picture', 'sensor', 'silence', 'undetermined'].map(s => [s, s]),
  ],
  time: [
    ['', 'any time'],
    ['PT1H', 'last hour'],
    ['P1D', 'last day'],
    ['P7D', 'last 7 days'],
    ['range', 'from … to …'],
  ],
  group: [
    ['', 'no groups'],
    ['source', 'by source'],
    ['scene', 'by scene'],
    ['subject', 'by subject'],
  ],
};
const GROUPS_LABEL = { group: 'Groups' };
const BULK = {
  'Acknowledge …': acknowledge,
  'Assign …': assign,
  'Note …': remark,
  'False alarm …': all => feedback(all, false),
  'Resolve …': resolve,
  'Accept as normal …': all => acceptNormal(...new Set(all.map(({ source }) => source))),
};

export function incidents(root, context, name, query) {
  const list = new IncidentList(root, query);
  return () => list.leave();
}

class IncidentList {
  #filters;
  #bar;
  #choice;
  #pager = new Pager('Pages of incidents', SIZE, page => this.#look({ page: String(page) }));
  #count = chip('…', 'plain');
  #problem = h('p', { class: 'empty soft', role: 'status', hidden: true });
  #groups = h('div', { hidden: true });
  #list = h('div', { class: 'incidents' });
  #shown = '';
  #polling;

  constructor(root, query) {
    this.#filters = filtersOf(query);
    const look = change => this.#look({ page: '', ...change });
    this.#bar = new FilterBar(this.#filters, look);
    this.#choice = new Choice();
    const options = { header: this.#count, aside: help('events', 'about the events') };
    const parts = [this.#bar.element, this.#groups, this.#choice.element, this.#list];
    parts.push(this.#problem, this.#pager.element);
    root.append(h('h1', null, 'Incidents'), panel('found', 'Found', options, parts));
    this.#bar.show(this.#filters);
    this.#polling = repeatedly(EVERY, signal => this.#ask(signal));
  }

  #look(change) {
    Object.assign(this.#filters, change);
    history.replaceState(null, '', `#/incidents${addressOf(this.#filters)}`);
    this.#shown = '';
    this.#bar.show(this.#filters);
    this.#polling.again();
  }

  async #ask(signal) {
    try {
      const found = await get(
        `api/incidents?${requestOf(this.#filters, SIZE, Date.now())}`,
        signal,
      );
      this.#draw({ ...found, incidents: found.incidents.map(incidentOf) });
    } catch (e) {
      if (!(e instanceof Refused)) throw e;
      this.#problem.hidden = false;
      text(this.#problem, e.message);
    }
  }

  #draw(found) {
    const { matching, open, incidents: all, groups, at } = found;
    setChip(this.#count, integer(matching), `plain ${open ? 'bad' : 'good'}`);
    document.title = `${open ? `(${open}) ` : ''}Incidents · Residua`;
    this.#problem.hidden = matching > 0;
    const none = 'No open incident matches: everything follows its causes.';
    text(this.#problem, this.#filters.state ? 'No incident matches.' : none);
    const key = JSON.stringify([
      groups,
      all.map(i => [
        i.id,
        i.headline,
        i.explanation,
        i.severity,
        i.state,
        i.endedAt,
        i.verdict,
        i.assignee,
      ]),
    ]);
    if (key !== this.#shown) {
      this.#shown = key;
      this.#groups.hidden = !groups.length;
      this.#groups.replaceChildren(...(groups.length ? [this.#groupTable(groups)] : []));
      this.#list.replaceChildren(...all.map(i => incidentLine(i, this.#choice.box(i))));
    }
    this.#choice.show(all);
    showAges(this.#list, at);
    this.#pager.show(found);
  }

  #groupTable(groups) {
    const { group } = this.#filters;
    const words = key => (group === 'subject' ? subjectWords(key) : key);
    const narrow = key => this.#look({ [group]: key, group: '', page: '' });
    const columns = [sentenceCase(group), right('Open'), right('Found'), 'Worst'];
    const rows = groups.map(({ key, open, all, severity }) =>
      h(
        'tr',
        null,
        rowHead(button(words(key), () => narrow(key), { class: 'quiet' })),
        numberCell(integer(open)),
        numberCell(integer(all)),
        cell(chip(spoken(severity), severityColour(severity))),
      ),
    );
    return table(columns, rows, { class: 'groups' });
  }

  leave() {
    this.#polling.end();
    this.#bar.leave();
  }
}

/** The inputs of the filters. */
class FilterBar {
  #change;
  #find;
  #states;
  #selects;
  #moments;
  #range;
  #narrowed = h('span', { class: 'chips' });
  #slash;

  /** @param change gets the filters that were changed */
  constructor(filters, change) {
    this.#change = change;
    const words = 'Find in sources and texts';
    const search = { type: 'search', placeholder: words, 'aria-label': words, autocomplete: 'off' };
    this.#find = h('input', { ...search, value: filters.text });
    const typed = debounced(200, () => change({ text: this.#find.value.trim() }));
    this.#find.addEventListener('input', () => typed());
    this.#states = Object.entries(STATES).map(([state, label]) => ({
      state,
      button: button(label, () => change({ state })),
    }));
    this.#selects = Object.entries(SELECTS).map(([name, options]) => {
      const onchange = event => change({ [name]: event.target.value });
      const label = GROUPS_LABEL[name] ?? sentenceCase(name);
      return select({ name, 'aria-label': label, onchange }, options);
    });
    this.#moments = ['from', 'to'].map(name => {
      const onchange = event => change({ [name]: isoOf(event.target.value) });
      const attributes = { type: 'datetime-local', name, 'aria-label': sentenceCase(name) };
      return h('input', { ...attributes, value: timeInput(filters[name]), onchange });
    });
    const to = h('span', { class: 'soft small' }, 'to');
    this.#range = h('span', { class: 'range' }, this.#moments[0], to, this.#moments[1]);
    const group = { class: 'chips', role: 'group', 'aria-label': 'State' };
    const states = h(
      'div',
      group,
      this.#states.map(one => one.button),
    );
    const inputs = [this.#find, states, this.#selects, this.#range, this.#narrowed];
    this.element = h('div', { class: 'filters' }, inputs);
    this.#slash = event => this.#focus(event);
    addEventListener('keydown', this.#slash);
  }

  #focus(event) {
    if (event.key !== '/' || event.target.closest('input, select, textarea, dialog')) return;
    event.preventDefault();
    this.#find.focus();
  }

  show(filters) {
    for (const one of this.#states)
      attribute(one.button, 'aria-pressed', one.state === filters.state);
    for (const one of this.#selects) one.value = filters[one.name];
    this.#range.hidden = filters.time !== 'range';
    const narrow = (words, name) =>
      button(`${words} ×`, () => this.#change({ [name]: '' }), { 'aria-pressed': 'true' });
    const names = ['source', 'scene'].filter(name => filters[name]);
    const narrowed = names.map(name => narrow(`${name}: ${filters[name]}`, name));
    if (filters.subject.includes(':')) {
      narrowed.push(narrow(subjectWords(filters.subject), 'subject'));
    }
    this.#narrowed.replaceChildren(...narrowed);
  }

  leave() {
    removeEventListener('keydown', this.#slash);
  }
}

/** The incidents that are chosen, also on other pages, and commands about all of them. */
class Choice {
  #chosen = new Map();
  #shown = [];
  #boxes = new Map();
  #all;
  #words = h('span', { class: 'soft small', role: 'status' });
  #bulk;

  constructor() {
    const onchange = () => this.#choose(this.#shown, this.#all.checked);
    const label = 'Choose all on this page';
    this.#all = h('input', { type: 'checkbox', 'aria-label': label, onchange });
    const buttons = Object.entries(BULK).map(([words, act]) =>
      button(words, () => act([...this.#chosen.values()]), { class: 'needs-change' }),
    );
    this.#bulk = h('div', { class: 'actions' }, buttons);
    const all = h('label', null, this.#all, h('span', null, 'all on this page'));
    this.element = h('div', { class: 'choice' }, all, this.#words, this.#bulk);
  }

  /** The check box of an incident. */
  box(incident) {
    const label = `Choose the incident of ${incident.source}: ${subjectWords(incident.subject)}`;
    const onchange = event => this.#choose([incident], event.target.checked);
    const box = h('input', { type: 'checkbox', 'aria-label': label, onchange });
    this.#boxes.set(incident.id, box);
    return box;
  }

  #choose(incidents, chosen) {
    for (const one of incidents) {
      if (chosen) this.#chosen.set(one.id, one);
      else this.#chosen.delete(one.id);
    }
    this.show(this.#shown);
  }

  /** Shows the choice among the incidents of a page. */
  show(incidents) {
    this.#shown = incidents;
    for (const one of incidents) if (this.#chosen.has(one.id)) this.#chosen.set(one.id, one);
    const isChosen = ({ id }) => this.#chosen.has(id);
    for (const one of incidents) this.#boxes.get(one.id).checked = isChosen(one);
    this.element.hidden = !incidents.length;
    this.#all.checked = incidents.length > 0 && incidents.every(isChosen);
    text(this.#words, this.#chosen.size ? `${integer(this.#chosen.size)} chosen` : '');
    this.#bulk.hidden = !this.#chosen.size;
  }
}
