/** Something that wants to write what it has before the process ends. */
export interface Ending {
  /** Writes everything, without giving the event loop a turn. Must not throw. */
  flush(): void;
  /** The same, when it is certain that the process ends now. */
  end(): void;
}

interface Endings {
  readonly all: Set<Ending>;
  readonly withSignals: Set<Ending>;
  /** The listeners of the copy of the library that came first: any copy can take them off again. */
  readonly onSignal: (signal: NodeJS.Signals) => void;
  readonly onNewListener: (event: string | symbol, listener: unknown) => void;
  armed: boolean;
}

// One listener for each process and signal, whatever number of copies of the library there is: two that each wait for the
// other to be the last would never end it.
const SHARED = Symbol.for('crucible-telemetry.process-end');
const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/**
 * Calls `ending` when the process ends: on exit and uncaught errors, and with `signals` on SIGTERM and SIGINT too. How the
 * process ends does not change: a signal that nobody else listens to ends it as if nobody did. Returns what takes it back.
 */
export function beforeProcessEnds(ending: Ending, signals: boolean): () => void {
  const endings = shared();
  endings.all.add(ending);
  if (signals) endings.withSignals.add(ending);
  if (endings.withSignals.size > 0 && !endings.armed) arm(endings);
  return () => {
    endings.all.delete(ending);
    endings.withSignals.delete(ending);
    if (endings.withSignals.size === 0) disarm(endings);
  };
}

function shared(): Endings {
  const holder = process as unknown as Record<symbol, Endings | undefined>;
  let endings = holder[SHARED];
  if (!endings) {
    endings = { all: new Set(), withSignals: new Set(), onSignal, onNewListener, armed: false };
    holder[SHARED] = endings;
    const { all } = endings;
    const onExit = () => {
      for (const ending of all) ending.end();
    };
    process.on('exit', onExit);
    // What others record in their listeners is to be written too, so ours stays the last.
    process.on('newListener', (event, listener) => {
      if (event !== 'exit' || listener === onExit) return;
      process.nextTick(() => process.off('exit', onExit).on('exit', onExit));
    });
  }
  return endings;
}

const onSignal = (signal: NodeJS.Signals): void => {
  const endings = shared();
  disarm(endings);
  const last = process.listenerCount(signal) === 0;
  for (const ending of endings.withSignals) {
    if (last) ending.end();
    else ending.flush();
  }
  if (last) {
    process.kill(process.pid, signal);
    return;
  }
  setImmediate(() => {
    if (endings.withSignals.size > 0) arm(endings);
  });
};

// Whoever listens to a signal later may end the process in its listener, so ours stays first.
const onNewListener = (event: string | symbol, listener: unknown): void => {
  if (listener === onSignal || !SIGNALS.some((signal) => signal === event)) return;
  process.nextTick(() => {
    const endings = shared();
    if (!endings.armed) return;
    disarm(endings);
    arm(endings);
  });
};

function arm(endings: Endings): void {
  endings.armed = true;
  for (const signal of SIGNALS) process.prependListener(signal, endings.onSignal);
  process.on('newListener', endings.onNewListener);
}

function disarm(endings: Endings): void {
  endings.armed = false;
  for (const signal of SIGNALS) process.off(signal, endings.onSignal);
  process.off('newListener', endings.onNewListener);
}
