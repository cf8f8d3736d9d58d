// @ts-check
import { styleText } from 'node:util';

/** @typedef {(text: string) => string} Paint Colours a text, or returns it as it is. */
/** @typedef {ReturnType<typeof styleFor>} Style */

/**
 * The colours of the report. Only a terminal gets any; it also decides about `NO_COLOR` and `FORCE_COLOR`.
 * @param {import('node:tty').WriteStream} stream
 */
export function styleFor(stream) {
  const colours = stream.isTTY && stream.hasColors();
  /** @type {(format: Parameters<typeof styleText>[0]) => Paint} */
  const paint = (format) => (text) => (colours ? styleText(format, text, { validateStream: false }) : text);
  return {
    heading: paint('bold'),
    dim: paint('dim'),
    good: paint('green'),
    bad: paint(['bold', 'red']),
    /** One for each condition, in the order of the study. */
    conditions: [paint('yellow'), paint('cyan')],
  };
}
