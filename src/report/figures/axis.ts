/** A scale from values to pixels, with the values that get a mark. */
export interface Axis {
  readonly place: (value: number) => number;
  readonly ticks: readonly number[];
  readonly logarithmic: boolean;
}

const WIDE = 30;

/** A linear axis whose ends are those of the data, or beyond them at the next tick when `rounded`. */
export function linearAxis(low: number, high: number, from: number, to: number, rounded = true): Axis {
  const [least, most] = low < high ? [low, high] : [low - spread(low), high + spread(high)];
  const step = niceStep((most - least) / 5);
  const start = rounded ? Math.floor(least / step) * step : least;
  const end = rounded ? Math.ceil(most / step) * step : most;
  const ticks: number[] = [];
  for (let i = Math.ceil(start / step - 1e-9); i * step <= end + step * 1e-9; i++)
    ticks.push(Number((i * step).toPrecision(12)));
  return {
    place: (value) => from + ((value - start) / (end - start)) * (to - from),
    ticks,
    logarithmic: false,
  };
}

/** A logarithmic axis where positive values lie far apart, else a linear one. */
export function spacedAxis(low: number, high: number, from: number, to: number): Axis {
  if (!(low > 0 && high / low > WIDE)) return linearAxis(low, high, from, to);
  const [first, last] = [Math.floor(Math.log10(low)), Math.ceil(Math.log10(high))];
  const [start, end] = [Math.log10(low), Math.log10(high)];
  const ticks: number[] = [];
  const every = Math.ceil((last - first) / 6);
  for (let power = first; power <= last; power += every) {
    const value = 10 ** power;
    if (value >= low * 0.999 && value <= high * 1.001) ticks.push(value);
  }
  return {
    place: (value) => from + ((Math.log10(value) - start) / (end - start)) * (to - from),
    ticks: ticks.length >= 2 ? ticks : [low, high],
    logarithmic: true,
  };
}

/** 1, 2 or 5 times a power of ten, not below the number. */
export function niceStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  return (least <= power ? 1 : least <= 2 * power ? 2 : least <= 5 * power ? 5 : 10) * power;
}

function spread(value: number): number {
  return value === 0 ? 1 : Math.abs(value) * 0.1;
}
