/* A source over hours and weeks: drift, residuals, incidents, and days side by side. */
import { h, text, attribute, colour, framed } from './dom.js';
import { get, Refused } from './api.js';
import { TimeChart, SHARES, onRecolour, plotBox } from './charts.js';
import {
  sourceLink,
  incidentLink,
  incidentOf,
  integer,
  moment,
  full,
  spoken,
  subjectWords,
  counted,
} from './words.js';

const EVERY = 20000,
  DAY = 86400e3;
const SPANS = [
  ['PT1H', '1 hour', 3600e3],
  ['PT6H', '6 hours', 6 * 3600e3],
  ['P1D', '1 day', DAY],
  ['P7D', '7 days', 7 * DAY],
  ['P28D', '28 days', 28 * DAY],
];
const FAR = 3;

export function history(root, context, [name], query) {
  const view = {
    span: SPANS.some(([key]) => key === query.get('span')) ? query.get('span') : 'P1D',
    until: Number(query.get('until')) || 0,
    latent: query.get('latent') ?? '',
  };
  const length = () => SPANS.find(([key]) => key === view.span)[2];
  const spans = SPANS.map(([span, words]) => ({
    span,
    button: h('button', { type: 'button', onclick: () => look({ span }) }, words),
  }));
  const earlier = h(
      'button',
      { type: 'button', title: 'earlier (left arrow)', onclick: () => move(-1) },
      '← earlier',
    ),
    later = h(
      'button',
      { type: 'button', title: 'later (right arrow)', onclick: () => move(1) },
      'later →',
    ),
    latest = h('button', { type: 'button', onclick: () => look({ until: 0 }) }, 'now');
  const words = h('span', { class: 'soft small num', role: 'status' });
  const problem = h('p', { class: 'panel empty soft', role: 'status', hidden: true });
  const driftBox = plotBox('Drift statistic as a share of its threshold over time');
  const charts = h('div', { class: 'charts' });
  const items = h('ol', { class: 'events' });
  const foundPanel = h(
    'section',
    { class: 'panel', 'aria-labelledby': 'open-title', hidden: true },
    h('header', null, h('h2', { id: 'open-title' }, 'Incidents of this time')),
    h('div', { class: 'body' }, items),
  );
  const pick = h('select', {
    'aria-label': 'Latent of the heat map',
    onchange: event => {
      look({ latent: event.target.value }, true);
    },
  });
  const map = h('canvas', { class: 'days', role: 'img' }),
    mapWords = h('p', { class: 'soft small num' }, ' ');
  const filled = h(
    'div',
    { class: 'stack' },
    h(
      'section',
      { class: 'panel', 'aria-labelledby': 'past-title' },
      h(
        'header',
        null,
        h('h2', { id: 'past-title' }, 'Drift'),
        words,
        h(
          'span',
          { class: 'aside' },
          h('a', { class: 'help', href: '#/explain/drift' }, 'what the statistic is'),
        ),
      ),
      h(
        'div',
        { class: 'body charts' },
        h(
          'div',
          { class: 'chart' },
          h(
            'header',
            null,
            h(
              'h3',
              null,
              'Share of the threshold ',
              h('small', null, 'largest of each stretch; 1 is a drift'),
            ),
          ),
          driftBox,
        ),
      ),
    ),
    h(
      'section',
      { class: 'panel', 'aria-labelledby': 'res-title' },
      h(
        'header',
        null,
        h('h2', { id: 'res-title' }, 'Residuals'),
        h(
          'span',
          { class: 'aside' },
          h('a', { class: 'help', href: '#/explain/residual' }, 'what a residual is'),
        ),
      ),
      h('div', { class: 'body' }, charts),
    ),
    foundPanel,
    h(
      'section',
      { class: 'panel', 'aria-labelledby': 'days-title' },
      h(
        'header',
        null,
        h('h2', { id: 'days-title' }, 'Days side by side'),
        pick,
        h(
          'span',
          { class: 'aside' },
          h('a', { class: 'help', href: '#/explain/days' }, 'how to read them'),
        ),
      ),
      h('div', { class: 'body' }, map, mapWords),
    ),
  );
  root.append(
    h(
      'header',
      null,
      h('p', { class: 'crumbs' }, h('a', { href: sourceLink(name) }, `← ${name}, live`)),
      h(
        'div',
        { class: 'title' },
        h('h1', null, `${name}, past`),
        h(
          'div',
          { class: 'actions' },
          h(
            'div',
            { class: 'segments', role: 'group', 'aria-label': 'Time that charts show' },
            spans.map(s => s.button),
          ),
          earlier,
          later,
          latest,
        ),
      ),
    ),
    problem,
    filled,
  );

  const drift = new TimeChart(driftBox, {
    height: 150,
    axis: true,
    days: true,
    series: [{ label: 'residuals', colour: 'series-1', width: 1.6 }],
    limits: [{ value: 1, colour: 'bad', dash: [6, 4] }],
    range: (min, max) => [0, Math.max(1.2, max * 1.05)],
    ...SHARES,
  });
  let plots = [],
    latents = [],
    weeks = null,
    timer = 0,
    done = false;
  const aborting = new AbortController();

  function look(change, keep = false) {
    Object.assign(view, change);
    const given = Object.entries(view).filter(
      ([key, value]) => value && !(key === 'span' && value === 'P1D'),
    );
    window.history.replaceState(
      null,
      '',
      `#/history/${encodeURIComponent(name)}${given.length ? `?${new URLSearchParams(given)}` : ''}`,
    );
    for (const s of spans) attribute(s.button, 'aria-pressed', String(s.span === view.span));
    later.disabled = latest.disabled = !view.until;
    if (keep) days();
    else run();
  }
  function move(by) {
    const until = (view.until || Date.now()) + by * length();
    look({
      until:
        until >= Date.now() ? 0 : Math.max(Date.now() - 28 * DAY + length(), Math.round(until)),
    });
  }

  const ask = (from, to) =>
    get(
      `api/history?${new URLSearchParams({ source: name, from: new Date(from).toISOString(), to: new Date(to).toISOString() })}`,
      aborting.signal,
    );
  let asked = 0;
  async function run() {
    clearTimeout(timer);
    if (!document.hidden) {
      try {
        const to = view.until || Date.now();
        const mine = ++asked,
          from = to - length();
        const found = await ask(from, to);
        if (mine !== asked) return; // another time was asked for meanwhile
        draw(found, from, to);
        if (!weeks || Date.now() - weeks.at > 300e3) {
          weeks = await ask(Date.now() - 28 * DAY + 1000, Date.now());
          days();
        }
      } catch (e) {
        if (e instanceof Refused) {
          problem.hidden = false;
          filled.hidden = true;
          text(problem, e.message);
        } else if (e.name !== 'AbortError') throw e;
      }
    }
    if (!done) timer = setTimeout(run, EVERY);
  }

  function draw(answer, from, to) {
    const found = { ...answer, incidents: answer.incidents.map(incidentOf) };
    problem.hidden = true;
    filled.hidden = false;
    const millis = found.drift.map((_, i) => found.from + (i + 0.5) * found.stretch);
    const open = found.incidents.map(i => [i.openedAt, i.endedAt]);
    text(
      words,
      `${moment(from)} to ${moment(to)}, by the ${found.stretch < 900e3 ? 'minute' : 'quarter of an hour'}`,
    );
    drift.set([millis, found.drift], open, [from, to]);
    if (found.latents.join() !== latents.join()) {
      latents = found.latents;
      plots.forEach(p => p.destroy());
      charts.replaceChildren();
      plots = latents.map((latent, i) => {
        const box = plotBox(`Residual of ${spoken(latent)} over time`);
        charts.append(
          h(
            'div',
            { class: 'chart' },
            h(
              'header',
              null,
              h(
                'h3',
                null,
                spoken(latent),
                ' ',
                h('small', null, i ? 'sd' : 'mean, and the furthest from zero, in sd'),
              ),
            ),
            box,
          ),
        );
        return new TimeChart(box, {
          height: i === latents.length - 1 ? 130 : 105,
          axis: i === latents.length - 1,
          days: true,
          band: [-2, 2],
          series: [
            { label: 'furthest', colour: 'line-strong', width: 1 },
            { label: 'mean', colour: 'series-1', width: 1.8 },
          ],
          range: (min, max) => [Math.min(-4, min * 1.05), Math.max(4, max * 1.05)],
        });
      });
      pick.replaceChildren(...latents.map(l => h('option', { value: l }, spoken(l))));
    }
    plots.forEach((plot, i) =>
      plot.set([millis, found.extremes[i], found.means[i]], open, [from, to]),
    );
    foundPanel.hidden = !found.incidents.length;
    list(found.incidents);
  }

  function list(all) {
    items.replaceChildren(
      ...all
        .slice(0, 50)
        .map(i =>
          h(
            'li',
            null,
            h(
              'time',
              {
                class: 'soft small',
                datetime: new Date(i.openedAt).toISOString(),
                title: full(i.openedAt),
              },
              moment(i.openedAt),
            ),
            ' ',
            h('a', { href: incidentLink(i.id) }, i.sentence),
            h('div', { class: 'meta' }, h('span', null, subjectWords(i.subject))),
          ),
        ),
      ...(all.length > 50
        ? [h('li', { class: 'soft small' }, `and ${counted(all.length - 50, 'more', 'more')}`)]
        : []),
    );
  }

  /** Rows are days, columns quarters of an hour; blue is below the expected value, red above. */
  const days = framed(() => {
    if (!weeks || done) return;
    const at = Math.max(0, weeks.latents.indexOf(view.latent));
    pick.value = weeks.latents[at] ?? '';
    const values = weeks.means[at] ?? [],
      day = t => Math.floor((t - new Date(t).getTimezoneOffset() * 60000) / DAY),
      today = day(weeks.at);
    const first = values.findIndex(v => v !== null),
      oldest = first < 0 ? today : day(weeks.from + first * weeks.stretch);
    const rows = Math.max(1, today - oldest + 1),
      ROW = 18,
      LEFT = 64,
      BOTTOM = 20,
      ratio = devicePixelRatio,
      width = map.clientWidth;
    map.style.height = `${rows * ROW + BOTTOM}px`;
    map.width = Math.round(width * ratio);
    map.height = Math.round((rows * ROW + BOTTOM) * ratio);
    const c = map.getContext('2d'),
      columns = Math.round(DAY / weeks.stretch),
      wide = (width - LEFT) / columns;
    c.setTransform(ratio, 0, 0, ratio, 0, 0);
    c.clearRect(0, 0, width, rows * ROW + BOTTOM);
    c.font = '12px system-ui, sans-serif';
    c.textBaseline = 'middle';
    c.fillStyle = colour('--soft');
    for (let r = 0; r < rows; r++)
      c.fillText(
        new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' }).format(
          weeks.at - (rows - 1 - r) * DAY,
        ),
        0,
        (r + 0.5) * ROW,
      );
    for (let hour = 0; hour < 24; hour += 3)
      c.fillText(`${hour}:00`, LEFT + hour * 4 * wide, rows * ROW + BOTTOM / 2 + 2);
    c.fillStyle = colour('--calm-soft');
    for (let r = 0; r < rows; r++) c.fillRect(LEFT, r * ROW, width - LEFT, ROW - 1);
    const above = colour('--bad'),
      below = colour('--accent');
    let known = 0;
    values.forEach((value, i) => {
      if (value === null) return;
      known++;
      const t = weeks.from + i * weeks.stretch,
        local = t - new Date(t).getTimezoneOffset() * 60000,
        r = rows - 1 - (today - day(t));
      c.globalAlpha = Math.min(1, 0.08 + (0.92 * Math.abs(value)) / FAR);
      c.fillStyle = value > 0 ? above : below;
      c.fillRect(
        LEFT + Math.floor((local % DAY) / weeks.stretch) * wide,
        r * ROW,
        Math.max(1, wide - (wide > 4 ? 1 : 0)),
        ROW - 1,
      );
    });
    c.globalAlpha = 1;
    attribute(
      map,
      'aria-label',
      `Mean residual of ${spoken(pick.value)} by day and time of day, ${counted(rows, 'day', 'days')}`,
    );
    text(
      mapWords,
      known
        ? `mean residual by quarter of an hour: blue below what is expected, red above, full colour from ${FAR} sd; ${counted(rows, 'day', 'days')}, ${integer(known)} quarters with frames`
        : 'no frames in the last 28 days',
    );
  });

  const arrows = event => {
    if (
      !event.target.closest('input, select, textarea, dialog') &&
      !event.ctrlKey &&
      !event.altKey &&
      !event.metaKey
    ) {
      if (event.key === 'ArrowLeft') move(-1);
      if (event.key === 'ArrowRight' && view.until) move(1);
    }
  };
  addEventListener('keydown', arrows);
  addEventListener('resize', days);
  const recoloured = onRecolour(days);
  look({});
  return () => {
    done = true;
    clearTimeout(timer);
    aborting.abort();
    drift.destroy();
    plots.forEach(p => p.destroy());
    removeEventListener('keydown', arrows);
    removeEventListener('resize', days);
    recoloured();
  };
}
