/* Incidents: all of them with filters in the address, and everything about one. */
import { h, text, attribute } from './dom.js';
import { get, picture, showAllowed, Refused } from './api.js';
import { acknowledge, assign, remark, feedback, resolve, acceptNormal } from './actions.js';
import {
  sourceLink,
  incidentLink,
  incidentOf,
  eventOf,
  severityColour,
  integer,
  duration,
  moment,
  full,
  kindWords,
  subjectWords,
  sentenceCase,
  fullSentence,
  spoken,
  figure,
  percent,
} from './words.js';

const SIZE = 50,
  EVERY = 2000;
const STATES = [
  ['', 'open'],
  ['ended', 'ended'],
  ['all', 'all'],
];
const SEVERITIES = [
  ['', 'any severity'],
  ['warning', 'warning or worse'],
  ['critical', 'critical'],
];
const SUBJECTS = [
  ['', 'any subject'],
  ['mechanism', 'mechanism'],
  ['root', 'root'],
  ['picture', 'picture'],
  ['sensor', 'sensor'],
  ['silence', 'silence'],
  ['undetermined', 'undetermined'],
];
const GROUPS = [
  ['', 'no groups'],
  ['source', 'by source'],
  ['scene', 'by scene'],
  ['subject', 'by subject'],
];
const TIMES = [
  ['', 'any time'],
  ['PT1H', 'last hour'],
  ['P1D', 'last day'],
  ['P7D', 'last 7 days'],
  ['range', 'from … to …'],
];
const SPANS = { PT1H: 3600e3, P1D: 86400e3, P7D: 7 * 86400e3 };
const FILTERS = [
  'text',
  'state',
  'severity',
  'subject',
  'source',
  'scene',
  'time',
  'from',
  'to',
  'group',
  'page',
];

const when = millis =>
  h(
    'time',
    { class: 'soft small', datetime: new Date(millis).toISOString(), title: full(millis) },
    moment(millis),
  );
const standing = i =>
  !i.endedAt
    ? i.state === 'SUSPENDED' || i.state === 'FLAPPING'
      ? spoken(i.state)
      : spoken(i.severity)
    : spoken(i.reason ?? i.state);
const chipOf = i =>
  h('span', { class: `chip ${i.endedAt ? 'good' : severityColour(i.severity)}` }, standing(i));

/** One incident among others. */
export function incidentLine(i, ...first) {
  const open = !i.endedAt;
  return h(
    'article',
    {
      class: `incident ${open ? `open ${severityColour(i.severity)}` : ''}${first.length ? ' chosen' : ''}`,
    },
    first,
    chipOf(i),
    h(
      'div',
      { class: 'sentence' },
      h('a', { href: sourceLink(i.source) }, i.source),
      ' ',
      h('a', { class: 'of', href: incidentLink(i.id) }, i.sentence),
    ),
    open
      ? h('time', {
          datetime: new Date(i.openedAt).toISOString(),
          title: full(i.openedAt),
          'data-since': i.openedAt,
        })
      : h(
          'time',
          { datetime: new Date(i.endedAt).toISOString(), title: full(i.endedAt) },
          moment(i.endedAt),
        ),
    h(
      'div',
      { class: 'meta' },
      [...new Set([subjectWords(i.subject), kindWords(i.kind)])].map(words =>
        h('span', null, words),
      ),
      h(
        'span',
        null,
        open ? `since ${moment(i.openedAt)}` : `lasted ${duration(i.endedAt - i.openedAt)}`,
      ),
      i.assignee && h('span', null, `${i.assignee} looks after it`),
      i.verdict && h('span', null, i.verdict === 'true' ? 'true alarm' : 'false alarm'),
    ),
  );
}

/** Calls a function now and every two seconds while the page is seen; returns what ends that. */
function repeatedly(ask) {
  const aborting = new AbortController();
  let timer = 0,
    done = false;
  const run = async () => {
    clearTimeout(timer);
    if (!document.hidden) {
      try {
        await ask(aborting.signal);
      } catch (e) {
        if (e.name !== 'AbortError') throw e;
      }
    }
    if (!done) timer = setTimeout(run, EVERY);
  };
  run();
  return {
    again: run,
    end: () => {
      done = true;
      clearTimeout(timer);
      aborting.abort();
    },
  };
}

const select = (name, options, label, change) =>
  h(
    'select',
    { name, 'aria-label': label, onchange: event => change({ [name]: event.target.value }) },
    options.map(([value, words]) => h('option', { value }, words)),
  );

export function incidents(root, context, parameters, query) {
  const view = Object.fromEntries(FILTERS.map(name => [name, query.get(name) ?? '']));
  const chosen = new Map();
  let last = null,
    shown = '';

  const find = h('input', {
    type: 'search',
    placeholder: 'Find in sources and sentences',
    'aria-label': 'Find in sources and sentences',
    autocomplete: 'off',
    value: view.text,
  });
  let typing = 0;
  find.addEventListener('input', () => {
    clearTimeout(typing);
    typing = setTimeout(() => look({ text: find.value.trim() }), 200);
  });
  const states = STATES.map(([state, word]) => ({
    state,
    button: h('button', { type: 'button', onclick: () => look({ state }) }, word),
  }));
  const selects = {
    severity: select('severity', SEVERITIES, 'Severity', look),
    subject: select('subject', SUBJECTS, 'Subject', look),
    time: select('time', TIMES, 'Time', look),
    group: select('group', GROUPS, 'Groups', look),
  };
  const moments = ['from', 'to'].map(name =>
    h('input', {
      type: 'datetime-local',
      name,
      'aria-label': name === 'from' ? 'From' : 'To',
      value: local(view[name]),
      onchange: event =>
        look({ [name]: event.target.value ? new Date(event.target.value).toISOString() : '' }),
    }),
  );
  const range = h(
    'span',
    { class: 'range' },
    moments[0],
    h('span', { class: 'soft small' }, 'to'),
    moments[1],
  );
  const narrowed = h('span', { class: 'chips' });
  const count = h('span', { class: 'chip plain' }, '…');
  const problem = h('p', { class: 'empty soft', role: 'status', hidden: true });
  const groups = h('div', { class: 'scroll', hidden: true });
  const every = h('input', {
    type: 'checkbox',
    'aria-label': 'Choose all on this page',
    onchange: () => {
      last?.incidents.forEach(i => (every.checked ? chosen.set(i.id, i) : chosen.delete(i.id)));
      draw(last);
    },
  });
  const chosenWords = h('span', { class: 'soft small', role: 'status' });
  const bulk = h(
    'div',
    { class: 'actions' },
    [
      ['Acknowledge …', acknowledge],
      ['Assign …', assign],
      ['Note …', remark],
      ['False alarm …', list => feedback(list, false)],
      ['Resolve …', resolve],
      ['Accept as normal …', list => acceptNormal(...new Set(list.map(i => i.source)))],
    ].map(([word, act]) =>
      h(
        'button',
        { class: 'needs-change', type: 'button', onclick: () => act([...chosen.values()]) },
        word,
      ),
    ),
  );
  const choice = h(
    'div',
    { class: 'choice' },
    h('label', null, every, h('span', null, 'all on this page')),
    chosenWords,
    bulk,
  );
  const list = h('div', { class: 'incidents' });
  const before = h(
    'button',
    { type: 'button', onclick: () => look({ page: String(last.page - 1) }, true) },
    'Previous',
  );
  const after = h(
    'button',
    { type: 'button', onclick: () => look({ page: String(last.page + 1) }, true) },
    'Next',
  );
  const place = h('span', { class: 'soft small num' });
  const pages = h(
    'nav',
    { class: 'pages', 'aria-label': 'Pages of incidents', hidden: true },
    before,
    after,
    place,
  );
  root.append(
    h('h1', null, 'Incidents'),
    h(
      'section',
      { class: 'panel', 'aria-label': 'Incidents' },
      h(
        'header',
        null,
        h('h2', null, 'Found'),
        count,
        h(
          'span',
          { class: 'aside' },
          h('a', { class: 'help', href: '#/explain/events' }, 'what the events mean'),
        ),
      ),
      h(
        'div',
        { class: 'filters' },
        find,
        h(
          'div',
          { class: 'chips', role: 'group', 'aria-label': 'State' },
          states.map(s => s.button),
        ),
        Object.values(selects),
        range,
        narrowed,
      ),
      groups,
      choice,
      list,
      problem,
      pages,
    ),
  );

  function local(iso) {
    if (!iso) return '';
    const at = new Date(iso);
    return new Date(at - at.getTimezoneOffset() * 60000).toISOString().slice(0, 16);
  }

  function address() {
    const given = FILTERS.filter(
      name =>
        view[name] &&
        !(name === 'page' && view.page === '0') &&
        !((name === 'from' || name === 'to') && view.time !== 'range'),
    );
    return given.length ? `?${new URLSearchParams(given.map(name => [name, view[name]]))}` : '';
  }

  function look(change, samePage = false) {
    Object.assign(view, samePage ? {} : { page: '' }, change);
    history.replaceState(null, '', `#/incidents${address()}`);
    shown = '';
    filters();
    polling.again();
  }

  function filters() {
    for (const s of states) attribute(s.button, 'aria-pressed', String(s.state === view.state));
    for (const [name, input] of Object.entries(selects)) input.value = view[name];
    range.hidden = view.time !== 'range';
    narrowed.replaceChildren(
      ...['source', 'scene']
        .filter(name => view[name])
        .map(name =>
          h(
            'button',
            { type: 'button', 'aria-pressed': 'true', onclick: () => look({ [name]: '' }) },
            `${name}: ${view[name]} ×`,
          ),
        ),
      ...(view.subject.includes(':')
        ? [
            h(
              'button',
              { type: 'button', 'aria-pressed': 'true', onclick: () => look({ subject: '' }) },
              `${subjectWords(view.subject)} ×`,
            ),
          ]
        : []),
    );
  }

  async function ask(signal) {
    const asked = new URLSearchParams({ size: SIZE });
    for (const name of ['text', 'state', 'severity', 'subject', 'source', 'scene', 'group', 'page'])
      if (view[name]) asked.set(name, view[name]);
    if (view.time in SPANS)
      asked.set('from', new Date(Date.now() - SPANS[view.time]).toISOString());
    if (view.time === 'range')
      for (const name of ['from', 'to']) if (view[name]) asked.set(name, view[name]);
    try {
      const found = await get(`api/incidents?${asked}`, signal);
      draw({ ...found, incidents: found.incidents.map(incidentOf) });
    } catch (e) {
      if (!(e instanceof Refused)) throw e;
      problem.hidden = false;
      text(problem, e.message);
    }
  }

  function draw(found) {
    last = found;
    text(count, integer(found.matching));
    attribute(count, 'class', `chip plain ${found.open ? 'bad' : 'good'}`);
    document.title = `${found.open ? `(${found.open}) ` : ''}Incidents · Residua`;
    problem.hidden = found.matching > 0;
    text(
      problem,
      view.state
        ? 'No incident matches.'
        : 'No open incident matches: everything follows its causes.',
    );
    for (const id of [...chosen.keys()]) {
      const now = found.incidents.find(i => i.id === id);
      if (now) chosen.set(id, now);
    }
    text(chosenWords, chosen.size ? `${integer(chosen.size)} chosen` : '');
    bulk.hidden = !chosen.size;
    choice.hidden = !found.incidents.length;
    every.checked = found.incidents.length > 0 && found.incidents.every(i => chosen.has(i.id));
    const key = JSON.stringify([
      found.groups,
      found.incidents.map(i => [
        i.id,
        i.sentence,
        i.severity,
        i.state,
        i.endedAt,
        i.verdict,
        i.assignee,
      ]),
    ]);
    if (key !== shown) {
      shown = key;
      groups.hidden = !found.groups.length;
      groups.replaceChildren(...(found.groups.length ? [groupTable(found.groups)] : []));
      list.replaceChildren(
        ...found.incidents.map(i =>
          incidentLine(
            i,
            h('input', {
              type: 'checkbox',
              'data-id': i.id,
              'aria-label': `Choose the incident of ${i.source}: ${subjectWords(i.subject)}`,
              onchange: event => {
                if (event.target.checked) chosen.set(i.id, i);
                else chosen.delete(i.id);
                draw(last);
              },
            }),
          ),
        ),
      );
    }
    for (const box of list.querySelectorAll('input[data-id]'))
      box.checked = chosen.has(box.dataset.id);
    for (const time of list.querySelectorAll('time[data-since]'))
      text(time, `for ${duration(found.at - Number(time.dataset.since))}`);
    pages.hidden = found.matching <= SIZE;
    before.disabled = found.page === 0;
    after.disabled = (found.page + 1) * SIZE >= found.matching;
    text(
      place,
      `${integer(found.page * SIZE + 1)} to ${integer(Math.min(found.matching, (found.page + 1) * SIZE))} of ${integer(found.matching)}`,
    );
  }

  function groupTable(all) {
    const words = key => (view.group === 'subject' ? subjectWords(key) : key);
    return h(
      'table',
      { class: 'groups' },
      h(
        'thead',
        null,
        h(
          'tr',
          null,
          h('th', { scope: 'col' }, sentenceCase(view.group)),
          h('th', { scope: 'col', class: 'right' }, 'Open'),
          h('th', { scope: 'col', class: 'right' }, 'Found'),
          h('th', { scope: 'col' }, 'Worst'),
        ),
      ),
      h(
        'tbody',
        null,
        all.map(g =>
          h(
            'tr',
            null,
            h(
              'th',
              { scope: 'row' },
              h(
                'button',
                {
                  type: 'button',
                  class: 'quiet',
                  onclick: () => look({ [view.group]: g.key, group: '' }),
                },
                words(g.key),
              ),
            ),
            h('td', { class: 'right num' }, integer(g.open)),
            h('td', { class: 'right num' }, integer(g.all)),
            h(
              'td',
              null,
              h('span', { class: `chip ${severityColour(g.severity)}` }, spoken(g.severity)),
            ),
          ),
        ),
      ),
    );
  }

  const slash = event => {
    if (event.key === '/' && !event.target.closest('input, select, textarea, dialog')) {
      event.preventDefault();
      find.focus();
    }
  };
  addEventListener('keydown', slash);
  const polling = repeatedly(ask);
  filters();
  return () => {
    polling.end();
    removeEventListener('keydown', slash);
  };
}

const PICTURES = [
  ['frame', 'Seen', 'the frame, as the model reads it'],
  ['expected', 'Expected', 'as its causes explain it'],
  ['heatmap', 'Difference', 'black: none, white: most'],
];
const ORDERS = {
  silence: 'Silenced',
  announce: 'Change announced',
  suppress: 'Suppressed',
  'accept-normal': 'The present was accepted as normal',
  arm: 'What was learned was accepted as normal',
  learn: 'Ordered to learn again',
  resolve: 'Resolved',
  note: 'Note',
  'true-alarm': 'Called a true alarm',
  'false-alarm': 'Called a false alarm',
};

export function incident(root, context, [id]) {
  const title = h('h1', null, '…'),
    chip = h('span', { class: 'chip' }, '…'),
    facts = h('div', { class: 'facts' }),
    actions = h('div', { class: 'actions' });
  const unknown = h('div', { class: 'panel empty', role: 'status', hidden: true });
  const next = h(
    'section',
    { class: 'panel fault', 'aria-labelledby': 'next-title' },
    h('header', null, h('h2', { id: 'next-title' }, 'What to check next')),
  );
  const nextBody = h('div', { class: 'body stack' });
  next.append(nextBody);
  const shots = PICTURES.map(([name, label, words]) => {
    const image = h('img', { alt: '', hidden: true }),
      note = h('p', null, 'loading …');
    return {
      name,
      label,
      image,
      note,
      box: h(
        'figure',
        null,
        h('div', { class: 'frame' }, image, note),
        h('figcaption', null, label, h('span', null, words)),
      ),
    };
  });
  const evidenceOf = h('span', { class: 'soft small num' });
  const evidence = h(
    'section',
    { class: 'panel', 'aria-labelledby': 'evidence-title' },
    h(
      'header',
      null,
      h('h2', { id: 'evidence-title' }, 'Evidence'),
      evidenceOf,
      h(
        'span',
        { class: 'aside' },
        h('a', { class: 'help', href: '#/explain/pictures' }, 'how to read these'),
      ),
    ),
    h(
      'div',
      { class: 'body' },
      h(
        'div',
        { class: 'pictures' },
        shots.map(s => s.box),
      ),
    ),
  );
  const causes = h(
    'section',
    { class: 'panel', 'aria-labelledby': 'causes-title' },
    h(
      'header',
      null,
      h('h2', { id: 'causes-title' }, 'Causes'),
      h(
        'span',
        { class: 'aside' },
        h('a', { class: 'help', href: '#/explain/graph' }, 'how to read them'),
      ),
    ),
  );
  const causesBody = h('div', { class: 'scroll' });
  causes.append(causesBody);
  const happened = h('ol', { class: 'events' });
  const story = h(
    'section',
    { class: 'panel', 'aria-labelledby': 'story-title' },
    h('header', null, h('h2', { id: 'story-title' }, 'What happened')),
    h('div', { class: 'body' }, happened),
  );
  const similarList = h('div', { class: 'incidents' });
  const similar = h(
    'section',
    { class: 'panel', 'aria-labelledby': 'similar-title' },
    h('header', null, h('h2', { id: 'similar-title' }, 'Earlier incidents of this kind')),
    similarList,
  );
  const filled = h(
    'div',
    { class: 'stack', hidden: true },
    next,
    h('div', { class: 'two' }, evidence, h('div', { class: 'stack' }, causes, similar)),
    story,
  );
  root.append(
    h(
      'header',
      null,
      h('p', { class: 'crumbs' }, h('a', { href: '#/incidents' }, '← All incidents')),
      h('div', { class: 'title' }, title, chip, actions),
      facts,
    ),
    unknown,
    filled,
  );

  let shown = '',
    urls = [],
    drawn = false;
  const fact = (label, ...value) => h('span', null, label, ' ', h('b', null, value));

  async function ask(signal) {
    let found;
    try {
      found = await get(`api/incidents/${encodeURIComponent(id)}`, signal);
    } catch (e) {
      if (!(e instanceof Refused)) throw e;
      unknown.hidden = false;
      filled.hidden = true;
      unknown.replaceChildren(
        h('h2', null, 'This incident is not known here'),
        h('p', { class: 'soft' }, fullSentence(e.message)),
      );
      text(title, id);
      chip.hidden = true;
      return;
    }
    unknown.hidden = true;
    filled.hidden = false;
    draw({
      ...found,
      incident: incidentOf(found.incident),
      events: found.events.map(eventOf),
      similar: found.similar.map(incidentOf),
    });
    if (found.incident.subject !== 'silence') await pictures(incidentOf(found.incident), signal);
  }

  function draw({ at, incident: i, steps, events, orders, similar: earlier }) {
    const open = !i.endedAt;
    document.title = `${open ? '(!) ' : ''}${i.source}: ${subjectWords(i.subject)} · Residua`;
    const key = JSON.stringify([i, steps, events, orders, earlier.map(e => [e.id, e.state])]);
    if (!shown) showAllowed(root, { source: i.source });
    if (key === shown) {
      for (const time of root.querySelectorAll('time[data-since]'))
        text(time, `for ${duration(at - Number(time.dataset.since))}`);
      return;
    }
    shown = key;
    text(title, sentenceCase(i.sentence));
    chip.hidden = false;
    attribute(chip, 'class', `chip ${open ? severityColour(i.severity) : 'good'}`);
    text(
      chip,
      open
        ? ['SUSPENDED', 'FLAPPING'].includes(i.state)
          ? `${spoken(i.severity)}, ${spoken(i.state)}`
          : `open, ${spoken(i.severity)}`
        : spoken(i.reason ?? i.state),
    );
    facts.replaceChildren(
      fact('Source', h('a', { href: sourceLink(i.source) }, i.source)),
      fact('Subject', subjectWords(i.subject)),
      fact('Kind', kindWords(i.kind)),
      fact(
        open ? 'Since' : 'Lasted',
        open
          ? [
              moment(i.openedAt),
              ', ',
              h('time', { 'data-since': i.openedAt }, `for ${duration(at - i.openedAt)}`),
            ]
          : `${duration(i.endedAt - i.openedAt)}, until ${moment(i.endedAt)}`,
      ),
      fact('Looked after by', i.assignee ?? 'nobody'),
      i.verdict ? fact('Verdict', i.verdict === 'true' ? 'true alarm' : 'false alarm') : '',
      ...Object.entries(i.labels).map(([name, value]) => fact(sentenceCase(name), value)),
      fact('Frames', `${i.openedSequence} to ${i.updatedSequence}`),
      fact('Model', h('a', { href: `#/models/${encodeURIComponent(i.modelId)}` }, i.modelId)),
      fact('Id', i.id),
    );
    const button = (word, act, pressed) =>
      h(
        'button',
        {
          class: 'needs-change',
          type: 'button',
          'aria-pressed': pressed === undefined ? null : String(pressed),
          onclick: act,
        },
        word,
      );
    actions.replaceChildren(
      ...[
        open && button('Acknowledge …', () => acknowledge([i])),
        open && button('Assign …', () => assign([i])),
        button('Note …', () => remark([i])),
        button(
          i.verdict === 'true' ? '✓ True alarm' : 'True alarm',
          () => feedback([i], true),
          i.verdict === 'true',
        ),
        button(
          i.verdict === 'false' ? '✓ False alarm' : 'False alarm',
          () => feedback([i], false),
          i.verdict === 'false',
        ),
        open && button('Resolve', () => resolve([i])),
        open && i.subject !== 'silence' && button('Accept as normal', () => acceptNormal(i.source)),
      ].filter(Boolean),
    );
    next.hidden = !open && !i.note && !i.follows && !i.mergedInto;
    attribute(next, 'class', `panel fault ${open ? severityColour(i.severity) : 'info'}`);
    const link = (words, other) =>
      h(
        'p',
        { class: 'small soft' },
        words,
        ' ',
        h('a', { href: incidentLink(other) }, 'another incident'),
        '.',
      );
    nextBody.replaceChildren(
      ...[
        open && h('p', null, fullSentence(i.advice)),
        i.note && h('p', { class: 'soft small' }, `Note: ${i.note}`),
        i.follows && link('It goes on from', i.follows),
        i.mergedInto && link('It turned out to be part of', i.mergedInto),
      ].filter(Boolean),
    );
    text(next.querySelector('h2'), open ? 'What to check next' : 'How it ended');
    causes.hidden = !i.causes.length;
    causesBody.replaceChildren(
      h(
        'table',
        null,
        h(
          'thead',
          null,
          h(
            'tr',
            null,
            h('th', { scope: 'col' }, 'Latent'),
            h('th', { scope: 'col' }, 'Is caused by'),
            h('th', { scope: 'col', class: 'right' }, 'Share'),
            h('th', { scope: 'col', class: 'right' }, 'p-value'),
          ),
        ),
        h(
          'tbody',
          null,
          i.causes.map(c =>
            h(
              'tr',
              null,
              h('th', { scope: 'row' }, spoken(c.latent)),
              h(
                'td',
                null,
                c.parents.length ? c.parents.map(spoken).join(', ') : 'nothing: a root',
              ),
              h('td', { class: 'right num' }, percent(c.share)),
              h('td', { class: 'right num' }, c.pValue === null ? '–' : figure(c.pValue)),
            ),
          ),
        ),
      ),
    );
    const lines = [
      ...steps.map(s => ({
        at: s.at,
        line: [
          h('b', null, spoken(s.reason ?? s.state)),
          ' ',
          s.sentence,
          s.note && h('span', { class: 'soft' }, ` (${s.note})`),
        ],
        meta: `${spoken(s.severity)}, ${subjectWords(s.subject)}`,
      })),
      ...orders.map(o => ({
        at: o.at,
        line: [
          h(
            'b',
            null,
            o.assignee ? `${o.assignee} looks after it` : (ORDERS[o.kind] ?? spoken(o.kind)),
          ),
          ' ',
          o.reason,
        ],
        meta: `by ${o.by}`,
      })),
      ...events.map(e => ({
        at: e.at,
        line: [h('b', null, `${spoken(e.what)}: ${spoken(e.kind)}`), ' ', e.sentence],
        meta: [
          `frame ${e.lastSequence}`,
          e.statistic !== null && `statistic ${figure(e.statistic)} of ${figure(e.threshold)}`,
          e.pValue !== null && `p = ${figure(e.pValue)}`,
        ]
          .filter(Boolean)
          .join(', '),
      })),
    ].sort((a, b) => a.at - b.at);
    happened.replaceChildren(
      ...lines.map(l =>
        h(
          'li',
          null,
          h('p', null, l.line),
          h('p', { class: 'meta' }, when(l.at), h('span', null, l.meta)),
        ),
      ),
    );
    similar.hidden = !earlier.length;
    similarList.replaceChildren(...earlier.map(e => incidentLine(e)));
    for (const time of similarList.querySelectorAll('time[data-since]'))
      text(time, `for ${duration(at - Number(time.dataset.since))}`);
    evidence.hidden = i.subject === 'silence';
  }

  /** Loads the stored pictures once they are there, which is when they stay as they are. */
  async function pictures(i, signal) {
    if (drawn) return;
    const path = `api/incidents/${encodeURIComponent(id)}/evidence`;
    let kept;
    try {
      kept = await get(path, signal);
    } catch (e) {
      if (!(e instanceof Refused)) throw e;
      shots.forEach(s => text(s.note, e.message));
      return;
    }
    drawn = true;
    text(evidenceOf, `${moment(kept.capturedAt)}, frame ${kept.sequence}`);
    const found = await Promise.allSettled(
      shots.map(s =>
        kept.pictures.includes(s.name)
          ? picture(`${path}/${s.name}`, signal)
          : Promise.reject(new Refused(404, 'not drawn: the sensor is at fault')),
      ),
    );
    urls.forEach(url => url && URL.revokeObjectURL(url));
    urls = found.map(f => (f.status === 'fulfilled' ? URL.createObjectURL(f.value) : null));
    shots.forEach((shot, k) => {
      shot.image.hidden = !urls[k];
      shot.note.hidden = Boolean(urls[k]);
      if (urls[k]) {
        shot.image.src = urls[k];
        shot.image.alt = `${shot.label}, frame ${kept.sequence} of ${i.source}`;
      } else
        text(
          shot.note,
          found[k].reason instanceof Refused
            ? found[k].reason.message
            : 'This picture cannot be had.',
        );
    });
  }

  const polling = repeatedly(ask);
  return () => {
    polling.end();
    urls.forEach(url => url && URL.revokeObjectURL(url));
  };
}
