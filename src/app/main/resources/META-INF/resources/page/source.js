/* One source: its pictures, residuals, drift and events. */
import { h, text, attribute, toast } from './dom.js';
import { get, picture, remove, showAllowed, Refused } from './api.js';
import { ask, feedback, resolve, acceptNormal, arm, learnAgain, silence } from './actions.js';
import { TimeChart, SHARES, ScaleStrip, zBar, normalBar, plotBox } from './charts.js';
import { drawGraph } from './graph.js';
import { editGeometry } from './geometry.js';
import { whatIf } from './whatif.js';
import { noFrames } from './overview.js';
import {
  incidentLink,
  incidentOf,
  eventOf,
  conditionWord,
  conditionColour,
  severityColour,
  PHASES,
  phaseWord,
  percent,
  fullSentence,
  integer,
  number,
  signed,
  pValue,
  ago,
  duration,
  moment,
  clock,
  full,
  kindWords,
  subjectWords,
  sentenceCase,
  spoken,
  figure,
} from './words.js';

const MAX_ROWS = 1200,
  MAX_CHARTS = 12,
  STRETCH = 10000,
  PICTURE_PAUSE = 250,
  STATISTICS = 4;
const MOMENTARY = {
  'accept-normal': 'The present was accepted as normal',
  arm: 'What it learned was accepted as normal',
  learn: 'The source was ordered to learn again',
};
const EVIDENCE = ['frame', 'expected', 'heatmap'];
const Z_SPLITS = max => (max < 9 ? [-3, 0, 3] : [-Math.floor(max / 2), 0, Math.floor(max / 2)]);
const help = (anchor, words) => h('a', { class: 'help', href: `#/explain/${anchor}` }, words);

export function source(root, { live, about }, [name]) {
  const view = { see: 'source', name };
  const state = {
    graph: null,
    last: null,
    row: null,
    incidents: [],
    events: [],
    orders: [],
    scales: [],
    trends: null,
    trendStart: 0,
    commissioning: null,
    span: 'frames',
    paused: false,
    shown: null,
    pictured: null,
  };
  const scores = rows(),
    drift = rows();
  showAllowed(root, { source: name });

  const chip = h('span', { class: 'chip' }, '…'),
    phaseChip = h('span', { class: 'chip', hidden: true });
  const accept = h(
    'button',
    { class: 'needs-change', type: 'button', onclick: () => acceptNormal(name) },
    'Accept as normal',
  );
  const pause = h(
    'button',
    { type: 'button', 'aria-pressed': 'false', onclick: () => setPaused(!state.paused) },
    'Pause',
  );
  const facts = h('div', { class: 'facts' });
  const fact = label => {
    const value = h('b', null, '–');
    facts.append(h('span', null, label, ' ', value));
    return value;
  };
  const facing = {
    pace: fact('Frames per second'),
    frame: fact('Last frame'),
    sequence: fact('Sequence'),
    model: fact('Model'),
    rule: fact('Rule'),
  };
  let expectedPace = null;
  const showRule = () =>
    get(`api/sources/rules?source=${encodeURIComponent(name)}`)
      .then(({ rules: [rule], why }) => {
        expectedPace = rule?.settings.framesPerSecond ?? null;
        facing.rule.replaceChildren(
          h(
            'a',
            { href: '#/settings', title: why ?? null },
            rule ? rule.id : 'none: settings of the installation',
          ),
        );
        if (rule?.settings.enabled === false) facing.rule.append(' (not monitored)');
      })
      .catch(() => text(facing.rule, '–'));
  showRule();
  const head = h(
    'header',
    null,
    h('p', { class: 'crumbs' }, h('a', { href: '#/' }, '← All sources')),
    h(
      'div',
      { class: 'title' },
      h('h1', null, name),
      chip,
      phaseChip,
      h(
        'div',
        { class: 'actions' },
        pause,
        h('a', { class: 'button', href: `#/history/${encodeURIComponent(name)}` }, 'Past'),
        accept,
        h(
          'button',
          {
            class: 'needs-configure',
            type: 'button',
            onclick: () =>
              state.last && editGeometry(name, state.last, showRule).catch(e => toast(e.message)),
          },
          'Region …',
        ),
        h(
          'button',
          { type: 'button', onclick: () => state.last && whatIf(state.last, parents) },
          'What if …',
        ),
        h(
          'button',
          { class: 'needs-change', type: 'button', onclick: () => silence(name) },
          'Silence …',
        ),
      ),
    ),
    facts,
  );
  const unknown = h('div', { class: 'panel empty', hidden: true });
  const fault = h('section', { class: 'panel fault', 'aria-label': 'Open incident', hidden: true });
  const orders = h('div', { class: 'stack', hidden: true });

  // Pictures
  const shots = [
    ['Seen', 'the frame, as the model reads it'],
    ['Expected', 'as its causes explain it'],
    ['Difference', 'black: none, white: most'],
  ].map(([title, words]) => {
    const image = h('img', { alt: '', hidden: true }),
      note = h('p', null, 'no frame yet'),
      caption = h('span', null, words);
    return {
      title,
      words,
      image,
      note,
      caption,
      box: h(
        'figure',
        null,
        h('div', { class: 'frame' }, image, note),
        h('figcaption', null, title, caption),
      ),
    };
  });
  const pictureOf = h('span', { class: 'soft small num' }),
    back = h('button', { type: 'button', hidden: true, onclick: () => show(null) }, 'Back to live');
  const latentBody = h('tbody');
  const latentTable = h(
    'div',
    { class: 'scroll' },
    h(
      'table',
      { class: 'latents' },
      h('caption', { class: 'visually-hidden' }, 'Latents of the frame'),
      h(
        'thead',
        null,
        h(
          'tr',
          null,
          h('th', { scope: 'col' }, 'Latent'),
          h('th', { scope: 'col', class: 'right wide' }, 'Observed'),
          h('th', { scope: 'col', class: 'right wide' }, 'Expected'),
          h('th', { scope: 'col' }, 'Residual, sd'),
          h(
            'th',
            { scope: 'col', class: 'right' },
            h('span', { class: 'visually-hidden' }, 'Residual as a number'),
          ),
          h('th', { scope: 'col', class: 'right model-p' }, 'p-value'),
        ),
      ),
      latentBody,
    ),
  );
  const now = h(
    'section',
    { class: 'panel', 'aria-labelledby': 'now-title' },
    h(
      'header',
      null,
      h('h2', { id: 'now-title' }, 'Frame'),
      pictureOf,
      h('span', { class: 'aside' }, back, help('pictures', 'how to read these')),
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
    latentTable,
  );

  // What is normal
  const normalChip = h('span', { class: 'chip' }),
    normalBody = h('div', { class: 'body normal' });
  const normal = h(
    'section',
    { class: 'panel', 'aria-labelledby': 'normal-title' },
    h(
      'header',
      null,
      h('h2', { id: 'normal-title' }, 'What is normal here'),
      normalChip,
      h('span', { class: 'aside' }, help('normal', 'how it is learned')),
    ),
    normalBody,
  );
  let normalKey = '',
    normalP = [];

  // Graph
  const graphBox = h('div', { class: 'body' }),
    graphNote = h('p', { class: 'graph-note' });
  const channels = [
    ['Residual', 'a mechanism is broken', 'jointPValue'],
    ['Reconstruction', 'the model cannot redraw the frame', 'reconstructionPValue'],
    ['Appearance', 'pixels that never vary have changed', 'appearancePValue'],
  ].map(([title, words, key]) => {
    const value = h('td', { class: 'right num' }, '–');
    return {
      key,
      value,
      row: h('tr', null, h('th', { scope: 'row' }, title, h('small', null, words)), value),
    };
  });
  const mechanisms = h(
    'section',
    { class: 'panel', 'aria-labelledby': 'graph-title' },
    h(
      'header',
      null,
      h('h2', { id: 'graph-title' }, 'Mechanisms'),
      h('span', { class: 'aside' }, help('graph', 'how to read the graph')),
    ),
    graphBox,
    graphNote,
    h(
      'table',
      { class: 'latents' },
      h(
        'thead',
        null,
        h(
          'tr',
          null,
          h('th', { scope: 'col' }, 'Channel of the frame'),
          h(
            'th',
            { scope: 'col', class: 'right' },
            h('a', { class: 'help', href: '#/explain/p-value' }, 'p-value'),
          ),
        ),
      ),
      h(
        'tbody',
        null,
        channels.map(c => c.row),
      ),
    ),
  );
  const modelNote = h(
    'p',
    { class: 'graph-note soft small', hidden: true },
    'These p-values are by the calibration of the model, not of this source.',
  );
  mechanisms.append(modelNote);

  // Charts
  const spans = [
    ['frames', 'Last frames'],
    ['quarter', '15 minutes'],
  ].map(([span, label]) => {
    const button = h(
      'button',
      {
        type: 'button',
        'aria-pressed': String(span === state.span),
        onclick: () => {
          state.span = span;
          spans.forEach(s => attribute(s.button, 'aria-pressed', s.span === span));
          drawCharts();
        },
      },
      label,
    );
    return { span, button };
  });
  const residualBox = h('div', { class: 'charts' }),
    residualWords = h('span', { class: 'soft small' });
  const residuals = h(
    'section',
    { class: 'panel', 'aria-labelledby': 'residuals-title' },
    h(
      'header',
      null,
      h('h2', { id: 'residuals-title' }, 'Residuals'),
      residualWords,
      h(
        'span',
        { class: 'aside' },
        h(
          'div',
          { class: 'segments', role: 'group', 'aria-label': 'Time that charts show' },
          spans.map(s => s.button),
        ),
        help('residual', 'what a residual is'),
      ),
    ),
    h('div', { class: 'body' }, residualBox),
  );
  const driftBox = plotBox('Drift statistic as a share of its threshold over time'),
    driftValue = h('span', { class: 'value' }),
    driftWords = h('p', { class: 'soft small' }),
    learningKey = h('span', { class: 'learning-span', hidden: true }, 'learning');
  const strip = h('canvas', {
    class: 'strip',
    role: 'img',
    'aria-label': 'Drift statistic at every window length over time',
  });
  const scaleWords = h('p', { class: 'visually-hidden' });
  const drifting = h(
    'section',
    { class: 'panel', 'aria-labelledby': 'drift-title' },
    h(
      'header',
      null,
      h('h2', { id: 'drift-title' }, 'Drift'),
      h('span', { class: 'aside' }, help('drift', 'what the statistic is')),
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
          h('h3', null, 'Share of the threshold ', h('small', null, '1 is a drift')),
          driftValue,
        ),
        driftBox,
        h(
          'p',
          { class: 'key' },
          h('span', null, 'residuals'),
          h('span', { class: 'second' }, 'picture'),
          h('span', { class: 'limit' }, 'threshold'),
          h('span', { class: 'fault-span' }, 'incident'),
          learningKey,
        ),
      ),
      h(
        'div',
        { class: 'chart' },
        h(
          'header',
          null,
          h(
            'h3',
            null,
            'At every scale ',
            h('small', null, 'window length in frames; red is beyond the threshold'),
          ),
        ),
        strip,
        scaleWords,
      ),
      driftWords,
    ),
  );

  // Time line
  const timeline = h('div', { class: 'timeline' });
  const history = h(
    'section',
    { class: 'panel', 'aria-labelledby': 'timeline-title' },
    h(
      'header',
      null,
      h('h2', { id: 'timeline-title' }, 'Time line'),
      h('span', { class: 'aside' }, help('events', 'what the events mean')),
    ),
    timeline,
  );

  const frame = h('div', { class: 'two' }, now, mechanisms);
  const filled = h(
    'div',
    { class: 'stack', hidden: true },
    fault,
    orders,
    frame,
    residuals,
    drifting,
    normal,
    history,
  );
  root.append(head, unknown, filled);

  const driftChart = new TimeChart(driftBox, {
    height: 150,
    axis: true,
    series: [
      { label: 'picture', colour: 'series-2', width: 1.2 },
      { label: 'residuals', colour: 'series-1', width: 1.8 },
    ],
    limits: [{ value: 1, colour: 'bad', dash: [6, 4] }],
    range: (min, max) => [0, Math.max(1.2, max * 1.05)],
    ...SHARES,
  });
  const scaleStrip = new ScaleStrip(strip);
  let charts = [],
    latentRows = [],
    graph = null;
  let pictureAt = '',
    pictureBusy = false,
    pictureTime = 0,
    aborting = new AbortController(),
    urls = [];

  function setPaused(paused) {
    state.paused = paused;
    attribute(pause, 'aria-pressed', paused);
    text(pause, paused ? 'Resume' : 'Pause');
    live.see(paused ? { see: 'nothing' } : view, draw);
  }

  function draw(message) {
    unknown.hidden = message.type !== 'unknown';
    filled.hidden = message.type === 'unknown';
    if (message.type === 'unknown') {
      if (!unknown.firstChild)
        unknown.append(...noFrames({ ...about, framesTopic: about.framesTopic }));
      text(unknown.querySelector('h2'), `No frame of ${name} has arrived yet`);
      return;
    }
    const s = message.source,
      newGraph = s.graph && JSON.stringify(s.graph) !== JSON.stringify(state.graph);
    state.row = s.row;
    state.at = s.at;
    state.scales = s.scales;
    state.last = s.last ?? state.last;
    if (s.trends) {
      state.trends = s.trends;
      state.trendStart = s.trendStart;
    }
    scores.add(s.scores);
    drift.add(s.drift);
    if (newGraph || (!graph && state.last)) {
      state.graph = s.graph ??
        state.graph ?? { nodes: state.last.readings.map(r => r.latent), edges: [] };
      buildLatents();
    }
    text(chip, conditionWord(s.row.condition));
    attribute(chip, 'class', `chip ${conditionColour(s.row.condition)}`);
    chip.hidden = s.row.condition === 'NOT_WATCHED' && s.row.phase in PHASES;
    phaseChip.hidden = !(s.row.phase in PHASES);
    text(phaseChip, phaseWord(s.row.phase, s.row.progress));
    attribute(phaseChip, 'class', `chip ${PHASES[s.row.phase]?.[1] ?? 'calm'}`);
    accept.hidden = s.row.phase === 'NEEDS_REVIEW' || !watched();
    const pace = s.row.framesPerSecond,
      odd = pace && expectedPace && (pace > 1.25 * expectedPace || pace * 1.25 < expectedPace);
    text(
      facing.pace,
      pace ? `${number(pace, 1)}${odd ? ` (the rule says ${number(expectedPace, 1)})` : ''}` : '–',
    );
    text(facing.frame, ago(s.row.scoredAt, s.at));
    text(facing.sequence, s.row.lastSequence ? String(s.row.lastSequence) : '–');
    text(facing.model, state.last?.modelId ?? '–');
    if (s.incidents) {
      state.incidents = s.incidents.map(incidentOf);
      state.events = (s.events ?? []).map(eventOf);
      state.orders = s.orders ?? [];
      state.commissioning = s.commissioning ?? null;
      drawNews();
    }
    drawNormal(s);
    const open = openIncident();
    document.title = `${open ? '(!) ' : ''}${name} · Residua`;
    drawLatents();
    drawCharts();
    drawDriftWords(s);
    if (!state.shown)
      showPictures(state.last, liveLatents(), `${clock(state.last?.capturedAt ?? 0)}`);
  }

  /** Whether a calibration holds for the source; without one there is no statistic. */
  const watched = () =>
    state.row.phase === 'MODEL' || state.row.statistic !== null || !state.row.threshold;

  /** What is usual for a latent here, in the standard deviations of the model. */
  const usual = latent =>
    state.commissioning?.latents.find(l => l.latent === latent) ?? { level: 0, spread: 1 };
  const band = latent => {
    const { level, spread } = usual(latent);
    return [level - 3 * spread, level + 3 * spread];
  };
  const isFar = (latent, z) => {
    const { level, spread } = usual(latent);
    return z !== null && z !== undefined && Math.abs(z - level) >= 3 * spread;
  };

  function drawNormal(s) {
    const { phase, progress } = s.row,
      c = state.commissioning?.phase === phase ? state.commissioning : null;
    const urgent = phase in PHASES,
      holds = watched();
    if ((normal.nextElementSibling === frame) !== urgent)
      filled.insertBefore(normal, urgent ? frame : history);
    const key = JSON.stringify([phase, progress, holds, c, state.graph?.edges]);
    if (key !== normalKey) {
      normalKey = key;
      text(
        normalChip,
        {
          MODEL: 'from the model',
          LEARNING: 'learning',
          ARMED: c?.proposals.length
            ? 'recalibration proposed'
            : c?.provisional
              ? 'learned, provisional'
              : 'learned',
          NEEDS_REVIEW: 'needs a review',
        }[phase],
      );
      attribute(
        normalChip,
        'class',
        `chip ${PHASES[phase]?.[1] ?? (phase === 'ARMED' ? (c?.proposals.length ? 'info' : 'good') : 'calm')}`,
      );
      normalBody.replaceChildren(...normalParts(phase, progress, c, holds));
      text(
        residualWords,
        `what is left of each latent after its causes, in standard deviations${c?.latents.length ? ' of the model; the band is usual here' : ''}`,
      );
      charts.forEach(one => one.chart.band(...band(one.latent)));
    }
    for (const [latent, cell] of normalP)
      text(cell, pValue(s.pValues[state.graph?.nodes.indexOf(latent)]));
  }

  function normalParts(phase, progress, c, holds) {
    normalP = [];
    const meanwhile = c?.latents.length
        ? `the calibration below, revision ${c.revision}`
        : 'its last calibration',
      when =
        c && h('time', { datetime: new Date(c.at).toISOString(), title: full(c.at) }, moment(c.at));
    const lead = {
      MODEL: 'This source is watched with the calibration of its model.',
      LEARNING: holds
        ? `This source learns again what is normal for it. Meanwhile it is watched with ${meanwhile}.`
        : 'This source learns what is normal for it before it is watched. Until then only faults of the camera and silence are reported.',
      ARMED: `This source is watched with what it learned to be normal.${c?.provisional ? ' That is provisional: it rests on less than a day, so changes within a day are not known yet.' : ''}`,
      NEEDS_REVIEW: `What this source learned differs too much from what was accepted. If the camera shows what it should, accept it; otherwise correct the camera and let it learn again. ${holds ? `Meanwhile it is watched with ${meanwhile}.` : 'Until then it is not watched: only faults of the camera and silence are reported.'}`,
    }[phase];
    const parts = [h('p', { class: phase === 'MODEL' ? 'soft' : null }, lead)];
    if (phase === 'LEARNING') {
      parts.push(
        h(
          'div',
          { class: 'learning' },
          h(
            'div',
            null,
            h('b', { class: 'num' }, percent(progress)),
            h(
              'span',
              { class: 'soft small' },
              c?.reasons.length ? [c.reasons.join('; '), ', as of ', when] : 'no report yet',
            ),
          ),
          h('progress', { max: 1, value: progress, 'aria-label': 'Progress of the learning' }),
        ),
      );
    } else if (c?.reasons.length) {
      parts.push(
        h(
          'ul',
          { class: phase === 'NEEDS_REVIEW' ? 'reasons' : 'soft small' },
          c.reasons.map(r =>
            h('li', null, phase === 'NEEDS_REVIEW' ? fullSentence(r) : `Still learning: ${r}.`),
          ),
        ),
      );
    }
    if (c?.proposals.length) {
      parts.push(
        h(
          'p',
          null,
          'The p-values of this source are no longer uniform, so recalibration is proposed. A slow fault can look the same, so look at the pictures first. Correct what is wrong; if nothing is, let the source learn again.',
        ),
        h(
          'ul',
          { class: 'reasons' },
          c.proposals.map(p => h('li', null, fullSentence(p.text))),
        ),
      );
    }
    if (c?.challenger) {
      const { modelId, phase: would, progress: part, reasons } = c.challenger;
      parts.push(
        h(
          'p',
          { class: 'soft' },
          `${modelId} scores it in shadow: `,
          {
            LEARNING: `${percent(part)} learned of what is normal under it.`,
            ARMED:
              'what is normal under it is learned, so the source is watched from its first frame.',
            NEEDS_REVIEW: `under it the source would need a review, as ${reasons.join('; ')}. To accept this source accepts that too.`,
          }[would],
        ),
      );
    }
    if (phase !== 'MODEL') {
      parts.push(
        h(
          'div',
          { class: 'actions' },
          phase === 'NEEDS_REVIEW' &&
            h(
              'button',
              { type: 'button', class: 'primary needs-change', onclick: () => arm(name) },
              'Accept as normal …',
            ),
          h(
            'button',
            { class: 'needs-change', type: 'button', onclick: () => learnAgain(name, holds) },
            'Learn again …',
          ),
        ),
      );
    }
    if (!c?.latents.length || phase === 'MODEL') return parts;
    const fact = (label, value) => h('div', null, h('dt', null, label), h('dd', null, value));
    parts.push(
      h(
        'dl',
        { class: 'quantities' },
        fact('Revision', String(c.revision)),
        fact('Learned from', `${integer(c.frames)} frames`),
        fact('Effective samples', integer(c.effectiveSamples)),
        fact('Covers a day', c.provisional ? 'not yet' : 'yes'),
        phase !== 'LEARNING' && fact('As of', [when, `, frame ${c.sequence}`]),
      ),
    );
    parts.push(normalTable(c));
    return parts;
  }

  function normalTable(c) {
    const most = Math.max(3, ...c.latents.map(l => Math.abs(l.level) + l.spread)) * 1.1;
    const head = (label, words, last) =>
      h('th', { scope: 'col', class: last ? 'right' : null, title: words ?? null }, label);
    return h(
      'div',
      { class: 'scroll' },
      h(
        'table',
        { class: 'latents normals' },
        h(
          'caption',
          { class: 'visually-hidden' },
          'What is normal for each latent, in standard deviations of the model',
        ),
        h(
          'thead',
          null,
          h(
            'tr',
            null,
            head('Latent'),
            head(
              'Against the model',
              'The bar is the usual range of this source, the field behind it that of the model',
            ),
            head('Level, sd', null, true),
            head('Spread, sd', null, true),
            head('Lag-one correlation', 'Correlation of consecutive frames', true),
            head(
              'Slope',
              'Of the observed on the expected value; 1 where the equation of the model holds',
              true,
            ),
            head('p-value now', null, true),
          ),
        ),
        h(
          'tbody',
          null,
          c.latents.map(l => {
            const bar = normalBar(),
              p = h('td', { class: 'right num' }, '–'),
              root = state.graph && !parents(l.latent).length;
            bar.set(l.level, l.spread, most);
            normalP.push([l.latent, p]);
            return h(
              'tr',
              null,
              h('th', { scope: 'row' }, spoken(l.latent)),
              h('td', null, bar.element),
              h('td', { class: 'right num' }, signed(l.level, 2)),
              h('td', { class: 'right num' }, number(l.spread)),
              h('td', { class: 'right num' }, number(l.lagOne)),
              h(
                'td',
                { class: 'right num' },
                root ? h('span', { class: 'soft' }, 'root') : number(l.slope),
              ),
              p,
            );
          }),
        ),
      ),
    );
  }

  const SEVERITIES = ['CRITICAL', 'WARNING', 'INFO'];
  const openIncidents = () =>
    state.incidents
      .filter(i => i.endedAt === null || i.endedAt === undefined)
      .sort(
        (a, b) =>
          SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) ||
          a.openedAt - b.openedAt,
      );
  const openIncident = () => openIncidents()[0];
  const parents = latent => state.graph.edges.filter(e => e.to === latent).map(e => e.from);
  const causesShown = () =>
    (state.shown ? state.shown.causes : (openIncident()?.causes ?? [])).map(c => c.latent);

  function buildLatents() {
    graph = drawGraph(state.graph);
    graphBox.replaceChildren(graph.element);
    charts.forEach(c => c.chart.destroy());
    const named = state.graph.nodes;
    charts = named.slice(0, MAX_CHARTS).map((latent, i) => {
      const from = parents(latent),
        value = h('span', { class: 'value' }),
        box = plotBox(`Residual of ${spoken(latent)} over time`);
      const element = h(
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
            h(
              'small',
              null,
              from.length
                ? `after ${from.map(spoken).join(' and ')}`
                : 'has no causes: its distance from its usual values',
            ),
          ),
          value,
        ),
        box,
      );
      return { latent, value, element, box, axis: i === Math.min(named.length, MAX_CHARTS) - 1 };
    });
    residualBox.replaceChildren(...charts.map(c => c.element));
    if (named.length > MAX_CHARTS)
      residualBox.append(
        h(
          'p',
          { class: 'soft small' },
          `${named.length - MAX_CHARTS} further latents are in the table above.`,
        ),
      );
    for (const c of charts) {
      c.chart = new TimeChart(c.box, {
        height: c.axis ? 116 : 92,
        axis: c.axis,
        band: band(c.latent),
        splits: Z_SPLITS,
        series: [{ label: spoken(c.latent), colour: 'series-1', width: 1.4 }],
        range: (min, max) => {
          const most = Math.max(4.5, Math.abs(min), Math.abs(max)) * 1.05;
          return [-most, most];
        },
      });
    }
    latentRows = named.map(latent => {
      const from = parents(latent),
        bar = zBar(),
        observed = h('td', { class: 'right num wide' }),
        expected = h('td', { class: 'right num wide' }),
        z = h('td', { class: 'right num' }),
        p = h('td', { class: 'right num' });
      const element = h(
        'tr',
        null,
        h(
          'th',
          { scope: 'row' },
          spoken(latent),
          h('small', null, from.length ? `from ${from.map(spoken).join(', ')}` : 'root'),
        ),
        observed,
        expected,
        h('td', null, bar.element),
        z,
        p,
      );
      return { latent, bar, observed, expected, z, p, element };
    });
    latentBody.replaceChildren(...latentRows.map(r => r.element));
  }

  function drawLatents() {
    if (!state.last || !graph) return;
    // The figures are of the frame in the pictures, as soon as there is one.
    const lit = causesShown(),
      byName = {},
      frame =
        state.pictured?.readings.length === state.last.readings.length
          ? state.pictured
          : state.last;
    const readings = state.shown ? state.shown.readings : frame.readings;
    latentTable.hidden = readings.length === 0; // of stored evidence, which has pictures only
    latentRows.forEach((row, i) => {
      const reading = readings[i],
        z = state.shown ? null : frame.standardized[i];
      text(
        row.observed,
        reading?.observedFactor == null
          ? signed(reading?.observed, 2)
          : figure(reading.observedFactor),
      );
      text(
        row.expected,
        reading?.expectedFactor == null
          ? signed(reading?.expected, 2)
          : figure(reading.expectedFactor),
      );
      const shown = state.shown ? (reading ? reading.observed - reading.expected : null) : z;
      row.bar.set(shown, isFar(row.latent, shown));
      text(row.z, signed(shown));
      text(row.p, state.shown || state.row.phase !== 'MODEL' ? '–' : pValue(frame.pValues[i]));
      attribute(
        row.element,
        'class',
        row.latent === lit[0] ? 'lit' : lit.includes(row.latent) ? 'named' : null,
      );
      byName[row.latent] = frame.standardized[i];
    });
    for (const c of channels) {
      const p = frame[c.key];
      text(c.value, c.key === 'reconstructionPValue' && p === null ? 'not asked' : pValue(p));
    }
    // With a calibration of the source, the p-values of the latents are in its panel.
    attribute(latentTable, 'class', state.row.phase === 'MODEL' ? 'scroll' : 'scroll own-normal');
    modelNote.hidden = state.row.phase === 'MODEL';
    graph.values(byName);
    graph.light(lit);
    const about = state.shown ?? openIncident();
    text(
      graphNote,
      about
        ? lit.length
          ? about.sentence
          : `${about.sentence} No single mechanism is the cause.`
        : watched()
          ? 'Every latent follows its causes.'
          : 'No mechanism is tested while the source is not watched.',
    );
  }

  const incidentSpans = () => state.incidents.map(i => [i.openedAt, i.endedAt ?? null]);

  function drawCharts() {
    const spans = incidentSpans();
    if (state.span === 'quarter' && state.trends) {
      const millis = state.trends[0].map((_, i) => state.trendStart + i * STRETCH);
      const window = [millis[0], millis.at(-1) + STRETCH];
      charts.forEach((c, i) =>
        c.chart.set([millis, state.trends[i + 1] ?? millis.map(() => null)], spans, window),
      );
      const learning = stretches(
        millis,
        k =>
          state.trends[0][k] === null &&
          state.trends[1]?.[k] !== null &&
          state.trends[1]?.[k] !== undefined,
        STRETCH,
      );
      learningKey.hidden = !learning.length;
      driftChart.set([millis, millis.map(() => null), state.trends[0]], spans, window, learning);
      scaleStrip.set(state.scales, [], []);
    } else {
      const s = connected(scores),
        d = connected(drift);
      charts.forEach((c, i) => c.chart.set([s.millis, s.columns[i] ?? []], spans));
      const share = (column, limit) =>
        d.columns[column]?.map((v, k) => {
          const of = d.columns[limit][k];
          return v !== null && of > 0 ? v / of : null;
        }) ?? [];
      const learning = stretches(d.millis, k => d.columns[0][k] === null);
      learningKey.hidden = !learning.length;
      driftChart.set([d.millis, share(2, 3), share(0, 1)], spans, null, learning);
      scaleStrip.set(
        state.scales,
        d.millis,
        state.scales.map((_, i) => share(STATISTICS + i, 1)),
      );
    }
    charts.forEach((c, i) => {
      const z = state.last?.standardized[i];
      text(c.value, `${signed(z)} sd`);
      attribute(c.value, 'class', `value num${isFar(c.latent, z) ? ' far' : ''}`);
    });
  }

  let scalesAt = 0;
  function drawDriftWords(s) {
    const r = s.row;
    text(
      driftValue,
      r.threshold && r.statistic !== null
        ? `${number(r.statistic)} of ${number(r.threshold)}`
        : '–',
    );
    attribute(
      driftValue,
      'class',
      `value num${r.threshold && r.statistic !== null && r.statistic >= r.threshold ? ' far' : ''}`,
    );
    const longest = s.scales.at(-1);
    text(
      driftWords,
      !r.threshold
        ? 'No drift score yet: the monitor has not evaluated a frame of this source.'
        : !watched()
          ? r.phase === 'LEARNING'
            ? `No statistic until the source has learned what is normal: ${state.commissioning?.reasons[0] ?? percent(r.progress)}.`
            : 'No statistic until what the source learned is accepted.'
          : s.samples < longest
            ? `Warming up: ${integer(s.samples)} of the ${integer(longest)} frames that the longest window needs.`
            : `The threshold is set for one false alarm in ${integer(s.targetRunLength)} frames on average${r.framesPerSecond ? `, ${duration((s.targetRunLength / r.framesPerSecond) * 1000)} at this pace` : ''}.${s.quietRunLength ? ` The source's own quiet stretches show one in ${integer(s.quietRunLength)}.` : ''}`,
    );
    if (s.at - scalesAt > 5000 && drift.millis.length) {
      scalesAt = s.at;
      text(
        scaleWords,
        s.scales
          .map(
            (scale, i) =>
              `${scale} frames: ${number(drift.columns[STATISTICS + i]?.at(-1))} of ${number(r.threshold)}`,
          )
          .join('; '),
      );
    }
  }

  // Incidents and orders change rarely: they are rebuilt then, and open details stay open.
  function drawNews() {
    const open = openIncidents();
    fault.hidden = !open.length;
    if (open.length) {
      attribute(fault, 'class', `panel fault ${severityColour(open[0].severity)}`);
      const key = JSON.stringify(
        open.map(i => [i.id, i.state, i.sentence, i.severity, i.note, i.verdict, i.events]),
      );
      if (fault.dataset.key !== key) {
        fault.dataset.key = key;
        fault.replaceChildren(...open.map(openItem));
      }
    } else {
      delete fault.dataset.key;
      fault.replaceChildren();
    }

    const standing = state.orders.filter(
      o => !(o.kind in MOMENTARY) && (o.until === null || o.until > state.at),
    );
    orders.hidden = !standing.length;
    orders.replaceChildren(
      ...standing.map(o =>
        h(
          'div',
          { class: 'panel body incident' },
          h(
            'span',
            { class: 'chip hollow' },
            { silence: 'silenced', announce: 'announced', suppress: 'suppressed' }[o.kind],
          ),
          h(
            'div',
            { class: 'sentence' },
            `${o.reason} (${o.by}${o.until ? `, until ${moment(o.until)}` : ''})`,
          ),
          h(
            'button',
            { class: 'needs-change', type: 'button', onclick: () => takeBack(o) },
            'Take back',
          ),
        ),
      ),
    );

    const unfolded = new Set(
      [...timeline.querySelectorAll('details[open]')].map(d => d.dataset.id),
    );
    const known = new Set(state.incidents.map(i => i.id));
    const items = [
      ...state.incidents.map(i => ({
        at: i.updatedAt,
        element: () => incidentItem(i, unfolded.has(i.id)),
      })),
      ...state.events
        .filter(e => !known.has(e.incidentId))
        .map(e => ({ at: e.at, element: () => eventItem(e, unfolded.has(e.id)) })),
      ...state.orders
        .filter(o => o.kind in MOMENTARY)
        .map(o => ({ at: o.at, element: () => orderItem(o) })),
    ]
      .sort((a, b) => b.at - a.at)
      .slice(0, 60);
    timeline.replaceChildren(
      ...(items.length
        ? items.map(i => i.element())
        : [h('p', { class: 'note soft' }, 'Nothing has happened so far.')]),
    );
  }

  const takeBack = order =>
    ask({
      title: 'Take it back',
      explanation: `${order.reason} (${order.by})`,
      confirm: 'Take back',
      reason: false,
      send: async () => {
        await remove(`api/control/${encodeURIComponent(order.id)}`);
        return 'It is taken back.';
      },
    });

  function openItem(i) {
    return h(
      'div',
      { class: 'body' },
      h(
        'p',
        null,
        h('span', { class: `chip ${severityColour(i.severity)}` }, spoken(i.severity)),
        ' ',
        h(
          'span',
          { class: 'soft small' },
          `${subjectWords(i.subject)}: ${kindWords(i.kind)}, ${i.state === 'SUSPENDED' ? 'suspended, ' : i.state === 'FLAPPING' ? 'comes and goes, ' : ''}since ${moment(i.openedAt)}, frame ${i.openedSequence}${i.flaps ? `, reopened ${i.flaps === 1 ? 'once' : `${i.flaps} times`}` : ''}`,
        ),
      ),
      h('p', { class: 'sentence', role: 'status' }, i.sentence),
      i.causes.length > 0 &&
        h(
          'p',
          { class: 'soft small' },
          'Cause: ',
          i.causes
            .map(
              c =>
                `${spoken(c.latent)}${c.parents.length ? ` (caused by ${c.parents.map(spoken).join(', ')})` : ' (root)'}, ${Math.round(100 * c.share)} %`,
            )
            .join('; '),
        ),
      h('p', { class: 'soft small' }, `What to do: ${i.advice}`),
      i.note && h('p', { class: 'soft small' }, `Note: ${i.note}`),
      incidentButtons(i),
    );
  }

  function incidentButtons(incident) {
    const said = incident.verdict;
    return h(
      'div',
      { class: 'actions' },
      h('a', { class: 'button', href: incidentLink(incident.id) }, 'Open'),
      incident.subject !== 'silence' &&
        h('button', { type: 'button', onclick: () => showEvidence(incident) }, 'Show its evidence'),
      h(
        'button',
        {
          class: 'needs-change',
          type: 'button',
          'aria-pressed': String(said === 'true'),
          onclick: () => feedback([incident], true),
        },
        said === 'true' ? '✓ True alarm' : 'True alarm',
      ),
      h(
        'button',
        {
          class: 'needs-change',
          type: 'button',
          'aria-pressed': String(said === 'false'),
          onclick: () => feedback([incident], false),
        },
        said === 'false' ? '✓ False alarm' : 'False alarm',
      ),
      !incident.endedAt &&
        incident.subject === 'sensor:moved' &&
        h(
          'button',
          { class: 'needs-configure', type: 'button', onclick: () => followCamera(incident) },
          'Correct the region …',
        ),
      !incident.endedAt &&
        h(
          'button',
          { class: 'needs-change', type: 'button', onclick: () => resolve([incident]) },
          'Resolve',
        ),
    );
  }

  /** Proposes the region that shows the scene again after the camera has moved. */
  function followCamera(incident) {
    const moved = state.events.filter(e => e.incidentId === incident.id && e.motion).at(-1)?.motion;
    if (!moved) {
      toast(
        'The motion is no longer remembered here; it is in the event on the topic of anomalies.',
      );
      return;
    }
    editGeometry(name, state.last, showRule, moved).catch(e => toast(e.message));
  }

  const when = millis =>
    h(
      'time',
      { class: 'soft small', datetime: new Date(millis).toISOString(), title: full(millis) },
      moment(millis),
    );

  function incidentItem(i, unfolded) {
    const open = !i.endedAt,
      events = state.events.filter(e => e.incidentId === i.id);
    return h(
      'details',
      { 'data-id': i.id, open: unfolded },
      h(
        'summary',
        null,
        when(i.openedAt),
        h('span', { class: 'sentence' }, i.sentence),
        h(
          'span',
          { class: `chip ${open ? severityColour(i.severity) : 'good'}` },
          open
            ? spoken(i.state === 'SUSPENDED' || i.state === 'FLAPPING' ? i.state : 'open')
            : spoken(i.reason ?? i.state),
        ),
      ),
      h(
        'div',
        { class: 'inner' },
        h(
          'dl',
          { class: 'props' },
          h('dt', null, 'Subject'),
          h('dd', null, subjectWords(i.subject)),
          h('dt', null, 'Kind'),
          h('dd', null, kindWords(i.kind)),
          open && h('dt', null, 'What to do'),
          open && h('dd', null, sentenceCase(i.advice)),
          i.note && h('dt', null, 'Note'),
          i.note && h('dd', null, i.note),
          i.follows && h('dt', null, 'Follows'),
          i.follows && h('dd', { class: 'mono' }, i.follows),
          i.mergedInto && h('dt', null, 'Part of'),
          i.mergedInto && h('dd', { class: 'mono' }, i.mergedInto),
          h('dt', null, 'Lasted'),
          h(
            'dd',
            null,
            open
              ? `since ${moment(i.openedAt)}`
              : `${duration(i.endedAt - i.openedAt)}, until ${moment(i.endedAt)}`,
          ),
          h('dt', null, 'Frames'),
          h('dd', null, `${i.openedSequence} to ${i.updatedSequence}`),
          h('dt', null, 'Incident'),
          h('dd', { class: 'mono' }, i.id),
          h('dt', null, 'Model'),
          h('dd', { class: 'mono' }, i.modelId),
        ),
        incidentButtons(i),
        events.length
          ? h(
              'ul',
              { class: 'events', 'aria-label': 'Events of the incident' },
              events.map(e => h('li', null, eventLine(e))),
            )
          : h(
              'p',
              { class: 'soft small' },
              'Its events are no longer remembered here; they are on their topics.',
            ),
      ),
    );
  }

  function eventItem(e, unfolded) {
    return h(
      'details',
      { 'data-id': e.id, open: unfolded },
      h(
        'summary',
        null,
        when(e.at),
        h('span', { class: 'sentence' }, e.sentence),
        h('span', { class: 'chip plain' }, spoken(e.what)),
      ),
      h('div', { class: 'inner' }, eventLine(e)),
    );
  }

  const orderItem = o =>
    h(
      'details',
      null,
      h(
        'summary',
        null,
        when(o.at),
        h('span', { class: 'sentence' }, `${MOMENTARY[o.kind]}: ${o.reason}`),
        h('span', { class: 'chip plain' }, 'order'),
      ),
      h('p', { class: 'inner soft small' }, `by ${o.by}`),
    );

  function eventLine(e) {
    return [
      h('p', null, h('b', null, `${spoken(e.what)}: ${spoken(e.kind)}`), ' ', e.sentence),
      h(
        'p',
        { class: 'meta' },
        when(e.at),
        h('span', null, `frame ${e.lastSequence}`),
        e.statistic !== null &&
          h('span', null, `statistic ${figure(e.statistic)} of ${figure(e.threshold)}`),
        e.pValue !== null && h('span', null, `p = ${figure(e.pValue)}`),
        h('button', { type: 'button', onclick: () => showEvent(e) }, 'Show its frame'),
      ),
      e.condition && h('p', { class: 'meta' }, `holds if: ${e.condition}`),
    ];
  }

  /** Holds the pictures at an event or an incident; null goes back to the last frame. */
  function show(shown) {
    state.shown = shown;
    back.hidden = !shown;
    pictureAt = '';
    shots.forEach(shot => text(shot.caption, shot.words));
    drawLatents();
    if (shown) {
      now.scrollIntoView({ block: 'nearest' });
      back.focus();
    }
  }

  function showEvent(e) {
    show(e);
    showPictures(
      { partition: e.frame.partition, offset: e.frame.offset, modelId: e.modelId },
      explained(e.readings),
      `event at ${clock(e.at)}, frame ${e.lastSequence}`,
    );
  }

  /** The stored pictures of an incident, which do not need its frame and its model any more. */
  async function showEvidence(i) {
    const shown = { causes: i.causes, readings: [], sentence: i.sentence };
    show(shown);
    const path = `api/incidents/${encodeURIComponent(i.id)}/evidence`;
    let kept, problem;
    try {
      kept = await get(path, aborting.signal);
    } catch (e) {
      problem = e;
    }
    if (state.shown !== shown) return;
    const paths = EVIDENCE.map(name => (kept?.pictures.includes(name) ? `${path}/${name}` : null));
    const why = problem ? String(problem.message) : 'not drawn: the sensor is at fault';
    const latent = /^(?:mechanism|root):(.+)$/.exec(kept?.subject ?? '')?.[1];
    if (latent) text(shots[2].caption, `where the deviation of ${spoken(latent)} shows`);
    load(
      `evidence of ${i.id}`,
      paths,
      kept
        ? `evidence from ${moment(kept.capturedAt)}, frame ${kept.sequence}, model ${kept.modelId}`
        : 'evidence',
      null,
      why,
    );
  }

  const explained = readings =>
    readings.map(r => (parents(r.latent).length ? r.expected : r.observed));
  const liveLatents = () => (state.last && state.graph ? explained(state.last.readings) : null);

  async function showPictures(place, latents, words) {
    if (!place || !latents || latents.some(v => v === null)) return;
    const model = `model=${encodeURIComponent(place.modelId)}`,
      where = `${model}&source=${encodeURIComponent(name)}&partition=${place.partition}&offset=${place.offset}`;
    const z = latents.map(v => Math.max(-999, Math.min(999, v)).toFixed(3)).join();
    const paths = [
      `api/pictures/frame?${where}`,
      `api/pictures/decoded?${model}&latents=${z}`,
      `api/pictures/difference?${where}&latents=${z}`,
    ];
    load(`${place.partition}@${place.offset}`, paths, words, place, '');
  }

  /** Loads three pictures; without a path, says why there is none. */
  async function load(key, paths, words, place, why) {
    const shown = state.shown;
    if (
      key === pictureAt ||
      pictureBusy ||
      (!shown && (document.hidden || performance.now() - pictureTime < PICTURE_PAUSE))
    ) {
      if (shown && pictureBusy)
        setTimeout(() => state.shown === shown && load(key, paths, words, place, why), 100);
      return;
    }
    pictureBusy = true;
    pictureTime = performance.now();
    const found = await Promise.allSettled(
      paths.map(path =>
        path ? picture(path, aborting.signal) : Promise.reject(new Refused(404, why)),
      ),
    );
    if (aborting.signal.aborted) return;
    const old = urls;
    urls = found.map(f => (f.status === 'fulfilled' ? URL.createObjectURL(f.value) : null));
    shots.forEach((shot, i) => {
      const url = urls[i],
        failed = found[i].reason;
      shot.image.hidden = !url;
      shot.note.hidden = Boolean(url);
      if (url) {
        shot.image.src = url;
        shot.image.alt = `${shot.title}, ${words}`;
      } else
        text(shot.note, failed instanceof Refused ? failed.message : 'This picture cannot be had.');
    });
    old.forEach(url => url && URL.revokeObjectURL(url));
    text(pictureOf, words);
    pictureAt = key;
    pictureBusy = false;
    if (place?.readings) {
      state.pictured = place;
      drawLatents();
    }
  }

  live.see(view, draw);
  return () => {
    aborting.abort();
    urls.forEach(url => url && URL.revokeObjectURL(url));
    charts.forEach(c => c.chart.destroy());
    driftChart.destroy();
    scaleStrip.destroy();
  };
}

/** The rows since the last long pause, so that what happened long before does not press them together. */
function connected({ millis, columns }) {
  const n = millis.length;
  const usual = n > 1 ? (millis[n - 1] - millis[Math.max(0, n - 33)]) / Math.min(32, n - 1) : 0;
  const pause = Math.max(30000, 20 * usual);
  let first = n - 1;
  while (first > 0 && millis[first] - millis[first - 1] < pause) first--;
  return first <= 0
    ? { millis, columns }
    : { millis: millis.slice(first), columns: columns.map(column => column.slice(first)) };
}

/** Periods of the rows for which a test holds: [[from, to]]; null as the end of one that goes on. */
function stretches(millis, holds, length = 0) {
  const found = [];
  let from = null;
  millis.forEach((at, k) => {
    if (holds(k)) from ??= at;
    else if (from !== null) {
      found.push([from, at]);
      from = null;
    }
  });
  if (from !== null) found.push([from, length ? millis.at(-1) + length : null]);
  return found;
}

/** Rows that come a few at a time; the oldest of too many go. */
function rows() {
  const kept = { millis: [], columns: [] };
  kept.add = ({ reset, millis, columns }) => {
    if (reset || kept.columns.length !== columns.length) {
      kept.millis = [];
      kept.columns = columns.map(() => []);
    }
    if (!millis.length) return;
    kept.millis = kept.millis.concat(millis);
    kept.columns = kept.columns.map((column, i) => column.concat(columns[i]));
    const many = kept.millis.length - MAX_ROWS;
    if (many > 0) {
      kept.millis = kept.millis.slice(many);
      kept.columns = kept.columns.map(column => column.slice(many));
    }
  };
  return kept;
}
