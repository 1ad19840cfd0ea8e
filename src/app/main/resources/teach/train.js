/* Training, and the verdicts on the names. */
import { h, text } from '../page/dom.js';
import { drawGraph } from '../page/graph.js';
import { button, cell, chip, rowHead, table } from '../page/parts.js';
import { repeatedly } from '../page/timing.js';
import { duration, fullSentence, number, percent, sentenceCase } from '../page/words.js';

const GRADES = { good: 'good', doubtful: 'warn', bad: 'bad' };
const POLL = 700;
const STEPS_HINT =
  'Empty: until it is stable, at most 9000. With answers or holds 9000, without labels 3000.';
const MECHANISM_COLUMNS = [
  'Factor',
  'Caused by',
  'Explained by its causes',
  'An incident can name it',
];

export const train = (root, app) => new Train(root, app);

class Train {
  #app;
  #steps = h('input', {
    type: 'number',
    name: 'steps',
    min: 1,
    placeholder: 'as usual',
    'aria-label': 'Steps',
  });
  #seed = h('input', { type: 'number', name: 'seed', min: 0, value: 1, 'aria-label': 'Seed' });
  #start = button('Train', () => this.#begin(), { class: 'primary' });
  #ready = h('p', { class: 'soft' });
  #running = h('div');
  #result = h('div', { class: 'stack' });
  #polling;
  #drawn = '';

  constructor(root, app) {
    this.#app = app;
    const labelled = (label, input, hint) =>
      h('label', null, label, input, h('span', { class: 'hint' }, hint));
    const steps = labelled('Steps', this.#steps, STEPS_HINT);
    const seed = labelled('Seed', this.#seed, 'Another seed gives another result.');
    const summary = h('summary', { class: 'soft small' }, 'Options');
    const options = h('details', null, summary, h('div', { class: 'form-row' }, steps, seed));
    const form = h('div', { class: 'form-row' }, this.#start, options);
    const body = h('div', { class: 'body stack small-gap' }, this.#ready, form, this.#running);
    const title = h('h1', { class: 'plain' }, 'Train a model on your answers');
    root.append(h('section', { class: 'panel' }, h('header', null, title), body), this.#result);
    this.changed();
    this.#polling = repeatedly(POLL, () => this.#ask());
  }

  async #begin() {
    this.#start.disabled = true;
    const steps = this.#steps.value ? Number(this.#steps.value) : null;
    const seed = Number(this.#seed.value || 1);
    try {
      this.#draw(await this.#app.raw('/training', { steps, seed }));
    } catch (e) {
      this.#start.disabled = false;
      await this.#app.failed(e);
    }
    this.#polling.again();
  }

  async #ask() {
    try {
      this.#draw(await this.#app.get('/training'));
    } catch {
      // The banner shows it.
    }
  }

  #draw(training) {
    const { phase, result } = training;
    const runs = phase === 'running';
    this.#start.disabled = runs;
    text(this.#start, phase === 'idle' || runs ? 'Train' : 'Train again');
    this.#running.replaceChildren(...this.#phaseParts(training));
    const key = result ? result.model + result.verdicts.map(({ evidence }) => evidence).join() : '';
    if (key === this.#drawn) return;
    this.#drawn = key;
    const parts = result
      ? [verdicts(result), graph(result), mechanisms(result), warnings(result)]
      : [];
    this.#result.replaceChildren(...parts.filter(Boolean));
  }

  #phaseParts(training) {
    const { phase, message, seconds, result } = training;
    const parts = {
      running: () => this.#runningParts(training),
      failed: () => [h('p', { class: 'problem' }, fullSentence(message))],
      cancelled: () => [h('p', { class: 'soft' }, 'Cancelled. Nothing was written.')],
      done: () => {
        const words = `Trained in ${duration(1000 * seconds)}: `;
        return [h('p', null, words, h('code', null, result.file))];
      },
    };
    return parts[phase]?.() ?? [];
  }

  #runningParts({ stage, fraction, seconds, secondsLeft }) {
    const left =
      secondsLeft === null ? '' : `, about ${duration(1000 * secondsLeft)} left of this stage`;
    const words = ` ${percent(fraction)}, ${duration(1000 * seconds)} so far${left}`;
    const cancel = () => this.#app.cancel('/training').catch(e => this.#app.failed(e));
    return [
      h('p', null, h('b', null, sentenceCase(stage)), h('span', { class: 'soft' }, words)),
      h('progress', { max: 1, value: fraction, 'aria-label': stage }),
      h('div', { class: 'actions' }, button('Cancel', cancel)),
    ];
  }

  /** Shows how much of the recommended answers is there. */
  changed() {
    const { factors, answersLeft, share } = this.#app.state;
    const part = `${percent(share)} of the recommended answers are given. You can train at any time and continue: the model then helps to choose the next questions.`;
    const words = answersLeft > 0 ? part : 'All recommended answers are given.';
    const none = 'No factor is named yet: latents of a model would have no names.';
    text(this.#ready, factors.length ? words : none);
  }

  leave() {
    this.#polling.end();
  }
}

const part = (title, ...content) =>
  h('section', { class: 'panel' }, h('header', null, h('h2', null, title)), content);

function verdicts({ model, verdicts: all, readings }) {
  const header = h('header', null, h('h2', null, 'Four verdicts'));
  header.append(h('span', { class: 'aside soft small mono' }, model));
  const rows = all.map(({ aspect, grade, evidence, next }) => {
    const command = next && h('span', { class: 'mono' }, next);
    const words = [h('p', null, fullSentence(evidence))];
    if (next) words.push(h('p', { class: 'soft small' }, 'Next: ', command));
    return [h('strong', null, aspect), chip(grade, GRADES[grade]), h('div', null, words)];
  });
  const body = h('div', { class: 'verdicts body' }, rows);
  const errors = h(
    'ul',
    { class: 'body' },
    readings.map(words => h('li', null, words)),
  );
  const parts = readings.length > 0 ? [header, body, errors] : [header, body];
  return h('section', { class: 'panel', 'aria-label': 'Verdicts' }, parts);
}

const graph = result =>
  part(
    'Graph of causes',
    h('div', { class: 'body' }, drawGraph(result.graph, undefined, true).element),
  );

/** The measure of the training for how well a residual names its mechanism, in words. */
function separationWords({ leakage, dependence }) {
  if (leakage !== null) {
    return `A disturbance of one mechanism moves the others by at most ${number(leakage)} of its own movement. Below 1 the largest residual names it.`;
  }
  if (dependence === null) return '';
  return `The largest distance correlation of two residuals is ${number(dependence)}; independent ones have at most 0.12.`;
}

function mechanisms(result) {
  const rows = result.mechanisms.map(({ name, causes, explained, finding }) => {
    const words = finding && h('p', { class: 'small' }, finding);
    const share = explained === null ? '–' : `${(100 * explained).toFixed(1)} %`;
    return h(
      'tr',
      null,
      rowHead(name),
      cell(causes.join(', ') || 'nothing: a root'),
      h('td', { class: 'num' }, share),
      cell(chip(finding ? 'no' : 'yes', finding ? 'bad' : 'good'), words),
    );
  });
  const words = h('p', { class: 'body soft' }, separationWords(result));
  return part('Mechanisms that can be monitored', words, table(MECHANISM_COLUMNS, rows));
}

function warnings({ warnings: all }) {
  if (!all.length) return null;
  const items = all.map(warning => h('li', null, fullSentence(warning)));
  const list = h('ul', { class: 'plain' }, items);
  const body = h('div', { class: 'body' }, h('h2', null, 'Warnings'), list);
  return h('section', { class: 'panel fault warn' }, body);
}
