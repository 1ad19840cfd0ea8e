/*
 * Live updates. The page asks for the next one when it has drawn the last: a slow page gets fewer,
 * larger updates, and the service never queues anything for it. See LiveSession for the messages.
 * If a proxy blocks WebSockets, the page asks over HTTP every two seconds.
 */
import { token, onToken, get, Refused } from './api.js';
import { bearerProtocol, isAnswer, waitAfter } from './live-protocol.js';

const HIDDEN_PAUSE = 1000;
const POLL = 2000;
const BLOCKED = 2; // failures after which HTTP is tried

export class Live {
  #socket = null;
  #view = null;
  #onMessage = () => {};
  #onState = () => {};
  #failures = 0;
  #timer = 0;
  #asking = false;
  #polling = false;

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
    this.#send(view);
  }

  #send(message) {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
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
    if (token()) protocols.push(bearerProtocol(token()));
    const url = new URL('api/live', document.baseURI);
    url.hash = '';
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
    const socket = new WebSocket(url, protocols);
    this.#socket = socket;
    socket.onopen = () => {
      this.#failures = 0;
      this.#onState('on', 'live');
      if (this.#view) this.#send(this.#view);
    };
    socket.onmessage = event => this.#receive(JSON.parse(event.data));
    socket.onclose = () => this.#lost();
  }

  #receive(message) {
    try {
      if (isAnswer(message, this.#view)) this.#onMessage(message);
    } finally {
      this.#next();
    }
  }

  /** Asks for the next update after the browser has painted; a hidden page once per second. */
  #next() {
    if (this.#asking) return;
    this.#asking = true;
    const ask = () => {
      this.#asking = false;
      this.#send({ next: true });
    };
    if (document.hidden) setTimeout(ask, HIDDEN_PAUSE);
    else requestAnimationFrame(ask);
  }

  async #lost() {
    this.#socket = null;
    const wait = waitAfter(this.#failures++);
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
        const seconds = Math.ceil(wait / 1000);
        const sentence = `The service does not answer. Trying again in ${seconds} s; the page shows older data.`;
        this.#onState('off', sentence);
      }
    }
  }

  /** Asks over HTTP until the live connection is back, or the service does not answer. */
  async #poll() {
    if (this.#polling) return;
    this.#polling = true;
    try {
      while (this.#socket?.readyState !== WebSocket.OPEN) {
        const view = this.#view;
        const message = document.hidden || !view ? null : await askOnce(view);
        this.#onState('slow', 'every 2 s');
        if (message && view === this.#view) this.#onMessage(message);
        await new Promise(done => setTimeout(done, POLL));
      }
    } catch {
      // The next attempt to connect shows the reason.
    } finally {
      this.#polling = false;
    }
  }
}

/** The message that the live connection would send for a view. */
async function askOnce({ see, ...query }) {
  if (see === 'overview') {
    const overview = await get(`api/sources?${new URLSearchParams(query)}`);
    return { type: 'overview', overview };
  }
  if (see !== 'source') return null;
  const { name } = query;
  try {
    const source = await get(`api/sources/${encodeURIComponent(name)}`);
    return { type: 'source', name, source };
  } catch (e) {
    if (e instanceof Refused && e.status === 404) return { type: 'unknown', name };
    throw e;
  }
}
