/* Rules of sources: the list, the rule of one source, and dialogs that change a rule. */
import { h, text } from './dom.js';
import { get, put, remove } from './api.js';
import { ask } from './actions.js';
import { button, chip, panel, term } from './parts.js';
import { ruleBody, settingField, settingWords } from './rules.js';
import { debounced } from './timing.js';
import { moment } from './words.js';

const ASK_NAME = 'Enter a name to see which rule applies to it.';

export function settings(root) {
  const page = new Settings(root);
  return () => page.leave();
}

class Settings {
  #list = h('div', { class: 'rules' });
  #count = chip('0', 'plain');
  #find = h('input', {
    type: 'search',
    name: 'find',
    placeholder: 'Name of a source',
    'aria-label': 'Name of a source',
    autocomplete: 'off',
  });
  #found = h('p', { class: 'soft', role: 'status' }, ASK_NAME);
  #typed = debounced(150, () => this.#look().catch(e => this.#failed(e)));
  #left = false;

  constructor(root) {
    const words =
      'The rule with the most literal characters in its pattern applies, then the one with the higher priority.';
    const title = h(
      'div',
      null,
      h('h1', null, 'Settings of sources'),
      h('p', { class: 'soft' }, words),
    );
    const add = button('New rule …', () => this.#edit(null), { class: 'primary needs-configure' });
    const head = h('div', { class: 'title note' }, title, h('div', { class: 'actions' }, add));
    const find = h('div', { class: 'filters' }, this.#find, this.#found);
    this.#find.addEventListener('input', () => this.#typed());
    root.append(
      h('section', { class: 'panel' }, head),
      panel('find', 'Rule of a source', {}, find),
      panel('rules', 'Rules', { header: this.#count }, this.#list),
    );
    this.#load().catch(e => this.#failed(e));
  }

  async #load() {
    const { rules } = await get('api/sources/rules');
    if (this.#left) return;
    text(this.#count, String(rules.length));
    this.#list.replaceChildren(
      ...(rules.length ? rules.map(rule => this.#box(rule)) : [noRules()]),
    );
    await this.#look();
  }

  /** Shows the rule of the source whose name is entered. */
  async #look() {
    const name = this.#find.value.trim();
    if (!name) {
      this.#found.replaceChildren(ASK_NAME);
      return;
    }
    const { rules, why } = await get(`api/sources/rules?source=${encodeURIComponent(name)}`);
    if (this.#left || name !== this.#find.value.trim()) return;
    const [rule] = rules;
    const reason = why ? `: ${why}.` : ': no other rule matches.';
    const found = rule && [h('b', null, rule.id), ` applies (${rule.settings.match})${reason}`];
    this.#found.replaceChildren(
      ...(found ?? ['No rule matches: the settings of the installation apply.']),
    );
  }

  #failed(e) {
    this.#list.replaceChildren(h('p', { class: 'empty' }, e.message));
  }

  #box(rule) {
    const { id, settings: given, revision, by, changedAt } = rule;
    const attributes = { class: 'needs-configure' };
    const change = button('Change …', () => this.#edit(rule), attributes);
    const drop = button('Remove …', () => removeRule(rule, () => this.#load()), attributes);
    const title = h('div', { class: 'title' }, h('h3', null, id), h('code', null, given.match));
    if (given.enabled === false) title.append(chip('not monitored', 'warn'));
    title.append(h('div', { class: 'actions' }, change, drop));
    const author = `Revision ${revision}, ${by}, ${moment(Date.parse(changedAt))}`;
    const foot = h('p', { class: 'soft small' }, author);
    return h('article', { class: 'rule' }, title, settingList(given), foot);
  }

  #edit(rule) {
    editRule(rule, () => this.#load()).catch(e => this.#failed(e));
  }

  leave() {
    this.#left = true;
    this.#typed.cancel();
  }
}

const noRules = () =>
  h(
    'div',
    { class: 'empty' },
    h('h3', null, 'No rules yet'),
    h(
      'p',
      { class: 'soft' },
      'The settings of the installation apply to every source. A rule changes them for the sources whose names match a pattern, such as line3/*.',
    ),
  );

/** The settings of a rule as a list of terms. */
function settingList(given) {
  const words = settingWords(given);
  const labels = Object.entries(given.labels ?? {});
  if (!words.length && !labels.length) {
    return h('p', { class: 'soft small' }, 'The settings of the installation.');
  }
  const chips = labels.map(([name, value]) => [chip(`${name}: ${value}`, 'plain'), ' ']);
  const terms = words.map(([title, value]) => term(title, value));
  return h('dl', { class: 'props' }, terms, labels.length > 0 && term('Labels', chips));
}

async function editRule(rule, done) {
  const { settings: known } = await get('api/sources/rules/settings');
  const name = { name: 'id', label: 'Name of the rule', placeholder: 'line3' };
  const fields = known.map(setting => settingField(setting, rule?.settings[setting.name]));
  ask({
    title: rule ? `Change rule ${rule.id}` : 'New rule',
    explanation:
      'It applies to the next frames of all sources that match. Empty fields are the settings of the installation.',
    fields: rule ? fields : [name, ...fields],
    confirm: 'Save',
    reason: false,
    wide: true,
    send: async values => {
      const path = `api/sources/rules/${encodeURIComponent(rule?.id ?? values.id)}`;
      const { changed } = await put(path, ruleBody(values));
      await done();
      return changed.length
        ? 'The rule is stored.'
        : 'No change: the rule already has these values.';
    },
  });
}

function removeRule({ id, settings: { match } }, done) {
  ask({
    title: `Remove rule ${id}`,
    explanation: `Sources that match ${match} follow the next rule that matches, or the settings of the installation.`,
    confirm: 'Remove',
    reason: false,
    send: async ({ by }) => {
      const query = by ? `?by=${encodeURIComponent(by)}` : '';
      await remove(`api/sources/rules/${encodeURIComponent(id)}${query}`);
      await done();
      return 'The rule is removed.';
    },
  });
}
