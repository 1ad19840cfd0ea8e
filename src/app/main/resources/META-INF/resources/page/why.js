/* A dialog that says why a source is not watched, alarms never, or alarms too often. */
import { h } from './dom.js';
import { get } from './api.js';
import { fullSentence } from './words.js';

/**
 * Opens the dialog on a source.
 *
 * @throws Refused if the service does not answer
 */
export async function why(name) {
  const { reasons } = await get(`api/why?source=${encodeURIComponent(name)}`);
  const form = h(
    'form',
    { method: 'dialog' },
    h('h2', { id: 'why-title' }, `Why is ${name} as it is?`),
    h('ol', { class: 'why' }, reasons.map(item)),
    h('div', { class: 'actions' }, h('button', { class: 'primary', type: 'submit' }, 'Close')),
  );
  const dialog = h('dialog', { class: 'wide', 'aria-labelledby': 'why-title' }, form);
  dialog.addEventListener('close', () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

const item = ({ sentence, commands }) =>
  h(
    'li',
    null,
    fullSentence(sentence),
    commands.map(command => h('code', { class: 'command' }, command)),
  );
