/** Measures a row and judges its lines: `met` is whether the median keeps the budget, `null` where there is none. */
export async function measureRow(url) {
  const { name, budget, measure } = await import(url);
  const { lines, notes = [] } = await measure();
  return { name, lines: lines.map((line) => judged({ budget, ...line })), notes };
}

function judged(line) {
  const { limit, ratio, text } = line.budget ?? {};
  if (limit === undefined) return { ...line, budget: text ?? null, met: null, bestMet: null };
  const holds = (of) => line.ours[of] <= limit && (ratio === undefined || line.peers[0][of] / line.ours[of] >= ratio);
  return { ...line, budget: text, met: holds('median'), bestMet: holds('best') };
}
