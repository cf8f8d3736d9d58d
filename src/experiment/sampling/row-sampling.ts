import { fieldIndex } from '../../record/fields.ts';
import type { Recorder } from '../../record/recorder.ts';
import { ROLE_KINDS, RoleKind } from '../../record/roles.ts';
import type { Row } from '../../record/row.ts';
import {
  adaptiveProbability,
  importanceProbability,
  stratifiedProbability,
} from '../../stats/sampling/inclusion-probability.ts';
import { type ReservoirDesign, SAMPLING_KEYS, type SamplingDesign } from '../../stores/sampling-design.ts';

const KEYS = SAMPLING_KEYS.map((name) => fieldIndex(name));
const CATEGORY = fieldIndex('category');

/**
 * With which probability the event that was captured is kept.
 *
 * @param now Microseconds since the Unix epoch.
 */
export type RowProbability = (recorder: Recorder, now: () => number) => number;

/** The probabilities of a design that decides event by event. */
export function rowProbability(design: Exclude<SamplingDesign, ReservoirDesign>): RowProbability {
  switch (design.method) {
    case 'stratified': {
      const read = reader(design.by);
      const chanceOf = stratifiedProbability(design.probabilities, design.otherwise);
      return (recorder) => chanceOf(stratumOf(read(recorder)));
    }
    case 'importance': {
      const read = reader(design.by);
      const chanceOf = importanceProbability({ ...design, certainFrom: design.certain_from });
      return (recorder) => {
        const value = read(recorder);
        return chanceOf(typeof value === 'number' ? value : null);
      };
    }
    case 'adaptive': {
      const chanceAt = adaptiveProbability({ ...design, period: design.period_seconds * 1e6 });
      // By when an event arrives: what is ingested may have happened at any time.
      return (_, now) => chanceAt(now());
    }
    default: {
      const { rate } = design;
      return () => rate;
    }
  }
}

/** The key of a captured event, whose permanent random number decides; undefined without one. */
export function samplingKey(row: Row): string | undefined {
  const role = KEYS.find((key) => row.has(key));
  return role === undefined ? undefined : row.texts[role];
}

function reader(by: string): (recorder: Recorder) => unknown {
  const field = fieldIndex(by);
  if (field < 0) return (recorder) => recorder.nested(by);
  if (field === CATEGORY) return ({ row }) => row.category;
  const kind = ROLE_KINDS[field];
  return ({ row }) => {
    if (!row.has(field)) return null;
    return kind === RoleKind.TEXT
      ? row.texts[field]
      : kind === RoleKind.FLAG
        ? row.numbers[field] === 1
        : row.numbers[field];
  };
}

function stratumOf(value: unknown): string | null {
  return value === null || value === undefined || typeof value === 'object' ? null : String(value);
}
