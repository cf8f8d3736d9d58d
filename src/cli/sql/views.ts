import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { momentMicros } from '../../core/time.ts';
import { type Engine, openEngine, sqlFile, sqlText } from '../../engine/duckdb.ts';
import type { ListedExperiment } from '../../lab/observed-status.ts';
import { FIELDS } from '../../record/fields.ts';
import { toJsonText } from '../../record/json.ts';
import type { OpenedStore } from '../store-access.ts';

/** DuckDB with the views `events`, `experiments` and `metrics` and nothing else: no file, no network, no setting can be reached. */
export interface Views {
  readonly engine: Engine;
  close(): Promise<void>;
}

const SQL_TYPES = {
  string: 'VARCHAR',
  number: 'DOUBLE',
  integer: 'BIGINT',
  boolean: 'BOOLEAN',
  timestamp: 'TIMESTAMPTZ',
  strings: 'VARCHAR[]',
  object: 'VARCHAR',
} as const;

/** Opens the views on some experiments. The caller closes them. */
export async function openViews(opened: OpenedStore, experiments: readonly ListedExperiment[]): Promise<Views> {
  const staging = await mkdtemp(join(tmpdir(), 'crucible-query-'));
  const engine = await openEngine({ tempFolder: join(staging, 'spilled'), threads: 2, memoryLimit: '1GB' });
  const close = async () => {
    engine.close();
    await rm(staging, { recursive: true, force: true });
  };
  try {
    const sealed = await makeEvents(engine, opened, experiments, staging);
    await makeExperiments(engine, opened, experiments);
    await makeMetrics(engine, opened, experiments);
    await engine.run(`SET allowed_paths = [${sealed.map(sqlText).join(', ')}]`);
    await engine.run('SET enable_external_access = false');
    await engine.run('SET lock_configuration = true');
    return { engine, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function makeEvents(
  engine: Engine,
  { dir }: OpenedStore,
  experiments: readonly ListedExperiment[],
  staging: string,
): Promise<readonly string[]> {
  const { stageEvents } = await import('../../stores/local/index.ts');
  const ids = experiments.map(({ id }) => id);
  const { sealed, liveSelect } = await stageEvents(dir, ids, staging);
  const columns = FIELDS.map(({ name, type }) => `"${name}" ${SQL_TYPES[type]}`);
  await engine.run(`CREATE TABLE live_events (${columns.join(', ')})`);
  if (liveSelect) await engine.run(`INSERT INTO live_events BY NAME ${liveSelect}`);
  // An earlier version of the library may have sealed a file without the newer columns.
  const files = sealed.map(sqlFile).join(', ');
  const read = `FROM read_parquet([${files}], union_by_name = true, hive_partitioning = false)`;
  const parts = ['FROM live_events', ...(sealed.length > 0 ? [read] : [])];
  await engine.run(`CREATE VIEW events AS ${parts.join(' UNION ALL BY NAME ')}`);
  return sealed;
}

async function makeExperiments(
  engine: Engine,
  { lab }: OpenedStore,
  experiments: readonly ListedExperiment[],
): Promise<void> {
  await engine.run(`CREATE TABLE experiments (
    id VARCHAR, name VARCHAR, study VARCHAR, condition VARCHAR, replicate VARCHAR, status VARCHAR, tags VARCHAR[],
    hypothesis VARCHAR, metadata VARCHAR, sample_size BIGINT, started_at TIMESTAMPTZ, paused_at TIMESTAMPTZ,
    pause_count BIGINT, stopped_at TIMESTAMPTZ, archived_at TIMESTAMPTZ, emitted BIGINT, stored BIGINT)`);
  const rows: string[] = [];
  for (const state of experiments) {
    const { emitted, stored } = await (await lab.getExperiment(state.id)).ledgerAll();
    const texts = [state.id, state.name, state.study, state.condition, state.replicate, state.status].map(textOrNull);
    const values = [
      ...texts,
      `[${state.tags.map(sqlText).join(', ')}]::VARCHAR[]`,
      textOrNull(typeof state.hypothesis === 'string' ? state.hypothesis : null),
      sqlText(toJsonText(state.metadata)),
      String(state.sample_size),
      timeOrNull(state.started_at),
      timeOrNull(state.paused_at),
      String(state.pause_count),
      timeOrNull(state.stopped_at),
      timeOrNull(state.archived_at),
      String(emitted),
      String(stored),
    ];
    rows.push(`(${values.join(', ')})`);
  }
  if (rows.length > 0) await engine.run(`INSERT INTO experiments VALUES ${rows.join(', ')}`);
}

async function makeMetrics(
  engine: Engine,
  { lab }: OpenedStore,
  experiments: readonly ListedExperiment[],
): Promise<void> {
  await engine.run(`CREATE TABLE metric_points (
    run_id VARCHAR, metric VARCHAR, value DOUBLE, step DOUBLE, micros BIGINT, metadata VARCHAR)`);
  const appender = await engine.connection.createAppender('metric_points');
  for (const { id } of experiments) {
    for await (const point of lab.metricsStore.scan(id)) {
      appender.appendVarchar(point.run_id);
      appender.appendVarchar(point.metric);
      appender.appendDouble(point.value);
      if (point.step === null) appender.appendNull();
      else appender.appendDouble(point.step);
      appender.appendBigInt(BigInt(momentMicros(point.timestamp)));
      appender.appendVarchar(toJsonText(point.metadata));
      appender.endRow();
    }
  }
  appender.closeSync();
  await engine.run(
    'CREATE VIEW metrics AS SELECT run_id, metric, value, step, make_timestamptz(micros) AS timestamp, metadata FROM metric_points',
  );
}

function textOrNull(text: string | null): string {
  return text === null ? 'NULL' : sqlText(text);
}

function timeOrNull(micros: number | null): string {
  return micros === null ? 'NULL' : `make_timestamptz(${micros}::BIGINT)`;
}
