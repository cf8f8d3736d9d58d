// What capturing costs the host's promises: prints, as JSON, the ns of an `await` in each state of an experiment, on the Node
// that runs it. `node bench/host-promises.js bare` does the same with nothing but an AsyncLocalStorage.
import { AsyncLocalStorage } from 'node:async_hooks';

const AWAITS = 200_000;
const ROUNDS = 9;

console.log(JSON.stringify(process.argv[2] === 'bare' ? await bareStorage() : await experimentStates()));

async function experimentStates() {
  const { createCrucible } = await import('crucible-telemetry');
  const lab = createCrucible();
  const before = await rounds();
  const experiment = await lab.startExperiment({ name: 'host' });
  const started = await rounds();
  const during = await experiment.run(() => rounds());
  const ended = await rounds();
  await experiment.stop();
  const stopped = await rounds();
  return { before, started, during, ended, stopped };
}

async function bareStorage() {
  const storage = new AsyncLocalStorage();
  const before = await rounds();
  const during = await storage.run({}, () => rounds());
  const ended = await rounds();
  storage.disable();
  const stopped = await rounds();
  return { before, started: before, during, ended, stopped };
}

async function rounds() {
  const samples = [];
  await loop();
  for (let round = 0; round < ROUNDS; round++) samples.push(await loop());
  return samples;
}

async function loop() {
  const start = process.hrtime.bigint();
  for (let i = 0; i < AWAITS; i++) await step(i);
  return Number(process.hrtime.bigint() - start) / AWAITS;
}

async function step(i) {
  return i;
}
