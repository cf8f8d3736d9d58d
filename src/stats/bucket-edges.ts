const FRACTION_BITS = 160n;

/** How a double finds its bucket: tables of the bucket edges in one octave, 2^(j / 2^scale) for j from 0 to 2^scale. */
export interface BucketEdges {
  readonly scale: number;
  /** The largest double not above each edge; the first is 1 and the last is 2. */
  readonly edges: Float64Array;
  /** For each cell of 2^-(scale + 1) of the mantissa: the bucket of the cell's first value, −1 for the one below the octave. */
  readonly bucket: Int16Array;
  /** The one edge that may lie in the cell, as the upper 20 bits and the lower 32 bits of a mantissa. */
  readonly edgeHigh: Int32Array;
  readonly edgeLow: Uint32Array;
}

const made = new Map<number, BucketEdges>();

/** The tables for a scale from 0 to 10, made once, in exact arithmetic: the platform's `Math.pow` may be an ulp off. */
export function bucketEdges(scale: number): BucketEdges {
  const known = made.get(scale);
  if (known !== undefined) return known;
  const edges = makeEdges(scale);
  made.set(scale, edges);
  return edges;
}

function makeEdges(scale: number): BucketEdges {
  const buckets = 2 ** scale;
  let root = 2n << FRACTION_BITS;
  for (let i = 0; i < scale; i++) root = squareRoot(root << FRACTION_BITS);
  const edges = new Float64Array(buckets + 1);
  let power = 1n << FRACTION_BITS;
  for (let j = 0; j < buckets; j++) {
    edges[j] = Number(power >> (FRACTION_BITS - 52n)) / 2 ** 52;
    power = (power * root) >> FRACTION_BITS;
  }
  edges[buckets] = 2;

  // Buckets are wider than cells (2^(1/n) − 1 > ln 2 / n > 1 / 2n), so that no cell holds two edges.
  const cells = buckets * 2;
  const bucket = new Int16Array(cells);
  const edgeHigh = new Int32Array(cells);
  const edgeLow = new Uint32Array(cells);
  let next = 0;
  for (let cell = 0; cell < cells; cell++) {
    while (edges[next]! < 1 + cell / cells) next++;
    const mantissa = (edges[next]! - 1) * 2 ** 52;
    bucket[cell] = next - 1;
    edgeHigh[cell] = Math.floor(mantissa / 2 ** 32);
    edgeLow[cell] = mantissa % 2 ** 32;
  }
  return { scale, edges, bucket, edgeHigh, edgeLow };
}

function squareRoot(n: bigint): bigint {
  let root = 2n << FRACTION_BITS;
  for (;;) {
    const better = (root + n / root) >> 1n;
    if (better >= root) return root;
    root = better;
  }
}

/** The largest double not above 2^(index / 2^scale): the last value of bucket `index` − 1. `scale` may be negative. */
export function edgeBelow(scale: number, index: number): number {
  if (scale < 0) return scaledDown(1, index * 2 ** -scale);
  const { edges } = bucketEdges(scale);
  const octave = Math.floor(index / 2 ** scale);
  return scaledDown(edges[index - octave * 2 ** scale]!, octave);
}

/** The smallest double above 2^(index / 2^scale): the first value of bucket `index`. */
export function edgeAbove(scale: number, index: number): number {
  const below = edgeBelow(scale, index);
  const bits = new BigUint64Array(Float64Array.of(below).buffer);
  bits[0]! += 1n;
  return new Float64Array(bits.buffer)[0]!;
}

/** `mantissa` × 2^exponent rounded down to a double, for a mantissa in [1, 2). */
function scaledDown(mantissa: number, exponent: number): number {
  if (exponent > 1023) return Number.MAX_VALUE;
  if (exponent >= -1022) return mantissa * 2 ** exponent;
  return Math.floor(mantissa * 2 ** (exponent + 1074)) * Number.MIN_VALUE;
}
