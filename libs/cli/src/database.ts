import { SagaError, type PayloadCodec } from 'reprise/core';
import { encodedStore, SagaEngine, SagaQueries } from 'reprise/runtime';
import type * as Postgres from 'reprise/postgres';
import type { Invocation } from './command.js';
import { EXIT } from './exit-code.js';
import { badUsage, CommandFailure } from './failure.js';
import { loadExport } from './load-export.js';
import type { OptionTable } from './option.js';

export const CONNECTION = {
  'database-url': { kind: 'text', value: '<url>', says: 'the database; default: DATABASE_URL' },
  schema: { kind: 'text', value: '<name>', says: 'the schema of the tables; default: reprise' },
} as const satisfies OptionTable;

/** Options of what reads or writes payloads. */
export const DATABASE = {
  ...CONNECTION,
  codec: { kind: 'text', value: '<file#export>', says: 'the payload codec of the application, if it has one' },
} as const satisfies OptionTable;

/** What `pg` takes: a URL, or the place of a socket. */
const POSTGRES = /^(postgres(ql)?:\/\/|socket:|\/)/;

type WithConnection = Pick<Invocation<typeof CONNECTION>, 'options' | 'env'>;
type WithDatabase = Pick<Invocation<typeof DATABASE>, 'options' | 'env' | 'folder'>;

/** Few connections, and an answer within seconds when nobody is there. */
const FEW = { pool: 4, listen: false, migrate: false } as const;

/** @throws SagaError `BAD_USAGE` */
export function connectionOptions({ options, env }: WithConnection): {
  readonly url: string;
  readonly schema?: string;
} {
  const url = options['database-url'] ?? env['DATABASE_URL'];
  if (!url) throw badUsage('No database is named.', 'Set DATABASE_URL, or pass --database-url.');
  // It is not shown: it may hold a password.
  if (!POSTGRES.test(url))
    throw badUsage(
      'The database is not named by a URL of PostgreSQL.',
      'Write postgres://user:password@host:5432/database.',
    );
  return { url, ...(options.schema === undefined ? {} : { schema: options.schema }) };
}

/** The PostgreSQL store is loaded when it is needed: a command without a database works without `pg`. */
export async function postgresLibrary(): Promise<typeof Postgres> {
  try {
    return await import('reprise/postgres');
  } catch (cause) {
    throw new SagaError('INVALID_CONFIGURATION', 'The package "pg" is not installed here.', 'Run `npm install pg`.', {
      cause,
    });
  }
}

/** Whatever keeps `work` from the database, its exit code says so. */
export async function connecting<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof SagaError ? new CommandFailure(EXIT.unreachable, error) : error;
  }
}

/** Opens the store as it is, without changing its schema, and closes it in any case. */
export async function withPostgres<T>(
  around: WithConnection,
  work: (store: Postgres.PostgresHistoryStore) => Promise<T>,
): Promise<T> {
  const store = await closedStore(around);
  await connecting(() => store.open());
  try {
    return await work(store);
  } finally {
    await store.close().catch(() => undefined);
  }
}

export async function withQueries<T>(around: WithDatabase, work: (queries: SagaQueries) => Promise<T>): Promise<T> {
  const codec = await codecOf(around);
  return withPostgres(around, (store) => work(new SagaQueries(encodedStore(store, codec))));
}

/** An engine that hosts no saga: it sends messages and asks, and runs nothing. */
export async function withEngine<T>(around: WithDatabase, work: (engine: SagaEngine) => Promise<T>): Promise<T> {
  const codec = await codecOf(around);
  const store = await closedStore(around);
  const engine = new SagaEngine({ store, poll: '100ms', ...(codec === undefined ? {} : { codec }) });
  await connecting(() => engine.open());
  try {
    return await work(engine);
  } finally {
    await engine.close(0).catch(() => undefined);
  }
}

async function closedStore(around: WithConnection): Promise<Postgres.PostgresHistoryStore> {
  const connection = connectionOptions(around);
  const { postgres } = await postgresLibrary();
  return postgres({ ...connection, ...FEW });
}

async function codecOf({ options, folder }: WithDatabase): Promise<PayloadCodec | PayloadCodec[] | undefined> {
  if (options.codec === undefined) return undefined;
  const found = await loadExport(options.codec, folder, 'codec');
  const codecs = [found].flat();
  if (codecs.every(isCodec)) return codecs;
  throw new SagaError(
    'APP_NOT_LOADED',
    `${options.codec} is no payload codec.`,
    'Name an export with encode() and decode(), or a list of them.',
  );
}

function isCodec(value: unknown): value is PayloadCodec {
  const { encode, decode } = (value ?? {}) as Partial<PayloadCodec>;
  return typeof encode === 'function' && typeof decode === 'function';
}
