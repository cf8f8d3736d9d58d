import type { Block, Cell, Document } from './block.ts';
import { escapeMarkdown, escapeMarkdownLine, visible } from './escape.ts';

/** The document in Markdown with tables as GitHub reads them. Figures are drawn in characters, or described. */
export function toMarkdown({ title, subtitle, blocks }: Document): string {
  const parts = [`# ${escapeMarkdown(title)}`, escapeMarkdownLine(subtitle), ...blocks.map(blockMarkdown)];
  return `${parts.join('\n\n')}\n`;
}

function blockMarkdown(block: Block): string {
  switch (block.kind) {
    case 'heading':
      return `${'#'.repeat(block.level)} ${escapeMarkdown(block.text)}`;
    case 'paragraph':
      return `${block.note ? '> ' : ''}${escapeMarkdownLine(block.text)}`;
    case 'answer':
      return `> **${escapeMarkdown(textOf(block.answer))}** ${escapeMarkdown(block.text)}`;
    case 'list':
      return block.items.map((item) => `- ${escapeMarkdownLine(item)}`).join('\n');
    case 'pairs':
      return block.pairs.map(([name, value]) => `- **${escapeMarkdown(name)}**: ${escapeMarkdown(value)}`).join('\n');
    case 'table':
      return tableMarkdown(block);
    case 'figure': {
      const words = escapeMarkdownLine(
        `${block.title}. ${block.text === undefined ? block.description : block.caption}`,
      );
      return block.text === undefined ? words : `${fenced(block.text, 'text')}\n\n${words}`;
    }
    case 'code':
      return fenced(block.text, block.language);
  }
}

function tableMarkdown({ caption, columns, rows }: Extract<Block, { kind: 'table' }>): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [
    `**${escapeMarkdown(caption)}**`,
    '',
    line(columns.map(({ title }) => escapeMarkdown(title))),
    line(columns.map(({ align }) => (align === 'right' ? '--:' : '---'))),
    ...rows.map((row) => line(row.map((cell) => escapeMarkdown(textOf(cell))))),
  ].join('\n');
}

function textOf(cell: Cell): string {
  return typeof cell === 'string' ? cell : cell.text;
}

// A fence is longer than any row of backticks in what it holds.
function fenced(text: string, language: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}${language}\n${visible(text)}\n${fence}`;
}
