import type { ColumnBatch } from '../../record/batch.ts';
import type { PackedSpace } from '../../record/packed/packed-layout.ts';
import { RowPacker } from '../../record/packed/row-packer.ts';
import type { BatchSchema } from '../../record/schema.ts';
import { Lane, type LaneOpening } from './drain.ts';
import type { SegmentLimits } from './segment-file.ts';

/** One writer's way into the ring, on the thread that records. */
export class CallerLane {
  readonly index: number;
  readonly folder: string;
  /** The row to append next. */
  batch: ColumnBatch | undefined;
  row = 0;
  sequence = 0;
  /** Whether its end was appended. */
  isEnding = false;
  readonly pack: (space: PackedSpace, at: number, limit: number) => number;
  /** For a row that was packed and cannot be handed over. */
  readonly takeBack: () => void;
  readonly #schema: BatchSchema;

  constructor(index: number, schema: BatchSchema, folder: string) {
    this.index = index;
    this.folder = folder;
    this.#schema = schema;
    const packer = new RowPacker(schema);
    this.takeBack = () => packer.takeBack();
    this.pack = (space, at, limit) => packer.pack(this.batch!, this.row, this.sequence, space, at, limit);
  }

  opening(): string {
    const { experiment, writerId } = this.#schema;
    return JSON.stringify({ writer: writerId, experiment, folder: this.folder } satisfies LaneOpening);
  }

  /** The other end of the lane, for a drain that begins where another has stopped. */
  inherited(limits: SegmentLimits): Lane {
    const lane = new Lane(this.index, JSON.parse(this.opening()) as LaneOpening, limits);
    lane.lines.inherit(this.#schema, this.batch);
    lane.file.recover();
    return lane;
  }
}
