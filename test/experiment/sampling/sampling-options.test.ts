import { expect, test } from 'vitest';
import { type SamplingOptions, samplingDesign } from '../../../src/experiment/sampling/sampling-options.ts';
import { bench } from '../../lab/bench.ts';

test('options become what is stored, with their defaults; a rate alone is stored as ever', () => {
  expect(samplingDesign({ rate: 0.1 })).toEqual({ rate: 0.1 });
  expect(samplingDesign({ method: 'uniform', rate: 1 })).toEqual({ rate: 1 });
  expect(samplingDesign({ method: 'stratified', by: 'success', probabilities: { true: 0.1 } })).toEqual({
    method: 'stratified',
    by: 'success',
    probabilities: { true: 0.1 },
    otherwise: 1,
  });
  expect(samplingDesign({ method: 'importance', by: 'metadata."a.b"', certainFrom: 2 })).toEqual({
    method: 'importance',
    by: 'metadata."a.b"',
    certain_from: 2,
    floor: 0.01,
    otherwise: 1,
  });
  expect(samplingDesign({ method: 'adaptive', target: 100 })).toEqual({
    method: 'adaptive',
    target: 100,
    period_seconds: 1,
    floor: 0.01,
    memory: 0.5,
  });
  expect(samplingDesign({ method: 'reservoir', size: 5 })).toEqual({ method: 'reservoir', size: 5 });
});

const stratified = { method: 'stratified', by: 'success', probabilities: { true: 0.1 } };

test.each<[string, unknown, RegExp]>([
  ['a rate of 0', { rate: 0 }, /sampling\.rate is 0/],
  ['a rate above 1', { rate: 1.01 }, /sampling\.rate is 1\.01/],
  ['a rate as text', { rate: '0.5' }, /sampling\.rate is "0\.5"/],
  ['no rate', {}, /sampling\.rate is undefined/],
  ['an unknown method', { method: 'systematic', rate: 0.1 }, /sampling\.method is "systematic"/],
  ['an unknown option', { rate: 0.1, size: 3 }, /sampling has no option "size"/],
  ['an option of another method', { method: 'reservoir', size: 3, rate: 0.1 }, /sampling has no option "rate"/],
  ['no object', 0.1, /sampling was given 0\.1/],
  ['null', null, /sampling was given null/],
  ['no probabilities', { ...stratified, probabilities: {} }, /sampling\.probabilities is/],
  ['a probability of 0', { ...stratified, probabilities: { true: 0 } }, /The probability of "true" is 0/],
  ['an unknown field', { ...stratified, by: 'sucess' }, /no field of a record/],
  ['a field that is the same for all', { ...stratified, by: 'experiment_id' }, /sampling\.by is "experiment_id"/],
  ['a field that is no value', { ...stratified, by: 'metadata' }, /sampling\.by is "metadata"/],
  ['a text to weigh by', { method: 'importance', by: 'model', certainFrom: 1 }, /sampling\.by is "model"/],
  ['a function', { ...stratified, by: () => 'x' }, /sampling\.by is/],
  ['a share of nothing', { method: 'importance', by: 'cost_usd', certainFrom: 0 }, /certainFrom is 0/],
  ['no target', { method: 'adaptive' }, /target is undefined/],
  ['a period of nothing', { method: 'adaptive', target: 1, period: { seconds: 0 } }, /sampling\.period is/],
  ['half a place', { method: 'reservoir', size: 1.5 }, /sampling\.size is 1\.5/],
])('%s is refused, and no experiment started', async (_, sampling, message) => {
  expect(() => samplingDesign(sampling as SamplingOptions)).toThrow(message);
  const { lab, store } = bench();
  await expect(lab.startExperiment({ name: 'a', sampling: sampling as SamplingOptions })).rejects.toThrow(message);
  expect(await store.list()).toEqual([]);
});

test.each([
  ['success', ['success']],
  ['user_id', ['metadata.user_id']],
  ['metadata.task.level', ['metadata.task']],
  ['metadata.task.level', ['metadata.*.level']],
  ['metadata.task.level', ['metadata']],
])('what %s would say is not told by the probability where %s is redacted', (by, redact) => {
  const options = { method: 'stratified', by, probabilities: { true: 0.1 } } as const;
  expect(() => samplingDesign(options, redact)).toThrow(/sampling\.by/);
  expect(samplingDesign(options, ['metadata.other'])).toMatchObject({ by });
});
