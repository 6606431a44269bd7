import type { SagaLog } from 'reprise/core';

/** Where the engine tells what it does. Details name instances and steps, never payloads. */
export interface EngineLog {
  info(message: string, details?: Readonly<Record<string, unknown>>): void;
  warn(message: string, details?: Readonly<Record<string, unknown>>): void;
  error(message: string, details?: Readonly<Record<string, unknown>>): void;
}

export const SILENT: EngineLog = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** What the code of one instance logs, with its name and id. */
export function sagaLog(log: EngineLog, saga: string, id: string): SagaLog {
  return {
    info: (message, details) => log.info(message, { saga, id, ...details }),
    warn: (message, details) => log.warn(message, { saga, id, ...details }),
  };
}
