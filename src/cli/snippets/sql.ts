import { join } from 'node:path';
import { sqlFile, sqlText } from '../../engine/duckdb.ts';
import { FIELDS } from '../../record/fields.ts';
import { LINE_TYPES } from '../../stores/local/sealed-file.ts';

/** SQL of DuckDB that makes the view `events` of one experiment's folder. It looks for the files anew whenever it is run. */
export function duckdbSnippet(folder: string): string {
  const events = join(folder, 'events');
  const live = sqlFile(join(events, '*.jsonl')).replace('[*].jsonl', '*.jsonl');
  const sealed = sqlFile(join(events, '*.parquet')).replace('[*].parquet', '*.parquet');
  const columns = FIELDS.map(({ name, type }) => `    "${name}": '${LINE_TYPES[type]}'`).join(',\n');
  return `-- Finished segments are Parquet. A live one, in JSON Lines, counts only while no Parquet file of its name is there.
SET TimeZone = 'UTC';
SET VARIABLE sealed = (SELECT coalesce(list(file), []) FROM glob(${sealed}));
-- experiment.json has no record; it stands for a list without live segments, which could not be read.
SET VARIABLE live = list_append(
  (SELECT coalesce(list(file), []) FROM glob(${live})
   WHERE NOT list_contains(getvariable('sealed'), regexp_replace(file, '[.]jsonl$', '.parquet'))),
  ${sqlText(join(folder, 'experiment.json'))});

-- The last line of a live segment may be half written: it has no sequence then.
CREATE OR REPLACE TEMP TABLE live_events AS
SELECT * REPLACE (make_timestamptz("timestamp") AS "timestamp")
FROM read_json(getvariable('live'), format = 'newline_delimited', ignore_errors = true,
  hive_partitioning = false, columns = {
${columns}
  })
WHERE sequence IS NOT NULL;

CREATE OR REPLACE TEMP VIEW events AS
FROM live_events
UNION ALL BY NAME
FROM query(CASE WHEN len(getvariable('sealed')) > 0
  THEN 'FROM read_parquet(getvariable(''sealed''), union_by_name = true, hive_partitioning = false)' ELSE 'FROM live_events LIMIT 0' END);

-- measurements and metadata are JSON text: metadata->>'$.tokens.prompt'
SELECT event_name, count(*) AS events, avg(latency_ms) AS mean_latency_ms FROM events GROUP BY ALL ORDER BY ALL;
`;
}
