import { redaction, type SagaLog } from 'reprise/core';

/** Where the engine tells what it does. Details name instances and steps, never payloads. */
export interface EngineLog {
  info(message: string, details?: Readonly<Record<string, unknown>>): void;
  warn(message: string, details?: Readonly<Record<string, unknown>>): void;
  error(message: string, details?: Readonly<Record<string, unknown>>): void;
}

export const SILENT: EngineLog = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** Takes out of details what must not be logged. */
export type Redaction = <T>(details: T) => T;

/** @param paths as `redact` takes them */
export function redactionOf(paths: readonly string[] = []): Redaction {
  return paths.length === 0 ? (details) => details : redaction(paths);
}

/** What the code of one instance logs, with its name and id. */
export function sagaLog(log: EngineLog, saga: string, id: string, redacted: Redaction): SagaLog {
  return {
    info: (message, details) => log.info(message, { saga, id, ...redacted(details) }),
    warn: (message, details) => log.warn(message, { saga, id, ...redacted(details) }),
  };
}
