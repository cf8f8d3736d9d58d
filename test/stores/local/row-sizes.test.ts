import { expect, it } from 'vitest';
import { folders, openLab } from './labs.ts';

const folder = folders();

// Around what a row needs to fit near the end of the queue, in parts of it, and not at all; one character takes one byte, but
// room is asked for three.
const SIZES = [
  1, 5000, 16_000, 21_500, 22_500, 25_000, 28_000, 32_000, 32_900, 40_000, 65_500, 90_000, 262_000, 400_000,
];

for (const durability of ['batched', 'immediate'] as const) {
  it(`${durability}: rows of every size are kept, wherever in the queue they come to lie`, async () => {
    await using lab = openLab(folder(), { durability });
    const experiment = await lab.startExperiment({ name: 'sizes' });
    const sizes: number[] = [];
    for (const size of SIZES) {
      // More than once round the queue with rows of one size, then mixed with small ones.
      const count = Math.min(150, Math.ceil(3_000_000 / size));
      for (let i = 0; i < count; i++) {
        experiment.execute('sizes.test.row', {}, { text: `${i} `.padEnd(size, 'x') });
        if (i % 7 === 0) experiment.execute('sizes.test.row', {}, { text: 'é'.repeat(i + 1) });
        sizes.push(Math.max(size, `${i} `.length), ...(i % 7 === 0 ? [i + 1] : []));
      }
    }
    await lab.flush();
    expect(experiment.ledger()).toMatchObject({ emitted: sizes.length, stored: sizes.length });
    let row = 0;
    for await (const { sequence, metadata } of experiment.records()) {
      expect(sequence).toBe(row);
      expect((metadata.text as string).length).toBe(sizes[row]);
      row++;
    }
    expect(row).toBe(sizes.length);
  });
}
