import { channel } from 'node:diagnostics_channel';
import { EventEmitter } from 'node:events';
import { telemetry } from 'crucible-telemetry';
import { EVENT_NAME, makeValues, measurementsOf, metadataOf } from '../lib/event.js';
import { interleave } from '../lib/interleave.js';
import { peersOf } from '../lib/summary.js';

export const name = 'execute-idle-by-name';
export const budget = { text: '≤ 40 ns', limit: 40 };

const COUNT = 10_000_000;

export async function measure() {
  const emitter = new EventEmitter();
  const kept = channel(EVENT_NAME);
  const values = makeValues(1);
  const measurements = measurementsOf(values, 0);
  const metadata = metadataOf(values, 0);
  const message = { measurements, metadata };
  const others = {
    emitter: 'EventEmitter.emit, no listener',
    channel: 'diagnostics_channel, looked up by name',
  };
  const ours = { label: 'execute', count: COUNT, run: () => execute(measurements, metadata) };
  const alone = await interleave([
    ours,
    { label: others.emitter, count: COUNT, run: () => emit(emitter, measurements, metadata) },
    { label: others.channel, count: COUNT / 10, run: () => publish(message) },
  ]);
  telemetry.attach('bench', 'bench.other', () => undefined);
  emitter.on('bench.other', () => undefined);
  const beside = await interleave([
    ours,
    { label: others.emitter, count: COUNT, run: () => emit(emitter, measurements, metadata) },
  ]);
  if (kept.hasSubscribers) throw new Error('The channel is not idle.');
  return {
    lines: [
      { what: 'constant name', ours: alone.execute, peers: peersOf(alone, [others.emitter, others.channel]) },
      {
        what: 'constant name, a handler on another event',
        ours: beside.execute,
        peers: peersOf(beside, [others.emitter]),
      },
    ],
  };
}

function execute(measurements, metadata) {
  for (let i = 0; i < COUNT; i++) telemetry.execute('req_llm.request.stop', measurements, metadata);
}

function emit(emitter, measurements, metadata) {
  for (let i = 0; i < COUNT; i++) emitter.emit('req_llm.request.stop', measurements, metadata);
}

function publish(message) {
  for (let i = 0; i < COUNT / 10; i++) channel('req_llm.request.stop').publish(message);
}
