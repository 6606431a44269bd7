import type { RequestTrace } from 'reprise/core';
import type { DataSource } from 'typeorm';

/** How long another transaction may hold a key before it counts as being handled, in milliseconds. */
const PATIENCE = 50;
/** PostgreSQL's code for a lock that was not got in time. */
const LOCK_NOT_AVAILABLE = '55P03';

interface Row {
  readonly key: string;
  readonly state: 'started' | 'answered' | 'compensated';
  readonly received: string;
  readonly handled: string | null;
  readonly answered: string | null;
}

/** What the inbox knows of requests, whichever replica has them. Changes nothing. */
export class InboxTraces {
  private readonly table: string;

  constructor(
    private readonly dataSource: DataSource,
    schema: string,
  ) {
    this.table = `"${schema}".request`;
  }

  async of(keys: readonly string[]): Promise<RequestTrace[]> {
    const found = new Map((await this.read(keys)).map((trace) => [trace.key, trace]));
    const traces: RequestTrace[] = [];
    for (const key of keys) {
      traces.push(found.get(key) ?? ((await this.isHeld(key)) ? { key, state: 'handling' } : { key, state: 'absent' }));
    }
    return traces;
  }

  private async read(keys: readonly string[]): Promise<RequestTrace[]> {
    const time = (column: string): string => `floor(extract(epoch from ${column}) * 1000)`;
    const rows = (await this.dataSource.query(
      `SELECT key, state, ${time('received_at')} AS received, ${time('handled_at')} AS handled, ${time('answered_at')} AS answered
       FROM ${this.table} WHERE key = ANY($1)`,
      [keys],
    )) as Row[];
    return rows.map(({ key, state, received, handled, answered }) => ({
      key,
      state: state === 'started' ? 'handling' : state === 'compensated' ? 'undone' : 'answered',
      // A tombstone was not received as what it stands for.
      ...(state === 'compensated' ? {} : { received: Number(received) }),
      ...(handled === null ? {} : { handled: Number(handled) }),
      ...(answered === null ? {} : { answered: Number(answered) }),
    }));
  }

  /**
   * A handler that runs in a transaction has its key in a row that nobody else sees yet. Whoever tries to take the key waits for it: so this
   * tries, gives up soon, and takes back what it got. A request that comes in the same moment waits for that long.
   */
  private async isHeld(key: string): Promise<boolean> {
    const runner = this.dataSource.createQueryRunner();
    try {
      await runner.startTransaction('READ COMMITTED');
      await runner.query(`SET LOCAL lock_timeout = ${PATIENCE}`);
      await runner.query(
        `INSERT INTO ${this.table} (key, command, fingerprint, state) VALUES ($1, '', '', 'started') ON CONFLICT (key) DO NOTHING`,
        [key],
      );
      return false;
    } catch (error) {
      if ((error as { code?: unknown }).code === LOCK_NOT_AVAILABLE) return true;
      throw error;
    } finally {
      await runner.rollbackTransaction().catch(() => undefined);
      await runner.release();
    }
  }
}
