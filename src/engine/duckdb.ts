import type { DuckDBConnection } from '@duckdb/node-api';
import { CrucibleError } from '../core/errors.ts';

export interface EngineOptions {
  /** A folder for what does not fit into memory; made when needed. Without it DuckDB would use the working directory. */
  readonly tempFolder: string;
  /** Default 1: one thread keeps the order of rows cheap, and two gain little. */
  readonly threads?: number;
  /** Default `512MB`. */
  readonly memoryLimit?: string;
}

/** A DuckDB of one's own, in memory: it owns no file, so there is nothing to lock. */
export interface Engine {
  readonly connection: DuckDBConnection;
  /** Another connection to the same data: a result that is read bit by bit needs one of its own. The caller closes it. */
  connect(): Promise<DuckDBConnection>;
  /** Runs one statement to its end, on a thread of the runtime's pool. */
  run(sql: string): Promise<void>;
  /** Releases it. Closing twice is fine. */
  close(): void;
}

/**
 * Opens DuckDB, which is loaded by the first call (0.2 s). Extensions are never fetched, times are UTC.
 *
 * @throws `dependency_missing` where its native part cannot be loaded.
 */
export async function openEngine(options: EngineOptions): Promise<Engine> {
  const { DuckDBInstance } = await load();
  const instance = await DuckDBInstance.create(':memory:', {
    threads: String(options.threads ?? 1),
    memory_limit: options.memoryLimit ?? '512MB',
    temp_directory: options.tempFolder,
    // What was read is not read again soon, and a cache of it would fill the memory.
    enable_external_file_cache: 'false',
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    allow_persistent_secrets: 'false',
  });
  const connection = await instance.connect();
  await connection.run("SET TimeZone = 'UTC'");
  // A process that exits would otherwise wait for the query that is running.
  const interrupt = () => connection.interrupt();
  process.on('exit', interrupt);
  let open = true;
  const close = () => {
    if (!open) return;
    open = false;
    process.off('exit', interrupt);
    connection.closeSync();
    instance.closeSync();
  };
  return {
    connection,
    async connect() {
      const other = await instance.connect();
      await other.run("SET TimeZone = 'UTC'");
      return other;
    },
    async run(sql) {
      await connection.run(sql);
    },
    close,
  };
}

/** SQL text of a string. */
export function sqlText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** SQL text of the path of one file to read, where `*`, `?` and `[` would stand for others. */
export function sqlFile(path: string): string {
  return sqlText(path.replace(/[*?[]/g, '[$&]'));
}

/** SQL text of a name. */
export function sqlName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

async function load(): Promise<typeof import('@duckdb/node-api')> {
  try {
    return await import('@duckdb/node-api');
  } catch (cause) {
    throw new CrucibleError('dependency_missing', 'DuckDB (@duckdb/node-api) cannot be loaded.', {
      hint: 'Install it with its optional native package for this platform; csv, jsonl and arrow do without it.',
      cause,
    });
  }
}
