import { AsyncByteQueue, type Data, makeData, RecordBatch, RecordBatchFileWriter, Schema, Struct } from 'apache-arrow';
import { type ArrowCells, arrowCells } from './arrow-cells.ts';
import { ChunkWriter } from './chunk-writer.ts';
import { exportColumns } from './columns.ts';
import type { ExportJob, Written } from './export-job.ts';
import { Pacer } from './pacer.ts';
import { jsonColumns, provenance } from './provenance.ts';
import { rowSlices } from './row-slices.ts';

const BATCH_CELLS = 524_288;
const MAX_BATCH_ROWS = 65_536;
const BATCH_CHARACTERS = 8_388_608;

/**
 * An Arrow file (IPC format): times as TIMESTAMP in microseconds UTC, integers as Int64, numbers as Float64, texts and JSON
 * columns as Utf8, tags as a list. The schema's metadata says where it comes from: see `provenance`.
 */
export async function writeArrow(job: ExportJob): Promise<Written> {
  const columns = exportColumns(job.survey, job.edit);
  const cells = columns.map(arrowCells);
  const schema = new Schema(
    cells.map((column) => column.field),
    new Map(Object.entries(provenance(job.sources, columns))),
  );
  let rows = 0;
  const most = Math.min(MAX_BATCH_ROWS, Math.ceil(BATCH_CELLS / columns.length));
  await ChunkWriter.fill(job.draft.path, job.draft.target, async (writer) => {
    const queue = new ByteQueue();
    const arrow = new RecordBatchFileWriter();
    arrow.reset(queue, schema);
    let pending = 0;
    let characters = 0;
    const send = async () => {
      arrow.write(await recordBatch(schema, cells, pending));
      for (const bytes of queue.take()) await writer.bytes(bytes);
      rows += pending;
      pending = 0;
      characters = 0;
    };
    for await (const slice of rowSlices(job.sources, job.survey, columns.length)) {
      for (const column of cells) characters += column.add(slice);
      pending += slice.to - slice.from;
      if (pending >= most || characters >= BATCH_CHARACTERS) await send();
    }
    if (pending > 0) await send();
    arrow.finish();
    for (const bytes of queue.take()) await writer.bytes(bytes);
  });
  return { rows, columns: columns.map((column) => column.name), json_columns: jsonColumns(columns) };
}

async function recordBatch(schema: Schema, cells: readonly ArrowCells[], length: number): Promise<RecordBatch> {
  const pacer = new Pacer();
  const children: Data[] = [];
  for (const column of cells) {
    children.push(column.take());
    if (pacer.due) await pacer.turn();
  }
  return new RecordBatch(schema, makeData({ type: new Struct(schema.fields), length, nullCount: 0, children }));
}

/** Hands the bytes of the writer over at once: its own queue grows as fast as it is filled. */
class ByteQueue extends AsyncByteQueue {
  #bytes: Uint8Array[] = [];

  override write(bytes: Uint8Array): void {
    this.#bytes.push(bytes);
  }

  take(): readonly Uint8Array[] {
    const taken = this.#bytes;
    this.#bytes = [];
    return taken;
  }
}
