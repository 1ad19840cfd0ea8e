/* The audit log: who changed what and when, also what was denied. */
import { h, text } from './dom.js';
import { get, download } from './api.js';
import { fullSentence, integer, moment, spoken } from './words.js';

const SIZE = 50,
  PAUSE = 250;
const CHIPS = { DONE: 'good', DENIED: 'warn', FAILED: 'bad' };

export function audit(root) {
  let page = 0,
    timer = 0,
    left = false;
  const again = () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      page = 0;
      load();
    }, PAUSE);
  };
  const find = h('input', {
    type: 'search',
    name: 'text',
    placeholder: 'Name, action, source, reason …',
    'aria-label': 'Text in the entries',
    oninput: again,
  });
  const outcome = h(
    'select',
    { name: 'outcome', 'aria-label': 'Outcome', onchange: again },
    [
      ['', 'every outcome'],
      ['done', 'done'],
      ['denied', 'denied'],
      ['failed', 'failed'],
    ].map(([value, word]) => h('option', { value }, word)),
  );
  const [from, to] = ['From', 'To'].map(label =>
    h('input', { type: 'datetime-local', 'aria-label': label, onchange: again }),
  );
  const count = h('span', { class: 'chip plain' }, '…');
  const rows = h('tbody');
  const table = h(
    'div',
    { class: 'scroll' },
    h(
      'table',
      null,
      h(
        'thead',
        null,
        h(
          'tr',
          null,
          ['When', 'Who', 'What', 'Concerned', 'Outcome', 'Details'].map(name =>
            h('th', { scope: 'col' }, name),
          ),
        ),
      ),
      rows,
    ),
  );
  const problem = h('p', { class: 'empty soft', role: 'status', hidden: true });
  const place = h('span', { class: 'soft small num' });
  const before = h(
    'button',
    {
      type: 'button',
      onclick: () => {
        page--;
        load();
      },
    },
    'Newer',
  );
  const after = h(
    'button',
    {
      type: 'button',
      onclick: () => {
        page++;
        load();
      },
    },
    'Older',
  );
  const file = format =>
    h(
      'button',
      {
        type: 'button',
        onclick: () =>
          download(`api/audit/export?${query({ format })}`, `residua-audit.${format}`).catch(
            failed,
          ),
      },
      `Export ${format === 'csv' ? 'CSV' : 'JSON lines'}`,
    );
  root.append(
    h(
      'section',
      { class: 'panel', 'aria-labelledby': 'audit-title' },
      h(
        'header',
        null,
        h('h1', { id: 'audit-title' }, 'Audit'),
        count,
        h('span', { class: 'aside actions' }, file('csv'), file('jsonl')),
      ),
      h(
        'div',
        { class: 'filters' },
        find,
        outcome,
        h('span', { class: 'range' }, from, h('span', { class: 'soft small' }, 'to'), to),
      ),
      table,
      problem,
      h('nav', { class: 'pages', 'aria-label': 'Pages of entries' }, before, after, place),
    ),
  );

  function query(more) {
    const all = {
      text: find.value,
      outcome: outcome.value,
      from: iso(from.value),
      to: iso(to.value),
      ...more,
    };
    return new URLSearchParams(Object.entries(all).filter(([, value]) => value !== ''));
  }
  const iso = value => (value ? new Date(value).toISOString() : '');
  const concerned = e =>
    e.scene
      ? `scene ${e.scene}`
      : e.sourceCount === 0
        ? '–'
        : e.sourceCount === e.sources.length && e.sourceCount <= 3
          ? e.sources.join(', ')
          : `${integer(e.sourceCount)} sources`;

  let asked = 0;
  async function load() {
    const mine = ++asked;
    try {
      const answer = await get(`api/audit?${query({ page, size: SIZE })}`);
      if (left || mine !== asked) return;
      page = answer.page;
      text(count, integer(answer.matching));
      rows.replaceChildren(
        ...answer.entries.map(e =>
          h(
            'tr',
            null,
            h('td', { class: 'num' }, moment(e.at)),
            h('td', null, e.by),
            h('td', null, spoken(e.action), h('div', { class: 'soft small' }, e.target)),
            h('td', { title: e.sources.join(', ') }, concerned(e)),
            h('td', null, h('span', { class: `chip ${CHIPS[e.outcome]}` }, spoken(e.outcome))),
            h('td', null, e.detail),
          ),
        ),
      );
      table.hidden = !answer.entries.length;
      problem.hidden = !table.hidden;
      text(problem, 'No entry matches.');
      before.disabled = page === 0;
      after.disabled = (page + 1) * SIZE >= answer.matching;
      text(
        place,
        answer.matching
          ? `${integer(page * SIZE + 1)} to ${integer(page * SIZE + answer.entries.length)} of ${integer(answer.matching)}`
          : '',
      );
    } catch (e) {
      failed(e);
    }
  }
  function failed(e) {
    if (left) return;
    table.hidden = true;
    problem.hidden = false;
    text(problem, fullSentence(e.message));
    text(count, '–');
    before.disabled = after.disabled = true;
  }

  load();
  return () => {
    left = true;
    clearTimeout(timer);
  };
}
