/* All sources at a glance, the most urgent first. */
import { h, text, attribute } from './dom.js';
import { sparkline } from './charts.js';
import { incidentLine } from './incidents.js';
import {
  sourceLink,
  incidentOf,
  CONDITION_ORDER,
  conditionWord,
  conditionColour,
  PHASES,
  phaseWord,
  counted,
  integer,
  number,
  ago,
  duration,
  spoken,
} from './words.js';

const SIZE = 50;

export function overview(root, { live, about }) {
  const view = { see: 'overview', text: '', condition: '', phase: '', page: 0, size: SIZE };
  const figures = [
    'Open incidents',
    'Sources',
    'Frames per second',
    'Refused frames',
    'Model in use',
  ].map(name => {
    const value = h('dd', { class: name === 'Model in use' ? 'text' : null }, '–'),
      note = h('dd', null, ' ');
    return { box: h('div', null, h('dt', null, name), value, note), value, note };
  });
  const openList = h('div', { class: 'incidents' }),
    openCount = h('span', { class: 'chip plain' }, '0');
  const openPanel = h(
    'section',
    { class: 'panel', 'aria-labelledby': 'open-title' },
    h(
      'header',
      null,
      h('h2', { id: 'open-title' }, 'Open incidents'),
      openCount,
      h(
        'span',
        { class: 'aside' },
        h('a', { class: 'help', href: '#/incidents' }, 'all incidents'),
      ),
    ),
    openList,
  );
  const closedList = h('div', { class: 'incidents' });
  const closedPanel = h(
    'section',
    { class: 'panel', 'aria-labelledby': 'closed-title', hidden: true },
    h('header', null, h('h2', { id: 'closed-title' }, 'Recently ended')),
    closedList,
  );
  const find = h('input', {
    type: 'search',
    placeholder: 'Find a source',
    'aria-label': 'Find a source',
    autocomplete: 'off',
  });
  let typing = 0;
  find.addEventListener('input', () => {
    clearTimeout(typing);
    typing = setTimeout(() => look({ text: find.value, page: 0 }), 150);
  });
  // A source that is not watched learns or needs a review, which have filters of their own.
  const conditions = ['', ...CONDITION_ORDER.filter(c => c !== 'NOT_WATCHED')].map(condition => ({
    condition,
    phase: '',
    word: condition ? conditionWord(condition) : 'all',
  }));
  const chips = [
    ...conditions,
    ...Object.entries(PHASES).map(([phase, [word]]) => ({ condition: '', phase, word })),
  ].map(({ condition, phase, word }) => {
    const count = h('span', { class: 'num' });
    const button = h(
      'button',
      {
        type: 'button',
        'aria-pressed': String(!condition && !phase),
        onclick: () => look({ condition, phase, page: 0 }),
      },
      word,
      ' ',
      count,
    );
    return { condition, phase, button, count };
  });
  const noticeWords = h('p', { role: 'status' }),
    showReviews = h(
      'button',
      {
        type: 'button',
        onclick: () => {
          look({ condition: '', phase: 'NEEDS_REVIEW', text: '', page: 0 });
          find.value = '';
          list.scrollIntoView({ block: 'nearest' });
        },
      },
      'Show what needs a review',
    );
  const notice = h(
    'div',
    { class: 'panel fault commissioning', hidden: true },
    noticeWords,
    showReviews,
  );
  const body = h('tbody');
  const table = h(
    'div',
    { class: 'scroll' },
    h(
      'table',
      { class: 'sources' },
      h(
        'thead',
        null,
        h(
          'tr',
          null,
          [
            'Source',
            'State',
            'Drift, share of the threshold, 15 min',
            'Frames per second',
            'Last frame',
          ].map((name, i) => h('th', { scope: 'col', class: i > 2 ? 'right' : null }, name)),
        ),
      ),
      body,
    ),
  );
  const nothing = h('p', { class: 'empty soft', hidden: true }, 'No source matches.');
  const before = h(
    'button',
    { type: 'button', onclick: () => look({ page: view.page - 1 }) },
    'Previous',
  );
  const after = h(
    'button',
    { type: 'button', onclick: () => look({ page: view.page + 1 }) },
    'Next',
  );
  const range = h('span', { class: 'soft small num' });
  const pages = h(
    'nav',
    { class: 'pages', 'aria-label': 'Pages of sources', hidden: true },
    before,
    after,
    range,
  );
  const list = h(
    'section',
    { class: 'panel', 'aria-labelledby': 'sources-title' },
    h(
      'header',
      null,
      h('h2', { id: 'sources-title' }, 'Sources'),
      h(
        'span',
        { class: 'aside' },
        h('a', { class: 'help', href: '#/explain/states' }, 'what the states mean'),
      ),
    ),
    h(
      'div',
      { class: 'filters' },
      find,
      h(
        'div',
        { class: 'chips', role: 'group', 'aria-label': 'States' },
        chips.map(c => c.button),
      ),
    ),
    table,
    nothing,
    pages,
  );
  const waiting = h(
    'div',
    { class: 'panel empty center', role: 'status' },
    h('p', { class: 'soft' }, 'Looking for sources …'),
  );
  const filled = h(
    'div',
    { class: 'stack', hidden: true },
    h(
      'section',
      { class: 'panel', 'aria-label': 'Figures' },
      h(
        'dl',
        { class: 'figures' },
        figures.map(f => f.box),
      ),
    ),
    notice,
    openPanel,
    list,
    closedPanel,
  );
  root.append(h('h1', { class: 'visually-hidden' }, 'Sources'), waiting, filled);

  const rows = new Map();
  let incidentsKey = null;

  function look(change) {
    Object.assign(view, change);
    live.see(view, draw);
    for (const chip of chips)
      attribute(
        chip.button,
        'aria-pressed',
        chip.condition === view.condition && chip.phase === view.phase,
      );
  }

  function draw(message) {
    if (message.type !== 'overview') return;
    const o = {
      ...message.overview,
      openIncidents: message.overview.openIncidents.map(incidentOf),
      closed: message.overview.closed.map(incidentOf),
    };
    const total = Object.values(o.counts).reduce((a, b) => a + b, 0);
    const empty = total === 0 && o.openCount === 0 && !o.closed.length;
    filled.hidden = empty;
    waiting.hidden = !empty;
    if (empty) {
      if (!waiting.querySelector('.command')) waiting.replaceChildren(...noFrames(about));
      return;
    }

    text(figures[0].value, integer(o.openCount));
    attribute(figures[0].box, 'class', o.openCount ? 'alert' : null);
    text(
      figures[0].note,
      o.openCount
        ? o.openCount === 1
          ? 'needs attention'
          : 'need attention'
        : 'none needs attention',
    );
    text(figures[1].value, integer(total));
    text(
      figures[1].note,
      `${integer(o.counts.NORMAL ?? 0)} normal, ${integer(o.counts.SILENT ?? 0)} silent`,
    );
    text(
      figures[2].value,
      o.framesPerSecond < 100
        ? number(o.framesPerSecond, 1)
        : integer(Math.round(o.framesPerSecond)),
    );
    text(figures[2].note, `${integer(o.framesScored)} since the start`);
    const refused = Object.entries(o.deadLetters);
    text(figures[3].value, integer(refused.reduce((sum, [, n]) => sum + n, 0)));
    text(
      figures[3].note,
      refused.length
        ? refused.map(([why, n]) => `${n} ${spoken(why)}`).join(', ')
        : 'none since the start',
    );
    text(figures[4].value, o.modelId);
    attribute(figures[4].value, 'title', o.modelId);
    if (figures[4].note.firstElementChild === null)
      figures[4].note.replaceChildren(h('a', { href: '#/models' }, 'its metrics'));
    document.title = `${o.openCount ? `(${o.openCount}) ` : ''}Sources · Residua`;

    const key = JSON.stringify([
      o.openIncidents.map(i => [i.id, i.sentence, i.severity, i.verdict, i.assignee]),
      o.closed.map(i => [i.id, i.endedAt, i.verdict]),
    ]);
    if (key !== incidentsKey) {
      incidentsKey = key;
      text(openCount, integer(o.openCount));
      attribute(openCount, 'class', `chip plain ${o.openCount ? 'bad' : 'good'}`);
      openList.replaceChildren(
        ...(o.openIncidents.length
          ? o.openIncidents.map(i => incidentLine(i))
          : [h('p', { class: 'incident soft' }, 'Everything follows its causes.')]),
      );
      closedPanel.hidden = !o.closed.length;
      closedList.replaceChildren(...o.closed.slice(0, 8).map(i => incidentLine(i)));
    }
    for (const time of openList.querySelectorAll('time[data-since]'))
      text(time, `for ${duration(o.at - Number(time.dataset.since))}`);

    for (const chip of chips) {
      const all = !chip.condition && !chip.phase,
        count = chip.condition
          ? (o.counts[chip.condition] ?? 0)
          : chip.phase
            ? (o.phases[chip.phase] ?? 0)
            : total;
      text(chip.count, integer(count));
      chip.button.hidden =
        !all && !count && (chip.condition !== view.condition || chip.phase !== view.phase);
    }
    const learn = o.phases.LEARNING ?? 0,
      review = o.phases.NEEDS_REVIEW ?? 0,
      proposed = o.recalibrationsProposed;
    notice.hidden = !learn && !review && !proposed;
    attribute(notice, 'class', `panel fault commissioning ${review ? 'warn' : 'info'}`);
    const calibrating =
      learn && review
        ? `${counted(learn, 'source learns', 'sources learn')} what is normal, ${integer(review)} ${review === 1 ? 'needs' : 'need'} a review.`
        : learn
          ? `${counted(learn, 'source learns', 'sources learn')} what is normal.`
          : review
            ? `${counted(review, 'source needs', 'sources need')} a review.`
            : '';
    text(
      noticeWords,
      `${calibrating} ${proposed ? `Recalibration of ${counted(proposed, 'source', 'sources')} is proposed.` : ''}`.trim(),
    );
    showReviews.hidden = !review;
    nothing.hidden = o.matching > 0;
    view.page = o.page;
    pages.hidden = o.matching <= SIZE;
    before.disabled = o.page === 0;
    after.disabled = (o.page + 1) * SIZE >= o.matching;
    text(
      range,
      `${integer(o.page * SIZE + 1)} to ${integer(Math.min(o.matching, (o.page + 1) * SIZE))} of ${integer(o.matching)}`,
    );

    const present = new Set(o.rows.map(r => r.name));
    for (const [name, row] of rows)
      if (!present.has(name)) {
        row.element.remove();
        rows.delete(name);
      }
    o.rows.forEach((r, i) => {
      let row = rows.get(r.name);
      if (!row) rows.set(r.name, (row = sourceRow(r.name)));
      row.set(r, o.at);
      if (body.children[i] !== row.element)
        body.insertBefore(row.element, body.children[i] ?? null);
    });
  }

  look({});
}

function sourceRow(name) {
  const chip = h('span', { class: 'chip' }),
    phase = h('span', { class: 'chip', hidden: true }),
    proposal = h(
      'span',
      { class: 'chip info', hidden: true, title: 'p-values are no longer uniform' },
      'recalibrate?',
    ),
    why = h('span', { class: 'small soft', hidden: true }),
    sentence = h('p'),
    spark = sparkline(),
    share = h('span', { class: 'num small soft' });
  const pace = h('td', { class: 'pace right num' }),
    last = h('td', { class: 'last right' });
  const element = h(
    'tr',
    {
      class: 'link',
      onclick: event => {
        if (!event.target.closest('a')) location.hash = sourceLink(name);
      },
    },
    h('td', { class: 'name' }, h('a', { href: sourceLink(name) }, name), sentence),
    h('td', { class: 'state' }, h('div', null, chip, phase, proposal)),
    h('td', { class: 'drift' }, h('div', null, spark.element, why, share)),
    pace,
    last,
  );
  return {
    element,
    set(r, now) {
      text(chip, conditionWord(r.condition));
      attribute(
        chip,
        'class',
        `chip ${conditionColour(r.condition)}${r.condition === 'SILENT' || r.condition === 'MAINTENANCE' ? ' hollow' : ''}`,
      );
      // Where learning is the state, its chip says more.
      chip.hidden = r.condition === 'NOT_WATCHED' && r.phase in PHASES;
      phase.hidden = !(r.phase in PHASES);
      text(phase, phaseWord(r.phase, r.progress));
      attribute(phase, 'class', `chip ${PHASES[r.phase]?.[1] ?? 'calm'}`);
      proposal.hidden = !r.recalibrationProposed;
      const silent = r.statistic === null && r.phase in PHASES && r.trend.every(v => v === null);
      attribute(spark.element, 'hidden', silent ? '' : null);
      why.hidden = !silent;
      text(
        why,
        r.phase === 'LEARNING' ? 'no statistic while it learns' : 'no statistic before the review',
      );
      text(sentence, r.sentence ?? '');
      attribute(sentence, 'title', r.sentence);
      sentence.hidden = !r.sentence;
      spark.set(r.trend);
      text(
        share,
        r.threshold && r.statistic !== null
          ? r.statistic < 9.995 * r.threshold
            ? `${Math.round((100 * r.statistic) / r.threshold)} %`
            : `× ${Math.round(r.statistic / r.threshold)}`
          : '',
      );
      text(pace, r.framesPerSecond ? number(r.framesPerSecond, 1) : '–');
      text(last, ago(r.scoredAt, now));
    },
  };
}

/** How to send the first frame. */
export function noFrames({ kafka, framesTopic }) {
  const command = `kcat -b ${kafka || 'localhost:9092'} -P -t ${framesTopic} -k cam1 frame.png`;
  const copy = h(
    'button',
    {
      type: 'button',
      onclick: async () => {
        await navigator.clipboard?.writeText(command);
        text(copy, 'Copied');
      },
    },
    'Copy',
  );
  return [
    h('h2', null, 'No frame has arrived yet'),
    h(
      'p',
      { class: 'soft' },
      'Residua is ready. Send a PNG or JPEG file to the topic of frames; its key is the name of the camera:',
    ),
    h('div', { class: 'command' }, h('code', { tabindex: 0 }, command), copy),
    h(
      'p',
      { class: 'soft' },
      'The source appears here as soon as its first frame is scored. Frames that are refused are counted with a reason; ',
      h('a', { href: '#/explain/dead-letters' }, 'why frames are refused'),
      '.',
    ),
  ];
}
