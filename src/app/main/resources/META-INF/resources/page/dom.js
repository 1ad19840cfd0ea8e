/* Small helpers around the document. Text always goes in as text, never as markup. */

const SVG = 'http://www.w3.org/2000/svg';

function build(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (name === 'value' || name === 'checked' || name === 'disabled' || name === 'open')
      element[name] = value;
    else element.setAttribute(name, value === true ? '' : value);
  }
  element.append(
    ...children
      .flat(Infinity)
      .filter(child => child !== null && child !== undefined && child !== false),
  );
  return element;
}

/** An HTML element: h('a', { href, class, onclick }, 'text', child, [children]). */
export const h = (name, attributes, ...children) =>
  build(document.createElement(name), attributes, children);

/** An SVG element. */
export const svg = (name, attributes, ...children) =>
  build(document.createElementNS(SVG, name), attributes, children);

/** Sets a text only if it changed, to avoid needless layout. */
export function text(element, value) {
  const wanted = String(value);
  if (element.textContent !== wanted) element.textContent = wanted;
}

export function attribute(element, name, value) {
  if (value === null || value === undefined) {
    if (element.hasAttribute(name)) element.removeAttribute(name);
  } else if (element.getAttribute(name) !== String(value)) {
    element.setAttribute(name, value);
  }
}

/** Calls a function with the last arguments at the next animation frame, once per frame. */
export function framed(draw) {
  let pending = 0;
  return () => {
    if (pending) return;
    pending = requestAnimationFrame(() => {
      pending = 0;
      draw();
    });
  };
}

/** A value of the style sheet as the browser resolved it for the colours in use. */
export function colour(name) {
  const probe = h('span', { hidden: true });
  probe.style.color = `var(${name})`;
  document.body.append(probe);
  const value = getComputedStyle(probe).color;
  probe.remove();
  return value;
}

let toasts;
/** Shows a message for some seconds, also to screen readers. */
export function toast(sentence) {
  toasts ??= document.getElementById('toasts');
  const line = h('div', { class: 'toast' }, sentence);
  toasts.append(line);
  setTimeout(() => line.remove(), 6000);
}
