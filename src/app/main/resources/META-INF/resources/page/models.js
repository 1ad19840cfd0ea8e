/* The registry of models: all models, their evaluation at the gate, and the one in use. */
import { h } from './dom.js';
import { get, post, showAllowed } from './api.js';
import { ask, order } from './actions.js';
import { drawGraph } from './graph.js';
import { bytes, figure, integer, modelName, moment, spoken } from './words.js';

const POLL = 3000;
const modelLink = id => `#/models/${encodeURIComponent(id)}`;
const help = (anchor, words) => h('a', { class: 'help', href: `#/explain/${anchor}` }, words);

export function models(root, { live }, [wanted]) {
  const list = h('ul', { class: 'pick' });
  const trainings = h('div'),
    trainingPanel = h(
      'section',
      { class: 'panel', 'aria-labelledby': 'trainings-title' },
      h(
        'header',
        null,
        h('h2', { id: 'trainings-title' }, 'Trainings'),
        h(
          'span',
          { class: 'aside' },
          h('button', { class: 'needs-administer', type: 'button', onclick: train }, 'Train now …'),
        ),
      ),
      trainings,
    );
  const swaps = h('div', { class: 'incidents' }),
    swapPanel = h(
      'section',
      { class: 'panel', 'aria-labelledby': 'swaps-title' },
      h(
        'header',
        null,
        h('h2', { id: 'swaps-title' }, 'Changes of the model'),
        h(
          'span',
          { class: 'aside' },
          h(
            'button',
            { type: 'button', class: 'danger needs-administer', onclick: () => rollback() },
            'Roll back …',
          ),
        ),
      ),
      swaps,
    );
  const detail = h('div', { class: 'stack' });
  const choice = h('select', {
      id: 'scene',
      onchange: () => {
        scene = choice.value;
        drawLists(registry, runsNow);
      },
    }),
    sceneBox = h('label', { class: 'small', for: 'scene', hidden: true }, 'Scene ', choice);
  root.append(
    h(
      'div',
      null,
      h('h1', null, 'Models'),
      h(
        'p',
        { class: 'soft' },
        'All models, how each one was evaluated before use, and which one scores now.',
      ),
    ),
    h(
      'div',
      { class: 'models' },
      h(
        'div',
        { class: 'stack' },
        h(
          'section',
          { class: 'panel', 'aria-labelledby': 'models-title' },
          h(
            'header',
            null,
            h('h2', { id: 'models-title' }, 'In the registry'),
            h('span', { class: 'aside' }, sceneBox),
          ),
          list,
        ),
        trainingPanel,
        swapPanel,
      ),
      detail,
    ),
  );
  live.see({ see: 'nothing' });

  let registry = null,
    runsNow = [],
    scene = null,
    allowedIn = null,
    shown = null,
    key = '',
    timer = 0,
    gone = false;
  const current = () =>
    registry?.scenes.find(s => s.name === scene) ?? {
      name: scene,
      active: null,
      previous: null,
      shadow: null,
    };

  async function refresh() {
    try {
      const [models, runs] = await Promise.all([get('api/models'), get('api/trainings')]);
      if (gone) return;
      const newKey = JSON.stringify([models, runs]);
      if (newKey !== key) {
        key = newKey;
        registry = models;
        runsNow = runs;
        drawLists(models, runs);
      }
    } catch (e) {
      if (!registry && !gone) list.replaceChildren(h('li', { class: 'empty soft' }, e.message));
    }
    if (!gone) timer = setTimeout(refresh, document.hidden ? 10 * POLL : POLL);
  }

  /** Scenes in use, and those that models were made for; the default one first. */
  const sceneNames = models =>
    [...new Set([...models.scenes.map(s => s.name), ...models.models.map(m => m.scene)])].sort(
      (a, b) => (b === 'default') - (a === 'default') || a.localeCompare(b),
    );

  function drawLists(models, runs) {
    const names = sceneNames(models);
    scene ??= models.models.find(m => m.id === wanted)?.scene ?? names[0] ?? 'default';
    sceneBox.hidden = names.length < 2;
    choice.replaceChildren(...names.map(n => h('option', { value: n }, n)));
    choice.value = scene;
    if (allowedIn !== scene) {
      allowedIn = scene;
      showAllowed(root, { scene });
    }
    const { active, shadow } = current(),
      activations = models.activations.filter(a => a.scene === scene),
      used = new Set(activations.map(a => a.model));
    const here = models.models.filter(m => m.scene === scene || used.has(m.id));
    const id = wanted ?? active ?? here[0]?.id;
    list.replaceChildren(
      ...here.map(m =>
        h(
          'li',
          null,
          h(
            'a',
            { href: modelLink(m.id), 'aria-current': m.id === id ? 'true' : null },
            h(
              'span',
              { class: 'id' },
              `${modelName(m.id)}, ${moment(Date.parse(m.publishedAt))} `,
              m.id === active && h('span', { class: 'chip good' }, 'in use'),
              shadow?.model === m.id && h('span', { class: 'chip info hollow' }, 'shadow'),
              m.findings.length > 0 &&
                h(
                  'span',
                  { class: `chip ${m.acceptedBy ? 'warn' : 'bad'}` },
                  m.acceptedBy ? `accepted by ${m.acceptedBy}` : 'not accepted',
                ),
            ),
            h('span', { class: 'soft small mono clipped', title: m.id }, m.id),
            h('span', { class: 'soft small' }, `by ${m.publishedBy}, ${bytes(m.bytes)}`),
            m.verdict && h('span', { class: 'soft small' }, m.verdict),
            Object.keys(m.labels).length > 0 &&
              h(
                'span',
                { class: 'small' },
                Object.entries(m.labels)
                  .map(([k, v]) => `${k}=${v}`)
                  .join(', '),
              ),
          ),
        ),
      ),
    );
    if (!here.length)
      list.replaceChildren(
        h(
          'li',
          { class: 'empty soft' },
          models.models.length
            ? 'This scene has no models yet.'
            : 'The registry is empty. A process that scores puts the first model in.',
        ),
      );
    const shownRuns = [
      ...runs.filter(t => t.scene === scene).slice(0, 12),
      ...runs.filter(t => t.scene !== scene).slice(0, 6),
    ];
    trainings.replaceChildren(
      ...(shownRuns.length
        ? shownRuns.map(training)
        : [
            h(
              'p',
              { class: 'note soft' },
              'No training yet. One starts when the shift of a root persists, on a schedule, or on request.',
            ),
          ]),
    );
    swaps.replaceChildren(
      ...activations.map(a =>
        h(
          'div',
          { class: 'incident' },
          h('span', { class: `chip ${a.kind === 'rollback' ? 'warn' : 'good'}` }, a.kind),
          h(
            'div',
            { class: 'sentence' },
            h('a', { href: modelLink(a.model), title: a.model }, modelName(a.model)),
            ` ${a.reason}`,
          ),
          h('time', { datetime: a.at }, moment(Date.parse(a.at))),
          h(
            'div',
            { class: 'meta' },
            h('span', null, `by ${a.by}`),
            Object.keys(a.starts).length > 0 &&
              h(
                'span',
                null,
                `from ${Object.entries(a.starts)
                  .map(([p, o]) => `${p}@${o}`)
                  .join(', ')}`,
              ),
          ),
        ),
      ),
    );
    if (id && id !== shown) {
      shown = id;
      show(id, models);
    } else if (id) buttons(id, models);
  }

  function training(t) {
    const ended = t.ended,
      good = t.phase === 'promoted';
    return h(
      'div',
      { class: 'training' },
      h(
        'div',
        { class: 'title' },
        h(
          'span',
          { class: `chip ${good ? 'good' : t.phase === 'failed' ? 'bad' : ended ? '' : 'info'}` },
          spoken(t.phase),
        ),
        h('span', { class: 'soft small' }, `${spoken(t.trigger)}, ${moment(Date.parse(t.at))}`),
        t.scene !== scene && h('span', { class: 'chip plain' }, `scene ${t.scene}`),
        !ended &&
          h(
            'button',
            { class: 'needs-administer', type: 'button', onclick: () => cancel(t) },
            'Cancel …',
          ),
      ),
      !ended &&
        h('progress', {
          max: 1,
          value: t.progress,
          'aria-label': `Progress of ${spoken(t.phase)}`,
        }),
      h('p', { class: 'small' }, t.reason),
      t.model &&
        h(
          'p',
          { class: 'small clipped' },
          h('a', { href: modelLink(t.model), title: t.model }, t.model),
        ),
    );
  }

  const actionBox = h('div', { class: 'actions' });
  function buttons(id, models) {
    const entry = models.models.find(m => m.id === id);
    if (!entry) return;
    const active = id === current().active,
      was = models.activations.some(a => a.model === id && a.scene === scene);
    if (actionBox.dataset.key === `${scene} ${id}${active}${was}`) return;
    actionBox.dataset.key = `${scene} ${id}${active}${was}`;
    actionBox.replaceChildren(
      ...(active
        ? [h('span', { class: 'chip good' }, 'in use')]
        : [
            h(
              'button',
              { class: 'primary needs-administer', type: 'button', onclick: () => promote(id) },
              'Promote …',
            ),
            was &&
              h(
                'button',
                { class: 'needs-administer', type: 'button', onclick: () => rollback(id) },
                'Roll back to it …',
              ),
          ]
      ).filter(Boolean),
    );
  }

  async function show(id, models) {
    detail.replaceChildren(
      h('div', { class: 'panel empty soft', role: 'status' }, 'Reading the bundle …'),
    );
    delete actionBox.dataset.key;
    try {
      const m = await get(`api/models/${encodeURIComponent(id)}`);
      if (gone || shown !== id) return;
      buttons(id, models);
      const of = models.models.find(o => o.id === id)?.scene,
        others = models.models.filter(o => o.id !== id && o.scene === of).map(o => o.id);
      detail.replaceChildren(
        verdicts(
          m,
          models.models.find(o => o.id === id),
        ),
        ...(m.warnings.length ? [warnings(m)] : []),
        gate(m),
        ...(others.length ? [difference(m, others)] : []),
        graphPanel(m),
        details(m, others),
      );
    } catch (e) {
      shown = null;
      detail.replaceChildren(
        h('div', { class: 'panel empty' }, h('h2', null, id), h('p', { class: 'soft' }, e.message)),
      );
    }
  }

  const chips = { good: 'good', doubtful: 'warn', bad: 'bad' };
  const verdicts = (m, entry) =>
    h(
      'section',
      { class: 'panel', 'aria-label': 'Model' },
      h(
        'header',
        null,
        h('h2', { title: m.id }, modelName(m.id)),
        h('span', { class: 'aside' }, actionBox),
      ),
      h('p', { class: 'body soft small mono clipped', title: m.id }, m.id),
      h(
        'div',
        { class: 'verdicts body' },
        m.verdicts.map(v => [
          h('strong', null, spoken(v.aspect)),
          h('span', { class: `chip ${chips[v.grade]}` }, v.grade),
          h(
            'div',
            null,
            h('p', null, v.evidence),
            v.next &&
              h('p', { class: 'soft small' }, 'Next: ', h('span', { class: 'mono' }, v.next)),
          ),
        ]),
      ),
      entry?.findings.length
        ? h(
            'p',
            { class: 'note soft' },
            entry.acceptedBy
              ? `${entry.acceptedBy} accepted what this model cannot read.`
              : [
                  'Nobody accepted what this model cannot read, so it cannot be promoted here. To use it all the same: ',
                  h(
                    'span',
                    { class: 'mono' },
                    `residua model promote ${m.id} --accept --reason TEXT`,
                  ),
                ],
          )
        : '',
    );
  const warnings = m =>
    h(
      'section',
      { class: 'panel fault warn' },
      h(
        'div',
        { class: 'body' },
        h('h2', null, 'Warnings'),
        h(
          'ul',
          null,
          m.warnings.map(w => h('li', null, w)),
        ),
      ),
    );

  function gate(m) {
    const header = h(
      'header',
      null,
      h('h2', null, 'Gate'),
      m.gate &&
        h(
          'span',
          { class: `chip ${m.gate.promoted ? 'good' : 'warn'}` },
          m.gate.promoted ? 'let through' : 'not let through',
        ),
      h('span', { class: 'aside' }, help('gate', 'what the gate asks')),
    );
    if (!m.gate)
      return h(
        'section',
        { class: 'panel' },
        header,
        h(
          'p',
          { class: 'note soft' },
          'This model was not compared with another: it is the first, or was put into the registry by hand.',
        ),
      );
    return h(
      'section',
      { class: 'panel' },
      header,
      h(
        'p',
        { class: 'body' },
        m.gate.sentence,
        h(
          'span',
          { class: 'soft small' },
          ` Compared with ${m.gate.champion} on ${integer(m.gate.frames)} held-out frames and ${integer(m.gate.faults)} injected faults.`,
        ),
      ),
      h(
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
              ['Rule', 'In use', 'This', 'Bound', '', 'Why'].map((n, i) =>
                h(
                  'th',
                  { scope: 'col', class: i > 0 && i < 4 ? 'right' : null },
                  n || h('span', { class: 'visually-hidden' }, 'Passed'),
                ),
              ),
            ),
          ),
          h(
            'tbody',
            null,
            m.gate.rulings.map(r =>
              h(
                'tr',
                null,
                h(
                  'th',
                  { scope: 'row' },
                  spoken(r.rule),
                  h('div', { class: 'soft small' }, r.measures),
                ),
                [r.champion, r.candidate, r.bound].map(v =>
                  h('td', { class: 'right num' }, figure(v)),
                ),
                h(
                  'td',
                  null,
                  h(
                    'span',
                    { class: `chip ${r.passed ? 'good' : 'bad'}` },
                    r.passed ? 'holds' : 'broken',
                  ),
                ),
                h('td', { class: 'small' }, r.sentence),
              ),
            ),
          ),
        ),
      ),
    );
  }

  function difference(m, others) {
    const choose = h(
      'select',
      { 'aria-label': 'Compare with' },
      others.map(o => h('option', { value: o }, o)),
    );
    const start =
      m.parent && others.includes(m.parent)
        ? m.parent
        : current().active && current().active !== m.id
          ? current().active
          : others[0];
    choose.value = start;
    const body = h('div', { class: 'body stack' });
    const compare = async () => {
      const from = choose.value;
      try {
        const [d, before] = await Promise.all([
          get(`api/models/${encodeURIComponent(m.id)}/difference?from=${encodeURIComponent(from)}`),
          get(`api/models/${encodeURIComponent(from)}`),
        ]);
        if (choose.value !== from) return;
        const mark = e => {
          const edge = d.edges.find(x => x.cause === e.from && x.effect === e.to);
          return !edge ? '' : edge.before === null ? 'new' : edge.after === null ? 'gone' : '';
        };
        const state = e =>
          e.before === null
            ? ['added', 'new']
            : e.after === null
              ? ['gone', 'gone']
              : ['', 'stays'];
        const sure = v => (v === null ? 'absent' : `${Math.round(100 * v)} % sure`);
        body.replaceChildren(
          h(
            'div',
            { class: 'two even' },
            h(
              'figure',
              null,
              drawGraph(before.graph, mark, true).element,
              h('figcaption', { class: 'soft small' }, from),
            ),
            h(
              'figure',
              null,
              drawGraph(m.graph, mark, true).element,
              h('figcaption', { class: 'soft small' }, m.id),
            ),
          ),
          h('ul', { class: 'small' }, [
            ...d.latentsGone.map(l => h('li', { class: 'gone' }, `latent ${spoken(l)} is gone`)),
            ...d.latentsNew.map(l => h('li', { class: 'added' }, `latent ${spoken(l)} is new`)),
            ...d.edges.map(e =>
              h(
                'li',
                { class: state(e)[0] },
                `${spoken(e.cause)} → ${spoken(e.effect)}: ${state(e)[1]}, ${sure(e.before)} before, ${sure(e.after)} now`,
              ),
            ),
          ]),
          !d.edges.length && !d.latentsGone.length && !d.latentsNew.length
            ? h('p', { class: 'soft' }, 'Both have the same latents and the same graph.')
            : '',
          twoColumns('Settings', d.settings, from, m.id, v => v ?? '–'),
          twoColumns('Figures', d.figures, from, m.id, figure),
        );
      } catch (e) {
        body.replaceChildren(h('p', { class: 'soft' }, e.message));
      }
    };
    choose.addEventListener('change', compare);
    compare();
    return h(
      'section',
      { class: 'panel' },
      h('header', null, h('h2', null, 'Difference'), h('span', { class: 'aside' }, choose)),
      body,
    );
  }

  const twoColumns = (title, map, from, to, show) =>
    Object.keys(map).length === 0
      ? ''
      : h(
          'details',
          null,
          h('summary', null, `${title} that differ: ${Object.keys(map).length}`),
          h(
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
                  h('th', { scope: 'col' }, title),
                  h('th', { scope: 'col' }, from),
                  h('th', { scope: 'col' }, to),
                ),
              ),
              h(
                'tbody',
                null,
                Object.entries(map).map(([k, [a, b]]) =>
                  h(
                    'tr',
                    null,
                    h('th', { scope: 'row' }, k),
                    h('td', null, show(a)),
                    h('td', null, show(b)),
                  ),
                ),
              ),
            ),
          ),
        );
  const graphPanel = m =>
    h(
      'section',
      { class: 'panel' },
      h(
        'header',
        null,
        h('h2', null, 'Graph'),
        h('span', { class: 'aside' }, help('graph', 'how to read it')),
      ),
      h('div', { class: 'body' }, drawGraph(m.graph, undefined, true).element),
    );
  const details = (m, others) =>
    h(
      'section',
      { class: 'panel' },
      h(
        'details',
        { class: 'body' },
        h('summary', null, 'Details'),
        h(
          'div',
          { class: 'stack' },
          h(
            'dl',
            { class: 'props' },
            pairs({
              Parent:
                m.parent &&
                (others.includes(m.parent)
                  ? h('a', { href: modelLink(m.parent) }, m.parent)
                  : m.parent),
              Architecture: m.architecture,
              Images: m.image,
              Trained: `${m.startedAt.slice(0, 19).replace('T', ' ')} to ${m.finishedAt.slice(11, 19)}`,
              Data: `${m.data}, ${m.dataRange}`,
              'Labelled frames': integer(m.labelledFrames),
              Latents: m.graph.nodes
                .map(n => spoken(n) + (m.anchored.includes(n) ? '' : ' (unnamed)'))
                .join(', '),
              Seed: String(m.seed),
              Code: m.codeVersion,
              Digest: h('span', { class: 'mono' }, m.digest),
            }),
          ),
          h('h3', null, 'Figures of the training'),
          h(
            'dl',
            { class: 'props many' },
            together(Object.fromEntries(Object.entries(m.metrics).map(([k, v]) => [k, figure(v)]))),
          ),
          h('h3', null, 'Settings'),
          h('dl', { class: 'props many' }, together(m.hyperParameters)),
        ),
      ),
    );
  const together = object =>
    Object.entries(object).map(([k, v]) => h('div', null, h('dt', null, k), h('dd', null, v)));
  const pairs = object =>
    Object.entries(object)
      .filter(([, v]) => v !== null && v !== undefined && v !== '')
      .map(([k, v]) => [h('dt', null, k), h('dd', null, v)]);

  const soon = () => {
    clearTimeout(timer);
    key = '';
    refresh();
  };
  const inScene = () => (scene === 'default' ? '' : ` in scene ${scene}`);
  const promote = id =>
    ask({
      title: `Promote ${id}${inScene()}`,
      explanation:
        'It scores every frame of the scene from the change on, in every process, without a restart. You can roll back.',
      confirm: 'Promote',
      send: async v => {
        const done = await post(`api/models/${encodeURIComponent(id)}/promote`, { ...v, scene });
        soon();
        return `${done.active} is in use.`;
      },
    });
  const rollback = id =>
    ask({
      title: `Roll back${id ? ` to ${id}` : ''}${inScene()}`,
      explanation: id
        ? null
        : `To ${current().previous ?? 'the model that was in use before the current one was promoted'}.`,
      confirm: 'Roll back',
      send: async v => {
        const done = await post(
          'api/models/rollback',
          id ? { ...v, scene, to: id } : { ...v, scene },
        );
        soon();
        return `${done.active} is in use.`;
      },
    });
  const cancel = t =>
    ask({
      title: 'Cancel the training',
      explanation: t.reason,
      confirm: 'Cancel training',
      send: async v => {
        await order({ kind: 'cancel-training', training: t.id, ...v });
        return 'The training will end soon.';
      },
    });
  function train() {
    ask({
      title: `Train a model now${inScene()}`,
      explanation:
        'On the last quiet frames. The gate then decides whether it replaces the model in use.',
      confirm: 'Train',
      send: async v => {
        await order({ kind: 'retrain', scene, ...v });
        return 'The training is requested.';
      },
    });
  }

  refresh();
  return () => {
    gone = true;
    clearTimeout(timer);
  };
}
