import type { Deviation } from '../../analysis/hypothesis/deviations.ts';
import { count, NONE } from '../../core/figures.ts';
import { type Block, note, paragraph } from '../document/block.ts';

/** What is not as it was planned, and whether data could have suggested it. */
export function deviations(found: readonly Deviation[]): Block[] {
  if (found.length === 0) return [paragraph('Nothing differs from the plan as it was frozen.')];
  const late = found.filter(({ after_data }) => after_data).length;
  return [
    ...(late === 0
      ? []
      : [
          note(
            `${count(late)} ${late === 1 ? 'thing differs' : 'things differ'} from the plan and came when there were data, which may have suggested ${late === 1 ? 'it' : 'them'}. The plan was followed in all that it says.`,
          ),
        ]),
    {
      kind: 'table',
      caption: 'What is not as planned',
      columns: [{ title: 'What' }, { title: 'Planned' }, { title: 'Found' }, { title: 'After data were seen' }],
      rows: found.map(({ what, planned: was, actual, after_data }) => [
        what,
        shown(was),
        shown(actual),
        after_data ? 'yes' : 'no',
      ]),
    },
  ];
}

function shown(value: unknown): string {
  if (value === null || value === undefined) return NONE;
  return typeof value === 'string' ? value : JSON.stringify(value);
}
