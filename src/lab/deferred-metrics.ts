import type { MetricsStore } from '../metrics-store/metrics-store.ts';

/** A metrics store that is opened by its first use: what was recorded is with it when the call of `record` returns. */
export function deferredMetrics(open: () => MetricsStore): MetricsStore {
  let opened: MetricsStore | undefined;
  const store = () => {
    opened ??= open();
    return opened;
  };
  return {
    record: (...point) => store().record(...point),
    flush: async (runId) => opened?.flush(runId),
    read: (runId, filter) => store().read(runId, filter),
    scan: (runId, filter) => store().scan(runId, filter),
    get rejects() {
      return opened?.rejects ?? { torn: 0, damaged: 0, refused: 0 };
    },
    remove: async (runId) => store().remove?.(runId),
    close: async () => opened?.close(),
    [Symbol.asyncDispose]: async () => opened?.close(),
  };
}
