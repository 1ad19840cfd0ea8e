/* Calls that are delayed or repeated while a page is shown. */

/**
 * Calls a function at once and then in an interval while the page is visible.
 *
 * @param ask gets a signal that aborts a request whose answer nobody waits for; a call that is
 *     aborted is over
 * @return { again, end }: again calls at once and starts the interval again
 */
export function repeatedly(every, ask) {
  let current = new AbortController();
  let timer = 0;
  let ended = false;
  async function again() {
    if (ended) return;
    clearTimeout(timer);
    current.abort();
    const mine = new AbortController();
    current = mine;
    try {
      if (!document.hidden) await ask(mine.signal);
    } catch (e) {
      if (e.name !== 'AbortError') throw e;
    } finally {
      if (!mine.signal.aborted) timer = setTimeout(again, every);
    }
  }
  again();
  const end = () => {
    ended = true;
    clearTimeout(timer);
    current.abort();
  };
  return { again, end };
}

/** Calls a function once its callers have paused, with the arguments of the last call. */
export function debounced(pause, action) {
  let timer = 0;
  const later = (...values) => {
    clearTimeout(timer);
    timer = setTimeout(action, pause, ...values);
  };
  later.cancel = () => clearTimeout(timer);
  return later;
}
