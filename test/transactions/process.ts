import { randomBytes } from 'node:crypto';
import type { HistoryStore } from 'reprise/core';
import { performLocal, sagaDefinition, type SagaClass } from 'reprise/decorators';
import { postgres } from 'reprise/postgres';
import { SagaEngine } from 'reprise/runtime';
import { DataSource } from 'typeorm';
import { ScratchSchema } from '../store/scratch-schema.js';

/** How long a condition may take, in milliseconds. */
const PATIENCE = 25_000;

/** Looks again until it is so. Gives up in the end: a look that went on after its test would keep the process alive. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const giveUpAt = Date.now() + PATIENCE;
  while (!(await condition())) {
    if (Date.now() > giveUpAt) throw new Error(`still not so after ${PATIENCE} ms: ${condition.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** A promise that the test settles. */
export class Gate {
  open!: () => void;
  readonly opened = new Promise<void>((resolve) => (this.open = resolve));
  reached = false;

  /** Where somebody waits until the test lets them through. */
  pass(): Promise<void> {
    this.reached = true;
    return this.opened;
  }
}

/** Histories and a table of bookings in one scratch schema. */
export class Books {
  readonly scratch = new ScratchSchema();
  private readonly processes: SagaProcess[] = [];

  async open(): Promise<void> {
    await this.scratch.rows('create schema $schema');
    await this.scratch.rows(
      'create table $schema.booking (number serial, account text not null, amount integer not null)',
    );
    await this.scratch.rows('create table $schema.balance (account text primary key, amount integer not null)');
  }

  /** A process that runs these sagas on these providers. */
  async start(sagas: readonly (readonly [SagaClass, object])[], url = this.scratch.url): Promise<SagaProcess> {
    const started = new SagaProcess(this.scratch, url);
    this.processes.push(started);
    await started.open(sagas);
    return started;
  }

  /** Every amount that is on the books of an account, in order. */
  async amounts(account: string): Promise<number[]> {
    const rows = await this.scratch.rows('select amount from $schema.booking where account = $1 order by number', [
      account,
    ]);
    return rows.map(({ amount }) => amount as number);
  }

  /**
   * The leases of every process have ended, whatever it believes: whoever looks for work next frees what they hold, also what a claim that
   * was still on its way has taken for a process that is gone.
   */
  async takeEverything(): Promise<void> {
    await this.scratch.rows(`update $schema.worker set lease_until = now() - interval '1 second'`);
  }

  async drop(): Promise<void> {
    for (const process of this.processes) await process.kill();
    await this.scratch.drop();
  }
}

/** One process: an engine over a data source of its own, which can be killed with all its transactions. */
export class SagaProcess {
  /** The application name of its connections. */
  readonly name = `process_${randomBytes(6).toString('hex')}`;
  readonly dataSource: DataSource;
  readonly store: HistoryStore;
  readonly engine: SagaEngine;
  private dead = false;

  constructor(
    private readonly scratch: ScratchSchema,
    url: string,
  ) {
    this.dataSource = new DataSource({
      type: 'postgres',
      url,
      applicationName: this.name,
      poolSize: 6,
      schema: scratch.name,
      extra: { options: `-c search_path="${scratch.name}"` },
    });
    this.store = postgres({ dataSource: this.dataSource, schema: scratch.name });
    this.engine = new SagaEngine({ store: this.store, poll: '50ms', lease: '1 hour' });
  }

  async open(sagas: readonly (readonly [SagaClass, object])[]): Promise<void> {
    for (const [sagaClass, provider] of sagas) {
      this.engine.host({
        definition: sagaDefinition(sagaClass),
        perform: (step, args) => performLocal(provider, step, args),
      });
    }
    await this.engine.open();
  }

  /** The process ends, and the server with it every transaction that it had open. */
  async kill(): Promise<void> {
    if (this.dead) return;
    this.dead = true;
    await this.engine.crash();
    await this.cut();
    await this.store.close();
    await this.dataSource.destroy().catch(() => undefined);
  }

  /** Ends its connections. */
  async cut(): Promise<void> {
    await this.scratch.rows('select pg_terminate_backend(pid) from pg_stat_activity where application_name = $1', [
      this.name,
    ]);
  }
}
