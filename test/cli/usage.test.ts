import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { createCrucible } from '../../src/index.ts';
import { localStore } from '../../src/stores/local/index.ts';
import { crucible, MAIN, temporaryFolder } from './crucible.ts';

const dir = temporaryFolder();
const ROOT = join(import.meta.dirname, '../..');
const COMMANDS = [
  'demo',
  'list',
  'show',
  'metrics',
  'compare',
  'analyze',
  'power',
  'report',
  'windows',
  'tail',
  'query',
  'export',
  'import',
  'stop',
  'archive',
  'delete',
  'verify',
  'doctor',
  'snippet',
  'completion',
];

const LOOP = join(temporaryFolder(), 'loop');

beforeAll(async () => {
  symlinkSync(LOOP, LOOP);
  const lab = createCrucible({ store: localStore({ dir }) });
  for (const id of ['alpha-1', 'alpha-2', 'beta-1']) {
    const experiment = await lab.startExperiment({
      id,
      name: id === 'beta-1' ? 'evil\u001b[2Jname' : 'twin',
      study: id === 'beta-1' ? 'second' : 'first',
    });
    for (let i = 0; i < 3000; i++) experiment.execute('app.tick', { i }, { text: 'x'.repeat(50) });
    await experiment.stop();
  }
  await lab.close();
});

describe('help', () => {
  it('is on stdout, names every command, and is what no arguments give', async () => {
    const [help, none] = await Promise.all([crucible(['--help']), crucible([])]);
    expect([help.code, help.stderr, none.code]).toEqual([0, '', 0]);
    expect(none.stdout).toBe(help.stdout);
    for (const command of COMMANDS) expect(help.stdout).toMatch(new RegExp(`^  ${command} `, 'm'));
    expect(help.stdout).not.toContain('__complete');
  });

  it('of each command has examples and the global options', async () => {
    const helps = await Promise.all(COMMANDS.map((command) => crucible([command, '--help'])));
    for (const [i, { code, stdout }] of helps.entries()) {
      expect(code, COMMANDS[i]).toBe(0);
      expect(stdout, COMMANDS[i]).toContain('Examples:');
      expect(stdout, COMMANDS[i]).toContain('--dir <folder>');
    }
  });

  it('of help and a command is that of the command', async () => {
    const { code, stdout } = await crucible(['help', 'metrics']);
    expect([code, stdout]).toEqual([0, (await crucible(['metrics', '--help'])).stdout]);
    expect(stdout).toContain('Usage: crucible metrics [options] <experiment>');
  });

  it('loads neither the library nor DuckDB', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [
      '--input-type=module',
      '-e',
      `process.argv = ['node', 'crucible', 'list', '--help'];
       await import(${JSON.stringify(MAIN)});
       process.on('exit', () => console.log(process.report.getReport().sharedObjects.filter((file) => file.includes('duckdb')).length));`,
    ]);
    expect(stdout.trimEnd().split('\n').at(-1)).toBe('0');
  });

  it('is followed by the version of the package', async () => {
    const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
    expect((await crucible(['--version'])).stdout).toBe(`${version}\n`);
  });
});

describe('a mistake', () => {
  it.each([
    [['lits'], 2, /^error: unknown command 'lits'\.\nhint: Did you mean list\?\n$/],
    [['list', '--jsno'], 2, /^error: unknown option '--jsno'\.\nhint: Did you mean --json\?\n$/],
    [
      ['list', '--status', 'lost'],
      2,
      /^error: option '--status <status>' argument 'lost' is invalid\. Allowed choices are running, /,
    ],
    [['show'], 2, /^error: missing required argument 'experiment'\.\nhint: /],
    [['list', '--dir', ''], 2, /^error: --dir is an empty text\.\nhint: Is a variable of the shell unset\?/],
    [['show', ''], 2, /^error: An argument is an empty text\.\nhint: Is a variable of the shell unset\?/],
    [['metrics', ''], 2, /^error: An argument is an empty text\./],
    [['verify', 'beta-1', ''], 2, /^error: An argument is an empty text\./],
    [['export', '--study', ''], 2, /^error: --study is an empty text\./],
    [['query', '-e', '', '--', 'SELECT 1'], 2, /^error: --experiment is an empty text\./],
    [['show', 'gamma'], 3, /^error: There is no experiment "gamma"\.\nhint: crucible list shows all\.\n$/],
    [['show', 'bet'], 0, /^$/],
    [
      ['show', 'alpha'],
      2,
      /^error: "alpha" may be any of 2 experiments\.\nhint: Name one by its id: alpha-1 \(twin\), alpha-2 \(twin\)\.\n$/,
    ],
    [['metrics', 'twin'], 2, /^error: "twin" may be any of 2 experiments\./],
    [['compare', '--study', 'none'], 3, /^error: There is no experiment of a study "none"\./],
    [['import', '/nowhere/at-all.csv'], 3, /^error: Cannot read \/nowhere\/at-all\.csv \(ENOENT\)\./],
    [['import', LOOP], 1, /^error: Cannot read .*loop \(ELOOP\)\.\nhint: Check that you may read it\.\n$/],
    [['query', ''], 2, /^error: There is no SQL\.\nhint: crucible query "SELECT …"\n$/],
    [['query'], 2, /^error: There is no SQL\./],
    [['archive', 'alpha-1', '--path', MAIN], 1, /^error: The archive .* cannot be written/],
  ])('%j ends with %i and says what and what to do', async (args, code, stderr) => {
    const found = await crucible(['--dir', dir, ...args]);
    expect(found.stderr).toMatch(stderr);
    expect(found.code).toBe(code);
    if (code !== 0) expect(found.stdout).toBe('');
  });

  it('about the folder is said, too', async () => {
    const { code, stderr } = await crucible(['list'], { env: { CRUCIBLE_DIR: join(dir, 'nowhere') } });
    expect(code).toBe(3);
    expect(stderr).toBe(
      `error: There are no experiments in ${join(dir, 'nowhere')}.\nhint: --dir or CRUCIBLE_DIR names another folder; crucible demo makes some experiments to look at.\n`,
    );
  });
});

describe('the folder', () => {
  it('is that of --dir, else of CRUCIBLE_DIR, else .crucible here', async () => {
    const byEnvironment = await crucible(['list', '--json'], { env: { CRUCIBLE_DIR: dir } });
    const byOption = await crucible(['list', '--json', '--dir', dir], { env: { CRUCIBLE_DIR: '/nowhere' } });
    expect(JSON.parse(byEnvironment.stdout)).toHaveLength(3);
    expect(JSON.parse(byOption.stdout)).toHaveLength(3);
    expect((await crucible(['list'], { cwd: dir })).stderr).toContain(join(dir, '.crucible'));
  });
});

describe('output', () => {
  it('has no escape sequences from the data, and colours only when asked for', async () => {
    const plain = await crucible(['list', '--dir', dir]);
    expect(plain.stdout).toContain('evilname');
    expect(plain.stdout).not.toContain('\u001b');
    const colored = await crucible(['list', '--dir', dir], { env: { FORCE_COLOR: '1' } });
    expect(colored.stdout).toContain('\u001b[1m');
    for (const [args, env] of [
      [[], { NO_COLOR: '1', FORCE_COLOR: '1' }],
      [['--no-color'], { FORCE_COLOR: '1' }],
    ] as const) {
      expect((await crucible(['list', '--dir', dir, ...args], { env })).stdout).not.toContain('\u001b');
    }
  });

  it('may be cut off by a reader that has seen enough', async () => {
    const temporary = temporaryFolder();
    for (const command of ["query --json 'FROM events'", 'export alpha-1', 'tail alpha-1 -n 3000 --json']) {
      const line = `${JSON.stringify(process.execPath)} ${JSON.stringify(MAIN)} --dir ${JSON.stringify(dir)} ${command} | head -n 2; echo "\${PIPESTATUS[0]}"`;
      const { stdout, stderr } = await promisify(execFile)('bash', ['-c', line], {
        env: { ...process.env, TMPDIR: temporary },
      });
      const lines = stdout.trimEnd().split('\n');
      expect(lines, command).toHaveLength(3);
      expect(lines[2], command).toBe('0');
      expect(stderr, command).not.toContain('EPIPE');
      expect(readdirSync(temporary), command).toEqual([]);
    }
  });
});

describe('crucible completion', () => {
  const complete = async (...words: string[]) =>
    (await crucible(['__complete', '--', ...words])).stdout.trimEnd().split('\n');

  it('knows commands, options, choices and experiments', async () => {
    expect(await complete('sh')).toEqual(['show']);
    expect(await complete('list', '--st')).toEqual(['--study', '--status']);
    expect(await complete('snippet', 'p')).toEqual(['python', 'pandas', 'polars']);
    expect(await complete('--dir', dir, 'show', 'alpha')).toEqual(['alpha-1', 'alpha-2']);
    expect(await complete('--dir', dir, 'snippet', 'r', 'b')).toEqual(['beta-1']);
    for (const command of ['list', 'compare', 'report']) {
      expect(await complete('--dir', dir, command, '--study', '')).toEqual(['first', 'second']);
    }
    expect(await complete('--dir', dir, 'report', 'alpha')).toEqual(['alpha-1', 'alpha-2']);
    for (const command of ['report', 'analyze']) {
      expect(await complete('--dir', dir, command, 'sec')).toEqual(['second']);
    }
    expect(await complete('compare', '--correction', 'ho')).toEqual(['holm', 'hochberg', 'hommel']);
    expect(await complete('analyze', '--sample-')).toEqual(['--sample-ratio', '--sample-unit']);
  });

  it('works in bash', async () => {
    const bin = join(temporaryFolder(), 'crucible');
    writeFileSync(bin, `#!/bin/sh\nexec ${JSON.stringify(process.execPath)} ${JSON.stringify(MAIN)} "$@"\n`, {
      mode: 0o755,
    });
    const { stdout } = await crucible(['completion', 'bash']);
    const script = `PATH=${JSON.stringify(join(bin, '..'))}:$PATH
${stdout}
COMP_WORDS=(crucible --dir ${JSON.stringify(dir)} metrics be)
COMP_CWORD=4
_crucible
echo "\${COMPREPLY[@]}"`;
    const found = await promisify(execFile)('bash', ['-c', script]);
    expect(found.stdout.trim()).toBe('beta-1');
  });

  it.each(['zsh', 'fish'])('prints a script for %s', async (shell) => {
    const { stdout, code } = await crucible(['completion', shell]);
    expect(code).toBe(0);
    expect(stdout).toContain('crucible __complete --');
  });
});
