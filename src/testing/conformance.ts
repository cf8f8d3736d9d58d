/** The function that declares a test. `test` of vitest, of node:test and of jest all have this form. */
export interface TestFunction {
  (name: string, run: () => Promise<void>): unknown;
  skip?(name: string, run: () => Promise<void>): unknown;
}

/** What every conformance suite is told. */
export interface ConformanceOptions {
  /** Begins the name of every test. */
  readonly name: string;
  readonly test: TestFunction;
  /** True if what is stored outlives the store that stored it. Default false: the laws about that are left out. */
  readonly persistent?: boolean;
  /** Laws that cannot hold for this adapter, by their text. The reason is printed in the name of the skipped test. */
  readonly skip?: readonly { readonly law: string; readonly reason: string }[];
}

/** One law of a port: a sentence, and a check that throws where it does not hold. */
export interface Law<Bench> {
  readonly law: string;
  /** The law says something about persistent adapters only. */
  readonly persistent?: true;
  check(bench: Bench): Promise<void>;
}

/** Declares one test for each law, each on a bench of its own. Throws for a skipped law that does not exist. */
export function declareLaws<Bench>(
  options: ConformanceOptions,
  laws: readonly Law<Bench>[],
  withBench: (check: (bench: Bench) => Promise<void>) => Promise<void>,
): void {
  const { name, test, persistent = false, skip = [] } = options;
  const reasons = new Map(skip.map(({ law, reason }) => [law, reason]));
  for (const { law, persistent: needsPersistence, check } of laws) {
    const reason = reasons.get(law);
    reasons.delete(law);
    if (needsPersistence && !persistent) continue;
    const run = () => withBench(check);
    if (reason === undefined) test(`${name}: ${law}`, run);
    else if (test.skip) test.skip(`${name}: ${law} (skipped: ${reason})`, run);
    else test(`${name}: ${law} (skipped: ${reason})`, async () => {});
  }
  for (const law of reasons.keys()) throw new Error(`${name}: there is no law ${JSON.stringify(law)} to skip.`);
}
