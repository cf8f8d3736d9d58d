import { summarise } from './summary.js';

/**
 * Times contenders in turn, round after round, so that a busy moment of the machine meets all of them. A contender has a
 * `label`, a `run` that does `count` operations, and may have `prepare` and `finish`, which are not timed: `run` and `finish`
 * get what `prepare` returned. Each `run` holds a loop of its own, else the compiler would optimise for all of them at once.
 *
 * Returns, by label, nanoseconds for one operation.
 */
export async function interleave(contenders, { rounds = 7, warmup = 2 } = {}) {
  const samples = contenders.map(() => []);
  for (let round = -warmup; round < rounds; round++) {
    for (const [i, { prepare, run, finish, count = 1 }] of contenders.entries()) {
      const state = await prepare?.(round + warmup);
      globalThis.gc?.();
      const start = process.hrtime.bigint();
      const result = run(state);
      if (result instanceof Promise) await result;
      const elapsed = Number(process.hrtime.bigint() - start);
      await finish?.(state);
      if (round >= 0) samples[i].push(elapsed / count);
    }
  }
  return Object.fromEntries(contenders.map(({ label }, i) => [label, summarise(samples[i])]));
}
