import { createRequire } from 'node:module';

const KEPT = /^[a-z0-9._-]$/;
const UPPER = /^[A-Z]$/;
// Names of devices on Windows, whatever follows a dot.
const DEVICE = /^(con|prn|aux|nul|com\d|lpt\d)(?=\.|$)/;
const MAX_BYTES = 200;

/**
 * The name of a folder for an id. Lower-case letters, digits, `.`, `_` and `-` stay; `+t` is `T`, and `%e2` a byte of UTF-8. Two
 * ids never have one name, nor names that differ only in case. The name of a very long id is its beginning and, after a `~`, its
 * SHA-256.
 */
export function fileSafe(id: string): string {
  let name = '';
  for (const character of id) {
    if (KEPT.test(character)) name += character;
    else if (UPPER.test(character)) name += `+${character.toLowerCase()}`;
    else name += escaped(character);
  }
  // A dot in front hides a folder or leaves it, and Windows drops one at the end.
  name = name.replace(/^\.|\.$/g, escaped).replace(DEVICE, (device) => escaped(device[0]!) + device.slice(1));
  if (name.length <= MAX_BYTES) return name;
  return `${name.slice(0, MAX_BYTES - 65)}~${sha256(id)}`;
}

// Loaded when an id is that long, which is hardly ever.
function sha256(text: string): string {
  const { createHash } = createRequire(import.meta.url)('node:crypto') as typeof import('node:crypto');
  return createHash('sha256').update(text).digest('hex');
}

function escaped(character: string): string {
  return Array.from(Buffer.from(character), (byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
}
