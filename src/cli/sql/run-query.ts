import { CrucibleError } from '../../core/errors.ts';
import { ChunkRows } from '../../engine/chunk-rows.ts';
import { damagedFiles } from './damaged-files.ts';
import { valueReader } from './values.ts';
import type { Views } from './views.ts';

/** The answer to a query, read bit by bit. */
export interface QueryResult {
  readonly columns: readonly { readonly name: string; readonly numeric: boolean }[];
  /** Rows by the chunk, each a list of values by column. */
  chunks(): AsyncGenerator<readonly (readonly unknown[])[]>;
}

const NUMERIC = /^(U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|DOUBLE|FLOAT|DECIMAL.*)$/;

/** Thrown when an answer cannot be begun because of files that it needs. */
export class DamagedSegments extends Error {
  readonly paths: readonly string[];

  constructor(paths: readonly string[], cause: unknown) {
    super(`${paths.join(', ')} cannot be read.`, { cause });
    this.paths = paths;
  }
}

/**
 * Runs one statement that reads. Rejects with `invalid_argument` for several statements, for one that would change or reach
 * anything, and for SQL that DuckDB does not accept; with `DamagedSegments` where a file that it needs is damaged. Where that
 * shows when rows were given out, `chunks` rejects with `damaged_data`.
 */
export async function runQuery(views: Pick<Views, 'engine' | 'sealed'>, sql: string): Promise<QueryResult> {
  const duckdb = await import('@duckdb/node-api');
  const { connection } = views.engine;
  const statements = await accepted(() => connection.extractStatements(sql));
  if (statements.count !== 1) {
    throw new CrucibleError('invalid_argument', `That is ${statements.count} statements.`, {
      hint: 'Give one SELECT.',
    });
  }
  const prepared = await accepted(() => statements.prepare(0));
  if (prepared.statementType !== duckdb.StatementType.SELECT) {
    const kind = duckdb.StatementType[prepared.statementType];
    throw new CrucibleError('invalid_argument', `That is a statement of type ${kind}, and only SELECT is possible.`, {
      hint: 'The data can be read here, not changed; crucible export writes files.',
    });
  }
  const result = await readable(views, false, () => prepared.stream());
  const read = valueReader(duckdb);
  const names = result.deduplicatedColumnNames();
  const rows = new ChunkRows(result, duckdb.DuckDBTypeId.VARCHAR);
  // Damage mostly shows here, when the answer can still be had without it.
  let chunk = await readable(views, false, () => result.fetchChunk());
  return {
    columns: names.map((name, i) => ({ name, numeric: NUMERIC.test(String(result.columnType(i))) })),
    async *chunks() {
      while (chunk && chunk.rowCount > 0) {
        yield rows.of(chunk).map((row) => row.map(read));
        chunk = await readable(views, true, () => result.fetchChunk());
      }
    },
  };
}

// What is wrong with the SQL, or needs too much: no file has to be read again for that.
const NOT_OF_FILES = /^(Conversion|Binder|Parser|Catalog|Permission|Out of Memory|INTERRUPT)/;

async function readable<T>(
  { engine, sealed }: Pick<Views, 'engine' | 'sealed'>,
  hasBegun: boolean,
  action: () => Promise<T>,
): Promise<T> {
  try {
    return await action();
  } catch (cause) {
    const damaged = NOT_OF_FILES.test(messageOf(cause)) ? [] : await damagedFiles(engine, sealed);
    if (damaged.length === 0) throw refused(cause);
    if (!hasBegun) throw new DamagedSegments(damaged, cause);
    throw new CrucibleError('damaged_data', `${damaged.join(', ')} cannot be read: ${messageOf(cause)}`, {
      hint: 'What was printed is not the whole answer. crucible verify says what is damaged; -e asks of other experiments.',
      cause,
    });
  }
}

async function accepted<T>(action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (cause) {
    throw refused(cause);
  }
}

function refused(cause: unknown): CrucibleError {
  const message = messageOf(cause);
  const hint = message.startsWith('Permission Error')
    ? 'Only the views events, experiments and metrics can be read; crucible export writes files.'
    : 'The views are events, experiments and metrics; DESCRIBE events shows the columns.';
  return new CrucibleError('invalid_argument', message, { hint, cause });
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message.trim() : String(cause);
}
