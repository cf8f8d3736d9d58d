import type { MetricsStore } from '../metrics-store/metrics-store.ts';

/** A metrics store that is opened by its first use. Calls reach it in the order in which they were made. */
export function deferredMetrics(open: () => Promise<MetricsStore>): MetricsStore {
  let opening: Promise<MetricsStore> | undefined;
  let opened: MetricsStore | undefined;
  const store = async () => {
    opening ??= open();
    opened = await opening;
    return opened;
  };
  return {
    record(...point) {
      const recorded = store().then((metrics) => metrics.record(...point));
      // Whoever does not await it is warned by the store behind it.
      recorded.catch(() => undefined);
      return recorded;
    },
    async flush(runId) {
      await (await opening)?.flush(runId);
    },
    read: async (runId, filter) => (await store()).read(runId, filter),
    async *scan(runId, filter) {
      yield* (await store()).scan(runId, filter);
    },
    get rejects() {
      return opened?.rejects ?? { torn: 0, damaged: 0, refused: 0 };
    },
    remove: async (runId) => (await store()).remove?.(runId),
    async close() {
      await (await opening)?.close();
    },
    async [Symbol.asyncDispose]() {
      await this.close();
    },
  };
}
