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

/**
 * Nanoseconds for one operation, the second time in a row: while the others had their turns the processor forgot this one,
 * and V8, which collects when a process is idle, threw away code that mentions what has died.
 */
export async function round(number) {
  const first = await turn(2 * number);
  const second = await turn(2 * number + 1);
  return { first, second };
}

async function turn(number) {
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
