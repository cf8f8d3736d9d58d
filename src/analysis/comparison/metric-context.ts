import type { CheckedOptions } from './compare-options.ts';
import type { Interim } from './draft.ts';
import type { ArmRoom } from './items/arm-room.ts';
import type { ClusterChoice } from './items/clusters.ts';
import type { SharedIds } from './items/shared-ids.ts';
import type { ArmRows } from './replicate-values.ts';

/** Beside what every metric of a treatment is compared. */
export interface MetricContext {
  readonly options: CheckedOptions;
  readonly clusters: ClusterChoice;
  readonly interim: Interim;
  readonly baseline: ArmRows;
  readonly treatment: ArmRows;
  /** Where the items of a metric are put together, arm by arm: the next metric takes the place of the last. */
  readonly rooms: readonly [ArmRoom, ArmRoom];
  readonly shared: SharedIds;
}
