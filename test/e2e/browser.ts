import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import chromium from '@sparticuz/chromium';
import { type Browser, chromium as playwright } from 'playwright-core';

// Nothing of the browser's own may talk to the network. Its sandbox needs rights that containers do not give, and root never has it; the
// pages are ours and have no script.
const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-default-apps',
  '--no-first-run',
];

/**
 * Starts Chromium without a window. Its package holds the program, so that installing loads nothing more. Rejects with what the system
 * lacks where it cannot start: a test that needs a browser fails then, and says why.
 */
export async function launchBrowser(): Promise<Browser> {
  return playwright.launch({ executablePath: await unpacked(), args: ARGUMENTS });
}

// The package unpacks into the folder for temporary files and takes whatever has its name there: another user's, another version's, or
// one that was torn. So each user and version has a folder, which is used when it is complete.
async function unpacked(): Promise<string> {
  const folder = join(tmpdir(), `crucible-chromium-${version()}-${userInfo().username}`);
  const complete = join(folder, 'complete');
  if (!existsSync(complete)) rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const before = process.env.TMPDIR;
  process.env.TMPDIR = folder;
  try {
    const path = await chromium.executablePath();
    writeFileSync(complete, '');
    return path;
  } finally {
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
  }
}

function version(): string {
  const entry = createRequire(import.meta.url).resolve('@sparticuz/chromium');
  return (JSON.parse(readFileSync(join(entry, '../../../package.json'), 'utf8')) as { version: string }).version;
}
