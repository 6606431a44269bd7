import { EXIT, type ExitCode } from './exit-code.js';

/** Why a command was stopped, and what the process answers. */
export class Interruption extends Error {
  constructor(readonly exit: ExitCode) {
    super('The command was stopped.');
  }
}

/** Ctrl+C. */
export function interrupted(): Interruption {
  return new Interruption(EXIT.interrupted);
}

/** `| head` has read enough: nothing is wrong with that. */
export function readerLeft(): Interruption {
  return new Interruption(EXIT.done);
}

/** Resolves after `ms`, or at once when the command is stopped. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done);
  });
}
