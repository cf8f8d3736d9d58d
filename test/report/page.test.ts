import { describe, expect, it } from 'vitest';
import type { Document } from '../../src/report/document/block.ts';
import { escapeHtml, escapeMarkdown, escapeMarkdownLine } from '../../src/report/document/escape.ts';
import { toHtml } from '../../src/report/document/html.ts';
import { toMarkdown } from '../../src/report/document/markdown.ts';
import { STYLE } from '../../src/report/document/style.ts';
import { all, parseHtml, text } from './parse-html.ts';
import { freshLab, twoArms } from './studies.ts';

const EVIL = `<script>alert(1)</script>"'&amp;]]>|\`x\`**b**[l](javascript:1)\u202e\u0007</title></style><img src=x onerror=alert(1)>`;

async function evilReport(format: 'html' | 'markdown'): Promise<string> {
  const lab = freshLab();
  for (const condition of [`${EVIL}c`, EVIL]) {
    const more = await lab.startExperiment({ name: EVIL, study: 'evil', condition, tags: [EVIL], hypothesis: EVIL });
    more.execute('req_llm.request.stop', { duration: 5 }, { sample_id: EVIL, model: EVIL });
    more.score(EVIL, 1, { sample_id: EVIL });
    await more.logMetric(EVIL, 1, { step: 1 });
    await more.logMetric(EVIL, 2, { step: 2 });
    await more.stop();
  }
  return (await lab.report({ study: 'evil' }, { format, title: EVIL })).text;
}

describe('what comes from data', () => {
  it('is text in the page, wherever it stands', async () => {
    const page = parseHtml(await evilReport('html'));
    expect(all(page, 'script')).toEqual([]);
    expect(all(page, 'img')).toEqual([]);
    expect(text(all(page, 'h1')[0]!)).toBe(EVIL.replaceAll('\u202e', '\ufffd').replaceAll('\u0007', '\ufffd'));
    expect(text(all(page, 'title')[0]!)).toContain('<script>alert(1)</script>');
    const known = new Set(
      'html head meta title style body header h1 p nav ol li a main section h2 h3 div table caption thead tr th tbody td span wbr dl dt dd figure svg desc line text path rect circle figcaption ul pre code'.split(
        ' ',
      ),
    );
    for (const element of all(page, '*')) {
      expect(known.has(element.name), element.name).toBe(true);
      expect(Object.keys(element.attributes).filter((name) => /^on|^src$|^style$/.test(name))).toEqual([]);
    }
  });

  it('makes no element, link, emphasis, cell or fence in Markdown', async () => {
    const markdown = await evilReport('markdown');
    const outside = markdown.replace(/^(`{3,})\w*\n[\s\S]*?\n\1$/gm, '');
    expect(outside).not.toMatch(/<\/?[a-z]/i);
    expect(outside).not.toMatch(/(?<!\\)\[l/);
    expect(outside).not.toMatch(/(?<!\\)`x/);
    expect(outside).not.toContain('**b**');
    const rows = outside.split('\n').filter((line) => line.startsWith('| '));
    const cells = rows.map((row) => row.split(/(?<!\\)\|/).length);
    const separators = rows.map((row, i) => (/^\| -/.test(row) ? i : -1)).filter((i) => i > 0);
    for (const [k, at] of separators.entries()) {
      const end = separators[k + 1] ?? rows.length + 1;
      for (let i = at - 1; i < end - 1; i++) expect(cells[i]).toBe(cells[at]);
    }
  });

  it.each([
    ['a\nb', 'a b'],
    ['latency_ms', 'latency_ms'],
    ['_x_ *y*', '\\_x\\_ \\*y\\*'],
    ['&lt; & <', '&amp;lt; & &lt;'],
    ['1.5 s', '1.5 s'],
  ])('%j is written %j within a line of Markdown', (given, written) => expect(escapeMarkdown(given)).toBe(written));

  it.each([
    ['# a', '\\# a'],
    ['1. a', '1\\. a'],
    ['1.5 s', '1.5 s'],
    ['- a', '\\- a'],
    ['=', '\\='],
  ])('%j is written %j at the start of one', (given, written) => expect(escapeMarkdownLine(given)).toBe(written));

  it('loses what cannot be seen or turns the text round, and keeps every language', () => {
    expect(escapeHtml('a\u0000b\u2066c\ud800')).toBe('a\ufffdb\ufffdc\ufffd');
    expect(escapeHtml('שלום 试验 😀 é')).toBe('שלום 试验 😀 é');
  });

  it('cannot end a code block early', () => {
    const document: Document = {
      title: 't',
      subtitle: 's',
      blocks: [{ kind: 'code', language: 'js', text: '````\n# out\n````' }],
    };
    expect(toMarkdown(document)).toContain('`````js\n````\n# out\n````\n`````');
  });
});

describe('the page', () => {
  const page = (async () => {
    const lab = freshLab();
    await twoArms(lab);
    return parseHtml((await lab.report({ study: 's' }, { format: 'html' })).text);
  })();

  it('loads nothing: no script, no address but its own parts', async () => {
    const root = await page;
    const policy = all(root, 'meta').find(({ attributes }) => attributes['http-equiv'] === 'Content-Security-Policy');
    expect(policy?.attributes.content).toMatch(/^default-src 'none';/);
    expect(all(root, 'script').concat(all(root, 'link'), all(root, 'iframe'))).toEqual([]);
    const addresses = all(root, '*').flatMap(({ attributes }) => [attributes.href, attributes.src].filter(Boolean));
    expect(addresses.length).toBeGreaterThan(5);
    const ids = new Set(all(root, '*').map(({ attributes }) => attributes.id));
    for (const address of addresses) expect(ids.has(address!.slice(1)), address).toBe(true);
    expect(STYLE).not.toMatch(/url\(|@import/);
  });

  it('names its language, its parts, its tables and its drawings', async () => {
    const root = await page;
    expect(all(root, 'html')[0]?.attributes.lang).toBe('en');
    expect(all(root, 'h1').length).toBe(1);
    const levels = all(root, '*').flatMap(({ name }) => (/^h[1-6]$/.test(name) ? [Number(name[1])] : []));
    for (const [i, level] of levels.entries()) expect(level - (levels[i - 1] ?? 0)).toBeLessThanOrEqual(1);
    for (const table of all(root, 'table')) {
      expect(all(table, 'caption').length).toBe(1);
      expect(all(table, 'th').every(({ attributes }) => /^(col|row)$/.test(attributes.scope ?? ''))).toBe(true);
      const width = all(all(table, 'thead')[0]!, 'th').length;
      for (const row of all(all(table, 'tbody')[0]!, 'tr')) {
        expect(row.children.filter((cell) => typeof cell !== 'string').length).toBe(width);
      }
    }
    const ids = all(root, '*').flatMap(({ attributes }) => attributes.id ?? []);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { attributes } of all(root, '*')) {
      for (const id of (attributes['aria-labelledby'] ?? '').split(' ').filter(Boolean)) expect(ids).toContain(id);
    }
    for (const svg of all(root, 'svg')) {
      expect(svg.attributes.role).toBe('img');
      expect(text(all(svg, 'title')[0]!).length * text(all(svg, 'desc')[0]!).length).toBeGreaterThan(0);
    }
  });

  it('draws within the frames of its drawings', async () => {
    for (const svg of all(await page, 'svg')) {
      const [, , width, height] = svg.attributes.viewBox!.split(' ').map(Number) as [number, number, number, number];
      for (const { attributes } of all(svg, '*')) {
        for (const key of ['x', 'x1', 'x2', 'cx']) {
          if (attributes[key] === undefined) continue;
          expect(Number(attributes[key])).toBeGreaterThanOrEqual(0);
          expect(Number(attributes[key])).toBeLessThanOrEqual(width);
        }
        for (const key of ['y', 'y1', 'y2', 'cy']) {
          if (attributes[key] === undefined) continue;
          expect(Number(attributes[key])).toBeGreaterThanOrEqual(0);
          expect(Number(attributes[key])).toBeLessThanOrEqual(height);
        }
        expect(attributes.d ?? '').not.toMatch(/NaN|Infinity/);
      }
    }
  });

  // Relative luminance and contrast as WCAG 2.2 defines them.
  it.each(['light', 'dark', 'print'])('has enough contrast in %s', (mode) => {
    const [, light = '', dark = '', print = ''] = STYLE.split(/:root\{/);
    const colours = Object.fromEntries(
      [...{ light, dark, print }[mode]!.matchAll(/--([\w-]+):(#[0-9a-f]{3,6})/g)].map(([, name, value]) => [
        name,
        value,
      ]),
    );
    for (const name of ['text', 'muted', 'link', 'better', 'worse', 'equivalent', 'inconclusive']) {
      expect(contrast(colours[name]!, colours.ground!), name).toBeGreaterThanOrEqual(4.5);
    }
    for (let arm = 0; arm < 6; arm++) {
      expect(contrast(colours[`arm-${arm}`]!, colours.ground!), `arm ${arm}`).toBeGreaterThanOrEqual(3);
    }
  });

  it('is well formed whatever is in it', () => {
    expect(() => parseHtml(toHtml({ title: EVIL, subtitle: EVIL, blocks: [] }))).not.toThrow();
    expect(() => parseHtml('<!doctype html>\n<p>a<b</p>')).toThrow();
  });
});

function contrast(first: string, second: string): number {
  const [high, low] = [luminance(first), luminance(second)].sort((a, b) => b - a) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

function luminance(colour: string): number {
  const hex = colour.length === 4 ? [...colour.slice(1)].map((sign) => sign + sign).join('') : colour.slice(1);
  const [r, g, b] = [0, 2, 4].map((at) => {
    const share = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
