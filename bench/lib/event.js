// "The event" of DESIGN section 8, and where its values come from.

export const EVENT_NAME = 'req_llm.request.stop';
export const MODELS = ['gpt-4o', 'gpt-4o-mini', 'gpt-4.1', 'o3-mini'];

const SAMPLES = Array.from({ length: 1000 }, (_, i) => `sample-${String(i).padStart(4, '0')}`);
const REQUEST_ID_LENGTH = 24;
const RESPONSE_LENGTH = 80;
const PROSE = Buffer.from(Array.from({ length: 4096 }, (_, i) => 97 + ((i * i * 31) % 26)));

/** Numbers in [0, 1) that are the same in every process. */
export function seeded(seed) {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/**
 * The values of `count` events, made before any clock runs. Request ids and responses are unique, flat strings that no hash
 * table has seen yet, as they come from a socket.
 */
export function makeValues(count, seed = 1) {
  const random = seeded(seed);
  const durations = new Float64Array(count);
  const prompts = new Int32Array(count);
  const completions = new Int32Array(count);
  const requestIds = new Array(count);
  const responses = new Array(count);
  const text = Buffer.alloc(RESPONSE_LENGTH);
  const first = Math.floor(random() * 1e9);
  for (let i = 0; i < count; i++) {
    durations[i] = Math.exp(5 + random() * 2);
    prompts[i] = 50 + Math.floor(random() * 400);
    completions[i] = 20 + Math.floor(random() * 800);
    const from = (random() * (PROSE.length - RESPONSE_LENGTH)) | 0;
    PROSE.copy(text, 0, from, from + RESPONSE_LENGTH);
    text.latin1Write(String(first + i).padStart(10, '0'), 4);
    requestIds[i] = text.latin1Slice(0, REQUEST_ID_LENGTH);
    responses[i] = text.latin1Slice();
  }
  return { count, durations, prompts, completions, requestIds, responses };
}

export function measurementsOf(values, i) {
  return { duration: values.durations[i] };
}

/** Its metadata, in new objects as a caller makes them. */
export function metadataOf(values, i, model = 'gpt-4o') {
  const prompt = values.prompts[i];
  const completion = values.completions[i];
  return {
    provider: 'openai',
    model,
    request_id: values.requestIds[i],
    tokens: { prompt, completion, total: prompt + completion },
    response: values.responses[i],
    sample_id: SAMPLES[i % SAMPLES.length],
  };
}

/** One event, made. */
export function oneEvent() {
  const values = makeValues(1);
  return { measurements: measurementsOf(values, 0), metadata: metadataOf(values, 0) };
}

/** The same event as the flat attributes that OpenTelemetry takes. */
export function attributesOf(values, i, model = 'gpt-4o') {
  const prompt = values.prompts[i];
  const completion = values.completions[i];
  return {
    duration: values.durations[i],
    provider: 'openai',
    model,
    request_id: values.requestIds[i],
    'tokens.prompt': prompt,
    'tokens.completion': completion,
    'tokens.total': prompt + completion,
    response: values.responses[i],
    sample_id: SAMPLES[i % SAMPLES.length],
  };
}
