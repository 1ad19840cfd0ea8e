/* Addresses of the pages, which are the part after the #. */

const ROUTES = [
  [/^\/?$/, 'overview'],
  [/^\/sources\/(.+)$/, 'source'],
  [/^\/history\/(.+)$/, 'history'],
  [/^\/wall$/, 'wall'],
  [/^\/incidents$/, 'incidents'],
  [/^\/incidents\/(.+)$/, 'incident'],
  [/^\/feedback$/, 'feedback'],
  [/^\/models(?:\/(.+))?$/, 'models'],
  [/^\/settings$/, 'settings'],
  [/^\/audit$/, 'audit'],
  [/^\/explain(?:\/(.+))?$/, 'explain'],
];

/** The text of an address; itself if it is not encoded correctly, as a person may have typed it. */
function decoded(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** The page of an address: { page, name, query }; null if no page has it. */
export function routeOf(hash) {
  const [path, query] = split(hash);
  for (const [pattern, page] of ROUTES) {
    const match = pattern.exec(path);
    if (match) {
      return { page, name: match[1] && decoded(match[1]), query: new URLSearchParams(query) };
    }
  }
  return null;
}

function split(hash) {
  const [path, ...query] = hash.replace(/^#/, '').split('?');
  return [path || '/', query.join('?')];
}

/** The token of a sign-in link, and the address without it; null if the address has no token. */
export function signInOf(hash) {
  const [path, query] = split(hash);
  const parameters = new URLSearchParams(query);
  const token = parameters.get('token');
  if (!token) return null;
  parameters.delete('token');
  return { token, address: `#${path}${parameters.size ? `?${parameters}` : ''}` };
}
