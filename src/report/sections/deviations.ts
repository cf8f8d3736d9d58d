import type { Deviation } from '../../analysis/hypothesis/deviations.ts';
import { type Block, note, paragraph } from '../document/block.ts';
import { AS_PLANNED, deviationTexts, lateText } from '../hypothesis/outcome-texts.ts';

/** What is not as it was planned, and whether data could have suggested it. */
export function deviations(found: readonly Deviation[]): Block[] {
  if (found.length === 0) return [paragraph(AS_PLANNED)];
  const late = lateText(found);
  return [
    ...(late === null ? [] : [note(late)]),
    {
      kind: 'table',
      caption: 'What is not as planned',
      columns: [{ title: 'What' }, { title: 'Planned' }, { title: 'Found' }, { title: 'After data were seen' }],
      rows: found.map(deviationTexts),
    },
  ];
}
