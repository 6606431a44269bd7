import type pg from 'pg';
import type { Connection, Row } from '../connection.js';
import type { PostgresOptions } from '../postgres-options.js';
import { connectionOf } from '../postgres.js';
import type { Check, Examination } from './check.js';
import { backlog } from './checks/backlog.js';
import { clock } from './checks/clock.js';
import { connections } from './checks/connections.js';
import { durability } from './checks/durability.js';
import { incidents } from './checks/incidents.js';
import { migrations } from './checks/migrations.js';
import { pooler } from './checks/pooler.js';
import { preparedTransactions } from './checks/prepared-transactions.js';
import { replicationSlots } from './checks/replication-slots.js';
import { rights } from './checks/rights.js';
import { server } from './checks/server.js';
import { timeouts } from './checks/timeouts.js';
import { transactions } from './checks/transactions.js';
import { vacuum } from './checks/vacuum.js';
import { versions } from './checks/versions.js';
import { workers } from './checks/workers.js';
import { findingsOf, type Finding } from './finding.js';

/** In the order in which they are told. */
const CHECKS: readonly Check[] = [
  ...[server, durability, timeouts, pooler, clock],
  ...[migrations, rights, connections],
  ...[vacuum, transactions, preparedTransactions, replicationSlots],
  ...[workers, versions, backlog, incidents],
];

/** Columns stay text, whatever type parsers the application has registered with `pg`. */
const RAW = { getTypeParser: () => (text: string) => text };

/** Looks at a database and the schema in it: settings, rights, what is left undone. It changes nothing and needs no worker. */
export class PostgresDoctor {
  private readonly connection: Connection;

  /** Options as those of the store, so that its pool is counted. @throws SagaError `INVALID_CONFIGURATION` for a schema name that is none */
  constructor(options: PostgresOptions) {
    this.connection = connectionOf(options);
  }

  /** At least one finding of each check that makes sense. @throws SagaError `STORE_UNAVAILABLE` when the database is out of reach */
  async examine(): Promise<Finding[]> {
    await this.connection.open();
    try {
      return await this.connection.reserve((client) => findings(this.examination(client)));
    } finally {
      await this.connection.close();
    }
  }

  private examination(client: pg.PoolClient): Examination {
    const { connection } = this;
    const { schemaName, schema, poolSize: pool } = connection;
    const { processID: processId } = client as pg.PoolClient & { readonly processID?: number };
    const ask = async (text: string, values: readonly unknown[] = []): Promise<readonly Row[]> =>
      (await client.query<Record<string, string | null>>({ text, values: [...values], types: RAW })).rows;
    return { schemaName, schema, pool, processId, connection, ask };
  }
}

async function findings(examination: Examination): Promise<Finding[]> {
  const { ask, schemaName } = examination;
  const [tables] = await ask('select 1 as found from pg_tables where schemaname = $1::text and tablename = $2::text', [
    schemaName,
    'instance',
  ]);
  const found: Finding[] = [];
  for (const check of CHECKS) if (tables || !check.readsTables) found.push(...(await looked(check, examination)));
  return found;
}

/** What a check may not see is a finding too, and keeps nobody from the others. */
async function looked(check: Check, examination: Examination): Promise<Finding[]> {
  try {
    return await check.look(examination);
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    return [
      findingsOf(check.name).warning(
        `This could not be looked at: ${said}.`,
        'Look at the rights of the role, and whether the schema is up to date.',
      ),
    ];
  }
}
