import { escapeHtml } from '../document/escape.ts';

/** An SVG element. Attributes are escaped; `content` is text, which is escaped, or elements made by this function. */
export function element(
  name: string,
  attributes: Readonly<Record<string, string | number>>,
  content: string | readonly string[] = [],
): string {
  const parts = Object.entries(attributes).map(
    ([key, value]) => ` ${key}="${escapeHtml(typeof value === 'number' ? coordinate(value) : value)}"`,
  );
  const inner = typeof content === 'string' ? escapeHtml(content) : content.join('');
  return inner === '' ? `<${name}${parts.join('')}/>` : `<${name}${parts.join('')}>${inner}</${name}>`;
}

/** The points of a line as a path, or as steps that rise at each point. */
export function path(points: readonly (readonly [number, number])[], steps = false): string {
  return points
    .map(([x, y], i) => {
      if (i === 0) return `M${coordinate(x)} ${coordinate(y)}`;
      return steps ? `H${coordinate(x)}V${coordinate(y)}` : `L${coordinate(x)} ${coordinate(y)}`;
    })
    .join('');
}

/** Pixels that a character of 12 px takes, on average. */
export const CHARACTER = 6.8;

/** Text that fits into so many pixels at 12 px, cut where it does not. */
export function fitted(text: string, width: number): string {
  const characters = [...text];
  const most = Math.max(1, Math.floor(width / CHARACTER));
  return characters.length <= most ? text : `${characters.slice(0, most - 1).join('')}…`;
}

function coordinate(value: number): string {
  return String(Number(value.toFixed(2)));
}
