import { channel } from 'node:diagnostics_channel';
import { telemetry } from 'crucible-telemetry';
import { EVENT_NAME, oneEvent } from '../lib/event.js';
import { interleave } from '../lib/interleave.js';
import { format, peersOf } from '../lib/summary.js';

export const name = 'execute-idle-resolved';
export const budget = { text: '≤ 10 ns', limit: 10 };

const COUNT = 10_000_000;

export const contenders = [
  { label: 'execute', count: COUNT, setup: () => ({ stop: telemetry.event(EVENT_NAME), ...oneEvent() }), run: execute },
  { label: 'new objects', count: COUNT, setup: () => telemetry.event(EVENT_NAME), run: executeNew },
  { label: 'guarded', count: COUNT, setup: () => telemetry.event(EVENT_NAME), run: executeGuarded },
  {
    label: 'idle diagnostics_channel publish',
    count: COUNT,
    setup: () => ({ idle: channel(EVENT_NAME), message: oneEvent() }),
    run: publish,
  },
  { label: 'the same, objects made at the call', count: COUNT, setup: () => channel(EVENT_NAME), run: publishNew },
  {
    label: 'the same, guarded by `hasSubscribers`',
    count: COUNT,
    setup: () => channel(EVENT_NAME),
    run: publishGuarded,
  },
  { label: 'empty loop', count: COUNT, run: loop },
];

export async function measure() {
  const results = await interleave(import.meta.url, contenders);
  const line = (what, ours, peer) => ({ what, ours: results[ours], peers: peersOf(results, [peer]) });
  return {
    lines: [
      line('resolved event', 'execute', 'idle diagnostics_channel publish'),
      line('resolved event, objects made at the call', 'new objects', 'the same, objects made at the call'),
      line('resolved event, guarded by `enabled`', 'guarded', 'the same, guarded by `hasSubscribers`'),
    ],
    notes: [
      `an empty loop takes ${format(results['empty loop'].median)} a round; what is idle is inlined into the loop around it`,
    ],
  };
}

function loop() {
  let sum = 0;
  for (let i = 0; i < COUNT; i++) sum += i;
  return sum;
}

function execute({ stop, measurements, metadata }) {
  for (let i = 0; i < COUNT; i++) stop.execute(measurements, metadata);
}

function executeNew(stop) {
  for (let i = 0; i < COUNT; i++) stop.execute({ duration: i }, { model: 'gpt-4o', index: i });
}

function executeGuarded(stop) {
  for (let i = 0; i < COUNT; i++) if (stop.enabled) stop.execute({ duration: i }, { model: 'gpt-4o', index: i });
}

function publish({ idle, message }) {
  for (let i = 0; i < COUNT; i++) idle.publish(message);
}

function publishNew(idle) {
  for (let i = 0; i < COUNT; i++) idle.publish({ duration: i, model: 'gpt-4o', index: i });
}

function publishGuarded(idle) {
  for (let i = 0; i < COUNT; i++) if (idle.hasSubscribers) idle.publish({ duration: i, model: 'gpt-4o', index: i });
}
