import { setTimeout } from 'node:timers/promises';
import type { Worker } from 'node:worker_threads';
import { expect, it } from 'vitest';
import { count, folders, openLab } from './labs.ts';

const folder = folders();

/** A lab and the thread that writes for it. */
async function opened() {
  let thread: Worker | undefined;
  process.once('worker', (worker: Worker) => {
    thread = worker;
  });
  const lab = openLab(folder());
  const experiment = await lab.startExperiment({ name: 'thread' });
  return { lab, experiment, thread: thread! };
}

// Rows that are larger than the queue go through it in parts, of which the thread has some when it ends.
for (const [what, text] of [
  ['small rows', 'x'],
  ['rows larger than the queue', 'ü'.repeat(900_000)],
] as const) {
  it(`a writing thread that ends in the middle of ${what} loses none that counts as stored, and doubles none`, async () => {
    for (let round = 0; round < 6; round++) {
      const { lab, experiment, thread } = await opened();
      count(experiment, 0, 100 * round);
      const ended = thread.terminate();
      const rows = text.length > 1 ? 4 : 5000;
      for (let i = 0; i < rows; i++) {
        experiment.execute('troubles.test.row', { number: i }, { text: `${i} ${text}`, model: `model ${i % 3}` });
      }
      await ended;
      experiment.execute('troubles.test.last', {}, { model: 'model 1' });
      await lab.flush();
      const { emitted, stored, dropped } = experiment.ledger();
      expect(emitted).toBe(100 * round + rows + 1);
      expect(emitted).toBe(stored + dropped.overflow);
      let sequence = 0;
      let last = '';
      for await (const record of experiment.records()) {
        expect(record.sequence).toBe(sequence++);
        last = record.event_name;
        if (record.event_name !== 'troubles.test.row') continue;
        const { number } = record.measurements as { number: number };
        expect(record.model).toBe(`model ${number % 3}`);
        expect(record.metadata.text === `${number} ${text}`).toBe(true);
      }
      expect(sequence).toBe(stored);
      expect(last).toBe('troubles.test.last');
      await lab.close();
    }
  });
}

for (const [what, text] of [
  ['three bytes a character', '漢'.repeat(400_000)],
  ['one byte a character', 'x'.repeat(700_000)],
] as const) {
  it(`a writing thread that ends with a row larger than the queue in its hands loses nothing (${what})`, async () => {
    for (let round = 0; round < 8; round++) {
      const { lab, experiment, thread } = await opened();
      count(experiment, 0, 20);
      experiment.execute('troubles.test.row', { number: 20 }, { text });
      if (round % 2 === 1) await setTimeout(round);
      const ended = thread.terminate();
      count(experiment, 21, 24);
      await ended;
      await lab.flush();
      const numbers: unknown[] = [];
      for await (const { sequence, measurements, metadata } of experiment.records()) {
        expect(sequence).toBe(numbers.length);
        numbers.push(measurements.number);
        if (measurements.number === 20) expect(metadata.text === text).toBe(true);
      }
      expect(numbers).toEqual(Array.from({ length: 24 }, (_, i) => i));
      expect(experiment.ledger()).toMatchObject({ emitted: 24, stored: 24 });
      await lab.close();
    }
  });
}
