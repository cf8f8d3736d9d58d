import { CrucibleError } from '../core/errors.ts';
import { ExitCode, exitCodeOf } from './exit-code.ts';
import { paint } from './terminal/style.ts';

/** Says what went wrong, as `error:` and `hint:`, on stderr. Returns the code to end with. */
export function reportFailure(error: unknown): ExitCode {
  const { message, hint, code } = describe(error);
  process.stderr.write(`${paint('red', 'error:', process.stderr)} ${message}\n`);
  if (hint) process.stderr.write(`${paint('dim', 'hint:', process.stderr)} ${hint}\n`);
  return code;
}

function describe(error: unknown): { message: string; hint: string | undefined; code: ExitCode } {
  if (error instanceof CrucibleError) {
    const { message, hint } = error;
    // The message ends with the hint, which here has a line of its own.
    const what = hint && message.endsWith(hint) ? message.slice(0, -hint.length).trim() : message;
    return { message: what, hint, code: exitCodeOf(error.code) };
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
