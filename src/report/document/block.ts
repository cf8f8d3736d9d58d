/** How a cell or an answer is to be taken. It is told by a sign and a colour, beside the words. */
export type Tone = 'better' | 'worse' | 'equivalent' | 'inconclusive' | 'supported' | 'not_supported';

export type Cell = string | { readonly text: string; readonly tone: Tone };

export interface TableColumn {
  readonly title: string;
  /** Numbers stand to the right. Default left. */
  readonly align?: 'right';
}

/**
 * A part of a document, before it is HTML or Markdown. All text in it is plain: what it is written in escapes it. The first cell of a row
 * of a table names the row.
 */
export type Block =
  | { readonly kind: 'heading'; readonly level: 2 | 3; readonly text: string }
  | { readonly kind: 'paragraph'; readonly text: string; readonly note?: true }
  | { readonly kind: 'answer'; readonly answer: Exclude<Cell, string>; readonly text: string }
  | { readonly kind: 'list'; readonly items: readonly string[] }
  | { readonly kind: 'pairs'; readonly pairs: readonly (readonly [string, string])[] }
  | {
      readonly kind: 'table';
      readonly caption: string;
      readonly columns: readonly TableColumn[];
      readonly rows: readonly (readonly Cell[])[];
    }
  | Figure
  | { readonly kind: 'code'; readonly language: string; readonly text: string };

/** A drawing, and what stands for it where nothing can be drawn. */
export interface Figure {
  readonly kind: 'figure';
  readonly title: string;
  /** What is to be seen in it, in sentences, for who cannot see it. */
  readonly description: string;
  /** The elements inside of `<svg>`. Made by `element`, which escapes. */
  readonly drawing: string;
  readonly width: number;
  readonly height: number;
  /** The same in characters. */
  readonly text?: string;
  readonly caption: string;
}

/** A whole document. Its blocks begin with a heading of level 2. */
export interface Document {
  readonly title: string;
  readonly subtitle: string;
  readonly blocks: readonly Block[];
}

export function heading(level: 2 | 3, text: string): Block {
  return { kind: 'heading', level, text };
}

export function paragraph(text: string): Block {
  return { kind: 'paragraph', text };
}

/** A paragraph that must not be overlooked. */
export function note(text: string): Block {
  return { kind: 'paragraph', text, note: true };
}
