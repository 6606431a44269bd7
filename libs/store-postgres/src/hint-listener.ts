import type pg from 'pg';
import type { StoreTrouble } from 'reprise/core';
import type { Connection } from './connection.js';
import { HintProof, PROOF_DEADLINE, silentHints } from './hint-proof.js';
import { backend } from './statements/backend.js';
import { notify } from './statements/notify.js';

const FIRST_WAIT = 250;
const LONGEST_WAIT = 30_000;

/** The channel that carries the hints of one schema. */
export function hintChannel(schemaName: string): string {
  return `reprise:${schemaName}`;
}

/**
 * Listens for hints on a connection of its own, and connects again when that breaks, waiting longer each time.
 * Hints are hints (law W7): whoever gets none still polls. Each time it is connected it proves that hints arrive: behind some poolers LISTEN
 * succeeds, and nothing ever comes.
 */
export class HintListener {
  /** Listeners, by what their hints are about; the empty text for work. */
  private readonly listeners = new Map<string, Set<() => void>>();
  private client: pg.Client | undefined;
  private timer: NodeJS.Timeout | undefined;
  private wait = FIRST_WAIT;
  private running = false;
  private readonly troubled = new Set<(trouble: StoreTrouble) => void>();
  private proof: HintProof | undefined;
  /** Said once, and again only after hints have come back in between. */
  private warned = false;

  /** @param deadline milliseconds in which a hint of its own has to come back */
  constructor(
    private readonly connection: Connection,
    private readonly deadline = PROOF_DEADLINE,
  ) {}

  /** Tells when hints do not arrive, which nobody would notice otherwise: everything goes on, later. */
  onTrouble(listener: (trouble: StoreTrouble) => void): () => void {
    this.troubled.add(listener);
    return () => this.troubled.delete(listener);
  }

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
    this.proof?.end();
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
      client.on('notification', ({ payload = '' }) => this.hear(payload));
      await client.connect();
      await client.query(`listen "${hintChannel(this.connection.schemaName)}"`);
      this.wait = FIRST_WAIT;
      // Whatever was said while nobody listened.
      for (const subject of this.listeners.keys()) this.tell(subject);
      void this.prove(client);
    } catch {
      this.lost(client);
    }
  }

  /** Never rejects: when it cannot be said, nothing is proven, and the next connection tries again. */
  private async prove(client: pg.Client): Promise<void> {
    const channel = hintChannel(this.connection.schemaName);
    this.proof?.end();
    const proof = (this.proof = new HintProof());
    try {
      // Not on the listening connection: to that a pooler passes what comes while it has a statement under way, and nothing later.
      const heard = await proof.made((subject) => this.connection.run(notify, [channel, subject]), this.deadline);
      if (heard || this.warned || this.client !== client) return;
      this.warned = true;
      // A pooler makes up the number of the process that it tells at the beginning.
      const { processID } = client as pg.Client & { readonly processID?: number };
      const [row] = await this.connection.run(backend, [], client);
      const trouble = silentHints(channel, this.deadline, Number(row!['pid']) !== processID);
      for (const tell of this.troubled) tell(trouble);
    } catch {
      // The database is away, or the store is being closed; the listening connection breaks as well, or nobody needs it.
    }
  }

  private lost(client: pg.Client | undefined): void {
    if (!this.running || this.client !== client) return;
    this.client = undefined;
    this.proof?.end();
    client?.end().catch(() => {});
    this.timer = setTimeout(() => void this.connect(), this.wait);
    this.timer.unref();
    this.wait = Math.min(this.wait * 2, LONGEST_WAIT);
  }

  private hear(subject: string): void {
    if (subject !== this.proof?.subject) return this.tell(subject);
    this.warned = false;
    this.proof.end();
  }

  private tell(subject: string): void {
    for (const listener of this.listeners.get(subject) ?? []) listener();
  }
}
