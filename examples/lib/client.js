// @ts-check
// The client of a model API, instrumented as your own would be: one span around the call. It does not know of experiments.
import { telemetry } from 'crucible-telemetry';

/**
 * Returns a function that asks a model and resolves to its answer and token usage.
 * @param {string} url
 */
export function clientOf(url) {
  /**
   * @param {string} provider
   * @param {string} model
   * @param {string} question
   * @param {AbortSignal} [signal]
   */
  return (provider, model, question, signal) =>
    telemetry.span('req_llm.request', { provider, model }, async (span) => {
      const body = JSON.stringify({ model, messages: [{ role: 'user', content: question }] });
      const response = await fetch(url, { method: 'POST', body, signal: signal ?? null });
      if (!response.ok) throw new Error(`HTTP ${response.status}`);
      const { choices, usage } = /** @type {any} */ (await response.json());
      /** @type {string} */
      const answer = choices[0].message.content;
      span.annotate({ usage, response: answer });
      return { answer, usage };
    });
}

/**
 * Questions with one right answer, as { sample_id, text, expected }.
 * @param {number} count
 */
export function questions(count) {
  return Array.from({ length: count }, (_, i) => {
    const [a, b] = [(17 * i) % 90, (29 * i + 5) % 70];
    return { sample_id: `sum-${i}`, text: `What is ${a} + ${b}?`, expected: String(a + b) };
  });
}

/**
 * Does something for each item, so many at a time.
 * @template T
 * @param {readonly T[]} items
 * @param {number} atOnce
 * @param {(item: T) => Promise<unknown>} work
 */
export async function forEach(items, atOnce, work) {
  const queue = items.values();
  const worker = async () => {
    for (const item of queue) await work(item);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}
