/* Parts of the live connection that need no browser. */

const FIRST_WAIT = 500;
const LONGEST_WAIT = 10000;

/** Milliseconds to wait after a number of failures in a row. */
export const waitAfter = failures => Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** failures);

/** The name of a subprotocol that has a token, in the alphabet that names allow. */
export function bearerProtocol(token) {
  const bytes = new TextEncoder().encode(token);
  const base64 = btoa(String.fromCharCode(...bytes));
  return `bearer.${base64.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')}`;
}

/** Returns true if a message is of the view; false for one of an earlier view. */
export function isAnswer(message, view) {
  if (!view || message.type === 'problem') return false;
  if ((message.name ?? '') !== (view.name ?? '')) return false;
  return message.type === view.see || message.type === 'unknown';
}
