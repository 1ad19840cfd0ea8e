/* The filters of the page of incidents: in its address, and in requests. */

const HOUR = 3600e3;
const FILTERS = [
  'text',
  'state',
  'severity',
  'subject',
  'source',
  'scene',
  'time',
  'from',
  'to',
  'group',
  'page',
];
const TIMES = ['time', 'from', 'to'];
const SPANS = { PT1H: HOUR, P1D: 24 * HOUR, P7D: 7 * 24 * HOUR };

/** The filters of an address; empty texts for those that are not set. */
export const filtersOf = query =>
  Object.fromEntries(FILTERS.map(name => [name, query.get(name) ?? '']));

/** The part of the address that has the filters, without those that have no effect. */
export function addressOf(filters) {
  const given = FILTERS.filter(
    name =>
      filters[name] &&
      !(name === 'page' && filters.page === '0') &&
      !(['from', 'to'].includes(name) && filters.time !== 'range'),
  );
  return given.length ? `?${new URLSearchParams(given.map(name => [name, filters[name]]))}` : '';
}

/** The parameters of the request for one page of incidents. */
export function requestOf(filters, size, now) {
  const asked = new URLSearchParams({ size });
  for (const name of FILTERS) {
    if (filters[name] && !TIMES.includes(name)) asked.set(name, filters[name]);
  }
  if (Object.hasOwn(SPANS, filters.time)) {
    asked.set('from', new Date(now - SPANS[filters.time]).toISOString());
  } else if (filters.time === 'range') {
    for (const name of ['from', 'to']) if (filters[name]) asked.set(name, filters[name]);
  }
  return asked;
}
