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
 * Starts Chromium without a window. The package holds the program, which is unpacked into the folder for temporary files once. Rejects
 * with what the system lacks where it cannot start: a test that needs a browser fails then, and says why.
 */
export async function launchBrowser(): Promise<Browser> {
  const executablePath = await chromium.executablePath();
  return playwright.launch({ executablePath, args: ARGUMENTS });
}
