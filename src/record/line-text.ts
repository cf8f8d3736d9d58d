import { toJsonText } from './json.ts';

// Everything that JSON text may hold as it is. Surrogates go the slow way, where lone ones are replaced.
const NOT_PLAIN = /[^ !#-[\]-\ud7ff\ue000-\uffff]/;

/** JSON text of a string; a lone surrogate becomes U+FFFD. */
export function stringText(text: string): string {
  return NOT_PLAIN.test(text) ? JSON.stringify(text.toWellFormed()) : `"${text}"`;
}

/** JSON text of a value of a fixed field, '' for null and undefined. NaN and the infinities are quoted. */
export function fieldText(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return stringText(value);
    case 'number':
      // Some readers of JSON take -0 for an integer, which has no sign.
      if (value === 0) return Object.is(value, -0) ? '-0.0' : '0';
      return value - value === 0 ? String(value) : `"${value}"`;
    case 'boolean':
      return value ? 'true' : 'false';
    default:
      return value === null || value === undefined ? '' : toJsonText(value);
  }
}

/** JSON text of a value inside `measurements` or `metadata` as `toJsonText` has it, '' for undefined. */
export function nestedText(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return stringText(value);
    case 'number':
      return value - value === 0 && !Object.is(value, -0) ? String(value) : toJsonText(value);
    case 'undefined':
      return '';
    default:
      return toJsonText(value);
  }
}
