/* Which part of a camera's picture is read: drawn on its last frame, or typed. */
import { h, svg, attribute } from './dom.js';
import { get, put, picture } from './api.js';
import { ask } from './actions.js';

const WHOLE = [0, 0, 1, 1];
const short = value => String(+value.toFixed(4));
const clamp = value => Math.min(1, Math.max(0, value));
const numbers = text => text.split(',').map(Number);
const regionOf = text => {
  const r = text.trim() ? numbers(text) : WHOLE;
  return r.length === 4 && r.every(Number.isFinite) ? r : WHOLE;
};
const polygonsOf = text =>
  text
    .split(';')
    .map(one => one.trim())
    .filter(Boolean)
    .map(one => one.split(/\s+/).map(numbers));
const fineOf = degrees => degrees - 90 * Math.floor((degrees + 45) / 90);

/** A picture on which a region and a mask are drawn; both stay in the inputs of the dialog. */
function editor(image, inputs) {
  const width = image.naturalWidth,
    height = image.naturalHeight;
  let mode = 'region',
    start = null,
    corners = [];
  const shade = svg('path', { class: 'shade', 'fill-rule': 'evenodd' }),
    frame = svg('polygon', { class: 'region' }),
    hidden = svg('g', { class: 'mask' }),
    drawing = svg('polyline', { class: 'drawing' });
  const over = svg(
    'svg',
    { viewBox: `0 0 ${width} ${height}`, 'aria-hidden': 'true' },
    shade,
    hidden,
    frame,
    drawing,
  );
  const stage = h('div', { class: 'stage' }, image, over);
  const hint = h('p', { class: 'soft small', role: 'status' });
  const tools = [
    ['region', 'Draw the region'],
    ['mask', 'Draw a mask'],
  ].map(([name, label]) => {
    const button = h(
      'button',
      {
        type: 'button',
        onclick: () => {
          mode = name;
          corners = [];
          draw();
        },
      },
      label,
    );
    return { name, button };
  });
  const clear = h(
    'button',
    {
      type: 'button',
      onclick: () => {
        inputs.mask.value = '';
        corners = [];
        draw();
      },
    },
    'Remove the mask',
  );
  const whole = h(
    'button',
    {
      type: 'button',
      onclick: () => {
        inputs.region.value = '';
        draw();
      },
    },
    'Whole picture',
  );

  const region = () => regionOf(inputs.region.value);
  /** Pixels of the picture of a point in fractions of the region, and back. */
  const place = ([x, y]) => {
    const [left, top, w, t] = region(),
      angle = (fineOf(Number(inputs.rotation.value) || 0) * Math.PI) / 180;
    const u = (x - 0.5) * w * width,
      v = (y - 0.5) * t * height;
    return [
      (left + w / 2) * width + u * Math.cos(angle) + v * Math.sin(angle),
      (top + t / 2) * height + v * Math.cos(angle) - u * Math.sin(angle),
    ];
  };
  const within = ([px, py]) => {
    const [left, top, w, t] = region(),
      angle = (fineOf(Number(inputs.rotation.value) || 0) * Math.PI) / 180;
    const dx = px - (left + w / 2) * width,
      dy = py - (top + t / 2) * height;
    return [
      clamp((dx * Math.cos(angle) - dy * Math.sin(angle)) / (w * width) + 0.5),
      clamp((dx * Math.sin(angle) + dy * Math.cos(angle)) / (t * height) + 0.5),
    ];
  };
  const list = points => points.map(point => point.join()).join(' ');

  function draw() {
    const box = [
      [0, 0],
      [1, 0],
      [1, 1],
      [0, 1],
    ].map(place);
    attribute(frame, 'points', list(box));
    attribute(
      shade,
      'd',
      `M0 0H${width}V${height}H0ZM${box.map(point => point.join(' ')).join('L')}Z`,
    );
    hidden.replaceChildren(
      ...polygonsOf(inputs.mask.value)
        .filter(one => one.length > 2)
        .map(one => svg('polygon', { points: list(one.map(place)) })),
    );
    attribute(drawing, 'points', list(corners.map(place)));
    for (const tool of tools) attribute(tool.button, 'aria-pressed', String(tool.name === mode));
    hint.textContent =
      mode === 'region'
        ? 'Drag over the part of the picture that the model is to read.'
        : corners.length
          ? `${corners.length} corners. Click the next one; click the first one again to close the mask.`
          : 'Click the corners of a part that is to be ignored.';
  }
  const at = event => {
    const box = over.getBoundingClientRect();
    return [
      ((event.clientX - box.left) / box.width) * width,
      ((event.clientY - box.top) / box.height) * height,
    ];
  };
  const span = (from, to) => {
    const [left, right] = [from[0], to[0]].map(x => clamp(x / width)).sort((a, b) => a - b),
      [top, bottom] = [from[1], to[1]].map(y => clamp(y / height)).sort((a, b) => a - b);
    return [left, top, right - left, bottom - top];
  };
  over.addEventListener('pointerdown', event => {
    event.preventDefault();
    if (mode === 'region') {
      start = at(event);
      over.setPointerCapture(event.pointerId);
      return;
    }
    const point = within(at(event)),
      first = corners[0] && place(corners[0]),
      now = at(event);
    if (corners.length > 2 && Math.hypot(first[0] - now[0], first[1] - now[1]) < width / 50) {
      inputs.mask.value = [inputs.mask.value, corners.map(one => one.map(short).join()).join(' ')]
        .filter(Boolean)
        .join('; ');
      corners = [];
    } else {
      corners.push(point);
    }
    draw();
  });
  over.addEventListener('pointermove', event => {
    if (!start) return;
    const [left, top, w, t] = span(start, at(event));
    if (w > 0.01 && t > 0.01) {
      inputs.region.value = [left, top, w, t].map(short).join();
      draw();
    }
  });
  over.addEventListener('pointerup', () => {
    start = null;
  });
  for (const name of ['region', 'rotation', 'mask']) inputs[name].addEventListener('input', draw);
  draw();
  return h(
    'div',
    { class: 'geometry' },
    h(
      'div',
      { class: 'segments', role: 'group', 'aria-label': 'What to draw' },
      tools.map(tool => tool.button),
    ),
    ' ',
    whole,
    ' ',
    clear,
    stage,
    hint,
  );
}

/** Width and height of a picture in pixels. */
async function size(path) {
  const bitmap = await createImageBitmap(await picture(path)),
    { width, height } = bitmap;
  bitmap.close();
  return { width, height };
}

/**
 * Opens the dialog for one source.
 *
 * @param place partition and offset of its last frame, and the model that scored it
 * @param done called after a change
 * @param moved how its camera has moved, for a corrected region; null otherwise
 */
export async function editGeometry(source, place, done, moved = null) {
  const {
    rules: [rule],
  } = await get(`api/sources/rules?source=${encodeURIComponent(source)}`);
  const set = rule?.settings ?? {},
    own = set.match === source;
  const id = own
    ? rule.id
    : source
        .replace(/[^A-Za-z0-9._-]+/g, '-')
        .replace(/^[^A-Za-z0-9]+/, '')
        .slice(0, 100) || 'camera';
  const dialog = ask({
    title: `Region and mask of ${source}`,
    explanation: `${moved ? 'The region follows the camera: it shows what it showed before. Check it, then save. ' : ''}What lies outside the region or under the mask is ignored. After a change the source learns again what is normal. ${own ? `Rule ${id} is changed.` : `Rule ${id} is made for this source, with the settings that apply now.`}`,
    fields: [
      {
        name: 'region',
        label: 'Region',
        value: set.region ?? '',
        optional: true,
        placeholder: '0,0,1,1',
        hint: 'left,top,width,height as fractions of the picture',
      },
      {
        name: 'rotation',
        label: 'Rotation',
        value: String(set.rotation ?? 0),
        optional: true,
        hint: 'Degrees clockwise',
      },
      {
        name: 'mask',
        label: 'Mask',
        value: set.mask ?? '',
        optional: true,
        placeholder: '0,0 0.3,0 0.3,0.2',
        hint: 'Corners x,y as fractions of the region; a semicolon between polygons',
      },
      {
        name: 'aspect',
        label: 'Aspect ratio',
        value: set.aspect ?? 'stretch',
        options: [
          ['stretch', 'stretch to the model'],
          ['letterbox', 'keep, with bars that are ignored'],
        ],
      },
    ],
    confirm: 'Save',
    reason: false,
    wide: true,
    send: async values => {
      const { by, ...drawn } = values;
      const body = { ...set, match: source, ...drawn };
      if (!own) delete body.priority;
      for (const name of ['region', 'mask']) if (!body[name]) delete body[name];
      if (!Number(body.rotation)) delete body.rotation;
      if (body.aspect === 'stretch') delete body.aspect;
      if (by) body.by = by;
      const answer = await put(`api/sources/rules/${encodeURIComponent(id)}`, body);
      await done();
      return answer.changed.length
        ? `Stored. ${source} learns again what is normal.`
        : 'The rule is like that already.';
    },
  });
  const form = dialog.querySelector('form'),
    heading = form.querySelector('h2');
  const inputs = Object.fromEntries(
    ['region', 'rotation', 'mask'].map(name => [name, form.elements[name]]),
  );
  const waiting = h('p', { class: 'soft' }, 'Loading the last frame …');
  heading.nextElementSibling.after(waiting);
  let url = null;
  try {
    const where = `source=${encodeURIComponent(source)}&partition=${place.partition}&offset=${place.offset}`;
    url = URL.createObjectURL(await picture(`api/pictures/camera?${where}`));
    const image = h('img', { alt: `Last frame of ${source}`, src: url, draggable: 'false' });
    await image.decode();
    if (moved) {
      const read = await size(
        `api/pictures/frame?model=${encodeURIComponent(place.modelId)}&${where}`,
      );
      const at = Object.entries({
        source,
        ...moved,
        aspect: image.naturalWidth / image.naturalHeight,
        picture: read.width / read.height,
      })
        .map(([key, value]) => `${key}=${encodeURIComponent(value)}`)
        .join('&');
      const corrected = await get(`api/sources/rules/corrected?${at}`);
      inputs.region.value = corrected.region;
      inputs.rotation.value = short(corrected.rotation);
    }
    waiting.replaceWith(editor(image, inputs));
  } catch (e) {
    waiting.textContent = `${e.message} The region can be typed.`;
  }
  dialog.addEventListener('close', () => url && URL.revokeObjectURL(url));
}
