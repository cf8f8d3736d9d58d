import { setOwn } from './snapshot.ts';

// JSON has no NaN, no infinities, no negative zero and no integers beyond 2^53. Inside `measurements` and `metadata` they are
// objects with one of these keys; a user's own object that happens to look so is wrapped in `$literal`.
const TAGS = new Set(['$number', '$bigint', '$literal']);
const NUMBERS = new Set(['NaN', 'Infinity', '-Infinity', '-0']);

/**
 * JSON text from which `fromJsonText` makes an equal value. NaN, ±Infinity and -0 are written `{"$number":"NaN"}`, unsafe
 * integers `{"$bigint":"9007199254740993"}`. A lone surrogate becomes U+FFFD, because readers of JSON reject it. Expects what
 * `snapshot` returns.
 */
export function toJsonText(value: unknown): string {
  return JSON.stringify(isPlainJson(value) ? value : tag(value)) ?? 'null';
}

/** The value that `toJsonText` wrote. Throws `SyntaxError` for text that is not JSON. */
export function fromJsonText(text: string): unknown {
  const value: unknown = JSON.parse(text);
  return text.includes('"$') ? untag(value) : value;
}

function isPlainJson(value: unknown): boolean {
  switch (typeof value) {
    case 'number':
      return Number.isFinite(value) && !Object.is(value, -0);
    case 'string':
      return value.isWellFormed();
    case 'bigint':
      return false;
    case 'object': {
      if (value === null) return true;
      if (Array.isArray(value)) return value.every(isPlainJson);
      for (const key in value) {
        if (key.charCodeAt(0) === 36 /* $ */ || !key.isWellFormed()) return false;
        if (!isPlainJson((value as Record<string, unknown>)[key])) return false;
      }
      return true;
    }
    default:
      return true;
  }
}

function tag(value: unknown): unknown {
  switch (typeof value) {
    case 'number':
      if (Object.is(value, -0)) return { $number: '-0' };
      return Number.isFinite(value) ? value : { $number: String(value) };
    case 'bigint':
      return { $bigint: String(value) };
    case 'string':
      return value.toWellFormed();
    case 'object': {
      if (value === null) return null;
      if (Array.isArray(value)) return value.map(tag);
      const result: Record<string, unknown> = {};
      for (const [key, property] of Object.entries(value)) setOwn(result, key.toWellFormed(), tag(property));
      return isTagged(result) ? { $literal: result } : result;
    }
    default:
      return value;
  }
}

function untag(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(untag);
  if (isTagged(value)) {
    const tagged = value as { $number?: string; $bigint?: string; $literal?: object };
    if (typeof tagged.$number === 'string' && NUMBERS.has(tagged.$number)) return Number(tagged.$number);
    if (typeof tagged.$bigint === 'string' && /^-?\d+$/.test(tagged.$bigint)) return BigInt(tagged.$bigint);
    if (typeof tagged.$literal === 'object' && tagged.$literal !== null) return untagProperties(tagged.$literal);
  }
  return untagProperties(value);
}

function untagProperties(value: object): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const [key, property] of Object.entries(value)) setOwn(result, key, untag(property));
  return result;
}

function isTagged(value: object): boolean {
  const keys = Object.keys(value);
  return keys.length === 1 && TAGS.has(keys[0]!);
}
