import { describe, expect, test } from 'vitest';
import { killRound } from './kill-round.js';

// A few rounds of what `npm run durability` does hundreds of times.
for (const durability of ['batched', 'immediate', 'fsync'] as const) {
  describe(durability, () => {
    for (const pace of ['full', 'slow', 'blocked'] as const) {
      for (const sealing of [false, true]) {
        test(`a process killed while it writes (${pace}${sealing ? ', sealing' : ''}) is whole up to its last moments`, async () => {
          const { problems, executed, kept } = await killRound({
            durability,
            pace,
            sealing,
            // Longer than what may be lost: then nothing but a working store keeps anything.
            afterMs: durability === 'batched' ? 1500 + Math.random() * 500 : 150 + Math.random() * 350,
            // Other tests run at the same time and may hold both cores.
            slackMs: 1000,
          });
          expect(problems).toEqual([]);
          expect(executed).toBeGreaterThan(0);
          expect(kept).toBeGreaterThan(0);
        });
      }
    }
  });
}
