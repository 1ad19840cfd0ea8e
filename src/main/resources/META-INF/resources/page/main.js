/* The frame around the pages: navigation, connection, colours and token. */
import { h, svg, text, attribute } from './dom.js';
import { get, token, onToken } from './api.js';
import { Live } from './live.js';
import { setAbout, unlock } from './actions.js';
import { recolour } from './charts.js';
import { overview } from './overview.js';
import { source } from './source.js';
import { models } from './models.js';
import { settings } from './settings.js';
import { explain } from './explain.js';

const content = document.getElementById('content');
const live = new Live();
const context = { live, about: { product: 'Residua', kafka: '', framesTopic: 'residua.frames', writable: true } };

const PAGES = [
  { pattern: /^\/?$/, page: 'sources', title: () => 'Sources', show: overview },
  { pattern: /^\/sources\/(.+)$/, page: 'sources', title: ([name]) => name, show: source },
  { pattern: /^\/models(?:\/(.+))?$/, page: 'models', title: () => 'Models', show: models },
  { pattern: /^\/settings$/, page: 'settings', title: () => 'Settings', show: settings },
  { pattern: /^\/explain(?:\/(.+))?$/, page: 'explain', title: () => 'Explained', show: explain },
];

let leave = () => {};
let shown = null;
function route() {
  const path = location.hash.replace(/^#/, '') || '/';
  for (const page of PAGES) {
    const match = page.pattern.exec(path);
    if (!match) continue;
    const parameters = match.slice(1).map(p => p === undefined ? undefined : decodeURIComponent(p));
    const before = shown;
    shown = page;
    leave();
    content.replaceChildren();
    document.title = `${page.title(parameters)} · Residua`;
    for (const link of document.querySelectorAll('.top nav a')) attribute(link, 'aria-current', link.dataset.page === page.page ? 'page' : null);
    live.see({ see: 'nothing' });
    leave = page.show(content, context, parameters) ?? (() => {});
    if (before) { scrollTo(0, 0); content.focus({ preventScroll: true }); }
    return;
  }
  leave(); leave = () => {};
  live.see({ see: 'nothing' });
  content.replaceChildren(h('div', { class: 'panel empty' }, h('h1', null, 'Page not found'), h('p', null, 'Go to ', h('a', { href: '#/' }, 'all sources'), '.')));
}

const connection = document.getElementById('connection'), banner = document.getElementById('banner');
let asked = false;
live.onState((state, sentence) => {
  if (state === 'connecting' && connection.classList.contains('off')) return;
  attribute(connection, 'class', `connection ${state === 'on' ? 'on' : state === 'connecting' ? '' : 'off'}`);
  text(connection.lastElementChild, state === 'on' ? 'live' : state === 'connecting' ? 'connecting' : 'not connected');
  banner.hidden = state !== 'off' && state !== 'refused';
  text(banner, sentence);
  if (state === 'on') learn();
  if (state === 'refused' && !asked) { asked = true; unlock(); }
});

async function learn() {
  try {
    Object.assign(context.about, await get('api/about'));
    setAbout(context.about);
    dispatchEvent(new Event('residua-about'));
  } catch { /* the state of the connection shows it */ }
}

const THEMES = ['system', 'light', 'dark'];
const ICONS = {
  system: [svg('circle', { cx: 12, cy: 12, r: 8 }), svg('path', { d: 'M12 4v16', fill: 'none' }), svg('path', { d: 'M12 4a8 8 0 0 1 0 16z', fill: 'currentColor' })],
  light: [svg('circle', { cx: 12, cy: 12, r: 4 }), svg('path', { d: 'M12 3v2M12 19v2M3 12h2M19 12h2M5.6 5.6 7 7M17 17l1.4 1.4M5.6 18.4 7 17M17 7l1.4-1.4' })],
  dark: [svg('path', { d: 'M19.5 14.5A8 8 0 0 1 9.5 4.5a8 8 0 1 0 10 10z' })],
};
const theme = document.getElementById('theme');
const chosen = () => document.documentElement.dataset.theme ?? 'system';
function showTheme() {
  theme.replaceChildren(svg('svg', { viewBox: '0 0 24 24', 'aria-hidden': 'true' }, ICONS[chosen()]));
  const words = `Colours: ${chosen() === 'system' ? 'as the system' : chosen()}`;
  theme.setAttribute('aria-label', words);
  theme.title = words;
}
theme.addEventListener('click', () => {
  const next = THEMES[(THEMES.indexOf(chosen()) + 1) % THEMES.length];
  if (next === 'system') delete document.documentElement.dataset.theme; else document.documentElement.dataset.theme = next;
  try { localStorage.setItem('residua.theme', next); } catch { /* not kept, then */ }
  showTheme();
  recolour();
});
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', recolour);
showTheme();

const lock = document.getElementById('unlock');
const showLock = () => text(lock, token() ? 'Lock actions' : 'Unlock actions');
lock.addEventListener('click', unlock);
onToken(showLock);
showLock();

addEventListener('hashchange', route);
route();
