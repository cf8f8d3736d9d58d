import { expect, it } from 'vitest';
import { lastedSeconds } from '../../src/cli/lasted.ts';
import { sumLedgers } from '../../src/experiment/ledger.ts';
import type { WriterState, WriterStatus } from '../../src/stores/store.ts';

const second = 1e6;
const phase = (from: number, to: number | null) => ({
  started_at: from * second,
  ended_at: to === null ? null : to * second,
});
const writer = (from: number, to: number, status: WriterStatus = 'closed'): WriterState => ({
  writer_id: `w${from}`,
  status,
  opened_at: from * second,
  seen_at: to * second,
  ledger: sumLedgers([]),
});

it.each([
  ['without pauses', [phase(0, 10), phase(20, 25)], [writer(0, 25)], 15],
  [
    'without the time between a crash and the resumption',
    [phase(0, 60)],
    [writer(0, 10, 'crashed'), writer(50, 60)],
    20,
  ],
  ['up to the last sign of life of a crashed writer', [phase(0, null)], [writer(0, 12, 'crashed')], 12],
  ['up to now while somebody writes', [phase(0, null)], [writer(0, 95, 'open')], 100],
  ['once where several wrote', [phase(0, 30)], [writer(0, 20), writer(10, 30), writer(12, 15)], 30],
  ['not at all without a writer', [phase(0, null)], [], 0],
])('an experiment lasted %s', (_, phases, writers, seconds) => {
  expect(lastedSeconds({ phases, metadata: {} }, writers, 100 * second)).toBe(seconds);
});
