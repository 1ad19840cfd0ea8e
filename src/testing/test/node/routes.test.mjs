/* Addresses of pages, and filters in them. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { page } from './page-scripts.mjs';

const { routeOf, signInOf } = await page('routes');
const { addressOf, filtersOf, requestOf } = await page('incident-query');
const { incidentLink, modelLink, sourceLink } = await page('words');

const route = hash => {
  const found = routeOf(hash);
  return found && [found.page, found.name];
};

test('should find the page of an address', () => {
  assert.deepEqual(route(''), ['overview', undefined]);
  assert.deepEqual(route('#'), ['overview', undefined]);
  assert.deepEqual(route('#/'), ['overview', undefined]);
  assert.deepEqual(route('#/wall'), ['wall', undefined]);
  assert.deepEqual(route('#/models'), ['models', undefined]);
  assert.deepEqual(route('#/explain/gate'), ['explain', 'gate']);
  assert.equal(route('#/nothing'), null);
  assert.equal(route('#/sources/'), null);
});

test('should read back the name of every link', () => {
  for (const name of ['cam1', 'line 1/cam#2', '100 %', 'a?b=c&d', 'Łódź', '..']) {
    assert.deepEqual(route(sourceLink(name)), ['source', name]);
    assert.deepEqual(route(incidentLink(name)), ['incident', name]);
    assert.deepEqual(route(modelLink(name)), ['models', name]);
  }
});

test('should take a name that is not encoded correctly as it is', () => {
  assert.deepEqual(route('#/sources/100 %'), ['source', '100 %']);
});

test('should read the query of an address', () => {
  assert.equal(routeOf('#/history/cam1?span=P7D').query.get('span'), 'P7D');
  assert.equal(routeOf('#/history/cam1?span=a?b').query.get('span'), 'a?b');
  assert.equal(routeOf('#/history/cam1').query.get('span'), null);
});

test('should take the token out of a sign-in link', () => {
  assert.equal(signInOf('#/models?x=1'), null);
  assert.equal(signInOf(''), null);
  assert.deepEqual(signInOf('#/?token=secret'), { token: 'secret', address: '#/' });
  assert.deepEqual(signInOf('#?token=secret'), { token: 'secret', address: '#/' });
  assert.deepEqual(signInOf('#/history/cam1?span=P7D&token=a%2Fb'), {
    token: 'a/b',
    address: '#/history/cam1?span=P7D',
  });
});

const filters = text => filtersOf(new URLSearchParams(text));

test('should keep filters in the address, without those that have no effect', () => {
  assert.equal(addressOf(filters('')), '');
  assert.equal(addressOf(filters('page=0')), '');
  assert.equal(addressOf(filters('unknown=1')), '');
  assert.equal(addressOf(filters('text=no such camera')), '?text=no+such+camera');
  assert.equal(addressOf(filters('from=2026-01-01T00:00:00Z&time=P1D')), '?time=P1D');
  const range = 'state=all&time=range&from=2026-01-01T00%3A00%3A00Z&page=2';
  assert.equal(addressOf(filters(range)), `?${range}`);
});

test('should read back the filters of an address', () => {
  const given = filters('text=ä %26 b&group=source&page=3');
  assert.deepEqual(filters(addressOf(given).slice(1)), given);
});

test('should ask for a time until now, or for a range', () => {
  const now = Date.UTC(2026, 0, 2);
  const from = text => requestOf(filters(text), 50, now).get('from');
  assert.equal(from(''), null);
  assert.equal(from('time=P1D'), '2026-01-01T00:00:00.000Z');
  assert.equal(from('time=P7D'), '2025-12-26T00:00:00.000Z');
  assert.equal(from('time=PT1H&from=2025-01-01T00:00:00Z'), '2026-01-01T23:00:00.000Z');
  assert.equal(from('time=range&from=2025-01-01T00:00:00Z'), '2025-01-01T00:00:00Z');
  assert.equal(from('time=range'), null);
  assert.equal(from('time=toString'), null);
});

test('should ask for all other filters as they are', () => {
  const asked = requestOf(filters('state=all&subject=root&page=1&time=range'), 50, 0);
  assert.equal(`${asked}`, 'size=50&state=all&subject=root&page=1');
});
