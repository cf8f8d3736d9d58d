// @ts-check
// A model API on this machine, so that the examples need no key and no network. It answers sums as a provider answers chats:
// after a while, with its token usage; some answers are late, some are wrong and a few requests fail. Times measured against it
// are real; the pace it keeps is made up, and seeded.
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * @typedef {object} Pace
 * @property {number} median Time to an answer, in ms.
 * @property {number} late Share of answers that take six times as long.
 * @property {number} failing Share of requests that fail.
 * @property {number} wrong Share of answers that are wrong.
 */

const SYSTEM_PROMPT_TOKENS = 1200;

/**
 * @param {Record<string, Pace>} models By name.
 * @param {number} seed
 */
export async function startModelApi(models, seed) {
  /** @type {Map<string, number>} */
  const asked = new Map();

  // The nth time a model is asked a question decides everything, so that the order in which requests arrive decides nothing.
  const draw = (/** @type {string} */ key) => {
    const times = asked.get(key) ?? 0;
    asked.set(key, times + 1);
    const digest = createHash('sha256').update(`${seed}/${key}/${times}`).digest();
    return Array.from({ length: 8 }, (_, i) => (digest.readUInt32LE(4 * i) + 0.5) / 2 ** 32);
  };

  const server = createServer(async (request, response) => {
    const { model, messages } = /** @type {{ model: string, messages: { content: string }[] }} */ (await json(request));
    const pace = models[model];
    const question = messages.at(-1)?.content ?? '';
    const [a = 0, b = 0, late = 0, fails = 0, wrong = 0, length = 0, cached = 0] = draw(`${model}/${question}`);
    if (!pace) return response.writeHead(404).end();

    const spread = Math.exp(0.3 * Math.sqrt(-2 * Math.log(a)) * Math.cos(2 * Math.PI * b));
    await sleep(pace.median * spread * (late < pace.late ? 6 : 1));
    if (fails < pace.failing) return response.writeHead(503).end();

    const sum = (question.match(/\d+/g) ?? []).reduce((total, number) => total + Number(number), 0);
    const usage = {
      prompt_tokens: SYSTEM_PROMPT_TOKENS + Math.ceil(question.length / 4),
      completion_tokens: 20 + Math.round(100 * length),
      prompt_tokens_details: { cached_tokens: cached < 0.5 ? 1024 : 0 },
    };
    const content = String(wrong < pace.wrong ? sum + 10 : sum);
    response.end(JSON.stringify({ model, choices: [{ message: { content } }], usage }));
  });

  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  return {
    url: `http://127.0.0.1:${port}`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
