/* The frame around the pages: navigation, connection, colours and token. */
import { h, text, toast, attribute } from './dom.js';
import { get, token, onToken, keep, showAllowed, RIGHTS } from './api.js';
import { Live } from './live.js';
import { CHANGES_OFF, setAbout, unlock } from './actions.js';
import { recolour } from './charts.js';
import { colours } from './colours.js';
import { overview } from './overview.js';
import { source } from './source.js';
import { history } from './history.js';
import { wall } from './wall.js';
import './keys.js';
import { incidents, incident } from './incidents.js';
import { feedback } from './feedback.js';
import { models } from './models.js';
import { settings } from './settings.js';
import { audit } from './audit.js';
import { explain } from './explain.js';

// A sign-in link has a token behind the #, which no request contains; it leaves the address at once.
const [place, asked] = location.hash.split('?'),
  link = new URLSearchParams(asked);
if (link.get('token')) {
  keep(link.get('token'));
  link.delete('token');
  globalThis.history.replaceState(null, '', `${place || '#/'}${link.size ? `?${link}` : ''}`);
}

const content = document.getElementById('content');
const live = new Live();
const context = {
  live,
  about: { product: 'Residua', kafka: '', framesTopic: 'residua.frames', writable: true },
};

const PAGES = [
  { pattern: /^\/?$/, page: 'sources', title: () => 'Sources', show: overview },
  { pattern: /^\/sources\/(.+)$/, page: 'sources', title: ([name]) => name, show: source },
  {
    pattern: /^\/history\/(.+)$/,
    page: 'sources',
    title: ([name]) => `${name}, past`,
    show: history,
  },
  { pattern: /^\/wall$/, page: 'wall', title: () => 'Wall', show: wall },
  { pattern: /^\/incidents$/, page: 'incidents', title: () => 'Incidents', show: incidents },
  { pattern: /^\/incidents\/(.+)$/, page: 'incidents', title: () => 'Incident', show: incident },
  { pattern: /^\/feedback$/, page: 'feedback', title: () => 'Feedback', show: feedback },
  { pattern: /^\/models(?:\/(.+))?$/, page: 'models', title: () => 'Models', show: models },
  { pattern: /^\/settings$/, page: 'settings', title: () => 'Settings', show: settings },
  { pattern: /^\/audit$/, page: 'audit', title: () => 'Audit', show: audit },
  { pattern: /^\/explain(?:\/(.+))?$/, page: 'explain', title: () => 'Help', show: explain },
];

let leave = () => {};
let shown = null;
function route() {
  const [path, query] = (location.hash.replace(/^#/, '') || '/').split('?');
  for (const page of PAGES) {
    const match = page.pattern.exec(path);
    if (!match) continue;
    const parameters = match
      .slice(1)
      .map(p => (p === undefined ? undefined : decodeURIComponent(p)));
    const before = shown;
    shown = page;
    leave();
    content.replaceChildren();
    for (const right of RIGHTS) delete content.dataset[right];
    document.title = `${page.title(parameters)} · Residua`;
    for (const link of document.querySelectorAll('.top nav a'))
      attribute(link, 'aria-current', link.dataset.page === page.page ? 'page' : null);
    live.see({ see: 'nothing' });
    leave = page.show(content, context, parameters, new URLSearchParams(query)) ?? (() => {});
    if (before) {
      scrollTo(0, 0);
      content.focus({ preventScroll: true });
    }
    return;
  }
  leave();
  leave = () => {};
  live.see({ see: 'nothing' });
  content.replaceChildren(
    h(
      'div',
      { class: 'panel empty' },
      h('h1', null, 'Page not found'),
      h('p', null, 'Go to ', h('a', { href: '#/' }, 'all sources'), '.'),
    ),
  );
}

const connection = document.getElementById('connection'),
  banner = document.getElementById('banner');
let refused = false;
live.onState((state, sentence) => {
  if (
    state === 'connecting' &&
    (connection.classList.contains('off') || connection.classList.contains('slow'))
  )
    return;
  attribute(
    connection,
    'title',
    state === 'slow' ? 'Something between this page and the service blocks WebSockets' : null,
  );
  attribute(
    connection,
    'class',
    `connection ${state === 'on' ? 'on' : state === 'slow' ? 'on slow' : state === 'connecting' ? '' : 'off'}`,
  );
  text(
    connection.lastElementChild,
    state === 'on'
      ? 'live'
      : state === 'slow'
        ? sentence
        : state === 'connecting'
          ? 'connecting'
          : 'not connected',
  );
  banner.hidden = state !== 'off' && state !== 'refused';
  text(banner, sentence);
  if (state === 'on' || (state === 'slow' && !context.about.kafka)) learn();
  if (state === 'refused' && !refused) {
    refused = true;
    unlock();
  }
});

async function learn() {
  try {
    Object.assign(context.about, await get('api/about'));
    setAbout(context.about);
    document.body.dataset.writable = context.about.writable ? 'yes' : 'no';
    dispatchEvent(new Event('residua-about'));
  } catch {
    /* the state of the connection shows it */
  }
}

colours(document.getElementById('theme'), recolour);
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', recolour);

const lock = document.getElementById('unlock');
const who = document.getElementById('who');
async function showLock() {
  text(lock, token() ? 'Sign out' : 'Sign in');
  const access = await showAllowed(document.body);
  who.hidden = !access;
  document.querySelector('.top nav [data-page=audit]').hidden = !access?.configure;
  if (!access) return;
  text(who, `${access.by ?? 'shared token'}: ${access.grants.join(', ') || 'no grants'}`);
  attribute(who, 'title', `Signed in as ${who.textContent}`);
}
lock.addEventListener('click', unlock);
let signedIn = token();
onToken(() => {
  showLock();
  if (token() !== signedIn) {
    signedIn = token();
    route();
  }
});
showLock();

// While nobody may change anything, a button says so before its dialog opens.
document.addEventListener(
  'click',
  event => {
    if (
      context.about.writable ||
      !event.target.closest?.(RIGHTS.map(right => `.needs-${right}`).join())
    )
      return;
    event.preventDefault();
    event.stopPropagation();
    toast(CHANGES_OFF);
  },
  true,
);

addEventListener('hashchange', route);
route();
