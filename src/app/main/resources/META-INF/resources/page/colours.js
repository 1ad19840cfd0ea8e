/* The button that chooses the colours: as the system, light or dark. */
import { svg } from './dom.js';

const THEMES = ['system', 'light', 'dark'];
const path = (d, fill) => svg('path', { d, fill });
const ICONS = {
  system: [
    svg('circle', { cx: 12, cy: 12, r: 8 }),
    path('M12 4v16', 'none'),
    path('M12 4a8 8 0 0 1 0 16z', 'currentColor'),
  ],
  light: [
    svg('circle', { cx: 12, cy: 12, r: 4 }),
    path(
      'M12 3v2M12 19v2M3 12h2M19 12h2M5.6 5.6 7 7M17 17l1.4 1.4M5.6 18.4 7 17M17 7l1.4-1.4',
      null,
    ),
  ],
  dark: [path('M19.5 14.5A8 8 0 0 1 9.5 4.5a8 8 0 1 0 10 10z', null)],
};
const chosen = () => document.documentElement.dataset.theme ?? 'system';

/** Makes a button choose the colours, which theme.js finds again; changed is called afterwards. */
export function colours(button, changed = () => {}) {
  function show() {
    const attributes = { viewBox: '0 0 24 24', 'aria-hidden': 'true' };
    button.replaceChildren(svg('svg', attributes, ICONS[chosen()]));
    const words = `Colours: ${chosen() === 'system' ? 'as the system' : chosen()}`;
    button.setAttribute('aria-label', words);
    button.title = words;
  }
  button.addEventListener('click', () => {
    choose(THEMES[(THEMES.indexOf(chosen()) + 1) % THEMES.length]);
    show();
    changed();
  });
  show();
}

function choose(theme) {
  if (theme === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  try {
    localStorage.setItem('residua.theme', theme);
  } catch {
    // The choice is for this page only.
  }
}
