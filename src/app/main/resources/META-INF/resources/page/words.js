/* Numbers, times, names and addresses as people read them. */

export const sourceLink = name => `#/sources/${encodeURIComponent(name)}`;
export const incidentLink = id => `#/incidents/${encodeURIComponent(id)}`;

/** The name of a model without the digests and times that end its identity. */
export const modelName = id => id.replace(/-[0-9a-f]{6,}-.*$/, '') || id;

const millisOf = time => (time === null || time === undefined ? null : Date.parse(time));
/** An incident or event as the API has it, with its identity as id and its times in milliseconds. */
export const incidentOf = i => ({
  ...i,
  id: i.incidentId,
  openedAt: millisOf(i.openedAt),
  updatedAt: millisOf(i.updatedAt),
  endedAt: millisOf(i.endedAt),
});
export const eventOf = e => ({ ...e, id: e.eventId, at: millisOf(e.lastAt) });

export const spoken = name => String(name).replaceAll('_', ' ').toLowerCase();

const CONDITIONS = {
  ANOMALOUS: ['anomalous', 'bad'],
  DRIFTING: ['drifting', 'warn'],
  SILENT: ['silent', 'violet'],
  NOT_WATCHED: ['not watched', 'calm'],
  WARMING_UP: ['warming up', 'info'],
  MAINTENANCE: ['maintenance', 'calm'],
  NORMAL: ['normal', 'good'],
};
export const CONDITION_ORDER = Object.keys(CONDITIONS);
export const conditionWord = condition => CONDITIONS[condition]?.[0] ?? spoken(condition);
export const conditionColour = condition => CONDITIONS[condition]?.[1] ?? 'calm';

/** The phases of a calibration that a person should see at a glance. */
export const PHASES = { NEEDS_REVIEW: ['needs a review', 'warn'], LEARNING: ['learning', 'info'] };
export const percent = share => `${Math.floor(100 * share)} %`;
export const phaseWord = (phase, progress) =>
  phase === 'LEARNING' ? `learning ${percent(progress)}` : (PHASES[phase]?.[0] ?? spoken(phase));
/** A number of things with its verb: (1, 'source learns', 'sources learn'). */
export const counted = (n, one, many) => `${integer(n)} ${n === 1 ? one : many}`;
/** A sentence with a capital letter and a full stop. */
export const fullSentence = words => `${sentenceCase(words)}${/[.!?]$/.test(words) ? '' : '.'}`;

export const severityColour = severity =>
  ({ CRITICAL: 'bad', WARNING: 'warn' })[severity] ?? 'info';

export const integer = new Intl.NumberFormat('en', { maximumFractionDigits: 0 }).format;
export function number(value, digits = 2) {
  return value === null || value === undefined || !Number.isFinite(value)
    ? '–'
    : value.toFixed(digits);
}
/**
 * Where a share of a threshold stands on an axis that is linear up to 2 and logarithmic above, so that a statistic of
 * thousands leaves the threshold in sight.
 */
export const compressed = share =>
  share === null || share === undefined || share <= 2 ? share : 2 + 1.5 * Math.log10(share / 2);
/** The share at a place of that axis. */
export const expanded = place => (place <= 2 ? place : 2 * 10 ** ((place - 2) / 1.5));
/** Labels of that axis up to a place. */
export const shareTicks = top =>
  [0, 0.5, 1, 1.5, 2, ...[10, 100, 1e3, 1e4, 1e5, 1e6]]
    .filter(
      (share, i) => compressed(share) <= top && (top <= 2.2 || (share !== 0.5 && share !== 1.5)),
    )
    .map(compressed);
/** A figure of any size in a few characters. */
export function figure(value) {
  if (value === null || value === undefined || !Number.isFinite(value)) return '–';
  const size = Math.abs(value);
  if (Number.isInteger(value) && size < 1e15) return integer(value);
  if (size >= 1e5 || size < 1e-3) {
    const [digits, exponent] = value.toExponential(2).split('e');
    return `${digits} × 10${[...exponent.replace('+', '')].map(c => (c === '-' ? '⁻' : '⁰¹²³⁴⁵⁶⁷⁸⁹'[c])).join('')}`;
  }
  return value.toPrecision(4).replace(/\.?0+$/, '');
}
export function pValue(value) {
  if (value === null || value === undefined) return '–';
  return value < 0.001 ? '< 0.001' : value.toFixed(3);
}
export function signed(value, digits = 1) {
  if (value === null || value === undefined) return '–';
  const size = Math.abs(value).toFixed(digits);
  return `${Number(size) === 0 ? '' : value < 0 ? '−' : '+'}${size}`;
}

const CLOCK = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
});
const DAY = new Intl.DateTimeFormat(undefined, {
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
});
const FULL = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'long' });
export const clock = millis => CLOCK.format(millis);
export const full = millis => FULL.format(millis);
/** The time if it is today, else day and time. */
export function moment(millis) {
  return new Date(millis).toDateString() === new Date().toDateString()
    ? clock(millis)
    : DAY.format(millis);
}
export function duration(millis) {
  const seconds = Math.max(0, Math.round(millis / 1000));
  if (seconds < 90) return `${seconds} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  if (seconds < 129600) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86400)} days`;
}
export const ago = (millis, now) =>
  !millis ? 'never' : now - millis < 2000 ? 'now' : `${duration(now - millis)} ago`;
export const bytes = n => (n < 1e6 ? `${Math.round(n / 1e3)} kB` : `${(n / 1e6).toFixed(1)} MB`);
export const short = id => (id.length > 22 ? `${id.slice(0, 10)}…${id.slice(-8)}` : id);

/** The kind of an incident, such as DRIFT.RESIDUAL, in words. */
/** mechanism:shadow_length as people say it. */
export const subjectWords = subject => {
  const [kind, name] = String(subject).split(':');
  return name
    ? `${spoken(kind)}${kind === 'mechanism' ? ' of' : ''} ${spoken(name)}`
    : spoken(kind);
};

export const sentenceCase = words => words.charAt(0).toUpperCase() + words.slice(1);

/** The kinds whose names say more to the program than to a person. */
const KINDS = { 'INTERVENTION.HARD_INTERVENTION': 'held constant' };
export const kindWords = kind => {
  if (kind in KINDS) return KINDS[kind];
  const [what, which] = String(kind).split('.');
  return which ? `${spoken(what)}: ${spoken(which)}` : spoken(what);
};
