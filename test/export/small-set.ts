import { type Emitted, NOON, Recording } from './recordings.ts';

/** A few records of two writers with all that a file has to cope with; the golden files hold them. */
export async function smallSet(): Promise<Recording> {
  const recording = await Recording.start({
    id: 'exp-1',
    name: 'ensemble, "vs" single',
    study: 'ensembles',
    condition: 'treatment',
    replicate: 'seed-1',
    tags: ['h1', 'x,y'],
  });
  await recording.join('w1');
  await recording.join('w2');
  for (const event of FIRST) recording.emit(event, 'w1');
  for (const event of SECOND) recording.emit(event, 'w2');
  return recording;
}

const FIRST: readonly Emitted[] = [
  {
    name: 'req_llm.request.stop',
    timestamp: NOON,
    measurements: { duration: 153.2, cost_usd: 0.003375 },
    metadata: {
      sample_id: 's-1',
      model: 'my-model',
      tokens: { prompt: 150, completion: 300 },
      response: 'He said "no",\nthen\r\nleft.',
      stop: ['a', 'b'],
    },
  },
  {
    name: 'req_llm.request.exception',
    timestamp: NOON - 1_500_000,
    measurements: { duration: 0.1 + 0.2, cost_usd: 1e-7 },
    metadata: { sample_id: '', model: 'my-model', seen: true, 'a.b': 1, response: '=1+1' },
  },
  {
    name: 'crucible_train.epoch.stop',
    timestamp: NOON + 1,
    measurements: { epoch: 3, loss: Number.NaN, accuracy: -0, gradient_norm: Infinity },
    metadata: { seen: null, mixed: 1, id: 2n ** 53n + 1n, checkpoint: {} },
  },
];

const SECOND: readonly Emitted[] = [
  {
    timestamp: -1,
    measurements: { x: -Infinity, z: 1e21 },
    metadata: { user_id: 7, session_id: 'héllo 🙂', mixed: 'one', ['__proto__']: 'own', id: -1 },
    explicit: { event_id: 'given' },
  },
  { timestamp: NOON + 999_999, measurements: { x: 5e-324 }, metadata: { $number: 'NaN', seen: false, lone: '\ud800' } },
];
