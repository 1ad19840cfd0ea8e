/* Rules of sources: what holds for which source, and dialogs that change a rule. */
import { h, text } from './dom.js';
import { get, put, remove } from './api.js';
import { ask } from './actions.js';
import { moment, sentenceCase } from './words.js';

/** A name such as silentAfter in words. */
const title = name => sentenceCase(name.replace(/[A-Z]/g, letter => ` ${letter.toLowerCase()}`));

/** A duration such as PT2M in words. */
export const durationWords = text => {
  const parts = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:([\d.]+)S)?)?$/.exec(text);
  if (!parts) return text;
  return (
    ['days', 'h', 'min', 's']
      .map((unit, i) => parts[i + 1] && `${parts[i + 1]} ${unit}`)
      .filter(Boolean)
      .join(' ') || text
  );
};
const words = value => (typeof value === 'string' ? durationWords(value) : String(value));

/** The settings of a rule as a list of terms. */
export function settingsOf(rule) {
  const given = Object.entries(rule.settings).filter(
    ([name]) => !['match', 'enabled', 'labels'].includes(name),
  ); // shown apart
  const labels = Object.entries(rule.settings.labels ?? {});
  if (!given.length && !labels.length)
    return h('p', { class: 'soft small' }, 'The settings of the installation.');
  return h(
    'dl',
    { class: 'props' },
    given.map(([name, value]) => [h('dt', null, title(name)), h('dd', null, words(value))]),
    labels.length
      ? [
          h('dt', null, 'Labels'),
          h(
            'dd',
            null,
            labels.map(([name, value]) => [
              h('span', { class: 'chip plain' }, `${name}: ${value}`),
              ' ',
            ]),
          ),
        ]
      : null,
  );
}

const labelsText = labels =>
  Object.entries(labels ?? {})
    .map(([name, value]) => `${name}=${value}`)
    .join(', ');
function labelsOf(text) {
  const labels = {};
  for (const part of text
    .split(',')
    .map(one => one.trim())
    .filter(Boolean)) {
    const at = part.indexOf('=');
    if (at < 1) throw new Error(`'${part}' is no label, expected such as site=north`);
    labels[part.slice(0, at).trim()] = part.slice(at + 1).trim();
  }
  return labels;
}

function field(setting, value) {
  const common = {
    name: setting.name,
    label: title(setting.name),
    hint: sentenceCase(setting.effect.split(/[;.] /)[0]),
  };
  if (setting.type === 'object')
    return { ...common, value: labelsText(value), placeholder: setting.example, optional: true };
  if (setting.choices.length)
    return {
      ...common,
      value: String(value ?? ''),
      options: [
        ['', setting.unset],
        ...setting.choices
          .filter(choice => choice !== setting.unset)
          .map(choice => [choice, choice]),
      ],
    };
  return {
    ...common,
    value: value ?? '',
    placeholder: setting.example || setting.unset,
    optional: !setting.required,
  };
}

async function edit(rule, done) {
  const { settings: known } = await get('api/sources/rules/settings');
  ask({
    title: rule ? `Change rule ${rule.id}` : 'New rule',
    explanation:
      'It applies to the next frames of all sources that match. Empty fields are the settings of the installation.',
    fields: [
      ...(rule ? [] : [{ name: 'id', label: 'Name of the rule', placeholder: 'line3' }]),
      ...known.map(setting => field(setting, rule?.settings[setting.name])),
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
      return answer.changed.length
        ? 'The rule is stored.'
        : 'No change: the rule already has these values.';
    },
  });
}

const drop = (rule, done) =>
  ask({
    title: `Remove rule ${rule.id}`,
    explanation: `Sources that match ${rule.settings.match} follow the next rule that matches, or the settings of the installation.`,
    confirm: 'Remove',
    reason: false,
    send: async ({ by }) => {
      await remove(
        `api/sources/rules/${encodeURIComponent(rule.id)}${by ? `?by=${encodeURIComponent(by)}` : ''}`,
      );
      await done();
      return 'The rule is removed.';
    },
  });

export function settings(root) {
  const list = h('div', { class: 'rules' });
  const count = h('span', { class: 'chip plain' }, '0');
  const find = h('input', {
    type: 'search',
    name: 'find',
    placeholder: 'Name of a source',
    'aria-label': 'Name of a source',
    autocomplete: 'off',
  });
  const found = h(
    'p',
    { class: 'soft', role: 'status' },
    'Enter a name to see which rule holds for it.',
  );
  let typing = 0,
    left = false;
  const load = async () => {
    const { rules } = await get('api/sources/rules');
    if (left) return;
    text(count, String(rules.length));
    list.replaceChildren(
      ...(rules.length
        ? rules.map(rule => ruleBox(rule))
        : [
            h(
              'div',
              { class: 'empty' },
              h('h3', null, 'No rules yet'),
              h(
                'p',
                { class: 'soft' },
                'The settings of the installation hold for every source. A rule changes them for the sources whose names match a pattern, such as line3/*.',
              ),
            ),
          ]),
    );
    await look();
  };
  const look = async () => {
    const name = find.value.trim();
    if (!name) {
      found.replaceChildren('Enter a name to see which rule holds for it.');
      return;
    }
    const answer = await get(`api/sources/rules?source=${encodeURIComponent(name)}`);
    if (left) return;
    const [rule] = answer.rules;
    found.replaceChildren(
      ...(rule
        ? [
            h('b', null, rule.id),
            ` holds (${rule.settings.match})`,
            answer.why ? `: ${answer.why}.` : ': no other rule matches.',
          ]
        : ['No rule matches: the settings of the installation hold.']),
    );
  };
  const failed = e => list.replaceChildren(h('p', { class: 'empty' }, e.message));
  function ruleBox(rule) {
    return h(
      'article',
      { class: 'rule' },
      h(
        'div',
        { class: 'title' },
        h('h3', null, rule.id),
        h('code', null, rule.settings.match),
        rule.settings.enabled === false && h('span', { class: 'chip warn' }, 'not monitored'),
        h(
          'div',
          { class: 'actions' },
          h(
            'button',
            {
              class: 'needs-configure',
              type: 'button',
              onclick: () => edit(rule, load).catch(failed),
            },
            'Change …',
          ),
          h(
            'button',
            { class: 'needs-configure', type: 'button', onclick: () => drop(rule, load) },
            'Remove …',
          ),
        ),
      ),
      settingsOf(rule),
      h(
        'p',
        { class: 'soft small' },
        `Revision ${rule.revision}, ${rule.by}, ${moment(Date.parse(rule.changedAt))}`,
      ),
    );
  }
  find.addEventListener('input', () => {
    clearTimeout(typing);
    typing = setTimeout(() => look().catch(failed), 150);
  });
  root.append(
    h(
      'section',
      { class: 'panel' },
      h(
        'div',
        { class: 'title note' },
        h(
          'div',
          null,
          h('h1', null, 'Settings of sources'),
          h(
            'p',
            { class: 'soft' },
            'The rule with most literal characters in its pattern holds, then the one with the higher priority.',
          ),
        ),
        h(
          'div',
          { class: 'actions' },
          h(
            'button',
            {
              class: 'primary needs-configure',
              type: 'button',
              onclick: () => edit(null, load).catch(failed),
            },
            'New rule …',
          ),
        ),
      ),
    ),
    h(
      'section',
      { class: 'panel', 'aria-labelledby': 'find-title' },
      h('header', null, h('h2', { id: 'find-title' }, 'Which rule applies?')),
      h('div', { class: 'filters' }, find, found),
    ),
    h(
      'section',
      { class: 'panel', 'aria-labelledby': 'rules-title' },
      h('header', null, h('h2', { id: 'rules-title' }, 'Rules'), count),
      list,
    ),
  );
  load().catch(failed);
  return () => {
    left = true;
  };
}
