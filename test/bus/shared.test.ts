import { expect, test } from 'vitest';
import { createBus } from '../../src/bus/bus.ts';
import { telemetry } from '../../src/bus/shared.ts';

test('two copies of the package share the process-wide bus', async () => {
  const copies = (await Promise.all(
    ['one', 'two'].map((copy) => import(/* @vite-ignore */ `../../src/bus/shared.ts?copy=${copy}`)),
  )) as { telemetry: unknown }[];
  expect(copies[0]).not.toBe(copies[1]);
  expect(copies[0]!.telemetry).toBe(telemetry);
  expect(copies[1]!.telemetry).toBe(telemetry);
});

test('a bus of its own shares nothing with the process-wide one', () => {
  const bus = createBus();
  const calls: string[] = [];
  const detach = telemetry.attach('shared.test', 'x', () => calls.push('shared'));
  bus.attach('shared.test', 'x', () => calls.push('own'));
  bus.execute('x');
  expect(calls).toEqual(['own']);
  telemetry.execute('x');
  expect(calls).toEqual(['own', 'shared']);
  detach();
});
