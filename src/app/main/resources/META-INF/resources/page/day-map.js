/* A heat map with a row per day and a column per quarter of an hour. */
import { h, text, attribute, colour } from './dom.js';
import { dayGrid, dayLabel } from './calendar.js';
import { counted, integer, spoken } from './words.js';

const FAR = 3; // standard deviations with the full colour
const ROW = 18;
const LEFT = 64;
const BOTTOM = 20;

/** Blue is below the expected value, red above. */
export class DayMap {
  #canvas = h('canvas', { class: 'days', role: 'img' });
  #words = h('p', { class: 'soft small num' }, ' ');
  elements = [this.#canvas, this.#words];

  /** @param history of four weeks, with the values of one latent */
  draw({ from, period, at }, values, latent) {
    const grid = dayGrid(values, from, period, at);
    const days = counted(grid.days.length, 'day', 'days');
    const context = this.#prepare(grid.days.length);
    this.#drawAxes(context, grid);
    this.#drawCells(context, grid);
    const name = spoken(latent);
    const label = `Mean residual of ${name} by day and time of day, ${days}`;
    attribute(this.#canvas, 'aria-label', label);
    const known = integer(grid.cells.length);
    const words = `mean residual by quarter of an hour: blue below the expected value, red above, full colour from ${FAR} sd; ${days}, ${known} quarters with frames`;
    text(this.#words, grid.cells.length ? words : 'no frames in the last 28 days');
  }

  /** Sizes and clears the canvas. */
  #prepare(rows) {
    const canvas = this.#canvas;
    const ratio = devicePixelRatio;
    const height = rows * ROW + BOTTOM;
    canvas.style.height = `${height}px`;
    canvas.width = Math.round(canvas.clientWidth * ratio);
    canvas.height = Math.round(height * ratio);
    const context = canvas.getContext('2d');
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, canvas.clientWidth, height);
    return context;
  }

  #drawAxes(context, { days }) {
    const width = this.#canvas.clientWidth - LEFT;
    context.font = '12px system-ui, sans-serif';
    context.textBaseline = 'middle';
    context.fillStyle = colour('--soft');
    days.forEach((day, row) => context.fillText(dayLabel(day), 0, (row + 0.5) * ROW));
    for (let hour = 0; hour < 24; hour += 3) {
      const x = LEFT + (hour / 24) * width;
      context.fillText(`${hour}:00`, x, days.length * ROW + BOTTOM / 2 + 2);
    }
    context.fillStyle = colour('--calm-soft');
    days.forEach((day, row) => context.fillRect(LEFT, row * ROW, width, ROW - 1));
  }

  #drawCells(context, { columns, cells }) {
    const wide = (this.#canvas.clientWidth - LEFT) / columns;
    const shown = Math.max(1, wide - (wide > 4 ? 1 : 0));
    const above = colour('--bad');
    const below = colour('--accent');
    for (const [row, column, value] of cells) {
      context.globalAlpha = Math.min(1, 0.08 + (0.92 * Math.abs(value)) / FAR);
      context.fillStyle = value > 0 ? above : below;
      context.fillRect(LEFT + column * wide, row * ROW, shown, ROW - 1);
    }
    context.globalAlpha = 1;
  }
}
