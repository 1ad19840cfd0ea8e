/* The state of a source, merged from updates. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { page } from './page-scripts.mjs';

const { SourceState } = await page('source-state');

const NO_ROWS = { reset: false, millis: [], columns: [] };
const frame = (...latents) => ({
  readings: latents.map(latent => ({ latent, observed: 2, expected: 1 })),
});
const row = (values = {}) => ({ phase: 'MODEL', statistic: 1, threshold: 20, ...values });
const update = (values = {}) => ({
  at: 1000,
  row: row(),
  scales: [1],
  scores: NO_ROWS,
  drift: NO_ROWS,
  ...values,
});
const incident = (incidentId, values = {}) => ({
  incidentId,
  severity: 'WARNING',
  openedAt: '2026-05-01T10:00:00Z',
  updatedAt: '2026-05-01T10:00:00Z',
  endedAt: null,
  causes: [],
  ...values,
});
const command = (kind, values = {}) => ({ id: kind, kind, at: 0, until: null, ...values });
/** A state that has taken updates. */
const state = (...updates) => {
  const made = new SourceState();
  updates.forEach(one => made.take(update(one)));
  return made;
};
const ids = items => items.map(({ id }) => id);

test('should keep the parts that an update leaves out', () => {
  const known = state(
    { last: frame('a'), trends: [[1]], trendStart: 5, incidents: [incident('i')] },
    { trendStart: 15 },
  );
  assert.deepEqual(known.last, frame('a'));
  assert.deepEqual([known.trends, known.trendStart], [[[1]], 5]);
  assert.deepEqual(ids(known.incidents), ['i']);
});

test('should say which parts changed', () => {
  // Given
  const known = new SourceState();
  const graph = { nodes: ['a', 'b'], edges: [{ from: 'a', to: 'b', confidence: 1 }] };
  // When, Then
  assert.deepEqual(known.take(update()), { graph: false, news: false });
  assert.deepEqual(known.take(update({ last: frame('a', 'b') })), { graph: true, news: false });
  assert.deepEqual(known.graph, { nodes: ['a', 'b'], edges: [] }, 'latents of the frame');
  assert.deepEqual(known.take(update({ graph })), { graph: true, news: false });
  assert.deepEqual(known.take(update({ graph, incidents: [] })), { graph: false, news: true });
  assert.deepEqual(known.take(update()), { graph: false, news: false });
});

test('should forget the calibration that came without one', () => {
  const commissioning = { phase: 'ARMED', latents: [] };
  const known = state({ incidents: [], commissioning }, { incidents: [] });
  assert.equal(known.commissioning, null);
});

test('should have the report of the present phase only', () => {
  const commissioning = { phase: 'LEARNING', latents: [] };
  const known = state({ row: row({ phase: 'LEARNING' }), incidents: [], commissioning });
  assert.equal(known.report, commissioning);
  known.take(update({ row: row({ phase: 'NEEDS_REVIEW' }) }));
  assert.equal(known.report, null);
});

const at = seconds => new Date(Date.UTC(2026, 4, 1, 10, 0, seconds)).toISOString();

test('should order open incidents by severity, then by age', () => {
  // Given
  const one = (id, severity, second, endedAt = null) =>
    incident(id, { severity, openedAt: at(second), endedAt });
  const known = state({
    incidents: [
      one('info', 'INFO', 1),
      one('young', 'CRITICAL', 9),
      one('ended', 'CRITICAL', 1, at(2)),
      one('old', 'CRITICAL', 3),
      one('warning', 'WARNING', 2),
    ],
  });
  // When, Then
  assert.deepEqual(ids(known.openIncidents), ['old', 'young', 'warning', 'info']);
  assert.equal(known.incidents[0].id, 'info', 'the incidents keep their order');
  assert.deepEqual(state().openIncidents, []);
});

test('should keep the order of incidents that are equally urgent', () => {
  const known = state({ incidents: ['b', 'a', 'c'].map(id => incident(id)) });
  assert.deepEqual(ids(known.openIncidents), ['b', 'a', 'c']);
});

test('should show the causes of the chosen event before those of the incident', () => {
  const known = state({ incidents: [incident('i', { causes: [{ latent: 'a' }] })] });
  assert.deepEqual(known.causes, ['a']);
  known.shown = { causes: [{ latent: 'b' }, { latent: 'c' }] };
  assert.deepEqual(known.causes, ['b', 'c']);
  assert.deepEqual(state().causes, []);
});

test('should set latents with causes to their expected values', () => {
  const graph = { nodes: ['a', 'b'], edges: [{ from: 'a', to: 'b' }] };
  const known = state({ graph, last: frame('a', 'b') });
  assert.deepEqual(known.explained(known.last.readings), [2, 1]);
  assert.deepEqual(known.parents('b'), ['a']);
  assert.deepEqual(state().parents('b'), []);
});

test('should show the figures of the pictured frame as long as it has these latents', () => {
  const known = state({ last: frame('a', 'b') });
  assert.equal(known.frame, known.last);
  known.pictured = frame('c', 'd');
  assert.equal(known.frame, known.pictured);
  known.pictured = frame('a');
  assert.equal(known.frame, known.last);
});

test('should have commands in effect until their end', () => {
  const commands = [
    command('silence', { until: 1000 }),
    command('announce', { until: 1001 }),
    command('suppress'),
    command('arm'),
  ];
  const known = state({ incidents: [], commands });
  assert.deepEqual(ids(known.standing), ['announce', 'suppress']);
});

test('should list incidents, other events and momentary commands, the newest first', () => {
  // Given
  const known = state({
    incidents: [incident('i', { updatedAt: at(5) })],
    events: [
      { eventId: 'part', incidentId: 'i', lastAt: at(9) },
      { eventId: 'other', incidentId: 'gone', lastAt: at(7) },
    ],
    commands: [command('learn', { at: Date.parse(at(6)) }), command('silence', { at: 1 })],
  });
  // When
  const items = known.timeline();
  // Then
  assert.deepEqual(
    items.map(({ incident: i, event, command: c }) => (i ?? event ?? c).id),
    ['other', 'learn', 'i'],
  );
  assert.equal(items[1].words, 'The source learns again');
  assert.deepEqual(ids(known.eventsOf(known.incidents[0])), ['part']);
});

test('should bound the time line', () => {
  const incidents = Array.from({ length: 100 }, (_, i) => incident(`${i}`));
  assert.equal(state({ incidents }).timeline().length, 60);
});

test('should know the latents that the shown frame does not show', () => {
  const unreadable = [{ latent: 'a', since: 5, frames: 1, observed: 2, observedFactor: null }];
  const known = state({ last: { ...frame('a'), unreadable } });
  assert.deepEqual(known.unreadable, unreadable);
  known.shown = { causes: [], readings: [] };
  assert.deepEqual(known.unreadable, [], 'those of an event are not known');
});
