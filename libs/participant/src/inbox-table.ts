import type { ReplyEnvelope } from 'reprise/core';
import type { DataSource, QueryRunner } from 'typeorm';
import { Refusal } from './refusal.js';
import type { InboxRequest } from './inbox-request.js';

/** Who runs a handler outside a transaction, and for how long others wait for it. */
export interface Lease {
  readonly holder: string;
  readonly milliseconds: number;
}

interface Row {
  readonly command: string;
  readonly fingerprint: string;
  readonly state: 'started' | 'answered' | 'compensated';
  readonly answer: ReplyEnvelope;
}

/** PostgreSQL's code for a lock that was not got in time. */
const LOCK_NOT_AVAILABLE = '55P03';

/** The statements of the inbox. Each works on the primary key; none locks more than the rows of one request. */
export class InboxTable {
  private readonly table: string;

  constructor(schema: string) {
    this.table = `"${schema}".request`;
  }

  /**
   * Makes the key this delivery's own, in the transaction that is open. A second delivery waits at the unique key until the first
   * has committed (then it sees the answer) or rolled back (then the key is its own).
   *
   * @returns the first answer, or undefined when the handler is to run
   * @throws Refusal `REQUEST_IN_PROGRESS`, `REQUEST_KEY_REUSED`, `REQUEST_COMPENSATED`
   */
  async claim(runner: QueryRunner, request: InboxRequest, lease?: Lease): Promise<ReplyEnvelope | undefined> {
    try {
      const first = await this.claimKey(runner, request, lease);
      if (first === undefined && request.undoes !== undefined) await this.bury(runner, request.undoes, request.command);
      return first;
    } catch (error) {
      if ((error as { code?: unknown }).code === LOCK_NOT_AVAILABLE) throw inProgress(request.command);
      throw error;
    }
  }

  /** Stores the first answer. False when the key is no longer the holder's. */
  async answer(runner: QueryRunner, { key }: InboxRequest, reply: ReplyEnvelope, lease?: Lease): Promise<boolean> {
    const [, stored] = (await runner.query(
      `UPDATE ${this.table} SET state = 'answered', answer = $2, holder = NULL, leased_until = NULL,
         handled_at = to_timestamp($4 / 1000.0), answered_at = clock_timestamp()
       WHERE key = $1 AND state = 'started' AND holder IS NOT DISTINCT FROM $3::uuid`,
      [key, JSON.stringify(reply), lease?.holder ?? null, reply.times?.handled ?? Date.now()],
    )) as [unknown, number];
    return stored === 1;
  }

  /** What became of a key that was taken from its holder: the answer of whoever took it. */
  async outcome(runner: QueryRunner, request: InboxRequest): Promise<ReplyEnvelope> {
    const row = await this.find(runner, request.key);
    return (row && answerIn(row, request)) ?? Promise.reject(inProgress(request.command));
  }

  /** Lets the next delivery run at once. */
  async giveBack(runner: QueryRunner, { key }: InboxRequest, { holder }: Lease): Promise<void> {
    await runner.query(`DELETE FROM ${this.table} WHERE key = $1 AND state = 'started' AND holder = $2`, [key, holder]);
  }

  /** Removes one batch of requests of an age in milliseconds; skips what is in use. Returns how many. */
  async removeOlderThan(dataSource: DataSource, age: number, batch: number): Promise<number> {
    const [, removed] = (await dataSource.query(
      `DELETE FROM ${this.table} WHERE key IN (
         SELECT key FROM ${this.table} WHERE received_at < now() - $1 * interval '1 millisecond'
         ORDER BY received_at LIMIT $2 FOR UPDATE SKIP LOCKED)`,
      [age, batch],
    )) as [unknown, number];
    return removed;
  }

  private async claimKey(
    runner: QueryRunner,
    request: InboxRequest,
    lease?: Lease,
  ): Promise<ReplyEnvelope | undefined> {
    const { key, command, fingerprint } = request;
    const leased = [lease?.holder ?? null, lease?.milliseconds ?? null];
    const inserted = (await runner.query(
      `INSERT INTO ${this.table} (key, command, fingerprint, state, holder, leased_until)
       VALUES ($1, $2, $3, 'started', $4, clock_timestamp() + $5 * interval '1 millisecond')
       ON CONFLICT (key) DO NOTHING RETURNING key`,
      [key, command, fingerprint, ...leased],
    )) as unknown[];
    if (inserted.length === 1) return undefined;
    const row = await this.find(runner, key);
    const first = row && answerIn(row, request);
    if (first !== undefined) return first;
    // Its holder outlived its lease: dead, or so slow that its caller has given it up.
    const [, taken] = (await runner.query(
      `UPDATE ${this.table} SET holder = $2, leased_until = clock_timestamp() + $3 * interval '1 millisecond'
       WHERE key = $1 AND state = 'started' AND leased_until <= clock_timestamp()`,
      [key, ...leased],
    )) as [unknown, number];
    if (taken === 1) return undefined;
    throw inProgress(command);
  }

  /** Puts a tombstone where the request would go that is being undone; waits for that request if it is being handled. */
  private async bury(runner: QueryRunner, key: string, undo: string): Promise<void> {
    await runner.query(
      `INSERT INTO ${this.table} (key, command, fingerprint, state) VALUES ($1, '', '', 'compensated')
       ON CONFLICT (key) DO UPDATE SET state = 'compensated', holder = NULL
       WHERE request.state = 'started' AND request.leased_until <= clock_timestamp()`,
      [key],
    );
    if ((await this.find(runner, key))?.state === 'started') throw inProgress(undo);
  }

  private async find(runner: QueryRunner, key: string): Promise<Row | undefined> {
    const rows = (await runner.query(`SELECT command, fingerprint, state, answer FROM ${this.table} WHERE key = $1`, [
      key,
    ])) as Row[];
    return rows[0];
  }
}

function answerIn(row: Row, { command, fingerprint }: InboxRequest): ReplyEnvelope | undefined {
  if (row.state === 'compensated') {
    throw new Refusal(
      'fatal',
      'REQUEST_COMPENSATED',
      `A request for "${command}" came after it had been undone, and was not run.`,
      'Nothing has to be done: the saga has moved on.',
    );
  }
  if (row.command !== command || row.fingerprint !== fingerprint) {
    throw new Refusal(
      'fatal',
      'REQUEST_KEY_REUSED',
      `A request for "${command}" came with the key of another request ("${row.command}"${row.command === command ? ', with another input' : ''}).`,
      'Keys come from the engine; whoever makes their own has to make a new one for each request.',
    );
  }
  return row.state === 'answered' ? row.answer : undefined;
}

function inProgress(command: string): Refusal {
  return new Refusal(
    'transient',
    'REQUEST_IN_PROGRESS',
    `Another delivery of this request for "${command}", or of the one that it undoes, is being handled.`,
    'The step is tried again by its policy, and gets the answer then.',
  );
}
