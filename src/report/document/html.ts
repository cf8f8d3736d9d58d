import type { Block, Cell, Document, Figure } from './block.ts';
import { breakableHtml, escapeHtml } from './escape.ts';
import { STYLE } from './style.ts';

// What the page may load: nothing. A browser then refuses even what a mistake of ours would let through.
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";
// Characters from which on a cell is given room to be read in lines.
const LONG = 24;
const SIGNS = {
  better: '▲',
  worse: '▼',
  equivalent: '≈',
  inconclusive: '?',
  supported: '✓',
  not_supported: '✗',
} as const;

/** The document as one HTML file that needs nothing else: no script, no font, no network. */
export function toHtml({ title, subtitle, blocks }: Document): string {
  const sections = sectionsOf(blocks);
  const contents = sections.map(({ id, title: text }) => `<li><a href="#${id}">${escapeHtml(text)}</a></li>`);
  const numbers = { table: 0, figure: 0 };
  const body = sections.map(
    ({ id, blocks: own }) =>
      `<section aria-labelledby="${id}">\n${own.map((block) => blockHtml(block, id, numbers)).join('\n')}\n</section>`,
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="generator" content="crucible-telemetry">
<title>${escapeHtml(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<header>
<h1>${escapeHtml(title)}</h1>
<p>${escapeHtml(subtitle)}</p>
</header>
<nav aria-label="Contents">
<ol>${contents.join('')}</ol>
</nav>
<main>
${body.join('\n')}
</main>
</body>
</html>
`;
}

interface Section {
  readonly id: string;
  readonly title: string;
  readonly blocks: Block[];
}

function sectionsOf(blocks: readonly Block[]): Section[] {
  const sections: Section[] = [];
  for (const block of blocks) {
    if (block.kind === 'heading' && block.level === 2) {
      sections.push({ id: `section-${sections.length + 1}`, title: block.text, blocks: [block] });
    } else {
      sections.at(-1)?.blocks.push(block);
    }
  }
  return sections;
}

function blockHtml(block: Block, section: string, numbers: { table: number; figure: number }): string {
  switch (block.kind) {
    case 'heading':
      return block.level === 2
        ? `<h2 id="${section}">${escapeHtml(block.text)}</h2>`
        : `<h3>${escapeHtml(block.text)}</h3>`;
    case 'paragraph':
      return `<p${block.note ? ' class="note"' : ''}>${escapeHtml(block.text)}</p>`;
    case 'answer':
      return `<p class="answer"><strong>${cellHtml(block.answer)}</strong> ${escapeHtml(block.text)}</p>`;
    case 'list':
      return `<ul>${block.items.map((item) => `<li>${escapeHtml(item)}</li>`).join('')}</ul>`;
    case 'pairs':
      return `<dl>${block.pairs.map(([name, value]) => `<div><dt>${escapeHtml(name)}</dt><dd>${breakableHtml(value)}</dd></div>`).join('')}</dl>`;
    case 'table':
      return tableHtml(block, `table-${++numbers.table}`);
    case 'figure':
      return figureHtml(block, `figure-${++numbers.figure}`);
    case 'code':
      return `<pre tabindex="0"><code class="language-${escapeHtml(block.language)}">${escapeHtml(block.text)}</code></pre>`;
  }
}

// A wide table scrolls in a region of its own, which the keyboard can reach.
function tableHtml({ caption, columns, rows }: Extract<Block, { kind: 'table' }>, id: string): string {
  const kind = (column: number, text: string, inHead = false) => {
    const isNumber = columns[column]?.align === 'right';
    const names = [...(isNumber ? ['number'] : []), ...(text.length > LONG && (inHead || !isNumber) ? ['long'] : [])];
    return names.length === 0 ? '' : ` class="${names.join(' ')}"`;
  };
  const head = columns.map(({ title }, i) => `<th scope="col"${kind(i, title, true)}>${breakableHtml(title)}</th>`);
  const body = rows.map((row) => {
    const cells = row.map((cell, i) =>
      i === 0
        ? `<th scope="row"${kind(i, textOf(cell))}>${cellHtml(cell)}</th>`
        : `<td${kind(i, textOf(cell))}>${columns[i]?.align === 'right' ? numbersHtml(textOf(cell)) : cellHtml(cell)}</td>`,
    );
    return `<tr>${cells.join('')}</tr>`;
  });
  return `<div class="scroll" role="region" aria-labelledby="${id}" tabindex="0"><table>
<caption id="${id}"><span>${breakableHtml(caption)}</span></caption>
<thead><tr>${head.join('')}</tr></thead>
<tbody>
${body.join('\n')}
</tbody>
</table></div>`;
}

// A sign stays with its number where a line may end.
function numbersHtml(text: string): string {
  return text.replace(/\S+/g, (word) => (/^[−+]./.test(word) ? `<span>${escapeHtml(word)}</span>` : escapeHtml(word)));
}

function textOf(cell: Cell): string {
  return typeof cell === 'string' ? cell : cell.text;
}

function cellHtml(cell: Cell): string {
  if (typeof cell === 'string') return breakableHtml(cell);
  return `<span class="${cell.tone}"><span aria-hidden="true">${SIGNS[cell.tone]}</span> ${escapeHtml(cell.text)}</span>`;
}

function figureHtml({ title, description, drawing, width, height, caption }: Figure, id: string): string {
  return `<figure>
<div class="scroll" role="region" aria-labelledby="${id}-title" tabindex="0">
<svg role="img" aria-labelledby="${id}-title ${id}-description" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">
<title id="${id}-title">${escapeHtml(title)}</title>
<desc id="${id}-description">${escapeHtml(description)}</desc>
${drawing}
</svg>
</div>
<figcaption>${breakableHtml(`${title}. ${caption}`)}</figcaption>
</figure>`;
}
