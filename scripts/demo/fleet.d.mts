export interface Service {
  readonly name: string;
  readonly port: number;
  readonly pid: number;
  readonly isReady: boolean;
  readonly restarts: number;
  ready(): Promise<void>;
  /** Answers whether there was a process to kill. */
  kill(signal?: NodeJS.Signals): boolean;
  stop(): Promise<void>;
}
export interface Fleet {
  readonly services: readonly Service[];
  readonly shops: readonly Service[];
  readonly participants: readonly Service[];
  readonly token: string;
  stop(): Promise<void>;
  request(method: string, route: string, body?: unknown): Promise<{ status: number; body: unknown }>;
}
export function startFleet(settings: {
  url: string;
  token: string;
  season: string;
  logs: string;
  shops?: number;
  faultRate?: number;
  transport?: string;
  /** As for `npm start -- --model`. Default orchestrated. */
  model?: string;
  /** At which of its requests a service is killed, when it has done what was asked and has not answered yet. */
  dies?: Readonly<Record<string, number>>;
  tell?: (line: string) => void;
  shopPort?: number;
}): Promise<Fleet>;
