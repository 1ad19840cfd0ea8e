/* The button that chooses the colours: as the system, light or dark. */
import { svg } from './dom.js';

const THEMES = ['system', 'light', 'dark'];
const ICONS = {
  system: [
    svg('circle', { cx: 12, cy: 12, r: 8 }),
    svg('path', { d: 'M12 4v16', fill: 'none' }),
    svg('path', { d: 'M12 4a8 8 0 0 1 0 16z', fill: 'currentColor' }),
  ],
  light: [
    svg('circle', { cx: 12, cy: 12, r: 4 }),
    svg('path', {
      d: 'M12 3v2M12 19v2M3 12h2M19 12h2M5.6 5.6 7 7M17 17l1.4 1.4M5.6 18.4 7 17M17 7l1.4-1.4',
    }),
  ],
  dark: [svg('path', { d: 'M19.5 14.5A8 8 0 0 1 9.5 4.5a8 8 0 1 0 10 10z' })],
};
const chosen = () => document.documentElement.dataset.theme ?? 'system';

/** Makes a button choose the colours, which theme.js finds again; changed is called after a choice. */
export function colours(button, changed = () => {}) {
  function show() {
    button.replaceChildren(
      svg('svg', { viewBox: '0 0 24 24', 'aria-hidden': 'true' }, ICONS[chosen()]),
    );
    const words = `Colours: ${chosen() === 'system' ? 'as the system' : chosen()}`;
    button.setAttribute('aria-label', words);
    button.title = words;
  }
  button.addEventListener('click', () => {
    const next = THEMES[(THEMES.indexOf(chosen()) + 1) % THEMES.length];
    if (next === 'system') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = next;
    try {
      localStorage.setItem('residua.theme', next);
    } catch {
      /* not kept, then */
    }
    show();
    changed();
  });
  show();
}
