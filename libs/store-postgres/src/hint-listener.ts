import type pg from 'pg';
import type { Connection } from './connection.js';

const FIRST_WAIT = 250;
const LONGEST_WAIT = 30_000;

/** The channel that carries the hints of one schema. */
export function hintChannel(schemaName: string): string {
  return `reprise:${schemaName}`;
}

/**
 * Listens for hints on a connection of its own, and connects again when that breaks, waiting longer each time.
 * Hints are hints (law W7): whoever gets none still polls.
 */
export class HintListener {
  /** Listeners, by what their hints are about; the empty text for work. */
  private readonly listeners = new Map<string, Set<() => void>>();
  private client: pg.Client | undefined;
  private timer: NodeJS.Timeout | undefined;
  private wait = FIRST_WAIT;
  private running = false;

  constructor(private readonly connection: Connection) {}

  /** @param subject what the hint carries; the empty text for work */
  add(listener: () => void, subject = ''): () => void {
    const listeners = this.listeners.get(subject) ?? new Set();
    this.listeners.set(subject, listeners.add(listener));
    return () => listeners.delete(listener);
  }

  start(): void {
    if (this.running) return;
    this.running = true;
    void this.connect();
  }

  async stop(): Promise<void> {
    this.running = false;
    clearTimeout(this.timer);
    const client = this.client;
    this.client = undefined;
    await client?.end().catch(() => {});
  }

  /** Never rejects: a failure leads to the next try. */
  private async connect(): Promise<void> {
    let client: pg.Client | undefined;
    try {
      client = this.connection.dedicated();
      this.client = client;
      const broken = client;
      client.on('error', () => this.lost(broken));
      client.on('end', () => this.lost(broken));
      client.on('notification', ({ payload = '' }) => this.tell(payload));
      await client.connect();
      await client.query(`listen "${hintChannel(this.connection.schemaName)}"`);
      this.wait = FIRST_WAIT;
      // Whatever was said while nobody listened.
      for (const subject of this.listeners.keys()) this.tell(subject);
    } catch {
      this.lost(client);
    }
  }

  private lost(client: pg.Client | undefined): void {
    if (!this.running || this.client !== client) return;
    this.client = undefined;
    client?.end().catch(() => {});
    this.timer = setTimeout(() => void this.connect(), this.wait);
    this.timer.unref();
    this.wait = Math.min(this.wait * 2, LONGEST_WAIT);
  }

  private tell(subject: string): void {
    for (const listener of this.listeners.get(subject) ?? []) listener();
  }
}
