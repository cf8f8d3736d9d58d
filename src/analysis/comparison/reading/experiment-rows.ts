import type { ExperimentState } from '../../../stores/experiment-state.ts';
import { RowTable } from './row-table.ts';
import { SeenIds } from './seen-ids.ts';

/** The latest value of something over time. */
export interface Latest<Time> {
  time: Time;
  value: number;
}

/** What a comparison keeps of one experiment: columns, and no record. */
export class ExperimentRows {
  readonly state: ExperimentState;
  events = 0;
  /** Of an event or a metric point. */
  firstEventAt: number = Number.POSITIVE_INFINITY;
  firstPointAt: string | null = null;
  readonly requests: RowTable;
  /** Beginnings of requests, and of the operations that metrics name. */
  readonly starts: RowTable;
  /** Ends of requests that only wrap requests, by the number of the operation. */
  readonly wrappers = new Map<number, number>();
  /** Rows of other events that a metric takes its values from, by the number of the operation. */
  readonly others = new Map<number, RowTable>();
  readonly scores = new Map<string, RowTable>();
  /** The latest value of a training field, by field and operation. */
  readonly training = new Map<string, Map<string, Latest<number>>>();
  /** The latest metric point, by metric. */
  readonly logged = new Map<string, Latest<string>>();
  readonly samples: SeenIds = new SeenIds();
  /** What the sample ratio counts. */
  readonly units: SeenIds = new SeenIds();
  readonly #clusters: number;

  constructor(state: ExperimentState, clusters: number, metrics: number) {
    this.state = state;
    this.#clusters = clusters;
    this.requests = new RowTable(clusters, metrics);
    this.starts = new RowTable(clusters, 0);
  }

  other(operation: number, metrics: number): RowTable {
    return this.#in(this.others, operation, metrics);
  }

  score(name: string): RowTable {
    return this.#in(this.scores, name, 1);
  }

  /** Takes a value if no later one is known; of equal times the one that comes last. */
  static note<Time extends number | string>(latest: Map<string, Latest<Time>>, key: string, time: Time, value: number) {
    const known = latest.get(key);
    if (!known) {
      latest.set(key, { time, value });
    } else if (time >= known.time) {
      known.time = time;
      known.value = value;
    }
  }

  #in<Key>(tables: Map<Key, RowTable>, key: Key, values: number): RowTable {
    let table = tables.get(key);
    if (!table) {
      table = new RowTable(this.#clusters, values);
      tables.set(key, table);
    }
    return table;
  }
}
