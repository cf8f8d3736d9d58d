import { CrucibleError, show } from '../core/errors.ts';

/**
 * What `find` finds of the experiments that were named. Where it fails and one of them is a word of `known`, that was meant for `--fail-on`, and
 * the error says how to write it.
 */
export async function besideFailOn<Found>(
  { failOn, wanted, known }: { failOn: string | undefined; wanted: readonly string[]; known: readonly string[] },
  find: () => Promise<Found>,
): Promise<Found> {
  try {
    return await find();
  } catch (error) {
    const stray = wanted.filter((word) => known.includes(word.replace(/,$/, '')));
    if (failOn === undefined || stray.length === 0 || !(error instanceof CrucibleError)) throw error;
    const words = [failOn, ...stray].map((word) => word.replace(/,$/, ''));
    throw new CrucibleError(error.code, `${show(stray[0])} was taken for the name of an experiment.`, {
      hint: `Words of --fail-on have commas between, and no spaces: --fail-on ${words.join(',')}`,
      cause: error,
    });
  }
}

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
