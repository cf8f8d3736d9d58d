import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DuckDBAppender } from '@duckdb/node-api';
import { momentMicros } from '../../core/time.ts';
import { type Engine, openEngine, sqlFile, sqlText } from '../../engine/duckdb.ts';
import type { ListedExperiment } from '../../lab/observed-status.ts';
import { FIELDS } from '../../record/fields.ts';
import { toJsonText } from '../../record/json.ts';
import type { StagedEvents } from '../../stores/local/index.ts';
import { LINE_TYPES } from '../../stores/local/sealed-file.ts';
import { onInterrupt } from '../interrupt.ts';
import type { OpenedStore } from '../store-access.ts';

/** DuckDB with the views `events`, `experiments` and `metrics` and nothing else: no file, no network, no setting can be reached. */
export interface Views {
  readonly engine: Engine;
  /** The sealed segments that `events` reads whenever it is asked. */
  readonly sealed: readonly string[];
  close(): Promise<void>;
}

/** Opens the views on some experiments, `without` the records of some sealed segments. The caller closes them. */
export async function openViews(
  opened: OpenedStore,
  experiments: readonly ListedExperiment[],
  without: ReadonlySet<string> = new Set(),
): Promise<Views> {
  const staging = await mkdtemp(join(tmpdir(), 'crucible-query-'));
  const remove = () => rm(staging, { recursive: true, force: true, maxRetries: 3 });
  const removed = onInterrupt(remove);
  let engine: Engine | undefined;
  const close = async () => {
    engine?.close();
    await remove();
    removed();
  };
  try {
    const { stageEvents } = await import('../../stores/local/index.ts');
    const ids = experiments.map(({ id }) => id);
    const found = await stageEvents(opened.dir, ids, staging);
    const events = { ...found, sealed: found.sealed.filter((path) => !without.has(path)) };
    const staged = (await readdir(staging)).map((name) => join(staging, name));
    engine = await openEngine({ tempFolder: join(staging, 'spilled'), threads: 2, memoryLimit: '1GB' });
    await confine(engine, [...events.sealed, ...staged]);
    await makeEvents(engine, events);
    for (const path of staged) await rm(path);
    await makeExperiments(engine, opened, experiments);
    await makeMetrics(engine, opened, experiments);
    return { engine, sealed: events.sealed, close };
  } catch (error) {
    await close();
    throw error;
  }
}

// Before anything comes in that is data: whatever a file of the store says, no other file can be reached from then on.
async function confine(engine: Engine, files: readonly string[]): Promise<void> {
  // A path is looked at twice: as it stands in the SQL, where it is a pattern, and as the file that this stands for.
  const paths = files.flatMap((path) => [sqlText(path), sqlFile(path)]);
  await engine.run(`SET allowed_paths = [${[...new Set(paths)].join(', ')}]`);
  await engine.run('SET enable_external_access = false');
  await engine.run('SET lock_configuration = true');
}

async function makeEvents(engine: Engine, { sealed, liveSelect }: StagedEvents): Promise<void> {
  const columns = FIELDS.map(
    ({ name, type }) => `"${name}" ${type === 'timestamp' ? 'TIMESTAMPTZ' : LINE_TYPES[type]}`,
  );
  await engine.run(`CREATE TABLE live_events (${columns.join(', ')})`);
  if (liveSelect) await engine.run(`INSERT INTO live_events BY NAME ${liveSelect}`);
  // An earlier version of the library may have sealed a file without the newer columns.
  const files = sealed.map(sqlFile).join(', ');
  const read = `FROM read_parquet([${files}], union_by_name = true, hive_partitioning = false)`;
  const parts = ['FROM live_events', ...(sealed.length > 0 ? [read] : [])];
  await engine.run(`CREATE VIEW events AS ${parts.join(' UNION ALL BY NAME ')}`);
}

async function makeExperiments(
  engine: Engine,
  { lab }: OpenedStore,
  experiments: readonly ListedExperiment[],
): Promise<void> {
  const times = ['started_at', 'paused_at', 'stopped_at', 'archived_at'];
  await engine.run(`CREATE TABLE experiment_rows (
    id VARCHAR, name VARCHAR, study VARCHAR, condition VARCHAR, replicate VARCHAR, status VARCHAR, tags VARCHAR,
    hypothesis VARCHAR, metadata VARCHAR, sample_size BIGINT, started_at BIGINT, paused_at BIGINT,
    pause_count BIGINT, stopped_at BIGINT, archived_at BIGINT, emitted BIGINT, stored BIGINT)`);
  const appender = await engine.connection.createAppender('experiment_rows');
  for (const state of experiments) {
    const { emitted, stored } = await (await lab.getExperiment(state.id)).ledgerAll();
    const { id, name, study, condition, replicate, status, tags, hypothesis, plan } = state;
    for (const text of [id, name, study, condition, replicate, status]) appendText(appender, text);
    appendText(appender, JSON.stringify(Array.isArray(tags) ? tags.map(String) : []));
    appendText(appender, plan?.statement ?? hypothesis);
    appendText(appender, toJsonText(state.metadata));
    const { sample_size, started_at, paused_at, pause_count, stopped_at, archived_at } = state;
    for (const number of [sample_size, started_at, paused_at, pause_count, stopped_at, archived_at, emitted, stored])
      appendInteger(appender, number);
    appender.endRow();
  }
  appender.closeSync();
  const replaced = times.map((name) => `make_timestamptz(${name}) AS ${name}`);
  await engine.run(`CREATE TABLE experiments AS SELECT * REPLACE (
    from_json(tags, '["VARCHAR"]') AS tags, ${replaced.join(', ')}) FROM experiment_rows`);
  await engine.run('DROP TABLE experiment_rows');
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

// The files of a store are only data: what is not of the type of its column is null.
function appendText(appender: DuckDBAppender, value: unknown): void {
  if (typeof value === 'string') appender.appendVarchar(value);
  else appender.appendNull();
}

function appendInteger(appender: DuckDBAppender, value: unknown): void {
  if (Number.isSafeInteger(value)) appender.appendBigInt(BigInt(value as number));
  else appender.appendNull();
}
