import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { postgres } from 'reprise/postgres';
import { describeHistoryStore } from './history-store.contract.js';

const url = process.env['DATABASE_URL']!;
const admin = new pg.Pool({ connectionString: url, max: 2 });
afterAll(() => admin.end());

function newSchema(): string {
  return `store_${randomBytes(6).toString('hex')}`;
}

describeHistoryStore('PostgreSQL', async () => {
  const schema = newSchema();
  const store = postgres({ url, schema, pool: 6, listen: false });
  const another = postgres({ url, schema, pool: 6, listen: false });
  await store.open();
  await another.open();
  return {
    store,
    another,
    dispose: async () => {
      await store.close();
      await another.close();
      await admin.query(`drop schema "${schema}" cascade`);
    },
  };
});
