/** A source of uniform numbers in [0, 1). Injected wherever chance decides, so that tests and reruns can repeat it. */
export type Random = () => number;

/**
 * A seeded generator: sfc32 (Chris Doty-Humphrey, PractRand), 128 bits of state, seeded by `hash32` of the seed's text.
 * Equal seeds give equal sequences on every platform.
 */
export function seededRandom(seed: number | string): Random {
  const text = String(seed);
  let a = hash32(`a${text}`);
  let b = hash32(`b${text}`);
  let c = hash32(`c${text}`);
  let counter = 1;
  const next = () => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + sum) | 0;
    return (sum >>> 0) / 4294967296;
  };
  for (let i = 0; i < 16; i++) next();
  return next;
}

/** FNV-1a over UTF-16 code units, finished with the murmur3 mixer so that near strings land far apart. Unsigned 32 bits. */
export function hash32(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
