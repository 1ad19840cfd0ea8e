/*
 * Live updates. The page asks for the next one when it has drawn the last: a slow page gets fewer,
 * larger updates, and the service never queues anything for it. See LiveSession for the messages.
 * Where something on the way blocks WebSockets, the page asks over HTTP every two seconds.
 */
import { token, onToken, get, Refused } from './api.js';

const HIDDEN_PAUSE = 1000,
  LONGEST_WAIT = 10000,
  POLL = 2000,
  BLOCKED = 2;

export class Live {
  #socket = null;
  #view = null;
  #onMessage = () => {};
  #onState = () => {};
  #failures = 0;
  #timer = 0;
  #last = 0;

  constructor() {
    onToken(() => this.#again());
    addEventListener('online', () => this.#again());
    document.addEventListener('visibilitychange', () => {
      if (!document.hidden) this.#next();
    });
  }

  /** Calls a listener with ('on' | 'slow' | 'off' | 'connecting' | 'refused', sentence). */
  onState(listener) {
    this.#onState = listener;
    this.#connect();
  }

  /** Sets the view of the page and the function that draws it. */
  see(view, onMessage) {
    this.#view = view;
    this.#onMessage = onMessage ?? (() => {});
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(view));
  }

  #again() {
    clearTimeout(this.#timer);
    this.#failures = 0;
    if (this.#socket) {
      this.#socket.onclose = null;
      this.#socket.close();
    }
    this.#connect();
  }

  #connect() {
    this.#onState('connecting', 'connecting');
    const protocols = ['residua.live'];
    if (token()) {
      const bytes = new TextEncoder().encode(token());
      const base64 = btoa(String.fromCharCode(...bytes))
        .replaceAll('+', '-')
        .replaceAll('/', '_')
        .replaceAll('=', '');
      protocols.push(`bearer.${base64}`);
    }
    const url = new URL('api/live', document.baseURI);
    url.hash = '';
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
    const socket = new WebSocket(url, protocols);
    this.#socket = socket;
    socket.onopen = () => {
      this.#failures = 0;
      this.#onState('on', 'live');
      if (this.#view) socket.send(JSON.stringify(this.#view));
    };
    socket.onmessage = event => {
      this.#last = performance.now();
      const message = JSON.parse(event.data);
      // An answer to an earlier view is only counted.
      const wanted =
        this.#view &&
        message.type !== 'problem' &&
        (message.name ?? '') === (this.#view.name ?? '') &&
        (message.type === this.#view.see || message.type === 'unknown');
      try {
        if (wanted) this.#onMessage(message);
      } finally {
        this.#next();
      }
    };
    socket.onclose = () => {
      this.#lost();
    };
  }

  #asking = false;
  /** Asks for the next update after the browser has painted; a hidden page once a second. */
  #next() {
    if (this.#asking) return;
    this.#asking = true;
    const ask = () => {
      this.#asking = false;
      if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send('{"next":true}');
    };
    if (document.hidden) setTimeout(ask, HIDDEN_PAUSE);
    else requestAnimationFrame(ask);
  }

  async #lost() {
    this.#socket = null;
    const wait = Math.min(LONGEST_WAIT, 500 * 2 ** this.#failures++);
    this.#timer = setTimeout(() => this.#connect(), wait);
    try {
      await get('api/about');
      if (this.#failures > BLOCKED) this.#poll();
      else this.#onState('off', 'The live connection was lost. Trying again.');
    } catch (e) {
      if (e instanceof Refused && (e.status === 401 || e.status === 403)) {
        clearTimeout(this.#timer);
        this.#onState('refused', 'Reading this dashboard needs a token.');
      } else {
        this.#onState(
          'off',
          `The service does not answer. Trying again in ${Math.ceil(wait / 1000)} s; the page shows older data.`,
        );
      }
    }
  }

  #polling = false;
  /** Asks over HTTP until the live connection is back, or the service does not answer. */
  async #poll() {
    if (this.#polling) return;
    this.#polling = true;
    try {
      while (this.#socket?.readyState !== WebSocket.OPEN) {
        const view = this.#view;
        const message = document.hidden || !view ? null : await answer(view);
        this.#onState('slow', 'every 2 s');
        if (message && view === this.#view) this.#onMessage(message);
        await new Promise(done => setTimeout(done, POLL));
      }
    } catch {
      /* the next attempt to connect shows why */
    } finally {
      this.#polling = false;
    }
  }
}

/** What the live connection would send for a view. */
async function answer(view) {
  if (view.see === 'overview') {
    const { see, ...query } = view;
    return { type: 'overview', overview: await get(`api/sources?${new URLSearchParams(query)}`) };
  }
  if (view.see !== 'source') return null;
  try {
    return {
      type: 'source',
      name: view.name,
      source: await get(`api/sources/${encodeURIComponent(view.name)}`),
    };
  } catch (e) {
    if (e instanceof Refused && e.status === 404) return { type: 'unknown', name: view.name };
    throw e;
  }
}
