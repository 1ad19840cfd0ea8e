/* Requests to the service. A token, once given, stays in this tab until it is closed. */

const TOKEN = 'residua.token', NAME = 'residua.by';
const listeners = new Set();

export const token = () => sessionStorage.getItem(TOKEN);
export const person = () => sessionStorage.getItem(NAME) ?? '';
export function remember(newToken, by) {
  if (newToken) sessionStorage.setItem(TOKEN, newToken); else sessionStorage.removeItem(TOKEN);
  if (by !== undefined) sessionStorage.setItem(NAME, by);
  listeners.forEach(listener => listener());
}
export const onToken = listener => { listeners.add(listener); return () => listeners.delete(listener); };

/** Why a request was not met; status 0 where the service did not answer. */
export class Refused extends Error {
  constructor(status, sentence) { super(sentence); this.status = status; }
}

async function send(path, options, withToken = token()) {
  const headers = { ...options.headers };
  if (withToken) headers.Authorization = `Bearer ${withToken}`;
  let response;
  try {
    response = await fetch(path, { cache: 'no-store', ...options, headers });
  } catch (e) {
    if (e.name === 'AbortError') throw e;
    throw new Refused(0, 'The service does not answer.');
  }
  if (!response.ok) throw new Refused(response.status, (await response.text()).trim() || `The service answers ${response.status}.`);
  return response;
}

export const get = async (path, signal) => (await send(path, { signal })).json();
export const picture = async (path, signal) => (await send(path, { signal })).blob();
export const post = async (path, body, withToken) =>
  (await send(path, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) }, withToken)).json();
export const put = async (path, body) =>
  (await send(path, { method: 'PUT', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) })).json();
export const remove = path => send(path, { method: 'DELETE' });

/** Whether a token allows changes; gives the name in it, if it has one. Throws Refused. */
export const tryToken = candidate => post('api/access', {}, candidate);
