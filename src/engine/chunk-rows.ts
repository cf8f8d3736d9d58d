import type { DuckDBDataChunk, DuckDBResult, DuckDBValue } from '@duckdb/node-api';
import { TextCells } from './vectors.ts';

/** The chunks of a result as rows. Texts are whole: the library's own accessors leave a byte order mark at their beginning out. */
export class ChunkRows {
  readonly #texts: readonly { readonly column: number; readonly reader: TextCells }[];
  readonly #cells: (string | null)[] = [];

  /** @param varchar What the library calls the type of texts. */
  constructor(result: DuckDBResult, varchar: number) {
    this.#texts = Array.from({ length: result.columnCount }, (_, column) => column)
      .filter((column) => result.columnTypeId(column) === varchar)
      .map((column) => ({ column, reader: new TextCells() }));
  }

  of(chunk: DuckDBDataChunk): DuckDBValue[][] {
    const rows = chunk.getRows();
    for (const { column, reader } of this.#texts) {
      reader.read(chunk, column, this.#cells);
      for (const [i, row] of rows.entries()) row[column] = this.#cells[i]!;
    }
    return rows;
  }
}
