import { CrucibleError, show } from '../core/errors.ts';
import { hash32 } from '../core/random.ts';
import { fieldIndex } from '../record/fields.ts';
import type { Row } from '../record/row.ts';

/** The fields whose value decides, the first that an event has. */
export const SAMPLING_KEYS = ['trace_id', 'sample_id', 'span_id'] as const;
const KEYS = SAMPLING_KEYS.map((name) => fieldIndex(name));

/** Keeps a part of the events. Never on unless asked for; counts and streaming metrics are made before it. */
export interface SamplingOptions {
  /** Part of the events to keep, in (0, 1]. Stored in each record as `inclusion_probability`. */
  readonly rate: number;
}

/**
 * Uniform sampling decided by a hash of the event's trace, else its sample, else its span, so that what belongs together is
 * kept or left together, in every process alike. An event with none of them is decided by a name of its own.
 */
export class UniformSampling {
  readonly rate: number;

  constructor(options: SamplingOptions) {
    const { rate } = options;
    if (!(typeof rate === 'number' && rate > 0 && rate <= 1)) {
      throw new CrucibleError('invalid_argument', `sampling.rate is ${show(rate)}.`, {
        hint: 'Give the part to keep, above 0 and up to 1.',
      });
    }
    this.rate = rate;
  }

  /** The key of a captured event, if it has one. */
  keyOf(row: Row): string | undefined {
    const role = KEYS.find((key) => row.has(key));
    return role === undefined ? undefined : row.texts[role];
  }

  keeps(key: string): boolean {
    return hash32(key) / 2 ** 32 < this.rate;
  }
}
