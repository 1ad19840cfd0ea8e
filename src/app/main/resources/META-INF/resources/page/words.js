/* Numbers, times, names and addresses as people read them. */

export const sourceLink = name => `#/sources/${encodeURIComponent(name)}`;
export const incidentLink = id => `#/incidents/${encodeURIComponent(id)}`;
export const modelLink = id => `#/models/${encodeURIComponent(id)}`;

/** The name of a model without the digests and times that end its identity. */
export const modelName = id => id.replace(/-[0-9a-f]{8}-.*$/, '') || id;

const millisOf = time => (time === null || time === undefined ? null : Date.parse(time));
/** An incident of the API with its identity as id and its times in milliseconds. */
export const incidentOf = i => ({
  ...i,
  id: i.incidentId,
  openedAt: millisOf(i.openedAt),
  updatedAt: millisOf(i.updatedAt),
  endedAt: millisOf(i.endedAt),
});
/** An event of the API with its identity as id and the time of its last frame in milliseconds. */
export const eventOf = e => ({ ...e, id: e.eventId, at: millisOf(e.lastAt) });

export const spoken = name => String(name).replaceAll('_', ' ').toLowerCase();
export const sentenceCase = words => words.charAt(0).toUpperCase() + words.slice(1);
/** A sentence with a capital letter and a full stop. */
export const fullSentence = words => `${sentenceCase(words)}${/[.!?]$/.test(words) ? '' : '.'}`;

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

/** The phases of a calibration that a person should see at a glance, with word and colour. */
export const PHASES = { NEEDS_REVIEW: ['needs a review', 'warn'], LEARNING: ['learning', 'info'] };
export const phaseWord = (phase, progress) =>
  phase === 'LEARNING' ? `learning ${percent(progress)}` : (PHASES[phase]?.[0] ?? spoken(phase));
export const phaseColour = phase => PHASES[phase]?.[1] ?? 'calm';

export const severityColour = severity =>
  ({ CRITICAL: 'bad', WARNING: 'warn' })[severity] ?? 'info';

/** A subject such as mechanism:shadow_length in words. */
export const subjectWords = subject => {
  const [kind, ...name] = String(subject).split(':');
  if (!name.length) return spoken(kind);
  return `${spoken(kind)}${kind === 'mechanism' ? ' of' : ''} ${spoken(name.join(':'))}`;
};

/** The kinds whose names say more to the program than to a person. */
const KINDS = { 'INTERVENTION.HARD_INTERVENTION': 'held constant' };
/** The kind of an incident, such as DRIFT.RESIDUAL, in words. */
export const kindWords = kind => {
  if (kind in KINDS) return KINDS[kind];
  const [type, which] = String(kind).split('.');
  return which ? `${spoken(type)}: ${spoken(which)}` : spoken(type);
};

const isMissing = value => !Number.isFinite(value);
const NONE = '–';

export const integer = new Intl.NumberFormat('en', { maximumFractionDigits: 0 }).format;
const plain = new Intl.NumberFormat('en', { maximumFractionDigits: 6 }).format;
const withMinus = digits => digits.replace('-', '−');

export function number(value, digits = 2) {
  if (isMissing(value)) return NONE;
  const fixed = value.toFixed(digits);
  return Number(fixed) === 0 ? fixed.replace('-', '') : withMinus(fixed);
}
/** A number with its sign, also if it is positive. */
export function signed(value, digits = 1) {
  const words = number(value, digits);
  return Number(words) > 0 ? `+${words}` : words;
}
/** A figure of any size in a few characters. */
export function figure(value) {
  if (isMissing(value)) return NONE;
  const size = Math.abs(value);
  if (Number.isInteger(value) ? size < 1e15 : size >= 1e-3 && size < 1e5) {
    const whole = Number.isInteger(value) || size >= 1000;
    const shown = whole ? Math.round(value) : Number(value.toPrecision(4));
    return withMinus(plain(shown + 0)); // without the sign of -0
  }
  const [digits, exponent] = value.toExponential(2).split('e');
  return `${withMinus(digits)} × 10${[...exponent.replace('+', '')].map(raised).join('')}`;
}
const raised = digit => (digit === '-' ? '⁻' : '⁰¹²³⁴⁵⁶⁷⁸⁹'[digit]);

export function pValue(value) {
  if (isMissing(value)) return NONE;
  return value < 0.001 ? '< 0.001' : value.toFixed(3);
}
/** A share in whole percent, which is 100 % only if nothing is missing. */
export const percent = share => (isMissing(share) ? NONE : `${Math.floor(100 * share + 1e-9)} %`);
/** A share in whole percent, rounded. */
export const rounded = share => (isMissing(share) ? NONE : `${Math.round(100 * share)} %`);
/** A number of things with its verb: (1, 'source learns', 'sources learn'). */
export const counted = (n, one, many) => `${integer(n)} ${n === 1 ? one : many}`;
export function bytes(n) {
  if (n < 1000) return `${n} B`;
  return n < 999.5e3 ? `${Math.round(n / 1e3)} kB` : `${(n / 1e6).toFixed(1)} MB`;
}
/** The items of a page among all that match: "51 to 100 of 5,000". */
export const pageWords = (page, size, matching) =>
  matching > page * size
    ? `${integer(page * size + 1)} to ${integer(Math.min(matching, (page + 1) * size))} of ${integer(matching)}`
    : '';

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
export function moment(millis, now = Date.now()) {
  const today = new Date(millis).toDateString() === new Date(now).toDateString();
  return today ? clock(millis) : DAY.format(millis);
}
export function duration(millis) {
  if (isMissing(millis)) return NONE;
  const seconds = Math.max(0, Math.round(millis / 1000));
  if (seconds < 90) return `${seconds} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  if (seconds < 129600) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86400)} days`;
}
export function ago(millis, now) {
  if (!millis) return 'never';
  return now - millis < 2000 ? 'now' : `${duration(now - millis)} ago`;
}

/** A time as an input of the type datetime-local has it, in local time; empty without a valid one. */
export function timeInput(iso) {
  const at = new Date(iso || NaN);
  if (Number.isNaN(at.getTime())) return '';
  return new Date(at - at.getTimezoneOffset() * 60000).toISOString().slice(0, 16);
}
/** The time of such an input; empty without one. */
export const isoOf = input => (input ? new Date(input).toISOString() : '');
