import { existsSync } from 'node:fs';
import { type Engine, sqlFile } from '../../engine/duckdb.ts';

/** Those of the Parquet files that cannot be read to their end, each read with all its columns. */
export async function damagedFiles(engine: Engine, paths: readonly string[]): Promise<string[]> {
  const damaged: string[] = [];
  for (const path of paths) {
    try {
      // A count alone would be taken from the footer.
      await engine.run(
        `SELECT max(hash(record)) FROM read_parquet(${sqlFile(path)}, hive_partitioning = false) record`,
      );
    } catch {
      // What was deleted meanwhile is not damaged.
      if (existsSync(path)) damaged.push(path);
    }
  }
  return damaged;
}
