import type { WeightedEstimate } from '../../stats/sampling/weighted-estimate.ts';
import type { EventMetrics, WeightedMetrics, WeightedNumber } from '../experiment-metrics.ts';
import { KeptValues } from './kept-values.ts';
import { reaches, support } from './reliability-metrics.ts';
import { Tokens } from './tally.ts';

const PROBABILITIES = [0.5, 0.9, 0.95, 0.99];
const TOKEN_NAMES = Object.entries(Tokens).map(([name, kind]) => [name.toLowerCase(), kind] as const);

/** What is gathered of the events of one kind where records were sampled: as `Tally`, with weights. */
export class KeptTally {
  readonly requests: KeptValues;
  readonly latency: KeptValues;
  readonly cost: KeptValues;
  /** 1 for a success, 0 for a failure. */
  readonly outcomes: KeptValues;
  /** By `Tokens`. */
  readonly tokens: readonly KeptValues[];

  constructor(reservoirSize: number | null, joined?: readonly KeptTally[]) {
    const of = (list: (tally: KeptTally) => KeptValues) =>
      joined ? KeptValues.joined(joined.map(list), reservoirSize) : new KeptValues(reservoirSize);
    this.requests = of(({ requests }) => requests);
    this.latency = of(({ latency }) => latency);
    this.cost = of(({ cost }) => cost);
    this.outcomes = of(({ outcomes }) => outcomes);
    this.tokens = TOKEN_NAMES.map(([, kind]) => of(({ tokens }) => tokens[kind]!));
  }

  /** The numbers of the kept records with every mean, share, quantile and total estimated for all; counts and extremes stay theirs. Without intervals where there is a reason. */
  weigh({ count, latency, cost, reliability, tokens }: EventMetrics, reason: string | null): EventMetrics {
    const mean = this.latency.mean().estimate;
    const [p50, p90, p95, p99] = this.latency.quantiles(PROBABILITIES) as [
      number | null,
      number | null,
      number | null,
      number | null,
    ];
    const { estimate: success, ci } = this.outcomes.rate();
    const told = reason === null ? ci : null;
    const interval = told && { level: told.level, low: told.low!, high: told.high!, method: 'wilson' as const };
    const failure = success === null ? null : 1 - success;
    const costMean = this.cost.mean().estimate;
    return {
      count,
      latency: {
        ...latency,
        mean,
        median: p50,
        std_dev: this.latency.deviation(mean),
        p50,
        p90,
        p95,
        p99,
        failure_rate: failure,
      },
      cost: {
        ...cost,
        total: this.cost.total().estimate,
        mean_per_request: costMean,
        median_per_request: this.cost.quantiles([0.5])[0] ?? null,
        cost_per_1k_requests: costMean === null ? null : costMean * 1e3,
        cost_per_1m_requests: costMean === null ? null : costMean * 1e6,
      },
      reliability: {
        ...reliability,
        success_rate: success,
        success_rate_ci: interval,
        failure_rate: failure,
        sla_99: reaches(success, 0.99),
        sla_999: reaches(success, 0.999),
        sla_9999: reaches(success, 0.9999),
        sla_99_supported: support(interval, 0.99),
        sla_999_supported: support(interval, 0.999),
        sla_9999_supported: support(interval, 0.9999),
      },
      tokens: Object.fromEntries(
        TOKEN_NAMES.map(([name, kind]) => {
          const kept = this.tokens[kind]!;
          return [
            name,
            { ...tokens[name as keyof typeof tokens], total: kept.total().estimate, mean: kept.mean().estimate },
          ];
        }),
      ) as unknown as EventMetrics['tokens'],
    };
  }

  /** The headline with its errors, or with the reason why they cannot be told. */
  metrics(reason: string | null): WeightedMetrics {
    const numberOf = ({ estimate, standard_error, ci, n, n_effective }: WeightedEstimate): WeightedNumber => ({
      estimate,
      standard_error: reason === null ? standard_error : null,
      ci: reason === null ? ci : null,
      n: n[0] ?? 0,
      n_effective,
    });
    return {
      requests: numberOf(this.requests.total()),
      latency_mean_ms: numberOf(this.latency.mean()),
      latency_p50_ms: numberOf(this.latency.quantile(0.5)),
      latency_p95_ms: numberOf(this.latency.quantile(0.95)),
      success_rate: numberOf(this.outcomes.rate()),
      cost_mean_usd: numberOf(this.cost.mean()),
      cost_total_usd: numberOf(this.cost.total()),
      reason,
    };
  }
}
