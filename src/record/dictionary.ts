const MAX_CODES = 4096;
const TRIAL = 256;

/**
 * Numbers for strings that repeat. A column whose strings turn out to be mostly different (request ids) says so through
 * `inline`, and keeps the strings themselves instead: a table of unique strings costs more than it saves.
 */
export class Dictionary {
  readonly texts: string[] = [];
  inline = false;
  readonly #codes = new Map<string, number>();
  #hits = 0;
  #lastText: string | undefined;
  #lastCode = -1;

  /** The code of a string, from 0, or −1 when the column has to keep it inline. */
  code(text: string): number {
    if (text === this.#lastText) return this.#lastCode;
    let code = this.#codes.get(text);
    if (code === undefined) {
      if (this.inline) return -1;
      code = this.texts.length;
      if (code >= MAX_CODES || (code >= TRIAL && this.#hits < code)) {
        this.inline = true;
        return -1;
      }
      this.texts.push(text);
      this.#codes.set(text, code);
    } else {
      this.#hits++;
    }
    this.#lastText = text;
    this.#lastCode = code;
    return code;
  }
}
