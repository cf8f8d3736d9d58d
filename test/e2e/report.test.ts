import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser } from './browser.ts';
import { largeStudy, STUDY } from './study.ts';

const IN_PAGE = readFileSync(join(import.meta.dirname, 'in-page.js'), 'utf8');
/** What fits between the margins of an A4 sheet: 186 mm at 96 pixels an inch. */
const A4 = 703;
const folder = mkdtempSync(join(tmpdir(), 'crucible-page-'));
const paths = { study: join(folder, 'study.html'), single: join(folder, 'single.html') };
let browser: Browser;

beforeAll(async () => {
  const lab = await largeStudy();
  await lab.report({ study: STUDY }, { path: paths.study });
  await (await lab.getExperiment('arm-1-seed-2')).report({ path: paths.single });
  await lab.close();
  browser = await launchBrowser();
});

afterAll(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
});

/** A page that is open, and everything that it asked for or complained about. */
async function opened(name: keyof typeof paths, options: BrowserContextOptions = {}, width = 1280) {
  const page = await browser.newPage({ viewport: { width, height: 900 }, ...options });
  const noise: string[] = [];
  page.on('request', (request) => noise.push(request.url()));
  page.on('console', (message) => noise.push(message.text()));
  page.on('pageerror', (error) => noise.push(String(error)));
  await page.goto(pathToFileURL(paths[name]).href);
  await page.evaluate(IN_PAGE);
  return { page, noise };
}

const wrong = (page: Page, check: string): Promise<string[]> => page.evaluate<string[]>(`inPage.${check}`);

describe.each(['study', 'single'] as const)('the page of a %s in a browser', (name) => {
  it('asks for nothing but itself and complains of nothing', async () => {
    const { page, noise } = await opened(name);
    await page.waitForLoadState('networkidle');
    expect(noise).toEqual([pathToFileURL(paths[name]).href]);
    await page.close();
  });

  it('has landmarks, headings in order, and a name for every table, drawing and region', async () => {
    const { page } = await opened(name);
    for (const role of ['banner', 'navigation', 'main'] as const)
      expect(await page.getByRole(role).count(), role).toBe(1);
    const headings = await page.getByRole('heading').all();
    const levels = await Promise.all(headings.map((each) => each.evaluate(({ tagName }) => Number(tagName.slice(1)))));
    expect(levels.filter((level) => level === 1)).toEqual([1]);
    for (const [i, level] of levels.entries())
      expect(level - (levels[i - 1] ?? 0), `heading ${i}`).toBeLessThanOrEqual(1);
    const drawings = await page.locator('svg').count();
    expect(drawings).toBeGreaterThan(0);
    for (const [role, selector] of [
      ['img', 'svg'],
      ['table', 'table'],
      ['region', '.scroll'],
    ] as const) {
      const all = await page.locator(selector).count();
      expect(
        await page
          .locator(selector)
          .and(page.getByRole(role, { name: /\S/ }))
          .count(),
        role,
      ).toBe(all);
    }
    expect(await page.locator('svg desc:not(:empty)').count()).toBe(drawings);
    await page.close();
  });

  it.each([390, 320, 768, 1280])(
    'keeps within %i pixels, wide tables in regions that the keyboard reaches',
    async (width) => {
      const { page } = await opened(name, {}, width);
      expect(await wrong(page, 'overflowing()')).toEqual([]);
      expect(await wrong(page, 'hidden()')).toEqual([]);
      expect(await wrong(page, 'clipped()')).toEqual([]);
      expect(await page.locator('.scroll:not([tabindex="0"]), pre:not([tabindex="0"])').count()).toBe(0);
      await page.close();
    },
  );

  it.each(['light', 'dark'] as const)('is readable in %s', async (colorScheme) => {
    const { page } = await opened(name, { colorScheme });
    expect(await wrong(page, 'faint(4.5)')).toEqual([]);
    await page.close();
  });

  it('prints all that is on the screen, in light, within the sheet and with its figures whole', async () => {
    const { page } = await opened(name, { colorScheme: 'dark' }, A4);
    const words = () => page.locator('main').evaluate(({ textContent }) => textContent);
    const shown = await words();
    await page.emulateMedia({ media: 'print' });
    expect(await words()).toBe(shown);
    expect(await page.locator('main').isVisible()).toBe(true);
    expect((await wrong(page, 'hidden()')).filter((each) => !each.startsWith('a.'))).toEqual([]);
    expect(await wrong(page, 'overflowing()')).toEqual([]);
    expect(await wrong(page, 'cut()')).toEqual([]);
    expect(await wrong(page, 'faint(4.5)')).toEqual([]);
    expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe('rgb(255, 255, 255)');
    expect(await page.evaluate('getComputedStyle(document.querySelector("figure")).breakInside')).toBe('avoid');
    expect((await page.pdf({ preferCSSPageSize: true, format: 'A4' })).subarray(0, 5).toString()).toBe('%PDF-');
    await page.close();
  });
});

describe('the checks themselves', () => {
  it('find what is wide, faint, hidden and cut', async () => {
    const page = await browser.newPage({ viewport: { width: 390, height: 900 } });
    await page.setContent(`<body style="margin:0"><p style="width:500px">wide</p><p style="color:#999">faint</p>
      <p style="display:none">gone</p><div class="scroll" style="overflow:auto"><p style="width:600px">table</p></div>
      <svg width="50" height="20"><text x="0" y="15">much too long a text for it</text></svg></body>`);
    await page.evaluate(IN_PAGE);
    expect(await wrong(page, 'overflowing()')).toEqual(['document: 500', 'p.: wide']);
    expect(await wrong(page, 'faint(4.5)')).toEqual(['2.85 p.: faint']);
    expect(await wrong(page, 'hidden()')).toEqual(['p.: gone']);
    expect(await wrong(page, 'cut()')).toEqual(['div.scroll: table']);
    expect(await wrong(page, 'clipped()')).toEqual(['text.: much too long a text for it']);
    await page.close();
  });
});
