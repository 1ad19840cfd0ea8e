/* All sources on one screen, for a control room: the most urgent first. */
import { h, text, attribute } from './dom.js';
import { get } from './api.js';
import { sourceLink, conditionWord, conditionColour, CONDITION_ORDER, integer } from './words.js';

const EVERY = 3000,
  SIZE = 200,
  MOST = 2000;

export function wall(root) {
  const counts = h('div', { class: 'chips', role: 'status' });
  const tiles = h('div', { class: 'wall', role: 'list' });
  const problem = h('p', { class: 'empty soft', role: 'status', hidden: true });
  const whole = h(
    'button',
    {
      type: 'button',
      onclick: () =>
        document.fullscreenElement ? document.exitFullscreen() : root.requestFullscreen(),
    },
    'Full screen',
  );
  root.append(
    h(
      'div',
      { class: 'title' },
      h('h1', null, 'Wall'),
      counts,
      h('div', { class: 'actions' }, whole),
    ),
    problem,
    tiles,
  );
  const known = new Map(),
    aborting = new AbortController();
  let timer = 0,
    done = false;

  async function run() {
    clearTimeout(timer);
    if (!document.hidden) {
      try {
        let o = await get(`api/sources?size=${SIZE}`, aborting.signal);
        const rows = [...o.rows],
          total = Math.min(MOST, o.matching);
        for (let page = 1; page * SIZE < total; page++)
          rows.push(...(await get(`api/sources?size=${SIZE}&page=${page}`, aborting.signal)).rows);
        draw(o, rows);
        problem.hidden = rows.length > 0 && o.matching <= MOST;
        text(
          problem,
          rows.length
            ? `The ${integer(MOST)} most urgent of ${integer(o.matching)} sources are shown.`
            : 'No source has sent a frame yet.',
        );
        attribute(tiles, 'data-old', null);
      } catch (e) {
        if (e.name === 'AbortError') return;
        problem.hidden = false;
        text(problem, `${e.message} What is below is old.`);
        attribute(tiles, 'data-old', 'true');
      }
    }
    if (!done) timer = setTimeout(run, EVERY);
  }

  function draw(o, rows) {
    counts.replaceChildren(
      ...CONDITION_ORDER.filter(c => o.counts[c]).map(c =>
        h(
          'span',
          { class: `chip ${conditionColour(c)}` },
          `${integer(o.counts[c])} ${conditionWord(c)}`,
        ),
      ),
    );
    attribute(
      tiles,
      'class',
      `wall ${rows.length > 200 ? 'many' : rows.length > 40 ? 'some' : 'few'}`,
    );
    const seen = new Set();
    rows.forEach((row, i) => {
      if (seen.has(row.name)) return; // it moved between two pages
      seen.add(row.name);
      let tile = known.get(row.name);
      if (!tile) {
        const words = h('span', { class: 'soft small' }),
          bar = h('i');
        tile = {
          words,
          bar,
          box: h(
            'div',
            { role: 'listitem' },
            h(
              'a',
              { href: sourceLink(row.name), title: row.name },
              h('b', null, row.name),
              words,
              h('span', { class: 'bar' }, bar),
            ),
          ),
        };
        known.set(row.name, tile);
      }
      attribute(tile.box, 'class', `tile ${conditionColour(row.condition)}`);
      text(tile.words, conditionWord(row.condition));
      const share = row.threshold > 0 ? Math.min(1, row.statistic / row.threshold) : 0;
      tile.bar.style.width = `${Math.round(100 * share)}%`;
      if (tiles.children[i] !== tile.box) tiles.insertBefore(tile.box, tiles.children[i] ?? null);
    });
    for (const [name, tile] of known)
      if (!seen.has(name)) {
        tile.box.remove();
        known.delete(name);
      }
  }

  run();
  return () => {
    done = true;
    clearTimeout(timer);
    aborting.abort();
  };
}
