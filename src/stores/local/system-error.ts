import { getSystemErrorMap } from 'node:util';

/** The error that the system's number stands for. */
export function systemError(errno: number): NodeJS.ErrnoException {
  const [code, message] = getSystemErrorMap().get(errno) ?? ['EUNKNOWN', `system error ${errno}`];
  return Object.assign(new Error(message), { code, errno });
}
