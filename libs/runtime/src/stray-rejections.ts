import { recordError, wasThrownToCode } from 'reprise/core';
import type { EngineLog } from './engine-log.js';

/**
 * Keeps the process alive when a branch of a saga's code, which nobody awaits, ends in an error that the engine threw to it, after a
 * cancellation for instance. Node would end the process, and with it every instance in it.
 *
 * All other unhandled rejections fare as they would without this: where nobody else listens for them, they end the process.
 * @returns a function that takes it back
 */
export function surviveStrayRejections(log: EngineLog): () => void {
  const listen = (reason: unknown): void => {
    if (wasThrownToCode(reason)) {
      log.warn(
        'A promise in a saga was rejected and nobody awaited it; the instance goes on. Await every promise in run().',
        {
          cause: recordError(reason).message,
        },
      );
    } else if (process.listenerCount('unhandledRejection') === 1 && !modeIsChosen()) {
      throw reason;
    }
  };
  process.on('unhandledRejection', listen);
  return () => process.off('unhandledRejection', listen);
}

/** With a mode of their own choice, Node deals with them itself whoever listens. */
function modeIsChosen(): boolean {
  const flags = [...process.execArgv, process.env['NODE_OPTIONS'] ?? ''].join(' ');
  return flags.includes('--unhandled-rejections');
}
