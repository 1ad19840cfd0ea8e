/* The logic of the pages' scripts that needs no document: node --test src/testing/test/node/pages.test.mjs */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';

const folder = 'src/app/main/resources/META-INF/resources/page/';
const words = await import(
  `data:text/javascript,${encodeURIComponent(readFileSync(`${folder}words.js`, 'utf8'))}`
);

test('shares of a threshold are linear up to 2 and logarithmic above', () => {
  assert.equal(words.compressed(null), null);
  assert.equal(words.compressed(0), 0);
  assert.equal(words.compressed(1), 1);
  assert.equal(words.compressed(2), 2);
  assert.equal(words.compressed(20), 3.5);
  assert.ok(words.compressed(3000) < 7, 'a statistic of thousands leaves the threshold in sight');
});

test('a place on the axis gives its share back', () => {
  for (const share of [0, 0.4, 1, 2, 2.5, 10, 123, 4567]) {
    assert.ok(Math.abs(words.expanded(words.compressed(share)) - share) < 1e-9 * (1 + share));
  }
});

test('the axis has the threshold among its labels, and powers of ten above 2', () => {
  assert.deepEqual(words.shareTicks(1.3), [0, 0.5, 1]);
  assert.deepEqual(
    words.shareTicks(words.compressed(150)).map(place => Math.round(words.expanded(place))),
    [0, 1, 2, 10, 100],
  );
});

test('an incident has its identity and times in milliseconds', () => {
  const incident = words.incidentOf({
    incidentId: 'a',
    openedAt: '2026-05-01T10:00:00Z',
    updatedAt: '2026-05-01T10:00:01Z',
    endedAt: null,
  });
  assert.equal(incident.id, 'a');
  assert.equal(incident.openedAt, Date.UTC(2026, 4, 1, 10));
  assert.equal(incident.updatedAt - incident.openedAt, 1000);
  assert.equal(incident.endedAt, null);
});

test('an event has its identity and the time of its last frame', () => {
  const event = words.eventOf({ eventId: 'e', lastAt: '2026-05-01T10:00:00.5Z', kind: 'SPIKE' });
  assert.deepEqual(
    [event.id, event.at, event.kind],
    ['e', Date.UTC(2026, 4, 1, 10, 0, 0, 500), 'SPIKE'],
  );
});

test('the name of a model has no digests', () => {
  assert.equal(words.modelName('mine-869b8eb9-1-tpaf4n-graph-869b8e-ae88ccee'), 'mine');
  assert.equal(words.modelName('residua-frames-0aff86c2-1-tp0y6r'), 'residua-frames');
  assert.equal(words.modelName('pendulum'), 'pendulum');
});

test('a held latent is called so', () => {
  assert.equal(words.kindWords('INTERVENTION.HARD_INTERVENTION'), 'held constant');
  assert.equal(words.kindWords('DRIFT.RESIDUAL'), 'drift: residual');
});
