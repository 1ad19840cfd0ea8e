/* Rules of sources: what holds for which source, and dialogs that change a rule. */
import { h, text } from './dom.js';
import { get, put, remove } from './api.js';
import { ask } from './actions.js';
import { moment } from './words.js';

const SHOWN = [
  ['scene', 'Scene'], ['region', 'Region'], ['rotation', 'Rotation'], ['mask', 'Mask'], ['aspect', 'Aspect ratio'], ['falseAlarmsPerWeek', 'False alarms per week'], ['budget', 'Budget'], ['silentAfter', 'Silent after'],
  ['activeHours', 'Active hours'], ['context', 'Context'], ['learn', 'Learns what is normal'], ['stabilize', 'Vibration compensated'], ['camera', 'Camera'], ['redact', 'Mask redacted'], ['retention', 'Pictures are stored for'], ['severity', 'Lowest severity'], ['framesPerSecond', 'Frames per second'], ['priority', 'Priority'],
];

/** A duration such as PT2M in words. */
export const durationWords = text => {
  const parts = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:([\d.]+)S)?)?$/.exec(text);
  if (!parts) return text;
  return ['days', 'h', 'min', 's'].map((unit, i) => parts[i + 1] && `${parts[i + 1]} ${unit}`).filter(Boolean).join(' ') || text;
};
const words = (name, value) => (['silentAfter', 'retention'].includes(name) ? durationWords(value) : String(value));

/** The settings of a rule as a list of terms. */
export function settingsOf(rule) {
  const given = SHOWN.filter(([name]) => rule.settings[name] !== undefined);
  const labels = Object.entries(rule.settings.labels ?? {});
  if (!given.length && !labels.length) return h('p', { class: 'soft small' }, 'The settings of the installation.');
  return h('dl', { class: 'props' },
    given.map(([name, title]) => [h('dt', null, title), h('dd', null, words(name, rule.settings[name]))]),
    labels.length ? [h('dt', null, 'Labels'), h('dd', null, labels.map(([name, value]) => [h('span', { class: 'chip plain' }, `${name}: ${value}`), ' ']))] : null);
}

const labelsText = labels => Object.entries(labels ?? {}).map(([name, value]) => `${name}=${value}`).join(', ');
function labelsOf(text) {
  const labels = {};
  for (const part of text.split(',').map(one => one.trim()).filter(Boolean)) {
    const at = part.indexOf('=');
    if (at < 1) throw new Error(`'${part}' is no label, expected such as site=north`);
    labels[part.slice(0, at).trim()] = part.slice(at + 1).trim();
  }
  return labels;
}

function edit(rule, done) {
  const set = rule?.settings ?? {};
  const optional = (name, label, hint, placeholder) => ({ name, label, value: set[name] ?? '', hint, placeholder, optional: true });
  ask({
    title: rule ? `Change rule ${rule.id}` : 'New rule',
    explanation: 'It holds for the next frames of all sources that match. Empty fields are the settings of the installation.',
    fields: [
      ...(rule ? [] : [{ name: 'id', label: 'Name of the rule', placeholder: 'line3' }]),
      { name: 'match', label: 'Sources', value: set.match ?? '', hint: '* matches any characters, ? matches one', placeholder: 'line3/*' },
      { name: 'enabled', label: 'Monitoring', value: String(set.enabled ?? true), options: [['true', 'on'], ['false', 'off: no incidents']] },
      optional('scene', 'Scene', null, 'default'),
      optional('region', 'Region', 'left,top,width,height as fractions of the picture; easier to draw on the page of a source', '0,0,1,1'),
      optional('rotation', 'Rotation', 'Degrees clockwise', '0'),
      optional('mask', 'Mask', 'Corners x,y as fractions of the region; a semicolon between polygons', '0,0 0.3,0 0.3,0.2'),
      { name: 'aspect', label: 'Aspect ratio', value: set.aspect ?? '', options: [['', 'stretch to the model'], ['letterbox', 'keep, with bars']] },
      { name: 'stabilize', label: 'Vibration of the camera', value: String(set.stabilize ?? ''), options: [['', 'is left as it is'], ['true', 'is compensated where it is small']] },
      optional('falseAlarmsPerWeek', 'False alarms per week'),
      { name: 'budget', label: 'Whose false alarms', value: set.budget ?? '', options: [['', 'of each source'], ['shared', 'of all sources together']] },
      optional('silentAfter', 'Silent after', 'Time without a frame, such as 2m'),
      optional('activeHours', 'Active hours', 'No silence outside them', 'Mon-Fri 06:00-22:00 Europe/Berlin'),
      optional('context', 'Context', 'Frames of each context have a normal of their own', 'product, or day: 06:00-22:00 Europe/Berlin'),
      optional('learn', 'Learns what is normal', 'never, once, or again after days, from P2D to P366D', 'once'),
      optional('camera', 'Camera', 'Where the role ingest reads the frames of the one source', 'rtsp://10.0.0.7/live credentials=NAME'),
      { name: 'redact', label: 'Stored pictures', value: String(set.redact ?? ''), options: [['', 'as the camera sends them'], ['true', 'with the mask blackened']] },
      optional('retention', 'Pictures are stored for', 'Frames and evidence, such as P7D; the topics may keep them for less', 'P7D'),
      { name: 'severity', label: 'Lowest severity', value: set.severity ?? '', options: [['', 'by the finding'], ['info', 'info'], ['warning', 'warning'], ['critical', 'critical']] },
      { name: 'labels', label: 'Labels', value: labelsText(set.labels), hint: 'For incidents and alerts, such as site=north, line=3', optional: true },
      optional('priority', 'Priority', 'Decides between rules that are equally specific', '0'),
      optional('framesPerSecond', 'Frames per second', 'Until the frame rate is measured'),
    ],
    confirm: 'Save',
    reason: false,
    wide: true,
    send: async values => {
      const { id, labels, ...rest } = values;
      const body = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== ''));
      body.labels = labelsOf(labels);
      const answer = await put(`api/sources/rules/${encodeURIComponent(rule?.id ?? id)}`, body);
      await done();
      return answer.changed.length ? 'The rule is stored.' : 'The rule is like that already.';
    },
  });
}

const drop = (rule, done) => ask({
  title: `Remove rule ${rule.id}`,
  explanation: `Sources that match ${rule.settings.match} follow the next rule that matches, or the settings of the installation.`,
  confirm: 'Remove',
  reason: false,
  send: async ({ by }) => {
    await remove(`api/sources/rules/${encodeURIComponent(rule.id)}${by ? `?by=${encodeURIComponent(by)}` : ''}`);
    await done();
    return 'The rule is removed.';
  },
});

export function settings(root) {
  const list = h('div', { class: 'rules' });
  const count = h('span', { class: 'chip plain' }, '0');
  const find = h('input', { type: 'search', name: 'find', placeholder: 'Name of a source', 'aria-label': 'Name of a source', autocomplete: 'off' });
  const found = h('p', { class: 'soft', role: 'status' }, 'Enter a name to see which rule holds for it.');
  let typing = 0, left = false;
  const load = async () => {
    const { rules } = await get('api/sources/rules');
    if (left) return;
    text(count, String(rules.length));
    list.replaceChildren(...(rules.length ? rules.map(rule => ruleBox(rule)) : [h('div', { class: 'empty' },
      h('h3', null, 'No rules yet'),
      h('p', { class: 'soft' }, 'The settings of the installation hold for every source. A rule changes them for the sources whose names match a pattern, such as line3/*.'))]));
    await look();
  };
  const look = async () => {
    const name = find.value.trim();
    if (!name) { found.replaceChildren('Enter a name to see which rule holds for it.'); return; }
    const answer = await get(`api/sources/rules?source=${encodeURIComponent(name)}`);
    if (left) return;
    const [rule] = answer.rules;
    found.replaceChildren(...(rule
      ? [h('b', null, rule.id), ` holds (${rule.settings.match})`, answer.why ? `: ${answer.why}.` : ': no other rule matches.']
      : ['No rule matches: the settings of the installation hold.']));
  };
  const failed = e => list.replaceChildren(h('p', { class: 'empty' }, e.message));
  function ruleBox(rule) {
    return h('article', { class: 'rule' },
      h('div', { class: 'title' }, h('h3', null, rule.id), h('code', null, rule.settings.match), rule.settings.enabled === false && h('span', { class: 'chip warn' }, 'not monitored'),
        h('div', { class: 'actions' }, h('button', { class: 'needs-configure', type: 'button', onclick: () => edit(rule, load) }, 'Change …'), h('button', { class: 'needs-configure', type: 'button', onclick: () => drop(rule, load) }, 'Remove …'))),
      settingsOf(rule),
      h('p', { class: 'soft small' }, `Revision ${rule.revision}, ${rule.by}, ${moment(Date.parse(rule.changedAt))}`));
  }
  find.addEventListener('input', () => { clearTimeout(typing); typing = setTimeout(() => look().catch(failed), 150); });
  root.append(
    h('section', { class: 'panel' }, h('div', { class: 'title note' }, h('div', null, h('h1', null, 'Settings of sources'),
      h('p', { class: 'soft' }, 'The rule with most literal characters in its pattern holds, then the one with the higher priority.')),
    h('div', { class: 'actions' }, h('button', { class: 'primary needs-configure', type: 'button', onclick: () => edit(null, load) }, 'New rule …')))),
    h('section', { class: 'panel', 'aria-labelledby': 'find-title' }, h('header', null, h('h2', { id: 'find-title' }, 'Which rule applies?')), h('div', { class: 'filters' }, find, found)),
    h('section', { class: 'panel', 'aria-labelledby': 'rules-title' }, h('header', null, h('h2', { id: 'rules-title' }, 'Rules'), count), list));
  load().catch(failed);
  return () => { left = true; };
}
