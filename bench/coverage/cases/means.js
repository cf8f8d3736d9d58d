import { clusteredDifferenceTest, clusteredTest, pairedTest, randomStream } from 'crucible-telemetry/stats';
import { compared } from '../lib/compared.js';
import { NOMINAL } from '../lib/rules.js';
import { holds, share } from '../lib/share.js';

export const title = 'Intervals of means: clusters, pairs, latencies';
export const about =
  'Nominal 95%, with the defaults: CR2 and Satterthwaite for clusters. Values of a cluster are normal with an intraclass correlation of\n' +
  '0.3; sizes that are unlike are exponential with a mean of 10, at least 1. Latencies are lognormal, the treatment a fifth slower, and\n' +
  'the interval is that of the ratio which `lab.compare` gives.';

const ICC = 0.3;

export async function* cases({ full }) {
  const runs = full ? 20_000 : 1000;
  const row = (what, run) => {
    const stream = randomStream(what);
    return { what, rule: NOMINAL, covered: share(runs, () => run(stream)), runs };
  };
  for (const [sizes, count] of [
    ['of 10', 50],
    ['of 10', 30],
    ['of 10', 10],
    ['of unlike sizes', 50],
    ['of unlike sizes', 20],
  ]) {
    yield row(`mean of ${count} clusters ${sizes}`, (stream) => {
      const { values, clusters } = clustered(count, sizes, stream);
      return holds(clusteredTest(values, clusters).ci, 0);
    });
  }
  for (const [sizes, count, other] of [
    ['of 10', 25, 25],
    ['of 10', 40, 10],
    ['of unlike sizes', 30, 30],
    ['of unlike sizes', 40, 10],
  ]) {
    yield row(`difference of means, ${count} and ${other} clusters ${sizes}`, (stream) => {
      const [first, second] = [clustered(count, sizes, stream), clustered(other, sizes, stream, 1000)];
      return holds(clusteredDifferenceTest(first.values, first.clusters, second.values, second.clusters).ci, 0);
    });
  }
  yield row('difference of means, 30 clusters of unlike sizes that are in both arms', (stream) => {
    const users = Array.from({ length: 30 }, () => stream.normal(0, Math.sqrt(ICC)));
    const [first, second] = [of(users, 'of unlike sizes', stream), of(users, 'of unlike sizes', stream)];
    return holds(clusteredDifferenceTest(first.values, first.clusters, second.values, second.clusters).ci, 0);
  });
  for (const [n, what, score] of [
    [200, 'normal', (x) => x],
    [30, 'normal', (x) => x],
    [200, 'whole scores 0 to 5', (x) => Math.min(Math.max(Math.round(2.5 + 1.5 * x), 0), 5)],
  ]) {
    yield row(`mean difference of ${n} pairs, ${what}, correlation 0.7`, (stream) => {
      const shared = Array.from({ length: n }, () => stream.normal(0, Math.sqrt(0.7)));
      const [first, second] = [0, 1].map(() => shared.map((x) => score(x + stream.normal(0, Math.sqrt(0.3)))));
      return holds(pairedTest(first, second).ci, 0);
    });
  }
  const comparisons = full ? 4000 : 1000;
  for (const [deviation, n, design] of [
    [0.8, 30, 'in each arm'],
    [0.8, 200, 'in each arm'],
    [1.5, 30, 'in each arm'],
    [1.5, 200, 'in each arm'],
    [1.5, 30, 'pairs'],
  ]) {
    const what = `ratio of latencies, σ ${deviation}, ${n} ${design}`;
    let held = 0;
    for (let run = 0; run < comparisons; run++) {
      if (holds(await ratio(randomStream(what).split(run), deviation, n, design === 'pairs'), 1.2)) held++;
    }
    yield { what, rule: NOMINAL, covered: held / comparisons, runs: comparisons };
  }
}

function clustered(count, sizes, stream, firstId = 0) {
  return of(
    Array.from({ length: count }, () => stream.normal(0, Math.sqrt(ICC))),
    sizes,
    stream,
    firstId,
  );
}

/** Values around each cluster's mean. */
function of(means, sizes, stream, firstId = 0) {
  const values = [];
  const clusters = [];
  for (const [id, mean] of means.entries()) {
    const size = sizes === 'of 10' ? 10 : Math.ceil(stream.exponential() * 10);
    for (let i = 0; i < size; i++) {
      values.push(mean + stream.normal(0, Math.sqrt(1 - ICC)));
      clusters.push(firstId + id);
    }
  }
  return { values, clusters };
}

async function ratio(stream, deviation, n, paired) {
  const hardness = Array.from({ length: n }, () => (paired ? stream.normal(0, deviation * Math.sqrt(0.5)) : 0));
  const own = deviation * Math.sqrt(paired ? 0.5 : 1);
  const arm = (factor) =>
    hardness.map((level, i) => [
      { duration: factor * Math.exp(5 + level + stream.normal(0, own)) },
      paired ? { sample_id: `s${i}` } : {},
    ]);
  const { latency_ms } = await compared(arm(1), arm(1.2), { metrics: ['latency_ms'] });
  return latency_ms.ci;
}
