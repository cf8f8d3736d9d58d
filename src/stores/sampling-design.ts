/** What decides whether an event is kept, the first that it has: what has the same is kept or left together. */
export const SAMPLING_KEYS = ['trace_id', 'sample_id', 'span_id'] as const;

/** Every event with one probability. It is stored without a method, as when it was the only one. */
export interface UniformDesign {
  readonly method?: 'uniform';
  readonly rate: number;
}

/** By the value of a field or path. */
export interface StratifiedDesign {
  readonly method: 'stratified';
  readonly by: string;
  readonly probabilities: Readonly<Record<string, number>>;
  readonly otherwise: number;
}

/** In proportion to a numeric field or path. */
export interface ImportanceDesign {
  readonly method: 'importance';
  readonly by: string;
  readonly certain_from: number;
  readonly floor: number;
  readonly otherwise: number;
}

/** About as many events in each period whatever comes, for each writer. */
export interface AdaptiveDesign {
  readonly method: 'adaptive';
  readonly target: number;
  readonly period_seconds: number;
  readonly floor: number;
  readonly memory: number;
}

/** So many events of each writer. */
export interface ReservoirDesign {
  readonly method: 'reservoir';
  readonly size: number;
}

/** How the events of an experiment are sampled, as it is stored. */
export type SamplingDesign = UniformDesign | StratifiedDesign | ImportanceDesign | AdaptiveDesign | ReservoirDesign;

export const SAMPLING_METHODS = ['uniform', 'stratified', 'importance', 'adaptive', 'reservoir'] as const;

/** Whether every event that the experiment keeps has the same probability. */
export function isUniform(design: SamplingDesign): design is UniformDesign {
  return design.method === undefined || design.method === 'uniform';
}

/** The least probability an event can have; 0 where that is known only at the end. */
export function leastProbability(design: SamplingDesign): number {
  switch (design.method) {
    case 'stratified':
      return Math.min(design.otherwise, ...Object.values(design.probabilities));
    case 'importance':
      return Math.min(design.floor, design.otherwise);
    case 'adaptive':
      return design.floor;
    case 'reservoir':
      return 0;
    default:
      return design.rate;
  }
}

/** The design in a few words, for pages and terminals. */
export function samplingText(design: SamplingDesign): string {
  switch (design.method) {
    case 'stratified': {
      const strata = Object.entries(design.probabilities).map(([stratum, p]) => `${stratum} ${p}`);
      return `stratified by ${design.by}: ${[...strata, `otherwise ${design.otherwise}`].join(', ')}`;
    }
    case 'importance':
      return `in proportion to ${design.by}: all from ${design.certain_from}, at least ${design.floor}, otherwise ${design.otherwise}`;
    case 'adaptive':
      return `adaptive: about ${design.target} in ${design.period_seconds} s of each writer, at least ${design.floor}`;
    case 'reservoir':
      return `reservoir: ${design.size} of each writer`;
    default:
      return `rate ${design.rate}`;
  }
}
