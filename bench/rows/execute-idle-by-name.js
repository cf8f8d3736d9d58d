import { channel } from 'node:diagnostics_channel';
import { EventEmitter } from 'node:events';
import { telemetry } from 'crucible-telemetry';
import { EVENT_NAME, oneEvent } from '../lib/event.js';
import { interleave } from '../lib/interleave.js';
import { peersOf } from '../lib/summary.js';

export const name = 'execute-idle-by-name';
export const budget = { text: '≤ 40 ns', limit: 40 };

const COUNT = 10_000_000;

const EMITTER = 'EventEmitter.emit, no listener';
const CHANNEL = 'diagnostics_channel, looked up by name';
const BESIDE = 'EventEmitter.emit, a listener to another event';

export const contenders = [
  { label: 'execute', count: COUNT, setup: oneEvent, run: execute },
  { label: 'execute beside', count: COUNT, setup: oneEventBesideAnother, run: execute },
  { label: EMITTER, count: COUNT, setup: () => ({ emitter: new EventEmitter(), ...oneEvent() }), run: emit },
  { label: BESIDE, count: COUNT, setup: () => ({ emitter: heardEmitter(), ...oneEvent() }), run: emit },
  { label: CHANNEL, count: COUNT, setup: () => ({ kept: channel(EVENT_NAME), message: oneEvent() }), run: publish },
];

export async function measure() {
  const results = await interleave(import.meta.url, contenders);
  return {
    lines: [
      { what: 'constant name', ours: results.execute, peers: peersOf(results, [EMITTER, CHANNEL]) },
      {
        what: 'constant name, a handler on another event',
        ours: results['execute beside'],
        peers: peersOf(results, [BESIDE]),
      },
    ],
  };
}

function oneEventBesideAnother() {
  telemetry.attach('bench', 'bench.other', () => undefined);
  return oneEvent();
}

function heardEmitter() {
  return new EventEmitter().on('bench.other', () => undefined);
}

function execute({ measurements, metadata }) {
  for (let i = 0; i < COUNT; i++) telemetry.execute('req_llm.request.stop', measurements, metadata);
}

function emit({ emitter, measurements, metadata }) {
  for (let i = 0; i < COUNT; i++) emitter.emit('req_llm.request.stop', measurements, metadata);
}

function publish({ message }) {
  for (let i = 0; i < COUNT; i++) channel('req_llm.request.stop').publish(message);
}
