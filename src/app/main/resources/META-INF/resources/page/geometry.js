/* The region of a camera's picture that is read: drawn on its last frame, or typed. */
import { h, svg, text, attribute } from './dom.js';
import { get, put, picture } from './api.js';
import { ask } from './actions.js';
import { button } from './parts.js';
import {
  conversion,
  polygonsOf,
  regionBetween,
  regionOf,
  ruleIdOf,
  short,
  withPolygon,
  withRegion,
} from './region.js';

const CORNERS = [
  [0, 0],
  [1, 0],
  [1, 1],
  [0, 1],
];
const TOOLS = { region: 'Draw the region', mask: 'Draw a mask' };
const pointList = points => points.map(point => point.join()).join(' ');

/** A picture on which a region and a mask are drawn; both are stored in the inputs of the dialog. */
class Editor {
  #size;
  #inputs;
  #mode = 'region';
  #start = null;
  #corners = [];
  #shade = svg('path', { class: 'shade', 'fill-rule': 'evenodd' });
  #frame = svg('polygon', { class: 'region' });
  #mask = svg('g', { class: 'mask' });
  #drawing = svg('polyline', { class: 'drawing' });
  #over;
  #hint = h('p', { class: 'soft small', role: 'status' });
  #tools;

  constructor(image, inputs) {
    const size = [image.naturalWidth, image.naturalHeight];
    this.#size = size;
    this.#inputs = inputs;
    const box = { viewBox: `0 0 ${size.join(' ')}`, 'aria-hidden': 'true' };
    this.#over = svg('svg', box, this.#shade, this.#mask, this.#frame, this.#drawing);
    this.#tools = Object.entries(TOOLS).map(([mode, label]) =>
      button(label, () => this.#choose(mode)),
    );
    const clear = button('Remove the mask', () => this.#clear('mask'));
    const whole = button('Whole picture', () => this.#clear('region'));
    const group = { class: 'segments', role: 'group', 'aria-label': 'Drawing' };
    const bar = [h('div', group, this.#tools), ' ', whole, ' ', clear];
    const stage = h('div', { class: 'stage' }, image, this.#over);
    this.element = h('div', { class: 'geometry' }, bar, stage, this.#hint);
    this.#listen();
    this.#draw();
  }

  #listen() {
    this.#over.addEventListener('pointerdown', event => this.#press(event));
    this.#over.addEventListener('pointermove', event => this.#drag(event));
    this.#over.addEventListener('pointerup', () => {
      this.#start = null;
    });
    for (const input of Object.values(this.#inputs)) {
      input.addEventListener('input', () => this.#draw());
    }
  }

  #choose(mode) {
    this.#mode = mode;
    this.#corners = [];
    this.#draw();
  }

  #clear(name) {
    this.#inputs[name].value = '';
    this.#corners = [];
    this.#draw();
  }

  #conversion() {
    const { region, rotation } = this.#inputs;
    return conversion(this.#size, regionOf(region.value), Number(rotation.value) || 0);
  }

  #draw() {
    const [width, height] = this.#size;
    const { outside } = this.#conversion();
    const box = CORNERS.map(outside);
    attribute(this.#frame, 'points', pointList(box));
    const hole = box.map(point => point.join(' ')).join('L');
    attribute(this.#shade, 'd', `M0 0H${width}V${height}H0ZM${hole}Z`);
    const polygons = polygonsOf(this.#inputs.mask.value).map(one => pointList(one.map(outside)));
    this.#mask.replaceChildren(...polygons.map(points => svg('polygon', { points })));
    attribute(this.#drawing, 'points', pointList(this.#corners.map(outside)));
    Object.keys(TOOLS).forEach((mode, i) => {
      attribute(this.#tools[i], 'aria-pressed', mode === this.#mode);
    });
    text(this.#hint, this.#hintWords());
  }

  #hintWords() {
    if (this.#mode === 'region') return 'Drag over the part of the picture that the model reads.';
    return this.#corners.length
      ? `${this.#corners.length} corners. Click the next one; click the first one again to close the mask.`
      : 'Click the corners of a part that is ignored.';
  }

  /** The place of the pointer in pixels of the picture. */
  #at({ clientX, clientY }) {
    const [width, height] = this.#size;
    const box = this.#over.getBoundingClientRect();
    return [
      ((clientX - box.left) / box.width) * width,
      ((clientY - box.top) / box.height) * height,
    ];
  }

  #press(event) {
    event.preventDefault();
    const at = this.#at(event);
    if (this.#mode === 'region') {
      this.#start = at;
      this.#over.setPointerCapture(event.pointerId);
      return;
    }
    const { inside, outside } = this.#conversion();
    const corners = this.#corners;
    if (corners.length > 2 && this.#isNear(outside(corners[0]), at)) {
      this.#inputs.mask.value = withPolygon(this.#inputs.mask.value, corners);
      this.#corners = [];
    } else {
      corners.push(inside(at));
    }
    this.#draw();
  }

  #isNear([x, y], [toX, toY]) {
    return Math.hypot(x - toX, y - toY) < this.#size[0] / 50;
  }

  #drag(event) {
    const region = this.#start && regionBetween(this.#size, this.#start, this.#at(event));
    if (!region) return;
    this.#inputs.region.value = region.map(short).join();
    this.#draw();
  }
}

/**
 * Opens the dialog for one source.
 *
 * @param place partition and offset of its last frame, and the model that scored it
 * @param done called after a change
 * @param motion of its camera, for a corrected region; null otherwise
 */
export async function editGeometry(source, place, done, motion = null) {
  const { rules } = await get(`api/sources/rules?source=${encodeURIComponent(source)}`);
  const dialog = askRegion(source, rules[0], motion, done);
  const form = dialog.querySelector('form');
  const names = ['region', 'rotation', 'mask'];
  const inputs = Object.fromEntries(names.map(name => [name, form.elements[name]]));
  const waiting = h('p', { class: 'soft' }, 'Loading the last frame …');
  form.querySelector('h2').nextElementSibling.after(waiting);
  let url = null;
  dialog.addEventListener('close', () => url && URL.revokeObjectURL(url));
  try {
    const { partition, offset, modelId } = place;
    const frameQuery = `source=${encodeURIComponent(source)}&partition=${partition}&offset=${offset}`;
    url = URL.createObjectURL(await picture(`api/pictures/camera?${frameQuery}`));
    const image = h('img', { alt: `Last frame of ${source}`, src: url, draggable: 'false' });
    await image.decode();
    if (motion) {
      const frame = `api/pictures/frame?model=${encodeURIComponent(modelId)}&${frameQuery}`;
      await correct(inputs, source, motion, image, frame);
    }
    waiting.replaceWith(new Editor(image, inputs).element);
  } catch (e) {
    text(waiting, `${e.message} The region can be typed.`);
  }
}

/** Fills in the region that shows the scene again after the camera has moved. */
async function correct(inputs, source, motion, image, frame) {
  const read = await createImageBitmap(await picture(frame));
  const query = new URLSearchParams({
    source,
    ...motion,
    aspect: image.naturalWidth / image.naturalHeight,
    picture: read.width / read.height,
  });
  read.close();
  const corrected = await get(`api/sources/rules/corrected?${query}`);
  inputs.region.value = corrected.region;
  inputs.rotation.value = short(corrected.rotation);
}

function askRegion(source, rule, motion, done) {
  const set = rule?.settings ?? {};
  const own = set.match === source;
  const id = own ? rule.id : ruleIdOf(source);
  const moved = motion
    ? 'The region follows the camera and shows the same scene as before. Check it, then save. '
    : '';
  const change = own
    ? `Rule ${id} is changed.`
    : `Rule ${id} is made for this source, with the settings that apply now.`;
  return ask({
    title: `Region and mask of ${source}`,
    explanation: `${moved}Everything outside the region or under the mask is ignored. After a change the source learns its normal state again. ${change}`,
    fields: regionFields(set),
    confirm: 'Save',
    reason: false,
    wide: true,
    send: async values => {
      const path = `api/sources/rules/${encodeURIComponent(id)}`;
      const { changed } = await put(path, withRegion(set, source, values));
      await done();
      return changed.length
        ? `Stored. ${source} learns its normal state again.`
        : 'No change: the rule already has these values.';
    },
  });
}

const regionFields = ({ region, rotation, mask, aspect }) => [
  {
    name: 'region',
    label: 'Region',
    value: region ?? '',
    optional: true,
    placeholder: '0,0,1,1',
    hint: 'left,top,width,height as fractions of the picture',
  },
  {
    name: 'rotation',
    label: 'Rotation',
    value: String(rotation ?? 0),
    optional: true,
    hint: 'Degrees clockwise',
  },
  {
    name: 'mask',
    label: 'Mask',
    value: mask ?? '',
    optional: true,
    placeholder: '0,0 0.3,0 0.3,0.2',
    hint: 'Corners x,y as fractions of the region; a semicolon between polygons',
  },
  {
    name: 'aspect',
    label: 'Aspect ratio',
    value: aspect ?? 'stretch',
    options: [
      ['stretch', 'stretch to the model'],
      ['letterbox', 'keep, with bars that are ignored'],
    ],
  },
];
