/** A difference relative to the baseline, with its interval. An end that the data do not bound is null. */
export interface ForestLine {
  readonly estimate: number;
  readonly low: number | null;
  readonly high: number | null;
}

const ZERO = '┊';
const WIDEST = 2;
/** The share of the intervals that fits on the axis. */
const USUAL = 0.8;

/**
 * Intervals on one axis with nothing at its middle: `├───●──┤`. What reaches beyond the axis ends in an arrow, and so does an interval
 * without an end.
 *
 * @returns The drawings, and the share of the baseline that half of the axis stands for.
 */
export function forestPlot(lines: readonly ForestLine[], width: number): { drawings: string[]; reach: number } {
  const reach = reachOf(lines);
  const half = Math.floor(width / 2);
  const place = (value: number) => half + Math.round((Math.max(-1, Math.min(1, value / reach)) * (width - 1)) / 2);
  return { drawings: lines.map((line) => drawing(line, width, half, place, reach)), reach };
}

function drawing(
  { estimate, low, high }: ForestLine,
  width: number,
  middle: number,
  place: (value: number) => number,
  reach: number,
): string {
  const cells = Array.from({ length: width }, () => ' ');
  cells[middle] = ZERO;
  const first = place(low ?? Number.NEGATIVE_INFINITY);
  const last = place(high ?? Number.POSITIVE_INFINITY);
  for (let i = first; i <= last; i++) cells[i] = i === middle ? '┼' : '─';
  cells[first] = low === null || low < -reach ? '◂' : '├';
  cells[last] = high === null || high > reach ? '▸' : '┤';
  cells[place(estimate)] = '●';
  return cells.join('').trimEnd();
}

// Every estimate is on the axis and so are most intervals: one that is far wider than the others must not press them to a point.
function reachOf(lines: readonly ForestLine[]): number {
  const estimates = lines.map(({ estimate }) => Math.abs(estimate));
  const ends = lines.map(({ low, high }) => Math.max(Math.abs(low ?? 0), Math.abs(high ?? 0))).sort((a, b) => a - b);
  const usual = ends[Math.ceil(USUAL * (ends.length - 1))] ?? 0;
  return Math.min(niceReach(Math.max(...estimates, usual, 0.001)), WIDEST);
}

// 1, 2 or 5 times a power of ten.
function niceReach(most: number): number {
  const power = 10 ** Math.floor(Math.log10(most));
  return (most <= power ? 1 : most <= 2 * power ? 2 : most <= 5 * power ? 5 : 10) * power;
}
