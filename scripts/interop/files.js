// Records an experiment with values that readers get wrong, sealed and live, and has other readers read the files as they lie on
// disk: pandas, pyarrow, polars and DuckDB in Python, R with what it has, and hyparquet in Node. What they find is compared with
// what this library reads.
//
//   npm run build && node scripts/interop/files.js
//
// A reader that cannot be set up is skipped with its reason. Fails when some reader found something else.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { readWithHyparquet } from './files/hyparquet.js';
import { expectedOf, recordExperiment } from './files/record.js';
import { pythonWith } from './python.js';

const PACKAGES = ['pandas==3.1.1', 'pyarrow==26.0.1', 'polars==2.1.0', 'duckdb==2.0.0'];
const CHECKS = ['rows', 'nulls', 'types', 'timestamps', 'sums', 'numbers', 'texts', 'lists', 'nested'];
const peer = (name) => new URL(`./files/${name}`, import.meta.url).pathname;

const dir = mkdtempSync(join(tmpdir(), 'crucible-interop-'));
const notes = [];
let failed = false;
try {
  const { id, events } = await recordExperiment(dir);
  const { csv, ...expected } = await expectedOf(dir, id);
  print(['', ...CHECKS]);
  print(['', ...CHECKS.map((check) => '-'.repeat(check.length))]);
  for (const { title, read, reason } of readers(events, csv)) {
    if (reason !== undefined) {
      notes.push(`${title}: skipped, ${reason}`);
      continue;
    }
    compare(title, await attempt(read), { ...expected, all: bothOf(expected) });
  }
} finally {
  rmSync(dir, { recursive: true });
}
for (const note of notes) console.log(note);
process.exitCode = failed ? 1 : 0;

function* readers(events, csv) {
  const python = pythonWith(PACKAGES);
  for (const name of ['pandas', 'pyarrow', 'polars', 'duckdb']) {
    const read = () => output(python.binary, [peer('peer.py'), name, events]);
    yield { title: name, read, reason: python.reason };
  }
  const hasR = spawnSync('Rscript', ['--version']).status === 0;
  for (const [name, place] of [
    ['arrow', events],
    ['duckdb', events],
    ['csv', csv],
  ]) {
    const title = name === 'csv' ? 'R, read.csv of the export' : `R, ${name}`;
    const reason = !hasR
      ? 'there is no Rscript'
      : name === 'csv' || hasPackage(name)
        ? undefined
        : `this R has no package ${name}`;
    yield { title, read: () => output('Rscript', ['--vanilla', peer('peer.R'), name, place]), reason };
  }
  yield { title: 'hyparquet', read: () => readWithHyparquet(events) };
}

function hasPackage(name) {
  return (
    spawnSync('Rscript', ['--vanilla', '-e', `quit(status = !requireNamespace('${name}', quietly = TRUE))`]).status ===
    0
  );
}

function output(command, args) {
  return JSON.parse(execFileSync(command, args, { encoding: 'utf8', maxBuffer: 2 ** 28, stdio: 'pipe' }));
}

async function attempt(read) {
  try {
    return await read();
  } catch (error) {
    return { error: String(error.stderr || error.message).trim() };
  }
}

function compare(title, found, expected) {
  if (found.error !== undefined) {
    failed = true;
    notes.push(`${title}: FAILED, ${found.error}`);
    return;
  }
  for (const [kind, part] of Object.entries(found)) {
    if (part.skipped !== undefined) {
      notes.push(`${title}, ${kind}: skipped, ${part.skipped}`);
      continue;
    }
    const cells = CHECKS.map((check) => {
      const theirs = part[check];
      if (theirs === null || theirs === undefined) return '–';
      if (theirs.skipped !== undefined) {
        notes.push(`${title}, ${kind}, ${check}: skipped, ${theirs.skipped}`);
        return 'skipped';
      }
      const ours = expected[kind][check];
      if (check === 'sums' ? sumsAgree(ours, theirs) : isDeepStrictEqual(ours, theirs)) return 'ok';
      failed = true;
      notes.push(`${title}, ${kind}, ${check}: ${difference(ours, theirs)}`);
      return 'DIFFERS';
    });
    print([`${title}, ${kind}`, ...cells]);
  }
}

// In whatever order they were added.
function sumsAgree(ours, theirs) {
  return Object.entries(ours).every(([name, sum]) => Math.abs(sum - theirs[name]) <= 1e-12 * Math.abs(sum));
}

function difference(ours, theirs) {
  for (const key of new Set([...Object.keys(ours), ...Object.keys(theirs)])) {
    if (!isDeepStrictEqual(ours[key], theirs[key]))
      return `at ${key} this library reads ${JSON.stringify(ours[key])}, it ${JSON.stringify(theirs[key])}`;
  }
  return `this library reads ${JSON.stringify(ours)}, it ${JSON.stringify(theirs)}`;
}

// A CSV does not tell an empty text from a missing one, so texts are not counted there.
function bothOf({ sealed, live }) {
  const nulls = {};
  for (const [name, count] of Object.entries(sealed.nulls)) nulls[name] = count + live.nulls[name];
  const sums = {};
  for (const [name, sum] of Object.entries(sealed.sums)) sums[name] = sum + live.sums[name];
  delete nulls.sample_id;
  return { rows: sealed.rows + live.rows, nulls, sums, numbers: [...sealed.numbers, ...live.numbers] };
}

function print([title, ...cells]) {
  console.log([title.padEnd(32), ...cells.map((cell) => cell.padEnd(11))].join(' ').trimEnd());
}
