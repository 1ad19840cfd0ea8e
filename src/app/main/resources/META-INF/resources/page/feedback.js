/* Feedback: how many alarms were worth one, and proposals that would have spared the others. */
import { h, svg, text } from './dom.js';
import { get, Refused } from './api.js';
import { decide } from './actions.js';
import {
  sourceLink,
  incidentLink,
  integer,
  duration,
  full,
  moment,
  subjectWords,
  sentenceCase,
  fullSentence,
  counted,
} from './words.js';

const EVERY = 5000,
  SHOWN = 12,
  WIDE = 12,
  TALL = 26;
const KINDS = {
  suppress: 'let small shifts pass',
  learn: 'learn again',
  budget: 'fewer false alarms',
};
const quoted = name => `'${name.replaceAll("'", "'\\''")}'`; // for a shell
const share = value => `${Math.round(100 * value)} %`;

export function feedback(root) {
  const totals = h('div', { class: 'facts' });
  const count = h('span', { class: 'chip plain' }, '…');
  const list = h('div', { class: 'incidents' });
  const none = h('p', { class: 'empty soft' });
  const decided = h('ul', { class: 'decided soft small', hidden: true });
  const table = h('div', { class: 'scroll' });
  const empty = h('p', { class: 'empty soft', hidden: true }, 'No incident is known yet.');
  const problem = h('p', { class: 'empty soft', role: 'status', hidden: true });
  root.append(
    h('h1', null, 'Feedback'),
    totals,
    problem,
    h(
      'section',
      { class: 'panel', 'aria-labelledby': 'proposals-title' },
      h(
        'header',
        null,
        h('h2', { id: 'proposals-title' }, 'Proposals'),
        count,
        h(
          'span',
          { class: 'aside' },
          h('a', { class: 'help', href: '#/explain/proposals' }, 'how they are made'),
        ),
      ),
      list,
      none,
      decided,
    ),
    h(
      'section',
      { class: 'panel', 'aria-labelledby': 'precision-title' },
      h(
        'header',
        null,
        h('h2', { id: 'precision-title' }, 'Precision of the alarms'),
        h(
          'span',
          { class: 'aside' },
          h('a', { class: 'help', href: '#/explain/precision' }, 'what it means'),
        ),
      ),
      table,
      empty,
    ),
  );
  const aborting = new AbortController();
  let timer = 0,
    done = false,
    shown = '';

  async function run() {
    clearTimeout(timer);
    if (!document.hidden) {
      try {
        draw(await get('api/feedback', aborting.signal));
        problem.hidden = true;
      } catch (e) {
        if (e instanceof Refused) {
          problem.hidden = false;
          text(problem, e.message);
        } else if (e.name !== 'AbortError') throw e;
      }
    }
    if (!done) timer = setTimeout(run, EVERY);
  }

  const fact = (label, value) => h('span', null, label, ' ', h('b', null, value));

  function draw({ at, from, total, proposals, decisions, weeks, precision }) {
    const key = JSON.stringify([total, proposals, decisions, precision]);
    if (key === shown) return;
    shown = key;
    const reviewed = total.trueAlarms + total.falseAlarms;
    totals.replaceChildren(
      fact('Incidents known', integer(total.incidents)),
      fact('Reviewed', integer(reviewed)),
      fact('True', integer(total.trueAlarms)),
      fact('False', integer(total.falseAlarms)),
      ...(total.incidents ? [fact('Over', duration(at - from))] : []),
    );
    text(count, integer(proposals.length));
    none.hidden = proposals.length > 0;
    text(
      none,
      reviewed
        ? 'None: a proposal needs three false alarms of the last four weeks that one change would have spared.'
        : 'None: no incident has a verdict yet. Each can be called a true or a false alarm on its page.',
    );
    list.replaceChildren(...proposals.map(card));
    decided.hidden = !decisions.length;
    decided.replaceChildren(
      ...decisions.map(d =>
        h(
          'li',
          null,
          h(
            'span',
            { class: `chip ${d.applied ? 'good' : 'plain'}` },
            d.applied ? 'applied' : 'dismissed',
          ),
          ` ${d.proposal} by ${d.by}, ${moment(d.at)}: ${d.reason}`,
        ),
      ),
    );
    empty.hidden = precision.length > 0;
    table.replaceChildren(...(precision.length ? [rows(precision, weeks)] : []));
  }

  function card(p) {
    const links = p.incidents.map((id, i) =>
      h('a', { href: incidentLink(id), 'aria-label': `false alarm ${i + 1}` }, `${i + 1}`),
    );
    return h(
      'article',
      { class: 'incident proposal' },
      h('span', { class: 'chip info' }, KINDS[p.kind]),
      h(
        'div',
        { class: 'sentence' },
        h('b', null, fullSentence(p.sentence)),
        h('p', { class: 'soft' }, fullSentence(p.effect)),
        h(
          'p',
          { class: 'soft small' },
          'Evaluate stored frames with it: ',
          h('code', null, `./residua proposals backtest ${quoted(p.id)}`),
        ),
      ),
      h(
        'div',
        { class: 'actions' },
        h(
          'button',
          { type: 'button', class: 'primary needs-change', onclick: () => decide(p, true, run) },
          'Apply …',
        ),
        h(
          'button',
          { type: 'button', class: 'needs-change', onclick: () => decide(p, false, run) },
          'Dismiss …',
        ),
      ),
      h(
        'div',
        { class: 'meta' },
        p.sources.length <= 5
          ? h(
              'span',
              null,
              p.sources.flatMap((name, i) => [
                i ? ', ' : '',
                h('a', { href: sourceLink(name) }, name),
              ]),
            )
          : h('span', null, counted(p.sources.length, 'source', 'sources')),
        h(
          'span',
          null,
          'false alarms ',
          links.slice(0, SHOWN).flatMap((link, i) => [i ? ' ' : '', link]),
          links.length > SHOWN ? ` and ${links.length - SHOWN} more` : '',
        ),
      ),
    );
  }

  function rows(precision, weeks) {
    const scenes = new Set(precision.map(row => row.scene)).size > 1;
    const most = Math.max(1, ...precision.flatMap(row => row.weeks.map(w => w.incidents)));
    const th = (words, right) => h('th', { scope: 'col', class: right ? 'right' : null }, words);
    return h(
      'table',
      { class: 'precision' },
      h(
        'thead',
        null,
        h(
          'tr',
          null,
          scenes && th('Scene'),
          th('Subject'),
          th('Sources', true),
          th('Incidents', true),
          th('True', true),
          th('False', true),
          th('Precision', true),
          h(
            'th',
            { scope: 'col' },
            `By week, ${weeks.length} weeks `,
            h(
              'span',
              { class: 'legend soft small' },
              h('i', { class: 'good' }),
              'true ',
              h('i', { class: 'warn' }),
              'false ',
              h('i', { class: 'calm' }),
              'not reviewed',
            ),
          ),
        ),
      ),
      h(
        'tbody',
        null,
        precision.map(row =>
          h(
            'tr',
            null,
            scenes && h('td', null, row.scene),
            h(
              'th',
              { scope: 'row' },
              h(
                'a',
                {
                  href: `#/incidents?${new URLSearchParams({ state: 'all', subject: row.subject, scene: row.scene })}`,
                },
                sentenceCase(subjectWords(row.subject)),
              ),
            ),
            ...[row.sources, row.incidents, row.trueAlarms, row.falseAlarms].map(n =>
              h('td', { class: 'right num' }, integer(n)),
            ),
            h(
              'td',
              { class: 'right num' },
              row.precision === null
                ? h('span', { class: 'soft' }, 'not reviewed')
                : [
                    h('b', null, share(row.precision)),
                    ' ',
                    h(
                      'span',
                      { class: 'soft small', title: '95 % interval' },
                      `${share(row.low)} to ${share(row.high)}`,
                    ),
                  ],
            ),
            h('td', null, bars(row.weeks, weeks, most)),
          ),
        ),
      ),
    );
  }

  function bars(counts, weeks, most) {
    const words = counts
      .map((w, i) =>
        w.incidents
          ? `week from ${full(weeks[i])}: ${counted(w.incidents, 'incident', 'incidents')}, ${w.trueAlarms} true, ${w.falseAlarms} false`
          : '',
      )
      .filter(Boolean)
      .join('; ');
    const height = n => (n * TALL) / most;
    const bar = (colour, x, y, n) =>
      n
        ? svg('rect', {
            class: colour,
            x,
            width: WIDE - 2,
            y: TALL - height(y + n),
            height: height(n),
          })
        : null;
    return svg(
      'svg',
      {
        class: 'weeks',
        role: 'img',
        'aria-label': words || 'no incident in these weeks',
        width: counts.length * WIDE,
        height: TALL + 1,
      },
      svg('title', null, words),
      counts.map((w, i) => [
        bar('good', i * WIDE, 0, w.trueAlarms),
        bar('warn', i * WIDE, w.trueAlarms, w.falseAlarms),
        bar(
          'calm',
          i * WIDE,
          w.trueAlarms + w.falseAlarms,
          w.incidents - w.trueAlarms - w.falseAlarms,
        ),
      ]),
      svg('line', { x1: 0, x2: counts.length * WIDE, y1: TALL + 0.5, y2: TALL + 0.5 }),
    );
  }

  run();
  return () => {
    done = true;
    clearTimeout(timer);
    aborting.abort();
  };
}
