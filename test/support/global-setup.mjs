import { openPostgres } from '../../scripts/postgres.mjs';

/** Gives every spec a PostgreSQL in `DATABASE_URL`: the one that is set, else a throw-away one. */
export default async function globalSetup() {
  const server = await openPostgres();
  process.env.DATABASE_URL = server.url;
  globalThis.__reprisePostgres = server;
}
