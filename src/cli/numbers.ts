import { CrucibleError, show } from '../core/errors.ts';

/** The number that was given, if any. Throws `invalid_argument` for what is no number. */
export function numberOf(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const number = text.trim() === '' ? Number.NaN : Number(text);
  if (Number.isFinite(number)) return number;
  throw refused(`${flag} is ${show(text)}.`, 'Give a number.');
}

/**
 * Positive numbers by what they are for, each given as `name=number`. Throws `invalid_argument` for what is none, or comes twice.
 *
 * @param example What the flag may be given: `latency_ms=0.1`.
 */
export function numbersByName(flag: string, texts: readonly string[], example: string): Record<string, number> {
  const found = new Map<string, number>();
  for (const text of texts) {
    // The name of an arm may have the sign itself.
    const at = text.lastIndexOf('=');
    const [name, number] = [text.slice(0, at), text.slice(at + 1)];
    if (at < 1 || !(Number(number) > 0 && Number(number) < Number.POSITIVE_INFINITY)) {
      throw refused(`${flag} is ${show(text)}.`, `Give a name and a number above 0: ${flag} ${example}`);
    }
    if (found.has(name)) throw refused(`${flag} has ${show(name)} twice.`, 'Say each once.');
    found.set(name, Number(number));
  }
  return Object.fromEntries(found);
}

function refused(what: string, hint: string): CrucibleError {
  return new CrucibleError('invalid_argument', what, { hint });
}
