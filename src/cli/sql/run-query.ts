import { CrucibleError } from '../../core/errors.ts';
import type { Engine } from '../../engine/duckdb.ts';
import { valueReader } from './values.ts';

/** The answer to a query, read bit by bit. */
export interface QueryResult {
  readonly columns: readonly { readonly name: string; readonly numeric: boolean }[];
  /** Rows by the chunk, each a list of values by column. */
  chunks(): AsyncGenerator<readonly (readonly unknown[])[]>;
}

const NUMERIC = /^(U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|DOUBLE|FLOAT|DECIMAL.*)$/;

/**
 * Runs one statement that reads. Rejects with `invalid_argument` for several statements, for one that would change or reach
 * anything, and for SQL that DuckDB does not accept.
 */
export async function runQuery(engine: Engine, sql: string): Promise<QueryResult> {
  const duckdb = await import('@duckdb/node-api');
  const { connection } = engine;
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
  const result = await accepted(() => prepared.stream());
  const read = valueReader(duckdb);
  const names = result.deduplicatedColumnNames();
  return {
    columns: names.map((name, i) => ({ name, numeric: NUMERIC.test(String(result.columnType(i))) })),
    async *chunks() {
      for (;;) {
        const chunk = await accepted(() => result.fetchChunk());
        if (!chunk || chunk.rowCount === 0) return;
        yield chunk.getRows().map((row) => row.map(read));
      }
    },
  };
}

async function accepted<T>(action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (cause) {
    const message = cause instanceof Error ? cause.message.trim() : String(cause);
    const hint = message.startsWith('Permission Error')
      ? 'Only the views events, experiments and metrics can be read; crucible export writes files.'
      : 'The views are events, experiments and metrics; DESCRIBE events shows the columns.';
    throw new CrucibleError('invalid_argument', message, { hint, cause });
  }
}
