import type { RandomStream } from '../random.ts';

/** Which of two sides each unit is on: 0 or 1. Each is a view of the same memory. */
export type Arrangements = Iterable<Uint8Array>;

/** How many ways there are to choose `chosen` of `count` units; Infinity beyond the doubles. */
export function choices(count: number, chosen: number): number {
  let ways = 1;
  for (let i = 1; i <= Math.min(chosen, count - chosen); i++) ways = (ways * (count - i + 1)) / i;
  return Math.round(ways);
}

/** Every choice of `chosen` of `count` units, which are on side 1, in lexical order. */
export function* everyChoice(count: number, chosen: number): Arrangements {
  const places = Int32Array.from({ length: chosen }, (_, i) => i);
  const sides = new Uint8Array(count);
  for (;;) {
    sides.fill(0);
    for (const place of places) sides[place] = 1;
    yield sides;
    let last = chosen - 1;
    while (last >= 0 && places[last] === count - chosen + last) last--;
    if (last < 0) return;
    places[last]!++;
    for (let i = last + 1; i < chosen; i++) places[i] = places[i - 1]! + 1;
  }
}

/** `times` random choices of `chosen` of `count` units, each as likely as any other. */
export function* randomChoices(count: number, chosen: number, times: number, stream: RandomStream): Arrangements {
  const order = Int32Array.from({ length: count }, (_, i) => i);
  const sides = new Uint8Array(count);
  for (let time = 0; time < times; time++) {
    sides.fill(0);
    for (let i = 0; i < chosen; i++) {
      const other = i + stream.below(count - i);
      const unit = order[other]!;
      order[other] = order[i]!;
      order[i] = unit;
      sides[unit] = 1;
    }
    yield sides;
  }
}

/** Every way to put `count` units on two sides. */
export function* everySide(count: number): Arrangements {
  const sides = new Uint8Array(count);
  for (;;) {
    yield sides;
    let place = 0;
    while (place < count && sides[place] === 1) sides[place++] = 0;
    if (place === count) return;
    sides[place] = 1;
  }
}

/** `times` ways to put `count` units on two sides, each unit by the toss of a coin. */
export function* randomSides(count: number, times: number, stream: RandomStream): Arrangements {
  const sides = new Uint8Array(count);
  for (let time = 0; time < times; time++) {
    for (let i = 0; i < count; i++) sides[i] = stream.below(2);
    yield sides;
  }
}
