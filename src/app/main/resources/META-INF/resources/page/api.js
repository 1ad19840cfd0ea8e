/* Requests to the service. A token, once given, stays in this tab until it is closed. */

const TOKEN = 'residua.token',
  NAME = 'residua.by';
const listeners = new Set();

export const token = () => sessionStorage.getItem(TOKEN);
export const person = () => sessionStorage.getItem(NAME) ?? '';
/** Keeps a token without saying so: a change that is under way is sent before pages are drawn again. */
export function keep(newToken, by) {
  if (newToken) sessionStorage.setItem(TOKEN, newToken);
  else sessionStorage.removeItem(TOKEN);
  if (by !== undefined) sessionStorage.setItem(NAME, by);
}
export const announce = () => listeners.forEach(listener => listener());
export function remember(newToken, by) {
  keep(newToken, by);
  announce();
}
export const onToken = listener => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

/** Why a request was not met; status 0 where the service did not answer. */
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
  if (!response.ok)
    throw new Refused(
      response.status,
      (await response.text()).trim() || `The service answers ${response.status}.`,
    );
  return response;
}

export const get = async (path, signal) => (await send(path, { signal })).json();
export const picture = async (path, signal) => (await send(path, { signal })).blob();
/** Saves an answer as a file; a link could not send the token. */
export async function download(path, name) {
  const url = URL.createObjectURL(await (await send(path, {})).blob());
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10000);
}
export const post = async (path, body, withToken) =>
  (
    await send(
      path,
      {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(body),
      },
      withToken,
    )
  ).json();
export const put = async (path, body) =>
  (
    await send(path, {
      method: 'PUT',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    })
  ).json();
export const remove = path => send(path, { method: 'DELETE' });

export const RIGHTS = ['change', 'configure', 'administer'];

/**
 * Hides the buttons in an element that the person of the token may not use: those with the class needs-change,
 * needs-configure or needs-administer. Without a token all are shown, since a dialog then asks for one.
 *
 * @param of { source } or { scene } that the buttons are about; nothing for any
 */
export async function showAllowed(element, of = {}) {
  const set = access =>
    RIGHTS.forEach(right => {
      if (access && !access[right]) element.dataset[right] = 'no';
      else delete element.dataset[right];
    });
  const asked = token();
  if (!asked) {
    set(null);
    return null;
  }
  try {
    const access = await get(`api/access?${new URLSearchParams(of)}`);
    if (token() === asked) set(access.grants.length ? access : null);
    return access;
  } catch {
    return null; /* the state of the connection shows it */
  }
}

/** What a token allows, also one that only reads. Throws Refused. */
export const readAccess = async candidate => {
  const access = await (await send('api/access', {}, candidate)).json();
  if (!access.by && !access.change)
    await tryToken(candidate).catch(e => {
      if (e.status === 401) throw e;
    });
  return access;
};

/** Whether a token allows changes; gives the name in it, if it has one. Throws Refused. */
export const tryToken = candidate => post('api/access', {}, candidate);
