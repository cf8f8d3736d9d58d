// Control characters are in no text that a person reads; the others turn the order of what follows round and make it look like
// something else.
const UNSEEN = /[\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069]/gu;
const HTML: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text for an element or an attribute in quotes. Line ends and tabs stay. */
export function escapeHtml(text: string): string {
  return visible(text).replace(/[&<>"']/g, (sign) => HTML[sign]!);
}

const LONGEST = 16;
const PIECE = 20;

/** The same with places where a long word may end its line: after signs that join words, else every so many characters. */
export function breakableHtml(text: string): string {
  return text
    .split(/(\s+)/)
    .map((word) => (word.length <= LONGEST ? escapeHtml(word) : piecesOf(word).map(escapeHtml).join('<wbr>')))
    .join('');
}

function piecesOf(word: string): string[] {
  return word.split(/(?<=[_./:,-])/).flatMap((piece) => {
    const characters = [...piece];
    return Array.from({ length: Math.ceil(characters.length / PIECE) }, (_, i) =>
      characters.slice(i * PIECE, (i + 1) * PIECE).join(''),
    );
  });
}

/** Text within a line of Markdown: nothing in it is a link, an emphasis, a cell or an element. Line ends become spaces. */
export function escapeMarkdown(text: string): string {
  return visible(text)
    .replace(/\s*[\r\n]+\s*/g, ' ')
    .replace(/&(?=#?\w+;)|[<>]/g, (sign) => HTML[sign]!)
    .replace(/[\\`*[\]|~$]/g, '\\$&')
    .replace(/(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, '\\_');
}

/** The same where a line begins: it is no heading, list or rule either. */
export function escapeMarkdownLine(text: string): string {
  return escapeMarkdown(text.trimStart()).replace(/^[#+=-]|^(\d+)(?=[.)](?:\s|$))/, (sign, number?: string) =>
    number === undefined ? `\\${sign}` : `${number}\\`,
  );
}

/** Characters that are not to be seen, or that reorder what is, become `\uFFFD`. */
export function visible(text: string): string {
  return text.replace(UNSEEN, (sign) => (sign === '\n' || sign === '\r' || sign === '\t' ? sign : '\ufffd'));
}
