/* The frame of the teaching page: what is taught, progress, factors, keys and undo. */
import { h, svg, text, attribute, toast } from '../page/dom.js';
import { get, post, remove } from '../page/api.js';
import { colours } from '../page/colours.js';
import { counted, integer, percent } from '../page/words.js';
import { compare, label } from './views.js';
import { sort } from './sort.js';
import { holds } from './holds.js';
import { train } from './train.js';

const API = 'api/teach',
  POLL = 5000,
  WHO = 'residua.teach.who',
  FACTOR = 'residua.teach.factor';
const VIEWS = { compare, sort, holds, label, train };
const content = document.getElementById('content'),
  goal = document.getElementById('goal'),
  banner = document.getElementById('banner');
const whoInput = document.getElementById('who');

const read = name => {
  try {
    return localStorage.getItem(name) ?? '';
  } catch {
    return '';
  }
};
const keep = (name, value) => {
  try {
    localStorage.setItem(name, value);
  } catch {
    /* not kept, then */
  }
};
whoInput.value = read(WHO);
const who = () => whoInput.value.trim();
const query = parameters => new URLSearchParams({ who: who(), ...parameters }).toString();

export const app = {
  state: null,
  factor: read(FACTOR),
  get: (path, parameters = {}) => get(`${API}${path}?${query(parameters)}`),
  /** Makes a change; gives the new state. */
  async post(path, body) {
    return app.update(await post(`${API}${path}`, { who: who(), ...body }));
  },
  async remove(path, parameters = {}) {
    return app.update(await (await remove(`${API}${path}?${query(parameters)}`)).json());
  },
  raw: (path, body) => post(`${API}${path}`, { who: who(), ...body }),
  cancel: path => remove(`${API}${path}`),
  picture: frame => `${API}/frames/${frame}.png?v=${app.state.set.version}`,
  image: (frame, words) =>
    h('img', {
      src: app.picture(frame),
      alt: words ?? `Frame ${frame}`,
      width: app.state.set.width,
      height: app.state.set.height,
      draggable: 'false',
    }),
  /** Takes a state from the server and shows it. */
  update(state) {
    const before = app.state;
    app.state = state;
    if (!state.factors.some(f => f.name === app.factor)) app.factor = state.factors[0]?.name ?? '';
    drawGoal();
    view?.changed?.(before);
    return state;
  },
  choose(name) {
    app.factor = name;
    keep(FACTOR, name);
    drawGoal();
    view?.factor?.();
  },
  progress: name => app.state.factors.find(f => f.name === name)?.progress,
  /** Shows why a request was refused, and reads what is there now. */
  async failed(e) {
    toast(e.message);
    if (e.status === 409) await refresh();
  },
  download: name => `${API}/${name}`,
};

async function refresh() {
  try {
    if (!app.person) {
      app.person = await get(`${API}/person`);
      if (app.person.name) {
        whoInput.value = app.person.name;
        whoInput.disabled = true;
      }
    }
    const state = await app.get('');
    banner.hidden = true;
    if (!app.state || state.revision !== app.state.revision) app.update(state);
  } catch (e) {
    if (e.status === 401) {
      signIn();
      return;
    }
    banner.hidden = false;
    text(
      banner,
      e.status === 0
        ? 'The program does not answer. Is it still running? Start it again with ./residua teach.'
        : e.message,
    );
  }
}

/** Asks for a token, once. The server keeps it in a cookie, which pictures need. */
function signIn() {
  if (document.querySelector('.sign-in')) return;
  view?.leave?.();
  view = null;
  app.state = app.person = null;
  goal.replaceChildren();
  const input = h('input', {
    name: 'token',
    type: 'password',
    required: true,
    autocomplete: 'off',
    'aria-label': 'Your token',
  });
  content.replaceChildren(
    h(
      'section',
      { class: 'welcome sign-in' },
      h('h1', null, 'Sign in'),
      h(
        'p',
        { class: 'soft' },
        'This page needs a token: your own, as for the dashboard, or that of the printed address.',
      ),
      h(
        'form',
        {
          class: 'first',
          onsubmit: async event => {
            event.preventDefault();
            try {
              await post(`${API}/session`, { token: input.value.trim() });
              location.reload();
            } catch (e) {
              toast(e.message);
            }
          },
        },
        input,
        h('button', { class: 'primary', type: 'submit' }, 'Sign in'),
      ),
    ),
  );
  input.focus();
}

/** "about 8 minutes to go" */
export function timeLeft(seconds) {
  if (seconds < 45) return 'less than a minute to go';
  if (seconds < 90) return 'about a minute to go';
  return seconds < 5400
    ? `about ${Math.round(seconds / 60)} minutes to go`
    : `about ${(seconds / 3600).toFixed(1)} hours to go`;
}

function drawGoal() {
  const { state } = app,
    done = state.answersLeft === 0 && state.factors.length > 0;
  const sentence = !state.factors.length
    ? 'Names: nothing yet'
    : done
      ? 'Names: 100 %, ready to train'
      : `Names: ${percent(state.share)}, ${timeLeft(state.secondsLeft)}`;
  const sum = what => state.factors.reduce((all, f) => all + f.progress[what], 0);
  const details = state.factors.length
    ? `${state.set.name}, ${integer(state.set.frames)} frames: ${counted(state.answers, 'answer', 'answers')}, ${counted(sum('pairs'), 'held pair', 'held pairs')}, ${counted(sum('labels'), 'label', 'labels')}; ${state.secondsPerAnswer.toFixed(1)} s per answer`
    : '400 answers and 500 held pairs, or 800 answers, or 100 labels of each factor are recommended.';
  const button = (words, key, change, path) =>
    h(
      'button',
      {
        type: 'button',
        class: 'quiet',
        disabled: !change,
        title: change ? `${words}: ${change} (${key})` : null,
        onclick: () => act(path),
      },
      words,
    );
  const focused = goal.contains(document.activeElement)
    ? [...goal.querySelectorAll('button')].indexOf(document.activeElement)
    : -1;
  goal.replaceChildren(
    h(
      'div',
      { class: 'line' },
      h(
        'div',
        null,
        h('p', { class: 'sentence', role: 'status' }, sentence),
        h('p', { class: 'soft small' }, details),
      ),
      h(
        'div',
        { class: 'actions' },
        button('Undo', 'U', state.undo, '/undo'),
        button('Redo', 'Shift+U', state.redo, '/redo'),
        h(
          'details',
          { class: 'menu' },
          h('summary', { class: 'button quiet' }, 'Export'),
          h(
            'div',
            { class: 'items' },
            ['answers.csv', 'holds.csv', 'labels.csv'].map(name =>
              h('a', { href: app.download(name), download: name }, name),
            ),
          ),
        ),
      ),
    ),
    h('progress', { max: 1, value: state.share, 'aria-label': 'Progress of the names' }),
    h(
      'div',
      { class: 'factors', role: 'group', 'aria-label': 'Factors' },
      state.factors.map(f =>
        h(
          'button',
          {
            type: 'button',
            class: 'factor',
            'aria-pressed': String(f.name === app.factor),
            title: `${f.progress.answers} answers, ${f.progress.pairs} held pairs, ${f.progress.labels} labels`,
            onclick: () => app.choose(f.name),
          },
          h('span', null, f.name),
          meter(f.progress.share),
          h('span', { class: 'num soft' }, percent(f.progress.share)),
        ),
      ),
      h(
        'button',
        { type: 'button', class: 'factor new', onclick: () => factorDialog() },
        '+ Factor',
      ),
      state.factors.length
        ? h(
            'button',
            {
              type: 'button',
              class: 'quiet small',
              onclick: () => factorDialog(state.factors.find(f => f.name === app.factor)),
            },
            'Edit …',
          )
        : null,
    ),
  );
  if (focused >= 0) goal.querySelectorAll('button')[focused]?.focus();
}

function meter(share) {
  return svg(
    'svg',
    {
      class: share >= 1 ? 'meter full' : 'meter',
      viewBox: '0 0 40 6',
      width: 40,
      height: 6,
      'aria-hidden': 'true',
    },
    svg('rect', { class: 'track', width: 40, height: 6, rx: 3 }),
    svg('rect', { class: 'value', width: 40 * Math.min(1, share), height: 6, rx: 3 }),
  );
}

async function act(path) {
  try {
    const after = await app.post(path, {});
    toast(path === '/undo' ? `Undone: ${after.redo}` : `Repeated: ${after.undo}`);
    view?.undone?.();
  } catch (e) {
    app.failed(e);
  }
}

/** Names a factor, or changes the range of one. */
export function factorDialog(existing) {
  const name = h('input', {
    name: 'factor-name',
    required: true,
    maxlength: 60,
    value: existing?.name ?? '',
    disabled: Boolean(existing),
    autocomplete: 'off',
    placeholder: 'water level',
  });
  const low = h('input', {
    name: 'factor-low',
    type: 'number',
    step: 'any',
    required: true,
    value: existing?.low ?? 0,
  });
  const high = h('input', {
    name: 'factor-high',
    type: 'number',
    step: 'any',
    required: true,
    value: existing?.high ?? 100,
  });
  const error = h('p', { class: 'error', role: 'alert', hidden: true });
  const attempt = change => async event => {
    event.preventDefault();
    try {
      await change();
      dialog.close();
    } catch (e) {
      error.hidden = false;
      text(error, e.message);
    }
  };
  const form = h(
    'form',
    {
      method: 'dialog',
      onsubmit: attempt(async () => {
        await app.post('/factors', {
          name: name.value.trim(),
          low: Number(low.value),
          high: Number(high.value),
        });
        if (!existing) app.choose(name.value.trim());
        if (!existing && shown) show();
      }),
    },
    h('h2', null, existing ? `Factor ${existing.name}` : 'New factor'),
    h(
      'p',
      { class: 'soft' },
      'Something that varies in the pictures and can be higher or lower: a level, an angle, a brightness.',
    ),
    h('label', null, 'Name', name),
    h(
      'div',
      { class: 'range' },
      h('label', null, 'Lowest value', low),
      h('label', null, 'Highest value', high),
    ),
    h(
      'p',
      { class: 'soft small' },
      'The range of the slider when you give numbers. Comparisons need none.',
    ),
    error,
    h(
      'div',
      { class: 'actions' },
      existing
        ? h(
            'button',
            {
              type: 'button',
              class: 'danger left',
              onclick: attempt(() => app.remove(`/factors/${encodeURIComponent(existing.name)}`)),
            },
            'Remove',
          )
        : null,
      h('button', { type: 'button', onclick: () => dialog.close() }, 'Cancel'),
      h('button', { type: 'submit', class: 'primary' }, existing ? 'Save' : 'Add'),
    ),
  );
  const dialog = h(
    'dialog',
    { 'aria-label': existing ? `Factor ${existing.name}` : 'New factor' },
    form,
  );
  dialog.addEventListener('close', () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  (existing ? low : name).focus();
}

/* ---------------------------------------------------------------- pages */
let view = null,
  shown = '';
function show() {
  const name = location.hash.replace(/^#\//, '');
  shown = VIEWS[name] ? name : 'compare';
  for (const link of document.querySelectorAll('.top nav a'))
    attribute(link, 'aria-current', link.hash === `#/${shown}` ? 'page' : null);
  view?.leave?.();
  content.replaceChildren();
  document.body.dataset.view = shown;
  view = app.state.factors.length || shown === 'train' ? VIEWS[shown](content, app) : welcome();
}

function welcome() {
  const { frames, name } = app.state.set,
    n = Math.min(8, frames);
  const input = h('input', {
    name: 'first-factor',
    required: true,
    maxlength: 60,
    placeholder: 'water level',
    autocomplete: 'off',
    'aria-label': 'Name of a factor',
  });
  content.append(
    h(
      'section',
      { class: 'welcome' },
      h('h1', null, 'What varies in these pictures?'),
      h(
        'p',
        { class: 'soft' },
        `Name what can be higher or lower in ${name}, such as a level, an angle or a speed. You need not measure it: comparing two pictures is enough.`,
      ),
      h(
        'div',
        { class: 'samples' },
        Array.from({ length: n }, (_, i) => app.image(Math.floor((i * frames) / n))),
      ),
      h(
        'form',
        {
          class: 'first',
          onsubmit: async event => {
            event.preventDefault();
            try {
              await app.post('/factors', { name: input.value.trim() });
              app.choose(app.state.factors[0].name);
              show();
            } catch (e) {
              app.failed(e);
            }
          },
        },
        input,
        h('button', { class: 'primary', type: 'submit' }, 'Add the first factor'),
      ),
    ),
  );
  input.focus();
  return {};
}

addEventListener('hashchange', () => {
  if (app.state) show();
});
addEventListener('keydown', event => {
  if (
    document.querySelector('dialog[open]') ||
    /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName) ||
    !app.state
  )
    return;
  const control = event.ctrlKey || event.metaKey,
    key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (event.altKey) return;
  if ((control && key === 'z') || (!control && key === 'u')) {
    event.preventDefault();
    act(event.shiftKey ? '/redo' : '/undo');
    return;
  }
  if (control && key === 'y') {
    event.preventDefault();
    act('/redo');
    return;
  }
  // A focused control keeps its own keys.
  if (
    control ||
    (/^(BUTTON|A|SUMMARY)$/.test(event.target.tagName) && /^(Enter| )$/.test(event.key))
  )
    return;
  const handler = view?.keys?.[event.key] ?? view?.keys?.[key];
  if (handler) {
    event.preventDefault();
    if (!event.repeat) handler(event);
  }
});
whoInput.addEventListener('change', () => {
  keep(WHO, who());
  app.get('').then(app.update, app.failed);
});

/* ---------------------------------------------------------------- colours */
colours(document.getElementById('theme'));

refresh().then(() => {
  if (!app.state) return;
  document.title = `${app.state.set.name} · Teach · Residua`;
  show();
});
setInterval(() => {
  if (!document.hidden) app.state ? refresh() : refresh().then(() => app.state && show());
}, POLL);
