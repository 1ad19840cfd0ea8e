/* Requests to the service. A token, once given, stays in this tab until it is closed. */

const TOKEN = 'residua.token';
const NAME = 'residua.by';
const JSON_TYPE = { 'Content-Type': 'application/json' };
const listeners = new Set();

export const token = () => sessionStorage.getItem(TOKEN);
export const person = () => sessionStorage.getItem(NAME) ?? '';

/**
 * Keeps a token without notifying listeners: a change that is under way is sent before pages are
 * drawn again.
 */
export function keep(newToken, by) {
  if (newToken) sessionStorage.setItem(TOKEN, newToken);
  else sessionStorage.removeItem(TOKEN);
  if (by !== undefined) sessionStorage.setItem(NAME, by);
}
/** Notifies the listeners of a token that was kept. */
export const announce = () => listeners.forEach(listener => listener());
export function remember(newToken, by) {
  keep(newToken, by);
  announce();
}
export const onToken = listener => listeners.add(listener);

/** The reason why a request failed; status 0 if the service did not answer. */
export class Refused extends Error {
  constructor(status, sentence) {
    super(sentence);
    this.status = status;
  }
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
  if (response.ok) return response;
  const reason = (await response.text()).trim();
  throw new Refused(response.status, reason || `The service answers ${response.status}.`);
}

async function sendBody(method, path, body, withToken) {
  const options = { method, headers: JSON_TYPE, body: JSON.stringify(body) };
  return (await send(path, options, withToken)).json();
}

export const get = async (path, signal) => (await send(path, { signal })).json();
export const picture = async (path, signal) => (await send(path, { signal })).blob();
export const post = (path, body, withToken) => sendBody('POST', path, body, withToken);
export const put = (path, body) => sendBody('PUT', path, body);
export const remove = path => send(path, { method: 'DELETE' });

/** Saves a response as a file; a link could not send the token. */
export async function download(path, name) {
  const url = URL.createObjectURL(await (await send(path, {})).blob());
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10000);
}

export const RIGHTS = ['change', 'configure', 'administer'];

/** Marks an element with the rights that a person does not have; none are marked without access. */
function markRights(element, access) {
  for (const right of RIGHTS) {
    if (access && !access[right]) element.dataset[right] = 'no';
    else delete element.dataset[right];
  }
}

/**
 * Hides the buttons in an element that the person of the token may not use: those with the class
 * needs-change, needs-configure or needs-administer. Without a token all are shown, since a dialog
 * then asks for one.
 *
 * @param of { source } or { scene } that the buttons are about; nothing for any
 */
export async function showAllowed(element, of = {}) {
  const asked = token();
  if (!asked) {
    markRights(element, null);
    return null;
  }
  try {
    const access = await get(`api/access?${new URLSearchParams(of)}`);
    if (token() === asked) markRights(element, access.grants.length ? access : null);
    return access;
  } catch {
    return null; // the state of the connection shows it
  }
}

/** The access that a token gives, which may be reading only. Throws Refused. */
export async function readAccess(candidate) {
  const access = await (await send('api/access', {}, candidate)).json();
  if (access.by || access.change) return access;
  try {
    await tryToken(candidate);
  } catch (e) {
    if (e.status === 401) throw e;
  }
  return access;
}

/** Checks that a token allows changes; returns the name in it, if it has one. Throws Refused. */
export const tryToken = candidate => post('api/access', {}, candidate);
