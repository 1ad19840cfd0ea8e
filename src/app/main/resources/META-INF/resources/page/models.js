/* The registry of models: all models, trainings, and changes of the model in use. */
import { h } from './dom.js';
import { get, showAllowed } from './api.js';
import { button, chip, panel } from './parts.js';
import { cancelTraining, promote, rollBack, train } from './model-actions.js';
import { ModelDetail } from './model-detail.js';
import { modelsOf, sceneNames, sceneOf, shownRuns } from './registry.js';
import { repeatedly } from './timing.js';
import { bytes, modelLink, modelName, moment, spoken } from './words.js';

const POLL = 3000;

export function models(root, { live }, wanted) {
  live.see({ see: 'nothing' });
  const page = new Models(root, wanted);
  const polling = repeatedly(POLL, signal => page.ask(signal));
  page.again = polling.again;
  return () => {
    polling.end();
    page.leave();
  };
}

class Models {
  again = () => {};
  #root;
  #wanted;
  #registry = null;
  #runs = [];
  #scene = null;
  #allowedIn = null;
  #key = '';
  #list = h('ul', { class: 'pick' });
  #trainings = h('div');
  #swaps = h('div', { class: 'incidents' });
  #choice;
  #sceneBox;
  #detail;

  constructor(root, wanted) {
    this.#root = root;
    this.#wanted = wanted;
    this.#choice = h('select', { id: 'scene', onchange: () => this.#choose(this.#choice.value) });
    this.#sceneBox = h(
      'label',
      { class: 'small', for: 'scene', hidden: true },
      'Scene ',
      this.#choice,
    );
    const acts = {
      promote: id => promote(id, this.#scene, () => this.#changed()),
      rollBack: id => rollBack(id, this.#state, () => this.#changed()),
    };
    this.#detail = new ModelDetail(acts);
    const start = button('Train now …', () => train(this.#scene), { class: 'needs-administer' });
    const danger = { class: 'danger needs-administer' };
    const back = button('Roll back …', () => acts.rollBack(null), danger);
    const panels = [
      panel('models', 'In the registry', { aside: this.#sceneBox }, this.#list),
      panel('trainings', 'Trainings', { aside: start }, this.#trainings),
      panel('swaps', 'Changes of the model', { aside: back }, this.#swaps),
    ];
    const words = 'All models, their evaluations before use, and the one that scores now.';
    const lists = h('div', { class: 'stack' }, panels);
    root.append(
      h('div', null, h('h1', null, 'Models'), h('p', { class: 'soft' }, words)),
      h('div', { class: 'models' }, lists, this.#detail.element),
    );
  }

  get #state() {
    return sceneOf(this.#registry, this.#scene);
  }

  async ask(signal) {
    try {
      const paths = ['api/models', 'api/trainings'];
      const [registry, runs] = await Promise.all(paths.map(path => get(path, signal)));
      const key = JSON.stringify([registry, runs]);
      if (key === this.#key) return;
      this.#key = key;
      this.#registry = registry;
      this.#runs = runs;
      this.#draw();
    } catch (e) {
      if (e.name === 'AbortError') throw e;
      if (!this.#registry) this.#list.replaceChildren(h('li', { class: 'empty soft' }, e.message));
    }
  }

  /** Reads the registry again after a change that was made here. */
  #changed() {
    this.#key = '';
    this.again();
  }

  #choose(scene) {
    this.#scene = scene;
    this.#draw();
  }

  #draw() {
    const registry = this.#registry;
    const names = sceneNames(registry);
    this.#scene ??=
      registry.models.find(m => m.id === this.#wanted)?.scene ?? names[0] ?? 'default';
    this.#sceneBox.hidden = names.length < 2;
    this.#choice.replaceChildren(...names.map(name => h('option', { value: name }, name)));
    this.#choice.value = this.#scene;
    if (this.#allowedIn !== this.#scene) {
      this.#allowedIn = this.#scene;
      showAllowed(this.#root, { scene: this.#scene });
    }
    const activations = registry.activations.filter(({ scene }) => scene === this.#scene);
    const here = modelsOf(registry, this.#scene);
    const id = this.#wanted ?? this.#state.active ?? here[0]?.id;
    this.#list.replaceChildren(...this.#entries(here, id));
    this.#drawTrainings();
    this.#swaps.replaceChildren(...activations.map(swapLine));
    if (id) this.#detail.show(id, registry, this.#state);
  }

  #entries(here, shown) {
    if (here.length) return here.map(entry => entryItem(entry, this.#state, shown));
    const none = this.#registry.models.length
      ? 'This scene has no models yet.'
      : 'The registry is empty. A process that scores puts the first model in.';
    return [h('li', { class: 'empty soft' }, none)];
  }

  #drawTrainings() {
    const runs = shownRuns(this.#runs, this.#scene).map(run => trainingItem(run, this.#scene));
    const none =
      'No training yet. One starts when the shift of a root persists, on a schedule, or on request.';
    this.#trainings.replaceChildren(
      ...(runs.length ? runs : [h('p', { class: 'note soft' }, none)]),
    );
  }

  leave() {
    this.#detail.leave();
  }
}

function entryItem(entry, { active, shadow }, shown) {
  const { id, publishedAt, publishedBy, findings, acceptedBy, verdict, labels } = entry;
  const chips = [];
  if (id === active) chips.push(chip('in use', 'good'));
  if (id === shadow?.model) chips.push(chip('shadow', 'info hollow'));
  if (findings.length) {
    const words = acceptedBy ? `accepted by ${acceptedBy}` : 'not accepted';
    chips.push(chip(words, acceptedBy ? 'warn' : 'bad'));
  }
  const pairs = Object.entries(labels).map(([name, value]) => `${name}=${value}`);
  const soft = words => h('span', { class: 'soft small' }, words);
  const title = `${modelName(id)}, ${moment(Date.parse(publishedAt))} `;
  const link = h(
    'a',
    { href: modelLink(id), 'aria-current': id === shown ? 'true' : null },
    h('span', { class: 'id' }, title, chips),
    h('span', { class: 'soft small mono clipped', title: id }, id),
    soft(`by ${publishedBy}, ${bytes(entry.bytes)}`),
    verdict && soft(verdict),
    pairs.length > 0 && h('span', { class: 'small' }, pairs.join(', ')),
  );
  return h('li', null, link);
}

function swapLine({ kind, model, reason, at, by, starts }) {
  const link = h('a', { href: modelLink(model), title: model }, modelName(model));
  const offsets = Object.entries(starts).map(([partition, offset]) => `${partition}@${offset}`);
  const from = offsets.length > 0 && h('span', null, `from ${offsets.join(', ')}`);
  return h(
    'div',
    { class: 'incident' },
    chip(kind, kind === 'rollback' ? 'warn' : 'good'),
    h('div', { class: 'sentence' }, link, ` ${reason}`),
    h('time', { datetime: at }, moment(Date.parse(at))),
    h('div', { class: 'meta' }, h('span', null, `by ${by}`), from),
  );
}

function phaseColour({ phase, ended }) {
  if (phase === 'promoted') return 'good';
  if (phase === 'failed') return 'bad';
  return ended ? '' : 'info';
}

function trainingItem(run, scene) {
  const { phase, trigger, at, ended, progress, reason, model } = run;
  const cancel = button('Cancel …', () => cancelTraining(run), { class: 'needs-administer' });
  const title = [
    chip(spoken(phase), phaseColour(run)),
    h('span', { class: 'soft small' }, `${spoken(trigger)}, ${moment(Date.parse(at))}`),
    run.scene !== scene && chip(`scene ${run.scene}`, 'plain'),
    !ended && cancel,
  ];
  const label = { max: 1, value: progress, 'aria-label': `Progress of ${spoken(phase)}` };
  const link = model && h('a', { href: modelLink(model), title: model }, model);
  return h(
    'div',
    { class: 'training' },
    h('div', { class: 'title' }, title),
    !ended && h('progress', label),
    h('p', { class: 'small' }, reason),
    link && h('p', { class: 'small clipped' }, link),
  );
}
