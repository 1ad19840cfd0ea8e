/* The frame around the pages: navigation, connection, colours and token. */
import { h, text, toast, attribute } from './dom.js';
import { RIGHTS, get, keep, onToken, showAllowed, token } from './api.js';
import { Live } from './live.js';
import { CHANGES_OFF, setAbout, unlock } from './actions.js';
import { recolour } from './charts.js';
import { colours } from './colours.js';
import { routeOf, signInOf } from './routes.js';
import './keys.js';
import { overview } from './overview.js';
import { source } from './source.js';
import { history } from './history.js';
import { wall } from './wall.js';
import { incidents } from './incidents.js';
import { incident } from './incident.js';
import { feedback } from './feedback.js';
import { models } from './models.js';
import { settings } from './settings.js';
import { audit } from './audit.js';
import { explain } from './explain.js';

/** A page: the link of the navigation that leads to it, its title, and a function that shows it. */
const PAGES = {
  overview: { link: 'sources', title: 'Sources', show: overview },
  source: { link: 'sources', title: name => name, show: source },
  history: { link: 'sources', title: name => `${name}, past`, show: history },
  wall: { link: 'wall', title: 'Wall', show: wall },
  incidents: { link: 'incidents', title: 'Incidents', show: incidents },
  incident: { link: 'incidents', title: 'Incident', show: incident },
  feedback: { link: 'feedback', title: 'Feedback', show: feedback },
  models: { link: 'models', title: 'Models', show: models },
  settings: { link: 'settings', title: 'Settings', show: settings },
  audit: { link: 'audit', title: 'Audit', show: audit },
  explain: { link: 'explain', title: 'Help', show: explain },
};

// A sign-in link has a token behind the #, which no request contains; it leaves the address at once.
const signIn = signInOf(location.hash);
if (signIn) {
  keep(signIn.token);
  globalThis.history.replaceState(null, '', signIn.address);
}

const content = document.getElementById('content');
const live = new Live();
const context = {
  live,
  about: { product: 'Residua', kafka: '', framesTopic: 'residua.frames', writable: true },
};

let leave = () => {};
let first = true;
function route() {
  const found = routeOf(location.hash);
  leave();
  leave = () => {};
  live.see({ see: 'nothing' });
  content.replaceChildren();
  for (const right of RIGHTS) delete content.dataset[right];
  if (found) showPage(found);
  else content.append(notFound());
  if (!first) {
    scrollTo(0, 0);
    content.focus({ preventScroll: true });
  }
  first = false;
}

function showPage({ page, name, query }) {
  const { link, title, show } = PAGES[page];
  document.title = `${typeof title === 'string' ? title : title(name)} · Residua`;
  for (const one of document.querySelectorAll('.top nav a')) {
    attribute(one, 'aria-current', one.dataset.page === link ? 'page' : null);
  }
  leave = show(content, context, name, query) ?? leave;
}

function notFound() {
  const words = h('p', null, 'Go to ', h('a', { href: '#/' }, 'all sources'), '.');
  return h('div', { class: 'panel empty' }, h('h1', null, 'Page not found'), words);
}

const connection = document.getElementById('connection');
const banner = document.getElementById('banner');
/** Class and words of the connection in each of its states. */
const CONNECTION = {
  on: ['on', 'live'],
  slow: ['on slow', 'every 2 s'],
  connecting: ['', 'connecting'],
  off: ['off', 'not connected'],
  refused: ['off', 'not connected'],
};
const BLOCKED = 'A proxy between this page and the service blocks WebSockets';

let refused = false;
live.onState((state, sentence) => {
  const { classList } = connection;
  if (state === 'connecting' && (classList.contains('off') || classList.contains('slow'))) return;
  const [kind, words] = CONNECTION[state];
  attribute(connection, 'title', state === 'slow' ? BLOCKED : null);
  attribute(connection, 'class', `connection ${kind}`);
  text(connection.lastElementChild, words);
  banner.hidden = state !== 'off' && state !== 'refused';
  text(banner, sentence);
  if (state === 'on' || (state === 'slow' && !context.about.kafka)) learnAbout();
  if (state === 'refused' && !refused) {
    refused = true;
    unlock();
  }
});

/** Asks the service about itself. */
async function learnAbout() {
  try {
    Object.assign(context.about, await get('api/about'));
    setAbout(context.about);
    document.body.dataset.writable = context.about.writable ? 'yes' : 'no';
  } catch {
    // The state of the connection shows it.
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
  if (token() === signedIn) return;
  signedIn = token();
  route();
});
showLock();

// If nobody may change anything, a button says so before its dialog opens.
const changing = RIGHTS.map(right => `.needs-${right}`).join();
document.addEventListener(
  'click',
  event => {
    if (context.about.writable || !event.target.closest?.(changing)) return;
    event.preventDefault();
    event.stopPropagation();
    toast(CHANGES_OFF);
  },
  true,
);

addEventListener('hashchange', route);
route();
