/* Commands of operators: dialogs that ask for a name and a reason and send the command. */
import { h, text, toast } from './dom.js';
import { button } from './parts.js';
import {
  announce,
  keep,
  person,
  post,
  readAccess,
  Refused,
  remember,
  token,
  tryToken,
} from './api.js';
import { exactly, summary } from './command-words.js';
import { sentenceCase } from './words.js';

/** The hint if nobody may change anything. */
export const CHANGES_OFF =
  'Changes are switched off on this service. Start it with a token in RESIDUA_HTTP_TOKEN, 16 characters or more, to allow them.';

let about = { writable: true };
export const setAbout = value => {
  about = value;
};

const labelled = (label, input, hint) =>
  h('label', null, label, input, hint && h('span', { class: 'hint' }, hint));

/** The input of a field of a dialog. */
function inputOf({ name, options, value = '', type = 'text', optional, placeholder }) {
  if (!options) return h('input', { name, type, value, required: !optional, placeholder });
  const items = options.map(([one, label]) =>
    h('option', { value: one, selected: one === value }, label),
  );
  return h('select', { name }, items);
}

/**
 * Opens a dialog.
 *
 * @param options title, explanation and confirm are its words; fields are more inputs: { name,
 *     label, value, hint, type } or { name, label, options }; reason is false if the command has
 *     none; reading is true if it changes nothing; send gets all values, and its result is shown
 *     when it is done
 */
export function ask(options) {
  return new Question(options).open();
}

class Question {
  #options;
  #inputs = {};
  #token = null;
  #error = h('p', { class: 'error', role: 'alert', hidden: true });
  #submit;
  #form;
  #dialog;

  constructor(options) {
    const { title, explanation, confirm, wide = false, reading = false } = options;
    this.#options = options;
    const off = !about.writable && !reading;
    this.#submit = h('button', { class: 'primary', type: 'submit', disabled: off }, confirm);
    const cancel = button('Cancel', () => this.#dialog.close());
    this.#form = h(
      'form',
      { method: 'dialog', 'aria-labelledby': 'ask-title' },
      h('h2', { id: 'ask-title' }, title),
      explanation && h('p', { class: 'soft' }, explanation),
      off && h('p', { class: 'error' }, CHANGES_OFF),
      this.#fields(),
      this.#error,
      h('div', { class: 'actions' }, cancel, this.#submit),
    );
    this.#dialog = h('dialog', { class: wide ? 'wide' : null }, this.#form);
    this.#dialog.addEventListener('close', () => this.#dialog.remove());
    this.#form.addEventListener('submit', event => {
      event.preventDefault();
      this.#send();
    });
  }

  #fields() {
    const { fields = [], reason = true, reasonLabel = 'Reason' } = this.#options;
    const all = [...fields];
    if (reason) {
      const hint = 'Stored with the command, for later readers.';
      all.push({ name: 'reason', label: reasonLabel, hint });
    }
    const name = { name: 'by', label: 'Your name', value: person(), optional: true };
    all.push({ ...name, hint: 'Not needed if your token contains it.' });
    const labels = all.map(field => {
      this.#inputs[field.name] = inputOf(field);
      return labelled(field.label, this.#inputs[field.name], field.hint);
    });
    limit(this.#inputs);
    if (!token()) {
      this.#token = inputOf({ name: 'token', type: 'password' });
      this.#token.autocomplete = 'off';
      const hint = 'Yours, or the shared one of this service. Kept in this tab until it is closed.';
      labels.push(labelled('Token', this.#token, hint));
    }
    return labels;
  }

  open() {
    document.body.append(this.#dialog);
    this.#dialog.showModal();
    return this.#dialog;
  }

  async #send() {
    this.#submit.disabled = true;
    this.#error.hidden = true;
    try {
      const inputs = Object.entries(this.#inputs);
      const values = Object.fromEntries(inputs.map(([name, input]) => [name, input.value.trim()]));
      await this.#signIn(values);
      if (!values.by) delete values.by;
      const done = await this.#options.send(values);
      this.#dialog.close();
      if (done) toast(done);
    } catch (e) {
      if (e instanceof Refused && e.status === 401) keep(null);
      text(this.#error, e.message);
      this.#error.hidden = false;
      this.#submit.disabled = false;
    }
    announce();
  }

  /** Stores the token if it is accepted; its name replaces the entered one. */
  async #signIn(values) {
    if (!this.#token) {
      keep(token(), values.by);
      return;
    }
    const given = this.#token.value.trim();
    const access = await (this.#options.reading ? readAccess : tryToken)(given);
    keep(given, access.by ?? values.by);
    if (access.by) values.by = '';
  }
}

/** Limits the texts that a command stores. */
function limit({ reason, by }) {
  by.maxLength = 100;
  by.autocomplete = 'name';
  if (!reason) return;
  reason.maxLength = 300;
  reason.autocomplete = 'off';
}

/** Signs in, or out if somebody is signed in. */
export function unlock() {
  if (token()) {
    remember(null);
    toast('Signed out; the token is forgotten.');
    return;
  }
  ask({
    title: 'Sign in',
    explanation:
      'Changes need a token, and so does reading if the service is configured so. The token decides what you see.',
    confirm: 'Continue',
    reason: false,
    reading: true,
    send: async () => 'Signed in, in this tab.',
  });
}

export const sendCommand = body => post('api/control', body);

/** Sends one command per incident; the result says how many were sent. */
const toAll = (all, kind, done) => async values => {
  for (const { id } of all) await sendCommand({ kind, incident: id, ...values });
  return all.length === 1 ? done : `${done} (${all.length} incidents)`;
};

export const acknowledge = all =>
  ask({
    title: 'Acknowledge',
    explanation: `You look after it, and its reminders are off. ${summary(all)}`,
    confirm: 'Acknowledge',
    send: toAll(all, 'acknowledge', 'Acknowledged.'),
  });

export const assign = all =>
  ask({
    title: 'Assign',
    explanation: summary(all),
    fields: [{ name: 'assignee', label: 'Person who looks after it' }],
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

export function decide({ id, sentence, effect }, apply, done) {
  const consequence = apply
    ? sentenceCase(effect)
    : 'It returns only after three more false alarms';
  ask({
    title: apply ? 'Apply the proposal' : 'Dismiss the proposal',
    explanation: `${sentenceCase(sentence)}. ${consequence}.`,
    confirm: apply ? 'Apply' : 'Dismiss',
    send: async values => {
      const path = `api/feedback/proposals/${encodeURIComponent(id)}`;
      await post(`${path}/${apply ? 'apply' : 'dismiss'}`, { ...values, sentence });
      setTimeout(done, 500);
      return apply ? 'The proposal is applied.' : 'The proposal is dismissed.';
    },
  });
}

export function resolve(all) {
  const one = all.length === 1;
  const effect = one
    ? 'Its alarm opens no other incident until it has ended.'
    : 'Their alarms open no other incident until they have ended.';
  ask({
    title: 'Resolve',
    explanation: `${summary(all)}. ${effect}`,
    confirm: 'Resolve',
    send: toAll(all, 'resolve', one ? 'The incident is closed.' : 'Closed.'),
  });
}

export function acceptNormal(...sources) {
  const names = sources.length === 1 ? sources[0] : `${sources.length} sources`;
  ask({
    title: `Accept the current state of ${names} as normal`,
    explanation:
      'The detectors restart around the frames since the change. Incidents that this makes normal are closed; the others stay open and note the reason.',
    confirm: 'Accept as normal',
    send: async values => {
      const pattern = sources.map(exactly).join('|');
      await sendCommand({ kind: 'accept-normal', sources: pattern, ...values });
      return `The current state of ${sources.join(', ')} is accepted as normal.`;
    },
  });
}

/** A dialog that sends a command about one source. */
const askForSource = (source, kind, done, options) =>
  ask({
    ...options,
    send: async values => {
      await sendCommand({ kind, sources: exactly(source), ...values });
      return done;
    },
  });

export const arm = source =>
  askForSource(source, 'arm', `The learned state of ${source} is accepted as normal.`, {
    title: `Accept the learned state of ${source} as normal`,
    explanation:
      'The source is watched with it from the next frame on. A state that it learns later is compared with this one.',
    confirm: 'Accept as normal',
  });

export const learnAgain = (source, watched) =>
  askForSource(source, 'learn', `${source} learns again.`, {
    title: `Let ${source} learn again`,
    explanation: `It learns its normal state from its next frames, so let it see only normal ones. ${watched ? 'The state that was accepted last applies meanwhile.' : 'It is watched as soon as it has learned enough.'}`,
    confirm: 'Learn again',
  });

const SILENCES = [
  ['PT15M', '15 minutes'],
  ['PT1H', '1 hour'],
  ['PT4H', '4 hours'],
  ['PT24H', '1 day'],
  ['P7D', '7 days'],
];

export const silence = source =>
  askForSource(source, 'silence', `${source} is silenced.`, {
    title: `Silence ${source}`,
    explanation:
      'No incident opens during this time; one whose cause persists opens afterwards. Frames are scored as before.',
    fields: [{ name: 'for', label: 'Duration', options: SILENCES }],
    confirm: 'Silence',
  });
