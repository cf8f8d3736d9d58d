import { createCrucible } from 'crucible-telemetry';
import { randomStream } from 'crucible-telemetry/stats';

export const title = 'Verdicts of compare(), with its defaults';
export const about =
  'Data without any difference: 100 samples of unlike hardness, asked by 20 users who are unlike each other, ten metrics with ties. "Held" means no ' +
  'metric was called better or worse. In the second case the treatment never saw the hardest fifth. Then quantile differences of ' +
  'lognormal latencies (σ 0.8), which are to hold 0.';

const SAMPLES = 100;
const USERS = 20;
const SCORES = 8;

export async function* cases({ full }) {
  const runs = full ? 2000 : 150;
  for (const [what, lost] of [
    ['no difference, all samples', 0],
    ['no difference, hardest fifth lost', SAMPLES / 5],
  ]) {
    let held = 0;
    for (let run = 0; run < runs; run++) if (await isSilent(randomStream(what).split(run), lost)) held++;
    yield { what, level: 0.95, covered: held / runs, runs };
  }
  const quantiles = [0.5, 0.9, 0.95];
  for (const [what, repeats] of [
    ['unpaired, 200 in each arm', 0],
    ['paired, 200 samples', 1],
    ['paired, 200 samples of 3 repeats', 3],
  ]) {
    const held = quantiles.map(() => 0);
    for (let run = 0; run < runs * 2; run++) {
      const found = await quantileDifferences(randomStream(what).split(run), repeats, quantiles);
      found.forEach(({ ci }, i) => {
        if ((ci.low ?? Number.NEGATIVE_INFINITY) <= 0 && 0 <= (ci.high ?? Number.POSITIVE_INFINITY)) held[i]++;
      });
    }
    for (const [i, quantile] of quantiles.entries()) {
      yield {
        what: `${what}: difference of the ${100 * quantile}% quantiles`,
        level: 0.95,
        covered: held[i] / (runs * 2),
        runs: runs * 2,
      };
    }
  }
}

async function isSilent(stream, lost) {
  const shared = stream.split('shared');
  const hardness = Array.from({ length: SAMPLES }, () => shared.normal()).sort((a, b) => a - b);
  const users = Array.from({ length: USERS }, () => shared.normal(0, 0.7));
  const names = Array.from({ length: SCORES }, (_, k) => `m${k}`);
  const arm = (name, count) => {
    const own = stream.split(name);
    return Array.from({ length: count }, (_, i) => {
      const level = hardness[i] + users[i % USERS];
      const scores = names.map((score, k) => [score, Math.round(level + own.normal(0, 1 + k / 4))]);
      return [
        { duration: Math.exp(4 + 0.3 * level + own.normal(0, 0.4)), ...Object.fromEntries(scores) },
        { success: own.uniform() < 0.9 - 0.15 * Math.max(level, 0), sample_id: `s${i}`, user_id: `u${i % USERS}` },
      ];
    });
  };
  const metrics = [
    'latency_ms',
    'success_rate',
    ...names.map((name) => ({ name, value: `measurements.${name}`, better: 'higher' })),
  ];
  const compared = await compare(arm('control', SAMPLES), arm('treatment', SAMPLES - lost), { metrics });
  return Object.values(compared).every(({ verdict }) => verdict === 'inconclusive');
}

async function quantileDifferences(stream, repeats, quantiles) {
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
  const { latency_ms } = await compare(arm('control'), arm('treatment'), { metrics: ['latency_ms'], quantiles });
  return latency_ms.quantile_differences;
}

async function compare(control, treatment, options) {
  const lab = createCrucible();
  const ids = [];
  for (const [condition, events] of Object.entries({ control, treatment })) {
    const experiment = await lab.startExperiment({ name: condition, condition });
    for (const [measurements, metadata] of events) experiment.execute('req_llm.request.stop', measurements, metadata);
    await experiment.stop();
    ids.push(experiment.id);
  }
  const { comparisons } = await lab.compare(ids, options);
  await lab.close();
  return comparisons[0].metrics;
}
