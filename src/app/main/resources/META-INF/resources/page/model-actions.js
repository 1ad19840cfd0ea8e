/* Dialogs that change the model in use, and that start and cancel trainings. */
import { post } from './api.js';
import { ask, sendCommand } from './actions.js';

const inScene = scene => (scene === 'default' ? '' : ` in scene ${scene}`);

export const promote = (id, scene, done) =>
  ask({
    title: `Promote ${id}${inScene(scene)}`,
    explanation:
      'It scores every frame of the scene from the change on, in every process, without a restart. You can roll back.',
    confirm: 'Promote',
    send: async values => {
      const path = `api/models/${encodeURIComponent(id)}/promote`;
      const { active } = await post(path, { ...values, scene });
      done();
      return `${active} is in use.`;
    },
  });

/** @param id model to return to; null for the one that was in use before */
export const rollBack = (id, { name: scene, previous }, done) =>
  ask({
    title: `Roll back${id ? ` to ${id}` : ''}${inScene(scene)}`,
    explanation: id
      ? null
      : `To ${previous ?? 'the model that was in use before the current one was promoted'}.`,
    confirm: 'Roll back',
    send: async values => {
      const { active } = await post('api/models/rollback', {
        ...values,
        scene,
        ...(id && { to: id }),
      });
      done();
      return `${active} is in use.`;
    },
  });

export const cancelTraining = ({ id, reason }) =>
  ask({
    title: 'Cancel the training',
    explanation: reason,
    confirm: 'Cancel training',
    send: async values => {
      await sendCommand({ kind: 'cancel-training', training: id, ...values });
      return 'The training will end soon.';
    },
  });

export const train = scene =>
  ask({
    title: `Train a model now${inScene(scene)}`,
    explanation:
      'On the last nominal frames. The gate then decides whether it replaces the model in use.',
    confirm: 'Train',
    send: async values => {
      await sendCommand({ kind: 'retrain', scene, ...values });
      return 'The training is requested.';
    },
  });
