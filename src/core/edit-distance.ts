/**
 * Whether one text becomes the other by at most `limit` insertions, deletions and replacements of a character (Levenshtein, 1966).
 * Only the diagonal band that the limit allows is looked at.
 */
export function withinEdits(from: string, to: string, limit: number): boolean {
  if (Math.abs(from.length - to.length) > limit) return false;
  let above = Array.from({ length: to.length + 1 }, (_, j) => j);
  for (let i = 1; i <= from.length; i++) {
    const row: number[] = new Array(to.length + 1).fill(limit + 1);
    if (i <= limit) row[0] = i;
    let least = row[0]!;
    for (let j = Math.max(1, i - limit); j <= Math.min(to.length, i + limit); j++) {
      const replaced = above[j - 1]! + (from[i - 1] === to[j - 1] ? 0 : 1);
      row[j] = Math.min(replaced, above[j]! + 1, row[j - 1]! + 1);
      least = Math.min(least, row[j]!);
    }
    if (least > limit) return false;
    above = row;
  }
  return above[to.length]! <= limit;
}
