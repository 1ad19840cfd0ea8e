/* Commands of operators: dialogs that ask for a name and a reason and send the command with the token. */
import { h, toast } from './dom.js';
import { sentenceCase } from './words.js';
import {
  token,
  person,
  keep,
  announce,
  remember,
  tryToken,
  readAccess,
  post,
  Refused,
} from './api.js';

/** The hint where nobody may change anything. */
export const CHANGES_OFF =
  'Changes are switched off on this service. Start it with a token in RESIDUA_HTTP_TOKEN, 16 characters or more, to allow them.';

let about = { writable: true };
export const setAbout = value => {
  about = value;
};

const field = (label, input, hint) =>
  h('label', null, label, input, hint && h('span', { class: 'hint' }, hint));

/**
 * Opens a dialog.
 *
 * @param fields more inputs: { name, label, value, hint, type } or { name, label, options }
 * @param send gets all values; its result is shown when it is done
 */
export function ask({
  title,
  explanation,
  fields = [],
  confirm,
  reason = true,
  reasonLabel = 'Why',
  wide = false,
  reading = false,
  send,
}) {
  const inputs = {};
  const error = h('p', { class: 'error', role: 'alert', hidden: true });
  const form = h(
    'form',
    { method: 'dialog', 'aria-labelledby': 'ask-title' },
    h('h2', { id: 'ask-title' }, title),
  );
  if (explanation) form.append(h('p', { class: 'soft' }, explanation));
  if (!about.writable && !reading) {
    form.append(h('p', { class: 'error' }, CHANGES_OFF));
  }
  for (const one of fields) {
    const input = one.options
      ? h(
          'select',
          { name: one.name },
          one.options.map(([value, label]) =>
            h('option', { value, selected: value === (one.value ?? '') }, label),
          ),
        )
      : h('input', {
          name: one.name,
          type: one.type ?? 'text',
          value: one.value ?? '',
          required: !one.optional,
          placeholder: one.placeholder,
        });
    inputs[one.name] = input;
    form.append(field(one.label, input, one.hint));
  }
  if (reason) {
    inputs.reason = h('input', {
      name: 'reason',
      required: true,
      maxlength: 300,
      autocomplete: 'off',
    });
    form.append(field(reasonLabel, inputs.reason, 'Stored with the command, for later readers.'));
  }
  inputs.by = h('input', { name: 'by', value: person(), maxlength: 100, autocomplete: 'name' });
  form.append(field('Your name', inputs.by, 'Not needed if your token contains it.'));
  let tokenInput = null;
  if (!token()) {
    tokenInput = h('input', {
      name: 'token',
      type: 'password',
      required: true,
      autocomplete: 'off',
    });
    form.append(
      field(
        'Token',
        tokenInput,
        'Yours, or the shared one of this service. Kept in this tab until it is closed.',
      ),
    );
  }
  const submit = h(
    'button',
    { class: 'primary', type: 'submit', disabled: !about.writable && !reading },
    confirm,
  );
  form.append(
    error,
    h(
      'div',
      { class: 'actions' },
      h('button', { type: 'button', onclick: () => dialog.close() }, 'Cancel'),
      submit,
    ),
  );
  const dialog = h('dialog', { class: wide ? 'wide' : null }, form);
  form.addEventListener('submit', async event => {
    event.preventDefault();
    submit.disabled = true;
    error.hidden = true;
    try {
      const values = Object.fromEntries(
        Object.entries(inputs).map(([name, input]) => [name, input.value.trim()]),
      );
      if (tokenInput) {
        const known = await (reading ? readAccess : tryToken)(tokenInput.value.trim());
        keep(tokenInput.value.trim(), known.by ?? values.by);
        if (known.by) values.by = '';
      } else {
        keep(token(), values.by);
      }
      if (!values.by) delete values.by;
      const done = await send(values);
      dialog.close();
      if (done) toast(done);
    } catch (e) {
      if (e instanceof Refused && e.status === 401) keep(null);
      error.textContent = e.message;
      error.hidden = false;
      submit.disabled = false;
    }
    announce();
  });
  dialog.addEventListener('close', () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

export function unlock() {
  if (token()) {
    remember(null);
    toast('Signed out; the token is forgotten.');
    return;
  }
  ask({
    title: 'Sign in',
    explanation:
      'Changes need a token, and so does reading where the service is set up that way. The token decides what you see.',
    confirm: 'Continue',
    reason: false,
    reading: true,
    send: async () => 'Signed in, in this tab.',
  });
}

export const order = body => post('api/control', body);
const exactly = name => name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

const summary = all =>
  all.length === 1
    ? `${all[0].source}: ${all[0].sentence}`
    : `${all.length} incidents of ${new Set(all.map(i => i.source)).size} sources`;

/** One order for each of some incidents; the sentence says how many were given. */
const toAll = (all, kind, done) => async values => {
  for (const incident of all) await order({ kind, incident: incident.id, ...values });
  return all.length === 1 ? done : `${done} (${all.length} incidents)`;
};
export const acknowledge = all =>
  ask({
    title: 'Acknowledge',
    explanation: `You look after it, and receivers are not reminded of it. ${summary(all)}`,
    confirm: 'Acknowledge',
    send: toAll(all, 'acknowledge', 'Acknowledged.'),
  });
export const assign = all =>
  ask({
    title: 'Assign',
    explanation: summary(all),
    fields: [{ name: 'assignee', label: 'Who looks after it', value: '' }],
    confirm: 'Assign',
    send: toAll(all, 'acknowledge', 'Assigned.'),
  });
export const remark = all =>
  ask({
    title: 'Note',
    explanation: summary(all),
    reasonLabel: 'Note',
    confirm: 'Add the note',
    send: toAll(all, 'note', 'The note is stored.'),
  });
export const feedback = (all, verdict) =>
  ask({
    title: verdict ? 'True alarm' : 'False alarm',
    explanation: summary(all),
    confirm: verdict ? 'Confirm true alarm' : 'Confirm false alarm',
    send: values =>
      toAll(all, 'feedback', 'The verdict is stored.')({ verdict: String(verdict), ...values }),
  });
export const decide = (proposal, apply, then) =>
  ask({
    title: apply ? 'Apply the proposal' : 'Dismiss the proposal',
    explanation: `${sentenceCase(proposal.sentence)}. ${apply ? sentenceCase(proposal.effect) : 'It returns only after three more false alarms'}.`,
    confirm: apply ? 'Apply' : 'Dismiss',
    send: async values => {
      await post(
        `api/feedback/proposals/${encodeURIComponent(proposal.id)}/${apply ? 'apply' : 'dismiss'}`,
        { ...values, sentence: proposal.sentence },
      );
      setTimeout(then, 500);
      return apply ? 'The proposal is applied.' : 'The proposal is dismissed.';
    },
  });
export const resolve = all =>
  ask({
    title: 'Resolve',
    explanation: `${summary(all)}. ${all.length === 1 ? 'Its alarm opens' : 'Their alarms open'} no other incident until ${all.length === 1 ? 'it has' : 'they have'} ended.`,
    confirm: 'Resolve',
    send: toAll(all, 'resolve', all.length === 1 ? 'The incident is closed.' : 'Closed.'),
  });
export const acceptNormal = (...sources) =>
  ask({
    title: `Accept the current state of ${sources.length === 1 ? sources[0] : `${sources.length} sources`} as normal`,
    explanation:
      'The detectors restart around the frames since the change. Incidents that this makes normal are closed; the others stay open and note why.',
    confirm: 'Accept as normal',
    send: async values => {
      await order({ kind: 'accept-normal', sources: sources.map(exactly).join('|'), ...values });
      return `The current state of ${sources.join(', ')} is normal from now on.`;
    },
  });
export const arm = source =>
  ask({
    title: `Accept what ${source} learned as normal`,
    explanation:
      'From the next frame on the source is watched with what it learned. What it learns later is compared with this.',
    confirm: 'Accept as normal',
    send: async values => {
      await order({ kind: 'arm', sources: exactly(source), ...values });
      return `What ${source} learned is normal from now on.`;
    },
  });
export const learnAgain = (source, watched) =>
  ask({
    title: `Let ${source} learn again`,
    explanation: `It learns from its next frames what is normal, so let it see only what is normal. ${watched ? 'What was accepted last holds meanwhile.' : 'It is watched as soon as it has learned enough.'}`,
    confirm: 'Learn again',
    send: async values => {
      await order({ kind: 'learn', sources: exactly(source), ...values });
      return `${source} learns again.`;
    },
  });
export const silence = source =>
  ask({
    title: `Silence ${source}`,
    explanation:
      'No incident opens during this time; one whose cause persists opens afterwards. Frames are scored as before.',
    fields: [
      {
        name: 'for',
        label: 'For how long',
        options: [
          ['PT15M', '15 minutes'],
          ['PT1H', '1 hour'],
          ['PT4H', '4 hours'],
          ['PT24H', '1 day'],
          ['P7D', '7 days'],
        ],
      },
    ],
    confirm: 'Silence',
    send: async values => {
      await order({ kind: 'silence', sources: exactly(source), ...values });
      return `${source} is silenced.`;
    },
  });
