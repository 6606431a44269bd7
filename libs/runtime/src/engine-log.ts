/** Where the engine tells what it does. Details name instances and steps, never payloads. */
export interface EngineLog {
  info(message: string, details?: Readonly<Record<string, unknown>>): void;
  warn(message: string, details?: Readonly<Record<string, unknown>>): void;
  error(message: string, details?: Readonly<Record<string, unknown>>): void;
}

export const SILENT: EngineLog = { info: () => undefined, warn: () => undefined, error: () => undefined };
