import { format, formatRatio } from './summary.js';

const HEAD = ['row', 'what', 'budget', 'median', 'best', 'peer', 'peer median', 'peer best', 'ratio', 'met'];

/** The cells of a line: one list for each peer, or one without. The ratio is peer to ours, of medians: above 1 we need less. */
export function cellsOf(row, line) {
  const { what, unit = 'ns', budget, ours } = line;
  const peers = line.peers?.length ? line.peers : [undefined];
  return peers.map((peer, i) => [
    ...(i === 0
      ? [row, what, budget ?? '–', format(ours.median, unit), format(ours.best, unit)]
      : ['', '', '', '', '']),
    ...(peer
      ? [peer.name, format(peer.median, unit), format(peer.best, unit), formatRatio(peer.median / ours.median)]
      : ['–', '–', '–', '–']),
    i === 0 ? verdict(line) : '',
  ]);
}

export function markdownTable(lines) {
  return [HEAD, HEAD.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function verdict({ met, bestMet }) {
  if (met === null) return '–';
  if (met) return 'yes';
  return bestMet ? 'no (best: yes)' : 'no';
}
