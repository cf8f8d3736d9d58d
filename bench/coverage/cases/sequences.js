import {
  Moments,
  meanDifferenceSequence,
  meanSequence,
  randomStream,
  rateDifferenceSequence,
  rateSequence,
} from 'crucible-telemetry/stats';
import { populations } from '../lib/populations.js';

export const title = 'Confidence sequences under continuous peeking';
export const about =
  'Looked at after every value; a series counts as held when no interval ever leaves the truth out. Intervals for one look of the same\n' +
  'level would fail in a quarter of the series and more. Means are asymptotic, from 100 values on.';

const LEVEL = 0.95;

export function* cases({ full }) {
  for (const rate of [0.5, 0.05]) yield rates(rate, full ? 2000 : 1000, full ? 50_000 : 10_000);
  yield rateDifference(full ? 500 : 200, full ? 1000 : 150);
  for (const name of ['normal', 'lognormal σ 0.8', 'lognormal σ 1.5', 'rate 0.05']) {
    yield means(name, full ? 20_000 : 1500, full ? 5000 : 400);
  }
  yield difference(full ? 20_000 : 1500, full ? 5000 : 400);
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
  return { what: `a rate of ${rate}, ${most} looks`, level: LEVEL, covered, runs };
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
  return { what: `a difference of rates of 0, ${most / 20} looks at 2 × ${most} trials`, level: LEVEL, covered, runs };
}

function means(name, most, runs) {
  const { draw, mean } = populations[name];
  const stream = randomStream(`mean ${name}`);
  const covered = share(runs, () => {
    const moments = new Moments();
    for (let n = 1; n <= most; n++) {
      moments.add(draw(stream));
      if (n >= 100 && !holds(meanSequence(moments, { level: LEVEL }).ci, mean)) return false;
    }
    return true;
  });
  return { what: `a mean, ${name}, ${most - 99} looks`, level: LEVEL, covered, runs };
}

function difference(most, runs) {
  const { draw } = populations['lognormal σ 0.8'];
  const stream = randomStream('means');
  const covered = share(runs, () => {
    const [first, second] = [new Moments(), new Moments()];
    for (let n = 1; n <= most; n++) {
      first.add(draw(stream));
      second.add(draw(stream));
      if (n >= 100 && !holds(meanDifferenceSequence(first, second, { level: LEVEL }).ci, 0)) return false;
    }
    return true;
  });
  return { what: `a difference of means, lognormal σ 0.8, ${most - 99} looks`, level: LEVEL, covered, runs };
}

function holds(ci, truth) {
  return ci === null || (ci.low <= truth && truth <= ci.high);
}

function share(runs, run) {
  let held = 0;
  for (let i = 0; i < runs; i++) if (run()) held++;
  return held / runs;
}
