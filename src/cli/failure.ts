import { CrucibleError, type ErrorCode } from '../core/errors.ts';
import { ExitCode, exitCodeOf } from './exit-code.ts';
import { say } from './terminal/output.ts';
import { paint } from './terminal/style.ts';

// What an answer without anything in it ends with: where data was left out, that is why.
const LEFT_EMPTY: readonly ErrorCode[] = ['no_events', 'nothing_to_compare'];

/**
 * Says what went wrong, as `error:` and `hint:`, on stderr. Returns the code to end with.
 *
 * @param damage What could not be read before that.
 */
export function reportFailure(error: unknown, damage?: string): ExitCode {
  const isLeftEmpty = error instanceof CrucibleError && LEFT_EMPTY.includes(error.code) && damage !== undefined;
  const { message, hint, code } = describe(isLeftEmpty ? nothingReadable(damage) : error);
  say(`${paint('red', 'error:', process.stderr)} ${message}`);
  if (hint) say(`${paint('dim', 'hint:', process.stderr)} ${hint}`);
  return code;
}

function nothingReadable(damage: string): CrucibleError {
  return new CrucibleError('damaged_data', `Nothing that was asked for can be read. ${damage}`, {
    hint: 'crucible verify says what is damaged.',
  });
}

function describe(error: unknown): { message: string; hint: string | undefined; code: ExitCode } {
  if (error instanceof CrucibleError) {
    const { message, hint } = error;
    // The message ends with the hint, which here has a line of its own.
    const what = hint && message.endsWith(hint) ? message.slice(0, -hint.length).trim() : message;
    return { message: what, hint, code: exitCodeOf(error) };
  }
  const text = error instanceof Error ? error.message : String(error);
  const trace = process.env.CRUCIBLE_DEBUG && error instanceof Error ? `\n${error.stack}` : '';
  const system = typeof error === 'object' && error !== null && 'syscall' in error;
  return {
    message: `${text}${trace}`,
    hint: system ? undefined : 'This is not an error that was foreseen; CRUCIBLE_DEBUG=1 shows where it comes from.',
    code: ExitCode.FAILED,
  };
}
