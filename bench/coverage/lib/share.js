/** The share of `runs` calls of `run` that are true. */
export function share(runs, run) {
  let held = 0;
  for (let i = 0; i < runs; i++) if (run(i)) held++;
  return held / runs;
}

/** Whether an interval holds the truth. An end that is null is unbounded. */
export function holds(ci, truth) {
  return (ci.low ?? Number.NEGATIVE_INFINITY) <= truth && truth <= (ci.high ?? Number.POSITIVE_INFINITY);
}
