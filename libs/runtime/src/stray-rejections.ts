import { recordError, wasThrownToCode } from 'reprise/core';
import type { EngineLog } from './engine-log.js';

/** The engines that are open, each with its log, all behind one listener of the process. */
const open = new Set<{ readonly log: EngineLog }>();

/**
 * Keeps the process alive when a branch of a saga's code, which nobody awaits, ends in an error that the engine threw to it, after a
 * cancellation for instance. Node would end the process, and with it every instance in it.
 *
 * All other unhandled rejections fare as they would without this, however many engines are open: where nobody else listens for them, they
 * end the process.
 * @returns a function that takes it back
 */
export function surviveStrayRejections(log: EngineLog): () => void {
  if (open.size === 0) process.on('unhandledRejection', listen);
  const engine = { log };
  open.add(engine);
  return () => {
    if (open.delete(engine) && open.size === 0) process.off('unhandledRejection', listen);
  };
}

function listen(reason: unknown): void {
  if (wasThrownToCode(reason)) {
    const what =
      'A promise in a saga was rejected and nobody awaited it; the instance goes on. Await every promise in run().';
    // Whose it was nobody can tell.
    for (const { log } of open) log.warn(what, { cause: recordError(reason).message });
  } else if (process.listenerCount('unhandledRejection') === 1 && !modeIsChosen()) {
    throw reason;
  }
}

/** With a mode of their own choice, Node deals with them itself whoever listens. */
function modeIsChosen(): boolean {
  const flags = [...process.execArgv, process.env['NODE_OPTIONS'] ?? ''].join(' ');
  return flags.includes('--unhandled-rejections');
}
