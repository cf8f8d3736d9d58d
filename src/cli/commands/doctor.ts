import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { plural } from '../../core/figures.ts';
import { type Check, checkMachine, checkStore, unsealedOf } from '../checks.ts';
import { ExitCode } from '../exit-code.ts';
import { storeFolder, withFolder } from '../store-access.ts';
import { confirm } from '../terminal/confirm.ts';
import { printJson, printLine, say, warn } from '../terminal/output.ts';
import { withProgress } from '../terminal/progress.ts';
import { paint } from '../terminal/style.ts';

interface Options {
  readonly seal?: boolean;
  readonly json?: boolean;
}

const SIGNS = { ok: ['green', 'ok  '], warning: ['yellow', 'warn'], failed: ['red', 'FAIL'] } as const;

export function define(command: Command): void {
  command
    .description(
      'Checks this machine and the store, and says what to do. Ends with 1 when a check fails; a warning is none.',
    )
    .option('--seal', 'seal segments that nobody writes to any more, without asking')
    .option('--json', 'print a JSON array of the checks')
    .addHelpText('after', '\nExamples:\n  $ crucible doctor\n  $ crucible doctor --seal')
    .action(async ({ seal, json }: Options) => {
      const dir = storeFolder(command);
      const checks = await checkMachine(dir);
      const unsealed: string[] = [];
      // What cannot be written may well be read.
      const isThere = existsSync(join(dir, 'experiments'));
      if (isThere || checks.every(({ name, status }) => name !== 'folder' || status === 'ok')) {
        await withFolder(
          dir,
          async (opened) => {
            unsealed.push(...(await unsealedOf(opened)));
            // What is said of the segments is how they are from now on.
            if (seal && unsealed.length > 0) {
              await sealAll(unsealed);
              unsealed.splice(0, unsealed.length, ...(await unsealedOf(opened)));
            }
            checks.push(...(await checkStore(opened, unsealed.length)));
          },
          { creates: !isThere },
        );
      }
      if (json) await printJson(checks);
      else for (const check of checks) await print(check);
      if (!seal && unsealed.length > 0 && (await wantsSealing(unsealed.length, json))) await sealAll(unsealed);
      if (checks.some(({ status }) => status === 'failed')) process.exitCode = ExitCode.FAILED;
    });
}

async function print({ name, status, message, hint }: Check): Promise<void> {
  const [style, sign] = SIGNS[status];
  await printLine(`${paint(style, sign)}  ${name.padEnd(11)}  ${message}`);
  if (hint) await printLine(`${' '.repeat(19)}${hint}`);
}

async function wantsSealing(number: number, json: boolean | undefined): Promise<boolean> {
  if (json || !process.stdin.isTTY || !process.stderr.isTTY) return false;
  return confirm(`Seal ${plural(number, 'segment')} now?`, 'Add --seal.');
}

async function sealAll(paths: readonly string[]): Promise<void> {
  const { sealSegments } = await import('../../stores/local/index.ts');
  let sealed = 0;
  await withProgress('sealing', async (progress) => {
    for await (const result of sealSegments(paths)) {
      if ('error' in result) warn(result.error.message);
      else sealed++;
      progress.update(`${sealed} of ${paths.length}`);
    }
  });
  say(`Sealed ${plural(sealed, 'segment')}.`);
  if (sealed < paths.length) process.exitCode = ExitCode.FAILED;
}
