// Compares the statistics of the build with SciPy and statsmodels, and with R, on generated inputs, and prints the worst error for each function.
//
//   npm run build && node scripts/interop/stats.js [name …]     # all checks, or those whose names contain one of the words
//
// Python packages go into a virtual environment in the temporary folder, which later runs use again. A side that cannot be set up is
// skipped with its reason; with neither of them there is nothing to compare and the script succeeds, saying so. It fails when
// an error is above the bound of its check.
//
// A check is { name, cases, input(random), ours(input), python, r, bound }: `ours` answers named numbers; `python` and `r` are code
// that finds the fields of the input as variables (lists as arrays, matrices as lists of lists) and leaves `out`, the same numbers in the
// same order. Add checks in a file of ./checks and list it here.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomStream } from '../../dist/stats/index.js';
import { effectSizeChecks } from './checks/effect-sizes.js';
import { meanChecks } from './checks/means.js';
import { rankChecks } from './checks/ranks.js';
import { rateChecks } from './checks/rates.js';
import { pythonWith } from './python.js';

const PACKAGES = ['scipy==1.17.1', 'statsmodels==0.15.0'];
const SEED = 20260101;

const words = process.argv.slice(2);
const checks = [...meanChecks, ...rankChecks, ...rateChecks, ...effectSizeChecks].filter(
  ({ name }) => words.length === 0 || words.some((word) => name.includes(word)),
);

const random = randomStream(SEED);
const runs = checks.map((check) => {
  const stream = random.split(check.name);
  const inputs = Array.from({ length: check.cases ?? 100 }, (_, i) => check.input(stream.split(String(i)), i));
  return { check, inputs, ours: inputs.map(check.ours) };
});

const sides = [
  { title: 'SciPy', key: 'python', ...setUpPython() },
  { title: 'R', key: 'r', ...setUpR() },
];
let failed = false;
let compared = 0;
for (const { title, key, run, reason } of sides) {
  const wanted = runs.filter(({ check }) => check[key] !== undefined);
  if (reason !== undefined) {
    console.log(`${title}: skipped, ${reason}`);
    continue;
  }
  if (wanted.length === 0) continue;
  console.log(`\n${title}`);
  const answers = run(wanted.flatMap(({ check, inputs }) => inputs.map((input) => ({ code: check[key], input }))));
  let at = 0;
  for (const { check, inputs, ours } of wanted) {
    const worst = { error: 0, where: '' };
    for (const [i, input] of inputs.entries()) {
      const theirs = answers[at++];
      if (theirs.error !== undefined) {
        Object.assign(worst, {
          error: Number.POSITIVE_INFINITY,
          where: `${theirs.error} for ${JSON.stringify(input).slice(0, 500)}`,
        });
        continue;
      }
      for (const [j, [name, value]] of Object.entries(ours[i]).entries()) {
        const error = errorOf(name, value, theirs[j], ours[i]);
        if (!(error <= worst.error)) Object.assign(worst, { error, where: describe(name, value, theirs[j], input) });
      }
    }
    compared += inputs.length;
    const bound = (key === 'r' ? check.boundR : undefined) ?? check.bound ?? 1e-10;
    const ok = worst.error <= bound;
    failed ||= !ok;
    const line = `${ok ? 'ok  ' : 'FAIL'} ${check.name.padEnd(44)} ${String(inputs.length).padStart(4)} cases`;
    console.log(
      `${line}   worst ${worst.error.toExponential(1)}   bound ${bound.toExponential(0)}${ok ? '' : `\n     ${worst.where}`}`,
    );
  }
}
if (compared === 0) console.log('Nothing was compared.');
process.exitCode = failed ? 1 : 0;

// Relative, but for what may come out as 0: statistics below 1 are not, estimates and ends are measured by the interval's width.
function errorOf(name, value, other, outputs) {
  const theirs = typeof other === 'number' && Number.isFinite(other) ? other : null;
  if (value === null || theirs === null) return value === theirs ? 0 : Number.POSITIVE_INFINITY;
  // The smallest p-values underflow there, and are given as 1e-300 here.
  if (value === theirs || (theirs < 1e-300 && theirs >= 0 && value > 0 && value <= 1e-300)) return 0;
  const width = typeof outputs.low === 'number' && typeof outputs.high === 'number' ? outputs.high - outputs.low : 0;
  const placed = ['estimate', 'low', 'high'].includes(name) && width > 0;
  const unit = placed ? width : name === 'statistic' ? 1 : 0;
  return Math.abs(value - theirs) / Math.max(unit, Math.abs(theirs));
}

function describe(name, value, other, input) {
  return `${name}: ours ${value}, theirs ${other}, for ${JSON.stringify(input).slice(0, 1500)}`;
}

function setUpPython() {
  const { binary: python, reason } = pythonWith(PACKAGES);
  if (reason !== undefined) return { reason };
  const script = new URL('./stats_peer.py', import.meta.url).pathname;
  const run = (cases) =>
    JSON.parse(
      execFileSync(python, ['-W', 'ignore', script], {
        input: JSON.stringify(cases),
        maxBuffer: 2 ** 28,
        encoding: 'utf8',
        env: { ...process.env, OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1' },
      }),
    );
  return { run };
}

function setUpR() {
  if (spawnSync('Rscript', ['--version']).status !== 0) return { reason: 'there is no Rscript' };
  const run = (cases) => {
    const folder = mkdtempSync(join(tmpdir(), 'crucible-interop-r-'));
    try {
      const file = join(folder, 'cases.R');
      writeFileSync(file, ['options(warn = -1)', ...cases.map(toR)].join('\n'));
      const text = execFileSync('Rscript', ['--vanilla', file], { encoding: 'utf8', maxBuffer: 2 ** 28 });
      return text
        .trim()
        .split('\n')
        .map((line) =>
          line
            .split(' ')
            .map((word) => (word === 'NaN' || word === 'NA' || word.includes('Inf') ? null : Number(word))),
        );
    } finally {
      rmSync(folder, { recursive: true });
    }
  };
  return { run };
}

function toR({ code, input }) {
  const literal = (value) => {
    if (Array.isArray(value)) return `${Array.isArray(value[0]) ? 'list' : 'c'}(${value.map(literal).join(', ')})`;
    if (typeof value === 'boolean') return value ? 'TRUE' : 'FALSE';
    if (value === null) return 'NULL';
    return typeof value === 'number' ? (value < 0 ? `(${value})` : String(value)) : JSON.stringify(value);
  };
  const fields = Object.entries(input).map(([name, value]) => `${name} <- ${literal(value)}`);
  return `tryCatch(local({ ${fields.join('; ')}\n${code}\ncat(sprintf('%.17g', as.numeric(out)), '\\n', sep = ' ') }), error = function(e) cat('ERROR', conditionMessage(e), '\\n'))`;
}
