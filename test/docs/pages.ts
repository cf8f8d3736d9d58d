import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What a page shows to be run: text in which every line stands where it stands in the page, all other lines being empty. */
export interface Snippet {
  /** From the root of the repository: `docs/guide/records.md`. */
  readonly page: string;
  /** Line of the page on which the code begins, from 1. */
  readonly line: number;
  readonly code: string;
}

/** The pages that show code to readers: the README, the guide, and the questions. */
export function documentedPages(root: string): string[] {
  const pagesOf = (folder: string) => {
    const names = readdirSync(join(root, folder)).filter((name) => name.endsWith('.md'));
    return names.sort().map((name) => `${folder}/${name}`);
  };
  return ['README.md', ...pagesOf('docs/guide'), ...pagesOf('docs/questions')];
}

/** The fenced blocks of one language in a page. */
export function blocks(root: string, page: string, language: string): Snippet[] {
  const lines = readFileSync(join(root, page), 'utf8').split('\n');
  const found: Snippet[] = [];
  let fence: { language: string; line: number } | undefined;
  lines.forEach((text, i) => {
    if (!text.startsWith('```')) return;
    if (fence === undefined) {
      fence = { language: text.slice(3).trim(), line: i + 1 };
      return;
    }
    if (fence.language === language) {
      const code = lines.map((each, j) => (j >= fence!.line && j < i ? each : '')).join('\n');
      found.push({ page, line: fence.line + 1, code });
    }
    fence = undefined;
  });
  return found;
}

/** What a page of questions says that its program prints: its blocks of text, one after the other; undefined for other pages. */
export function promisedOutput(root: string, page: string): string | undefined {
  if (!page.startsWith('docs/questions/')) return undefined;
  return blocks(root, page, 'text')
    .map(({ code }) => code.trim())
    .join('\n');
}

/**
 * The JavaScript programs of the pages. Each block of the README is one: recipes are copied one at a time. A page of the guide is
 * one program from top to bottom, since it tells one story.
 */
export function programs(root: string): Snippet[] {
  return documentedPages(root).flatMap((page) => {
    const found = blocks(root, page, 'js');
    return page === 'README.md' || found.length === 0 ? found : [joined(found)];
  });
}

function joined(snippets: readonly Snippet[]): Snippet {
  const { page, line } = snippets[0]!;
  const rows = snippets.map(({ code }) => code.split('\n'));
  const code = rows[0]!.map((_, i) => rows.map((lines) => lines[i]).find((text) => text !== '') ?? '').join('\n');
  return { page, line, code };
}
