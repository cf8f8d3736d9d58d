// What interleave.js runs in a process for each contender. A contender is
//   { label, count?, setup?(), prepare?(context, round), run(state), finish?(state) }
// `run` is what is timed: a loop of `count` operations. `setup` is called once and gives the context; `prepare` and `finish`
// surround each run, and `run` gets what `prepare` returned, or the context when there is no `prepare`.

let contender;
let context;

export async function open(rowUrl, label) {
  const { contenders } = await import(rowUrl);
  contender = contenders.find((each) => each.label === label);
  context = await contender.setup?.();
}

/** Nanoseconds for one operation. */
export async function round(number) {
  const { prepare, run, finish, count = 1 } = contender;
  const state = prepare ? await prepare(context, number) : context;
  settle();
  const start = process.hrtime.bigint();
  const result = run(state);
  if (result instanceof Promise) await result;
  const elapsed = Number(process.hrtime.bigint() - start);
  await finish?.(state);
  return elapsed / count;
}

// What `prepare` made moves to the old generation, so that promoting it is not charged to `run`. A full collection would also
// throw away compiled code that mentions an experiment which has ended, and `run` would mostly measure compiling it again.
function settle() {
  globalThis.gc?.({ type: 'minor' });
  globalThis.gc?.({ type: 'minor' });
}
