/* Training, and what became of the names. */
import { h, text } from '../page/dom.js';
import { drawGraph } from '../page/graph.js';
import { duration, fullSentence, number, percent, sentenceCase } from '../page/words.js';

const CHIPS = { good: 'good', doubtful: 'warn', bad: 'bad' };
const POLL = 700;

export function train(root, app) {
  const steps = h('input', {
    type: 'number',
    name: 'steps',
    min: 1,
    placeholder: 'as usual',
    'aria-label': 'Steps',
  });
  const seed = h('input', { type: 'number', name: 'seed', min: 0, value: 1, 'aria-label': 'Seed' });
  const start = h('button', { type: 'button', class: 'primary', onclick: begin }, 'Train');
  const ready = h('p', { class: 'soft' });
  const running = h('div'),
    result = h('div', { class: 'stack' });
  root.append(
    h(
      'section',
      { class: 'panel' },
      h('header', null, h('h1', { class: 'plain' }, 'Train a model on what was taught')),
      h(
        'div',
        { class: 'body stack small-gap' },
        ready,
        h(
          'div',
          { class: 'form-row' },
          start,
          h(
            'details',
            null,
            h('summary', { class: 'soft small' }, 'Options'),
            h(
              'div',
              { class: 'form-row' },
              h(
                'label',
                null,
                'Steps',
                steps,
                h(
                  'span',
                  { class: 'hint' },
                  'Empty: until it is stable, at most 9000. With answers or holds 9000, without labels 3000.',
                ),
              ),
              h(
                'label',
                null,
                'Seed',
                seed,
                h('span', { class: 'hint' }, 'Another seed, another try.'),
              ),
            ),
          ),
        ),
        running,
      ),
    ),
    result,
  );
  let timer = 0,
    gone = false,
    drawn = '';

  async function begin() {
    start.disabled = true;
    try {
      draw(
        await app.raw('/training', {
          steps: steps.value ? Number(steps.value) : null,
          seed: Number(seed.value || 1),
        }),
      );
    } catch (e) {
      start.disabled = false;
      await app.failed(e);
    }
    poll();
  }
  async function poll() {
    clearTimeout(timer);
    try {
      draw(await app.get('/training'));
    } catch {
      /* the banner shows it */
    }
    if (!gone) timer = setTimeout(poll, POLL);
  }
  function draw(t) {
    if (gone) return;
    const runs = t.phase === 'running';
    start.disabled = runs;
    text(start, t.phase === 'idle' || runs ? 'Train' : 'Train again');
    running.replaceChildren(
      ...(runs
        ? [
            h(
              'p',
              null,
              h('b', null, sentenceCase(t.stage)),
              h(
                'span',
                { class: 'soft' },
                ` ${percent(t.fraction)}, ${duration(1000 * t.seconds)} so far${t.secondsLeft === null ? '' : `, about ${duration(1000 * t.secondsLeft)} left of this stage`}`,
              ),
            ),
            h('progress', { max: 1, value: t.fraction, 'aria-label': t.stage }),
            h(
              'div',
              { class: 'actions' },
              h(
                'button',
                { type: 'button', onclick: () => app.cancel('/training').catch(app.failed) },
                'Cancel',
              ),
            ),
          ]
        : t.phase === 'failed'
          ? [h('p', { class: 'problem' }, fullSentence(t.message))]
          : t.phase === 'cancelled'
            ? [h('p', { class: 'soft' }, 'Cancelled. Nothing was written.')]
            : t.phase === 'done'
              ? [
                  h(
                    'p',
                    null,
                    `Trained in ${duration(1000 * t.seconds)}: `,
                    h('code', null, t.result.file),
                  ),
                ]
              : []),
    );
    const key = t.result ? t.result.model + t.result.verdicts.map(v => v.evidence).join() : '';
    if (key !== drawn) {
      drawn = key;
      result.replaceChildren(
        ...(t.result
          ? [verdicts(t.result), graph(t.result), mechanisms(t.result), warnings(t.result)].filter(
              Boolean,
            )
          : []),
      );
    }
  }

  const verdicts = r =>
    h(
      'section',
      { class: 'panel', 'aria-label': 'Verdicts' },
      h(
        'header',
        null,
        h('h2', null, 'Three verdicts'),
        h('span', { class: 'aside soft small mono' }, r.model),
      ),
      h(
        'div',
        { class: 'verdicts body' },
        r.verdicts.map(v => [
          h('strong', null, v.aspect),
          h('span', { class: `chip ${CHIPS[v.grade]}` }, v.grade),
          h(
            'div',
            null,
            h('p', null, fullSentence(v.evidence)),
            v.next &&
              h('p', { class: 'soft small' }, 'Next: ', h('span', { class: 'mono' }, v.next)),
          ),
        ]),
      ),
    );
  const graph = r =>
    h(
      'section',
      { class: 'panel' },
      h('header', null, h('h2', null, 'Graph: what causes what')),
      h('div', { class: 'body' }, drawGraph(r.graph, undefined, true).element),
    );
  const mechanisms = r =>
    h(
      'section',
      { class: 'panel' },
      h('header', null, h('h2', null, 'What can be monitored')),
      h(
        'p',
        { class: 'body soft' },
        r.leakage !== null
          ? `A disturbance of one mechanism moves the others by at most ${number(r.leakage)} of its own movement. Below 1 the largest residual names it.`
          : r.dependence !== null
            ? `The largest distance correlation of two residuals is ${number(r.dependence)}; independent ones have at most 0.12.`
            : '',
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
              ['Factor', 'Caused by', 'Explained by its causes', 'An incident can name it'].map(n =>
                h('th', { scope: 'col' }, n),
              ),
            ),
          ),
          h(
            'tbody',
            null,
            r.mechanisms.map(m =>
              h(
                'tr',
                null,
                h('th', { scope: 'row' }, m.name),
                h('td', null, m.causes.join(', ') || 'nothing: a root'),
                h(
                  'td',
                  { class: 'num' },
                  m.explained === null ? '–' : `${(100 * m.explained).toFixed(1)} %`,
                ),
                h(
                  'td',
                  null,
                  h(
                    'span',
                    { class: `chip ${m.finding ? 'bad' : 'good'}` },
                    m.finding ? 'no' : 'yes',
                  ),
                  m.finding ? h('p', { class: 'small' }, m.finding) : null,
                ),
              ),
            ),
          ),
        ),
      ),
    );
  const warnings = r =>
    r.warnings.length
      ? h(
          'section',
          { class: 'panel fault warn' },
          h(
            'div',
            { class: 'body' },
            h('h2', null, 'Warnings'),
            h(
              'ul',
              { class: 'plain' },
              r.warnings.map(w => h('li', null, fullSentence(w))),
            ),
          ),
        )
      : null;

  function changed() {
    text(
      ready,
      !app.state.factors.length
        ? 'No factor is named yet: latents of a model would have no names.'
        : app.state.answersLeft > 0
          ? `${percent(app.state.share)} of the recommended answers are there. You can train at any time and go on answering: the model then helps to choose the next questions.`
          : 'All that is recommended is there.',
    );
  }
  changed();
  poll();
  return {
    changed,
    leave: () => {
      gone = true;
      clearTimeout(timer);
    },
  };
}
