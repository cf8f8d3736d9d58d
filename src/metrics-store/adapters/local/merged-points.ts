import type { MetricPoint } from '../../metrics-store.ts';

interface Head {
  readonly rest: AsyncIterator<MetricPoint>;
  point: MetricPoint;
}

/**
 * The points of several sources as one: each source in its order, and of those that come next the one with the earliest
 * timestamp, of the first source where they are equal.
 */
export async function* mergedPoints(sources: readonly AsyncIterable<MetricPoint>[]): AsyncGenerator<MetricPoint> {
  const heads: Head[] = [];
  try {
    for (const source of sources) {
      const rest = source[Symbol.asyncIterator]();
      const { value, done } = await rest.next();
      if (!done) heads.push({ rest, point: value });
    }
    while (heads.length > 0) {
      const head = earliest(heads);
      yield head.point;
      const { value, done } = await head.rest.next();
      if (done) heads.splice(heads.indexOf(head), 1);
      else head.point = value;
    }
  } finally {
    // A reader that leaves early must not leave files open.
    for (const { rest } of heads) await rest.return?.();
  }
}

function earliest(heads: readonly Head[]): Head {
  let first = heads[0]!;
  for (const head of heads) if (head.point.timestamp < first.point.timestamp) first = head;
  return first;
}
