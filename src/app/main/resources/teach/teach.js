/* The frame of the teaching page: views, keys, undo and the requests to the server. */
import { h, text, attribute, toast } from '../page/dom.js';
import { get, post, remove } from '../page/api.js';
import { colours } from '../page/colours.js';
import { compare } from './compare.js';
import { Goal } from './goal.js';
import { holds } from './holds.js';
import { label } from './label.js';
import { nextFactor, sampled } from './progress.js';
import { sort } from './sort.js';
import { train } from './train.js';

const API = 'api/teach';
const POLL = 5000;
const WHO = 'residua.teach.who';
const FACTOR = 'residua.teach.factor';
const SAMPLES = 8;
const VIEWS = { compare, sort, holds, label, train };
const content = document.getElementById('content');
const banner = document.getElementById('banner');
const whoInput = document.getElementById('who');

function read(name) {
  try {
    return localStorage.getItem(name) ?? '';
  } catch {
    return '';
  }
}
function keep(name, value) {
  try {
    localStorage.setItem(name, value);
  } catch {
    // The value is for this page only.
  }
}

whoInput.value = read(WHO);
const who = () => whoInput.value.trim();
const query = parameters => new URLSearchParams({ who: who(), ...parameters }).toString();

let view = null;
let shown = '';

const app = {
  state: null,
  person: null,
  factor: read(FACTOR),
  get: (path, parameters = {}) => get(`${API}${path}?${query(parameters)}`),
  raw: (path, body) => post(`${API}${path}`, { who: who(), ...body }),
  cancel: path => remove(`${API}${path}`),
  download: name => `${API}/${name}`,
  picture: frame => `${API}/frames/${frame}.png?v=${app.state.set.version}`,
  /** Makes a change; returns the new state. */
  async post(path, body) {
    return app.update(await app.raw(path, body));
  },
  async remove(path, parameters = {}) {
    return app.update(await (await remove(`${API}${path}?${query(parameters)}`)).json());
  },
  image(frame, words = `Frame ${frame}`) {
    const { width, height } = app.state.set;
    return h('img', { src: app.picture(frame), alt: words, width, height, draggable: 'false' });
  },
  /** Takes a state from the server and shows it. */
  update(state) {
    app.state = state;
    const names = state.factors.map(({ name }) => name);
    if (!names.includes(app.factor)) app.factor = names[0] ?? '';
    goal.draw();
    view?.changed?.();
    return state;
  },
  choose(name) {
    app.factor = name;
    keep(FACTOR, name);
    goal.draw();
    view?.factor?.();
  },
  /** Chooses the factor that needs most answers once a factor is complete. */
  chooseNext(factor) {
    const next = nextFactor(app.state.factors, factor);
    if (!next || app.factor !== factor) return;
    toast(`${factor} is complete. Next: ${next}.`);
    app.choose(next);
  },
  /** Shows a factor that was added. */
  added(name) {
    app.choose(name);
    if (shown) show();
  },
  /** Shows why a request was refused, and reads the present state. */
  async failed(e) {
    toast(e.message);
    if (e.status === 409) await refresh();
  },
  async undo() {
    await change('/undo', after => `Undone: ${after.redo}`);
  },
  async redo() {
    await change('/redo', after => `Repeated: ${after.undo}`);
  },
};
const goal = new Goal(app, document.getElementById('goal'));

async function change(path, words) {
  try {
    toast(words(await app.post(path, {})));
    view?.undone?.();
  } catch (e) {
    app.failed(e);
  }
}

async function refresh() {
  try {
    if (!app.person) takePerson(await get(`${API}/person`));
    const state = await app.get('');
    banner.hidden = true;
    if (state.revision !== app.state?.revision) app.update(state);
  } catch (e) {
    if (e.status === 401) {
      signIn();
      return;
    }
    const gone =
      'The program does not answer. Is it still running? Start it again with ./residua teach.';
    banner.hidden = false;
    text(banner, e.status === 0 ? gone : e.message);
  }
}

function takePerson(person) {
  app.person = person;
  if (!person.name) return;
  whoInput.value = person.name;
  whoInput.disabled = true;
}

/** A form with one input, which sends its value. */
function form(attributes, words, send) {
  const input = h('input', { required: true, autocomplete: 'off', ...attributes });
  const onsubmit = event => {
    event.preventDefault();
    send(input.value.trim());
  };
  const submit = h('button', { class: 'primary', type: 'submit' }, words);
  return { input, element: h('form', { class: 'first', onsubmit }, input, submit) };
}

/** Asks for a token, once. The server keeps it in a cookie, which pictures need. */
function signIn() {
  if (document.querySelector('.sign-in')) return;
  view?.leave?.();
  view = null;
  app.state = null;
  app.person = null;
  goal.clear();
  const attributes = { name: 'token', type: 'password', 'aria-label': 'Your token' };
  const { input, element } = form(attributes, 'Sign in', async token => {
    try {
      await post(`${API}/session`, { token });
      location.reload();
    } catch (e) {
      toast(e.message);
    }
  });
  const words =
    'This page needs a token: your own, as for the dashboard, or that of the printed address.';
  content.replaceChildren(
    h(
      'section',
      { class: 'welcome sign-in' },
      h('h1', null, 'Sign in'),
      h('p', { class: 'soft' }, words),
      element,
    ),
  );
  input.focus();
}

function show() {
  const name = location.hash.replace(/^#\//, '');
  shown = Object.hasOwn(VIEWS, name) ? name : 'compare';
  for (const link of document.querySelectorAll('.top nav a')) {
    attribute(link, 'aria-current', link.hash === `#/${shown}` ? 'page' : null);
  }
  view?.leave?.();
  content.replaceChildren();
  document.body.dataset.view = shown;
  const usable = app.state.factors.length || shown === 'train';
  view = usable ? VIEWS[shown](content, app) : welcome();
}

/** Asks for the first factor. */
function welcome() {
  const { frames, name } = app.state.set;
  const attributes = {
    name: 'first-factor',
    maxlength: 60,
    placeholder: 'water level',
    'aria-label': 'Name of a factor',
  };
  const { input, element } = form(attributes, 'Add the first factor', async factor => {
    try {
      await app.post('/factors', { name: factor });
      app.added(app.state.factors[0].name);
    } catch (e) {
      app.failed(e);
    }
  });
  const words = `Name a quantity that can be higher or lower in ${name}, such as a level, an angle or a speed. You need not measure it: comparing two pictures is enough.`;
  const pictures = sampled(frames, SAMPLES).map(frame => app.image(frame));
  content.append(
    h(
      'section',
      { class: 'welcome' },
      h('h1', null, 'What varies in these pictures?'),
      h('p', { class: 'soft' }, words),
      h('div', { class: 'samples' }, pictures),
      element,
    ),
  );
  input.focus();
  return {};
}

addEventListener('hashchange', () => {
  if (app.state) show();
});

addEventListener('keydown', event => {
  const { tagName } = event.target;
  const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(tagName);
  if (!app.state || typing || event.altKey || document.querySelector('dialog[open]')) return;
  const control = event.ctrlKey || event.metaKey;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const handler = historyKey(control, key, event.shiftKey) ?? viewKey(control, key, event);
  if (!handler) return;
  event.preventDefault();
  if (!event.repeat) handler(event);
});

/** The function of a key that undoes or repeats. */
function historyKey(control, key, shift) {
  if (key === (control ? 'z' : 'u')) return shift ? app.redo : app.undo;
  return control && key === 'y' ? app.redo : null;
}

/** The function of a key of the view; a focused control keeps its own keys. */
function viewKey(control, key, event) {
  const ownKeys = /^(BUTTON|A|SUMMARY)$/.test(event.target.tagName);
  if (control || (ownKeys && /^(Enter| )$/.test(key))) return null;
  return view?.keys?.[key];
}

whoInput.addEventListener('change', () => {
  keep(WHO, who());
  app.get('').then(app.update, app.failed);
});

colours(document.getElementById('theme'));

/** Shows the page as soon as the server has answered. */
async function start() {
  await refresh();
  if (!app.state) return;
  document.title = `${app.state.set.name} · Teach · Residua`;
  show();
}

start();
setInterval(() => {
  if (document.hidden) return;
  if (app.state) refresh();
  else start();
}, POLL);
