/* Scenes, models and trainings of the registry, in the order in which the page has them. */

const DEFAULT = 'default';
const MAX_RUNS = 12; // of the scene
const MAX_OTHER_RUNS = 6;

/** Scenes in use, and those that models were made for; the default one first. */
export const sceneNames = ({ scenes, models }) =>
  [...new Set([...scenes.map(({ name }) => name), ...models.map(({ scene }) => scene)])].sort(
    (a, b) => (b === DEFAULT) - (a === DEFAULT) || a.localeCompare(b),
  );

/** The state of a scene; that of one without models if it is unknown. */
export const sceneOf = (registry, name) =>
  registry?.scenes.find(scene => scene.name === name) ?? {
    name,
    active: null,
    previous: null,
    shadow: null,
  };

/** Models that were made for a scene or used in it. */
export function modelsOf({ models, activations }, scene) {
  const used = new Set(activations.filter(a => a.scene === scene).map(({ model }) => model));
  return models.filter(model => model.scene === scene || used.has(model.id));
}

/** The newest trainings of a scene, then those of others. */
export const shownRuns = (runs, scene) => [
  ...runs.filter(run => run.scene === scene).slice(0, MAX_RUNS),
  ...runs.filter(run => run.scene !== scene).slice(0, MAX_OTHER_RUNS),
];

/** The other models of the scene that a model was made for. */
export function othersOf({ models }, id) {
  const scene = models.find(model => model.id === id)?.scene;
  return models.filter(model => model.id !== id && model.scene === scene).map(model => model.id);
}

/** The model to compare one with: its parent, or the active one, or any other. */
export function comparedWith({ id, parent }, others, active) {
  if (others.includes(parent)) return parent;
  return others.includes(active) && active !== id ? active : others[0];
}

/** The change of an edge or number between two models: [class, words]. */
export function changeOf({ before, after }) {
  if (before === null) return ['added', 'new'];
  return after === null ? ['gone', 'gone'] : ['', 'stays'];
}
