/* Settings of rules as texts. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { page } from './page-scripts.mjs';

const rules = await page('rules');
const words = value => rules.settingWords({ silentAfter: value })[0][1];

test('should title a setting by its name', () => {
  assert.deepEqual(rules.settingWords({ scene: 'a', falseAlarmsPerWeek: 1 }), [
    ['Scene', 'a'],
    ['False alarms per week', '1'],
  ]);
});

test('should word durations, and leave other values as they are', () => {
  for (const [value, expected] of [
    ['PT5S', '5 s'],
    ['PT0S', '0 s'],
    ['PT0.5S', '0.5 s'],
    ['PT2M30S', '2 min 30 s'],
    ['PT36H', '36 h'],
    ['PT48H', '2 days'],
    ['PT169H', '7 days 1 h'],
    ['P1D', '1 day'],
    ['P1DT1H', '1 day 1 h'],
    ['P', 'P'],
    ['PT', 'PT'],
    ['', ''],
    ['Pump', 'Pump'],
    [5, '5'],
    [false, 'false'],
  ]) {
    assert.equal(words(value), expected);
  }
});

test('should not list settings that are shown elsewhere', () => {
  const settings = { match: 'a/*', enabled: false, labels: { a: 'b' }, scene: 'lid' };
  assert.deepEqual(rules.settingWords(settings), [['Scene', 'lid']]);
  assert.deepEqual(rules.settingWords({}), []);
});

const labelsText = labels => rules.settingField(setting({ type: 'object' }), labels).value;
const labelsOf = labels => rules.ruleBody({ labels }).labels;

test('should write labels and read them back', () => {
  const labels = { site: 'north', formula: 'a=b', empty: '' };
  assert.equal(labelsText(labels), 'site=north, formula=a=b, empty=');
  assert.deepEqual(labelsOf(labelsText(labels)), labels);
  assert.equal(labelsText(undefined), '');
  assert.deepEqual(labelsOf(' , site = north ,'), { site: 'north' });
  assert.deepEqual(labelsOf(''), {});
});

test('should refuse a label without a name or a value', () => {
  for (const text of ['north', '=north', ' = x', 'site=north, x']) {
    assert.throws(() => labelsOf(text), /^Error: invalid label '/);
  }
});

const setting = (values = {}) => ({
  name: 'silentAfter',
  effect: 'time without a frame; then an incident opens',
  type: 'string',
  choices: [],
  unset: 'twenty intervals',
  example: '',
  required: false,
  ...values,
});

test('should make a text input of a setting', () => {
  assert.deepEqual(rules.settingField(setting(), undefined), {
    name: 'silentAfter',
    label: 'Silent after',
    hint: 'Time without a frame',
    value: '',
    placeholder: 'twenty intervals',
    optional: true,
  });
  assert.equal(rules.settingField(setting({ required: true }), 0).value, 0);
  assert.equal(rules.settingField(setting({ required: true }), 0).optional, false);
});

test('should make a choice that has the unset value once', () => {
  const choices = ['warning', 'critical'];
  const field = rules.settingField(setting({ choices, unset: 'warning' }), 'critical');
  assert.deepEqual(field.options, [
    ['', 'warning'],
    ['critical', 'critical'],
  ]);
  assert.equal(field.value, 'critical');
  assert.equal(rules.settingField(setting({ choices }), undefined).value, '');
});

test('should make one text of labels', () => {
  const field = rules.settingField(setting({ type: 'object', example: 'a=b' }), { site: 'north' });
  assert.deepEqual([field.value, field.placeholder], ['site=north', 'a=b']);
});

test('should send the given values only', () => {
  const values = { id: 'line1', match: 'line1/*', severity: '', by: 'ann', labels: 'site=north' };
  assert.deepEqual(rules.ruleBody(values), {
    match: 'line1/*',
    by: 'ann',
    labels: { site: 'north' },
  });
});
