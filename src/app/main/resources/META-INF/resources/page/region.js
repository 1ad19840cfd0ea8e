/* Region, rotation and mask of a camera's picture: their texts, and points in them. */

const WHOLE = [0, 0, 1, 1];

export const short = value => String(Number(value.toFixed(4)));
const clamp = value => Math.min(1, Math.max(0, value));
const numbers = text => text.split(',').map(part => (part.trim() ? Number(part) : NaN));

/** [left, top, width, height] as fractions of the picture; the whole picture for any other text. */
export function regionOf(text) {
  const region = numbers(text);
  const valid = region.length === 4 && region.every(Number.isFinite);
  return valid && region[2] > 0 && region[3] > 0 ? region : WHOLE;
}

/** The polygons of a mask: [[x, y], ...] each. Unfinished ones are left out. */
export const polygonsOf = text =>
  text
    .split(';')
    .map(polygon => polygon.trim().split(/\s+/).map(numbers))
    .filter(
      polygon =>
        polygon.length > 2 &&
        polygon.every(point => point.length === 2 && point.every(Number.isFinite)),
    );

/** The mask with one more polygon. */
export const withPolygon = (mask, corners) =>
  [mask, corners.map(corner => corner.map(short).join()).join(' ')].filter(Boolean).join('; ');

/** The rotation without its quarter turns, in [-45, 45). */
const fineOf = degrees => degrees - 90 * Math.floor((degrees + 45) / 90);

/**
 * Converts points between a picture and a region of it.
 *
 * @param size [width, height] of the picture in pixels
 * @param degrees clockwise rotation of the region
 * @return { outside, inside }: a point in fractions of the region as pixels of the picture, and
 *     back
 */
export function conversion([width, height], [left, top, w, t], degrees) {
  const angle = (fineOf(degrees) * Math.PI) / 180;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const [middleX, middleY] = [(left + w / 2) * width, (top + t / 2) * height];
  return {
    outside([x, y]) {
      const u = (x - 0.5) * w * width;
      const v = (y - 0.5) * t * height;
      return [middleX + u * cos + v * sin, middleY + v * cos - u * sin];
    },
    inside([px, py]) {
      const dx = px - middleX;
      const dy = py - middleY;
      return [
        clamp((dx * cos - dy * sin) / (w * width) + 0.5),
        clamp((dx * sin + dy * cos) / (t * height) + 0.5),
      ];
    },
  };
}

/** The region between two opposite corners in pixels; null if it is too small. */
export function regionBetween([width, height], from, to) {
  const sides = [width, height].map((length, i) =>
    [from[i], to[i]].map(at => clamp(at / length)).sort((a, b) => a - b),
  );
  const [[left, right], [top, bottom]] = sides;
  const region = [left, top, right - left, bottom - top];
  return region[2] > 0.01 && region[3] > 0.01 ? region : null;
}

/** An id for the rule of one source. */
export const ruleIdOf = source =>
  source
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '')
    .slice(0, 100) || 'camera';

/** The rule with the values of the dialog; settings without effect are left out. */
export function withRegion(settings, source, { by, ...drawn }) {
  const rule = { ...settings, match: source, ...drawn };
  if (settings.match !== source) delete rule.priority;
  for (const name of ['region', 'mask']) if (!rule[name]) delete rule[name];
  if (!Number(rule.rotation)) delete rule.rotation;
  if (rule.aspect === 'stretch') delete rule.aspect;
  if (by) rule.by = by;
  return rule;
}
