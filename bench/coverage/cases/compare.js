import { randomStream } from 'crucible-telemetry/stats';
import { compared } from '../lib/compared.js';
import { atLeast, leastMissed, percent } from '../lib/rules.js';
import { holds } from '../lib/share.js';

export const title = 'Verdicts of compare(), with its defaults';
export const about =
  'Data without any difference and ten metrics, of which one is latency, one the success rate and eight are scores with ties (one of those\n' +
  'is a skewed cost where there are no users): 100 samples of unlike hardness, asked by 20 users who are unlike each other. "Held" means\n' +
  'that no metric was called better or worse, which is to be so for at least 1 − alpha of the comparisons, as far as the lower 99% limit of\n' +
  'the rate of false verdicts can tell (Clopper and Pearson). In the second case the treatment never saw the hardest fifth. Then quantile\n' +
  'differences of lognormal latencies (σ 0.8), which are to hold 0.';

const ALPHA = 0.05;
const HOLDS = atLeast(1 - ALPHA);
const SAMPLES = 100;
const USERS = 20;
const SCORES = 8;
const QUANTILES = [0.5, 0.9, 0.95];

export async function* cases({ full }) {
  const many = full ? 3000 : 150;
  for (const [what, design] of [
    ['no difference: pairs, users', { paired: true, users: true, lost: 0 }],
    ['no difference: pairs, users, hardest fifth lost', { paired: true, users: true, lost: SAMPLES / 5 }],
    ['no difference: groups, users', { paired: false, users: true, lost: 0 }],
    ['no difference: pairs, no users, a skewed cost', { paired: true, users: false, lost: 0 }],
    ['no difference: groups, no users, a skewed cost', { paired: false, users: false, lost: 0 }],
  ]) {
    // A bootstrap of ten thousand draws takes its time.
    const runs = design.users ? many : (many * 2) / 3;
    let held = 0;
    for (let run = 0; run < runs; run++) if (await isSilent(randomStream(what).split(run), design)) held++;
    const covered = held / runs;
    const note = `false verdicts ${percent(1 - covered)}, lower 99% limit ${percent(leastMissed(covered, runs))}`;
    yield { what, rule: HOLDS, covered, runs, note };
  }
  for (const [what, repeats] of [
    ['unpaired, 200 in each arm', 0],
    ['paired, 200 samples', 1],
    ['paired, 200 samples of 3 repeats', 3],
  ]) {
    const runs = many * 2;
    const held = QUANTILES.map(() => 0);
    for (let run = 0; run < runs; run++) {
      const found = await quantileDifferences(randomStream(what).split(run), repeats);
      for (const [i, { ci }] of found.entries()) if (holds(ci, 0)) held[i]++;
    }
    for (const [i, quantile] of QUANTILES.entries()) {
      const covered = held[i] / runs;
      yield { what: `${what}: difference of the ${100 * quantile}% quantiles`, rule: HOLDS, covered, runs };
    }
  }
}

async function isSilent(stream, { paired, users, lost }) {
  const shared = stream.split('shared');
  const hardness = Array.from({ length: SAMPLES }, () => shared.normal()).sort((a, b) => a - b);
  const habits = Array.from({ length: USERS }, () => shared.normal(0, 0.7));
  const names = Array.from({ length: SCORES }, (_, k) => `m${k}`);
  const arm = (name, count) => {
    const own = stream.split(name);
    return Array.from({ length: count }, (_, i) => {
      const level = (paired ? hardness[i] : own.normal()) + (users ? habits[i % USERS] : 0);
      const scores = names.map((score, k) => [score, Math.round(level + own.normal(0, 1 + k / 4))]);
      const measurements = { duration: Math.exp(4 + 0.3 * level + own.normal(0, 0.4)), ...Object.fromEntries(scores) };
      if (!users) measurements.m0 = Math.exp(0.5 * level + own.normal(0, 0.6));
      const success = own.uniform() < 0.9 - 0.15 * Math.max(level, 0);
      return [
        measurements,
        { success, ...(paired && { sample_id: `s${i}` }), ...(users && { user_id: `u${i % USERS}` }) },
      ];
    });
  };
  const scores = names.map((name) => ({ name, value: `measurements.${name}`, better: 'higher' }));
  if (!users) scores[0] = { ...scores[0], better: 'lower', kind: 'cost' };
  const metrics = ['latency_ms', 'success_rate', ...scores];
  const found = await compared(arm('control', SAMPLES), arm('treatment', SAMPLES - lost), { metrics, alpha: ALPHA });
  return Object.values(found).every(({ verdict }) => verdict === 'inconclusive');
}

async function quantileDifferences(stream, repeats) {
  const hardness = Array.from({ length: 200 }, () => stream.normal(0, 0.6));
  const arm = (name) => {
    const own = stream.split(name);
    return hardness.flatMap((level, i) =>
      Array.from({ length: Math.max(repeats, 1) }, () => [
        { duration: repeats === 0 ? own.lognormal(5, 0.8) : Math.exp(5 + level + own.normal(0, 0.53)) },
        repeats === 0 ? {} : { sample_id: `s${i}` },
      ]),
    );
  };
  const options = { metrics: ['latency_ms'], quantiles: QUANTILES };
  const { latency_ms } = await compared(arm('control'), arm('treatment'), options);
  return latency_ms.quantile_differences;
}
