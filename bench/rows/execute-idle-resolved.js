import { channel } from 'node:diagnostics_channel';
import { telemetry } from 'crucible-telemetry';
import { EVENT_NAME, makeValues, measurementsOf, metadataOf } from '../lib/event.js';
import { interleave } from '../lib/interleave.js';
import { format, peersOf } from '../lib/summary.js';

export const name = 'execute-idle-resolved';
export const budget = { text: '≤ 10 ns', limit: 10 };

const COUNT = 10_000_000;

export async function measure() {
  const stop = telemetry.event(EVENT_NAME);
  const idle = channel(EVENT_NAME);
  const values = makeValues(1);
  const measurements = measurementsOf(values, 0);
  const metadata = metadataOf(values, 0);
  const message = { measurements, metadata };
  const results = await interleave([
    { label: 'execute', count: COUNT, run: () => execute(stop, measurements, metadata) },
    { label: 'new objects', count: COUNT, run: () => executeNew(stop) },
    { label: 'guarded', count: COUNT, run: () => guarded(stop) },
    { label: 'idle diagnostics_channel publish', count: COUNT, run: () => publish(idle, message) },
    { label: 'the same, objects made at the call', count: COUNT, run: () => publishNew(idle) },
    { label: 'the same, guarded by `hasSubscribers`', count: COUNT, run: () => publishGuarded(idle) },
    { label: 'empty loop', count: COUNT, run: () => loop() },
  ]);
  const line = (what, ours, peer) => ({ what, ours: results[ours], peers: peersOf(results, [peer]) });
  return {
    lines: [
      line('resolved event', 'execute', 'idle diagnostics_channel publish'),
      line('resolved event, objects made at the call', 'new objects', 'the same, objects made at the call'),
      line('resolved event, guarded by `enabled`', 'guarded', 'the same, guarded by `hasSubscribers`'),
    ],
    notes: [`the loop itself takes ${format(results['empty loop'].median)} of each figure; what is idle is inlined into it`],
  };
}

function loop() {
  let sum = 0;
  for (let i = 0; i < COUNT; i++) sum += i;
  return sum;
}

function execute(stop, measurements, metadata) {
  for (let i = 0; i < COUNT; i++) stop.execute(measurements, metadata);
}

function executeNew(stop) {
  for (let i = 0; i < COUNT; i++) stop.execute({ duration: i }, { model: 'gpt-4o', index: i });
}

function guarded(stop) {
  for (let i = 0; i < COUNT; i++) if (stop.enabled) stop.execute({ duration: i }, { model: 'gpt-4o', index: i });
}

function publish(idle, message) {
  for (let i = 0; i < COUNT; i++) idle.publish(message);
}

function publishNew(idle) {
  for (let i = 0; i < COUNT; i++) idle.publish({ duration: i, model: 'gpt-4o', index: i });
}

function publishGuarded(idle) {
  for (let i = 0; i < COUNT; i++) if (idle.hasSubscribers) idle.publish({ duration: i, model: 'gpt-4o', index: i });
}
