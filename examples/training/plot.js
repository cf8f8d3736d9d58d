// @ts-check
// Line plots from Braille characters: two by four dots to a character. Series in, lines of text out.

/** @typedef {(text: string) => string} Paint Colours a text, or returns it as it is. */

/**
 * A mean and a range at each x. `dash` draws one dot in `dash`, so that lines differ without colour: 1 is solid.
 * @typedef {{ points: { x: number, mean: number, low: number, high: number }[], dash: number, paint: Paint }} Series
 */

/**
 * @typedef {object} PlotOptions
 * @property {string} title
 * @property {string} xLabel
 * @property {Series[]} series
 * @property {number} columns Width of the plotting area; the labels of the y axis come on top of it.
 * @property {number} rows Height of the plotting area; the title and the x axis take four lines more.
 */

/**
 * The means as lines, the ranges as upright strokes. All lines are equally long.
 * @param {PlotOptions} options
 * @returns {string[]}
 */
export function plot({ title, xLabel, series, columns, rows }) {
  const points = series.flatMap((one) => one.points);
  const xs = [...new Set(points.map((point) => point.x))];
  const low = Math.min(...points.map((point) => point.low));
  const high = Math.max(...points.map((point) => point.high));
  const { ticks, labels, bottom, top } = yAxis(low, high, rows / 2);

  const toX = scale(Math.min(...xs), Math.max(...xs), 0, columns * 2 - 2);
  const toY = scale(bottom, top, rows * 4 - 1, 0);
  const canvas = createCanvas(columns, rows);
  series.forEach((one, layer) => {
    draw(canvas.layer(layer), one, toX, toY);
  });

  const margin = Math.max(...labels.map((label) => label.length));
  const axis = Array.from({ length: rows }, () => `${' '.repeat(margin)} │`);
  ticks.forEach((tick, i) => {
    axis[Math.floor(toY(tick) / 4)] = `${(labels[i] ?? '').padStart(margin)} ┤`;
  });
  const area = canvas.lines(series.map((one) => one.paint));
  const { rule, numbers } = xAxis(xs, (x) => Math.floor(toX(x) / 2), columns);
  const indent = ' '.repeat(margin + 2);
  return [
    (indent + title).padEnd(indent.length + columns),
    ...area.map((line, i) => axis[i] + line),
    `${' '.repeat(margin)} └${rule}`,
    indent + numbers,
    indent + xLabel.padStart(Math.floor((columns + xLabel.length) / 2)).padEnd(columns),
  ];
}

/**
 * Figures side by side: the lines of equally high blocks joined.
 * @param {string[][]} blocks
 * @param {string} gap
 */
export function beside(blocks, gap) {
  const [first = []] = blocks;
  return first.map((_, row) => blocks.map((block) => block[row]).join(gap));
}

/**
 * Round numbers from low to high, at most `most` steps of 1, 2 or 5 times a power of ten, and the half steps that enclose both.
 * @param {number} low
 * @param {number} high
 * @param {number} most
 */
function yAxis(low, high, most) {
  const span = high - low || 1;
  const power = 10 ** Math.floor(Math.log10(span / most));
  const step = ([1, 2, 5].find((factor) => factor * power * most >= span) ?? 10) * power;
  const bottom = Math.floor((2 * low) / step) / 2;
  const top = Math.ceil((2 * high) / step) / 2;
  const ticks = Array.from(
    { length: Math.floor(top) - Math.ceil(bottom) + 1 },
    (_, i) => (Math.ceil(bottom) + i) * step,
  );
  const digits = Math.max(0, -Math.floor(Math.log10(step)));
  return { ticks, labels: ticks.map((tick) => tick.toFixed(digits)), bottom: bottom * step, top: top * step };
}

/**
 * @param {number} from
 * @param {number} to
 * @param {number} start
 * @param {number} end
 * @returns {(value: number) => number}
 */
function scale(from, to, start, end) {
  const factor = (end - start) / (to - from || 1);
  return (value) => Math.round(start + (value - from) * factor);
}

/**
 * @param {(x: number, y: number) => void} dot
 * @param {Series} series
 * @param {(x: number) => number} toX
 * @param {(y: number) => number} toY
 */
function draw(dot, { points, dash }, toX, toY) {
  points.forEach((point, i) => {
    for (let y = toY(point.high); y <= toY(point.low); y++) dot(toX(point.x), y);
    const next = points[i + 1];
    if (next) line(dot, [toX(point.x), toY(point.mean)], [toX(next.x), toY(next.mean)], dash);
  });
}

/**
 * @param {(x: number, y: number) => void} dot
 * @param {[number, number]} from
 * @param {[number, number]} to
 * @param {number} dash
 */
function line(dot, [x0, y0], [x1, y1], dash) {
  const length = Math.max(Math.abs(x1 - x0), Math.abs(y1 - y0), 1);
  for (let i = 0; i <= length; i += dash) {
    dot(Math.round(x0 + ((x1 - x0) * i) / length), Math.round(y0 + ((y1 - y0) * i) / length));
  }
}

/**
 * @param {number[]} values
 * @param {(x: number) => number} toColumn
 * @param {number} columns
 */
function xAxis(values, toColumn, columns) {
  const rule = Array.from({ length: columns }, () => '─');
  const numbers = Array.from({ length: columns }, () => ' ');
  for (const value of values) {
    const column = toColumn(value);
    rule[column] = '┬';
    const text = String(value);
    const start = Math.min(column - Math.floor((text.length - 1) / 2), columns - text.length);
    numbers.splice(start, text.length, ...text);
  }
  return { rule: rule.join(''), numbers: numbers.join('') };
}

// The bit of each dot in a Braille character, by row and column of the dot.
const BITS = [
  [0x01, 0x08],
  [0x02, 0x10],
  [0x04, 0x20],
  [0x40, 0x80],
];

/**
 * A grid of Braille characters in which each layer keeps its own dots, so that a character can be painted in the colour of
 * the layer that has most of them.
 * @param {number} columns
 * @param {number} rows
 */
function createCanvas(columns, rows) {
  /** @type {Uint8Array[]} */
  const layers = [];
  return {
    /**
     * @param {number} index
     * @returns {(x: number, y: number) => void}
     */
    layer(index) {
      const cells = new Uint8Array(columns * rows);
      layers[index] = cells;
      return (x, y) => {
        const cell = Math.floor(y / 4) * columns + Math.floor(x / 2);
        cells[cell] = (cells[cell] ?? 0) | (BITS[y % 4]?.[x % 2] ?? 0);
      };
    },

    /**
     * @param {Paint[]} paints One for each layer.
     * @returns {string[]}
     */
    lines(paints) {
      return Array.from({ length: rows }, (_, row) => {
        let text = '';
        for (let column = 0; column < columns; column++) {
          const dots = layers.map((cells) => cells[row * columns + column] ?? 0);
          const all = dots.reduce((sum, bits) => sum | bits, 0);
          const top = dots.reduce((best, bits, i) => (count(bits) > count(dots[best] ?? 0) ? i : best), 0);
          text += all === 0 ? ' ' : (paints[top]?.(String.fromCodePoint(0x2800 + all)) ?? '');
        }
        return text;
      });
    },
  };
}

/** @param {number} bits */
function count(bits) {
  let ones = 0;
  for (let rest = bits; rest > 0; rest >>= 1) ones += rest & 1;
  return ones;
}
