/* The settings of rules as texts of forms and lists. */
import { sentenceCase } from './words.js';

const APART = ['match', 'enabled', 'labels']; // shown elsewhere

/** A name such as silentAfter in words. */
const settingTitle = name =>
  sentenceCase(name.replace(/[A-Z]/g, letter => ` ${letter.toLowerCase()}`));

/** A duration such as PT2M30S in words; any other text as it is. */
function durationWords(text) {
  const parts = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:([\d.]+)S)?)?$/.exec(text)?.slice(1);
  if (!parts?.some(Boolean)) return text;
  const [days, hours, minutes, seconds] = parts.map(part => Number(part ?? 0));
  const whole = hours >= 48 ? Math.floor(hours / 24) : 0; // two days and more are easier in days
  const all = [days + whole, hours - 24 * whole, minutes, seconds];
  const units = [all[0] === 1 ? 'day' : 'days', 'h', 'min', 's'];
  const words = all.map((n, i) => n && `${n} ${units[i]}`).filter(Boolean);
  return words.join(' ') || '0 s';
}

/** The settings that a rule gives, as pairs of words. */
export const settingWords = settings =>
  Object.entries(settings)
    .filter(([name]) => !APART.includes(name))
    .map(([name, value]) => [settingTitle(name), durationWords(String(value))]);

const labelsText = labels =>
  Object.entries(labels ?? {})
    .map(([name, value]) => `${name}=${value}`)
    .join(', ');

/** The labels of a text such as site=north, line=3. */
function labelsOf(text) {
  const labels = {};
  for (const part of text.split(',')) {
    if (!part.trim()) continue;
    const at = part.indexOf('=');
    const name = part.slice(0, Math.max(0, at)).trim();
    if (!name) throw new Error(`invalid label '${part.trim()}', expected such as site=north`);
    labels[name] = part.slice(at + 1).trim();
  }
  return labels;
}

/** The field of a form for a setting. */
export function settingField(setting, value) {
  const common = {
    name: setting.name,
    label: settingTitle(setting.name),
    hint: sentenceCase(setting.effect.split(/[;.] /)[0]),
  };
  if (setting.type === 'object') {
    return { ...common, value: labelsText(value), placeholder: setting.example, optional: true };
  }
  if (setting.choices.length) {
    const choices = setting.choices.filter(choice => choice !== setting.unset);
    const options = [['', setting.unset], ...choices.map(choice => [choice, choice])];
    return { ...common, value: String(value ?? ''), options };
  }
  return {
    ...common,
    value: value ?? '',
    placeholder: setting.example || setting.unset,
    optional: !setting.required,
  };
}

/** The body of a request that stores the values of the form. */
export function ruleBody({ labels, ...values }) {
  const given = Object.entries(values).filter(([name, value]) => name !== 'id' && value !== '');
  return { ...Object.fromEntries(given), labels: labelsOf(labels) };
}
