import {
  Moments,
  meanDifferenceSequence,
  meanSequence,
  randomStream,
  rateDifferenceSequence,
  rateSequence,
} from 'crucible-telemetry/stats';
import { populations, sampleOf } from '../lib/populations.js';
import { atLeast, keptOrWarned } from '../lib/rules.js';
import { share } from '../lib/share.js';

export const title = 'Confidence sequences under continuous peeking';
export const about =
  'Looked at after every value; a series counts as held when no interval ever leaves the truth out. It is to be so for at least 95% of\n' +
  'series, as far as the lower 99% limit of the rate of failures can tell. Intervals for one look of the same level would fail in a quarter\n' +
  'of the series and more. Sequences of means are asymptotic, from 100 values on: too skewed values break them, and `low_coverage`, which\n' +
  'was asked for at the first look, is to warn of it in more than half of the series.';

const LEVEL = 0.95;
const FIRST = 100;
const HOLDS = atLeast(LEVEL);

export function* cases({ full }) {
  for (const rate of [0.5, 0.05]) yield rates(rate, full ? 2000 : 1000, full ? 50_000 : 10_000);
  yield rateDifference(full ? 500 : 200, full ? 1000 : 150);
  for (const name of ['normal', 'lognormal σ 0.8', 'lognormal σ 1.5', 'rate 0.05']) {
    yield means(name, full ? 5000 : 1500, full ? 20_000 : 2000);
  }
  yield difference(full ? 5000 : 1500, full ? 20_000 : 2000);
}

/** Which counts leave the rate out is known for each n before any series is drawn. */
function rates(rate, most, runs) {
  const few = new Int32Array(most + 1).fill(-1);
  const many = new Int32Array(most + 1);
  for (let n = 1; n <= most; n++) {
    // Both bounds only grow with n.
    few[n] = few[n - 1];
    while (few[n] < n && rateSequence({ successes: few[n] + 1, n }, { level: LEVEL }).ci.high < rate) few[n]++;
    many[n] = Math.max(many[n - 1], few[n] + 1);
    while (many[n] <= n && rateSequence({ successes: many[n], n }, { level: LEVEL }).ci.low <= rate) many[n]++;
  }
  const stream = randomStream(`rate ${rate}`);
  const covered = share(runs, () => {
    let successes = 0;
    for (let n = 1; n <= most; n++) {
      if (stream.uniform() < rate) successes++;
      if (successes <= few[n] || successes >= many[n]) return false;
    }
    return true;
  });
  return { what: `a rate of ${rate}, ${most} looks`, rule: HOLDS, covered, runs };
}

function rateDifference(most, runs) {
  const stream = randomStream('rates');
  const covered = share(runs, () => {
    const [first, second] = [
      { successes: 0, n: 0 },
      { successes: 0, n: 0 },
    ];
    for (let look = 1; look <= most; look++) {
      for (const arm of [first, second]) {
        arm.n++;
        if (stream.uniform() < 0.2) arm.successes++;
      }
      if (look % 20 === 0 && rateDifferenceSequence(first, second, { level: LEVEL }).p_value <= 1 - LEVEL) return false;
    }
    return true;
  });
  return { what: `a difference of rates of 0, ${most / 20} looks at 2 × ${most} trials`, rule: HOLDS, covered, runs };
}

function means(name, most, runs) {
  const { draw, mean } = populations[name];
  const stream = randomStream(`mean ${name}`);
  const reach = reachOf(most, (summary) => meanSequence(summary, { level: LEVEL }));
  const covered = share(runs, () => {
    const moments = new Moments();
    for (let n = 1; n <= most; n++) {
      moments.add(draw(stream));
      if (n >= FIRST && Math.abs(moments.mean - mean) > reach[n] * Math.sqrt(moments.variance)) return false;
    }
    return true;
  });
  const warned = share(1000, () => warns(meanSequence(sampleOf(populations[name], FIRST, stream), { level: LEVEL })));
  return { what: `a mean, ${name}, ${most - 99} looks`, rule: keptOrWarned(HOLDS), covered, runs, warned };
}

function difference(most, runs) {
  const population = populations['lognormal σ 0.8'];
  const stream = randomStream('means');
  const reach = reachOf(most, (summary) => meanDifferenceSequence(summary, summary, { level: LEVEL }));
  const covered = share(runs, () => {
    const [first, second] = [new Moments(), new Moments()];
    for (let n = 1; n <= most; n++) {
      first.add(population.draw(stream));
      second.add(population.draw(stream));
      const variance = n < FIRST ? 0 : (first.variance + second.variance) / 2;
      if (n >= FIRST && Math.abs(second.mean - first.mean) > reach[n] * Math.sqrt(variance)) return false;
    }
    return true;
  });
  const warned = share(1000, () => {
    const [first, second] = [sampleOf(population, FIRST, stream), sampleOf(population, FIRST, stream)];
    return warns(meanDifferenceSequence(first, second, { level: LEVEL }));
  });
  const what = `a difference of means, lognormal σ 0.8, ${most - 99} looks`;
  return { what, rule: keptOrWarned(HOLDS), covered, runs, warned };
}

/** How far from the mean the interval of n values with a variance of 1 reaches. It grows with their deviation, so one look tells all. */
function reachOf(most, look) {
  return Float64Array.from({ length: most + 1 }, (_, count) =>
    count < FIRST ? Number.POSITIVE_INFINITY : look({ count, mean: 0, variance: 1 }).ci.high,
  );
}

function warns({ assumptions }) {
  return assumptions.some((text) => text.startsWith('low_coverage'));
}
