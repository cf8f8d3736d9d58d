import { CrucibleError, show } from '../core/errors.ts';

/** What a run in CI is to fail on: the words of `--fail-on`. Throws `invalid_argument` for one that is not among `known`. */
export function failingOn<Word extends string>(text: string | undefined, known: readonly Word[]): readonly Word[] {
  const words = text === undefined ? [] : text.split(',').map((word) => word.trim());
  return words.map((word) => {
    const found = known.find((one) => one === word);
    if (found !== undefined) return found;
    throw new CrucibleError('invalid_argument', `--fail-on has ${show(word)}.`, {
      hint: `Give some of ${known.join(', ')}, with commas between.`,
    });
  });
}
