// The child process of one row: measures it and sends what came out.
import { pathToFileURL } from 'node:url';

const { budget, measure } = await import(pathToFileURL(process.argv[2]).href);

const { lines, notes = [] } = await measure();
process.send({ lines: lines.map((line) => judged({ budget, ...line })), notes }, () => process.disconnect());

/** A line with its budget as text and whether the median keeps it; `null` where there is no budget. */
function judged(line) {
  const { limit, ratio, text } = line.budget ?? {};
  if (limit === undefined) return { ...line, budget: text ?? null, met: null, bestMet: null };
  const holds = (of) => line.ours[of] <= limit && (ratio === undefined || line.peers[0][of] / line.ours[of] >= ratio);
  return { ...line, budget: text, met: holds('median'), bestMet: holds('best') };
}
